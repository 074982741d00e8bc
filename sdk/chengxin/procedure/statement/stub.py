"""What may stay of a statement when its content is gone: enough to account for the decision, nothing of the record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chengxin.policy.measure import Category, Direction, PolicyRef
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.ending import StatementEnding
from chengxin.records import RecordKind, Severity, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StubGround:
    """A ground without its content.

    Attributes:
        digest: digest of its decision number.
        kind: kind of record.
        severity: as the source classed it.
        ends_at: when its disclosure was to end, aware UTC; None where no end was known.
    """

    digest: str
    kind: RecordKind
    severity: Severity | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementStub:
    """A statement without facts, names, codes and amounts; it is made by ``StatementOfReasons.without_content``.

    Attributes:
        statement_id: name of the chain of versions.
        imposition_id: the measure in force that it belonged to.
        version: version of the statement.
        status: what the version was.
        issued_at: when it was stated.
        subject_kind: kind of the subject.
        measure_code: the measure, as the catalogue names it.
        direction: whether it limited or relieved.
        category: what it touched.
        rule_id: the rule that gave it.
        policy: name, version and digest of the policy.
        source: where the facts came from.
        as_of: data date of the source.
        grounds: its grounds without their content.
        starts_at: from when it was to hold.
        ends_at: until when it was to hold.
        ending: what ended it; None where it was not withdrawn.
    """

    statement_id: str
    imposition_id: str
    version: int
    status: StatementStatus
    issued_at: datetime
    subject_kind: SubjectKind
    measure_code: str
    direction: Direction
    category: Category
    rule_id: str
    policy: PolicyRef
    source: str
    as_of: datetime
    grounds: tuple[StubGround, ...]
    starts_at: datetime
    ends_at: datetime
    ending: StatementEnding | None
