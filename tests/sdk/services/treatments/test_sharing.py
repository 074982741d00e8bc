"""What other platforms are told: a lift waits for nothing, is never swallowed, and order holds (I4, I7)."""

import pytest

from chengxin.errors import NoticeDelayed
from chengxin.procedure.imposition import Ending
from chengxin.records import ChangeKind
from chengxin.services import Dispatcher
from chengxin.services.treatments import TreatmentOptions
from chengxin.services.treatments.act import Act
from chengxin.store import OutboxRows
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE


class Peer:
    """Another platform, to which impositions may not be delivered."""

    def __init__(self):
        self.got = []
        self.refuses = set()

    def __call__(self, event, deadline):
        """Take an event."""
        if event.payload["kind"] in self.refuses:
            raise NoticeDelayed("down", notice_id=event.event_id)
        self.got.append((event.payload["kind"], event.payload["imposition_id"]))


@pytest.fixture
def peer():
    """Another platform."""
    return Peer()


@pytest.fixture
def share(platform, peer):
    """Return what hands out what other platforms are told."""
    dispatcher = Dispatcher(platform.store, {"constraint": peer}, clock=platform.clock, jitter=lambda: 0.9)

    def share():
        before = len(peer.got)
        while dispatcher.run_once().taken:
            pass
        return peer.got[before:]

    return share


def impose(platform, record_id="P1"):
    """Have a penalty disclosed and measures imposed; return what applies."""
    platform.disclose(a_penalty(record_id))
    platform.treatments.reconcile(CODE)
    return {one.imposition_id for one in platform.treatments.of(CODE) if one.is_begun and one.end is None}


def repair(platform, record_id="P1"):
    """Have the source tell of the repair."""
    platform.disclose(change=ChangeKind.REPAIRED, about=a_penalty(record_id))


def test_i4_a_lift_is_not_held_back_by_an_imposition_that_cannot_be_delivered(platform, peer, share):
    """Every lift goes out at once, and after it nothing of what it lifts."""
    peer.refuses = {"imposed"}
    imposed = impose(platform)
    assert share() == []
    repair(platform)
    assert sorted(share()) == sorted(("lifted", one) for one in imposed)
    peer.refuses = set()
    platform.clock.advance(seconds=7 * 86_400)
    assert share() == []


def test_i4_a_parked_imposition_is_not_handed_out_after_its_lift(platform, peer, share):
    """Not even by hand."""
    peer.refuses = {"imposed"}
    impose(platform)
    for _ in range(30):
        share()
        platform.clock.advance(seconds=86_400)
    with platform.store.reading() as connection:
        parked = [event.event_id for event in OutboxRows(connection).parked()]
    assert parked
    repair(platform)
    with platform.store.transaction() as connection:
        assert not any(OutboxRows(connection).hand_out_again(one, at=platform.clock.now()) for one in parked)
    assert {kind for kind, _ in share()} == {"lifted"}


def test_what_is_imposed_after_a_lift_is_told_after_it(platform, peer, share):
    """Of one subject order holds: a lift that cannot be delivered is waited for."""
    imposed = impose(platform)
    assert sorted(share()) == sorted(("imposed", one) for one in imposed)
    peer.refuses = {"lifted"}
    repair(platform)
    again = impose(platform, "P2")
    assert share() == []
    peer.refuses = set()
    platform.clock.advance(seconds=86_400)
    told = share()
    assert sorted(told[: len(imposed)]) == sorted(("lifted", one) for one in imposed)
    assert sorted(told[len(imposed) :]) == sorted(("imposed", one) for one in again)


def test_each_measure_that_is_lifted_has_a_lift_of_its_own(platform, peer, share):
    """None is taken for another's, though nothing of the subject was told before."""
    imposed = impose(platform)
    repair(platform)
    assert sorted(share()) == sorted(("lifted", one) for one in imposed)


def test_i7_what_begins_and_ends_at_once_is_told_as_over_alone(platform):
    """Whoever is told is told by a lift, which goes ahead: nothing of the measure may follow it."""
    platform.disclose(a_penalty(), code=CODE)
    platform.treatments.reconcile(CODE)
    (one,) = [one for one in platform.treatments.of(CODE) if not one.is_begun][:1]
    platform.clock.advance(to=one.measure.starts_at)
    with platform.store.transaction() as connection:
        TreatmentRows(connection).lock(CODE)
        act = Act(
            connection,
            at=platform.clock.now(),
            policy=platform.policy,
            options=TreatmentOptions(shares=True),
        )
        act.end(act.begin(one), Ending.OVERRIDDEN, by="王敏", reason="误伤")
        act.close()
    mine = [
        event.payload["kind"]
        for event in platform.events()
        if event.topic == "constraint" and event.payload["imposition_id"] == one.imposition_id
    ]
    assert mine == ["lifted"]
