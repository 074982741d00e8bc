"""A source whose answers are behind its own change feed: what was told to be gone does not come back (I1)."""

import logging
from contextlib import ExitStack
from dataclasses import replace

import pytest

from chengxin.cache.local import LocalTier
from chengxin.cache.redis import RedisTier
from chengxin.cache.sqlite import SqliteTier
from chengxin.errors import TierUnavailable, UnknownReason
from chengxin.records import TOLD_FOR, ChangeKind, Freshness, Standing
from chengxin.services import FollowOptions, LookupOptions, Progress
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty, an_answer, scripted_client
from tests.servers import RedisServer

CODE, OTHER = CODES[0].code, CODES[1].code
RECORD = a_penalty("R")


class Lagging(ScriptedSource):
    """A source that can go on answering as it did, whatever its feed tells."""

    def lag(self, *records, code=CODES[0]):
        """Answer with these records of a subject, and tell nothing of it."""
        self._answers[code] = an_answer(*records, code=code, as_of=self._clock.now())
        self._revisions[code] += 1


class House:
    """A few processes of a platform, of which the first follows the feed."""

    def __init__(self, make_tier, clock, stack):
        self.clock, self.source = clock, Lagging(clock=clock)
        self.tiers = [make_tier() for _ in range(2)]
        self.make_tier, self._stack = make_tier, stack
        self.here, self.there = (self.client(tier) for tier in self.tiers)
        self.follower = self.here.follower(options=FollowOptions(wait_seconds=0))
        self.follower.step()

    def client(self, tier):
        """Return the client of a process that starts."""
        return self._stack.enter_context(
            scripted_client(
                self.source, clock=self.clock, cache=tier, options=LookupOptions(renew_ahead=False)
            )
        )

    def tell(self, kind, *records, about=RECORD, code=CODE):
        """Have the feed tell what happened, and every process hear of it."""
        self.source.disclose(code, *records, change=kind, about=about)
        assert self.follower.step() is Progress.CURRENT
        for tier in self.tiers:
            tier.pump()

    def tell_repaired_and_lag(self, version=1):
        """Repair a record that was disclosed and known, in a source that goes on disclosing it."""
        self.source.disclose(CODE, RECORD)
        self.follower.step()
        assert {self.here.check(CODE).standing, self.there.check(CODE).standing} == {Standing.ADVERSE}
        self.tell(ChangeKind.REPAIRED, about=replace(RECORD, version=version))
        self.source.lag(RECORD)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Redis for the tests of this module, each of which is a tenant of its own."""
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["memory", "sqlite", "redis"])
def house(request, clock, tmp_path):
    """A platform on each kind of tier."""
    named = {"source": "scripted", "tenant": tmp_path.name}
    with ExitStack() as stack:
        if request.param == "memory":
            one = LocalTier(clock, **named)
            yield House(lambda: one, clock, stack)
        elif request.param == "sqlite":
            path = tmp_path / "cache.db"
            yield House(lambda: SqliteTier(path, clock=clock, **named), clock, stack)
        else:
            url = request.getfixturevalue("server").url
            yield House(lambda: RedisTier(url, clock=clock, **named), clock, stack)


@pytest.fixture
def near(clock):
    """A platform of one process."""
    one = LocalTier(clock, source="scripted")
    with ExitStack() as stack:
        yield House(lambda: one, clock, stack)


def unshown(status):
    """Tell whether nothing is said of a subject."""
    return (
        status.standing is Standing.UNKNOWN
        and status.reason is UnknownReason.STALE
        and not status.records
        and status.last_known is None
    )


@pytest.mark.parametrize("version", [1, 2])
def test_i1_i2_what_was_told_to_be_gone_does_not_come_back_with_an_older_answer(house, version):
    """In every process, one that starts afterwards too; and it is told for what it is: not known."""
    house.tell_repaired_and_lag(version)
    started = house.client(house.make_tier())
    for client in (house.here, house.there, started):
        assert unshown(client.check(CODE))
        assert unshown(client.check_many([CODE])[0].status)
        assert unshown(client._lookup.check_afresh(CODE))
    assert list(house.tiers[0].scan()) == []
    house.source.lag()
    assert house.there._lookup.check_afresh(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert started.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_it_is_told_once_to_all_and_asked_again_soon(near):
    """The source is left alone about the subject for ten seconds, and not for longer."""
    near.tell_repaired_and_lag()
    asked = len(near.source.asked)
    assert unshown(near.here.check(CODE))
    near.clock.advance(seconds=9.9)
    assert unshown(near.there.check(CODE))
    assert len(near.source.asked) == asked + 1
    near.source.lag()
    near.clock.advance(seconds=0.1)
    assert near.there.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_the_rest_of_a_late_answer_is_not_used_either(near):
    """It is of before: what came since may be missing, so neither a good nor a bad standing rests on it."""
    near.tell_repaired_and_lag()
    near.source.lag(RECORD, a_penalty("STAYS"))
    assert unshown(near.here.check(CODE))


def test_what_was_known_before_stays_while_it_is_renewed_with_a_late_answer(near):
    """Nothing better is known than what was asked for when the source had caught up for a moment."""
    near.tell_repaired_and_lag()
    near.source.lag()
    good = near.here.check(CODE)
    assert good.standing is Standing.NO_ADVERSE_RECORD
    near.source.lag(RECORD)
    near.clock.advance(seconds=60)
    late = near.here._lookup.check_afresh(CODE)
    assert late.reason is UnknownReason.STALE
    assert late.last_known.standing is Standing.NO_ADVERSE_RECORD
    assert near.here.check(CODE) == good


def test_others_are_not_concerned(house):
    """Neither another record nor another subject, nor the other rows of a bulk."""
    house.tell_repaired_and_lag()
    house.source.disclose(OTHER, RECORD)
    house.follower.step()
    late, other = house.there.check_many([CODE, OTHER])
    assert unshown(late.status)
    assert other.status.standing is Standing.ADVERSE
    house.source.lag(a_penalty("ANOTHER"))
    assert house.here.check(CODE).standing is Standing.ADVERSE


def test_a_later_version_is_lawful(house):
    """The source disclosed the record again after it was told to be gone."""
    house.tell_repaired_and_lag()
    house.source.lag(replace(RECORD, version=2))
    assert house.there.check(CODE).standing is Standing.ADVERSE


@pytest.mark.parametrize("kind", [ChangeKind.RESTORED, ChangeKind.ADDED, ChangeKind.UPDATED])
def test_what_the_feed_gives_back_is_lawful(house, kind):
    """A shield that is lifted, or a repair that is withdrawn, whatever its version."""
    house.source.disclose(CODE, RECORD)
    house.tell(ChangeKind.SHIELDED)
    house.tell(kind, RECORD)
    assert house.there.check(CODE).standing is Standing.ADVERSE


def test_i1_a_change_of_a_kind_that_is_not_known_gives_nothing_back(near):
    """It may say anything; a later version would count all the same."""
    near.tell_repaired_and_lag()
    near.tell(ChangeKind.OTHER, RECORD)
    assert unshown(near.here.check(CODE))


def test_i1_it_is_known_for_seven_days_and_whatever_is_cleared(house):
    """No answer is older than that."""
    house.tell_repaired_and_lag()
    house.tiers[0].clear()
    for tier in house.tiers:
        tier.pump()
    assert unshown(house.there.check(CODE))
    if house.tiers[0].name != "redis":  # whose server has a clock of its own
        house.clock.advance(seconds=TOLD_FOR.total_seconds() - 1)
        assert unshown(house.there.check(CODE))
        house.clock.advance(seconds=1)
        house.clock.advance(seconds=10)
        assert house.there.check(CODE).standing is Standing.ADVERSE


def test_i1_a_snapshot_brings_nothing_back_that_was_told_to_be_gone(house):
    """Whatever number of a change it claims to hold: of that subject the source is asked."""
    house.tell_repaired_and_lag()
    house.source.disclose(OTHER, a_penalty("O"))
    house.source.lag(RECORD)
    assert house.follower.import_snapshot() == 1
    house.clock.advance(seconds=1)
    house.follower.step()
    house.follower.step()
    for tier in house.tiers:
        tier.pump()
    assert unshown(house.here.check(CODE))
    assert house.here.check(OTHER).standing is Standing.ADVERSE


def test_i1_where_it_cannot_be_looked_up_an_answer_is_kept_by_nobody_and_lives_for_a_moment(
    near, monkeypatch
):
    """As whatever else is found while the tier is out of reach."""
    near.tell_repaired_and_lag()

    def away(_):
        raise TierUnavailable("away", tier="memory")

    monkeypatch.setattr(near.tiers[0], "read_gone", away)
    status = near.here.check(CODE)
    assert status.standing is Standing.ADVERSE
    assert (status.valid_until - near.clock.now()).total_seconds() == 5.0
    assert list(near.tiers[0].scan()) == []
    monkeypatch.undo()
    near.clock.advance(seconds=5)
    assert unshown(near.here.check(CODE))


def test_i1_what_cannot_be_kept_for_gone_is_forgotten_all_the_same_and_told_again(near, monkeypatch):
    """A store without room is no reason to go on showing a record."""
    near.source.disclose(CODE, RECORD)
    near.follower.step()
    assert near.here.check(CODE).standing is Standing.ADVERSE
    near.source.disclose(CODE, change=ChangeKind.REPAIRED, about=RECORD)

    def full(rows, *, life_seconds):
        raise TierUnavailable("full", tier="memory")

    with monkeypatch.context() as patch:
        patch.setattr(near.tiers[0], "put_gone", full)
        with pytest.raises(TierUnavailable, match="full"):
            near.follower.step()
    assert near.here.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert near.follower.step() is Progress.CURRENT
    near.source.lag(RECORD)
    near.here.forget(CODE)
    assert unshown(near.here.check(CODE))


def test_a_source_without_a_feed_is_taken_at_its_word(monkeypatch):
    """Nothing of it was told, so nothing is looked up."""
    clock = FrozenClock()
    source, tier = ScriptedSource(clock=clock), LocalTier(clock, source="scripted")
    source.feed.note = lambda *_: None
    source.disclose(CODE, RECORD)
    source.feed = None
    monkeypatch.setattr(tier, "read_gone", None)
    with scripted_client(source, clock=clock, cache=tier) as client:
        status = client.check(CODE)
        assert (status.standing, status.freshness) == (Standing.ADVERSE, Freshness.FRESH)
        assert client._lookup.listening.is_confirmed


def test_subjects_without_records_cost_no_look(near, monkeypatch):
    """Most have none."""
    near.source.disclose(CODE)
    near.follower.step()
    monkeypatch.setattr(near.tiers[0], "read_gone", None)
    status = near.here.check(CODE)
    near.clock.advance(seconds=6)
    assert near.here.check(CODE) is status


def test_the_log_says_that_the_source_is_behind_and_names_nobody(near, caplog):
    """Its operator is told; of the record nothing is said."""
    near.tell_repaired_and_lag()
    with caplog.at_level(logging.WARNING):
        status = near.here.check(CODE)
    assert "older" in status.detail
    assert "behind its change feed" in caplog.text
    assert CODE not in caplog.text
    assert RECORD.record_id not in caplog.text.replace("WARNING", "").replace("HTTP", "")
