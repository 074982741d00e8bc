"""The change feed: every change takes effect once, in every process; what was lost is found again."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin import CreditClient
from chengxin.cache.local import LocalTier
from chengxin.errors import ConfigurationError, SourceUnavailable, TierUnavailable, UnknownReason
from chengxin.records import Change, ChangeKind, Standing
from chengxin.services import FeedState, FollowOptions, LookupOptions, Progress
from chengxin.services.following import fresh_changes
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty, scripted_client

CODE = CODES[0].code
OPTIONS = FollowOptions(wait_seconds=0)


@pytest.fixture
def tier(clock):
    """What processes share."""
    return LocalTier(clock, source="scripted")


@pytest.fixture
def make_client(source, tier, clock):
    """Make clients on it, as processes have them."""
    clients = []

    def make(**options):
        client = scripted_client(source, clock=clock, cache=tier, options=LookupOptions(**options))
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


def a_change(seq):
    """Return a change of a number."""
    at = FrozenClock().now()
    return Change(seq=seq, at=at, code=CODE, record_id="R", version=1, kind=ChangeKind.UPDATED)


def follow(client, **named):
    """Return a follower that does not wait."""
    return client.follower(options=OPTIONS, **named)


def test_a_change_is_forgotten_in_every_process_and_told_once(make_client, source):
    """A repair that the feed tells is gone everywhere, and the next check asks the source."""
    told = []
    clients = [make_client() for _ in range(3)]
    follower = follow(clients[0], on_change=told.append)
    assert follower.step() is Progress.CURRENT
    source.disclose(CODE, a_penalty("R"), change=ChangeKind.ADDED)
    assert {client.check(CODE).standing for client in clients} == {Standing.ADVERSE}
    source.disclose(CODE, change=ChangeKind.REPAIRED)
    assert follower.step() is Progress.CURRENT
    assert {client.check(CODE).standing for client in clients} == {Standing.NO_ADVERSE_RECORD}
    assert [change.kind for change in told] == [ChangeKind.ADDED, ChangeKind.REPAIRED]
    assert len(source.asked) == 2


def test_a_change_that_comes_twice_takes_effect_once(make_client, source):
    """At least once on the wire, once in effect."""
    told = []
    follower = follow(make_client(), on_change=told.append)
    follower.step()
    source.feed.repeats = True
    for _ in range(3):
        source.disclose(CODE)
        follower.step()
        follower.step()
    assert [change.seq for change in told] == [1, 2, 3]


def test_a_change_of_somebody_without_a_code_is_passed_over(make_client, source):
    """It is no gap: nothing can be held of whoever it is."""
    told = []
    follower = follow(make_client(), on_change=told.append)
    follower.step()
    source.disclose(CODE)
    source.feed._changes[-1] = replace(source.feed._changes[-1], code=None)
    source.disclose(CODE)
    assert follower.step() is Progress.CURRENT
    assert [change.code for change in told] == [None, CODE]


def test_a_long_feed_is_read_piece_by_piece(make_client, source):
    """Only a feed that was read to its end counts as current."""
    client = make_client()
    follower = client.follower(options=FollowOptions(limit=2, wait_seconds=0))
    follower.step()
    for _ in range(5):
        source.disclose(CODE)
    steps = [follower.step() for _ in range(3)]
    assert steps == [Progress.BEHIND, Progress.BEHIND, Progress.CURRENT]


def test_a_follower_goes_on_where_another_left(make_client, source):
    """The mark is shared; nothing is told twice after an orderly end."""
    told = []
    first = follow(make_client(), on_change=told.append)
    first.step()
    source.disclose(CODE)
    first.step()
    second = follow(make_client(), on_change=told.append)
    assert second.step() is Progress.STANDING_BY
    first.release()
    source.disclose(CODE)
    assert second.step() is Progress.CURRENT
    assert [change.seq for change in told] == [1, 2]


def test_i1_lost_changes_are_found_by_a_snapshot_and_what_differs_is_forgotten(make_client, source):
    """What the snapshot confirms stays, and is not asked for again."""
    client = make_client()
    follower = follow(client)
    follower.step()
    for subject in CODES[:3]:
        source.disclose(subject, a_penalty(f"R-{subject.code}"))
    source.disclose(CODES[3])
    follower.step()
    rows = client.check_many(CODES)
    assert all(row.status.reason in (None, UnknownReason.NOT_FOUND) for row in rows)
    source.disclose(CODES[0], change=ChangeKind.REPAIRED)
    source.disclose(CODES[1], a_penalty("CORRECTED"))
    source.feed.lose(2)
    source.disclose(CODES[2], a_penalty(f"R-{CODES[2].code}"))
    assert follower.step() is Progress.RESYNCHRONISED
    assert follower.step() is Progress.CURRENT
    asked = len(source.asked)
    standings = [client.check(subject).standing for subject in CODES[:4]]
    assert standings == [
        Standing.NO_ADVERSE_RECORD,
        Standing.ADVERSE,
        Standing.ADVERSE,
        Standing.NO_ADVERSE_RECORD,
    ]
    assert {code.code for code in source.asked[asked:]} == {CODES[0].code, CODES[1].code}


def test_a_cursor_that_is_too_old_is_a_gap(make_client, source):
    """What the source has forgotten is made good by a snapshot."""
    client = make_client()
    follower = follow(client)
    follower.step()
    source.disclose(CODE, a_penalty())
    client.check(CODE)
    source.disclose(CODE)
    source.feed.forget_all()
    assert follower.step() is Progress.RESYNCHRONISED
    assert client.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_a_snapshot_begins_with_all_that_is_disclosed_once_the_feed_has_caught_up(make_client, source, clock):
    """A restart costs no question for what the snapshot holds."""
    for subject in CODES[:3]:
        source.disclose(subject, a_penalty(f"R-{subject.code}"))
    client = make_client()
    follower = follow(client)
    assert follower.import_snapshot() == 3
    clock.advance(seconds=5)
    source.disclose(CODES[0], change=ChangeKind.REPAIRED)
    follower.step()
    follower.step()
    assert client.check(CODES[1]).standing is Standing.ADVERSE
    assert source.asked == []
    assert client.check(CODES[0]).standing is Standing.NO_ADVERSE_RECORD
    assert source.asked == [CODES[0]]


def test_i2_a_snapshot_says_nothing_before_the_feed_has_caught_up(make_client, source, clock):
    """It may be a day old; without the changes since, it is not what is known now."""
    source.disclose(CODE, a_penalty())
    client = make_client()
    follow(client).import_snapshot()
    clock.advance(seconds=5)
    source.disclose(CODE)
    assert client.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert len(source.asked) == 1


def test_i9_whatever_fails_is_tried_again(make_client, source, caplog):
    """Following goes on after the source, the tier and whoever is told have failed."""
    stop, told = threading.Event(), []

    def tell(change):
        told.append(change.seq)
        if len(told) == 1:
            raise KeyError(CODE)
        stop.set()

    client = make_client()
    follower = follow(client, on_change=tell)
    follower.step()
    source.disclose(CODE)
    waits = []
    stop.wait = waits.append
    follower.run(stop)
    assert told == [1, 1]
    assert waits == [1.0]
    assert "KeyError" in caplog.text
    assert CODE not in caplog.text


def test_failures_are_tried_again_ever_more_rarely(make_client, source):
    """A source that is down is not hammered."""
    client, stop, waits = make_client(), threading.Event(), []
    source.fail(SourceUnavailable.timeout("testing"))

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 9:
            stop.set()

    stop.wait = wait
    client.follow(stop=stop, options=OPTIONS)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_one_who_stands_by_looks_again_in_a_moment(make_client):
    """Of all who follow one does."""
    first, stop, waits = follow(make_client()), threading.Event(), []
    first.step()
    stop.wait = lambda seconds: (waits.append(seconds), stop.set())
    make_client().follow(stop=stop, options=OPTIONS)
    assert waits == [1.0]


def test_i1_changes_that_cannot_be_told_to_all_come_again(make_client, source, tier, monkeypatch):
    """The mark does not move past what has not taken effect everywhere."""
    client, told = make_client(), []
    follower = follow(client, on_change=told.append)
    follower.step()
    source.disclose(CODE)
    mark = tier.read_mark()

    def away(_):
        raise TierUnavailable("away", tier="memory")

    with monkeypatch.context() as patch:
        patch.setattr(tier, "invalidate", away)
        with pytest.raises(TierUnavailable):
            follower.step()
    assert (tier.read_mark(), told) == (mark, [])
    follower.step()
    assert [change.seq for change in told] == [1]


def test_a_source_without_a_feed_cannot_be_followed(clock):
    """It is said, and with what follows from it."""
    source = ScriptedSource(clock=clock)
    source.feed = None
    with CreditClient(source, clock=clock) as client:
        assert client.health().feed is FeedState.ABSENT
        with pytest.raises(ConfigurationError, match="no change feed"):
            client.follow()


def test_another_follower_keeps_its_place(make_client):
    """A snapshot is not imported under a follower at work."""
    first = follow(make_client())
    first.step()
    with pytest.raises(TierUnavailable, match="Another process"):
        follow(make_client()).import_snapshot()


@pytest.mark.parametrize("reason", ["import", "gap"])
def test_who_reads_a_snapshot_keeps_its_place_however_long_that_takes(make_client, source, clock, reason):
    """The rows of a large one tell nothing for minutes."""
    first, second = follow(make_client()), follow(make_client())
    first.step()
    source.disclose(CODE, a_penalty())
    read, seen = source.feed.read_snapshot, []

    def slowly(manifest, *, deadline):
        clock.advance(seconds=600)
        seen.append(second.step())
        yield from read(manifest, deadline=deadline)

    source.feed.read_snapshot = slowly
    if reason == "gap":
        source.feed.forget_all()
        assert first.step() is Progress.RESYNCHRONISED
    else:
        assert first.import_snapshot() == 1
    assert seen == [Progress.STANDING_BY]
    assert first.step() is Progress.CURRENT


def test_a_snapshot_that_fails_gives_the_place_back(make_client, source):
    """Whoever tries next is not kept out."""
    source.disclose(CODE, a_penalty())
    first, second = follow(make_client()), follow(make_client())
    source.fail(SourceUnavailable.timeout("testing"))
    with pytest.raises(SourceUnavailable):
        first.import_snapshot()
    source.recover()
    assert second.import_snapshot() == 1


def test_a_follower_that_lost_its_place_meanwhile_writes_nothing(make_client, source, tier, clock):
    """Two never write at once."""
    first, second = follow(make_client()), follow(make_client())
    first.step()
    source.disclose(CODE, a_penalty())
    read = source.feed.read_snapshot

    def lose(manifest, *, deadline):
        clock.advance(seconds=3601)
        second.step()
        yield from read(manifest, deadline=deadline)

    source.feed.read_snapshot = lose
    with pytest.raises(TierUnavailable, match="Another process"):
        first.import_snapshot()
    assert list(tier.scan()) == []


@pytest.mark.parametrize("given", [{"limit": 0}, {"limit": 501}, {"wait_seconds": 21}, {"margin_seconds": 0}])
def test_options_without_sense_are_refused(given):
    """The source's own limits hold."""
    with pytest.raises(ConfigurationError):
        FollowOptions(**given)


