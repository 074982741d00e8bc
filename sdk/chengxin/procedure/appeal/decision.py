"""Whether a step of an appeal may be taken: the rules of a fair hearing, and nothing but the rules.

What the law asks for is in 令116《网络交易平台规则监督管理办法》: a convenient way to appeal, a prompt review, a human
where the appellant asks for one, and the result (art. 19), without unreasonable limits (art. 20); and for natural
persons in 个人信息保护法 art. 24. That whoever reviews had no part in the measure is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from chengxin.procedure.appeal.admission import admit, check_pieces, is_any_of, reviewer_appeals
from chengxin.procedure.appeal.appeal import Appeal
from chengxin.procedure.appeal.docket import Docket
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.stage import AppealMove, AppealStage, Side
from chengxin.procedure.appeal.step import AppealStep, Outcome, Result


def decide(docket: Docket, step: AppealStep) -> AppealStep:
    """Return a proposed step as it is to be recorded, with what follows from the docket filled in.

    Args:
        docket: all appeals against the measure so far.
        step: the step that somebody proposes.

    Raises:
        AppealRefused: the step may not be taken; ``fault`` says why.
    """
    if step.measure_id != docket.measure_id:
        raise refusal(
            Fault.ILL_FORMED,
            f"The step is about {step.measure_id!r}, the docket about {docket.measure_id!r}.",
            step.appeal_id,
        )
    if docket.steps and step.at < docket.steps[-1].at:
        raise refusal(
            Fault.CLOCK_BEHIND,
            f"The last step on record was taken at {docket.steps[-1].at.isoformat()}, after this one. "
            "Set this machine's clock.",
            step.appeal_id,
        )
    if step.filing is not None:
        return admit(docket, step, step.filing)
    appeal = docket.appeals.get(step.appeal_id)
    if appeal is None:
        raise refusal(
            Fault.UNKNOWN_APPEAL,
            f"Nobody filed an appeal {step.appeal_id!r} against this measure. Look at the measure's appeals.",
            step.appeal_id,
        )
    if not appeal.is_open:
        raise refusal(
            Fault.CLOSED,
            f"The appeal is {appeal.stage} already, and nothing more is done with it. "
            "Where there are new facts, file another one.",
            step.appeal_id,
        )
    _refuse_both_sides(appeal, step)
    _RULES[step.move](appeal, step)
    return step


def _acknowledge(appeal: Appeal, step: AppealStep) -> None:
    _require(appeal, step, {AppealStage.FILED})


def _take(appeal: Appeal, step: AppealStep) -> None:
    _require(appeal, step, {AppealStage.ACKNOWLEDGED, AppealStage.IN_REVIEW})
    if is_any_of(step.by, appeal.barred):
        raise refusal(
            Fault.DECIDER_REVIEWS,
            f"{step.by} decided the measure, or an appeal against it, and so does not review it. Ask somebody who "
            "had no part in it.",
            step.appeal_id,
        )
    if appeal.reviewer is not None:
        if is_any_of(step.by, (appeal.reviewer,)):
            raise refusal(Fault.WRONG_STAGE, f"{step.by} reviews the appeal already.", step.appeal_id)
        if step.statement is None:
            raise refusal(
                Fault.NO_REASON,
                f"{appeal.reviewer} reviews the appeal. Say why it passes on.",
                step.appeal_id,
            )


def _ask(appeal: Appeal, step: AppealStep) -> None:
    _require(appeal, step, {AppealStage.IN_REVIEW})
    _require_reviewer(appeal, step)


def _add(appeal: Appeal, step: AppealStep) -> None:
    known = {piece.digest for piece in appeal.evidence}
    if step.statement is None and all(piece.digest in known for piece in step.evidence):
        raise refusal(
            Fault.NOTHING_NEW, "Say something, or attach evidence that is not there already.", step.appeal_id
        )
    check_pieces(step, appeal.evidence)


def _request_human(appeal: Appeal, step: AppealStep) -> None:
    if appeal.wants_human:
        raise refusal(Fault.NOTHING_NEW, "It is on record that a human decides.", step.appeal_id)


def _decide(appeal: Appeal, step: AppealStep) -> None:
    if step.by is None:
        _require_automatic(appeal, step)
    else:
        _require(appeal, step, {AppealStage.IN_REVIEW})
        _require_reviewer(appeal, step)
    result = step.result
    if result is not None and result.outcome is Outcome.PARTLY_GRANTED:
        _require_milder(appeal, step, result)


def _withdraw(_: Appeal, __: AppealStep) -> None:
    """Let whoever acts for the appellant take it back at any time, without a reason."""


_RULES: Final[Mapping[AppealMove, Callable[[Appeal, AppealStep], None]]] = MappingProxyType(
    {
        AppealMove.ACKNOWLEDGE: _acknowledge,
        AppealMove.TAKE: _take,
        AppealMove.ASK: _ask,
        AppealMove.ADD: _add,
        AppealMove.REQUEST_HUMAN: _request_human,
        AppealMove.DECIDE: _decide,
        AppealMove.WITHDRAW: _withdraw,
    }
)


def _refuse_both_sides(appeal: Appeal, step: AppealStep) -> None:
    """Refuse a step of somebody who acted for the other side."""
    if step.move.side is Side.PLATFORM and is_any_of(step.by, appeal.appellants):
        raise refusal(
            Fault.APPELLANT_REVIEWS,
            f"{step.by} acts for the appellant, and so does nothing for the platform here. Ask somebody else.",
            step.appeal_id,
        )
    if step.move.side is Side.APPELLANT and is_any_of(step.by, (*appeal.barred, *appeal.handlers)):
        raise reviewer_appeals(step)


def _require(appeal: Appeal, step: AppealStep, stages: Iterable[AppealStage]) -> None:
    if appeal.stage in stages:
        return
    wish = {
        AppealStage.FILED: "Acknowledge it first",
        AppealStage.ACKNOWLEDGED: "Have somebody take it up first",
    }.get(appeal.stage, "Look at its steps")
    raise refusal(
        Fault.WRONG_STAGE,
        f"The appeal is {appeal.stage}, so one does not {step.move} it. {wish}.",
        step.appeal_id,
    )


def _require_reviewer(appeal: Appeal, step: AppealStep) -> None:
    if appeal.reviewer is None or not is_any_of(step.by, (appeal.reviewer,)):
        raise refusal(
            Fault.NOT_REVIEWER,
            f"{appeal.reviewer} reviews the appeal, and {step.by} does not. Take it over first, with a reason.",
            step.appeal_id,
        )


def _require_automatic(appeal: Appeal, step: AppealStep) -> None:
    """Refuse a result that nobody stands for: a machine only takes back what a machine did."""
    is_granted = step.result is not None and step.result.outcome is Outcome.GRANTED
    if not is_granted or appeal.needs_human or not appeal.contested.is_automatic:
        raise refusal(
            Fault.HUMAN_REQUIRED,
            "A named human decides this: only an automatic measure is taken back automatically, and not where the "
            "appellant asks for a human or is a natural person (令116 art. 19; 个人信息保护法 art. 24). "
            "Name who decides.",
            step.appeal_id,
        )


def _require_milder(appeal: Appeal, step: AppealStep, result: Result) -> None:
    """Refuse what is stricter than the measure, or the same: an appeal leaves nobody worse off."""
    contested, ends_at = appeal.contested, result.ends_at
    is_other = result.replaced_by not in {None, contested.measure_code}
    latest = contested.ends_at if ends_at is None else ends_at
    is_shorter = step.at < latest < contested.ends_at
    if not (is_shorter or (is_other and step.at < latest <= contested.ends_at)):
        raise refusal(
            Fault.NOT_MILDER,
            f"What takes the place of the measure ends at {latest.isoformat()}, and it ended at "
            f"{contested.ends_at.isoformat()} itself. Name a milder measure that ends no later, or an earlier end that "
            "is still to come.",
            step.appeal_id,
        )
