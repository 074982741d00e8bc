"""The walk through: it shows what it claims, and says so if it does not."""

from datetime import timedelta
from types import SimpleNamespace

from chengxin.testing import FrozenClock
from examples.marketplace import demo
from examples.marketplace.clock import MovableClock


def test_the_demo_shows_what_it_claims(capsys):
    """All scenes play over real HTTP, and the exit code says that each showed."""
    assert demo.main(["--once"]) == 0

    told = capsys.readouterr().out
    assert told.count("✓") == 8
    assert "✗" not in told
    assert "https://rules.example.com/appeals" in told


def test_the_demo_fails_where_a_scene_does_not_show(capsys, monkeypatch):
    """A badge that did not change is told, and the exit code is 1."""
    monkeypatch.setattr(demo.Visitor, "badge", lambda _self, _code: "the same as ever")

    assert demo.main(["--once"]) == 1
    assert "✗ not shown: the badge has changed with it" in capsys.readouterr().out


def test_the_demo_stays_until_it_is_interrupted(capsys, monkeypatch):
    """Without --once the shop stays open until Ctrl-C."""

    class Interrupted:
        def wait(self) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(demo, "threading", SimpleNamespace(Event=Interrupted))

    assert demo.main([]) == 0
    assert "Ctrl-C ends it" in capsys.readouterr().out


def test_the_clock_of_the_demo_moves_ahead_alone():
    """It runs from where it was started, is moved ahead, and never back."""
    start = FrozenClock().now()
    clock = MovableClock(start)

    clock.advance(timedelta(hours=1))
    moved = clock.now()
    clock.advance(timedelta(hours=-2))
    clock.sleep(0)

    assert start + timedelta(hours=1) <= moved <= clock.now()
    assert clock.monotonic() <= clock.monotonic()
