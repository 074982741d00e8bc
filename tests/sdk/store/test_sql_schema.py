"""The types of columns: what goes in comes out, and what would be kept wrongly is refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from chengxin.canonical import canonical_bytes
from chengxin.records import CHINA
from chengxin.store import SqlStore
from chengxin.store.sql import METADATA, Document, Instant
from chengxin.store.sql.schema import PREFIX

DIALECT = sqlite.dialect()
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_comes_back_to_the_microsecond(instant):
    """Before 1970 and after 2262 as well."""
    kept = Instant().process_bind_param(instant, DIALECT)
    assert isinstance(kept, int)
    assert Instant().process_result_value(kept, DIALECT) == instant


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_instants_are_kept_in_their_order(first, second):
    """What the database sorts is sorted by time."""
    assert (first < second) == (
        Instant().process_bind_param(first, DIALECT) < Instant().process_bind_param(second, DIALECT)
    )


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 6, 1),
        datetime(2026, 6, 1, tzinfo=CHINA),
        datetime(2026, 6, 1, tzinfo=timezone(timedelta(0.1))),
    ],
)
def test_an_instant_without_a_zone_or_of_another_one_is_refused(value):
    """It would be eight hours off, and nobody would see it."""
    with pytest.raises(ValueError, match="aware datetime in UTC"):
        Instant().process_bind_param(value, DIALECT)


@given(JSON)
def test_a_document_is_kept_in_its_canonical_form(value):
    """The same value has the same text."""
    kept = Document().process_bind_param(value, DIALECT)
    assert kept == (None if value is None else canonical_bytes(value).decode())
    assert Document().process_result_value(kept, DIALECT) == value


def test_values_come_back_from_both_databases(database_url):
    """An instant, a document, and nothing for each."""
    table = Table(
        "chengxin_test",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("at", Instant),
        Column("what", Document),
    )
    at, what = datetime(2026, 3, 31, 15, 59, 59, 999_999, tzinfo=UTC), {"乙": [1, None, "\x00"], "a": True}
    with SqlStore(database_url) as store:
        with store.transaction() as connection:
            table.create(connection)
            connection.execute(
                insert(table), [{"id": 1, "at": at, "what": what}, {"id": 2, "at": None, "what": None}]
            )
        with store.reading() as connection:
            assert connection.execute(select(table).order_by(table.c.id)).all() == [
                (1, at, what),
                (2, None, None),
            ]
        with pytest.raises(StatementError, match="aware datetime in UTC"), store.transaction() as connection:
            connection.execute(insert(table).values(id=3, at=datetime(2026, 3, 31)))


def test_all_tables_and_constraints_carry_our_prefix():
    """So that they can live in a host's database."""
    assert METADATA.tables
    for table in METADATA.tables.values():
        assert table.name.startswith(PREFIX)
        assert all(constraint.name for constraint in table.constraints)
