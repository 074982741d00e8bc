"""Answers from a snapshot on this machine, for hosts that may not or cannot ask the source.

**A subject that is not in a snapshot is unknown, never clean.** A snapshot holds disclosed records, and no subject
without any: absence from it cannot tell "no record" from "not registered", or from a code that does not exist.
Such a subject gets ``UNKNOWN(not_found)`` (invariant I2). Only of subjects with at least one record, a licence for
instance, does a snapshot say that nothing adverse is disclosed.

**An old file does not read as today's truth.** Statuses carry the snapshot's own data date as ``as_of``, and beyond
``longest_age`` nothing is answered: ``UNKNOWN(stale)``. There is no change feed; a repair is learnt of with the next
snapshot. That one is opened at the first question after the file was replaced, and answered from as soon as every
byte of it was checked; until then, and where it cannot be opened, answers are of the one before and live a second.
What was given before the file was replaced lives on as it was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from chengxin.clock import Clock
from chengxin.errors import (
    ConfigurationError,
    SourceError,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.identifiers import Uscc
from chengxin.lock import ProcessLock
from chengxin.records import CreditAnswer, RuleTable, Subject, shipped_rule_table
from chengxin.sources.offline_manifest import LocalFile, LocalSnapshot, format_of, read_manifest
from chengxin.sources.offline_opening import Opened, Opening, State, answers_of, unreadable
from chengxin.sources.source import ChangeFeed, Fetched, SourceHealth
from chengxin.transport import Deadline, Lane

_BATCH: Final = 1000
_AHEAD: Final = timedelta(days=1)
"""How far a snapshot's data date may lie ahead of our clock."""
_REPLACED: Final = timedelta(seconds=1)
"""How long an answer lives of a snapshot that another has taken the place of, while that one is not open."""
LONGEST_AGE: Final = timedelta(hours=36)
"""A day, and half a day for the next snapshot to come."""


