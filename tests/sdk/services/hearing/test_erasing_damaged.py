"""What cannot be read of one keeps the words of no other from being erased when their term is over."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from chengxin.services.upkeep import Upkeep
from chengxin.store.sql.schema import COMMITMENT, DECLARATION
from tests.sdk.services.hearing.kept import in_tables
from tests.sdk.services.hearing.test_retention import SAID, heard, objected, pledged


@pytest.fixture
def term(house):
    """What erases for a platform on which everything is over long ago."""
    house.limited()
    objected(house)
    heard(house)
    pledged(house)
    pledged(house)
    house.clock.advance(seconds=timedelta(days=2_000).total_seconds())
    house.treatments.sweep(is_looking=False)
    return Upkeep(house.store, clock=house.clock)


def damage(house, table, **values):
    """Have one row of a table be of no use."""
    with house.store.transaction() as connection:
        key = next(iter(table.primary_key.columns))
        one = connection.scalars(key.table.select().with_only_columns(key).order_by(key)).first()
        body = {"of": "a later version 金丝雀损坏"}
        connection.execute(update(table).where(key == one).values(body=body, **values))


@pytest.mark.parametrize("table", [COMMITMENT, DECLARATION], ids=["commitment", "declaration"])
@pytest.mark.parametrize("values", [{}, {"over_at": None}], ids=["when it is erased", "when its term begins"])
def test_i7_one_damaged_row_keeps_no_other_from_being_erased(house, term, table, values, monkeypatch, caplog):
    """It is logged, and tried again by the next run; however many there are, those behind them are found."""
    monkeypatch.setattr("chengxin.services.erasing._AT_ONCE", 1)
    damage(house, table, **values)
    assert term.erase() == 5
    kept = in_tables(house.store)
    assert [word for word in SAID if word.encode() in kept] == []
    assert "is tried again" in caplog.text
    assert "金丝雀" not in caplog.text
    assert term.erase() == 0
