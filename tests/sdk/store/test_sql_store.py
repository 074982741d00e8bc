"""Transactions on both databases: whole or not at all, as of one instant, in time, and told when they cannot be."""

import logging
import pickle
import sqlite3
import subprocess
import sys
import threading
import traceback
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import IntegrityError, OperationalError

from chengxin import store as room
from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError, StoreError, StoreOutdated, StoreUnavailable
from chengxin.store import SqlStore, open_engine, upgrade
from chengxin.store.sql.schema import HEAD
from chengxin.testing import FrozenClock
from chengxin.testing.fork import in_forked_child
from tests.databases import PASSWORD

PUT = "INSERT INTO chengxin_policy_source (digest, content) VALUES ('{}', 'x')"
COUNT = "SELECT count(*) FROM chengxin_policy_source"
SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


@pytest.fixture
def store(database_url):
    """A store in which nothing is kept."""
    with SqlStore(database_url) as store:
        yield store


@pytest.fixture
def other(database_url):
    """The same, as another process sees it."""
    with SqlStore(database_url) as store:
        yield store


def put(store, digest, **named):
    """Keep a row."""
    with store.transaction(**named) as connection:
        connection.exec_driver_sql(PUT.format(digest))


def count(store, **named):
    """Count the rows."""
    with store.reading(**named) as connection:
        return connection.exec_driver_sql(COUNT).scalar_one()


def put_and(store, then, *arguments, **named):
    """Keep a row, and do something else before the end of the block."""
    with store.transaction(**named) as connection:
        connection.exec_driver_sql(PUT.format("a"))
        then(*arguments)


def raise_(kind):
    """Raise an exception."""
    raise kind


class Stopwatch:
    """Measures a block."""

    def __enter__(self):
        self._since = SystemClock().monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = SystemClock().monotonic() - self._since


def test_what_a_block_did_is_there_when_it_has_ended(store, other):
    """And not before."""
    with store.transaction() as connection:
        connection.exec_driver_sql(PUT.format("a"))
        assert count(other) == 0
    assert count(other) == 1


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_whatever_is_raised_undoes_all_of_it(kind, store, other):
    """An interrupt as well, and the error arrives as it was."""
    with pytest.raises(kind):
        put_and(store, raise_, kind)
    assert count(store) == count(other) == 0
    put(store, "a")


def test_an_error_about_what_was_asked_passes_as_it_is(store):
    """A row that is there already is for the caller to judge."""
    put(store, "a")
    with pytest.raises(IntegrityError):
        put(store, "a")
    assert count(store) == 1


def test_who_reads_sees_one_instant(store, other):
    """What others write meanwhile comes with the next block."""
    with store.reading() as connection:
        assert connection.exec_driver_sql(COUNT).scalar_one() == 0
        put(other, "a")
        assert connection.exec_driver_sql(COUNT).scalar_one() == 0
    assert count(store) == 1


def test_who_reads_cannot_write(store):
    """The next who writes on the same connection can."""
    with pytest.raises(StoreError, match="only reads"), store.reading() as connection:
        connection.exec_driver_sql(PUT.format("a"))
    put(store, "a")
    assert count(store) == 1


def test_a_part_of_a_block_is_undone_alone(store):
    """By a savepoint, as SQLAlchemy has it: a row that is there already does not undo the rest."""
    put(store, "a")
    with store.transaction() as connection:
        connection.exec_driver_sql(PUT.format("b"))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.exec_driver_sql(PUT.format("a"))
        connection.exec_driver_sql(PUT.format("c"))
    assert count(store) == 3


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_standby_is_told(database_url, shared_postgres):
    """It reads; who writes has to find the primary."""
    name = database_url.rpartition("/")[2]
    shared_postgres.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with SqlStore(database_url) as store:
        assert count(store) == 0
        with pytest.raises(StoreUnavailable, match="give the primary"):
            put(store, "a")


@pytest.mark.parametrize("outer", ["transaction", "reading"])
@pytest.mark.parametrize("inner", ["transaction", "reading"])
def test_a_block_inside_of_another_is_refused(outer, inner, store):
    """It would be another transaction, which does not see what this one did; other threads are free."""
    with getattr(store, outer)():
        with (
            pytest.raises(StoreError, match="in a transaction of this store already"),
            getattr(store, inner)(),
        ):
            pytest.fail("it was let in")
        found = []
        thread = threading.Thread(target=lambda: found.append(count(store)))
        thread.start()
        thread.join()
        assert found == [0]
    assert count(store) == 0