@given(
    st.integers(0, 5),
    st.lists(st.integers(1, 12), max_size=12),
)
def test_i7_fresh_changes_are_each_number_once_in_order_or_a_gap(after, seqs):
    """Whatever comes twice, is lost or stands out of place."""
    fresh = fresh_changes([a_change(seq) for seq in seqs], after=after)
    if fresh is None:
        later = [seq for seq in seqs if seq > after]
        assert later != sorted(set(later)) or later != list(range(after + 1, after + 1 + len(later)))
    else:
        assert [change.seq for change in fresh] == list(range(after + 1, after + 1 + len(fresh)))
        assert max(seqs, default=0) <= after + len(fresh)


def test_health_tells_of_the_feed(make_client, source, clock):
    """Idle, current, late: with its age."""
    client = make_client(feed_bound_seconds=60)
    assert client.health().feed is FeedState.IDLE
    follower = follow(client)
    follower.step()
    follower.step()
    assert client.health().feed is FeedState.CURRENT
    clock.advance(seconds=59)
    assert (client.health().feed, client.health().feed_age_seconds) == (FeedState.CURRENT, 59)
    clock.advance(seconds=1)
    assert client.health().feed is FeedState.LATE


def test_i1_a_current_feed_makes_lives_long_and_its_silence_makes_them_short(make_client, source, clock):
    """A long max-age is relied on for as long as every change would be heard of."""
    source._max_age_seconds = 86_400.0
    client = make_client(longest_life_seconds=600, feed_bound_seconds=60, renew_ahead=False)
    follower = follow(client)
    follower.step()
    follower.step()
    source.disclose(CODE, a_penalty())
    follower.step()
    fetched_at = clock.now()
    assert client.check(CODE).valid_until == fetched_at + timedelta(seconds=600)
    for _ in range(100):
        clock.advance(seconds=30)
        follower.step()
        status = client.check(CODE)
        assert status.valid_until <= max(
            fetched_at + timedelta(seconds=600), clock.now() + timedelta(seconds=60)
        )
    assert len(source.asked) == 1
    clock.advance(seconds=60)
    client.check(CODE)
    assert len(source.asked) == 2, "the feed fell silent, so the short life counts"


