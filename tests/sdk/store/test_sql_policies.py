"""Policy versions in SQL against the contract of the seam, on both databases, and what is found when a row changed."""

import signal
import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from chengxin.errors import (
    InvalidRecord,
    PolicyStoreConflict,
    PolicyStoreDamaged,
    PolicyStoreUnavailable,
    StoreOutdated,
)
from chengxin.ledger import EntryKind, verify_chain
from chengxin.store import DirectoryPolicyStore, SqlPolicyStore, SqlStore, open_policy_store
from chengxin.store.sql import policies
from chengxin.store.sql.ledger import LedgerRows
from chengxin.testing.policy_store_contract import AT, PolicyStoreContract, a_document, a_step, one_of_each

TABLES = ("chengxin_policy_document", "chengxin_policy_source", "chengxin_policy_step")
STEP = "UPDATE chengxin_policy_step SET step = '{}', seal = '{}'"
CONTENT = "SELECT digest FROM {}"
CHANGE = "UPDATE {} SET content = CAST('changed' AS {})"


class TestSqlPolicyStore(PolicyStoreContract):
    """The whole contract, on both databases."""

    @pytest.fixture
    def make_store(self, database_url):
        """Stores of one database."""
        made = []

        def make():
            made.append(SqlStore(database_url, deadline_seconds=30))
            return SqlPolicyStore(made[-1])

        yield make
        for store in made:
            store.close()


@pytest.fixture
def sql(database_url):
    """The database."""
    with SqlStore(database_url) as store:
        yield store


@pytest.fixture
def kept(sql):
    """A store in which a document, a source and three steps are kept."""
    store = SqlPolicyStore(sql)
    digest = store.put(a_document())
    store.put_source("# 说明\n")
    for number in range(3):
        store.append(a_step(digest, number), expected=number)
    return store


def tamper(sql, statement):
    """Change rows as somebody may who owns the database: without the triggers that forbid it."""
    with sql.transaction() as connection:
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in found.scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}"])
def test_the_database_refuses_to_change_or_delete_a_row(table, statement, kept, sql):
    """Whoever asks: every version stays addressable (令116 art. 15)."""
    column = "name" if table == "chengxin_policy_step" else "digest"
    with pytest.raises(Exception, match="is only added to"), sql.transaction() as connection:
        connection.exec_driver_sql(statement.format(table, column))
    assert len(kept.steps("marketplace")) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chengxin_policy_step SET seal = 'sha256:another' WHERE number = 2",
        "UPDATE chengxin_policy_step SET step = replace(step, '第 1 稿', '第 9 稿') WHERE number = 2",
        "DELETE FROM chengxin_policy_step WHERE number = 2",
    ],
)
def test_a_step_that_was_changed_or_taken_out_is_found(statement, kept, sql):
    """Each is sealed together with the one before it."""
    tamper(sql, statement)
    with pytest.raises(PolicyStoreDamaged) as caught:
        kept.steps("marketplace")
    assert caught.value.place == "chengxin_policy_step 'marketplace' 2"


def test_a_step_moved_to_another_policy_is_found(kept, sql):
    """Its own words say of which policy it is."""
    tamper(sql, "UPDATE chengxin_policy_step SET name = 'livestream'")
    with pytest.raises(PolicyStoreDamaged, match="another policy"):
        kept.steps("livestream")


@pytest.mark.parametrize("table", TABLES[:2])
def test_content_that_was_changed_is_found(table, kept, sql):
    """Nothing of it is handed out, and it is not taken for what somebody puts again."""
    with sql.reading() as connection:
        digest = connection.exec_driver_sql(CONTENT.format(table)).scalar_one()
    kind = "BLOB" if sql.engine.dialect.name == "sqlite" else "BYTEA"
    tamper(sql, CHANGE.format(table, kind))
    get = kept.get if table.endswith("document") else kept.get_source
    with pytest.raises(PolicyStoreDamaged) as caught:
        get(digest)
    assert caught.value.place == f"{table} {digest}"
    with pytest.raises(PolicyStoreDamaged):
        kept.put(a_document()) if table.endswith("document") else kept.put_source("# 说明\n")


