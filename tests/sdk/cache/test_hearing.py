"""Listeners of one process: all are told, whatever one of them does, by a thread that is not always to be had."""

import logging
import threading

from chengxin.cache.hearing import Audience, Ear
from chengxin.testing.tier_contract import Hearer, eventually


class Faulty(Hearer):
    """A listener that raises, which none does."""

    def on_cleared(self):
        """Raise."""
        raise RuntimeError("faulty")


class Idle:
    """A hearing that hears nothing."""

    def __init__(self, audience):
        self._audience = audience
        self.ended = threading.Event()

    def turn(self, wake):
        """Serve whoever is new."""
        self._audience.restore()
        wake.wait(0.05)
        wake.clear()

    def end(self):
        """Note it."""
        self.ended.set()


def test_a_listener_that_raises_holds_up_no_other(caplog):
    """Those behind it are told all the same, and the fault is logged."""
    audience, faulty, sound = Audience(), Faulty(), Hearer()
    audience.add(faulty)
    audience.add(sound)
    with caplog.at_level(logging.ERROR):
        audience.tell(lambda listener: listener.on_cleared())
    assert sound.heard == ["cleared"]
    assert "faulty" in caplog.text


def test_lost_and_restored_take_turns():
    """Each is told once, however often it is noticed; that there is no contact from the first on, too."""
    audience, hearer = Audience(), Hearer()
    audience.add(hearer)
    for _ in range(2):
        audience.lose()
    for _ in range(2):
        audience.restore()
    for _ in range(2):
        audience.lose()
    audience.restore()
    assert hearer.heard == ["lost", "restored", "lost", "restored"]


def test_a_child_is_served_anew():
    """After a fork everybody is told again from when on nothing is missed."""
    audience, hearer = Audience(), Hearer()
    audience.add(hearer)
    audience.restore()
    audience._pid = -1
    assert not audience.is_served
    audience.restore()
    assert hearer.heard == ["restored", "restored"]


def test_a_thread_that_cannot_be_started_is_said_and_tried_again(caplog, monkeypatch):
    """Listening never raises; the next one who listens tries anew."""
    ear, hearer = Ear("test", Idle), Hearer()
    with monkeypatch.context() as patched:

        def refuse(thread):
            raise RuntimeError("can't start new thread")

        patched.setattr(threading.Thread, "start", refuse)
        ear.listen(hearer)
    assert "cannot be started" in caplog.text
    assert not ear.is_running
    ear.listen(hearer)
    assert hearer.hears("restored")
    ear.close()
    assert not ear.is_running


def test_the_thread_ends_what_it_holds():
    """Closing waits for the thread, which gives back what it holds; listening again starts another."""
    made = []

    def make(audience):
        made.append(Idle(audience))
        return made[-1]

    ear = Ear("test", make)
    ear.wake()
    for _ in range(2):
        ear.listen(Hearer())
        assert eventually(lambda: ear.audience.is_served)
        ear.close()
    assert [hearing.ended.is_set() for hearing in made] == [True, True]


def test_who_comes_second_starts_no_second_thread():
    """Two who listen at the same moment share one."""
    ear = Ear("test", Idle)
    ear.listen(Hearer())
    first = ear._run
    ear._start()
    assert ear._run is first
    ear.close()


def test_a_listener_may_end_the_thread_that_serves_it():
    """It does not wait for itself."""

    class Last(Hearer):
        def on_restored(self):
            super().on_restored()
            ear.close()

    ear, last = Ear("test", Idle), Last()
    ear.listen(last)
    assert last.hears("restored")
    assert eventually(lambda: not ear.is_running)


def test_i1_a_thread_that_ends_or_fails_tells_so(monkeypatch):
    """Whoever is served no more takes nothing in memory for confirmed."""

    class Failing:
        def turn(self, wake):
            turns.append(1)
            if len(turns) == 1:
                audience.restore()
                raise TypeError("damaged")
            ear.close()

        def end(self):
            """Hold nothing."""

    monkeypatch.setattr("chengxin.cache.hearing._REST_SECONDS", 0.01)
    turns = []
    ear = Ear("test", lambda _: Failing())
    audience = ear.audience
    hearer = Hearer()
    ear.listen(hearer)
    assert eventually(lambda: hearer.heard == ["restored", "lost"])
    assert eventually(lambda: len(turns) == 2)
    assert not ear.is_running