def test_nothing_is_connected_before_the_first_use():
    """Making one asks nobody, and where it leads is shown without credentials."""
    with SqlStore("postgresql://platform:secret@127.0.0.1:1/none") as store:
        assert repr(store) == "<SqlStore postgresql://127.0.0.1:1/none>"
        with pytest.raises(StoreUnavailable) as caught:
            count(store)
    assert caught.value.location == "postgresql://127.0.0.1:1/none"
    assert pickle.loads(pickle.dumps(caught.value)).location == caught.value.location  # noqa: S301 -- our own


def test_a_slow_statement_is_ended_in_time(database_kind, store):
    """The connection is used again."""
    with Stopwatch() as watch, pytest.raises(StoreUnavailable, match="within the deadline"):  # noqa: SIM117
        with store.reading(deadline_seconds=0.2) as connection:
            connection.exec_driver_sql(SLOW[database_kind])
    assert watch.seconds < 3
    assert count(store) == 0


def test_who_writes_waits_for_another_writer_no_longer_than_may_be(database_kind, store, other):
    """And it is told; nothing of it is done."""
    lock = "LOCK TABLE chengxin_policy_source" if database_kind == "postgresql" else "SELECT 1"
    with other.transaction() as connection:
        connection.exec_driver_sql(lock)
        with Stopwatch() as watch, pytest.raises(StoreUnavailable):
            put(store, "a", deadline_seconds=0.2)
    assert watch.seconds < 3
    put(store, "b", deadline_seconds=10)
    assert count(store) == 1


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_who_finds_all_connections_taken_waits_no_longer_than_may_be(database_url):
    """Background work that holds them does not hold up a request."""
    with SqlStore(open_engine(database_url, connections=1)) as store:
        count(store)
        taken, go = threading.Event(), threading.Event()

        def hold():
            with store.transaction():
                taken.set()
                go.wait(60)

        thread = threading.Thread(target=hold)
        thread.start()
        taken.wait(60)
        with Stopwatch() as watch, pytest.raises(StoreUnavailable, match="all connections"):
            count(store, deadline_seconds=0.1)
        go.set()
        thread.join()
        assert watch.seconds < 3
        assert count(store) == 0
        store.engine.dispose()


def prepared(server):
    """Return the URL of a database on a server of its own, with the tables."""
    url = server.url(server.create())
    upgrade(url)
    return url


@pytest.mark.parametrize("is_connected", [True, False])
def test_i9_a_deadline_holds_when_the_server_is_frozen(is_connected, postgres_server):
    """Its connections stay open and answer nothing; a new one is taken and never greeted."""
    url = prepared(postgres_server)
    with SqlStore(url) as store:
        if is_connected:
            count(store)
        postgres_server.freeze()
        for use in (count, lambda store, **named: put(store, "a", **named)):
            with Stopwatch() as watch, pytest.raises(StoreUnavailable):
                use(store, deadline_seconds=0.3)
            assert watch.seconds < 2
        postgres_server.thaw()
        put(store, "b", deadline_seconds=30)
        assert count(store) >= 1


def test_i9_a_deadline_holds_when_the_server_is_frozen_in_the_middle(postgres_server):
    """What was done is undone, also where the end of the block meets it."""
    url = prepared(postgres_server)
    with SqlStore(url) as store:
        with Stopwatch() as watch, pytest.raises(StoreUnavailable):
            put_and(store, postgres_server.freeze, deadline_seconds=0.3)
        assert watch.seconds < 2
        with pytest.raises(StoreUnavailable), store.transaction(deadline_seconds=0.3):
            pytest.fail("it was let in")
        postgres_server.thaw()
        assert count(store, deadline_seconds=30) in (0, 1)


def test_a_server_that_was_killed_is_told_and_used_again_when_it_is_back(postgres_server):
    """What was committed is there, what was not is not."""
    url = prepared(postgres_server)
    with SqlStore(url) as store:
        put(store, "b")
        with pytest.raises(StoreUnavailable):
            put_and(store, postgres_server.kill)
        with pytest.raises(StoreUnavailable):
            count(store)
        postgres_server.start()
        assert count(store) == 1


def test_an_error_is_not_hidden_by_a_server_that_is_gone(postgres_server):
    """What was raised arrives, though nothing can be undone any more; it is not there afterwards."""

    def fail():
        postgres_server.kill()
        raise ValueError

    with SqlStore(prepared(postgres_server)) as store:
        with pytest.raises(ValueError, match=r"^$"):
            put_and(store, fail)
        postgres_server.start()
        assert count(store) == 0


