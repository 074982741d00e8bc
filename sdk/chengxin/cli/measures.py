"""What the commands on measures, mass changes and the outbox print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.procedure.imposition import Imposition, Phase, Wave
from chengxin.records import CHINA
from chengxin.wire import encode_instant

if TYPE_CHECKING:
    from chengxin.services.treatments import Reconciled, Swept, WaveReport
    from chengxin.store import OutboxEvent, Waiting

_COLOURS = {Phase.IN_FORCE: "red", Phase.NOTICED: "yellow", Phase.HELD: "yellow", Phase.SUSPENDED: "yellow"}


class MeasureOutput:
    """Prints measures and mass changes in one format.

    Args:
        output_format: the format.
    """

    def __init__(self, output_format: OutputFormat) -> None:
        self._is_json = output_format is OutputFormat.JSON
        self._console = Console(soft_wrap=False)

    def show_values(self, values: Mapping[str, Any]) -> None:
        """Print some values by name."""
        if self._is_json:
            print_line(dict(values))
            return
        table = Table(show_header=False, box=None)
        for name, value in values.items():
            table.add_row(name.replace("_", " "), plain(_words(value)))
        self._console.print(table)

    def show_reconciled(self, done: Reconciled) -> None:
        """Print what came of a look at a subject."""
        self.show_values(
            {
                "code": done.code,
                "role": done.role.value,
                "standing": done.standing.value,
                "noticed": list(done.noticed),
                "changed": list(done.changed),
                "ended": list(done.ended),
                "held": {code: hold.value for code, hold in done.held.items()},
            }
        )

    def show_swept(self, swept: Swept) -> None:
        """Print what a sweep did."""
        names = ("begun", "ended", "erased", "looked_at", "failed")
        self.show_values({name: getattr(swept, name) for name in names})

    def show_measures(self, found: Sequence[Imposition], at: datetime) -> None:
        """Print measures, one a line, as they stand at an instant."""
        if self._is_json:
            for one in found:
                print_line(_encode(one, at))
            return
        table = Table("id", "measure", "role", "stands", "from", "until", "why so", box=None)
        for one in found:
            phase = one.phase_at(at)
            colour = _COLOURS.get(phase)
            measure = one.measure
            table.add_row(
                one.imposition_id,
                f"{plain(measure.title.zh)} {plain(measure.code)}",
                one.role.value,
                f"[{colour}]{phase}[/]" if colour else phase.value,
                _china(measure.starts_at),
                _china(measure.ends_at if one.end is None else one.end.at),
                plain(_why(one, phase)),
            )
        self._console.print(table)

    def show_waves(self, waves: Sequence[Wave]) -> None:
        """Print mass changes, one a line."""
        if self._is_json:
            for wave in waves:
                print_line(_encode_wave(wave))
            return
        table = Table(
            "id", "policy", "held at", "of subjects", "stands", "closed at", "by", "reason", box=None
        )
        for wave in waves:
            table.add_row(
                wave.wave_id,
                wave.policy_digest.removeprefix("sha256:")[:12],
                _china(wave.created_at),
                str(wave.known),
                wave.state.value,
                "–" if wave.closed_at is None else _china(wave.closed_at),
                plain(wave.by or "–"),
                plain(wave.reason or "–"),
            )
        self._console.print(table)

    def show_wave(self, report: WaveReport, at: datetime) -> None:
        """Print whom a mass change would limit."""
        if self._is_json:
            shown = {
                "subjects": report.subjects,
                "share": report.share,
                "measures": dict(report.measures),
                "sample": [_encode(one, at) for one in report.sample],
            }
            print_line(_encode_wave(report.wave) | shown)
            return
        self.show_waves([report.wave])
        self._console.print(
            f"  would limit {report.subjects} of {report.wave.known} subjects ({report.share:.1%})",
            highlight=False,
        )
        for code, count in report.measures.items():
            self._console.print(f"  {count:>8}  {plain(code)}", highlight=False)
        for one in report.sample:
            self._console.print(f"  e.g. {one.code}  {plain(one.measure.title.zh)}", highlight=False)


class EventOutput:
    """Prints what waits in the outbox in one format; never what an event says.

    Args:
        output_format: the format.
    """

    def __init__(self, output_format: OutputFormat) -> None:
        self._is_json = output_format is OutputFormat.JSON
        self._console = Console(soft_wrap=False)

    def show(self, waiting: Mapping[str, Waiting], events: Sequence[OutboxEvent]) -> None:
        """Print events, one a line, after how many there are of each topic."""
        if self._is_json:
            for topic, one in waiting.items():
                counts = {"pending": one.pending, "parked": one.parked}
                print_line({"topic": topic} | counts | {"oldest_at": encode_instant(one.oldest_at)})
            for event in events:
                print_line(_encode_event(event))
            return
        counted = Table("topic", "pending", "parked", "oldest", box=None)
        for topic, one in waiting.items():
            counted.add_row(topic, str(one.pending), str(one.parked), _china(one.oldest_at))
        self._console.print(counted)
        table = Table("event", "stands", "attempts", "put at", "not before", "fault", box=None)
        for event in events:
            table.add_row(
                event.event_id,
                event.state.value,
                str(event.attempts),
                _china(event.created_at),
                _china(event.not_before),
                plain(event.fault or "–"),
            )
        self._console.print(table)


def _encode(one: Imposition, at: datetime) -> dict[str, Any]:
    measure, end, stay = one.measure, one.end, one.suspension
    return {
        "imposition_id": one.imposition_id,
        "code": one.code,
        "role": one.role.value,
        "measure": measure.code,
        "phase": one.phase_at(at).value,
        "starts_at": encode_instant(measure.starts_at),
        "ends_at": encode_instant(measure.ends_at),
        "rule": measure.rule_id,
        "policy_digest": measure.policy.digest,
        "version": one.version,
        "hold": None if one.hold is None else one.hold.value,
        "wave_id": one.wave,
        "suspended_until": None if stay is None or stay.until is None else encode_instant(stay.until),
        "ending": None if end is None else end.ending.value,
        "ended_at": None if end is None else encode_instant(end.at),
        "by": None if end is None else end.by,
    }


def _encode_wave(wave: Wave) -> dict[str, Any]:
    return {
        "wave_id": wave.wave_id,
        "policy_digest": wave.policy_digest,
        "created_at": encode_instant(wave.created_at),
        "known": wave.known,
        "state": wave.state.value,
        "decided_at": None if wave.decided_at is None else encode_instant(wave.decided_at),
        "by": wave.by,
        "reason": wave.reason,
        "closed_at": None if wave.closed_at is None else encode_instant(wave.closed_at),
    }


def _encode_event(event: OutboxEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "topic": event.topic,
        "state": event.state.value,
        "attempts": event.attempts,
        "created_at": encode_instant(event.created_at),
        "not_before": encode_instant(event.not_before),
        "fault": event.fault,
    }


def _why(one: Imposition, phase: Phase) -> str:
    if phase is Phase.ENDED:
        return "TERM_ENDED" if one.end is None else f"{one.end.ending} {one.end.by or ''}".strip()
    if phase is Phase.HELD and one.hold is not None:
        return f"waits for {one.hold}" + (f" {one.wave}" if one.wave else "")
    if phase is Phase.SUSPENDED and one.suspension is not None:
        return f"{one.suspension.stay} {one.suspension.by or ''}".strip()
    return f"rule {one.measure.rule_id}"


def _words(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} ({why})" for name, why in value.items()) or "–"
    return str(value)


def _china(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"
