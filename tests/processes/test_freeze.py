"""A process that was stopped for a while does not show what went meanwhile."""

import pytest

from tests.processes.measured import knows
from tests.processes.world import GENERAL, NOTHING, eventually, pause


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
