"""What an answer shows at an instant: only what is disclosed then, for only as long."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord, UnknownReason, UnknownStanding
from chengxin.records import (
    CreditAnswer,
    CreditStatus,
    Freshness,
    RecordKind,
    Standing,
    Subject,
    show,
    unknown,
)
from chengxin.testing import CODES, a_penalty, an_answer
from tests.sdk.strategies import answers, instants

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@given(answers(), instants, st.integers(1, 10_000_000))
def test_i1_a_status_shows_just_what_is_disclosed_and_is_valid_no_longer_than_that(answer, at, seconds):
    """Every record shown is disclosed at every instant at which the status is valid, and no other is."""
    status = show(answer, at=at, fetched_at=at, fresh_until=at + timedelta(seconds=seconds))
    assert at < status.valid_until <= at + timedelta(seconds=seconds)
    last = status.valid_until - timedelta(milliseconds=1)
    for instant in {at, max(at, last)}:
        assert [r for r in answer.records if r.is_shown(instant)] == list(status.records)
    assert status.is_valid(at)
    assert not status.is_valid(status.valid_until)
    assert not status.is_valid(at - timedelta(milliseconds=1))


@given(answers(), instants)
def test_i2_no_adverse_record_is_said_only_of_a_complete_answer_without_one(answer, at):
    """The standing follows from what is shown; an unclassed record is never harmless."""
    status = show(answer, at=at, fetched_at=at, fresh_until=at + DAY)
    shown = [record for record in answer.records if record.is_shown(at)]
    if any(record.is_adverse for record in shown):
        assert status.standing is Standing.ADVERSE
        assert status.adverse_records
    elif any(record.kind is RecordKind.OTHER for record in shown):
        assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.UNRECOGNISED_RECORD)
    else:
        assert status.standing is Standing.NO_ADVERSE_RECORD


@given(st.sampled_from(UnknownReason))
def test_i2_an_unknown_has_its_reason_shows_nothing_and_is_never_valid(reason):
    """What is not known is neither good nor adverse, and is not kept."""
    status = unknown(CODES[0], reason=reason, detail="why", at=NOW, source="test")
    assert (status.standing, status.reason, status.records) == (Standing.UNKNOWN, reason, ())
    assert status.freshness is (Freshness.STALE if reason is UnknownReason.STALE else Freshness.ABSENT)
    assert not status.is_valid(NOW)
    with pytest.raises(UnknownStanding, match="why") as caught:
        status.raise_for_unknown()
    assert caught.value.reason is reason


def test_i2_a_subject_that_the_source_does_not_know_is_unknown():
    """Not registered at the source is not a good standing."""
    status = show(an_answer(registered=False), at=NOW, fetched_at=NOW, fresh_until=NOW + DAY)
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.NOT_FOUND)


def test_a_known_standing_raises_nothing():
    """Certainty was asked for and is there."""
    status = show(an_answer(a_penalty()), at=NOW, fetched_at=NOW, fresh_until=NOW + DAY)
    assert status.raise_for_unknown() is None
    assert status.standing is Standing.ADVERSE


@pytest.mark.parametrize(
    "change",
    [
        {"reason": UnknownReason.TIMEOUT},
        {"standing": Standing.UNKNOWN},
        {"standing": Standing.NO_ADVERSE_RECORD},
        {"records": ()},
        {"valid_until": NOW + 5000 * DAY},
        {"shown_at": NOW + 5000 * DAY},
    ],
)
def test_i1_a_contradictory_status_cannot_be_constructed(change):
    """Standing, reason, records and life belong together."""
    arguments = {
        "subject": Subject.of(CODES[0]),
        "standing": Standing.ADVERSE,
        "records": (a_penalty(),),
        "fetched_at": NOW,
        "shown_at": NOW,
        "valid_until": NOW + DAY,
        "freshness": Freshness.FRESH,
        "source": "test",
    }
    CreditStatus(**arguments)
    with pytest.raises(InvalidRecord):
        CreditStatus(**(arguments | change))


def test_a_subject_that_is_not_registered_has_no_records():
    """An answer that exists is right."""
    with pytest.raises(InvalidRecord):
        CreditAnswer(
            subject=Subject.of(CODES[0]),
            registered=False,
            records=(a_penalty(),),
            as_of=NOW,
            source="test",
            snapshot_id="S",
        )


def test_one_record_stands_in_an_answer_once():
    """Neither an answer nor a status holds a record twice, in whatever version: counts would be wrong."""
    first = a_penalty()
    with pytest.raises(InvalidRecord, match="twice"):
        an_answer(first, replace(first, version=first.version + 1))
    status = show(an_answer(first), at=NOW, fetched_at=NOW, fresh_until=NOW + DAY)
    with pytest.raises(InvalidRecord, match="twice"):
        replace(status, records=(first, first))
