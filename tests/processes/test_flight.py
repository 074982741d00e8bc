"""One question to the source for many threads of many processes, and one more where the asker is killed."""

from tests.processes.measured import is_confirmed
from tests.processes.world import GENERAL, NOTHING, connections, eventually


def test_100_threads_of_4_processes_on_one_cold_code_ask_the_source_once(mock, start, cache):
    """All get the same answer, and the mock saw one request."""
    mock.script({"kind": "latency", "seconds": 0.5}, match={"route": "credit"})
    workers = [start(cache) for _ in range(4)]
    for worker in workers:
        worker.send("checks", code=NOTHING, threads=25)
    told = [one for worker in workers for one in worker.receive()]
    assert {one["standing"] for one in told} == {"NO_ADVERSE_RECORD"}
    assert len(told) == 100
    assert len({one["pid"] for one in told}) == 4
    assert len(mock.asked(code=NOTHING)) == 1


def test_the_leader_killed_costs_one_more_question_and_nobody_else_fails(mock, start, cache):
    """The process whose question is under way is killed; the others have their answer within their own deadline."""
    workers = [start(cache, deadline_seconds=5.0) for _ in range(4)]
    # They hear of one another, and none has asked the source yet: what it holds a connection for is its question.
    start(cache).check(GENERAL)
    for worker in workers:
        eventually(lambda worker=worker: worker.check(GENERAL) and is_confirmed(worker))
    assert not any(connections(worker.pid, mock.port) for worker in workers)
    mock.script({"kind": "latency", "seconds": 2.5}, match={"route": "credit"}, count=1)
    for worker in workers:
        worker.send("checks", code=NOTHING, threads=25)
    leader = eventually(lambda: next((w for w in workers if connections(w.pid, mock.port)), None))
    eventually(lambda: mock.asked(code=NOTHING))
    leader.kill()
    told = [one for worker in workers if worker is not leader for one in worker.receive()]
    assert {one["standing"] for one in told} == {"NO_ADVERSE_RECORD"}
    assert len(told) == 75
    assert max(one["seconds"] for one in told) < 5.05
    assert len(mock.asked(code=NOTHING)) == 2


def test_a_frozen_leader_holds_the_others_up_no_longer_than_its_deadline(mock, start, cache):
    """The process whose question is under way is stopped: the others get no answer, and the next check does."""
    mock.script({"kind": "latency", "seconds": 2.5}, match={"route": "credit"}, count=1)
    leader, other = start(cache, deadline_seconds=3.0), start(cache, deadline_seconds=1.0)
    other.ask("pid")
    leader.send("check", code=NOTHING)
    eventually(lambda: mock.asked(code=NOTHING))
    leader.freeze()
    try:
        told = other.check(NOTHING)
        assert (told["standing"], told["reason"]) == ("UNKNOWN", "timeout")
        assert told["seconds"] < 1.1
        eventually(lambda: other.check(NOTHING)["standing"] == "NO_ADVERSE_RECORD", within=8)
    finally:
        leader.thaw()
    assert leader.receive()["standing"] in {"NO_ADVERSE_RECORD", "UNKNOWN"}
    assert len(mock.asked(code=NOTHING)) == 2
