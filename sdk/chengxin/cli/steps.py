"""What the publishing commands print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.policy.lifecycle import History, Move, Step, short
from chengxin.records import CHINA
from chengxin.wire import encode_step


class StepOutput:
    """Prints steps in one format.

    Args:
        output_format: the format.
    """

    def __init__(self, output_format: OutputFormat) -> None:
        self._is_json = output_format is OutputFormat.JSON
        self._console = Console(soft_wrap=False)

    def show_taken(self, steps: Sequence[Step]) -> None:
        """Print the steps that were just taken, and what comes next."""
        if self._is_json:
            for step in steps:
                print_line(encode_step(step))
            return
        self._console.print(_table(steps))
        self._console.print(
            f"{_next(steps[-1])}\ndigest  {steps[-1].digest}", highlight=False, soft_wrap=True
        )

    def show_history(self, history: History, at: datetime) -> None:
        """Print every step, and where each version stands at an instant."""
        if self._is_json:
            for step in history.steps:
                print_line(encode_step(step) | {"stage": history.stage_at(step.digest, at)})
            return
        self._console.print(_table(history.steps))
        stages = Table("digest", "version", "stands", "from", "until", box=None)
        for version in history.versions.values():
            stages.add_row(
                short(version.digest),
                plain(version.version),
                history.stage_at(version.digest, at),
                str(version.effective_from),
                str(version.effective_until or "it is replaced"),
            )
        self._console.print()
        self._console.print(stages)


def _table(steps: Sequence[Step]) -> Table:
    table = Table("when (China time)", "who", "step", "digest", "why", "more", box=None)
    for step in steps:
        table.add_row(
            _china(step.at),
            plain(step.by),
            step.move.replace("_", " "),
            short(step.digest),
            plain(step.why),
            _more(step),
        )
    return table


def _more(step: Step) -> str:
    parts: list[str] = []
    if step.version is not None:
        parts.append(f"version {plain(step.version)}, from {step.effective_from}")
    if step.is_important:
        parts.append("important interests: 15 days")
    if step.urgent_reason is not None:
        parts.append(f"urgent, not announced: {plain(step.urgent_reason)}")
    if step.effective_at is not None:
        parts.append(f"in force from {_china(step.effective_at)}")
    if step.replaces is not None:
        parts.append(f"in the place of {short(step.replaces)}")
    return "; ".join(parts)


def _next(step: Step) -> str:
    sentences = {
        Move.SUBMIT: f"Waits for another person: chengxin policy approve {short(step.digest)}",
        Move.APPROVE: "Approved. Publish the same document again to announce and schedule it.",
        Move.ROLL_BACK: "Restored: this version is in force again.",
        Move.RETIRE: "Retired: no version of the policy is in force.",
    }
    if step.effective_at is not None:
        return f"In force from {_china(step.effective_at)} China time on, by time alone."
    return sentences.get(step.move, "It is on record.")


def _china(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"
