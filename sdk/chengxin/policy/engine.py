"""A policy as it evaluates: status, facts, role and instant in, treatment out. Pure, total, deterministic.

Conditions are compiled to closures and rules are indexed by the records they cannot do without and by
circumstances, so that an evaluation looks at few rules beyond those that fire. Nothing depends on the order of
records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final, TypeAlias

from chengxin.errors import InvalidPolicy, InvalidRecord
from chengxin.policy.change import Changes
from chengxin.policy.check import check_document
from chengxin.policy.constraint import NO_CONSTRAINTS, Constraints
from chengxin.policy.document import PolicyDocument
from chengxin.policy.facts import PYTHON_TYPE, FactValue, PlatformFacts
from chengxin.policy.identity import policy_ref
from chengxin.policy.index import RuleIndex
from chengxin.policy.instant import as_utc
from chengxin.policy.making import finish
from chengxin.policy.measure import Measure, PolicyRef, SettingEffect
from chengxin.policy.predicate import NEVER, View, china_ordinal, day_of
from chengxin.policy.proposal import Proposal, Term
from chengxin.policy.rule import CompiledRule, compile_rule
from chengxin.policy.setting import Scale
from chengxin.policy.signature import SIGNATURE_OF
from chengxin.policy.text import Text
from chengxin.policy.treatment import Treatment, TreatmentDraft, UnknownMode
from chengxin.records import (
    CreditStatus,
    Role,
    Standing,
    SubjectKind,
    end_of_china_day,
    start_of_china_day,
)
from chengxin.suggestion import suggest

_INSTANT: Final = timedelta(microseconds=1)
_SettingMap: TypeAlias = Mapping[str, int | bool | str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Policy:
    """A policy that is ready to evaluate; ``parse_policy`` and ``compile_policy`` make it.

    Attributes:
        ref: its name, version and digest.
        document: what its owner wrote.
        starts_at: first instant at which it applies, aware UTC.
        ends_at: first instant at which it no longer applies, aware UTC; the end of time where none is set.
        unknown_modes: the declared actions, each with its mode for the unknown; read-only.
        defaults: the declared settings with their defaults; read-only.
        scales: the declared settings, each with its values from mild to strict; read-only.
    """

    ref: PolicyRef
    document: PolicyDocument = field(repr=False)
    starts_at: datetime
    ends_at: datetime
    unknown_modes: Mapping[str, UnknownMode] = field(repr=False)
    defaults: _SettingMap = field(repr=False)
    scales: Mapping[str, Scale] = field(repr=False)
    _tiers: tuple[tuple[str, Text], ...] = field(repr=False)
    _default_rank: int = field(repr=False)
    _rules: tuple[CompiledRule, ...] = field(repr=False)
    _index: RuleIndex = field(repr=False)
    _changes: Changes = field(repr=False)
    _term: Term = field(repr=False)

    def platform_facts(self, values: Mapping[str, FactValue]) -> PlatformFacts:
        """Return platform facts, checked against what the policy declares.

        Raises:
            InvalidRecord: a fact is not declared, or is of another type than declared.
        """
        declared = self.document.facts
        for name, value in values.items():
            if name not in declared:
                raise InvalidRecord(
                    f"The policy {self.ref.name!r} declares no fact {name!r}. {suggest(name, declared)}"
                )
            if type(value) is not PYTHON_TYPE[declared[name].type]:
                raise InvalidRecord(
                    f"The platform fact {name!r} is declared as {declared[name].type} and given as "
                    f"{type(value).__name__}. Convert it, or leave it out where it is not known."
                )
        return PlatformFacts(values)

    def evaluate(
        self,
        status: CreditStatus,
        *,
        facts: PlatformFacts,
        role: Role,
        at: datetime,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> Treatment:
        """Return the treatment that a status gives at ``at``.

        A status that is unknown, or not valid at ``at``, gives neither tier nor measures of either direction
        (invariant I2). A policy that is not in force gives the default tier and no measures. A natural person,
        and an anchor, who is one, gets no tier and no automatic restriction, but reviews (I8).

        Where several rules give the same restriction it is given once, by the rule whose grounds last longest
        (of equals the one that the document lists first); the others stay among the reasons. Where rules cannot all
        have their way, what the law requires prevails over a decision of the trust team, and that over the rest.

        Args:
            status: what is known of the subject; every record in it is disclosed while it is valid.
            facts: what the platform knows, from ``platform_facts``.
            role: role of the subject on the platform.
            at: the instant, aware.
            constraints: joint constraints of other platforms; they are no grounds.

        Raises:
            InvalidRecord: the instant has no time zone, or there is no such role.
        """
        if at.tzinfo is not UTC:
            at = as_utc(at)
        if type(role) is not Role:  # a word would pass the checks by identity below (I8)
            role = _role(role)
        if status.standing is Standing.UNKNOWN or not status.is_valid(at):
            return self._unmeasured(status, role, at, Standing.UNKNOWN)
        kind = status.subject.kind
        is_person = kind is SubjectKind.PERSON or role is Role.ANCHOR
        if not self.starts_at <= at < self.ends_at:
            return self._unmeasured(status, role, at, status.standing)
        view, candidates = self._look(status, facts, role, at)
        if constraints:
            view = view._replace(constraints=constraints)
        until = facts.valid_until
        return self._evaluate(status, view, candidates, is_person=is_person, until=until)

    @property
    def rules(self) -> tuple[CompiledRule, ...]:
        """The rules, compiled, in the order of the document."""
        return self._rules

    @property
    def term(self) -> Term:
        """When the policy applies, and from when longest durations count."""
        return self._term

    def view(
        self,
        status: CreditStatus,
        *,
        facts: PlatformFacts,
        role: Role,
        at: datetime,
        constraints: Constraints = NO_CONSTRAINTS,
    ) -> View | None:
        """Return what the conditions of rules look at, or None where no rule acts (invariant I2).

        Args:
            status: what is known of the subject.
            facts: what the platform knows, from ``platform_facts``.
            role: role of the subject on the platform.
            at: the instant, aware.
            constraints: joint constraints of other platforms.
        """
        at = as_utc(at)
        if (
            status.standing is Standing.UNKNOWN
            or not status.is_valid(at)
            or not self.starts_at <= at < self.ends_at
        ):
            return None
        return self._look(status, facts, _role(role), at)[0]._replace(constraints=constraints)

    def _evaluate(
        self, status: CreditStatus, view: View, candidates: int, *, is_person: bool, until: datetime | None
    ) -> Treatment:
        proposal = Proposal(view, is_person=is_person, term=self._term)
        while candidates:
            lowest = candidates & -candidates
            candidates ^= lowest
            proposal.consider(self._rules[lowest.bit_length() - 1])
        settled = proposal.settle()
        bound = min([status.valid_until, proposal.bound, *[candidate.ends for candidate in settled]])
        if until is not None:  # facts that are over hold for the instant that they were read for
            bound = min(bound, max(until, view.at + _INSTANT))
        valid_until = self._changes.next_at(view, bound)
        measures = proposal.measures(settled, valid_until)
        rank = proposal.rank if proposal.rank >= 0 else self._default_rank
        tier, title = (None, None) if is_person else self._tiers[rank]
        draft = TreatmentDraft()
        draft.subject = status.subject
        draft.policy = self.ref
        draft.standing = status.standing
        draft.tier = tier
        draft.tier_title = title
        draft.measures = measures
        draft.settings = self._settings(measures) if measures else self.defaults
        draft.reviews = proposal.reviews()
        draft.reasons = tuple(proposal.reasons)
        draft.evaluated_at = view.at
        draft.valid_until = valid_until
        draft.unknown_modes = self.unknown_modes
        draft.role = view.role
        return finish(draft, Treatment)

    def _unmeasured(self, status: CreditStatus, role: Role, at: datetime, standing: Standing) -> Treatment:
        """Return the treatment that does nothing, until the status or the policy changes."""
        is_person = status.subject.kind is SubjectKind.PERSON or role is Role.ANCHOR
        is_graded = standing is not Standing.UNKNOWN and not is_person
        tier, title = self._tiers[self._default_rank] if is_graded else (None, None)
        change = self.starts_at if at < self.starts_at else self.ends_at if at < self.ends_at else NEVER
        return Treatment(
            subject=status.subject,
            policy=self.ref,
            standing=standing,
            tier=tier,
            tier_title=title,
            measures=(),
            settings=self.defaults,
            reviews=(),
            reasons=(),
            evaluated_at=at,
            valid_until=min(status.valid_until, change) if status.is_valid(at) else at,
            unknown_modes=self.unknown_modes,
            role=role,
        )

    def _look(self, status: CreditStatus, facts: PlatformFacts, role: Role, at: datetime) -> tuple[View, int]:
        """Return the view of a status, and the rules that can fire on it as a mask."""
        signed = [
            (SIGNATURE_OF[r.kind, r.severity, r.severity_text is not None, r.status], r, day_of(r))
            for r in status.records
        ]
        values, kind, standing, today = facts.values, status.subject.kind, status.standing, china_ordinal(at)
        candidates = self._index.candidates(signed, today, (role, kind, standing), values)
        return View(signed, values, role, kind, standing, at, today), candidates

    def _settings(self, measures: Iterable[Measure]) -> _SettingMap:
        """Resolve what measures make of the settings; a default never competes with a value given."""
        given: dict[str, list[int | bool | str]] = {}
        for measure in measures:
            effect = measure.effect
            if isinstance(effect, SettingEffect):
                given.setdefault(effect.setting, []).append(effect.value)
        if not given:
            return self.defaults
        values = {name: self.scales[name].resolve(several) for name, several in given.items()}
        return MappingProxyType({**self.defaults, **values})


def compile_policy(document: PolicyDocument) -> Policy:
    """Return a document as a policy that evaluates.

    Raises:
        InvalidPolicy: the document has the right shape and does not make sense; with all findings.
    """
    findings = check_document(document)
    if findings:
        raise InvalidPolicy(document.name, findings)
    return compile_checked(document)


def compile_checked(document: PolicyDocument) -> Policy:
    """Return a document in which ``check_document`` finds nothing as a policy that evaluates."""
    ref = policy_ref(document)
    rules = tuple(compile_rule(rule, document, ref) for rule in document.rules)
    until = document.effective_until
    ends_at = NEVER if until is None else end_of_china_day(until)
    return Policy(
        ref=ref,
        document=document,
        starts_at=start_of_china_day(document.effective_from),
        ends_at=ends_at,
        unknown_modes=MappingProxyType({name: a.unknown for name, a in document.actions.items()}),
        defaults=MappingProxyType({name: s.default for name, s in document.settings.items()}),
        scales=MappingProxyType({name: Scale.of(s) for name, s in document.settings.items()}),
        _tiers=tuple((tier.id, tier.title.text) for tier in document.tiers),
        _default_rank=next(rank for rank, tier in enumerate(document.tiers) if tier.default),
        _rules=rules,
        _index=RuleIndex.of([rule.when for rule in document.rules]),
        _changes=Changes.of(document),
        _term=Term(document.terms_on.toordinal(), ends_at),
    )


def _role(word: str) -> Role:
    try:
        return Role(word)
    except ValueError:
        known = ", ".join(Role)
        raise InvalidRecord(f"There is no role {word!r} on a platform. Pass one of {known}.") from None
