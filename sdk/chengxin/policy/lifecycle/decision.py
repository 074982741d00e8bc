"""Whether a step may be taken: the rules of publishing, and nothing but the rules.

What the law asks for is in 令116《网络交易平台规则监督管理办法》: rules are public at least 7 days before they take
effect, and at least 15 days where important interests are touched (art. 12); the rules before them hold meanwhile
(art. 13); every version of the three years before a change is kept and shown (art. 15). The second pair of eyes is
ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Final

from chengxin.policy.lifecycle.fault import Fault, refusal, short
from chengxin.policy.lifecycle.history import History, Version
from chengxin.policy.lifecycle.person import is_same_person
from chengxin.policy.lifecycle.stage import Move, Stage
from chengxin.policy.lifecycle.step import Step
from chengxin.records import china_day, shipped_rule_table, start_of_china_day

ANNOUNCED_DAYS: Final = 7
"""China days from the announcement to the first day in force, where no law of the day says how many."""
IMPORTANT_DAYS: Final = 15
"""The same where important interests of many are touched."""

_ORDER: Final = (
    Stage.DRAFT,
    Stage.LINTED,
    Stage.SUBMITTED,
    Stage.APPROVED,
    Stage.ANNOUNCED,
    Stage.SCHEDULED,
)
_MISSING: Final = MappingProxyType(
    {
        Stage.LINTED: (Fault.NOT_LINTED, "Lint it first"),
        Stage.SUBMITTED: (Fault.NOT_SUBMITTED, "Submit it first"),
        Stage.APPROVED: (Fault.NOT_APPROVED, "Have another person approve it first"),
        Stage.ANNOUNCED: (Fault.NOT_ANNOUNCED, "Announce it first, or mark it urgent with a reason"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What was found about a document when a step is proposed.

    Attributes:
        errors: how many errors lint finds in it.
        touches_important: whether it changes what touches important interests, whoever declares what.
    """

    errors: int = 0
    touches_important: bool = False


_NOTHING_FOUND: Final = Finds()


def decide(history: History, step: Step, found: Finds = _NOTHING_FOUND) -> Step:
    """Return a proposed step as it is to be recorded, with what follows from the history filled in.

    Args:
        history: all steps of the policy so far.
        step: the step that somebody proposes.
        found: what was found about the document, for moves that ask.

    Raises:
        LifecycleRefused: the step may not be taken; ``fault`` says why.
    """
    if step.name != history.name:
        raise refusal(
            Fault.ILL_FORMED, f"The step is about {step.name!r}, the history about {history.name!r}."
        )
    if history.steps and step.at < history.steps[-1].at:
        raise refusal(
            Fault.CLOCK_BEHIND,
            f"The last step on record was taken at {history.steps[-1].at.isoformat()}, after this one. "
            "Set this machine's clock.",
            step.digest,
        )
    history = history.settled(step.at)
    if step.move is Move.DRAFT:
        return _draft(history, step)
    version = history.versions.get(step.digest)
    if version is None:
        raise refusal(
            Fault.UNKNOWN_VERSION,
            f"Nobody drafted a version {short(step.digest)} of the policy {history.name!r}. Draft it first.",
            step.digest,
        )
    return _RULES[step.move](history, version, step, found)


def first_day_after_announcement(announced_on: date, *, is_important: bool) -> date:
    """Return the first China day on which a version may be in force that is announced on a day (令116 art. 12).

    >>> first_day_after_announcement(date(2026, 6, 1), is_important=False)
    datetime.date(2026, 6, 8)
    """
    law = shipped_rule_table().notice_days(announced_on, important=is_important)
    usual = IMPORTANT_DAYS if is_important else ANNOUNCED_DAYS
    return announced_on + timedelta(days=usual if law is None else law.days)


def _draft(history: History, step: Step) -> Step:
    stage = history.stage_at(step.digest, step.at)
    again = {None, Stage.DRAFT, Stage.LINTED, Stage.REJECTED, Stage.WITHDRAWN}
    if stage not in again:
        raise refusal(
            Fault.WRONG_STAGE,
            f"The version {short(step.digest)} is {stage} already. Go on with it; for another text draft another "
            "version, and for one that was in force before give a version and a period of its own.",
            step.digest,
        )
    for other in history.versions.values():
        if other.version == step.version and other.digest != step.digest and other.is_public:
            raise refusal(
                Fault.VERSION_REUSED,
                f"Version {step.version!r} is public with another text ({short(other.digest)}). Change version in "
                "the document, so that each name stands for one text.",
                step.digest,
            )
    return step


def _lint(history: History, version: Version, step: Step, found: Finds) -> Step:
    _require(history, version, step, {Stage.DRAFT})
    _refuse_errors(version, found)
    return step


def _submit(history: History, version: Version, step: Step, found: Finds) -> Step:
    _require(history, version, step, {Stage.LINTED})
    _refuse_errors(version, found)
    return replace(step, is_important=bool(step.is_important or found.touches_important))


def _approve(history: History, version: Version, step: Step, _: Finds) -> Step:
    _require(history, version, step, {Stage.SUBMITTED})
    if any(is_same_person(step.by, author) for author in version.authors):
        raise refusal(
            Fault.AUTHOR_APPROVES,
            f"{step.by} wrote, edited or submitted the version {short(version.digest)}, and so does not approve it. "
            "Ask somebody who had no part in it.",
            version.digest,
        )
    return step


def _reject(history: History, version: Version, step: Step, _: Finds) -> Step:
    _require(history, version, step, {Stage.SUBMITTED})
    return step


