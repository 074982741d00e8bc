"""A snapshot on its way to be opened: checked and indexed by a thread, waited for by whoever asks."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Self, TypeAlias

from chengxin.clock import Clock
from chengxin.errors import ChengxinError, SourceError, SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.records import CreditAnswer, RuleTable
from chengxin.sources.offline_index import AnswerIndex
from chengxin.sources.offline_manifest import LocalSnapshot, verify_file
from chengxin.sources.snapshot import answers_of_streams

_REMEMBERED_SECONDS: Final = 30.0
"""How long a snapshot that could not be opened is not tried again."""
_LOG: Final = logging.getLogger(__name__)
State: TypeAlias = tuple[int, int, int]
"""What changes with a file that is replaced: time, length and number."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A snapshot whose every row was checked."""

    snapshot: LocalSnapshot
    index: AnswerIndex
    state: State


@dataclass(slots=True, kw_only=True)
class Opening:
    """A snapshot on its way to be opened, by a thread of one process."""

    state: State
    pid: int
    done: threading.Event = field(default_factory=threading.Event)
    is_wanted: bool = True
    opened: Opened | None = None
    error: SourceError | None = None
    failed_at: float = 0.0

    @classmethod
    def begin(
        cls, snapshot: LocalSnapshot, state: State, *, source: str, clock: Clock, rule_table: RuleTable
    ) -> Self:
        """Start to open a snapshot.

        Args:
            snapshot: its files.
            state: that of the file that names them.
            source: name of the source in its answers.
            clock: time.
            rule_table: bounds records whose end the source leaves out.
        """
        opening = cls(state=state, pid=os.getpid())
        threading.Thread(
            target=opening.run,
            args=(snapshot, source, clock, rule_table),
            name="chengxin-snapshot",
            daemon=True,
        ).start()
        return opening

    @classmethod
    def failed(cls, error: SourceError, state: State, *, source: str, clock: Clock) -> Self:
        """Return one that was over before it began; parameters as of ``begin``."""
        opening = cls(state=state, pid=os.getpid())
        opening._end(error, source, clock)
        return opening

    def is_for(self, state: State, *, now: float) -> bool:
        """Tell whether to wait for it: of this process and file, and not failed too long ago."""
        is_over = self.error is not None and now - self.failed_at > _REMEMBERED_SECONDS
        return self.pid == os.getpid() and self.state == state and not is_over

    def run(self, snapshot: LocalSnapshot, name: str, clock: Clock, rule_table: RuleTable) -> None:
        """Open the snapshot, or note why it cannot be."""
        failure: SourceError | None = None
        try:
            self.opened = Opened(snapshot, self._index(snapshot, name, clock, rule_table), self.state)
        except SourceError as error:
            failure = error
        except OSError as error:
            failure = unreadable(error)
        except Exception as error:  # noqa: BLE001  # whatever it is, whoever asks is told in one way
            what = str(error) if isinstance(error, ChengxinError) else type(error).__name__
            failure = UnusableAnswer(
                f"The snapshot could not be read: {what}. Nothing of it is used.",
                reason=UnknownReason.SCHEMA_DRIFT,
            )
        finally:
            self._end(failure, name, clock)

    def failure(self) -> SourceError:
        """Return why it could not be opened, each time as an error of its own."""
        error = self.error or unreadable(OSError())
        return type(error)(str(error), reason=error.reason)

    def _end(self, failure: SourceError | None, name: str, clock: Clock) -> None:
        self.error = failure
        self.failed_at = clock.monotonic()
        if failure is not None and self.is_wanted:
            _LOG.warning("The snapshot of %s could not be opened. %s", name, failure)
        self.done.set()

    def _index(self, snapshot: LocalSnapshot, name: str, clock: Clock, rule_table: RuleTable) -> AnswerIndex:
        answers = answers_of(snapshot, source=name, at=clock.now(), rule_table=rule_table)
        with closing(answers):
            return AnswerIndex.build(answers, is_wanted=lambda: self.is_wanted)


def answers_of(
    snapshot: LocalSnapshot, *, source: str, at: datetime, rule_table: RuleTable
) -> Generator[CreditAnswer, None, None]:
    """Yield one complete answer for each subject of a snapshot, in the order of their codes; close it early or late.

    Args:
        snapshot: its files; every byte of them is checked before the first answer.
        source: name of the source in answers.
        at: the present instant, aware UTC.
        rule_table: bounds records whose end is missing.

    Raises:
        UnusableAnswer: its files are not what its manifest says, or not as agreed; nothing was yielded.
        OSError: a file cannot be read.
    """
    with ExitStack() as stack:
        streams = [verify_file(file, stack.enter_context(file.path.open("rb"))) for file in snapshot.files]
        yield from answers_of_streams(
            streams,
            source=source,
            snapshot_id=snapshot.snapshot_id,
            data_date=snapshot.data_date,
            at=at,
            rule_table=rule_table,
        )


def unreadable(error: OSError) -> SourceUnavailable:
    """Return the error for a file that cannot be read."""
    return SourceUnavailable(
        f"The snapshot cannot be read ({error.strerror or type(error).__name__}). Look at its path and its rights.",
        reason=UnknownReason.UNREACHABLE,
    )
