"""The ledger in both databases: appended with its effect, read, erased, guarded, and every damage located."""

import shutil
import sqlite3
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from chengxin.errors import InvalidRecord, LedgerDamaged, LedgerError, StoreError, StoreUnavailable
from chengxin.ledger import (
    COLUMNS,
    GENESIS,
    ChainHead,
    DamageKind,
    EntryKind,
    decode_export,
    encode_export,
    sign_checkpoint,
    verify_chain,
)
from chengxin.store import LedgerRows, SqlStore, clear_remains, downgrade, upgrade
from chengxin.store.sql.schema import LEDGER_CHECKPOINT, LEDGER_ENTRY, LEDGER_HEAD
from tests.sdk.ledger.material import AT, CODE, SIGNER, VERIFIER, a_draft

DAY = timedelta(days=1)


@pytest.fixture
def store(database_url):
    """Return a store with an empty ledger."""
    with SqlStore(database_url, deadline_seconds=30) as store:
        yield store


@contextmanager
def writing(store):
    """Open a transaction on the ledger."""
    with store.transaction() as connection:
        yield LedgerRows(connection)


@contextmanager
def reading(store):
    """Open the ledger to be read."""
    with store.reading() as connection:
        yield LedgerRows(connection)


def verify(store):
    """Return whether the ledger is whole."""
    with reading(store) as rows:
        return rows.verify(VERIFIER)


def fill(store):
    """Append ten entries, erase three contents, and sign a checkpoint."""
    with writing(store) as rows:
        rows.append(*(a_draft(number) for number in range(1, 6)))
    for number in range(6, 11):
        with writing(store) as rows:
            rows.append(a_draft(number, subject="pseudonym", actor="王芳"))
    with writing(store) as rows:
        assert rows.erase_due(AT + 3 * DAY) == (1, 2, 3)
        rows.put_checkpoint(sign_checkpoint(rows.head(), at=AT, signer=SIGNER))


@contextmanager
def unguarded(store):
    """Open a transaction in which no trigger says anything: who owns the database can have that."""
    with store.transaction() as connection:
        if store.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
            return
        names = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'chengxin_ledger%'"
        )
        triggers = connection.exec_driver_sql(names).all()
        for trigger in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
        yield connection
        for trigger in triggers:
            connection.exec_driver_sql(trigger.sql)


def test_i6_an_entry_is_there_with_its_effect_or_not_at_all(store):
    """What the transaction does besides, and the entry, are committed together and undone together."""
    with store.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE effect (seq INTEGER)")

    def act(*, other="1"):
        with store.transaction() as connection:
            (entry,) = LedgerRows(connection).append(a_draft())
            connection.exec_driver_sql(f"INSERT INTO effect VALUES ({entry.seq})")  # noqa: S608
            connection.exec_driver_sql(f"SELECT {other}")

    act()
    with pytest.raises(DBAPIError):
        act(other="nothing")
    act()
    with store.reading() as connection:
        effects = connection.exec_driver_sql("SELECT seq FROM effect ORDER BY seq").scalars().all()
        assert effects == [entry.seq for entry in LedgerRows(connection).read()] == [1, 2]
    assert verify(store).is_whole


def test_i6_entries_follow_one_another_without_a_gap(store):
    """One by one, several at once, several times in one transaction, and none at all."""
    with writing(store) as rows:
        assert rows.append() == ()
        first = rows.append(a_draft(1))
        more = rows.append(a_draft(2), a_draft(3, content=None, erase_at=None))
        last = rows.append(a_draft(4))
    entries = [*first, *more, *last]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert entries[0].prev_hash == GENESIS
    with reading(store) as rows:
        assert list(rows.read()) == entries
        assert rows.head() == ChainHead(seq=4, hash=entries[-1].hash)
    assert verify(store).is_whole


def test_entries_are_read_by_number_and_by_subject(store):
    """Behind a number, of a subject, and so many at most."""
    fill(store)
    with reading(store) as rows:
        assert [entry.seq for entry in rows.read(after=9)] == [10, 11, 12]
        assert [entry.seq for entry in rows.read(subject=CODE)] == [1, 2, 3, 4, 5]
        assert [entry.seq for entry in rows.read(subject="pseudonym", after=6, limit=2)] == [7, 8]
        assert [entry.is_erased for entry in rows.read(limit=4)] == [True, True, True, False]
        assert list(rows.read(subject="nobody")) == []


