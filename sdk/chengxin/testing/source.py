"""A source that says what it is told to, and counts how often it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chengxin.client import CreditClient
from chengxin.clock import Clock
from chengxin.errors import SourceError
from chengxin.identifiers import Uscc
from chengxin.records import CreditAnswer, Record
from chengxin.services import LookupOptions
from chengxin.sources import Fetched, SourceHealth
from chengxin.testing.build import an_answer
from chengxin.testing.clock import FrozenClock
from chengxin.transport import Deadline


class ScriptedSource:
    """A ``CreditSource`` without a network.

    A subject that was not scripted is not registered. ``fail`` makes every question fail until ``recover``.

    Args:
        clock: time; the same one as the client's.
        max_age_seconds: how long answers may be kept.
    """

    def __init__(self, *, clock: Clock | None = None, max_age_seconds: float = 3600.0) -> None:
        self._clock: Clock = clock or FrozenClock()
        self._max_age_seconds = max_age_seconds
        self._answers: dict[Uscc, CreditAnswer] = {}
        self._failure: SourceError | None = None
        self.asked: list[Uscc] = []
        """Every subject that was asked for, in order."""

    @property
    def name(self) -> str:
        """Name of the source."""
        return "scripted"

    @property
    def batch_size(self) -> int:
        """Most subjects of one batch."""
        return 100

    def disclose(self, code: str | Uscc, *records: Record) -> None:
        """Make the source disclose just these records of a subject."""
        subject = Uscc.parse(code) if isinstance(code, str) else code
        self._answers[subject] = an_answer(*records, code=subject, as_of=self._clock.now())

    def fail(self, error: SourceError) -> None:
        """Make every question fail with ``error``."""
        self._failure = error

    def recover(self) -> None:
        """Make the source answer again."""
        self._failure = None

    def fetch_credit(self, code: Uscc, *, deadline: Deadline) -> Fetched:
        """Return what was scripted for the subject, or raise the scripted failure."""
        deadline.require("asking the scripted source")
        self.asked.append(code)
        if self._failure is not None:
            raise self._failure
        answer = self._answers.get(code)
        if answer is None:
            answer = an_answer(code=code, registered=False, as_of=self._now())
        return Fetched(answer=answer, asked_at=self._now(), max_age_seconds=self._max_age_seconds)

    def fetch_credit_many(self, codes: Sequence[Uscc], *, deadline: Deadline) -> list[Fetched | SourceError]:
        """Return a row for each code, or raise the scripted failure."""
        return [self.fetch_credit(code, deadline=deadline) for code in codes]

    def fetch_health(self, *, deadline: Deadline) -> SourceHealth:
        """Return a healthy source, or raise the scripted failure."""
        deadline.require("asking the scripted source")
        if self._failure is not None:
            raise self._failure
        return SourceHealth(source=self.name, data_date=self._now(), lag_seconds=0.0, maintenance=())

    def close(self) -> None:
        """Have nothing to give back."""

    def _now(self) -> datetime:
        return self._clock.now()


def scripted_client(
    source: ScriptedSource | None = None, *, clock: Clock | None = None, options: LookupOptions | None = None
) -> CreditClient:
    """Return a client of a scripted source, on a clock that stands still unless another is given."""
    time = clock or FrozenClock()
    return CreditClient(source or ScriptedSource(clock=time), clock=time, options=options)
