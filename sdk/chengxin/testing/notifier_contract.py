"""What every notifier must do, as tests to inherit: of ours, and of a user's own.

::

    from chengxin.testing.notifier_contract import FarEnd, NotifierContract

    class TestMyNotifier(NotifierContract):
        @pytest.fixture
        def far_end(self):
            return MyFarEnd()

        @pytest.fixture
        def notifier(self, far_end):
            return MyNotifier(far_end.address)

A ``FarEnd`` is a real receiver on this machine that can be told to refuse and to be silent. This module needs pytest.
"""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import logging
import pickle
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Final, Protocol

import pytest

from chengxin.clock import Clock, SystemClock
from chengxin.errors import NoticeDelayed, NoticeError, NoticeUndeliverable
from chengxin.notifier import Notice, Notifier
from chengxin.policy import Text
from chengxin.transport import Deadline

ALLOWANCE_SECONDS: Final = 1.0
"""How much later than its deadline a delivery may end on a busy machine."""
KNOWN: Final = "merchant-1"
"""A recipient that the far end's book knows."""
UNKNOWN: Final = "merchant-0"
"""A recipient that it does not know."""
CANARY: Final = "canary7f3a9"
"""Stands in every secret, in the address and in the text: where it is seen, too much is seen."""


def a_notice(
    notice_id: str = "ntc_1",
    *,
    recipient: str = KNOWN,
    title: Text | None = None,
    kind: str = "measure.imposed",
) -> Notice:
    """Return a notice with a canary in all that it says."""
    return Notice(
        notice_id=notice_id,
        subject=f"subject-{CANARY}",
        kind=kind,
        title=title or Text(zh=f"措施通知 {CANARY}", en=f"Notice of a measure {CANARY}"),
        text=Text(zh=f"自即日起保证金上调。\n{CANARY}", en=f"The deposit is raised.\n{CANARY}"),
        link=f"https://platform.example/notices/{CANARY}",
        at=datetime(2026, 11, 21, 4, 0, tzinfo=UTC),
        recipient=recipient,
    )


class FarEnd(Protocol):
    """Whoever receives, on this machine."""

    def received(self) -> Sequence[str]:
        """Return the ids of the notices that arrived whole, in order, repetitions included."""
        ...

    def refuse(self, *, for_good: bool) -> None:
        """Refuse from now on: for good, or for now."""
        ...

    def fall_silent(self) -> None:
        """Accept connections from now on and say nothing."""
        ...

    def drip(self) -> None:
        """Answer a byte at a time from now on, each soon enough."""
        ...

    def vanish(self) -> None:
        """Refuse connections from now on."""
        ...