def test_a_draft_that_is_not_of_its_form_appends_nothing(store):
    """Nor do those beside it."""
    with pytest.raises(InvalidRecord), writing(store) as rows:
        rows.append(a_draft(), a_draft(stub={"a": float("nan")}))
    assert verify(store).entries == 0


def test_a_missing_head_is_told(store):
    """Nothing is appended to a chain whose end is not known."""
    with unguarded(store) as connection:
        connection.execute(LEDGER_HEAD.delete())
    for drafts in ([a_draft()], [a_draft(), a_draft()]):
        with pytest.raises(LedgerDamaged, match="head"), writing(store) as rows:
            rows.append(*drafts)
    with pytest.raises(LedgerDamaged, match="head"):
        verify(store)


def test_i6_an_append_that_the_database_refuses_appends_nothing(store):
    """Where the number is taken, as a head that was set back has it."""
    fill(store)
    with unguarded(store) as connection:
        connection.execute(update(LEDGER_HEAD).values(seq=11))
    for drafts in ([a_draft()], [a_draft(), a_draft()]):
        with pytest.raises(IntegrityError) as caught, writing(store) as rows:
            rows.append(*drafts)
        assert "决定" not in str(caught.value)
    report = verify(store)
    assert report.entries == 12
    assert not report.is_whole


def test_nothing_is_appended_where_it_is_only_read(store):
    """It is told that the block was opened to read."""
    with pytest.raises(StoreError, match="only reads"), reading(store) as rows:
        rows.append(a_draft())
    assert verify(store).entries == 0


def test_i6_an_append_without_a_transaction_begins_one(store):
    """What was not committed is not there."""
    with store.engine.connect() as connection:
        LedgerRows(connection).append(a_draft())
        connection.rollback()
        assert LedgerRows(connection).head() == ChainHead()
        connection.rollback()
        LedgerRows(connection).append(a_draft())
        connection.commit()
    report = verify(store)
    assert (report.is_whole, report.entries) == (True, 1)


def test_an_append_for_which_there_is_no_room_is_told(tmp_path, sqlite_template):
    """Nothing of it is kept, and the ledger goes on when there is room."""
    shutil.copy(sqlite_template, tmp_path / "a.db")
    with SqlStore(f"sqlite:///{tmp_path}/a.db") as store:

        def append(*, pages, size):
            with store.transaction() as connection:
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # but no fewer than there are
                LedgerRows(connection).append(a_draft(content={"facts": "x" * size}))

        with pytest.raises(StoreUnavailable, match="the disk is full"):
            append(pages=1, size=100_000)
        append(pages=1_000_000, size=1)
        assert verify(store).entries == 1


def test_contents_are_erased_when_they_fall_due(store):
    """In order of their terms, so many at once, and the chain stays whole."""
    with writing(store) as rows:
        rows.append(*(a_draft(number) for number in (5, 3, 1)), a_draft(2, erase_at=None))
    with writing(store) as rows:
        assert rows.erase_due(AT + DAY - timedelta(microseconds=1)) == ()
        assert rows.erase_due(AT + DAY) == (3,)
        assert rows.erase_due(AT + 9 * DAY, limit=1) == (2,)
    with writing(store) as rows:
        assert rows.erase_due(AT + 9 * DAY) == (1,)
        assert rows.erase_due(AT + 9 * DAY) == ()
    with reading(store) as rows:
        named = [entry.stub["seqs"] for entry in rows.read() if entry.kind is EntryKind.CONTENT_ERASED]
        assert named == [[3], [2], [1]]
    report = verify(store)
    assert (report.is_whole, report.contents, report.erased) == (True, 1, 3)