def test_a_database_that_cannot_be_used_is_told_as_the_seam_says():
    """Whoever knows the seam alone can act on it."""
    with SqlStore("postgresql://platform@127.0.0.1:1/none") as store:
        with pytest.raises(PolicyStoreUnavailable, match="Look at the steps"):
            SqlPolicyStore(store).steps("marketplace")
        with pytest.raises(PolicyStoreUnavailable):
            SqlPolicyStore(store).put(a_document())


def test_a_location_chooses_the_store(database_url, tmp_path):
    """A directory by its path, a database by its URL."""
    with open_policy_store(database_url) as store:
        digest = store.put(a_document())
        assert isinstance(store, SqlPolicyStore)
    with open_policy_store(database_url, create=False) as store:
        assert store.get(digest) == a_document()
    for location in (tmp_path / "store", str(tmp_path / "store")):
        with open_policy_store(location) as store:
            assert isinstance(store, DirectoryPolicyStore)


def test_tables_are_made_by_an_upgrade_alone(empty_database_url, tmp_path):
    """A store that is opened by mistake leaves nothing behind."""
    with (
        pytest.raises(StoreOutdated, match="chengxin db upgrade"),
        open_policy_store(empty_database_url) as store,
    ):
        store.put(a_document())
    assert list(tmp_path.iterdir()) == []


WRITER = """
import sys
from datetime import UTC, date, datetime
from chengxin.errors import PolicyStoreConflict
from chengxin.policy.lifecycle import Move, Step
from chengxin.store import SqlPolicyStore, SqlStore
with SqlStore(sys.argv[1], deadline_seconds=60) as sql:
    store = SqlPolicyStore(sql)
    document = store.put('{"name":"marketplace"}'.encode())
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    while done < 8:
        step = Step(name="marketplace", digest=document, move=Move.DRAFT, by=sys.argv[2], why=str(done),
                    at=datetime(2026, 6, 1, tzinfo=UTC), version="2026.1", effective_from=date(2026, 7, 1))
        try:
            store.append(step, expected=len(store.steps("marketplace")))
            done += 1
        except PolicyStoreConflict:
            pass
"""


