"""What time brings is put on record for everybody, whatever is the matter with one of them (invariants I4, I6)."""

from datetime import date

import pytest
from sqlalchemy import update

from chengxin.errors import StoreUnavailable
from chengxin.store.sql.schema import IMPOSITION, STATEMENT
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODES

MINE = CODES[:4]
BROKEN = CODES[1]


@pytest.fixture
def over(platform):
    """A platform on which the measures of four merchants are over by time, and nobody has swept."""
    for code in MINE:
        platform.disclose(a_penalty(f"P-{code}", end_on=date(2026, 12, 1)), code=code)
        platform.treatments.reconcile(code)
    platform.clock.advance(seconds=30 * 86_400)
    return platform


def damage(platform, table):
    """Have what is kept of one merchant in a table be of no use."""
    with platform.store.transaction() as connection:
        body = {"of": "a later version"}
        connection.execute(update(table).where(table.c.code == BROKEN).values(body=body))


def is_on_record(platform, code):
    """Tell whether every end of a merchant is on record."""
    return all(one.end is not None for one in platform.treatments.of(code))


@pytest.mark.parametrize("table", [STATEMENT, IMPOSITION], ids=["statement", "measure"])
def test_i4_one_damaged_row_keeps_nobody_else_from_ending(over, table, caplog):
    """It is counted and logged, and tried again; every other end is on record with its statement."""
    damage(over, table)
    with over.store.reading() as connection:
        due = TreatmentRows(connection).due(over.clock.now(), limit=1_000)
    swept = over.treatments.sweep(is_looking=False)
    theirs = sum(one.code == BROKEN for one in due)
    assert (swept.failed, swept.ended) == (theirs, len(due) - theirs)
    assert not swept.is_more
    for code in {*MINE} - {BROKEN}:
        assert is_on_record(over, code)
        assert {one.status.value for one in over.treatments.statements_of(code)} == {"WITHDRAWN"}
    assert "is tried again" in caplog.text
    assert "a later version" not in caplog.text
    assert over.kinds().count("measure.ended") == swept.ended


def test_what_fails_is_not_tried_again_at_once(over, monkeypatch):
    """It is put off; when it can be done it is."""
    with monkeypatch.context() as patch:
        find = TreatmentRows.find

        def fail(rows, imposition_id):
            one = find(rows, imposition_id)
            if one is not None and one.code == BROKEN:
                raise ValueError(imposition_id)
            return one

        patch.setattr(TreatmentRows, "find", fail)
        assert over.treatments.sweep(is_looking=False).failed > 0
        assert over.treatments.sweep(is_looking=False).failed == 0
        over.clock.advance(seconds=61)
        assert over.treatments.sweep(is_looking=False).failed > 0
    over.clock.advance(seconds=61)
    swept = over.treatments.sweep(is_looking=False)
    assert swept.failed == 0
    assert is_on_record(over, BROKEN)


def test_more_that_fail_than_are_taken_at_once_starve_nobody(over, monkeypatch):
    """The longest due come first, and the sweep goes on behind those that fail."""
    monkeypatch.setattr("chengxin.services.treatments.sweeping._AT_ONCE", 2)
    damage(over, STATEMENT)
    swept = over.treatments.sweep(is_looking=False)
    assert swept.failed > 2
    for code in {*MINE} - {BROKEN}:
        assert is_on_record(over, code)


def test_a_sweep_with_a_limit_counts_what_it_did(over):
    """What fails takes nobody's place."""
    damage(over, STATEMENT)
    assert over.treatments.sweep(limit=1, is_looking=False).ended == 1


def test_a_database_that_cannot_be_used_ends_the_sweep(over, monkeypatch):
    """Nothing is tried row by row then."""
    tried = []

    def fail(rows, imposition_id):
        tried.append(imposition_id)
        raise StoreUnavailable("gone", location="here")

    monkeypatch.setattr(TreatmentRows, "find", fail)
    with pytest.raises(StoreUnavailable):
        over.treatments.sweep(is_looking=False)
    assert len(tried) == 1
