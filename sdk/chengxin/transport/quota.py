"""How much of the source each question may take: by the second and by the China day, urgent ones first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor, isfinite, isnan
from typing import Final, Self

from chengxin.clock import Clock
from chengxin.errors import SourceError, SourceUnavailable, UnknownReason
from chengxin.records import china_day, start_of_china_day
from chengxin.transport.deadline import Deadline
from chengxin.transport.lane import Lane
from chengxin.transport.shelter import Shelter

_STEPS: Final = {Lane.PAGE: (9, 10), Lane.REFRESH: (2, 3), Lane.BULK: (2, 3)}
"""Which part of what the lane before may fill each lane may fill: pages 0.9, refreshes 0.6, bulk 0.4 of the whole."""
_CALL_SECONDS: Final = 0.05
_CALLS_FOR_ALL_LANES: Final = 4
"""The fewest calls of which each lane has one."""
_LONGEST_WINDOW_SECONDS: Final = 43_200.0
_FASTEST: Final = 1e6
_WINDOW_MARGIN_SECONDS: Final = 10.0
_MOST_WINDOWS_AHEAD: Final = 1000
_DAY_LIFE_SECONDS: Final = 90_000.0
_UNSTATED_HOLD_SECONDS: Final = 1.0
_LONGEST_HOLD_SECONDS: Final = 3600.0
_MIDNIGHT_SECONDS: Final = 300.0
"""For so long after China midnight the source may still count the day before: its clock is not ours."""
_MIDNIGHT_HOLD_SECONDS: Final = 120.0
_SHORTEST_WAIT_SECONDS: Final = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaOptions:
    """What the source's operator allows.

    Attributes:
        per_second: calls in a second, over all processes; 0.5 is four in eight seconds. None is unlimited. What is
            slower than four a second is counted over four calls' time, so that a source that nobody used is asked
            at once.
        per_day: calls in a China day, over all processes. None is unlimited.
        interactive_reserve: calls of a day that are kept for questions that somebody waits for.
        processes: how many processes there are at most: each takes its part where they share no board.

    Raises:
        ValueError: a value is out of its range.
    """

    per_second: float | None = None
    per_day: int | None = None
    interactive_reserve: int = 0
    processes: int = 1

    def __post_init__(self) -> None:
        """Refuse limits that contradict one another."""
        if self.per_second is not None and not 0 < self.per_second <= _FASTEST:
            raise ValueError("Calls per second are more than 0 and at most 1,000,000; None is unlimited.")
        if self.per_day is not None and self.per_day < 1:
            raise ValueError("Calls per day are 1 or more; None is unlimited.")
        if not 0 <= self.interactive_reserve <= (self.per_day or self.interactive_reserve):
            raise ValueError("The reserve of a day is 0 or more and no larger than the day's calls.")
        if self.processes < 1:
            raise ValueError(f"At least 1 process asks, not {self.processes}.")


@dataclass(frozen=True, slots=True)
class Window:
    """The time over which calls are counted, and how many there are in it.

    Attributes:
        seconds: how long it is.
        calls: how many it holds; a part of one is carried on to the next.
    """

    seconds: float
    calls: float

    @classmethod
    def of(cls, per_second: float) -> Self:
        """Return the shortest window, from a second on, that holds whole calls, one for each lane at least.

        What is too slow for that is counted over half a day.

        >>> Window.of(10), Window.of(0.1)
        (Window(seconds=1.0, calls=10), Window(seconds=40.0, calls=4))
        """
        calls = max(_CALLS_FOR_ALL_LANES, ceil(per_second))
        if calls / per_second < _LONGEST_WINDOW_SECONDS:
            return cls(calls / per_second, calls)
        return cls(_LONGEST_WINDOW_SECONDS, per_second * _LONGEST_WINDOW_SECONDS)

    def part(self, processes: int) -> float:
        """Return how many of its calls one of so many processes has."""
        return self.calls if processes == 1 else self.calls / processes


def capacity_of(lane: Lane, *, calls: float, window: int) -> int:
    """Return up to how many calls a lane may fill one window.

    A part of a call is carried on: a lane with 0.4 calls a window may fill two of five. A later lane never has more
    than an earlier one in the same window.

    Args:
        lane: whose.
        calls: calls in a window over all lanes.
        window: number of the window.

    >>> [capacity_of(Lane.BULK, calls=4, window=n) for n in range(5)]
    [1, 1, 2, 2, 2]
    """
    before, after = floor(window * calls), floor((window + 1) * calls)
    for step, (part, whole) in _STEPS.items():
        if step <= lane:
            # Of whole calls up to a window, so that no rounding gives a later lane what an earlier one lacks.
            before, after = before * part // whole, after * part // whole
    return after - before


def day_limit_of(lane: Lane, *, per_day: int, interactive_reserve: int) -> int:
    """Return up to how many calls a lane may fill a day.

    >>> day_limit_of(Lane.PAGE, per_day=100, interactive_reserve=30)
    100
    >>> day_limit_of(Lane.REFRESH, per_day=100, interactive_reserve=30)
    70
    """
    return per_day if lane.is_interactive else per_day - interactive_reserve


@dataclass(frozen=True, slots=True)
class _Meter:
    """A counter and up to where it may be filled.

    Attributes:
        name: name of the counter.
        life_seconds: how long it counts.
        limit: where all processes are counted in it.
        limit_alone: where this process alone is: the parts of all processes together are no more than the whole.
    """

    name: str
    life_seconds: float
    limit: int
    limit_alone: int


class Quota:
    """Counts calls and lets them through, urgent ones first; shared by the processes that share a board.

    Args:
        name: whose quota it is, e.g. name of the source; holds no secret.
        board: where calls are counted.
        clock: time.
        options: what is allowed.
    """

    __slots__ = ("_board", "_clock", "_name", "_options", "_window")

    def __init__(self, name: str, *, board: Shelter, clock: Clock, options: QuotaOptions) -> None:
        self._name = name
        self._board = board
        self._clock = clock
        self._options = options
        self._window = self._window_of(options)

    def admit(self, lane: Lane, *, deadline: Deadline) -> None:
        """Take one call, waiting for it where the deadline leaves room.

        Raises:
            SourceUnavailable: none is left for this lane (``QUOTA_RESERVED``); the source was not asked.
        """
        self._require_not_held(lane)
        day = self._day_of(lane)
        # The day is looked at first: who has none left of it takes nothing of a window from others.
        if day is not None and not self._has_room(day):
            raise self._day_used_up(lane)
        self._take_of_window(lane, deadline)
        if day is not None and not self._take(day):
            raise self._day_used_up(lane)

    def used_today(self) -> int:
        """Return the calls of this China day, of all processes where they can be counted."""
        return self._board.add(self._day_name(), 0, life_seconds=_DAY_LIFE_SECONDS)[0]

    def learn(self, error: SourceError, *, asked_at: float) -> None:
        """Hold back questions that nobody waits for, where the source says that it was asked too often.

        Args:
            error: what it said.
            asked_at: when it was asked, in seconds since 1970: a spent quota is of the China day of that instant.
        """
        now = self._clock.epoch()
        if error.reason is UnknownReason.QUOTA_EXHAUSTED:
            seconds = _rest_of_day(asked_at, now=now)
        elif error.reason is UnknownReason.RATE_LIMITED:
            seconds = _sane_wish(error.retry_after_seconds)
        else:
            return
        if seconds > self._held_seconds():
            note = json.dumps({"until": now + seconds}).encode()
            self._board.write(self._hold(), note, life_seconds=seconds)

    def _require_not_held(self, lane: Lane) -> None:
        seconds = 0.0 if lane.is_interactive else self._held_seconds()
        if seconds > 0:
            raise _reserved("The source asked for fewer calls", seconds)

    def _window_of(self, options: QuotaOptions) -> Window | None:
        if options.per_second is None:
            return None
        # Who shares no board counts its own part alone, in windows that are long enough for that.
        return Window.of(options.per_second / (1 if self._board.is_shared else options.processes))

    def _take_of_window(self, lane: Lane, deadline: Deadline) -> None:
        window = self._window
        if window is None:
            return
        while not self._take(self._meter_of(lane, window)):
            wait = self._until_next(lane, window)
            if wait + _CALL_SECONDS > deadline.remaining():
                raise _reserved("The calls per second are used up", wait)
            self._clock.sleep(wait)

    def _until_next(self, lane: Lane, window: Window) -> float:
        """Return the seconds until the next window in which a lane has a call."""
        now = self._clock.epoch()
        number = floor(now / window.seconds) + 1
        calls = window.part(self._parts(together=self._board.is_here()))
        for ahead in range(_MOST_WINDOWS_AHEAD):
            if capacity_of(lane, calls=calls, window=number + ahead):
                number += ahead
                break
        return max(_SHORTEST_WAIT_SECONDS, number * window.seconds - now)

    def _meter_of(self, lane: Lane, window: Window) -> _Meter:
        number = floor(self._clock.epoch() / window.seconds)
        return _Meter(
            f"calls:{self._name}:{window.seconds:g}:{number}",
            window.seconds + _WINDOW_MARGIN_SECONDS,
            capacity_of(lane, calls=window.calls, window=number),
            capacity_of(lane, calls=window.part(self._parts(together=False)), window=number),
        )

    def _parts(self, *, together: bool) -> int:
        return 1 if together or not self._board.is_shared else self._options.processes

    def _day_of(self, lane: Lane) -> _Meter | None:
        per_day, reserve = self._options.per_day, self._options.interactive_reserve
        if per_day is None:
            return None
        limit = day_limit_of(lane, per_day=per_day, interactive_reserve=reserve)
        return _Meter(self._day_name(), _DAY_LIFE_SECONDS, limit, limit // self._options.processes)

    def _day_used_up(self, lane: Lane) -> SourceUnavailable:
        now = self._clock.now()
        what = "The calls of this day" if lane.is_interactive else "The day's calls for background work"
        return _reserved(f"{what} are used up", (_next_china_day(now) - now).total_seconds())

    def _take(self, meter: _Meter) -> bool:
        # To look first keeps those who are refused from filling what is kept for others.
        if not self._has_room(meter):
            return False
        count, together = self._board.add(meter.name, 1, life_seconds=meter.life_seconds)
        if count <= (meter.limit if together else meter.limit_alone):
            return True
        self._board.add(meter.name, -1, life_seconds=meter.life_seconds)
        return False

    def _has_room(self, meter: _Meter) -> bool:
        count, together = self._board.add(meter.name, 0, life_seconds=meter.life_seconds)
        return count < (meter.limit if together else meter.limit_alone)

    def _held_seconds(self) -> float:
        seconds = _held_until(self._board.read(self._hold(), rank=_held_until) or b"") - self._clock.epoch()
        return max(0.0, seconds)

    def _hold(self) -> str:
        return f"hold:{self._name}"

    def _day_name(self) -> str:
        return f"calls:{self._name}:{china_day(self._clock.now()).isoformat()}"


def _held_until(note: bytes) -> float:
    """Return until when background is held back; a note of another hand says nothing."""
    try:
        until = float(json.loads(note).get("until", 0.0))
    except (ValueError, TypeError, AttributeError):
        return 0.0
    return until if isfinite(until) else 0.0


def _rest_of_day(asked_at: float, *, now: float) -> float:
    """Return for how many seconds the quota of the China day is spent in which was asked."""
    asked = datetime.fromtimestamp(asked_at, UTC)
    if (asked - start_of_china_day(china_day(asked))).total_seconds() < _MIDNIGHT_SECONDS:
        return _MIDNIGHT_HOLD_SECONDS
    return _next_china_day(asked).timestamp() - now


def _sane_wish(asked: float | None) -> float:
    if asked is None or isnan(asked):
        return _UNSTATED_HOLD_SECONDS
    return min(asked, _LONGEST_HOLD_SECONDS)


def _next_china_day(now: datetime) -> datetime:
    return start_of_china_day(china_day(now) + timedelta(days=1))


def _reserved(what: str, seconds: float) -> SourceUnavailable:
    return SourceUnavailable(
        f"{what}; what is left is kept for more urgent questions, and the source was not asked. "
        f"Ask again in {ceil(seconds)} s, or have the quota raised.",
        reason=UnknownReason.QUOTA_RESERVED,
        retry_after_seconds=seconds,
    )
