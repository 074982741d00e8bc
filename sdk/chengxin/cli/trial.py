"""What trying a policy prints: tables for people, one JSON object for pipes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from rich.console import Console
from rich.table import Table

from chengxin.cli.output import OutputFormat, plain, print_line
from chengxin.policy import PolicyRef, Verdict
from chengxin.records import CHINA
from chengxin.services import Backtest, Example, Flips, Hit, Names, Simulation, Tally
from chengxin.services.simulation import NONE


def show_simulation(found: Simulation, output_format: OutputFormat) -> None:
    """Print what a policy would do."""
    if output_format is OutputFormat.JSON:
        print_line(found.dump())
        return
    console = Console()
    _say(
        console,
        f"{_policy(found.policy)} on {found.total.subjects:,} subjects, {_minute(found.at)} China time",
    )
    for name, number in found.facts_missing.items():
        if number:
            _say(console, f"  {plain(name)} was not given of {number:,}: conditions on it did not hold")
    for name, number in found.facts_undeclared.items():
        _say(console, f"  {plain(name)} was given of {number:,} and is not declared by the policy")
    _show_tally(console, found.total, of="subjects")
    for title, groups in (("role", found.by_role), ("category", found.by_category), ("size", found.by_size)):
        if set(groups) - {NONE}:
            _show_groups(console, title, groups)
    if found.flips is not None and found.baseline is not None:
        _show_flips(console, found.flips, found.baseline, of="subjects")
    _show_names(console, found.worst, found.examples)


def show_backtest(found: Backtest, names: Names | None, output_format: OutputFormat) -> None:
    """Print what a policy would have given, and who may be named, where it was asked."""
    if output_format is OutputFormat.JSON:
        print_line(found.dump() | {"names": names.dump() if names else None})
        return
    console, total = Console(), found.total
    _say(
        console,
        f"{_policy(found.policy)} on what {plain(found.recorded_under)} was evaluated on, {total.since} to "
        f"{total.until}: {total.replayed:,} subject-days of {total.days} days",
    )
    for reason, number in total.not_replayed.most_common():
        _say(console, f"  {number:,} could not be replayed: {plain(reason)}")
    for reason, number in total.not_compared.most_common():
        _say(console, f"  {number:,} could not be compared: {plain(reason)}")
    if found.lost:
        _say(console, f"  {found.lost:,} evaluations of these days were not recorded")
    _show_tally(console, total.tally, of="subject-days")
    table = Table("month", "days", "subject-days", "restricted", "not replayed", "changed", box=None)
    for month in found.months:
        table.add_row(
            f"{month.since:%Y-%m}",
            str(month.days),
            f"{month.replayed:,}",
            _share(month.tally.restricted, month.tally.known),
            f"{month.not_replayed.total():,}",
            _share(month.flips.changed, month.flips.compared) if month.flips else "–",
        )
    console.print(table)
    if total.flips is not None and found.baseline is not None:
        _show_flips(console, total.flips, found.baseline, of="subject-days")
    if names is not None:
        _show_names(console, names.worst, names.examples)
        if names.refused:
            _say(console, f"  {names.refused:,} are not named: what was evaluated is not disclosed as it was")


def _show_tally(console: Console, tally: Tally, *, of: str) -> None:
    table = Table("", of, "share", box=None)
    for tier, number in tally.tiers.most_common():
        table.add_row(f"tier {plain(tier)}", f"{number:,}", _share(number, tally.subjects))
    for name, number in (
        ("natural persons, no tier", tally.persons),
        ("unknown", tally.unknown),
        ("with a restriction", tally.restricted),
        ("with a relief", tally.relieved),
        ("for a human to decide", tally.reviewed),
    ):
        table.add_row(name, f"{number:,}", _share(number, tally.subjects))
    for (direction, code), number in tally.measures.most_common():
        table.add_row(f"{direction.lower()} {plain(code)}", f"{number:,}", _share(number, tally.subjects))
    for code, number in tally.reviews.most_common():
        table.add_row(f"review {plain(code)}", f"{number:,}", _share(number, tally.subjects))
    for name, values in sorted(tally.settings.items()):
        for value, number in values.most_common():
            table.add_row(f"{plain(name)} = {value}", f"{number:,}", _share(number, tally.subjects))
    console.print(table)


def _show_groups(console: Console, title: str, groups: Mapping[str, Tally]) -> None:
    table = Table(title, "subjects", "unknown", "with a restriction", "with a relief", box=None)
    for label, tally in sorted(groups.items(), key=lambda item: -item[1].subjects):
        table.add_row(
            plain(label),
            f"{tally.subjects:,}",
            f"{tally.unknown:,}",
            f"{tally.restricted:,} ({_share(tally.restricted, tally.known)})",
            f"{tally.relieved:,} ({_share(tally.relieved, tally.known)})",
        )
    console.print(table)


def _show_flips(console: Console, flips: Flips, baseline: PolicyRef, *, of: str) -> None:
    table = Table(f"against {_policy(baseline)}", of, "share", box=None)
    for verdict in Verdict:
        number = flips.verdicts[verdict]
        table.add_row(verdict.lower().replace("_", " "), f"{number:,}", _share(number, flips.compared))
    for (before, after), number in flips.tiers.most_common():
        table.add_row(f"tier {plain(before or '–')} → {plain(after or '–')}", f"{number:,}", "")
    for code, number in flips.gained.most_common():
        table.add_row(f"gain {plain(code)}", f"{number:,}", "")
    for code, number in flips.lost.most_common():
        table.add_row(f"lose {plain(code)}", f"{number:,}", "")
    console.print(table)


def _show_names(
    console: Console, worst: Iterable[Hit], examples: Mapping[Verdict, tuple[Example, ...]]
) -> None:
    hits = Table("hardest hit", "role", "tier", "refused", "restrictions", box=None)
    for hit in worst:
        hits.add_row(
            hit.code,
            hit.role.lower(),
            plain(hit.tier or "–"),
            ", ".join(map(plain, hit.refused)) or "–",
            ", ".join(map(plain, hit.measures)),
        )
    if hits.row_count:
        console.print(hits)
    changes = Table("treated otherwise", "role", "", "tier", "in", box=None)
    for verdict, found in examples.items():
        for example in found:
            shift = example.shift
            before, after = (plain(tier or "–") for tier in shift.tiers)
            changes.add_row(
                example.code,
                example.role.lower(),
                verdict.lower().replace("_", " "),
                before if before == after else f"{before} → {after}",
                ", ".join(map(plain, (*shift.stricter, *shift.looser, *shift.otherwise))),
            )
    if changes.row_count:
        console.print(changes)


def _say(console: Console, text: str) -> None:
    console.print(text, highlight=False)


def _policy(ref: PolicyRef) -> str:
    return plain(f"{ref.name} {ref.version}")


def _minute(at: datetime) -> str:
    return f"{at.astimezone(CHINA):%Y-%m-%d %H:%M}"


def _share(number: int, of: int) -> str:
    return f"{number / of:.1%}" if of else "–"