def test_contents_are_erased_before_their_term_by_a_person(store):
    """Such as what a person asks for; what has none is left out, and too many are refused."""
    with writing(store) as rows:
        rows.append(a_draft(1), a_draft(2, content=None, erase_at=None), a_draft(3))
    with writing(store) as rows:
        assert rows.erase([1, 2, 3, 99], at=AT, actor="李明") == (1, 3)
        assert rows.erase([1], at=AT) == rows.erase([], at=AT) == ()
        with pytest.raises(InvalidRecord, match="500"):
            rows.erase(range(501), at=AT)
    with reading(store) as rows:
        (entry,) = rows.read(after=3)
        assert (entry.actor, entry.stub) == ("李明", {"seqs": [1, 3]})
    assert verify(store).is_whole


def test_i6_a_checkpoint_is_of_this_ledger(store):
    """One of another chain is not kept."""
    fill(store)
    with reading(store) as rows:
        head = rows.head()
    for changes in ({"hash": GENESIS}, {"seq": 99}):
        foreign = sign_checkpoint(replace(head, **changes), at=AT, signer=SIGNER)
        with pytest.raises(LedgerError, match="not of this ledger"), writing(store) as rows:
            rows.put_checkpoint(foreign)
    report = verify(store)
    assert (report.is_whole, report.checkpoints, report.signatures) == (True, 1, 1)


REFUSED = {
    "an entry changed": "UPDATE chengxin_ledger_entry SET actor = 'x' WHERE seq = 4",
    "an entry changed while it is erased": (
        "UPDATE chengxin_ledger_entry SET content = NULL, salt = NULL, subject = 'x' WHERE seq = 4"
    ),
    "a content changed": "UPDATE chengxin_ledger_entry SET content = '{}' WHERE seq = 4",
    "a content without its salt": "UPDATE chengxin_ledger_entry SET content = NULL WHERE seq = 4",
    "a content put back": "UPDATE chengxin_ledger_entry SET content = '{}', salt = '0' WHERE seq = 1",
    "an entry renumbered": "UPDATE chengxin_ledger_entry SET seq = 99, content = NULL, salt = NULL WHERE seq = 4",
    "an entry deleted": "DELETE FROM chengxin_ledger_entry WHERE seq = 12",
    "all entries deleted": "DELETE FROM chengxin_ledger_entry",
    "the head set back": "UPDATE chengxin_ledger_head SET seq = 3",
    "the head changed": "UPDATE chengxin_ledger_head SET hash = 'x'",
    "the head deleted": "DELETE FROM chengxin_ledger_head",
    "a checkpoint changed": "UPDATE chengxin_ledger_checkpoint SET jws = 'x'",
    "a checkpoint deleted": "DELETE FROM chengxin_ledger_checkpoint",
}
ONLY_SQLITE = {
    "an entry replaced": (
        "INSERT OR REPLACE INTO chengxin_ledger_entry (seq, at, kind, stub, prev_hash, hash) "
        "VALUES (4, 'a', 'b', 'c', 'd', 'e')"
    ),
    "the head replaced": "INSERT OR REPLACE INTO chengxin_ledger_head VALUES (1, 3, 'x')",
}
ONLY_POSTGRESQL = {
    "entries truncated": "TRUNCATE chengxin_ledger_entry CASCADE",
    "the head truncated": "TRUNCATE chengxin_ledger_head",
    "an entry put over": (
        "INSERT INTO chengxin_ledger_entry SELECT * FROM chengxin_ledger_entry WHERE seq = 4 "
        "ON CONFLICT (seq) DO UPDATE SET actor = 'x'"
    ),
}


@pytest.mark.parametrize("what", [*REFUSED, *ONLY_SQLITE, *ONLY_POSTGRESQL])
def test_i6_the_database_itself_refuses_to_change_the_ledger(what, store, database_kind):
    """By triggers, whoever asks and whatever for; erasing a content with its salt is the one change there is."""
    if what in {"sqlite": ONLY_POSTGRESQL, "postgresql": ONLY_SQLITE}[database_kind]:
        return
    fill(store)
    with pytest.raises(DBAPIError, match="only added to"), store.transaction() as connection:
        connection.exec_driver_sql((REFUSED | ONLY_SQLITE | ONLY_POSTGRESQL)[what])
    assert verify(store).is_whole


