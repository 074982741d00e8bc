"""What can be measured of a client: counted plainly, and told to OpenTelemetry where that is installed.

Only the OpenTelemetry *API* is used, and only when a client is made: without it, or without a provider, nothing is
exported and nothing is lost but the numbers. Labels are bounded: a tier, a reason, an outcome; never a code.

| instrument | unit | what |
|---|---|---|
| ``chengxin.cache.hits`` | | answers found, by ``tier``: ``memory`` or ``shared`` |
| ``chengxin.cache.misses`` | | questions for which neither held a fresh answer |
| ``chengxin.cache.stale_prevented`` | | answers that were there and not used: past their life, or superseded |
| ``chengxin.status.unknown`` | | statuses of unknown standing, by ``reason`` |
| ``chengxin.source.duration`` | s | questions to the source, by ``outcome``: ``answered``, ``unchanged`` or a reason |
| ``chengxin.source.lagging`` | | answers that show what the source's own feed told to be gone; not used |
| ``chengxin.source.breaker`` | | 0 closed, 1 half open, 2 open |
| ``chengxin.source.calls_today`` | | calls of this China day, where a quota counts them |
| ``chengxin.source.clock_ahead`` | s | how far the source's clock was ahead at its last answer |
| ``chengxin.data.age`` | s | how old the source's data was said to be in its last answer |
| ``chengxin.feed.age`` | s | since the change feed was last heard to be read to its end |
| ``chengxin.feed.lag`` | s | from a change at the source until every process had forgotten its subject |
| ``chengxin.outbox.handed_out`` | | attempts, by ``topic`` and ``outcome``: ``done``, ``delayed``, … |
| ``chengxin.outbox.pending`` | | events that are to be handed out |
| ``chengxin.outbox.parked`` | | events that wait for a person |
| ``chengxin.outbox.age`` | s | since when the oldest pending event could have been handed out |
"""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Final

from chengxin.lock import ProcessLock

_LIBRARY: Final = "opentelemetry.metrics"


class Tally:
    """Counts without a lock: ``add`` is one step of a C iterator, atomic under threads."""

    __slots__ = ("_lock", "_reads", "_steps", "add")

    def __init__(self) -> None:
        self._steps = itertools.count()
        self._lock = ProcessLock()
        self._reads = 0
        self.add: Callable[[], int] = self._steps.__next__
        """Count one."""

    def read(self) -> int:
        """Return how many were counted."""
        with self._lock:
            self._reads += 1
            return next(self._steps) + 1 - self._reads


class Telemetry:
    """The instruments of one client.

    Args:
        source: name of its source, the one label that all instruments share.
    """

    def __init__(self, source: str) -> None:
        self._labels = {"source": source}
        self.memory_hits = Tally()
        """Answers found in memory."""
        self.shared_hits = Tally()
        """Answers found in the tier that processes share."""
        self._metrics = _load()
        self._meter = None if self._metrics is None else self._metrics.get_meter("chengxin")
        self._misses = self._instrument("counter", "chengxin.cache.misses")
        self._stale_prevented = self._instrument("counter", "chengxin.cache.stale_prevented")
        self._unknown = self._instrument("counter", "chengxin.status.unknown")
        self._duration = self._instrument("histogram", "chengxin.source.duration", unit="s")
        self._lagging = self._instrument("counter", "chengxin.source.lagging")
        self._lag = self._instrument("histogram", "chengxin.feed.lag", unit="s")
        self._observe_hits()

    def missed(self) -> None:
        """Count a question for which no tier held a fresh answer."""
        if self._misses is not None:
            self._misses.add(1, self._labels)

    def prevented_stale(self) -> None:
        """Count an answer that was there and may not be used."""
        if self._stale_prevented is not None:
            self._stale_prevented.add(1, self._labels)

    def told_unknown(self, reason: str) -> None:
        """Count a status of unknown standing."""
        if self._unknown is not None:
            self._unknown.add(1, {**self._labels, "reason": reason})

    def asked(self, seconds: float, outcome: str) -> None:
        """Record a question to the source: how long it took, and its outcome, a word of a bounded set."""
        if self._duration is not None:
            self._duration.record(seconds, {**self._labels, "outcome": outcome})

    def lagged(self) -> None:
        """Count an answer that is older than what the source's own feed told."""
        if self._lagging is not None:
            self._lagging.add(1, self._labels)

    def took_effect(self, lag_seconds: float) -> None:
        """Record how long after a change at the source every process had forgotten its subject."""
        if self._lag is not None:
            self._lag.record(lag_seconds, self._labels)

    def observe(self, name: str, read: Callable[[], float | None], *, unit: str = "") -> None:
        """Let a gauge be read whenever metrics are collected; None tells nothing."""
        if self._meter is not None and self._metrics is not None:
            observation = self._metrics.Observation

            def collect(_: object) -> Iterator[Any]:
                value = read()
                if value is not None:
                    yield observation(value, self._labels)

            self._meter.create_observable_gauge(name, callbacks=[collect], unit=unit)

    def _observe_hits(self) -> None:
        if self._meter is None or self._metrics is None:
            return
        observation = self._metrics.Observation

        def collect(_: object) -> Iterator[Any]:
            yield observation(self.memory_hits.read(), {**self._labels, "tier": "memory"})
            yield observation(self.shared_hits.read(), {**self._labels, "tier": "shared"})

        self._meter.create_observable_counter("chengxin.cache.hits", callbacks=[collect])

    def _instrument(self, kind: str, name: str, *, unit: str = "") -> Any:  # noqa: ANN401  # the API is optional
        return None if self._meter is None else getattr(self._meter, f"create_{kind}")(name, unit=unit)


class OutboxTelemetry:
    """The instruments of whoever hands out the outbox; gauges tell what was seen last."""

    def __init__(self) -> None:
        metrics = _load()
        self._seen: dict[str, float] = {}
        self._handed_out: Any = None
        if metrics is None:
            return
        meter = metrics.get_meter("chengxin")
        self._handed_out = meter.create_counter("chengxin.outbox.handed_out")
        for name, unit in (("pending", ""), ("parked", ""), ("age", "s")):
            collect = self._collector(name, metrics.Observation)
            meter.create_observable_gauge(f"chengxin.outbox.{name}", callbacks=[collect], unit=unit)

    def handed_out(self, topic: str, outcome: str) -> None:
        """Count an attempt: the topics are those that have handlers, the outcomes a bounded set."""
        if self._handed_out is not None:
            self._handed_out.add(1, {"topic": topic, "outcome": outcome})

    def saw(self, *, pending: int, parked: int, age_seconds: float) -> None:
        """Keep how much waits, for gauges."""
        self._seen = {"pending": pending, "parked": parked, "age": age_seconds}

    def _collector(self, name: str, observation: Any) -> Callable[[object], Iterator[Any]]:  # noqa: ANN401  # see below
        def collect(_: object) -> Iterator[Any]:
            if name in self._seen:
                yield observation(self._seen[name])

        return collect


def _load() -> Any:  # noqa: ANN401  # a module that need not be installed
    try:
        return importlib.import_module(_LIBRARY)
    except ModuleNotFoundError:
        return None
