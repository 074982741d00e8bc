"""How long an answer lives, to the microsecond: alone, while a feed is followed, and what is shown of it when."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.cache import NOT_FOLLOWING, SHORTEST_LIFE, Entry, Following, fresh_until, margin_of
from chengxin.cache.freshness import LONGEST_MARGIN, TOLERATED_LEAD
from chengxin.errors import InvalidRecord
from chengxin.records import (
    DisclosureStatus,
    LastKnown,
    Standing,
    end_of_china_day,
    show,
    start_of_china_day,
)
from chengxin.testing import a_penalty, an_answer
from tests.sdk.strategies import answers, instants

MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
ASKED = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
FRESH = ASKED + timedelta(seconds=1000)
FOLLOWED = ASKED + timedelta(seconds=9000)
LAST_DAY = date(2026, 11, 21)
MIDNIGHT = end_of_china_day(LAST_DAY)


def an_entry(*records, fresh=FRESH, followed=FOLLOWED, continuity=None):
    """Return an entry asked for at ``ASKED``."""
    return Entry(
        answer=an_answer(*records),
        fetched_at=ASKED,
        fresh_until=fresh,
        followed_until=followed,
        continuity=continuity,
    )


def following(seconds, continuity="stretch"):
    """Return how a feed stands that is current for so long after ``ASKED``."""
    return Following(continuity=continuity, current_until=ASKED + timedelta(seconds=seconds))


def ids(shown):
    """Return the ids of the records that a status, an answer or what was last known holds."""
    return [record.record_id for record in shown.records]


def test_the_bounds_are_those_of_the_source_s_rules():
    """A second to act on an answer, a minute of tolerance, five minutes of margin."""
    assert (SHORTEST_LIFE, TOLERATED_LEAD, LONGEST_MARGIN) == (SECOND, 60 * SECOND, 300 * SECOND)


def test_who_follows_nothing_has_no_stretch_and_no_end():
    """What holds where no feed is."""
    assert (NOT_FOLLOWING.continuity, NOT_FOLLOWING.current_until) == (None, None)
    assert Following() == NOT_FOLLOWING


def test_an_entry_is_kept_without_a_tag_and_outside_any_stretch_unless_told():
    """What holds where nothing is set."""
    entry = Entry(answer=an_answer(), fetched_at=ASKED, fresh_until=FRESH, followed_until=FOLLOWED)
    assert (entry.etag, entry.continuity) == (None, None)


@pytest.mark.parametrize(
    ("fresh", "followed"),
    [(ASKED, FOLLOWED), (ASKED - MICROSECOND, FOLLOWED), (FRESH, FRESH - MICROSECOND)],
)
def test_an_entry_whose_ends_are_out_of_order_cannot_be_constructed(fresh, followed):
    """It ends after it is asked for, and not before where a feed is followed."""
    with pytest.raises(InvalidRecord) as caught:
        an_entry(fresh=fresh, followed=followed)
    assert str(caught.value) == (
        "An entry ends after it is fetched, and no earlier where a feed is followed."
    )


def test_the_shortest_entry_lives_a_microsecond_and_may_gain_nothing_by_a_feed():
    """Both bounds are reached."""
    shortest = an_entry(fresh=ASKED + MICROSECOND, followed=ASKED + MICROSECOND)
    assert shortest.is_fresh(ASKED)
    assert not shortest.is_fresh(ASKED + MICROSECOND)


@pytest.mark.parametrize(
    ("continuity", "feed", "end"),
    [
        (None, NOT_FOLLOWING, FRESH),
        (None, following(5000), FRESH),
        (None, following(5000, continuity=None), FRESH),
        ("stretch", NOT_FOLLOWING, FRESH),
        ("stretch", following(5000, continuity="another"), FRESH),
        ("stretch", Following(continuity="stretch"), FRESH),
        ("stretch", following(5000), ASKED + timedelta(seconds=5000)),
        ("stretch", following(999), FRESH),
        ("stretch", following(9000), FOLLOWED),
        ("stretch", following(9001), FOLLOWED),
    ],
)
def test_the_longer_life_needs_one_unbroken_stretch_and_a_current_feed(continuity, feed, end):
    """It ends where the feed is no longer current, never before its own end, never after the longer cap."""
    entry = an_entry(continuity=continuity)
    assert entry.ends_at(feed) == end
    assert entry.is_fresh(end - MICROSECOND, feed)
    assert not entry.is_fresh(end, feed)


def test_without_a_word_of_a_feed_none_is_relied_on():
    """An entry of a stretch has its own end where nobody says how the feed stands."""
    entry = an_entry(continuity="stretch")
    assert entry.is_fresh(FRESH - MICROSECOND)
    assert not entry.is_fresh(FRESH)
    assert entry.show(ASKED).valid_until == FRESH


@pytest.mark.parametrize(
    ("continuity", "feed", "life"),
    [
        (None, NOT_FOLLOWING, 1000),
        (None, following(5000), 1000),
        ("stretch", NOT_FOLLOWING, 1000),
        ("stretch", following(5000, continuity="another"), 1000),
        ("stretch", following(5000), 9000),
        ("stretch", Following(continuity="stretch"), 9000),
    ],
)
@pytest.mark.parametrize(("jitter", "share"), [(0.0, 0.5), (0.5, 0.6), (1.0, 0.7)])
def test_it_is_renewed_between_half_and_seven_tenths_of_its_life(continuity, feed, life, jitter, share):
    """The longer life counts where its stretch is still followed, current or not."""
    assert an_entry(continuity=continuity).renew_at(feed, jitter) == ASKED + share * life * SECOND


@given(answers(), instants, st.integers(0, 999), st.sampled_from([timedelta(0), 200 * SECOND, -200 * SECOND]))
def test_i1_an_entry_shows_what_its_answer_shows_until_its_own_end(answer, at, seconds, margin):
    """Nothing is added to the one function that turns an answer into a status."""
    entry = Entry(
        answer=answer,
        fetched_at=at,
        fresh_until=at + 1000 * SECOND,
        followed_until=at + 9000 * SECOND,
        continuity="stretch",
    )
    now = at + seconds * SECOND
    feed = Following(continuity="stretch", current_until=at + 5000 * SECOND)
    assert entry.show(now, feed, margin) == show(
        answer, at=now, fetched_at=at, fresh_until=at + 5000 * SECOND, margin=margin
    )
    assert entry.show(now) == show(answer, at=now, fetched_at=at, fresh_until=at + 1000 * SECOND)


@pytest.mark.parametrize(
    ("before", "left"), [(SECOND, ["ENDS", "BEGAN", "STAYS"]), (timedelta(0), ["BEGAN", "STAYS"])]
)
def test_i1_unless_told_of_a_lead_the_source_s_clock_is_ours(before, left):
    """Without a margin a record comes at its own start and goes at its own end, in both views."""
    later = MIDNIGHT + HOUR
    began = a_penalty("BEGAN", start_on=LAST_DAY)
    records = (a_penalty("ENDS", end_on=LAST_DAY), began, a_penalty("STAYS"))
    entry = an_entry(*records, fresh=later, followed=later)
    assert ids(entry.show(MIDNIGHT - before)) == left
    assert ids(entry.show_last_known(MIDNIGHT - before, grace=HOUR)) == left


@pytest.mark.parametrize(("before", "left"), [(MICROSECOND, ["ENDS", "STAYS"]), (timedelta(0), ["STAYS"])])
def test_i1_a_lead_of_the_source_s_clock_ends_a_record_early(before, left):
    """Where the source's clock is a minute ahead, a record goes a minute early, in both views."""
    later = MIDNIGHT + HOUR
    entry = an_entry(a_penalty("ENDS", end_on=LAST_DAY), a_penalty("STAYS"), fresh=later, followed=later)
    margin = 61 * SECOND
    at = MIDNIGHT - margin - before
    assert ids(entry.show(at, margin=margin)) == left
    assert ids(entry.show_last_known(at, grace=HOUR, margin=margin)) == left


