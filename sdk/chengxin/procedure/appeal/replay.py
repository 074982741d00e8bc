"""From steps on record to a docket: each is decided again, so a record of what may not be does not pass."""

from __future__ import annotations

from collections.abc import Iterable

from chengxin.procedure.appeal.decision import decide
from chengxin.procedure.appeal.docket import Docket
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.step import AppealStep


def replay(measure_id: str, steps: Iterable[AppealStep]) -> Docket:
    """Return the appeals against a measure from their steps.

    Every step is decided again on those before it: a record in which the decider reviews, or a machine rejects, is
    refused whoever wrote it.

    Raises:
        AppealRefused: a step could not have been taken, or was recorded otherwise than decided.
    """
    docket = Docket(measure_id=measure_id)
    for number, step in enumerate(steps, start=1):
        accepted = decide(docket, step)
        if accepted != step:
            raise refusal(
                Fault.ILL_FORMED,
                f"Step {number} of the appeals against {measure_id!r} is not what follows from the steps before it.",
                step.appeal_id,
            )
        docket = docket.with_step(accepted)
    return docket