@pytest.mark.parametrize("column", COLUMNS)
def test_i6_a_column_that_is_changed_by_sql_is_found_and_located(column, store):
    """With a number and a column, as far as it can be told."""
    fill(store)
    with unguarded(store) as connection:
        before = connection.scalar(select(LEDGER_ENTRY.c[column]).where(LEDGER_ENTRY.c.seq == 7))
        after = 99 if column == "seq" else before[:-2] + ("7" if before[-2] != "7" else "8") + before[-1]
        connection.execute(update(LEDGER_ENTRY).where(LEDGER_ENTRY.c.seq == 7).values({column: after}))
    report = verify(store)
    if column == "seq":
        assert (report.damages[0].kind, report.damages[0].seq) == (DamageKind.MISSING, 7)
        return
    assert report.damages[0].seq == 7
    assert column in report.damages[0].columns
    if column in {"content_digest", "prev_hash", "hash"}:
        assert report.damages[0].columns == (column,)


def test_i6_entries_that_are_taken_away_are_named(store):
    """In the middle, and at the end, where head and checkpoint tell."""
    fill(store)
    with unguarded(store) as connection:
        connection.execute(LEDGER_ENTRY.delete().where(LEDGER_ENTRY.c.seq.in_([5, 6, 12])))
    found = [(damage.kind, damage.seq, damage.until) for damage in verify(store).damages]
    assert (DamageKind.MISSING, 5, 6) in found
    assert (DamageKind.TRUNCATED, 12, 12) in found


def test_i6_a_checkpoint_that_cannot_be_read_is_told(store):
    """It is not taken for none."""
    fill(store)
    with unguarded(store) as connection:
        connection.execute(update(LEDGER_CHECKPOINT).values(at="yesterday"))
    with pytest.raises(LedgerDamaged, match="checkpoint"):
        verify(store)


def test_an_export_is_verified_without_the_database(store):
    """Line by line it says what the database says, damages included."""
    fill(store)

    def exported():
        with reading(store) as rows:
            return list(encode_export(rows.head(), rows.checkpoints(), rows.stored()))

    def verified(lines):
        export = decode_export(lines)
        return verify_chain(export.entries, export.head, export.checkpoints, VERIFIER)

    lines = exported()
    assert verified(lines) == verify(store)
    assert verified(lines).is_whole
    for number, line in enumerate(lines[2:], start=1):
        changed = [*lines[: number + 1], line.replace("m-", "n-").replace('"seqs":[', '"seqs":[7,')]
        assert verified([*changed, *lines[number + 2 :]]).is_whole is (changed[-1] == line)
        assert verified([*changed[:-1], line[:-3], *lines[number + 2 :]]).damages[0].seq == number
        assert verified([*changed[:-1], *lines[number + 2 :]]).damages[0].seq == number
    with unguarded(store) as connection:
        connection.execute(
            update(LEDGER_ENTRY).where(LEDGER_ENTRY.c.seq == 4).values(stub="{", subject="\u2028")
        )
    assert verified(exported()) == verify(store)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["{"],
        ["{}"],
        ["[]"],
        ['{"chengxin_ledger":1}'],
        ['{"chengxin_ledger":2,"head":{}}'],
        [f'{{"chengxin_ledger":1,"head":{{"seq":0,"hash":"{GENESIS}"}}}}', '{"checkpoint":1}'],
    ],
)
def test_what_is_no_export_is_told(lines):
    """And is not verified as an empty one."""
    with pytest.raises(LedgerDamaged):
        decode_export(lines)


def test_an_empty_export_is_whole():
    """A head at nothing, and no entries."""
    export = decode_export(encode_export(ChainHead(), [], []))
    assert verify_chain(export.entries, export.head, export.checkpoints).is_whole


def test_the_ledger_goes_with_its_tables(database_url):
    """Back to the revision before, and forward again to an empty one."""
    with SqlStore(database_url) as store:
        fill(store)
    assert downgrade(database_url, "0001_policies") == "0001_policies"
    upgrade(database_url)
    with SqlStore(database_url) as store:
        assert verify(store).entries == 0


CANARY = "金丝雀 canary-7f3a"


