"""Tables brought forward and back, on both databases, beside tables of a host that nobody touches."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select

from chengxin.cache import open_tier
from chengxin.errors import ConfigurationError, StoreOutdated, StoreUnavailable
from chengxin.policy import Text
from chengxin.procedure.pledge import Commitment, NamedFact
from chengxin.store import SqlPolicyStore, SqlStore, check, downgrade, upgrade
from chengxin.store.sql.migration import move
from chengxin.store.sql.pledges import PledgeRows
from chengxin.store.sql.schema import HEAD, IMPOSITION, METADATA, STATEMENT, WAVE
from chengxin.testing import FrozenClock
from chengxin.testing.policy_store_contract import a_document, a_step


def everything_in(url):
    """Return the names of all that is in a database: tables, indexes, triggers, functions."""
    with SqlStore(url) as store, store._bounded(None, is_writing=False) as connection:
        if connection.dialect.name == "sqlite":
            found = connection.exec_driver_sql("SELECT name FROM sqlite_master")
        else:
            found = connection.exec_driver_sql(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace UNION ALL "
                "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            )
        return sorted(found.scalars())


def test_the_revision_of_the_tables_is_the_latest_one():
    """What the code works with is what an upgrade leads to, in one line without branches."""
    script = ScriptDirectory.from_config(move._config())
    assert script.get_heads() == [HEAD]


def test_tables_go_forward_and_back_and_forward_again(empty_database_url):
    """Back to the base nothing of ours is left but the empty version table."""
    assert check(empty_database_url).found is None
    assert upgrade(empty_database_url) == HEAD
    made = everything_in(empty_database_url)
    assert set(METADATA.tables) < set(made)
    assert upgrade(empty_database_url) == HEAD
    assert everything_in(empty_database_url) == made
    assert downgrade(empty_database_url, "base") is None
    assert {
        name for name in everything_in(empty_database_url) if "policy" in name or "refuse" in name
    } == set()
    assert upgrade(empty_database_url) == HEAD
    assert everything_in(empty_database_url) == made


def test_every_revision_goes_back_and_forward_with_rows_in_its_tables(database_url):
    """One by one; what earlier tables hold stays."""
    revisions = [found.revision for found in ScriptDirectory.from_config(move._config()).walk_revisions()]
    with SqlStore(database_url) as sql:
        store = SqlPolicyStore(sql)
        store.append(a_step(store.put(a_document())), expected=0)
    for revision in [*revisions[1:], "base"]:
        assert downgrade(database_url, revision) == (None if revision == "base" else revision)
    for revision in reversed(revisions):
        assert upgrade(database_url, revision) == revision
    with SqlStore(database_url) as sql:
        assert SqlPolicyStore(sql).names() == ()


def test_a_relief_that_named_a_measure_is_left_out_and_one_that_is_a_fact_is_when_going_back(database_url):
    """Of the first nothing ever came; of the second the earlier code knows nothing. The rest of a commitment stays."""
    commitment = Commitment(
        commitment_id="c1",
        pledger="陈店主",
        terms=Text(zh="缴清罚款。", en="Pay the fine."),
        made_at=datetime(2026, 9, 1, tzinfo=UTC),
        due_on=date(2026, 9, 30),
        relief=NamedFact(name="fine_pledged", value=True),
    )

    def kept():
        with SqlStore(database_url) as store, store.reading() as connection:
            return PledgeRows(connection).commitment("c1")

    with SqlStore(database_url) as store, store.transaction() as connection:
        PledgeRows(connection).put_commitment(commitment, code="91350100M000100Y43", key=bytes(32))
    assert kept() == (commitment, "91350100M000100Y43")
    downgrade(database_url, "0007_told")
    upgrade(database_url)
    bare = replace(commitment, relief=None)
    assert kept() == (bare, "91350100M000100Y43")
    downgrade(database_url, "0007_told")
    with SqlStore(database_url) as store:
        engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.exec_driver_sql(
                """UPDATE chengxin_commitment SET body = replace(body, '"relief":null', '"relief":"deposit-relief"')"""
            )
        engine.dispose()
    upgrade(database_url)
    assert kept() == (bare, "91350100M000100Y43")


def test_the_tables_are_those_that_the_code_describes(database_url):
    """Nothing is left for Alembic to do."""
    found = check(database_url)
    assert (found.is_current, found.differences, found.found) == (True, (), HEAD)


def test_a_difference_is_found_and_named(database_url):
    """A column too many, a table too few."""
    with SqlStore(database_url) as store, store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE chengxin_policy_source ADD COLUMN extra INTEGER")
        connection.exec_driver_sql("DROP TABLE chengxin_policy_step")
        connection.exec_driver_sql("CREATE TABLE chengxin_other (id INTEGER)")
    found = check(database_url)
    assert not found.is_current
    assert sorted(line.split()[0] for line in found.differences) == [
        "add_table",
        "remove_column",
        "remove_table",
    ]
    assert any("extra" in line for line in found.differences)


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_difference_within_a_column_is_found(database_url):
    """Where a null may stand, and how long a text may be."""
    with SqlStore(database_url) as store, store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE chengxin_policy_step ALTER COLUMN seal DROP NOT NULL")
        connection.exec_driver_sql("ALTER TABLE chengxin_policy_step ALTER COLUMN seal TYPE VARCHAR(99)")
    (line,) = check(database_url).differences
    assert ("modify_nullable" in line, "modify_type" in line, "seal" in line) == (True, True, True)


def test_a_table_of_the_host_is_neither_looked_at_nor_touched(empty_database_url):
    """In the same database, with rows, with a version table of Alembic's own name, with a fault of its own."""
    with SqlStore(empty_database_url) as store:
        engine = create_engine(empty_database_url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE orders (id INTEGER PRIMARY KEY, what TEXT)")
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32))")
            connection.exec_driver_sql("INSERT INTO orders VALUES (1, 'tea')")
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("CREATE TABLE parts (id INTEGER REFERENCES orders (id))")
                connection.exec_driver_sql("INSERT INTO parts VALUES (2)")
            connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('theirs')")
        upgrade(store)
        assert check(store).differences == ()
        downgrade(store, "base")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT id, what FROM orders").all() == [(1, "tea")]
            assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "theirs"
        engine.dispose()