class Waiting(FrozenClock):
    """A clock that does something when somebody waits."""

    def __init__(self, on_sleep=lambda: None):
        super().__init__()
        self._on_sleep = on_sleep

    def sleep(self, seconds):
        """Do it, and go on."""
        self._on_sleep()
        super().sleep(seconds)


@pytest.mark.parametrize("ends", [True, False])
def test_who_stands_in_the_way_of_a_new_file_is_waited_for(ends, tmp_path):
    """SQLite itself does not wait for the lock under which the mode of a file is changed."""
    path = tmp_path / "chengxin.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("CREATE TABLE theirs (id INTEGER)")
        other.execute("BEGIN IMMEDIATE")
        clock = Waiting(lambda: other.execute("ROLLBACK") if ends and other.in_transaction else None)
        engine = open_engine(f"sqlite:///{path}", wait_seconds=0.1, clock=clock)
        if ends:
            assert upgrade(engine) == HEAD
        else:
            with pytest.raises(StoreUnavailable, match="locked by another writer"):
                upgrade(engine)
        engine.dispose()


@pytest.mark.parametrize("query", ["", "?application_name=shop", "?connect_timeout=3&application_name=shop"])
def test_an_administrator_sees_whose_connections_they_are(query, shared_postgres, postgres_template):
    """By the name in the URL, or ours."""
    with SqlStore(shared_postgres.url(postgres_template) + query) as store, store.reading() as connection:
        name = connection.exec_driver_sql("SHOW application_name").scalar()
    assert name == ("shop" if query else "chengxin")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_full_disk_is_told(store):
    """Nothing of the block is kept."""
    with store.transaction() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        with pytest.raises(OperationalError, match="full"):
            connection.exec_driver_sql("CREATE TABLE chengxin_big AS SELECT zeroblob(10000000)")
    with pytest.raises(StoreUnavailable, match="disk is full"), store.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE chengxin_big AS SELECT zeroblob(10000000)")
    assert count(store) == 0


@pytest.mark.parametrize(
    ("content", "words"), [(b"no database at all" * 99, "is no SQLite database"), (None, "cannot be used")]
)
def test_a_file_that_is_no_database_is_told(content, words, tmp_path):
    """Or a directory in its place."""
    path = tmp_path / "chengxin.db"
    path.write_bytes(content) if content else path.mkdir()
    with SqlStore(f"sqlite:///{path}") as store, pytest.raises(StoreUnavailable, match=words):
        count(store)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/path.db",
        "sqlite:///path.db?mode=memory",
        "mysql://platform:hunter2@db/name",
        "postgresql+psycopg2://platform:hunter2@db/name",
        "postgres://platform:hunter2@db/name",
        "postgresql://platform:hunter2@db:port/name",
        "hunter2",
        "",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_and_not_repeated(url):
    """It may hold a password."""
    with pytest.raises(ConfigurationError, match=r"sqlite:///") as caught:
        SqlStore(url)
    assert "hunter2" not in str(caught.value)


def test_psycopg_is_asked_for_by_name(monkeypatch):
    """Who has a file does without."""
    monkeypatch.delitem(sys.modules, "chengxin.store.sql.postgresql", raising=False)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match=r"chengxin\[postgresql\]"):
        SqlStore("postgresql://platform@127.0.0.1/none")


