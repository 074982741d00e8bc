"""A clock that is set to another time shows nothing late, here or elsewhere."""

import pytest

from tests.processes.measured import knows
from tests.processes.world import GENERAL, LAST_DAY, NOTHING, eventually

DAY = 86_400
HOUR = 3600


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


def test_i2_a_process_with_a_clock_of_tomorrow_empties_no_record_for_others(mock, start, cache):
    """Its own clock goes on from the latest instant; what it takes for over is still disclosed elsewhere."""
    worker, other = start(cache), start(cache)
    knows(worker, LAST_DAY)
    worker.ask("leap", seconds=DAY)
    worker.check(LAST_DAY)
    worker.ask("leap", seconds=-DAY)
    worker.check(LAST_DAY)
    assert other.check(LAST_DAY)["standing"] != "NO_ADVERSE_RECORD"


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
