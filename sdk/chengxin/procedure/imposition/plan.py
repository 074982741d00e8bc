"""What is to be done about one subject: what a fresh evaluation gives, beside what is in force. Pure and total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chengxin.policy import ActionEffect, Measure, Treatment
from chengxin.procedure.imposition.exemption import Exemption
from chengxin.procedure.imposition.imposition import Imposition
from chengxin.procedure.imposition.phase import GONE, Ending
from chengxin.records import ChangeKind, CreditStatus, Standing

_NOTHING_TOLD: Final[Mapping[str, ChangeKind]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done; ``impose``, and a ``change`` to a later end, limit somebody further and may have to wait.

    Attributes:
        impose: measures to bring into force, each with the held imposition that it releases, where there is one.
        change: impositions whose measure is another by now, with that measure.
        bound: impositions that end when a stricter one of their kind takes effect, with that instant.
        end: impositions that are over, each with why.
    """

    impose: tuple[tuple[Measure, Imposition | None], ...] = ()
    change: tuple[tuple[Imposition, Measure], ...] = ()
    bound: tuple[tuple[Imposition, datetime], ...] = ()
    end: tuple[tuple[Imposition, Ending], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.impose or self.change or self.bound or self.end)

    @property
    def extends(self) -> bool:
        """Whether a measure is to end later than it would."""
        return len(self.eases) < len(self.change)

    @property
    def eases(self) -> tuple[tuple[Imposition, Measure], ...]:
        """Those of ``change`` that let no measure end later."""
        return tuple((one, measure) for one, measure in self.change if measure.ends_at <= one.measure.ends_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the policy in force and the calendar say of measures.

    Attributes:
        starts_at: when a measure that is noticed now takes effect.
        is_stricter: whether the first measure limits further than the second, which touches the same thing.
    """

    starts_at: Callable[[Measure], datetime]
    is_stricter: Callable[[Measure, Measure], bool]


def plan(
    impositions: Sequence[Imposition],
    treatment: Treatment,
    status: CreditStatus,
    *,
    at: datetime,
    terms: Terms,
    exemptions: Iterable[Exemption] = (),
    told: Mapping[str, ChangeKind] = _NOTHING_TOLD,
) -> Plan:
    """Return what is to be done about a subject.

    An unknown imposes nothing and extends nothing (invariant I2); what was told of a record that a measure rests on
    ends the measure all the same (I4): nobody waits for the source to be asked.

    Args:
        impositions: those of the subject that are not over.
        treatment: what the policy in force gives on the status.
        status: what is known of the subject.
        at: the instant, aware UTC.
        terms: when measures take effect, and which is the stricter.
        exemptions: what keeps measures from being imposed.
        told: what the change feed told of records, by record id.
    """
    is_open = sorted(
        (one for one in impositions if one.end is None),
        key=lambda one: (one.measure.starts_at, one.imposition_id),
    )
    if treatment.standing is Standing.UNKNOWN or not treatment.is_valid(at) or not status.is_valid(at):
        return plan_told(is_open, told)
    exempt = tuple(exemptions)
    proposed = (limited(m, exempt, at) for m in treatment.restrictions if m.decided_by is None)
    wanted = {measure.code: measure for measure in proposed if measure is not None}
    draft = _Draft()
    shown = frozenset(record.record_id for record in status.records)
    for one in is_open:
        _consider(one, wanted.get(one.measure.code), draft, shown=shown, at=at, told=told, terms=terms)
    for code, measure in wanted.items():
        if code in draft.met:
            draft.lapse(code)
        else:
            _impose(measure, draft, at=at, terms=terms)
    return draft.plan()


def plan_told(impositions: Iterable[Imposition], told: Mapping[str, ChangeKind]) -> Plan:
    """Return what is to be done where nothing is known but what was told: what rests on a record that is gone ends."""
    is_open = (one for one in impositions if one.end is None)
    return Plan(end=tuple(_ended_by(one, told) for one in is_open if _is_told_gone(one, told)))


def plan_bereft(impositions: Iterable[Imposition], told: Mapping[str, ChangeKind], version: int) -> Plan:
    """Return what is to be done whatever the source answers: what has nothing left to rest on ends.

    Args:
        impositions: those of the subject.
        told: what was told, by record id.
        version: version of the records that this was told of; a later one is not gone by it.
    """
    bereft = (
        one
        for one in impositions
        if one.end is None
        and all(g.version <= version and told.get(g.record_id) in GONE for g in one.measure.grounds)
    )
    return Plan(end=tuple(_ended_by(one, told) for one in bereft))


def limited(measure: Measure, exemptions: Iterable[Exemption], at: datetime) -> Measure | None:
    """Return what exemptions leave of a measure that would be imposed; None where nothing."""
    left: Measure | None = measure
    for one in exemptions:
        if left is not None:
            left = one.limit(left, at)
    return left


def is_grounded(imposition: Imposition, treatment: Treatment, status: CreditStatus, at: datetime) -> bool:
    """Tell whether a measure may limit the subject at an instant: whether what it rests on still bears it.

    The sweep may not have ended it yet, and must not have to: a record that is no longer shown limits nobody
    (invariants I1, I4). Where the standing is unknown it holds to its own end.

    Args:
        imposition: the measure in force.
        treatment: what the policy in force gives on the status now.
        status: what is known of the subject now.
        at: the instant.
    """
    if status.standing is Standing.UNKNOWN or not (status.is_valid(at) and treatment.is_valid(at)):
        return True
    shown = {record.record_id for record in status.records}
    if imposition.measure.decided_by is not None:
        return imposition.record_ids <= shown
    if imposition.record_ids.isdisjoint(shown):
        return False  # it may be proposed on other records, of which the merchant was not told yet
    return any(one.code == imposition.measure.code for one in treatment.restrictions)


class _Draft:
    """A plan in the making."""

    def __init__(self) -> None:
        self.impose: list[tuple[Measure, Imposition | None]] = []
        self.change: list[tuple[Imposition, Measure]] = []
        self.bound: list[tuple[Imposition, datetime]] = []
        self.end: list[tuple[Imposition, Ending]] = []
        self.held: dict[str, Imposition] = {}
        self.milder: dict[str, Imposition] = {}
        self.met: set[str] = set()

    def lapse(self, code: str) -> None:
        """Let a held proposal go: what it proposes is noticed already."""
        held = self.held.get(code)
        if held is not None:
            self.end.append((held, Ending.LAPSED))

    def plan(self) -> Plan:
        return Plan(
            impose=tuple(self.impose),
            change=tuple(self.change),
            bound=tuple(self.bound),
            end=tuple(self.end),
        )


def _consider(
    one: Imposition,
    wanted: Measure | None,
    draft: _Draft,
    *,
    shown: frozenset[str],
    at: datetime,
    told: Mapping[str, ChangeKind],
    terms: Terms,
) -> None:
    """Add what is to be done about one imposition that is not over on record."""
    if at >= one.measure.ends_at:
        draft.end.append((one, ending_by_time(one, at)))
    elif one.measure.decided_by is not None:
        if not one.record_ids <= shown:
            draft.end.append(_ended_by(one, told, shown))
    elif wanted is None:
        draft.end.append(_ended_by(one, told, shown, otherwise=Ending.POLICY_CHANGED))
    elif one.hold is not None:
        draft.held[wanted.code] = one
    elif not one.record_ids & shown:
        # Nothing of what it rested on is shown: what other records bear is noticed by itself (令116 art. 19).
        draft.end.append(_ended_by(one, told, shown))
    elif wanted.ends_at <= one.measure.starts_at:
        # What is left of its grounds is over before it would take effect.
        draft.end.append(_ended_by(one, told, shown, otherwise=Ending.TERM_ENDED))
    else:
        _compare(one, wanted, draft, terms=terms)


def _compare(one: Imposition, wanted: Measure, draft: _Draft, *, terms: Terms) -> None:
    """Add what is to be done about a noticed imposition beside the measure that is proposed now."""
    if is_other(wanted, one.measure):
        draft.end.append((one, Ending.POLICY_CHANGED))
    elif terms.is_stricter(wanted, one.measure):
        draft.milder[wanted.code] = one
    elif wanted.code in draft.met:
        draft.end.append((one, Ending.SUPERSEDED))
    else:
        draft.met.add(wanted.code)
        if _essence(wanted) != _essence(one.measure):
            draft.change.append((one, wanted))


def _impose(measure: Measure, draft: _Draft, *, at: datetime, terms: Terms) -> None:
    """Add a measure to bring into force; where its term is over before its notice is, there is nothing to impose."""
    start = max(at, terms.starts_at(measure))
    if start >= measure.ends_at:
        draft.lapse(measure.code)
        return
    draft.impose.append((replace(measure, starts_at=start), draft.held.get(measure.code)))
    milder = draft.milder.get(measure.code)
    if milder is not None:
        draft.bound.append((milder, start))


def ending_by_time(one: Imposition, at: datetime) -> Ending:
    """Return why an imposition that is over by time alone is over: its grounds, or its own term."""
    if one.hold is not None:
        return Ending.LAPSED
    ends = [ground.ends_at for ground in one.measure.grounds]
    is_gone = all(end is not None and end <= at for end in ends)
    return Ending.GROUND_ENDED if is_gone else Ending.TERM_ENDED


def _is_told_gone(one: Imposition, told: Mapping[str, ChangeKind]) -> bool:
    return any(told.get(record_id) in GONE for record_id in one.record_ids)


def _ended_by(
    one: Imposition,
    told: Mapping[str, ChangeKind],
    shown: frozenset[str] = frozenset(),
    *,
    otherwise: Ending = Ending.CORRECTED,
) -> tuple[Imposition, Ending]:
    """Return an imposition with why it is over, as far as the feed told; else the source just no longer shows it.

    Where the source shows all that it rests on, it is over for another reason.
    """
    if one.hold is not None:
        return one, Ending.LAPSED
    if one.record_ids <= shown:
        return one, otherwise
    for record_id in sorted(one.record_ids - shown):
        kind = told.get(record_id)
        if kind is not None and kind in GONE:
            return one, GONE[kind]
    return one, Ending.CORRECTED


def _essence(measure: Measure) -> tuple[object, ...]:
    """Return what a merchant is told of a measure: which version of the policy gives it makes no difference."""
    return (
        measure.effect,
        measure.title,
        measure.rule_id,
        measure.reason,
        measure.grounds,
        measure.legal_basis,
        measure.platform_rule,
        measure.appeal_url,
        measure.ends_at,
    )


def is_other(one: Measure, other: Measure) -> bool:
    """Tell whether two measures of one code touch different things, so that neither is the milder one."""
    if isinstance(one.effect, ActionEffect) or isinstance(other.effect, ActionEffect):
        return one.effect != other.effect
    return one.effect.setting != other.effect.setting