def _announce(history: History, version: Version, step: Step, found: Finds) -> Step:
    _require(history, version, step, {Stage.APPROVED})
    _refuse_over(version, step.at)
    # What it replaces may be another version than when it was submitted: the longer announcement holds.
    is_important = version.is_important or found.touches_important
    first = first_day_after_announcement(china_day(step.at), is_important=is_important)
    if version.effective_from < first:
        days = (first - china_day(step.at)).days
        raise refusal(
            Fault.ANNOUNCED_TOO_LATE,
            f"The version {short(version.digest)} takes effect on {version.effective_from}, and is announced at least "
            f"{days} days before (令116 art. 12): on {first} at the earliest. Set effective_from to that day or a "
            "later one in a new version, or publish it as urgent with a reason.",
            version.digest,
        )
    return step


def _schedule(history: History, version: Version, step: Step, _: Finds) -> Step:
    is_urgent = step.urgent_reason is not None
    _require(history, version, step, {Stage.ANNOUNCED, Stage.APPROVED} if is_urgent else {Stage.ANNOUNCED})
    if is_urgent and version.stage is Stage.ANNOUNCED:
        raise refusal(
            Fault.NOTHING_TO_SKIP,
            f"The version {short(version.digest)} is announced in time. Schedule it without marking it urgent.",
            version.digest,
        )
    _refuse_over(version, step.at)
    effective_at = max(step.at, start_of_china_day(version.effective_from))
    for turn in history.course.pending:
        if turn.since == effective_at and turn.digest is not None:
            raise refusal(
                Fault.INSTANT_TAKEN,
                f"The version {short(turn.digest)} is scheduled for the same instant. Withdraw it first.",
                version.digest,
            )
    return replace(step, effective_at=effective_at, replaces=history.active_at(effective_at))


def _withdraw(history: History, version: Version, step: Step, _: Finds) -> Step:
    _require(history, version, step, set(_ORDER))
    return step


def _retire(history: History, version: Version, step: Step, _: Finds) -> Step:
    _require_active(history, version, step.at)
    return step


def _roll_back(history: History, version: Version, step: Step, _: Finds) -> Step:
    previous = history.previous
    if previous is None:
        raise nothing_to_roll_back(history.name)
    if step.digest != previous:
        raise refusal(
            Fault.NOT_PREVIOUS,
            f"A rollback restores the version that was in force before, {short(previous)}, and no other. "
            "For another one draft, approve and publish it.",
            version.digest,
        )
    _refuse_over(version, step.at)
    return replace(step, replaces=history.active_at(step.at))


_Rule = Callable[[History, Version, Step, Finds], Step]
_RULES: Final[Mapping[Move, _Rule]] = MappingProxyType(
    {
        Move.LINT: _lint,
        Move.SUBMIT: _submit,
        Move.APPROVE: _approve,
        Move.REJECT: _reject,
        Move.ANNOUNCE: _announce,
        Move.SCHEDULE: _schedule,
        Move.WITHDRAW: _withdraw,
        Move.RETIRE: _retire,
        Move.ROLL_BACK: _roll_back,
    }
)


def restorable(history: History, at: datetime) -> str:
    """Return the version that a rollback at an instant restores.

    Raises:
        LifecycleRefused: no version was in force before the present one.
    """
    previous = history.settled(at).previous
    if previous is None:
        raise nothing_to_roll_back(history.name)
    return previous


def require_active(history: History, digest: str, at: datetime) -> None:
    """Refuse to go on where a version is not in force at an instant.

    Raises:
        LifecycleRefused: another one is, or none.
    """
    active = history.active_at(at)
    if active != digest:
        now = "none is" if active is None else f"{short(active)} is"
        raise refusal(
            Fault.NOT_ACTIVE,
            f"The version {short(digest)} of {history.name!r} is not in force; {now}. Look at its history.",
            digest,
        )


def nothing_to_roll_back(name: str) -> Exception:
    """Return the error that no version was in force before."""
    return refusal(
        Fault.NOTHING_TO_ROLL_BACK,
        f"No version of the policy {name!r} was in force before. Retire it, or publish another one.",
    )


def _require_active(history: History, version: Version, at: datetime) -> None:
    require_active(history, version.digest, at)


def _require(history: History, version: Version, step: Step, stages: Iterable[Stage]) -> None:
    """Refuse a move that does not begin at the stage of the version, and say what is missing."""
    wanted = set(stages)
    stage = history.stage_at(version.digest, step.at)
    if stage in wanted:
        return
    first = max(wanted, key=_ORDER.index)
    if stage in _ORDER and _ORDER.index(stage) < _ORDER.index(first):
        needed = _ORDER[_ORDER.index(stage) + 1]
        fault, wish = _MISSING[needed]
        raise refusal(
            fault,
            f"The version {short(version.digest)} is {stage}, so one does not {step.move} it. {wish}.",
            version.digest,
        )
    raise refusal(
        Fault.WRONG_STAGE,
        f"The version {short(version.digest)} is {stage}, so one does not {step.move} it. Look at its history.",
        version.digest,
    )


def _refuse_errors(version: Version, found: Finds) -> None:
    if found.errors:
        raise refusal(
            Fault.LINT_ERRORS,
            f"The version {short(version.digest)} has {found.errors} error(s). Correct them and draft it anew.",
            version.digest,
        )


def _refuse_over(version: Version, at: datetime) -> None:
    if version.is_over(at):
        raise refusal(
            Fault.OVER,
            f"The last day of the version {short(version.digest)} is {version.effective_until} and is over: it would "
            "apply to nobody. Publish a version with another period.",
            version.digest,
        )
