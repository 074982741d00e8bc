"""Measures that limit a subject, on their way from a proposal to their end."""

from chengxin.procedure.imposition.exemption import Exemption, grounds_end
from chengxin.procedure.imposition.fault import Fault, refusal
from chengxin.procedure.imposition.imposition import End, Imposition, Stay, Suspension
from chengxin.procedure.imposition.move import (
    begin,
    bound,
    change,
    end,
    hold_for,
    release,
    resume,
    suspend,
)
from chengxin.procedure.imposition.phase import GONE, Ending, Hold, Phase
from chengxin.procedure.imposition.plan import (
    Plan,
    Terms,
    ending_by_time,
    is_grounded,
    is_other,
    limited,
    plan,
    plan_bereft,
    plan_told,
)
from chengxin.procedure.imposition.wave import Wave, WaveLimits, WaveState

__all__ = [
    "GONE",
    "End",
    "Ending",
    "Exemption",
    "Fault",
    "Hold",
    "Imposition",
    "Phase",
    "Plan",
    "Stay",
    "Suspension",
    "Terms",
    "Wave",
    "WaveLimits",
    "WaveState",
    "begin",
    "bound",
    "change",
    "end",
    "ending_by_time",
    "grounds_end",
    "hold_for",
    "is_grounded",
    "is_other",
    "limited",
    "plan",
    "plan_bereft",
    "plan_told",
    "refusal",
    "release",
    "resume",
    "suspend",
]
