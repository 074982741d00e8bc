"""What may be done with an imposition, as pure functions: each returns the next one, or refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chengxin.policy import Measure
from chengxin.procedure.imposition.fault import Fault, refusal
from chengxin.procedure.imposition.imposition import End, Imposition, Stay, Suspension
from chengxin.procedure.imposition.phase import Hold, Phase
from chengxin.procedure.imposition.plan import ending_by_time


def release(
    held: Imposition, measure: Measure, *, at: datetime, source: str, as_of: datetime, wave: str | None = None
) -> Imposition:
    """Return a held imposition as noticed, with the measure as a fresh answer gives it.

    Args:
        held: the imposition.
        measure: the measure; it starts when the lead time of its notice is over.
        at: the instant of the notice.
        source: name of the source that was asked afresh.
        as_of: data date of its answer.
        wave: id of the wave with which a person let it through; None where nobody did.

    Raises:
        TreatmentRefused: it is not held.
    """
    _require_open(held, at)
    if held.hold is None:
        raise refusal(
            Fault.NOT_HELD,
            "It is not held, so there is nothing to release.",
            imposition_id=held.imposition_id,
        )
    return replace(
        held,
        version=held.version + 1,
        hold=None,
        wave=wave,
        noticed_at=at,
        measure=measure,
        source=source,
        as_of=as_of,
    )


def hold_for(held: Imposition, hold: Hold, *, at: datetime, wave: str | None = None) -> Imposition:
    """Return a held imposition that waits for something else.

    Raises:
        TreatmentRefused: it is not held: what was noticed is not taken back into waiting.
    """
    _require_open(held, at)
    if held.hold is None:
        raise refusal(
            Fault.NOT_HELD, "It was noticed, so it is not held again.", imposition_id=held.imposition_id
        )
    return replace(held, version=held.version + 1, hold=hold, wave=wave)


def begin(imposition: Imposition, *, at: datetime) -> Imposition:
    """Return an imposition whose beginning is on record.

    Raises:
        TreatmentRefused: it does not apply at the instant.
    """
    if not imposition.applies(at) or imposition.is_begun:
        raise refusal(
            Fault.HELD,
            "It has not begun to apply, or this is on record.",
            imposition_id=imposition.imposition_id,
        )
    return replace(imposition, version=imposition.version + 1, is_begun=True)


def change(
    imposition: Imposition, measure: Measure, *, at: datetime, source: str, as_of: datetime
) -> Imposition:
    """Return an imposition with its measure as it stands now: on other grounds, for another time, or milder.

    Its start stays: what has begun does not begin anew.

    Raises:
        TreatmentRefused: it is over, or the other measure is not the same one.
        InvalidMeasure: the other measure cannot have this start.
    """
    _require_open(imposition, at)
    if measure.code != imposition.measure.code:
        raise refusal(
            Fault.ANOTHER_MEASURE,
            f"{measure.code} is another measure than {imposition.measure.code}. Impose it by itself.",
            imposition_id=imposition.imposition_id,
        )
    moved = replace(measure, starts_at=imposition.measure.starts_at, decided_by=imposition.measure.decided_by)
    return replace(imposition, version=imposition.version + 1, measure=moved, source=source, as_of=as_of)


def bound(imposition: Imposition, *, ends_at: datetime, at: datetime) -> Imposition:
    """Return an imposition that ends at an instant at the latest.

    Raises:
        TreatmentRefused: it is over.
    """
    _require_open(imposition, at)
    if imposition.measure.ends_at <= ends_at:
        return imposition
    return replace(
        imposition,
        version=imposition.version + 1,
        measure=replace(imposition.measure, ends_at=ends_at),
    )


def suspend(imposition: Imposition, suspension: Suspension, *, at: datetime) -> Imposition:
    """Return an imposition that does not apply for a while.

    An appeal does not cut short what a named person stays: that goes on when the appeal is over.

    Raises:
        TreatmentRefused: it is over, or held; or an appeal suspends it, which nobody's stay ends.
    """
    _require_open(imposition, at)
    if imposition.hold is not None:
        raise refusal(
            Fault.HELD, "It is held: nothing of it applies.", imposition_id=imposition.imposition_id
        )
    before = imposition.suspension
    if before is not None and before.is_active(at):
        if before.stay is Stay.APPEAL:
            raise refusal(
                Fault.SUSPENDED,
                "A pending appeal suspends it until the appeal is decided.",
                imposition_id=imposition.imposition_id,
            )
        if suspension.stay is Stay.APPEAL:
            suspension = replace(suspension, beneath=before)
    return replace(imposition, version=imposition.version + 1, suspension=suspension)


def resume(imposition: Imposition, *, at: datetime) -> Imposition:
    """Return an imposition that is no longer suspended, or only by the stay that was there before.

    Raises:
        TreatmentRefused: it is over, or not suspended.
    """
    _require_open(imposition, at)
    held_off = imposition.suspension
    if held_off is None or imposition.phase_at(at) is not Phase.SUSPENDED:
        raise refusal(Fault.NOT_SUSPENDED, "It is not suspended.", imposition_id=imposition.imposition_id)
    beneath = held_off.beneath
    goes_on = beneath is not None and beneath.is_active(at)
    return replace(imposition, version=imposition.version + 1, suspension=beneath if goes_on else None)


def end(imposition: Imposition, end_of_it: End) -> Imposition:
    """Return an imposition that is over.

    What is over by time alone, and nobody has put on record, ended then and for that, whatever is said later.

    Raises:
        TreatmentRefused: its end is on record.
    """
    if imposition.end is not None:
        raise refusal(Fault.OVER, "Its end is on record.", imposition_id=imposition.imposition_id)
    over_at = imposition.measure.ends_at
    if end_of_it.at >= over_at:
        end_of_it = End(ending=ending_by_time(imposition, end_of_it.at), at=over_at)
    return replace(imposition, version=imposition.version + 1, end=end_of_it)


def _require_open(imposition: Imposition, at: datetime) -> None:
    if not imposition.is_open(at):
        raise refusal(
            Fault.OVER,
            "It has ended, and what has ended stays so.",
            imposition_id=imposition.imposition_id,
        )
