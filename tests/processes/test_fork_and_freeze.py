"""Processes that are forked, stopped for a while, or set to another time: none shows what is over."""

import pytest

from tests.processes.measured import is_confirmed
from tests.processes.world import GENERAL, KEY, LAST_DAY, NOTHING, eventually, pause

DAY = 86_400
HOUR = 3600


def knows(worker, code=GENERAL, standing="ADVERSE"):
    """Have a process hold an answer in memory while it hears of every invalidation."""
    eventually(lambda: worker.check(code)["standing"] == standing and is_confirmed(worker), within=10)
    assert worker.check(code)["standing"] == standing


def test_a_forked_child_hears_of_what_is_forgotten_and_uses_nothing_of_its_parent_s_memory(
    mock, start, cache
):
    """A child of a process that listens has an ear of its own, and so has the child of that child."""
    worker, other = start(cache), start(cache)
    knows(worker)
    child = worker.fork()
    grandchild = child.fork()
    try:
        for one in (child, grandchild):
            assert one.ask("health")["entries"] == 0
            assert not is_confirmed(one)
            knows(one)
        mock.repair(GENERAL)
        assert other.ask("forget", code=GENERAL)
        for one in (worker, child, grandchild):
            eventually(lambda one=one: one.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD", within=2)
        assert len({one.ask("pid") for one in (worker, child, grandchild)}) == 3
    finally:
        grandchild.close()
        child.close()


def test_i1_a_child_forked_before_a_repair_does_not_show_what_its_parent_knew(mock, start, cache):
    """It is forked with everything in memory, the repair is told before its first check, and it asks."""
    worker, other = start(cache), start(cache)
    knows(worker)
    child = worker.fork()
    try:
        mock.repair(GENERAL)
        assert other.ask("forget", code=GENERAL)
        assert child.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD"
    finally:
        child.close()


@pytest.mark.xfail(
    strict=False,
    reason="cache/redis/board.py: a lease that is taken before this process is subscribed names no process, "
    "so that nobody sees that its owner has ended",
)
def test_a_child_killed_in_its_first_question_holds_up_nobody(mock, start, cache):
    """What a forked child has taken is free when it ends, however it ends; its parent asks in its place."""
    worker = start(cache, deadline_seconds=5.0)
    knows(worker)
    child = worker.fork()
    try:
        mock.script({"kind": "latency", "seconds": 3.0}, match={"route": "credit"}, count=1)
        child.send("check", code=NOTHING)
        eventually(lambda: mock.asked(code=NOTHING))
        worker.send("check", code=NOTHING)
        child.end()
        told = worker.receive()
        assert told["standing"] == "NO_ADVERSE_RECORD"
        assert told["seconds"] < 2.5
    finally:
        child.close()


def test_a_child_killed_in_a_question_holds_up_nobody(mock, start, cache):
    """The same where it has been listening before: what it has taken is free when it ends."""
    worker = start(cache, deadline_seconds=5.0)
    knows(worker)
    child = worker.fork()
    try:
        knows(child)
        mock.script({"kind": "latency", "seconds": 3.0}, match={"route": "credit"}, count=1)
        child.send("check", code=NOTHING)
        eventually(lambda: mock.asked(code=NOTHING))
        worker.send("check", code=NOTHING)
        child.end()
        told = worker.receive()
        assert (told["standing"], len(mock.asked(code=NOTHING))) == ("NO_ADVERSE_RECORD", 2)
        assert told["seconds"] < 2.5
    finally:
        child.close()


def test_two_clients_of_one_process_with_different_tenants_do_not_mix(mock, start, cache):
    """What one forgets is not forgotten by the other; each asks the source for itself."""
    also = {"other": {"source": mock.url, "cache": cache, "tenant": "other", **KEY, "options": {}}}
    worker = start(cache, also=also)
    for client in ("main", "other"):
        assert worker.check(GENERAL, client=client)["standing"] == "ADVERSE"
    assert len(mock.asked(code=GENERAL)) == 2
    eventually(
        lambda: is_confirmed(worker) and worker.ask("health", client="other")["tier_state"] == "CONFIRMED"
    )
    for client in ("main", "other"):
        worker.check(GENERAL, client=client)
    asked = len(mock.asked(code=GENERAL))
    mock.repair(GENERAL)
    assert worker.ask("forget", code=GENERAL, client="main")
    assert worker.check(GENERAL, client="main")["standing"] == "NO_ADVERSE_RECORD"
    pause(1.0)
    assert worker.check(GENERAL, client="other")["standing"] == "ADVERSE"
    assert len(mock.asked(code=GENERAL)) == asked + 1


@pytest.mark.parametrize("seconds", [0.6, 3.0])
def test_i1_a_process_that_was_stopped_for_a_while_does_not_show_what_went_meanwhile(
    seconds, mock, start, cache
):
    """Its thread has missed the invalidation; what it had in memory is gone within a second of its going on."""
    worker, other = start(cache), start(cache)
    knows(worker)
    worker.freeze()
    try:
        mock.repair(GENERAL)
        assert other.ask("forget", code=GENERAL)
        pause(seconds)
    finally:
        worker.thaw()
    seen = worker.ask("watch", code=GENERAL, seconds=2.0)
    assert seen[-1][1] == "NO_ADVERSE_RECORD", seen
    assert seen[-1][0] < 1.0, seen


def test_i1_a_process_stopped_in_a_question_keeps_nothing_that_was_forgotten_meanwhile(mock, start, cache):
    """The source answers a stopped process with what is repaired a moment later: it is asked again."""
    worker, other = start(cache, deadline_seconds=10.0), start(cache)
    worker.check(NOTHING)
    mock.script({"kind": "latency", "seconds": 0.5}, match={"route": "credit", "code": GENERAL}, count=1)
    worker.send("check", code=GENERAL)
    eventually(lambda: mock.asked(code=GENERAL))
    worker.freeze()
    try:
        # The mock has answered by now, into the socket of the process that is stopped.
        eventually(lambda: mock.asked(code=GENERAL)[0]["status"] == 1)
        mock.repair(GENERAL)
        assert other.ask("forget", code=GENERAL)
    finally:
        worker.thaw()
    assert worker.receive()["standing"] == "NO_ADVERSE_RECORD"
    assert worker.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD"


def test_i1_a_follower_that_was_stopped_does_not_leave_others_with_what_it_missed(mock, start, cache):
    """While the follower is stopped, answers live as long as on their own; when it goes on, it tells all."""
    follower, worker = start(cache), start(cache, feed_bound_seconds=1.0)
    follower.ask("follow", wait_seconds=0.2)
    eventually(lambda: worker.check(GENERAL) and worker.ask("health")["feed"] == "CURRENT", within=10)
    follower.freeze()
    try:
        eventually(lambda: worker.ask("health")["feed"] == "LATE", within=5)
        mock.repair(GENERAL)
    finally:
        follower.thaw()
    eventually(lambda: worker.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD", within=5)


def test_i1_a_record_is_gone_after_a_leap_past_its_last_day_and_does_not_come_back(mock, start, cache):
    """Time is set forward by a day, then back: what was seen to end stays ended, here and nowhere else."""
    worker = start(cache)
    knows(worker, LAST_DAY)
    worker.ask("leap", seconds=DAY)
    ahead = worker.check(LAST_DAY)
    assert (ahead["records"], ahead["last_known"]) in (([], None), ([], []))
    assert (ahead["standing"], ahead["reason"]) in {("UNKNOWN", "clock_refused"), ("NO_ADVERSE_RECORD", None)}
    worker.ask("leap", seconds=-DAY)
    for told in (worker.check(LAST_DAY), worker.check(LAST_DAY)):
        assert told["records"] == []
    assert len(mock.asked(code=LAST_DAY)) > 1


@pytest.mark.xfail(
    reason="services/asking.py, cache tiers: an answer that a clock of tomorrow has emptied is kept for everybody, "
    "fetched at an instant to come, so that it is fresh for a day"
)
def test_i2_a_process_with_a_clock_of_tomorrow_empties_no_record_for_others(mock, start, cache):
    """Its own clock goes on from the latest instant; what it takes for over is still disclosed elsewhere."""
    worker, other = start(cache), start(cache)
    knows(worker, LAST_DAY)
    worker.ask("leap", seconds=DAY)
    worker.check(LAST_DAY)
    worker.ask("leap", seconds=-DAY)
    worker.check(LAST_DAY)
    assert other.check(LAST_DAY)["standing"] != "NO_ADVERSE_RECORD"


@pytest.mark.xfail(
    reason="services/asking.py, cache/freshness.py: an entry is fetched by its writer's clock, and is fresh "
    "for as much longer elsewhere as that clock is ahead (the source takes up to 300 s)"
)
def test_i1_what_a_process_that_is_ahead_has_fetched_lives_no_longer_elsewhere(mock, start, cache):
    """A life of two seconds is two seconds for every process that shares the answer."""
    ahead, other = (start(cache, longest_life_seconds=2.0, renew_ahead=False) for _ in range(2))
    ahead.ask("leap", seconds=250)
    assert ahead.check(GENERAL)["standing"] == other.check(GENERAL)["standing"] == "ADVERSE"
    mock.repair(GENERAL)
    assert other.ask("watch", code=GENERAL, seconds=4.0)[-1][1] == "NO_ADVERSE_RECORD"


@pytest.mark.parametrize("seconds", [HOUR, -HOUR, 2 * HOUR, -DAY])
def test_i1_a_leap_of_the_clock_shows_nothing_late_and_leaves_others_alone(seconds, mock, start, cache):
    """Set forward, an answer is older than it was; set back, it is no younger; others notice nothing."""
    worker, other = (start(cache, longest_life_seconds=2.0, renew_ahead=False) for _ in range(2))
    knows(worker)
    knows(other)
    worker.ask("leap", seconds=seconds)
    if seconds > 0:
        # The source refuses a signature of another hour, so that nothing is known until the clock is right again.
        told = worker.check(GENERAL)
        assert (told["standing"], told["reason"]) == ("UNKNOWN", "clock_refused")
    else:
        seen = worker.ask("watch", code=GENERAL, seconds=3.0)
        assert [told[1] for told in seen] == ["ADVERSE", "UNKNOWN"], seen
        assert seen[-1][0] < 2.2, seen
    worker.ask("leap", seconds=-seconds)
    mock.repair(GENERAL)
    assert worker.ask("forget", code=GENERAL)
    eventually(lambda: other.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD", within=2)
    eventually(lambda: worker.check(GENERAL)["standing"] in {"NO_ADVERSE_RECORD", "UNKNOWN"}, within=2)


def test_a_leap_of_the_source_s_clock_is_told_and_nothing_else_changes(mock, start, cache):
    """A source whose clock is an hour off refuses; back again, it answers."""
    worker = start(cache)
    knows(worker)
    mock.script({"kind": "clock_jump", "seconds": HOUR}, match={"route": "credit"}, count=1)
    told = worker.check(NOTHING)
    assert (told["standing"], told["reason"]) == ("UNKNOWN", "clock_refused")
    assert worker.check(GENERAL)["standing"] == "ADVERSE"
    mock.control("POST", "/mock/clock", {"advance_seconds": -HOUR})
    eventually(lambda: worker.check(NOTHING)["standing"] == "NO_ADVERSE_RECORD", within=5)
