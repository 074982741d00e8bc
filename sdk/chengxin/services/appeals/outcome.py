"""What comes of an appeal for the measure: reversed, ended earlier, replaced by a milder one, or as it was (I4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chengxin.policy import Policy
from chengxin.procedure.appeal import Appeal, Fault, Outcome, Result, milder_measure, refusal
from chengxin.procedure.imposition import Ending, Exemption, Imposition, Stay, Suspension, grounds_end
from chengxin.records import Standing
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.look import Look


def suspend_for(act: Act, one: Imposition, appeal: Appeal) -> None:
    """Hold a measure off while an appeal with suspensive effect is pending; one that is over needs none."""
    if appeal.suspends(act.at) and one.is_open(act.at):
        act.suspend(one, Suspension(stay=Stay.APPEAL, since=act.at))


def go_on(act: Act, one: Imposition, *, by: str | None) -> Imposition:
    """Have a measure apply again that an appeal suspended; one that is over stays over."""
    held_off = one.suspension
    if held_off is None or held_off.stay is not Stay.APPEAL or not one.is_open(act.at):
        return one
    return act.resume(one, by=by)


class Carrying:
    """Carries out the result of an appeal, in the transaction in which it is decided.

    Args:
        act: of the transaction.
        one: the measure.
        policy: the policy in force.
        new_id: makes names.
    """

    def __init__(self, act: Act, one: Imposition, policy: Policy, new_id: Callable[[], str]) -> None:
        self._act = act
        self._one = one
        self._policy = policy
        self._new_id = new_id

    def carry_out(self, appeal: Appeal, result: Result, *, by: str, look: Look | None) -> None:
        """Do what was decided; a measure that ended meanwhile is at least not imposed again on these grounds.

        The reasons stand in the appeal alone, with which they are erased: measure and exemption name it.

        Args:
            appeal: the appeal.
            result: the result.
            by: who decided.
            look: the subject on a fresh answer of the source; where a milder measure takes the place of this one.

        Raises:
            AppealRefused: the milder measure cannot be imposed, or nothing would be left of it.
        """
        if result.outcome is Outcome.REJECTED:
            go_on(self._act, self._one, by=by)
        elif result.outcome is Outcome.PARTLY_GRANTED and result.replaced_by is None:
            self._shorten(appeal, result, by=by)
        else:
            self._reverse(appeal, by=by)
            if result.replaced_by is not None:
                self._replace(result, result.replaced_by, by=by, look=look)

    def _reverse(self, appeal: Appeal, *, by: str) -> None:
        if self._one.is_open(self._act.at):
            self._act.end(self._one, Ending.APPEAL_GRANTED, by=by, reason=_reason(appeal))
        self._exempt(appeal, by=by, since=self._act.at)

    def _shorten(self, appeal: Appeal, result: Result, *, by: str) -> None:
        one, ends_at = go_on(self._act, self._one, by=by), result.ends_at
        if ends_at is None:
            return
        if one.is_open(self._act.at):
            if ends_at <= one.measure.starts_at:
                raise refusal(
                    Fault.NOT_MILDER,
                    "The measure would end before it takes effect. Grant the appeal, or name a later end.",
                )
            self._act.bound(one, ends_at)
        self._exempt(appeal, by=by, since=ends_at)

    def _exempt(self, appeal: Appeal, *, by: str, since: datetime) -> None:
        """Keep the measure from being imposed again on exactly the grounds decided on, as long as they are shown."""
        until = grounds_end(self._one.measure, self._act.at)
        if since < until:
            self._act.exempt(
                Exemption(
                    exemption_id=self._new_id(),
                    code=self._one.code,
                    measure_code=self._one.measure.code,
                    record_ids=self._one.record_ids,
                    by=by,
                    reason=_reason(appeal),
                    since=since,
                    until=until,
                )
            )

    def _replace(self, result: Result, code: str, *, by: str, look: Look | None) -> None:
        one, act = self._one, self._act
        if not one.is_open(act.at):
            return
        held = act.rows.open_of(one.code, one.role)
        milder = milder_measure(one.measure, code, self._policy, by=by, at=act.at, ends_at=result.ends_at)
        if any(other.measure.code == code and other.hold is None for other in held):
            return
        gone = act.rows.told_of(one.code)
        look = None if look is None else replace(look, gone=gone)
        act.notice(milder, None, _require_grounds(one, look))


def _reason(appeal: Appeal) -> str:
    return f"申诉 {appeal.appeal_id}"


def _require_grounds(one: Imposition, look: Look | None) -> Look:
    """Return the look, on which everything that the measure rests on is shown as it was decided on.

    Raises:
        AppealRefused: the source could not be asked, its answer is older than what its feed told, or it shows something
            else.
    """
    if look is None or look.status.standing is Standing.UNKNOWN or look.is_overtaken:
        raise refusal(
            Fault.SOURCE_UNKNOWN,
            "What takes the place of a measure is imposed on a fresh answer, and the source gives none now. Decide "
            "again when it answers; granting the appeal, or an earlier end, waits for nothing.",
        )
    shown = {(record.record_id, record.version) for record in look.status.records}
    if not {(ground.record_id, ground.version) for ground in one.measure.grounds} <= shown:
        raise refusal(
            Fault.GROUND_CHANGED,
            "The source does not show what the measure rests on as it was. Have the subject looked at first "
            "(Treatments.reconcile), and decide on what is left.",
        )
    return look
