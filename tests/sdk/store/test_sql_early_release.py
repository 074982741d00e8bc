"""Locks of PostgreSQL that are let go before the disk has answered, by who may do nothing but use the tables."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from chengxin.store import LedgerRows, SqlStore
from tests.sdk.ledger.material import a_draft

WAITS = "SELECT current_setting('synchronous_commit')"


@pytest.fixture
def database_kind():
    """Return the one kind that this is about."""
    return "postgresql"


@pytest.fixture
def store(database_url):
    """Return a store with an empty ledger."""
    with SqlStore(database_url, deadline_seconds=30) as store:
        yield store


@pytest.mark.parametrize("count", [1, 3])
def test_who_appends_is_answered_when_the_log_is_on_the_disk(count, store):
    """Whether one entry is appended or several; the next transaction waits as usual."""
    with store.transaction() as connection:
        assert connection.exec_driver_sql(WAITS).scalar() == "on"
        rows = LedgerRows(connection)
        rows.append(*(a_draft(number) for number in range(count)))
        rows.append(a_draft())
        assert connection.exec_driver_sql(WAITS).scalar() == "off"
    with store.transaction() as connection:
        assert connection.exec_driver_sql(WAITS).scalar() == "on"
        head = LedgerRows(connection).head()
    assert head.seq == count + 1


def test_the_log_is_on_the_disk_up_to_the_commit(store):
    """What was written up to the commit is flushed when the block ends."""
    for number in range(20):
        with store.transaction() as connection:
            LedgerRows(connection).append(a_draft(number))
            written = connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()").scalar()
        with store.reading() as connection:
            query = f"SELECT pg_current_wal_flush_lsn() > '{written}'"
            assert connection.exec_driver_sql(query).scalar()


def test_what_is_undone_leaves_no_trace(store):
    """Nor does the next transaction of the connection commit in another way than its own."""
    for number in range(3):
        with pytest.raises(DBAPIError):
            _fail(store)
        with store.transaction() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS effect (n INTEGER)")
        with store.transaction() as connection:
            LedgerRows(connection).append(a_draft(number))
    with store.reading() as connection:
        report = LedgerRows(connection).verify()
    assert (report.is_whole, report.entries) == (True, 3)


def _fail(store):
    with store.transaction() as connection:
        LedgerRows(connection).append(a_draft())
        connection.exec_driver_sql("SELECT nothing")


def test_a_role_that_may_only_use_the_tables_appends(store, database_url, shared_postgres):
    """No privilege is needed that a platform would not give; a savepoint within is no end."""
    database = database_url.rsplit("/", 1)[1]
    shared_postgres.execute("DROP ROLE IF EXISTS teller")
    shared_postgres.execute("CREATE ROLE teller LOGIN PASSWORD 'teller'")
    grants = (
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO teller",
        "GRANT INSERT, UPDATE ON chengxin_ledger_entry, chengxin_ledger_head TO teller",
    )
    for grant in grants:
        shared_postgres.execute(grant, database=database)
    url = f"postgresql://teller:teller@127.0.0.1:{shared_postgres.port}/{database}"
    try:
        with SqlStore(url) as theirs, theirs.transaction() as connection:
            with connection.begin_nested():
                LedgerRows(connection).append(a_draft(1))
            LedgerRows(connection).append(a_draft(2), a_draft(3))
        with store.reading() as connection:
            report = LedgerRows(connection).verify()
        assert (report.is_whole, report.entries) == (True, 3)
    finally:
        shared_postgres.execute("DROP OWNED BY teller", database=database)
        shared_postgres.execute("DROP ROLE teller")


def test_a_hosts_own_connection_is_answered_in_the_same_way(database_url):
    """An engine and a transaction of the host's, without a store."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        LedgerRows(connection).append(a_draft(1))
    with engine.connect() as connection:
        rows = LedgerRows(connection)
        rows.append(a_draft(2))
        connection.rollback()
        rows.append(a_draft(2))
        connection.commit()
        rows.append(a_draft(3))
        connection.commit()
        assert rows.verify().entries == 3
        assert rows.verify().is_whole
        connection.rollback()
    engine.dispose()