class Kept:
    """A bookmark in memory."""

    def __init__(self):
        self.place = None
        self.written = []

    def read(self):
        """Return the place."""
        return self.place

    def write(self, place):
        """Keep a place."""
        self.place = place
        self.written.append(place)


def follow_beside(client, bookmark, gaps, **named):
    """Return a follower for whom what it does is kept beside a bookmark."""
    options = FollowOptions(wait_seconds=0, bookmark=bookmark, on_gap=lambda: gaps.append(bookmark.place))
    return client.follower(options=options, **named)


def test_i7_a_tier_that_lost_its_mark_goes_on_from_the_bookmark(make_client, source, tier):
    """Nothing in between is missed, and no gap is told."""
    told, gaps, bookmark = [], [], Kept()
    follower = follow_beside(make_client(), bookmark, gaps, on_change=told.append)
    follower.step()
    assert gaps == [None]
    source.disclose(CODE)
    follower.step()
    tier.clear()
    source.disclose(CODE)
    assert follower.step() is Progress.BEHIND
    assert follower.step() is Progress.CURRENT
    assert [change.seq for change in told] == [1, 2]
    assert len(gaps) == 1


def test_i7_a_bookmark_in_an_older_copy_is_a_gap_told_once(make_client, source):
    """Where others have read on, and where there is no bookmark at all."""
    gaps, bookmark = [], Kept()
    follower = follow_beside(make_client(), bookmark, gaps)
    follower.step()
    source.disclose(CODE)
    follower.step()
    for older in (bookmark.written[0], None):
        bookmark.place = older
        for _ in range(2):
            follower.step()
        assert gaps.pop() == older
        assert (len(gaps), bookmark.place.seq) == (1, 1)


def test_i7_a_bookmark_is_never_ahead_of_what_was_done(make_client, source):
    """A change that could not be acted on comes again; a gap that could not be told is told again."""
    gaps, bookmark, told = [], Kept(), []

    def fail(change):
        told.append(change.seq)
        if len(told) == 1:
            raise TierUnavailable("down", tier="memory")

    follower = follow_beside(make_client(), bookmark, gaps, on_change=fail)
    follower.step()
    before = bookmark.place
    source.disclose(CODE)
    with pytest.raises(TierUnavailable):
        follower.step()
    assert bookmark.place == before
    follower.step()
    assert (told, bookmark.place.seq) == ([1, 1], 1)


def test_a_bookmark_is_written_only_where_the_feed_went_on(make_client, source):
    """A quiet feed costs what keeps the bookmark no writes."""
    bookmark = Kept()
    follower = follow_beside(make_client(), bookmark, [])
    for _ in range(5):
        follower.step()
    assert len(bookmark.written) == 1
