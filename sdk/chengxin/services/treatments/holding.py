"""The mass-change guard: what is imposed at once, and what is held in a wave until a named person has looked at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chengxin.ledger import EntryKind
from chengxin.policy import Measure, Policy
from chengxin.procedure.imposition import Ending, Exemption, Hold, Imposition, Plan, Wave, WaveState
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.look import Look
from chengxin.services.treatments.options import TreatmentOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of measures that were to be imposed.

    Attributes:
        noticed: codes of those that the merchant was told of.
        held: codes of those that wait, each with what for.
        refused: codes of those that a person refused, and that are dropped by it.
    """

    noticed: tuple[str, ...] = ()
    held: Mapping[str, Hold]
    refused: tuple[str, ...] = ()


def bring(act: Act, made: Plan, look: Look, *, policy: Policy, options: TreatmentOptions) -> Brought:
    """Tell the merchant of new measures, or hold them where they are part of a mass change.

    What a person let through is imposed, whatever else waits: the approval is of this measure, for this subject, under
    this policy, and is used up by it. What a person refused is dropped.

    Args:
        act: of the transaction, in which the subject is locked.
        made: what is to be done about the subject.
        look: the subject.
        policy: the policy in force.
        options: how measures are brought into force.
    """
    act.waves.lock()
    free: list[tuple[Measure, Imposition | None, Wave]] = []
    counted: list[tuple[Measure, Imposition | None]] = []
    refused: list[str] = []
    for measure, held in made.impose:
        wave = None if held is None or held.wave is None else act.waves.find(held.wave)
        if held is not None and wave is not None and wave.state is WaveState.REJECTED:
            drop(act, held, wave, options)
            if {ground.record_id for ground in measure.grounds} <= held.record_ids:
                refused.append(measure.code)
            else:  # it rests on more by now, which nobody has decided on
                counted.append((measure, None))
        elif wave is not None and wave.lets_through(policy.ref.digest):
            free.append((measure, held, wave))
        else:
            counted.append((measure, held))
    for measure, held, wave in free:
        act.notice(measure, held, look, wave=wave)
    waiting = _wave_for(act, policy, options) if counted else None
    for measure, held in counted:
        if waiting is None:
            act.notice(measure, held, look)
        else:
            act.hold(measure, held, Hold.MASS_CHANGE, look, wave=waiting)
    at_once = counted if waiting is None else []
    return Brought(
        noticed=(*(m.code for m, *_ in free), *(m.code for m, _ in at_once)),
        held={} if waiting is None else {m.code: Hold.MASS_CHANGE for m, _ in counted},
        refused=tuple(refused),
    )


def drop(act: Act, held: Imposition, wave: Wave, options: TreatmentOptions) -> None:
    """Let go what is held in a wave that a person refused; it is not proposed again on the same grounds."""
    act.end(held, Ending.LAPSED)
    if wave.by is None or held.measure.ends_at <= act.at:
        return
    act.exempt(
        Exemption(
            exemption_id=options.new_id(),
            code=held.code,
            measure_code=held.measure.code,
            record_ids=held.record_ids,
            by=wave.by,
            reason=wave.reason,
            since=act.at,
            until=held.measure.ends_at,
        )
    )


def open_wave(act: Act, policy: Policy, *, subjects: int, options: TreatmentOptions) -> Wave:
    """Open a wave in which further measures of a policy are held."""
    wave = Wave(
        wave_id=options.new_id(),
        policy_digest=policy.ref.digest,
        created_at=act.at,
        known=act.rows.count_subjects(),
    )
    act.put_wave(wave, EntryKind.MASS_CHANGE_HELD, subjects=subjects)
    return wave


def is_all_waiting(act: Act, made: Plan, policy: Policy) -> bool:
    """Tell whether all that would be imposed is held in a wave already, so that asking the source is idle.

    Nobody decides on the wave until the transaction is over: what waits goes on waiting.
    """
    act.waves.lock()
    wave = act.waves.waiting(policy.ref.digest)
    return wave is not None and all(held is not None and held.wave == wave.wave_id for _, held in made.impose)


def _wave_for(act: Act, policy: Policy, options: TreatmentOptions) -> Wave | None:
    """Return the wave that one more limited subject belongs to; None where it may be limited at once."""
    waiting = act.waves.waiting(policy.ref.digest)
    if waiting is not None:
        return waiting
    imposed = act.rows.count_noticed(act.at - options.waves.window)
    known = act.rows.count_subjects()
    if options.waves.allows(imposed=imposed, more=1, known=known):
        return None
    return open_wave(act, policy, subjects=1, options=options)