class NotifierContract:
    """What holds of every notifier."""

    @pytest.fixture
    def clock(self) -> Clock:
        """Return the clock of all deadlines."""
        return SystemClock()

    @pytest.fixture
    def far_end(self) -> FarEnd:
        """Return the receiver; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture far_end.")

    @pytest.fixture
    def notifier(self, far_end: FarEnd) -> Notifier:
        """Return the notifier that is tested; it reaches the far end for ``KNOWN`` alone."""
        raise NotImplementedError("Give the class a fixture notifier.")

    def test_what_is_delivered_arrives(self, notifier: Notifier, far_end: FarEnd, clock: Clock) -> None:
        """Each notice, under its id."""
        for number in range(3):
            notifier.deliver(a_notice(f"ntc_{number}"), deadline=Deadline.after(10, clock))
        assert list(far_end.received()) == ["ntc_0", "ntc_1", "ntc_2"]

    def test_a_repetition_has_the_same_id(self, notifier: Notifier, far_end: FarEnd, clock: Clock) -> None:
        """So that a receiver can tell it."""
        for _ in range(2):
            notifier.deliver(a_notice(), deadline=Deadline.after(10, clock))
        assert list(far_end.received()) == ["ntc_1", "ntc_1"]

    def test_nobody_known_is_undeliverable(self, notifier: Notifier, far_end: FarEnd, clock: Clock) -> None:
        """A person has to add an address."""
        with pytest.raises(NoticeUndeliverable) as caught:
            notifier.deliver(a_notice(recipient=UNKNOWN), deadline=Deadline.after(10, clock))
        assert caught.value.notice_id == "ntc_1"
        assert list(far_end.received()) == []

    @pytest.mark.parametrize(("for_good", "error"), [(True, NoticeUndeliverable), (False, NoticeDelayed)])
    def test_a_refusal_is_an_error_of_its_kind(
        self, notifier: Notifier, far_end: FarEnd, clock: Clock, *, for_good: bool, error: type[NoticeError]
    ) -> None:
        """For good: a person looks at it. For now: it is sent again."""
        far_end.refuse(for_good=for_good)
        with pytest.raises(error) as caught:
            notifier.deliver(a_notice(), deadline=Deadline.after(10, clock))
        assert (type(caught.value), caught.value.notice_id) == (error, "ntc_1")

    def test_nobody_there_delays(self, notifier: Notifier, far_end: FarEnd, clock: Clock) -> None:
        """Whoever does not answer may answer later."""
        far_end.vanish()
        with pytest.raises(NoticeDelayed):
            notifier.deliver(a_notice(), deadline=Deadline.after(10, clock))

    @pytest.mark.parametrize("how", ["fall_silent", "drip"])
    def test_i9_deadlines_are_kept(self, notifier: Notifier, far_end: FarEnd, clock: Clock, how: str) -> None:
        """Over all of it: a receiver that drips never exceeds a time-out of each read."""
        getattr(far_end, how)()
        watch = SystemClock()
        start = watch.monotonic()
        with pytest.raises(NoticeDelayed):
            notifier.deliver(a_notice(), deadline=Deadline.after(0.3, clock))
        assert watch.monotonic() - start < 0.3 + ALLOWANCE_SECONDS

    def test_nothing_is_sent_when_the_deadline_is_over(
        self, notifier: Notifier, far_end: FarEnd, clock: Clock
    ) -> None:
        """It is delayed at once."""
        with pytest.raises(NoticeDelayed):
            notifier.deliver(a_notice(), deadline=Deadline.after(0, clock))
        assert list(far_end.received()) == []

    def test_threads_share_it(self, notifier: Notifier, far_end: FarEnd, clock: Clock) -> None:
        """Many at once, each delivered once."""
        ids = [f"ntc_{number}" for number in range(12)]
        with ThreadPoolExecutor(4) as pool:
            list(
                pool.map(lambda one: notifier.deliver(a_notice(one), deadline=Deadline.after(20, clock)), ids)
            )
        assert sorted(far_end.received()) == sorted(ids)

    @pytest.mark.parametrize("how", ["nothing", "for_good", "for_now", "drip", "vanish"])
    def test_no_canary_is_seen(
        self, notifier: Notifier, far_end: FarEnd, clock: Clock, *, caplog: pytest.LogCaptureFixture, how: str
    ) -> None:
        """Neither secret, address nor text in any log at DEBUG, any error with all it carries, or any repr."""
        caplog.set_level(logging.DEBUG)
        spoil = {
            "nothing": lambda: None,
            "for_good": lambda: far_end.refuse(for_good=True),
            "for_now": lambda: far_end.refuse(for_good=False),
            "drip": far_end.drip,
            "vanish": far_end.vanish,
        }
        spoil[how]()
        notice = a_notice()
        seen = [repr(notifier), repr(notice)]
        error = _error_of(notifier, notice, Deadline.after(10 if how == "nothing" else 0.5, clock))
        if error is not None:
            assert (error.__cause__, error.__context__) == (None, None)
            seen += [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
            seen += traceback.format_exception(error)
        for record in caplog.records:
            seen += [record.getMessage(), repr(vars(record)), caplog.handler.format(record)]
        assert not [text for text in seen if CANARY in text]


def _error_of(notifier: Notifier, notice: Notice, deadline: Deadline) -> NoticeError | None:
    try:
        notifier.deliver(notice, deadline=deadline)
    except NoticeError as error:
        return error
    return None