def test_what_was_last_known_is_told_within_the_grace_and_not_after():
    """The grace counts from its own end, whatever a feed had promised."""
    entry = an_entry(a_penalty("STAYS"))
    end = FRESH + HOUR
    assert entry.show_last_known(end - MICROSECOND, grace=HOUR) == LastKnown(
        standing=Standing.ADVERSE,
        records=entry.answer.records,
        as_of=entry.answer.as_of,
        fetched_at=ASKED,
    )
    assert entry.show_last_known(end, grace=HOUR) is None
    assert entry.show_last_known(end + MICROSECOND, grace=HOUR) is None


@pytest.mark.parametrize(
    ("records", "erased_at"),
    [
        ([], FOLLOWED + HOUR),
        ([a_penalty(end_on=None)], FOLLOWED + HOUR),
        ([a_penalty(end_on=date(2027, 5, 6))], FOLLOWED + HOUR),
        ([a_penalty(end_on=LAST_DAY)], FOLLOWED + HOUR),
        ([a_penalty(end_on=date(2026, 11, 20))], end_of_china_day(date(2026, 11, 20))),
        (
            [
                a_penalty("A", end_on=None),
                a_penalty("B", end_on=LAST_DAY),
                a_penalty("C", end_on=date(2026, 11, 20)),
            ],
            end_of_china_day(date(2026, 11, 20)),
        ),
    ],
)
def test_i1_a_tier_erases_it_after_the_grace_or_as_soon_as_a_record_ends(records, erased_at):
    """The earliest of them; a record without an end sets none."""
    assert an_entry(*records).erase_at(HOUR) == erased_at


