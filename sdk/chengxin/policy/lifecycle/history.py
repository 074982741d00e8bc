"""All steps of one policy, and what follows from them at any instant. Nothing on record is ever taken off it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import Self

from chengxin.policy.instant import as_utc
from chengxin.policy.lifecycle.course import Course
from chengxin.policy.lifecycle.stage import Move, Stage
from chengxin.policy.lifecycle.step import Step
from chengxin.records import end_of_china_day


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a policy: a document, addressed by its digest.

    Attributes:
        digest: the digest of the document.
        version: what its owner calls it.
        effective_from: first China day of the document.
        effective_until: last China day of the document; None where it has none.
        source: digest of the text that its author wrote; None where that is not kept.
        stage: the stage that its own last step led to; ``History.stage_at`` knows of the others'.
        authors: everyone who wrote, edited or submitted it, in the order in which they did.
        is_important: whether important interests are touched, so that it is announced for longer.
        is_public: whether it was ever announced or scheduled.
    """

    digest: str
    version: str
    effective_from: date
    effective_until: date | None
    source: str | None
    stage: Stage
    authors: tuple[str, ...]
    is_important: bool = False
    is_public: bool = False

    def is_over(self, at: datetime) -> bool:
        """Tell whether the last day of the document is over."""
        return self.effective_until is not None and at >= end_of_china_day(self.effective_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The steps of one policy in the order in which they were taken; ``chengxin.policy.lifecycle.decide`` adds to it.

    Attributes:
        name: name of the policy.
        steps: all steps, the first taken first.
        versions: all versions by digest, the first drafted first; read-only.
        course: what was, is and will be in force.
    """

    name: str
    steps: tuple[Step, ...] = ()
    versions: Mapping[str, Version] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    course: Course = field(default_factory=Course, repr=False)

    def active_at(self, at: datetime) -> str | None:
        """Return the digest of the version that is in force at an instant; None where none is.

        It follows from the steps and the instant alone: nothing has to run at midnight, and later steps never
        change what was in force before them.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        digest = self.course.latest(at)
        return None if digest is None or self.versions[digest].is_over(at) else digest

    def stage_at(self, digest: str, at: datetime) -> Stage | None:
        """Return the stage of a version at an instant; None where it was not drafted by then.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        if self.active_at(at) == digest:
            return Stage.ACTIVE
        if self.course.has_begun(digest, at):
            return Stage.RETIRED
        own = (step.move.stage for step in reversed(self.steps) if step.digest == digest and step.at <= at)
        return next(own, None)

    @property
    def previous(self) -> str | None:
        """The version that was in force before the present one, as of the last step; None where there was none."""
        return self.course.previous

    def settled(self, at: datetime) -> Self:
        """Return the history as an instant after its last step finds it: what was scheduled has taken effect."""
        return replace(self, course=self.course.settled(at))

    def with_step(self, step: Step) -> Self:
        """Return the history with one more step, which ``decide`` has accepted."""
        before = self.versions.get(step.digest)
        versions = {**self.versions, step.digest: self._version(before, step)}
        return replace(
            self,
            steps=(*self.steps, step),
            versions=MappingProxyType(versions),
            course=_course(self.course.settled(step.at), step),
        )

    def authors_of(self, version: str) -> tuple[str, ...]:
        """Return everyone who had a part in any document of one version so far: who corrects it has one too."""
        named = (author for v in self.versions.values() if v.version == version for author in v.authors)
        return tuple(dict.fromkeys(named))

    def _version(self, before: Version | None, step: Step) -> Version:
        stage = step.move.stage
        if step.move is Move.DRAFT and step.version is not None and step.effective_from is not None:
            authors = dict.fromkeys((*self.authors_of(step.version), step.by))
            return Version(
                digest=step.digest,
                version=step.version,
                effective_from=step.effective_from,
                effective_until=step.effective_until,
                source=step.source or (before.source if before else None),
                stage=stage,
                authors=tuple(authors),
                is_public=before is not None and before.is_public,
            )
        if before is None:
            raise AssertionError(f"A {step.move} of what was not drafted was accepted.")
        if step.move is Move.SUBMIT:
            authors = dict.fromkeys((*before.authors, step.by))
            return replace(
                before, stage=stage, authors=tuple(authors), is_important=step.is_important is True
            )
        is_public = before.is_public or step.move in {Move.ANNOUNCE, Move.SCHEDULE}
        return replace(before, stage=stage, is_public=is_public)


def _course(course: Course, step: Step) -> Course:
    if step.move is Move.SCHEDULE and step.effective_at is not None:
        return course.with_scheduled(step.digest, step.effective_at).settled(step.at)
    if step.move is Move.WITHDRAW:
        return course.without_scheduled(step.digest)
    if step.move is Move.RETIRE:
        return course.with_retired(step.at)
    return course.rolled_back(step.at) if step.move is Move.ROLL_BACK else course