@pytest.mark.timeout(600)
def test_i7_six_processes_write_and_nothing_is_lost_or_doubled(database_url):
    """Every step of each is on record once, in its order."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), database_url, f"writer {number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(6)
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        with writer:
            assert writer.wait() == 0
    with SqlStore(database_url) as sql:
        recorded = SqlPolicyStore(sql).steps("marketplace")
        entries = entries_of(sql)
    assert len(recorded) == len(entries) == 48
    assert [entry.actor for entry in entries] == [step.by for step in recorded]
    for number in range(6):
        assert [step.why for step in recorded if step.by == f"writer {number}"] == [str(n) for n in range(8)]


def entries_of(sql):
    """Return the ledger, found whole."""
    with sql.reading() as connection:
        rows = LedgerRows(connection)
        report = verify_chain(rows.stored(), rows.head())
        assert report.is_whole, report
        return list(rows.read())


def test_i6_each_step_is_in_the_ledger_once(sql):
    """With name, version, digest, move and who took it, in the order in which they were taken."""
    store = SqlPolicyStore(sql)
    digest = store.put(b'{"name":"marketplace","version":"2026.1"}')
    steps = [replace(step, at=AT) for step in one_of_each(digest)]
    for number, step in enumerate(steps):
        store.append(step, expected=number)
    entries = entries_of(sql)
    assert [(e.kind, e.at, e.actor, e.subject) for e in entries] == [
        (EntryKind.POLICY_STEP, step.at, step.by, None) for step in steps
    ]
    with sql.reading() as connection:
        seals = connection.exec_driver_sql("SELECT seal FROM chengxin_policy_step ORDER BY number")
        sealed = seals.scalars().all()
    for number, (entry, step, seal) in enumerate(zip(entries, steps, sealed, strict=True), start=1):
        assert entry.stub == {
            "name": "marketplace",
            "version": "2026.1",
            "digest": digest,
            "move": step.move.value,
            "number": number,
            "seal": seal,
        }


def test_i6_a_step_that_is_refused_leaves_no_entry(kept, sql):
    """Somebody else was first; or the ledger cannot take it: then there is no step either."""
    digest = kept.steps("marketplace")[0].digest
    with pytest.raises(PolicyStoreConflict):
        kept.append(a_step(digest, 9), expected=2)
    with pytest.raises(InvalidRecord, match="identity number"):
        kept.append(a_step(digest, 9, by="11010519491231002X"), expected=3)
    assert len(kept.steps("marketplace")) == len(entries_of(sql)) == 3


def test_i6_a_ledger_without_its_head_takes_no_step(kept, sql):
    """It is told as the seam says, and nothing is recorded."""
    digest = kept.steps("marketplace")[0].digest
    tamper(sql, "DELETE FROM chengxin_ledger_head")
    with pytest.raises(PolicyStoreDamaged) as caught:
        kept.append(a_step(digest, 9), expected=3)
    assert caught.value.place == "chengxin_ledger_head"
    assert len(kept.steps("marketplace")) == 3


DYING = """
import os, signal, sys
from chengxin.store import SqlPolicyStore, SqlStore
from chengxin.store.sql import policies
from chengxin.testing.policy_store_contract import a_document, a_step
append = policies.LedgerRows.append
def die(rows, *drafts):
    if sys.argv[2] == "after":
        append(rows, *drafts)
    os.kill(os.getpid(), signal.SIGKILL)
policies.LedgerRows.append = die
with SqlStore(sys.argv[1], deadline_seconds=60) as sql:
    store = SqlPolicyStore(sql)
    store.append(a_step(store.put(a_document()), 3), expected=3)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_i7_a_process_that_is_killed_in_between_leaves_neither(moment, kept, sql, database_url):
    """The step is written and the ledger is not, or both are and nothing is committed: after it there is nothing."""
    command = [sys.executable, "-c", DYING, database_url, moment]
    assert subprocess.run(command, check=False, timeout=120).returncode == -signal.SIGKILL
    assert len(kept.steps("marketplace")) == len(entries_of(sql)) == 3
    assert kept.append(a_step(kept.steps("marketplace")[0].digest, 3), expected=3) == 4
    assert len(entries_of(sql)) == 4


def test_a_document_that_another_puts_at_the_same_instant_is_kept_once(kept, monkeypatch):
    """Whoever comes second finds it there."""
    real, looks = policies._find, []

    def find(*arguments):
        looks.append(arguments)
        return None if len(looks) == 1 else real(*arguments)

    monkeypatch.setattr(policies, "_find", find)
    assert kept.get(kept.put(a_document())) == a_document()
    assert len(looks) == 3


def test_a_row_that_is_no_step_is_found(kept, sql):
    """Also where its seal fits."""
    seal = policies._seal(1, {"move": "dance"}, policies._FIRST)
    tamper(sql, "DELETE FROM chengxin_policy_step WHERE number > 1")
    tamper(sql, STEP.format('{"move":"dance"}', seal))
    with pytest.raises(PolicyStoreDamaged, match="no step of a policy version"):
        kept.steps("marketplace")


def test_a_conflict_found_by_the_database_says_how_many_there_are(kept, monkeypatch):
    """Two who counted the same are told apart by the key of the row."""
    digest = kept.steps("marketplace")[0].digest

    def append_behind(connection, step, expected):
        raise IntegrityError("INSERT", {}, Exception("unique"))

    monkeypatch.setattr("chengxin.store.sql.policies._append", append_behind)
    with pytest.raises(PolicyStoreConflict) as caught:
        kept.append(a_step(digest, 9), expected=2)
    assert (caught.value.expected, caught.value.found) == (2, 3)