def test_i1_a_record_that_ends_before_the_grace_is_over_is_what_erases_it():
    """A microsecond of grace decides between the two."""
    entry = an_entry(a_penalty(end_on=LAST_DAY))
    left = MIDNIGHT - FOLLOWED
    assert entry.erase_at(left - MICROSECOND) == MIDNIGHT - MICROSECOND
    assert entry.erase_at(left + MICROSECOND) == MIDNIGHT


def test_i1_nothing_of_an_ended_record_stays_and_all_else_does():
    """Gone: what is over and what the source withdrew; kept: what is shown and what is still to come."""
    entry = replace(
        an_entry(
            a_penalty("ENDS", end_on=LAST_DAY),
            a_penalty("STAYS"),
            a_penalty("ENDLESS", end_on=None),
            a_penalty("COMES", start_on=date(2026, 12, 1)),
            a_penalty("WITHDRAWN", status=DisclosureStatus.WITHDRAWN),
            continuity="stretch",
        ),
        etag="tag",
    )
    kept = entry.without_ended(MIDNIGHT)
    assert ids(kept.answer) == ["STAYS", "ENDLESS", "COMES"]
    assert kept == replace(entry, answer=replace(entry.answer, records=kept.answer.records))
    before = entry.without_ended(MIDNIGHT - MICROSECOND)
    assert ids(before.answer) == ["ENDS", "STAYS", "ENDLESS", "COMES"]
    assert kept.without_ended(start_of_china_day(date(2026, 12, 1))) is kept
    assert an_entry().without_ended(MIDNIGHT) == an_entry()


@pytest.mark.parametrize(
    ("max_age", "longest", "life"),
    [
        (3600, 600, 600),
        (600, 3600, 600),
        (600, 600, 600),
        (1.5, 600, 1.5),
        (1, 600, 1),
        (0.5, 600, 1),
        (0, 600, 1),
        (-5, 600, 1),
        (3600, 0, 1),
        (inf, 600, 600),
    ],
)
def test_an_answer_lives_as_long_as_source_and_settings_allow_and_at_least_a_second(max_age, longest, life):
    """The shorter of the two, from the instant it was asked for."""
    end = fresh_until(ASKED, max_age_seconds=max_age, longest_seconds=longest)
    assert end == ASKED + timedelta(seconds=life)


@pytest.mark.parametrize(
    ("ahead", "margin"),
    [
        (0, 0),
        (59.999999, 0),
        (60, 0),
        (60.000001, 60.000001),
        (61, 61),
        (299.999999, 299.999999),
        (300, 300),
        (300.000001, 300),
        (9999, 300),
        (1e300, 300),
        (inf, 300),
    ],
)
def test_a_lead_or_lag_beyond_a_minute_asks_for_a_margin_of_at_most_five(ahead, margin):
    """To the microsecond, on both sides alike, however absurd the clock."""
    assert margin_of(ahead) == timedelta(seconds=margin)
    assert margin_of(-ahead) == timedelta(seconds=-margin)