@pytest.mark.parametrize("way", ["user", "query"])
@pytest.mark.parametrize("failure", [None, "password", "port", "statement"])
def test_no_password_is_ever_shown(way, failure, shared_postgres, postgres_template, caplog):
    """Not in what is logged at DEBUG by anybody, shown by anything, or raised; wherever it stood in the URL."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.DEBUG)
    secret = "canary-wrong" if failure == "password" else PASSWORD
    url = shared_postgres.url(postgres_template, password=secret)
    if way == "query":
        url = url.replace(f":{secret}@", "@") + f"?password={secret}&sslpassword={secret}"
    if failure == "port":
        url = url.replace(str(shared_postgres.port), "1")
    shown = []
    with SqlStore(url) as store:
        try:
            with store.reading() as connection:
                shown += [repr(connection), repr(connection.connection.dbapi_connection)]
                connection.exec_driver_sql("nonsense" if failure == "statement" else "SELECT 1")
        except Exception as error:  # noqa: BLE001 -- whatever it is
            assert failure is not None
            shown += traceback.format_exception(error)
            shown += [repr(vars(each)) for each in (error, error.__cause__) if each is not None]
        else:
            assert failure is None
        shown += [
            repr(store),
            repr(store.engine),
            str(store.engine.url),
            store.location,
            repr(store.engine.pool),
        ]
        shown.append(store.engine.url.render_as_string(hide_password=False))
    logging.getLogger("sqlalchemy").setLevel(logging.NOTSET)
    assert "canary" not in "\n".join([*shown, caplog.text])


def test_a_forked_child_makes_connections_of_its_own(store):
    """It reads and writes beside its parent."""

    def child(digest):
        put(store, digest)
        return count(store)

    put(store, "a")
    assert in_forked_child(lambda: child("b")) == 2
    put(store, "c")
    assert in_forked_child(lambda: child("d")) == 4
    assert count(store) == 4


def test_a_child_that_is_forked_inside_a_transaction_does_not_end_it(store):
    """Its parent alone commits, or undoes."""
    outcome = None
    with store.transaction() as connection:
        connection.exec_driver_sql(PUT.format("a"))
        outcome = in_forked_child(lambda: leave_block(store))
    assert isinstance(outcome, StoreUnavailable | int)
    assert count(store) == 1


def leave_block(store):
    """Do in a child what a worker does that was forked at the wrong moment."""
    try:
        return count(store)
    except StoreUnavailable as error:
        return error


def test_a_block_that_ends_in_a_forked_child_ends_nothing(database_url):
    """The child is told; what its parent did stays as it is until the parent ends it."""
    code = """
import os, sys
from chengxin.errors import StoreUnavailable
from chengxin.store import SqlStore
store = SqlStore(sys.argv[1])
pid = 0
try:
    with store.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO chengxin_policy_source VALUES ('a', 'x')")
        pid = os.fork()
        if pid:
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
except StoreUnavailable as error:
    os._exit(7 if "forked inside a transaction" in str(error) and not pid else 8)
with store.reading() as connection:
    assert connection.exec_driver_sql("SELECT count(*) FROM chengxin_policy_source").scalar_one() == 1
