"""A forked child hears for itself and uses nothing of its parent's memory; clients of one process do not mix."""

from tests.processes.measured import is_confirmed, knows
from tests.processes.world import GENERAL, KEY, NOTHING, eventually, pause


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