class OfflineSource:
    """Answers from a snapshot's files.

    Nothing is opened before the first question. Then a thread checks every byte against the manifest and writes an
    index to temporary files, some ten thousand records a second, in bounded memory; who asks meanwhile waits as
    long as their deadline allows. Safe to share by threads; a child that is forked after that uses the same index,
    one forked before makes its own.

    Args:
        path: the manifest (``….json``), with the files beside it, or a single ``….ndjson.gz`` or ``….parquet``.
        clock: time.
        name: name of the source in statuses; None makes one of the path.
        longest_age: how old its data may be and still be answered from.
        data_date: the instant whose records a single file holds, aware; a manifest says so itself.
        rule_table: bounds records whose end the source leaves out; the shipped one where None.

    Raises:
        ConfigurationError: the path names neither, the age is not above 0, or a single file has no data date.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        name: str | None = None,
        longest_age: timedelta = LONGEST_AGE,
        data_date: datetime | None = None,
        rule_table: RuleTable | None = None,
    ) -> None:
        is_single = format_of(path) is not None
        if longest_age <= timedelta(0):
            raise ConfigurationError(
                "The longest age of a snapshot must be above 0; the default is 36 hours."
            )
        if is_single != (data_date is not None) or (data_date is not None and data_date.tzinfo is None):
            raise ConfigurationError(
                "A single file of a snapshot needs a data_date with offset, since nothing in it says as of when "
                "its records are; a manifest says so itself and takes none."
            )
        self._path = path
        self._clock = clock
        self._name = name or f"snapshot:{path}"
        self._longest_age = longest_age
        self._data_date = data_date
        self._rule_table = shipped_rule_table() if rule_table is None else rule_table
        self._lock = ProcessLock()
        self._opening: Opening | None = None
        self._opened: Opened | None = None

    @property
    def name(self) -> str:
        """Name of the source."""
        return self._name

    @property
    def batch_size(self) -> int:
        """Most subjects of one batch."""
        return _BATCH

    @property
    def feed(self) -> ChangeFeed | None:
        """No change feed: a file does not change."""
        return None

    def fetch_credit(
        self,
        code: Uscc,
        *,
        deadline: Deadline,
        lane: Lane = Lane.DECISION,  # noqa: ARG002  # everybody is answered at once
        known: str | None = None,  # noqa: ARG002  # nothing is renewed
    ) -> Fetched:
        """Return what the snapshot holds of a subject; of one that is not in it nothing is known.

        Args:
            code: whom to ask for.
            deadline: covers the opening of the snapshot, where it is not open.
            lane: what the question is for.
            known: left aside.

        Raises:
            SourceUnavailable: the snapshot is too old (``STALE``), not there (``UNREACHABLE``), or not open in time.
            UnusableAnswer: its files are not what its manifest says, or not as agreed.
        """
        deadline.require("asking the snapshot")
        opened, is_latest = self._open(deadline)
        return self._answer(opened, code, is_latest=is_latest)

    def fetch_credit_many(
        self,
        codes: Sequence[Uscc],
        *,
        deadline: Deadline,
        lane: Lane = Lane.BULK,  # noqa: ARG002  # as above
    ) -> list[Fetched | SourceError]:
        """Return a row for each subject, all of one snapshot.

        Raises:
            SourceError: as ``fetch_credit``.
        """
        deadline.require("asking the snapshot")
        opened, is_latest = self._open(deadline)
        return [self._answer(opened, code, is_latest=is_latest) for code in codes]

    def answers(self) -> Iterator[Fetched]:
        """Yield an answer about each subject of the snapshot, in the order of their codes, in bounded memory.

        Every byte is checked before the first one; no index is made.

        Raises:
            SourceError: as ``fetch_credit``; nothing was yielded.
        """
        now = self._clock.now()
        snapshot = self._describe()
        left = self._time_left(snapshot.data_date, now).total_seconds()
        try:
            answering = answers_of(snapshot, source=self._name, at=now, rule_table=self._rule_table)
            with closing(answering) as answers:
                for answer in answers:
                    yield Fetched(answer=answer, asked_at=now, max_age_seconds=left)
        except OSError as error:
            raise unreadable(error) from None

    def fetch_health(self, *, deadline: Deadline) -> SourceHealth:
        """Return the age of the snapshot's data by its manifest, however old; its files are not opened.

        Raises:
            SourceError: there is no manifest, or it is none.
        """
        deadline.require("reading the manifest")
        data_date = self._describe().data_date
        lag = max(0.0, (self._clock.now() - data_date).total_seconds())
        return SourceHealth(source=self._name, data_date=data_date, lag_seconds=lag, maintenance=())

    def close(self) -> None:
        """Let go of the index; a later question opens the snapshot anew."""
        with self._lock:
            opening, self._opening, self._opened = self._opening, None, None
        if opening is not None:
            opening.is_wanted = False

    def _answer(self, opened: Opened, code: Uscc, *, is_latest: bool) -> Fetched:
        now = self._clock.now()
        left = self._time_left(opened.snapshot.data_date, now)
        if not is_latest:
            left = min(left, _REPLACED)
        try:
            found = opened.index.find(code)
        except OSError as error:
            raise unreadable(error) from None
        return Fetched(
            answer=found or self._absent(opened.snapshot, code),
            asked_at=now,
            max_age_seconds=left.total_seconds(),
        )

    def _absent(self, snapshot: LocalSnapshot, code: Uscc) -> CreditAnswer:
        """Return the answer about a subject that is not in the snapshot: nothing is known of it."""
        return CreditAnswer(
            subject=Subject.of(code),
            registered=False,
            records=(),
            as_of=snapshot.data_date,
            source=self._name,
            snapshot_id=snapshot.snapshot_id,
        )

    def _time_left(self, data_date: datetime, now: datetime) -> timedelta:
        """Return how long the snapshot may still be answered from.

        Raises:
            SourceUnavailable: not any more.
            UnusableAnswer: its data is of a day that has not come.
        """
        if data_date > now + _AHEAD:
            raise UnusableAnswer(
                "The snapshot's data is of a day that has not come. Look at its manifest, or at this machine's clock.",
                reason=UnknownReason.SCHEMA_DRIFT,
            )
        left = self._longest_age - max(timedelta(0), now - data_date)
        if left <= timedelta(0):
            raise SourceUnavailable(
                f"The snapshot's data is as of {data_date:%Y-%m-%d %H:%M} UTC, older than "
                f"{self._longest_age / timedelta(hours=1):g} hours. Put a newer one in its place.",
                reason=UnknownReason.STALE,
            )
        return left

    def _describe(self) -> LocalSnapshot:
        kind = format_of(self._path)
        try:
            if kind is None or self._data_date is None:
                return read_manifest(self._path)
            self._path.stat()
        except OSError as error:
            raise unreadable(error) from None
        file = LocalFile(path=self._path, format=kind)
        return LocalSnapshot(snapshot_id=self._path.name, data_date=self._data_date, files=(file,))

    def _open(self, deadline: Deadline) -> tuple[Opened, bool]:
        """Return the snapshot as it is, opened, and that it is the latest.

        While a newer one is being opened, or where it cannot be, it is the one before it, as long as that is not
        too old.
        """
        state = self._state()
        with self._lock:
            if self._opened is not None and self._opened.state == state:
                return self._opened, True
            opening = self._opening
            if opening is None or not opening.is_for(state, now=self._clock.monotonic()):
                if opening is not None:
                    opening.is_wanted = False
                opening = self._opening = self._begin(state)
            before = self._opened
        if before is not None and self._is_young(before) and opening.opened is None:
            return before, False
        if not opening.done.wait(deadline.remaining()):
            raise SourceUnavailable.timeout("opening the snapshot")
        return self._take(opening), True

    def _is_young(self, opened: Opened) -> bool:
        try:
            self._time_left(opened.snapshot.data_date, self._clock.now())
        except SourceError:
            return False
        return True

    def _take(self, opening: Opening) -> Opened:
        if opening.opened is None:
            raise opening.failure()
        with self._lock:
            if opening is self._opening:
                self._opened, self._opening = opening.opened, None
        return opening.opened

    def _begin(self, state: State) -> Opening:
        try:
            # Too old, or no manifest: said at once, without reading gigabytes first.
            snapshot = self._describe()
            self._time_left(snapshot.data_date, self._clock.now())
        except SourceError as error:
            return Opening.failed(error, state, source=self._name, clock=self._clock)
        return Opening.begin(
            snapshot, state, source=self._name, clock=self._clock, rule_table=self._rule_table
        )

    def _state(self) -> State:
        try:
            stat = self._path.stat()
        except OSError as error:
            raise unreadable(error) from None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino
