"""理由说明: why a measure was taken, on what, until when, and what can be done about it.

A platform tells facts, reasons and basis of every measure that goes against a merchant, and gives a convenient way to
appeal (令116 art. 19; 令117 art. 14: the exact term too). A statement holds the measure itself, so that it cannot say
another end, another rule or another ground than the one that is in force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Self

from chengxin.errors import InvalidStatement
from chengxin.policy.instant import as_utc, is_utc
from chengxin.policy.measure import Direction, Measure
from chengxin.policy.text import Text, is_blank
from chengxin.procedure.statement.chain import STATEMENT_ID, StatementStatus
from chengxin.procedure.statement.ending import StatementEnding
from chengxin.procedure.statement.ground import StatedGround
from chengxin.procedure.statement.stub import StatementStub, StubGround
from chengxin.records import Role, Subject, SubjectKind, china_day

_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)
"""Later instants have no day in China any more."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSource:
    """Where the facts come from.

    Attributes:
        name: name of the source.
        as_of: its data date (基准时点), aware UTC.
    """

    name: str
    as_of: datetime

    def __post_init__(self) -> None:
        if is_blank(self.name) or not is_utc(self.as_of):
            raise InvalidStatement("A source has a name, and a data date that is aware UTC. Give both.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """What was done by a machine (个人信息保护法 art. 24; 令116 art. 19).

    Attributes:
        detection: the records were found by asking the source automatically.
        decision: nobody but the rules decided.
    """

    detection: bool
    decision: bool

    def __post_init__(self) -> None:
        if type(self.detection) is not bool or type(self.decision) is not bool:
            raise InvalidStatement("Whether something is automatic is true or false. Pass a bool.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealRoute:
    """申诉: where to appeal, and by when. It costs nothing.

    Attributes:
        url: where.
        file_working_days: working days within which to appeal, from the issue of this version; None for no limit.
        decide_working_days: working days within which the platform decides; None where its rules set none.
    """

    url: str
    file_working_days: int | None = None
    decide_working_days: int | None = None

    def __post_init__(self) -> None:
        for days in (self.file_working_days, self.decide_working_days):
            if days is not None and (type(days) is not int or not 1 <= days <= 3_650):
                raise InvalidStatement(
                    "A clock of an appeal runs for 1 to 3,650 working days. Give so many, or None."
                )
        if is_blank(self.url):
            raise InvalidStatement("An appeal goes somewhere. Give the address of the measure.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOfReasons:
    """理由说明 of one measure, in one version.

    Attributes:
        statement_id: name of the chain of versions.
        imposition_id: the measure in force that it belongs to.
        version: 1 for the first, and one more with each that replaces it.
        status: what this version is.
        issued_at: when this version was stated, aware UTC.
        subject: whom it is about; of a natural person neither code nor name.
        role: in which role on the platform.
        measure: the measure itself: title, effect, rule, policy, bases, term.
        does: what the measure does, as a clause; None where its title says it.
        grounds: what is said of each ground of the measure, in its order.
        source: where the facts come from.
        automated: what was done by a machine.
        appeal: how to appeal; never None where the measure limits.
        ending: what ended the measure; of a withdrawn statement alone.

    Raises:
        InvalidStatement: where it contradicts its measure or itself, or would show what may not be shown (invariants
            I1, I3, I8).
    """

    statement_id: str
    imposition_id: str
    version: int
    status: StatementStatus
    issued_at: datetime
    subject: Subject
    role: Role
    measure: Measure
    does: Text | None
    grounds: tuple[StatedGround, ...]
    source: StatedSource
    automated: Automation
    appeal: AppealRoute | None
    ending: StatementEnding | None = None

    def __post_init__(self) -> None:
        self._check_types()
        self._check_chain()
        self._check_end()
        self._check_subject()
        self._check_grounds()
        if self.automated.decision != (self.measure.decided_by is None):
            raise InvalidStatement("A measure is decided by a machine exactly where no human decided it.")
        if (None if self.appeal is None else self.appeal.url) != self.measure.appeal_url:
            raise InvalidStatement("A statement tells the appeal route of its measure. Take that address.")
        if self.shown_at(self.issued_at) is not self:
            raise InvalidStatement(
                "A statement shows a record that is not disclosed any more. Leave its content out."
            )

    def _check_grounds(self) -> None:
        record_ids = tuple(ground.record_id for ground in self.measure.grounds)
        if tuple(ground.record_id for ground in self.grounds) != record_ids:
            raise InvalidStatement(
                "A statement says something of each ground of its measure, and of no other."
            )
        for ground, stated in zip(self.measure.grounds, self.grounds, strict=True):
            repair = stated.content.repair if stated.content else None
            if repair is not None and repair.latest_on != last_day(ground.ends_at):
                raise InvalidStatement("A ground can be repaired until its disclosure ends. Tell that day.")

    def _check_types(self) -> None:
        is_right = (
            type(self.status) is StatementStatus
            and type(self.role) is Role
            and type(self.subject) is Subject
            and type(self.measure) is Measure
            and type(self.source) is StatedSource
            and type(self.automated) is Automation
            and type(self.appeal) in (AppealRoute, type(None))
            and type(self.does) in (Text, type(None))
            and type(self.ending) in (StatementEnding, type(None))
            and type(self.grounds) is tuple
            and all(type(ground) is StatedGround for ground in self.grounds)
        )
        if not is_right:
            raise InvalidStatement("A part of the statement is of the wrong type. Pass the values they are.")

    def _check_chain(self) -> None:
        if not (isinstance(self.statement_id, str) and STATEMENT_ID.fullmatch(self.statement_id)):
            raise InvalidStatement(
                "A statement is called by up to 128 letters, digits, hyphens and underscores. Name it so."
            )
        if is_blank(self.imposition_id) or not is_utc(self.issued_at):
            raise InvalidStatement(
                "A statement names its imposition, and when it is issued in UTC. Give both."
            )
        if type(self.version) is not int or self.version < 1:
            raise InvalidStatement("The versions of a statement count from 1. Take the next one.")
        if (self.version == 1) != (self.status is StatementStatus.ISSUED):
            raise InvalidStatement(
                "The first version of a statement is issued, and no other. Amend or withdraw it."
            )

    def _check_end(self) -> None:
        """Check what is over: a measure that has ended has no other statement than a withdrawn one."""
        is_withdrawn = self.status is StatementStatus.WITHDRAWN
        if is_withdrawn != (self.ending is not None):
            raise InvalidStatement("A withdrawn statement says what ended the measure, and no other does.")
        if self.measure.ends_at > _LAST:
            raise InvalidStatement("The measure ends beyond the calendar. Give it an end that can be told.")
        if not is_withdrawn and self.issued_at >= self.measure.ends_at:
            raise InvalidStatement("The measure has ended. Withdraw its statement.")
        if self.ending is not None and self.ending.ended_at > self.issued_at:
            raise InvalidStatement("A statement is withdrawn once its measure has ended, not before.")
        if is_withdrawn and (self.subject.name is not None or self.has_content):
            raise InvalidStatement("A withdrawn statement holds neither facts nor names. Leave them out.")
        if self.grounds and self.subject.name is not None and not self.has_content:
            raise InvalidStatement("The name goes with the content of the last ground. Leave it out.")

    def _check_subject(self) -> None:
        if self.subject.kind is not self.measure.subject_kind:
            raise InvalidStatement("The subject is of another kind than the measure is about.")
        if self.subject.name is not None and is_blank(self.subject.name):
            raise InvalidStatement(
                "A name is a text in which something can be seen. Leave it out, or give it."
            )
        if self.is_about_person and self.subject.name is not None:
            raise InvalidStatement("The statement of a natural person holds no name. Leave it out.")
        limits = self.measure.direction is Direction.RESTRICT
        if limits and self.is_about_person and self.measure.decided_by is None:
            raise InvalidStatement(
                "What limits a natural person is decided by a named human. Raise a review."
            )

    @property
    def is_about_person(self) -> bool:
        """Tell whether it is about a natural person, as an anchor is one (令117)."""
        return self.subject.kind is SubjectKind.PERSON or self.role is Role.ANCHOR

    @property
    def supersedes(self) -> int | None:
        """The version that this one replaces; None for the first."""
        return None if self.version == 1 else self.version - 1

    @property
    def content_ends_at(self) -> datetime | None:
        """First instant at which facts, numbers or names in it must be erased; None where no end is known."""
        return min(
            (
                ground.ends_at
                for ground, stated in zip(self.measure.grounds, self.grounds, strict=True)
                if stated.content is not None and ground.ends_at is not None
            ),
            default=None,
        )

    @property
    def has_content(self) -> bool:
        """Tell whether it still holds something that the source discloses."""
        return any(ground.content is not None for ground in self.grounds)

    def shown_at(self, at: datetime) -> Self:
        """Return the statement as it may be shown at ``at``: nothing of a record whose disclosure is over (I1).

        The name of the subject goes with the content of the last ground.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        ends = [ground.ends_at for ground in self.measure.grounds]
        grounds = tuple(
            replace(stated, content=None)
            if stated.content is not None and end is not None and end <= at
            else stated
            for stated, end in zip(self.grounds, ends, strict=True)
        )
        if all(after is before for after, before in zip(grounds, self.grounds, strict=True)):
            return self
        is_empty = all(ground.content is None for ground in grounds)
        subject = replace(self.subject, name=None) if is_empty else self.subject
        return replace(self, grounds=grounds, subject=subject)

    def without_content(self) -> StatementStub:
        """Return what may stay when everything that the source disclosed is gone (domain rule of audit).

        Digest of the decision number, source, severity, rule, times and outcome; no facts, names, codes or amounts.
        """
        measure = self.measure
        return StatementStub(
            statement_id=self.statement_id,
            imposition_id=self.imposition_id,
            version=self.version,
            status=self.status,
            issued_at=self.issued_at,
            subject_kind=self.subject.kind,
            measure_code=measure.code,
            direction=measure.direction,
            category=measure.category,
            rule_id=measure.rule_id,
            policy=measure.policy,
            source=self.source.name,
            as_of=self.source.as_of,
            grounds=tuple(
                StubGround(
                    digest=stated.digest, kind=ground.kind, severity=stated.severity, ends_at=ground.ends_at
                )
                for ground, stated in zip(measure.grounds, self.grounds, strict=True)
            ),
            starts_at=measure.starts_at,
            ends_at=measure.ends_at,
            ending=self.ending,
        )


def last_day(ends_at: datetime | None) -> date | None:
    """Return the last China day of a disclosure that ends at 24:00; None where no end is known."""
    return None if ends_at is None else china_day(ends_at - _DAY)