store.close()
"""
    subprocess.run([sys.executable, "-c", code, database_url], check=True, timeout=60)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_that_another_thread_uses_at_a_fork_is_closed_to_the_child(store):
    """It inherits what SQLite believes to hold, and not the locks; so it is told."""
    inside, go = threading.Event(), threading.Event()

    def hold():
        with store.reading() as connection:
            connection.exec_driver_sql(COUNT)
            inside.set()
            go.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(60)
    outcome = in_forked_child(lambda: count(store))
    go.set()
    thread.join()
    assert isinstance(outcome, StoreUnavailable)
    assert "forked" in str(outcome)
    assert count(store) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_file_that_was_taken_away_or_replaced_is_not_written_to_any_more(store, database_url):
    """What was open would lead to a file that nobody finds again."""
    put(store, "a")
    path = Path(database_url.removeprefix("sqlite:///"))
    path.rename(path.with_name("away.db"))
    with pytest.raises(StoreOutdated, match="are not there yet"):
        put(store, "b")
    assert not path.exists()
    upgrade(database_url)
    put(store, "c")
    assert count(store) == 1


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_tables_are_moved_in_a_forked_child(store):
    """With connections of its own."""
    assert count(store) == 0
    assert in_forked_child(lambda: upgrade(store)) == HEAD
    assert count(store) == 0


KILLED = """
import os, signal, sys
from chengxin.store import SqlStore
with SqlStore(sys.argv[1]) as store:
    with store.transaction() as connection:
        connection.exec_driver_sql("INSERT INTO chengxin_policy_source VALUES ('acknowledged', 'x')")
    print("acknowledged", flush=True)
    with store.transaction() as connection:
        for number in range(1000):
            connection.exec_driver_sql(f"INSERT INTO chengxin_policy_source VALUES ('{number}', 'x')")
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_i7_a_writer_killed_in_the_middle_leaves_what_it_was_told_of_and_nothing_else(database_url, store):
    """Its lock is gone with it."""
    done = subprocess.run(
        [sys.executable, "-c", KILLED, database_url], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == ("acknowledged\n", -9)
    assert count(store) == 1
    put(store, "next")


class TestEngineOfTheHost:
    """An engine that the host has already."""

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_postgresql_is_used_as_it_is(self, database_url):
        """Its pool serves, and it is not closed."""
        engine = create_engine(database_url.replace("postgresql:", "postgresql+psycopg:"))
        with SqlStore(engine) as store:
            put(store, "a")
            assert store.engine is engine
            with Stopwatch() as watch, pytest.raises(StoreUnavailable):  # noqa: SIM117
                with store.reading(deadline_seconds=0.2) as connection:
                    connection.exec_driver_sql(SLOW["postgresql"])
            assert watch.seconds < 3
        assert engine.pool.checkedin() == 1
        with engine.connect() as connection:
            shown = [
                connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("statement_timeout", "transaction_isolation", "transaction_read_only")
            ]
            assert shown == ["0", "read committed", "off"]
            assert connection.exec_driver_sql(COUNT).scalar_one() == 1
        engine.dispose()

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_postgresql_that_has_no_connection_free_is_told(self, database_url):
        """Its pool waits as long as the host says."""
        engine = create_engine(
            database_url.replace("postgresql:", "postgresql+psycopg:"),
            pool_size=1,
            max_overflow=0,
            pool_timeout=0.1,
        )
        with (
            engine.connect(),
            SqlStore(engine) as store,
            pytest.raises(StoreUnavailable, match="all connections"),
        ):
            count(store)
        engine.dispose()

    @pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
    def test_one_that_commits_each_statement_is_refused(self, database_url):
        """Nothing could be undone."""
        engine = create_engine(
            database_url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
        )
        with pytest.raises(ConfigurationError, match="AUTOCOMMIT"):
            count(SqlStore(engine))
        engine.dispose()

    @pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
    def test_of_sqlite_the_file_is_used(self, database_url):
        """With connections of our own, as the host's begin and commit otherwise."""
        engine = create_engine(database_url)
        with SqlStore(engine) as store:
            put(store, "a")
            assert store.engine is not engine
            with engine.connect() as connection:
                assert connection.exec_driver_sql(COUNT).scalar_one() == 1
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 0
        engine.dispose()

    def test_a_sqlite_file_in_another_mode_is_refused_and_left_as_it_is(self, tmp_path):
        """It is the host's to change."""
        engine = create_engine(f"sqlite:///{tmp_path}/host.db")
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE orders (id INTEGER)")
        with SqlStore(engine) as store, pytest.raises(ConfigurationError, match="journal_mode=WAL"):
            count(store)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "delete"
        engine.dispose()

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:name?uri=true"])
    def test_a_sqlite_database_that_is_no_plain_file_is_refused(self, url):
        """Several processes could not share it."""
        engine = create_engine(url)
        with pytest.raises(ConfigurationError, match="plain SQLite file"):
            SqlStore(engine)
        engine.dispose()

    def test_another_database_is_refused(self, tmp_path):
        """There are two that are tested."""
        engine = create_engine(f"sqlite:///{tmp_path}/host.db")
        engine.dialect.name = "mysql"
        with pytest.raises(ConfigurationError, match="'mysql'"):
            SqlStore(engine)
        engine.dispose()


def test_an_engine_of_ours_is_shared_and_closed_by_who_opened_it(database_url):
    """A store of it leaves it open."""
    engine = open_engine(database_url)
    for _ in range(2):
        with SqlStore(engine) as store:
            assert count(store) == 0
    assert engine.pool.checkedin() == 1
    engine.dispose()


def test_importing_loads_no_sql():
    """Who uses no store does not pay for it, and neither does who keeps policies in a directory."""
    code = (
        "import sys\n"
        "import chengxin\n"
        "chengxin.CreditClient, chengxin.Settings\n"
        "from chengxin.store import DirectoryPolicyStore, open_policy_store\n"
        "import chengxin.cli.app\n"
        "assert not {'sqlalchemy', 'alembic', 'psycopg', 'mako'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_face_of_the_room_is_what_it_says():
    """Names load when they are first used."""
    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute"):
        room.blunder  # noqa: B018  # the access is the test


def test_a_schema_whose_very_words_are_damaged_is_told(tmp_path, sqlite_template):
    """Where SQLite names what is damaged in bytes that are no text, the store still says that the file is."""
    data, path = sqlite_template.read_bytes(), tmp_path / "damaged.db"
    place, told = data.index(b"CREATE TABLE chengxin_policy_step"), 0
    for offset in range(0, 300, 3):
        path.write_bytes(data[: place + offset] + b"\xf2" + data[place + offset + 1 :])
        with SqlStore(f"sqlite:///{path}") as store:
            try:
                store.revision()
            except StoreUnavailable as error:
                told += "damaged" in str(error)
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    assert told > 10
