"""The course of what is in force: versions that take turns by time alone, and one step back along them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """From an instant on another version is in force, or none.

    Attributes:
        since: first instant, aware UTC.
        digest: the version; None where the former one was retired and none follows.
    """

    since: datetime
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was in force, what is, and what is scheduled. At every instant it is one version at most.

    Attributes:
        turns: turns up to the last step on record, in order; what took effect stays as it was.
        pending: scheduled turns after it, in order; they take effect by time alone.
        chain: versions that a rollback goes back along, the latest last.
    """

    turns: tuple[Turn, ...] = ()
    pending: tuple[Turn, ...] = ()
    chain: tuple[str, ...] = ()

    def latest(self, at: datetime) -> str | None:
        """Return the version of the latest turn at or before an instant; None where there is none."""
        turns = reversed((*self.turns, *self.pending))
        return next((turn.digest for turn in turns if turn.since <= at), None)

    def has_begun(self, digest: str, at: datetime) -> bool:
        """Tell whether a version has been in force at or before an instant."""
        return any(turn.digest == digest and turn.since <= at for turn in (*self.turns, *self.pending))

    def settled(self, at: datetime) -> Self:
        """Return the course with what was scheduled up to an instant as turns that have taken effect."""
        due = tuple(turn for turn in self.pending if turn.since <= at)
        if not due:
            return self
        return replace(
            self,
            turns=(*self.turns, *due),
            pending=self.pending[len(due) :],
            chain=(*self.chain, *(turn.digest for turn in due if turn.digest is not None)),
        )

    def with_scheduled(self, digest: str, since: datetime) -> Self:
        """Return the course with a version scheduled."""
        pending = sorted((*self.pending, Turn(since=since, digest=digest)), key=lambda turn: turn.since)
        return replace(self, pending=tuple(pending))

    def without_scheduled(self, digest: str) -> Self:
        """Return the course without what is scheduled of a version."""
        return replace(self, pending=tuple(turn for turn in self.pending if turn.digest != digest))

    def with_retired(self, at: datetime) -> Self:
        """Return the settled course with nothing in force from an instant on."""
        return replace(self, turns=(*self.turns, Turn(since=at, digest=None)))

    @property
    def previous(self) -> str | None:
        """The version that a rollback of this settled course restores; None where there is none."""
        return self._rest[-1] if self._rest else None

    def rolled_back(self, at: datetime) -> Self:
        """Return the settled course with the previous version in force from an instant on."""
        return replace(self, turns=(*self.turns, Turn(since=at, digest=self.previous)), chain=self._rest)

    @property
    def _rest(self) -> tuple[str, ...]:
        # What was retired without a successor was itself in force before: to undo that restores it.
        is_retired = bool(self.turns) and self.turns[-1].digest is None
        return self.chain if is_retired else self.chain[:-1]