def remains(store, server):
    """Return how often the canary stands in the files of the database."""
    if store.engine.dialect.name == "sqlite":
        path = store.engine.url.database
        files = [f"{path}{suffix}" for suffix in ("", "-wal") if Path(f"{path}{suffix}").exists()]
    else:
        with store.engine.connect() as connection:
            files = [
                connection.exec_driver_sql(
                    "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(c.oid) FROM pg_class c "
                    "WHERE c.relname = 'chengxin_ledger_entry' OR c.oid = (SELECT reltoastrelid FROM pg_class "
                    "WHERE relname = 'chengxin_ledger_entry')"
                ).scalars()
            ]
            files = [name for group in files for name in group]
        server.execute("CHECKPOINT")
    found = 0
    for name in files:
        found += Path(name).read_bytes().count(b"canary-7f3a")
    return found


def test_erased_content_leaves_the_disk(store, database_kind, request):
    """Small and large, first and last; nothing of it is left in the files once the database has let go of it."""
    server = request.getfixturevalue("shared_postgres") if database_kind == "postgresql" else None
    for number in range(40):
        text = CANARY * (1 if number % 2 else 900)
        with writing(store) as rows:
            rows.append(a_draft(number, content={"facts": text}, erase_at=AT))
    clear_remains(store)
    assert remains(store, server) > 0
    with writing(store) as rows:
        assert len(rows.erase_due(AT, limit=15)) == 15
    with writing(store) as rows:
        assert len(rows.erase_due(AT)) == 25
    with store.reading() as connection:
        assert (
            connection.scalars(
                select(LEDGER_ENTRY.c.content).where(LEDGER_ENTRY.c.content.is_not(None))
            ).all()
            == []
        )
    assert clear_remains(store, is_rewriting=True)
    assert remains(store, server) == 0
    assert verify(store).erased == 40


def test_the_log_is_not_cut_under_a_reader(tmp_path, sqlite_template):
    """It is told, and done the next time."""
    shutil.copy(sqlite_template, tmp_path / "a.db")
    with SqlStore(f"sqlite:///{tmp_path}/a.db", deadline_seconds=0.2) as store:
        fill(store)
        reader = sqlite3.connect(tmp_path / "a.db")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM chengxin_ledger_entry").fetchone()
        assert not clear_remains(store)
        reader.close()
        assert clear_remains(store)


def test_i6_a_flipped_byte_in_the_file_is_found(tmp_path, sqlite_template):
    """Wherever it is: what is read differs from what was written, and verification says so, and where."""
    shutil.copy(sqlite_template, tmp_path / "a.db")
    with SqlStore(f"sqlite:///{tmp_path}/a.db") as store:
        fill(store)
        clear_remains(store)
        with reading(store) as rows:
            written = list(rows.stored())
    data = (tmp_path / "a.db").read_bytes()
    marks = [data.index(text.encode()) for text in ("m-6", "第 8 号", written[8].hash, written[4].salt)]
    rng = Random(20261127)
    noticed = 0
    pages = sorted({data.index(entry.hash.encode()) // _PAGE for entry in written})
    anywhere = [rng.randrange(100, len(data)) for _ in range(150)]
    among_entries = [rng.choice(pages) * _PAGE + rng.randrange(_PAGE) for _ in range(150)]
    for place in [*marks, *anywhere, *among_entries]:
        changed = bytearray(data)
        changed[place] ^= 1 << rng.randrange(8)
        (tmp_path / "b.db").write_bytes(changed)
        noticed += _is_noticed(tmp_path / "b.db", written)
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / f"b.db{suffix}").unlink(missing_ok=True)
    assert noticed > 20


_PAGE = 4096
"""Bytes of a page of the file."""


def _is_noticed(path, written):
    """Tell whether verification says that a file is damaged, which it must where other entries are read from it."""
    try:
        with SqlStore(f"sqlite:///{path}") as store, reading(store) as rows:
            read, report = list(rows.stored()), rows.verify(VERIFIER)
    except (LedgerDamaged, StoreUnavailable, DBAPIError, LedgerError):
        return True
    if read == written:
        return not report.is_whole
    assert not report.is_whole
    different = {entry.seq for entry in [*read, *written] if not (entry in read and entry in written)}
    assert {damage.seq for damage in report.damages} & different
    return True
