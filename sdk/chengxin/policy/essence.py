"""What a treatment says, without whom it says it of: for comparing what different ways of evaluating give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeAlias

from chengxin.policy.measure import Ground, Measure
from chengxin.policy.treatment import Treatment, UnknownMode
from chengxin.records import RecordKind, Role, Standing, SubjectKind

_Grounds: TypeAlias = tuple[tuple[RecordKind, datetime | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Essence:
    """All of a treatment but the subject's code and name, and the ids and versions of records.

    Two ways of evaluating have one meaning where their essences are equal (invariant I5).

    Attributes:
        policy_digest: digest of the policy.
        subject_kind: kind of the subject.
        role: role it was evaluated for.
        standing: standing it was evaluated on.
        tier: id of the tier.
        measures: each with what it rests on by kind and end, and when it starts and ends.
        settings: the declared settings, by name.
        reviews: rule, measure, and on how many records.
        reasons: rule, and on how many records.
        unknown_modes: the declared actions, by name.
        evaluated_at: the instant of the evaluation.
        valid_until: first instant at which it may no longer be used.
    """

    policy_digest: str
    subject_kind: SubjectKind
    role: Role
    standing: Standing
    tier: str | None
    measures: tuple[tuple[str, str, _Grounds, datetime, datetime], ...]
    settings: tuple[tuple[str, int | bool | str], ...]
    reviews: tuple[tuple[str, str, int], ...]
    reasons: tuple[tuple[str, int], ...]
    unknown_modes: tuple[tuple[str, UnknownMode], ...]
    evaluated_at: datetime
    valid_until: datetime

    @classmethod
    def of(cls, treatment: Treatment) -> Self:
        """Return what a treatment says."""
        return cls(
            policy_digest=treatment.policy.digest,
            subject_kind=treatment.subject.kind,
            role=treatment.role,
            standing=treatment.standing,
            tier=treatment.tier,
            measures=tuple(_measure(measure) for measure in treatment.measures),
            settings=tuple(sorted(treatment.settings.items())),
            reviews=tuple((r.rule_id, r.measure_code, len(r.record_ids)) for r in treatment.reviews),
            reasons=tuple((r.rule_id, len(r.record_ids)) for r in treatment.reasons),
            unknown_modes=tuple(sorted(treatment.unknown_modes.items())),
            evaluated_at=treatment.evaluated_at,
            valid_until=treatment.valid_until,
        )


def _measure(measure: Measure) -> tuple[str, str, _Grounds, datetime, datetime]:
    return measure.code, measure.rule_id, _grounds(measure.grounds), measure.starts_at, measure.ends_at


def _grounds(grounds: Sequence[Ground]) -> _Grounds:
    found = [(ground.kind, ground.ends_at) for ground in grounds]
    return tuple(sorted(found, key=str))
