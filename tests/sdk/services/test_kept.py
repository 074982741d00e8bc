"""Values that are read behind whoever asks: one reader at a time, in time, and the last one goes on."""

import threading

import pytest

from chengxin.errors import StoreUnavailable
from chengxin.services.kept import Kept
from tests.processes.world import eventually

LONG = 30.0


class Shelf:
    """What is read: counts how often, may fail, and may be held up."""

    def __init__(self):
        self.asked = []
        self.fault = None
        self.gate = threading.Event()
        self.gate.set()

    def read(self, key):
        """Return the key and how often anything was read."""
        self.asked.append(key)
        assert self.gate.wait(LONG)
        if self.fault is not None:
            raise self.fault
        return f"{key}{len(self.asked)}"


@pytest.fixture
def shelf():
    """What is read."""
    shelf = Shelf()
    yield shelf
    shelf.gate.set()


@pytest.fixture
def kept(shelf, clock):
    """What is kept of it for a second, of two keys."""
    return Kept(shelf.read, what="the shelf", clock=clock, kept_seconds=1.0, most_kept=2)


def test_what_was_read_is_used_for_a_moment_and_read_again(kept, shelf, clock):
    """Not a moment longer, and nobody who may not wait reads it."""
    assert kept.known("a") is None
    assert [kept.get("a", wait_seconds=LONG) for _ in range(3)] == ["a1"] * 3
    assert kept.known("a") == "a1"
    clock.advance(seconds=0.999)
    assert kept.known("a") == "a1"
    clock.advance(seconds=0.001)
    assert (kept.known("a"), kept.last("a")) == (None, "a1")
    assert kept.get("a", wait_seconds=LONG) == "a2"


def test_i9_a_reading_that_fails_lets_the_last_one_go_on_and_is_not_tried_again_at_once(
    kept, shelf, clock, caplog
):
    """The log says why; where nothing was ever read, whoever asks is told."""
    assert kept.get("a", wait_seconds=LONG) == "a1"
    clock.advance(seconds=1)
    shelf.fault = LookupError("gone")
    assert [kept.get("a", wait_seconds=LONG) for _ in range(3)] == ["a1"] * 3
    for _ in range(3):
        with pytest.raises(LookupError, match="gone"):
            kept.get("b", wait_seconds=LONG)
    assert shelf.asked == ["a", "a", "b"]
    assert caplog.text.count("the shelf could not be read; what was read last goes on: LookupError") == 2
    clock.advance(seconds=1)
    shelf.fault = None
    assert kept.get("b", wait_seconds=LONG) == "b4"


def test_i9_a_reading_that_takes_long_serves_whoever_asks_next(kept, shelf, clock):
    """Who may not wait goes on with what there was, or is told that there was nothing."""
    shelf.gate.clear()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="the shelf could not be read within 0 s"):
            kept.get("a", wait_seconds=0)
    shelf.gate.set()
    assert kept.get("a", wait_seconds=LONG) == "a1"
    clock.advance(seconds=1)
    shelf.gate.clear()
    assert kept.get("a", wait_seconds=0) == "a1"
    assert kept.get("a", wait_seconds=LONG) == "a1", "somebody else waits for it already"
    shelf.gate.set()
    eventually(lambda: kept.known("a") == "a2")


def test_the_one_kept_longest_goes(kept, shelf):
    """So that memory is bounded."""
    for key in "abc":
        kept.get(key, wait_seconds=LONG)
    assert [kept.last(key) for key in "abc"] == [None, "b2", "c3"]


def test_i9_without_a_thread_to_be_had_the_last_one_goes_on(kept, clock, monkeypatch):
    """A process at its limits fails no request of the host's."""
    assert kept.get("a", wait_seconds=LONG) == "a1"
    clock.advance(seconds=1)

    def none_left(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(kept._flights, "run", none_left)
    assert kept.get("a", wait_seconds=LONG) == "a1"
    with pytest.raises(RuntimeError, match="thread"):
        kept.get("b", wait_seconds=LONG)