def test_a_failed_upgrade_leaves_nothing_behind(empty_database_url):
    """All of it is one transaction."""
    with SqlStore(empty_database_url) as store:
        engine = create_engine(empty_database_url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE chengxin_policy_step (id INTEGER)")
        before = everything_in(empty_database_url)
        with pytest.raises(Exception, match="already exists"):
            upgrade(store)
        assert everything_in(empty_database_url) == before
        engine.dispose()


@pytest.mark.parametrize("revision", ["0000_nothing", "nonsense"])
def test_a_revision_that_is_not_there_is_told(revision, database_url):
    """And nothing is changed."""
    with pytest.raises(ConfigurationError, match="cannot be moved"):
        upgrade(database_url, revision)
    with pytest.raises(ConfigurationError, match="cannot be moved"):
        downgrade(database_url, revision)
    assert check(database_url).is_current


def test_tables_of_another_version_are_told_and_not_used(database_url):
    """Of a newer program as well."""
    with SqlStore(database_url) as store, store.transaction() as connection:
        connection.exec_driver_sql("UPDATE chengxin_version SET version_num = '9999_later'")
    with SqlStore(database_url) as store:
        for _ in range(2):
            with pytest.raises(StoreOutdated, match="chengxin db upgrade") as caught, store.reading():
                pytest.fail("the tables were used")
        assert (caught.value.found, caught.value.needed) == ("9999_later", HEAD)
        with pytest.raises(ConfigurationError, match="9999_later"):
            upgrade(store)


def test_a_store_finds_the_tables_that_were_made_after_it_was(empty_database_url):
    """Nobody has to start anew after an upgrade."""
    with SqlStore(empty_database_url) as store:
        with pytest.raises(StoreOutdated), store.reading():
            pass
        upgrade(store)
        assert SqlPolicyStore(store).names() == ()


@pytest.mark.timeout(300)
def test_of_several_who_upgrade_at_once_one_does_it(empty_database_url):
    """The others wait, and find it done."""
    code = "import sys; from chengxin.store import upgrade; sys.stdin.readline(); print(upgrade(sys.argv[1]))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, empty_database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        with process:
            assert process.stdout.read() == f"{HEAD}\n"
            assert process.wait() == 0
    assert check(empty_database_url).is_current


def test_a_file_that_cannot_be_made_is_told(tmp_path):
    """A file where the directory should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        upgrade(f"sqlite:///{tmp_path}/file/chengxin.db")


def test_the_file_is_for_its_owner_alone(tmp_path):
    """It holds what is known of merchants."""
    upgrade(f"sqlite:///{tmp_path}/new/chengxin.db")
    assert (tmp_path / "new" / "chengxin.db").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_an_upgrade_lets_go_of_no_lock_of_this_process(tmp_path):
    """Else whoever closes the file last elsewhere takes the log away from under a connection that is open here."""
    path = tmp_path / "chengxin.db"
    upgrade(f"sqlite:///{path}")
    with SqlStore(f"sqlite:///{path}") as store:
        assert SqlPolicyStore(store).put(a_document())
        upgrade(f"sqlite:///{path}")
        code = (
            "import sqlite3, sys; it = sqlite3.connect(sys.argv[1]); "
            "it.execute('SELECT * FROM chengxin_version').fetchall(); it.close()"
        )
        subprocess.run([sys.executable, "-c", code, path], check=True, timeout=60)
        assert path.with_name("chengxin.db-wal").exists()


def test_a_row_that_refers_to_nothing_stops_a_move(tmp_path):
    """While tables are rebuilt nobody checks that, so it is checked before the end."""
    url = f"sqlite:///{tmp_path}/chengxin.db"
    upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO chengxin_policy_step VALUES ('marketplace', 1, 'sha256:none', '{}', 'sha256:none')"
        )
    engine.dispose()
    with pytest.raises(ConfigurationError, match="would refer to nothing"):
        upgrade(url)


def test_a_cache_file_is_no_place_for_what_is_kept_for_good(tmp_path):
    """It is put aside and made anew when it cannot be used; nothing is made in it."""
    named = {"source": "source", "tenant": "default", "clock": FrozenClock(), "grace": timedelta(days=1)}
    tier = open_tier(f"sqlite:///{tmp_path}/chengxin.db", **named)
    tier.read("91350100M000100Y43")
    tier.close()
    with pytest.raises(ConfigurationError, match="is a cache of chengxin"):
        upgrade(f"sqlite:///{tmp_path}/chengxin.db")
    assert check(f"sqlite:///{tmp_path}/chengxin.db").found is None


def test_what_a_person_decided_on_and_what_is_public_is_found_in_rows_that_are_there(database_url):
    """Back and forward again: no decision is taken for automatic, and nothing public that was replaced."""
    said = '{"measure":{"decided_by":%s,"reason":"\\"decided_by\\":\\"x\\""}}'
    imposition = (
        "INSERT INTO chengxin_imposition (imposition_id, code, role, measure_code, is_open, due_at, version, body) "
        "VALUES ('{}', 'c', 'MERCHANT', 'm', {}, 1, 1, '{}')"
    )
    statement = (
        "INSERT INTO chengxin_statement (statement_id, version, imposition_id, code, is_latest, is_published, stub) "
        "VALUES ('s', {}, 'i', 'c', {}, {}, '{{}}')"
    )
    wave = (
        "INSERT INTO chengxin_wave (wave_id, policy_digest, state, created_at, closed_at, body) "
        """VALUES ('w', 'd', 'LAPSED', 1, 2, '{"state":"LAPSED"}')"""
    )
    true, false = ("true", "false") if database_url.startswith("postgresql") else ("1", "0")
    with SqlStore(database_url) as store, store.transaction() as connection:
        connection.exec_driver_sql(imposition.format("by", true, said % '"王敏"'))
        connection.exec_driver_sql(imposition.format("alone", true, said % "null"))
        connection.exec_driver_sql(statement.format(1, false, true))
        connection.exec_driver_sql(statement.format(2, true, true))
        connection.exec_driver_sql(wave)
    downgrade(database_url, "0008_retention")
    upgrade(database_url)
    with SqlStore(database_url) as store, store.reading() as connection:
        decided = select(IMPOSITION.c.imposition_id).where(IMPOSITION.c.is_decided)
        assert connection.execute(decided).scalars().all() == ["by"]
        public = select(STATEMENT.c.version).where(STATEMENT.c.is_published)
        assert connection.execute(public).scalars().all() == [2]
        found = connection.execute(select(WAVE.c.state, WAVE.c.closed_at, WAVE.c.body)).one()
        assert found == ("REJECTED", None, {"state": "REJECTED"})
