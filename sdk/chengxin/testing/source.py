"""A source that says what it is told to, tells its changes, and counts how often it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chengxin.cache import CacheTier
from chengxin.client import CreditClient
from chengxin.clock import Clock
from chengxin.errors import CursorTooOld, SourceError, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.records import Change, ChangeKind, CreditAnswer, Record
from chengxin.services import LookupOptions
from chengxin.sources import ChangeBatch, Fetched, Manifest, SourceHealth, Unchanged
from chengxin.testing.build import an_answer
from chengxin.testing.clock import FrozenClock
from chengxin.transport import Deadline, Lane


class ScriptedFeed:
    """The change feed of a ``ScriptedSource``: every ``disclose`` is a change of it.

    Args:
        source: the source.
        clock: time.
    """

    def __init__(self, source: ScriptedSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._changes: list[Change] = []
        self._seq = 0
        self._is_forgotten = False
        self.repeats = False
        """Whether the change before the cursor comes once more with each question."""
        self.asked = 0
        """How often the feed was asked for changes."""

    def note(self, code: Uscc, kind: ChangeKind, record: Record | None = None) -> None:
        """Tell a change."""
        self._seq += 1
        self._changes.append(
            Change(
                seq=self._seq,
                at=self._clock.now(),
                code=code.code,
                record_id=record.record_id if record else None,
                version=record.version if record else 0,
                kind=kind,
            )
        )

    def lose(self, count: int = 1) -> None:
        """Lose the last changes: the feed goes on as if they had been told."""
        del self._changes[-count:]

    def forget_all(self) -> None:
        """Answer the next question with a cursor that is too old."""
        self._is_forgotten = True

    def fetch_changes(
        self, cursor: str | None, *, limit: int, wait_seconds: float, deadline: Deadline
    ) -> ChangeBatch:
        """Return what follows a cursor; does not wait."""
        del wait_seconds
        deadline.require("asking the scripted feed")
        self.asked += 1
        self._source.raise_scripted()
        if self._is_forgotten:
            self._is_forgotten = False
            raise CursorTooOld("The scripted feed has forgotten it.", reason=UnknownReason.STALE)
        after = self._seq if cursor is None else int(cursor) - self.repeats
        rest = [change for change in self._changes if change.seq > after]
        some = tuple(rest[:limit])
        more = len(rest) > limit
        end = some[-1].seq if more else self._seq
        return ChangeBatch(changes=some, cursor=str(end), more=more, at=self._clock.now())

    def fetch_manifest(self, *, deadline: Deadline) -> Manifest:
        """Return the manifest of a snapshot of this instant, which has no files."""
        deadline.require("asking the scripted feed")
        self._source.raise_scripted()
        return Manifest(
            snapshot_id=f"scripted-{self._seq}",
            data_date=self._clock.now(),
            cursor=str(self._seq),
            seq=self._seq,
            files=(),
        )

    def read_snapshot(
        self, manifest: Manifest, *, deadline: Callable[[], Deadline]
    ) -> Iterator[CreditAnswer]:
        """Yield what is disclosed of every subject that has a record."""
        del manifest
        deadline().require("reading the scripted snapshot")
        yield from self._source.all_answers()


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
        self._revisions: dict[Uscc, int] = {}
        self._failure: SourceError | None = None
        self.feed = ScriptedFeed(self, self._clock)
        """Its change feed."""
        self.ahead_seconds: float | None = None
        """How far its clock is ahead, as its answers tell."""
        self.asked: list[Uscc] = []
        """Every subject that was asked for, in order."""
        self.lanes: list[Lane] = []
        """What each question was for."""

    @property
    def name(self) -> str:
        """Name of the source."""
        return "scripted"

    @property
    def batch_size(self) -> int:
        """Most subjects of one batch."""
        return 100

    def disclose(
        self,
        code: str | Uscc,
        *records: Record,
        change: ChangeKind = ChangeKind.UPDATED,
        about: Record | None = None,
    ) -> None:
        """Make the source disclose just these records of a subject, and tell so in its feed.

        Args:
            code: the subject.
            records: what is disclosed from now on.
            change: what the feed tells.
            about: of which record it tells so; the first of the records where None.
        """
        subject = Uscc.parse(code) if isinstance(code, str) else code
        self._answers[subject] = an_answer(*records, code=subject, as_of=self._clock.now())
        self._revisions[subject] = self._revisions.get(subject, 0) + 1
        self.feed.note(subject, change, about or (records[0] if records else None))

    def fail(self, error: SourceError) -> None:
        """Make every question fail with ``error``."""
        self._failure = error

    def recover(self) -> None:
        """Make the source answer again."""
        self._failure = None

    def raise_scripted(self) -> None:
        """Raise the scripted failure, if there is one."""
        if self._failure is not None:
            raise self._failure

    def all_answers(self) -> list[CreditAnswer]:
        """Return the answers of all subjects with records."""
        return [answer for answer in self._answers.values() if answer.records]

    def fetch_credit(
        self, code: Uscc, *, deadline: Deadline, lane: Lane = Lane.DECISION, known: str | None = None
    ) -> Fetched | Unchanged:
        """Return what was scripted for the subject, or raise the scripted failure."""
        deadline.require("asking the scripted source")
        fetched = self._fetch(code, lane)
        if known is not None and known == fetched.etag:
            return Unchanged(
                asked_at=fetched.asked_at,
                max_age_seconds=fetched.max_age_seconds,
                etag=known,
                ahead_seconds=self.ahead_seconds,
            )
        return fetched

    def fetch_credit_many(
        self, codes: Sequence[Uscc], *, deadline: Deadline, lane: Lane = Lane.BULK
    ) -> list[Fetched | SourceError]:
        """Return a row for each code, or raise the scripted failure."""
        deadline.require("asking the scripted source")
        return [self._fetch(code, lane) for code in codes]

    def fetch_health(self, *, deadline: Deadline) -> SourceHealth:
        """Return a healthy source, or raise the scripted failure."""
        deadline.require("asking the scripted source")
        self.raise_scripted()
        return SourceHealth(source=self.name, data_date=self._clock.now(), lag_seconds=0.0, maintenance=())

    def close(self) -> None:
        """Have nothing to give back."""

    def _fetch(self, code: Uscc, lane: Lane) -> Fetched:
        self.asked.append(code)
        self.lanes.append(lane)
        self.raise_scripted()
        answer = self._answers.get(code)
        if answer is None:
            answer = an_answer(code=code, registered=False, as_of=self._clock.now())
        return Fetched(
            answer=answer,
            asked_at=self._clock.now(),
            max_age_seconds=self._max_age_seconds,
            etag=f'"{code.code}-{self._revisions.get(code, 0)}"',
            ahead_seconds=self.ahead_seconds,
        )


def scripted_client(
    source: ScriptedSource | None = None,
    *,
    clock: Clock | None = None,
    options: LookupOptions | None = None,
    cache: str | CacheTier = "memory://",
) -> CreditClient:
    """Return a client of a scripted source, on a clock that stands still unless another is given."""
    time = clock or FrozenClock()
    return CreditClient(
        source if source is not None else ScriptedSource(clock=time), clock=time, options=options, cache=cache
    )
