"""From steps on record to a history: each is decided again, so a record of what may not be does not pass."""

from __future__ import annotations

from collections.abc import Iterable

from chengxin.policy.lifecycle.decision import decide
from chengxin.policy.lifecycle.fault import Fault, refusal
from chengxin.policy.lifecycle.history import History
from chengxin.policy.lifecycle.step import Step


def replay(name: str, steps: Iterable[Step]) -> History:
    """Return the history of a policy from its steps.

    Every step is decided again on those before it: a journal in which an author approves, or a version is in force
    without approval, is refused whoever wrote it.

    Raises:
        LifecycleRefused: a step could not have been taken, or was recorded otherwise than decided.
    """
    history = History(name=name)
    for number, step in enumerate(steps, start=1):
        accepted = decide(history, step)
        if accepted != step:
            raise refusal(
                Fault.ILL_FORMED,
                f"Step {number} of the policy {name!r} is not what follows from the steps before it.",
                step.digest,
            )
        history = history.with_step(step)
    return history
