"""A badge repeats a fact with its date, and nothing when nothing is known."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.badges import BadgeState, badge_of
from chengxin.errors import UnknownReason
from chengxin.records import DisclosureStatus, RecordKind, show, unknown
from chengxin.testing import CODES, a_listing, a_penalty, an_answer
from tests.sdk.strategies import answers, instants

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
PRAISE = ("优", "良好", "诚信", "good", "trust", "excellent", "safe", "reliable", "clean")


def status_of(*records):
    """Return the status that shows just these records."""
    return show(an_answer(*records), at=NOW, fetched_at=NOW, fresh_until=NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("records", "state", "zh", "en"),
    [
        (
            (),
            BadgeState.NO_ADVERSE_RECORD,
            "截至 2026-11-20 未见公示的失信信息",
            "no adverse record shown as of 2026-11-20",
        ),
        (
            (a_penalty(),),
            BadgeState.ADVERSE_RECORD,
            "公示中的失信信息 1 条",
            "1 adverse record shown as of 2026-11-20",
        ),
        ((a_penalty(), a_listing()), BadgeState.ADVERSE_RECORD, "2 条", "2 adverse records shown"),
        (
            (a_penalty(status=DisclosureStatus.DISPUTED),),
            BadgeState.ADVERSE_RECORD,
            "其中 1 条异议中",
            "(1 disputed)",
        ),
    ],
)
def test_a_badge_says_what_the_source_shows_and_as_of_when(records, state, zh, en):
    """Count, date and dispute, in both languages."""
    badge = badge_of(status_of(*records), NOW)
    assert badge.state is state
    assert zh in badge.text.zh
    assert en in badge.text.en
    assert badge.as_of == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@given(st.sampled_from(UnknownReason))
def test_i2_an_unknown_lights_no_badge(reason):
    """Nothing known is said as just that, and is not kept."""
    badge = badge_of(unknown(CODES[0], reason=reason, detail="…", at=NOW, source="test"), NOW)
    assert (badge.state, badge.as_of, badge.valid_until) == (BadgeState.UNKNOWN, None, NOW)


def test_i1_a_status_past_its_end_says_nothing_any_more():
    """−1 ms, 0 and +1 ms around the end of the record."""
    answer = an_answer(a_penalty(end_on=date(2026, 11, 30)))
    status = show(answer, at=NOW, fetched_at=NOW, fresh_until=NOW + timedelta(days=30))
    end = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert status.valid_until == end
    millisecond = timedelta(milliseconds=1)
    states = [badge_of(status, end + offset).state for offset in (-millisecond, timedelta(0), millisecond)]
    assert states == [BadgeState.ADVERSE_RECORD, BadgeState.UNKNOWN, BadgeState.UNKNOWN]


@given(answers(), instants)
def test_i1_a_badge_lives_no_longer_than_its_status_and_never_praises(answer, at):
    """Of every answer, at every instant."""
    status = show(answer, at=at, fetched_at=at, fresh_until=at + timedelta(days=1))
    badge = badge_of(status, at)
    assert badge.valid_until <= status.valid_until
    text = (badge.text.zh + badge.text.en).lower()
    assert not [word for word in PRAISE if word in text]


def test_a_listing_counts_as_an_adverse_record_of_every_kind():
    """Judgments and abnormal operation are counted too."""
    kinds = (RecordKind.JUDGMENT_DEFAULT, RecordKind.ABNORMAL_LISTING)
    badge = badge_of(status_of(*(a_listing(kind.value, kind=kind) for kind in kinds)), NOW)
    assert "2" in badge.text.en
