"""差别化管理和服务: what a policy makes of a status, for whom, why, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from chengxin.errors import ConfigurationError, InvalidMeasure
from chengxin.policy.instant import as_utc, is_utc
from chengxin.policy.making import draft_of
from chengxin.policy.measure import ActionEffect, Direction, Effect, Measure, PolicyRef
from chengxin.policy.text import Text
from chengxin.records import Role, Standing, Subject, SubjectKind
from chengxin.suggestion import suggest


class UnknownMode(StrEnum):
    """What an action does where the standing is unknown. None of them refuses (invariant I2)."""

    HOLD = "hold"
    """What held last, else neutral: the caller, who knows what held last, applies it."""
    NEUTRAL = "neutral"
    """As if nothing were known: allowed."""
    REVIEW = "review"
    """Allowed, and put before a human."""


class Outcome(StrEnum):
    """What becomes of an action."""

    ALLOWED = "ALLOWED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that fired, in words, with the records it fired on.

    Attributes:
        rule_id: the rule.
        text: why, in a sentence.
        record_ids: ids of the records it fired on, sorted; empty where it rests on none.
    """

    rule_id: str
    text: Text
    record_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Something for a named human to decide; until then it has no effect (invariant I8).

    Attributes:
        rule_id: the rule that asks for it.
        measure_code: the measure to be decided on.
        effect: what the measure would do.
        text: why, in a sentence.
        record_ids: ids of the records it rests on, sorted.
    """

    rule_id: str
    measure_code: str
    effect: Effect
    text: Text
    record_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one action at one instant, and by which measures.

    Attributes:
        action: the action asked about.
        outcome: allowed or refused.
        measures: the measures that refuse it; empty where it is allowed.
        is_review_wanted: a human should look at it.
        unknown_mode: how the unknown was met; None where the standing is known.
    """

    action: str
    outcome: Outcome
    measures: tuple[Measure, ...]
    is_review_wanted: bool
    unknown_mode: UnknownMode | None

    def __post_init__(self) -> None:
        mode = self.unknown_mode
        if type(self.outcome) is not Outcome or not (mode is None or type(mode) is UnknownMode):
            raise InvalidMeasure("A part of the decision is of the wrong type. Pass members of the enums.")
        if (self.outcome is Outcome.REFUSED) != bool(self.measures):
            raise InvalidMeasure(
                "A decision refuses by measures, and only then has some. Name those that refuse."
            )
        if not self.measures:
            return
        if mode is not None:
            raise InvalidMeasure("A decision on an unknown refuses nothing. Give no measures.")
        if not all(_refuses(measure, self.action) for measure in self.measures):
            raise InvalidMeasure("A decision holds the restrictions that refuse its action. Give no others.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """差别化管理和服务 of one subject, from ``evaluated_at`` until ``valid_until``.

    Attributes:
        subject: whom it is about.
        policy: the policy that was evaluated.
        standing: the standing it was evaluated on.
        tier: id of the tier; None for a natural person and where the standing is unknown.
        tier_title: its title; None with the tier.
        measures: what applies by itself, in the order of the rules, each code once.
        settings: every declared setting with its value; read-only.
        reviews: what a named human has to decide.
        reasons: every rule that fired, in the order of the document.
        evaluated_at: the instant of the evaluation, aware UTC.
        valid_until: first instant at which it may no longer be used, aware UTC.
        unknown_modes: the declared actions, each with its mode for the unknown; read-only.
        role: the role on the platform it was evaluated for; an anchor is a natural person (令117).

    Raises:
        InvalidMeasure: where a part contradicts another, or would take a right away (invariants I2, I3, I8).
    """

    subject: Subject
    policy: PolicyRef
    standing: Standing
    tier: str | None
    tier_title: Text | None
    measures: tuple[Measure, ...]
    settings: Mapping[str, int | bool | str]
    reviews: tuple[Review, ...]
    reasons: tuple[Reason, ...]
    evaluated_at: datetime
    valid_until: datetime
    unknown_modes: Mapping[str, UnknownMode]
    role: Role = Role.MERCHANT

    def __post_init__(self) -> None:
        if not (
            type(self.standing) is Standing
            and type(self.role) is Role
            and type(self.measures) is tuple
            and type(self.reviews) is tuple
            and type(self.reasons) is tuple
        ):
            raise InvalidMeasure(
                "A part of the treatment is of the wrong type. Pass members of the enums, and tuples."
            )
        if not (is_utc(self.evaluated_at) and is_utc(self.valid_until)):
            raise InvalidMeasure("A treatment needs the time zone UTC. Pass aware datetimes in UTC.")
        if self.valid_until < self.evaluated_at:
            raise InvalidMeasure("A treatment is valid from its evaluation on. Give no earlier valid_until.")
        if self.standing is Standing.UNKNOWN and (
            self.tier is not None or self.measures or self.reviews or self.reasons
        ):
            raise InvalidMeasure(
                "An unknown imposes nothing and grants nothing. Give no tier, measure, review and reason."
            )
        is_person = self.subject.kind is SubjectKind.PERSON or self.role is Role.ANCHOR
        if is_person and self.tier is not None:
            raise InvalidMeasure("A natural person gets no grade. Give no tier.")
        if self.measures:
            self._check_measures(is_person=is_person)

    def _check_measures(self, *, is_person: bool) -> None:
        kind, policy = self.subject.kind, self.policy
        for measure in self.measures:
            if type(measure) is not Measure or measure.subject_kind is not kind:
                raise InvalidMeasure(
                    "A treatment holds measures about its own kind of subject. Give no others."
                )
            if measure.policy is not policy and measure.policy != policy:
                raise InvalidMeasure(
                    "A treatment holds measures of its own policy. Evaluate that policy anew."
                )
            if measure.ends_at < self.valid_until:
                raise InvalidMeasure(
                    f"The treatment is valid for longer than its measure {measure.code}. "
                    "Let valid_until be the first end among the measures, at the latest."
                )
            if is_person and measure.direction is Direction.RESTRICT and measure.decided_by is None:
                raise InvalidMeasure(
                    f"The measure {measure.code} limits a natural person, as an anchor is one, and nobody "
                    "decided it. Raise a review instead."
                )

    def __reduce__(self) -> tuple[Callable[[dict[str, Any]], Treatment], tuple[dict[str, Any]]]:
        """Pickle by the fields: what makes settings and modes read-only does not pickle."""
        plain = {part.name: getattr(self, part.name) for part in fields(self)}
        plain["settings"], plain["unknown_modes"] = dict(self.settings), dict(self.unknown_modes)
        return _restore, (plain,)

    @property
    def restrictions(self) -> tuple[Measure, ...]:
        """The measures that limit the subject."""
        return tuple(m for m in self.measures if m.direction is Direction.RESTRICT)

    @property
    def reliefs(self) -> tuple[Measure, ...]:
        """The measures that ease the subject's way."""
        return tuple(m for m in self.measures if m.direction is Direction.RELIEVE)

    def is_valid(self, at: datetime) -> bool:
        """Tell whether the treatment may still be used at ``at``.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        return self.evaluated_at <= at < self.valid_until

    def decide(self, action: str, at: datetime) -> Decision:
        """Decide one action at one instant.

        It is refused exactly where a restriction that refuses it is in effect. A treatment that is outside
        its life says nothing any more: the action's mode for the unknown answers, and never refuses (I2).

        Args:
            action: a declared action, e.g. ``listing.create``.
            at: the instant, aware.

        Raises:
            ConfigurationError: the policy declares no such action.
            InvalidRecord: the instant has no time zone.
        """
        mode = self.unknown_modes.get(action)
        if mode is None:
            raise self._undeclared(action)
        if not self.is_valid(at) or self.standing is Standing.UNKNOWN:
            return Decision(
                action=action,
                outcome=Outcome.ALLOWED,
                measures=(),
                is_review_wanted=mode is UnknownMode.REVIEW,
                unknown_mode=mode,
            )
        refusing = tuple(m for m in self.measures if _refuses(m, action) and m.is_in_effect(at))
        return Decision(
            action=action,
            outcome=Outcome.REFUSED if refusing else Outcome.ALLOWED,
            measures=refusing,
            is_review_wanted=any(_concerns(review.effect, action) for review in self.reviews),
            unknown_mode=None,
        )

    def _undeclared(self, action: str) -> ConfigurationError:
        hint = suggest(action, self.unknown_modes)
        return ConfigurationError(f"The policy {self.policy.name!r} declares no action {action!r}. {hint}")


ReasonDraft: Final = draft_of(Reason)
TreatmentDraft: Final = draft_of(Treatment)


def _restore(plain: dict[str, Any]) -> Treatment:
    read_only = {name: MappingProxyType(plain[name]) for name in ("settings", "unknown_modes")}
    return Treatment(**(plain | read_only))


def _refuses(measure: Measure, action: str) -> bool:
    return measure.direction is Direction.RESTRICT and _concerns(measure.effect, action)


def _concerns(effect: Effect, action: str) -> bool:
    return type(effect) is ActionEffect and effect.action == action
