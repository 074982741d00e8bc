"""A walk through chengxin in the terminal: ``python -m examples.marketplace.demo [--once]``.

It starts a mock of the public source and the shop, each on a free port of this machine, and plays five scenes
over real HTTP. Each scene checks what it claims; if anything did not show, the exit code is 1.
"""

from __future__ import annotations

import argparse
import logging
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from chengxin.errors import InvalidUscc
from chengxin.records import Record, Standing, end_of_china_day
from chengxin.services import FollowOptions
from examples.marketplace.seller import SELLER_OF, SELLERS
from examples.marketplace.stage import Stage, Visitor, open_stage

_COLOURS: Final = {Standing.NO_ADVERSE_RECORD: "green", Standing.ADVERSE: "yellow", Standing.UNKNOWN: "dim"}
_REFUSED, _DONE = 403, 303


class Demo:
    """The scenes, and whether each showed what it claims.

    Args:
        stage: the running services.
        console: where it is told.
    """

    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage = stage
        self._console = console
        self._changes: list[str] = []
        self._follower = stage.client.follower(
            on_change=lambda change: self._changes.append(change.kind.value),
            options=FollowOptions(wait_seconds=0),
        )
        self.is_true = True

    def play(self) -> None:
        """Play all scenes."""
        self._follower.step()
        with Visitor(self._stage) as visitor:
            self._check_everybody()
            self._refuse(visitor)
            self._repair(visitor)
            self._let_time_pass(visitor)
            self._lose_the_source(visitor)

    def _check_everybody(self) -> None:
        self._scene("1", "Who sells here, as the public source discloses it now")
        table = Table("seller", "standing", "what is disclosed", box=None, padding=(0, 2, 0, 0))
        rows = self._stage.client.check_many([seller.code for seller in SELLERS])
        for seller, row in zip(SELLERS, rows, strict=True):
            name = f"{seller.name.zh} {seller.name.en}"
            if row.status is None:
                table.add_row(name, "[dim]–[/]", f"[dim]{_fault(row.error)}[/]")
                continue
            shown = _disclosed(row.status.records)
            standing = row.status.standing
            table.add_row(
                name, f"[{_COLOURS[standing]}]{standing}[/]", shown or str(row.status.reason or "nothing")
            )
        self._console.print(table)
        standings = {row.status.standing for row in rows if row.status}
        self._claim(
            standings == set(Standing), "every standing there is; and a mistyped code is none of them"
        )

    def _refuse(self, visitor: Visitor) -> None:
        seller = SELLER_OF["coat"]
        self._scene("2", f"{seller.name.en} tries to list new goods")
        visitor.log_in(seller.seller_id)
        answer = visitor.attempt("/listings")
        is_refused = (
            answer.status_code == _REFUSED and answer.headers["Content-Type"] == "application/problem+json"
        )
        if is_refused:
            self._explain(answer.json())
        self._claim(is_refused, "refused with 403 and every reason (RFC 9457), in both languages")
        self._say(f"badge: {visitor.badge(seller.code)}")

    def _repair(self, visitor: Visitor) -> None:
        code = SELLER_OF["coat"].code
        self._scene("3", "The wages are paid and the record is repaired at the source")
        before = visitor.badge(code)
        (record,) = self._stage.client.check(code).adverse_records
        self._stage.tell_source("records", action="repair", code=code, recId=record.record_id)
        self._changes.clear()
        self._follower.step()
        self._say(f"the change feed tells: {', '.join(self._changes)}; every process forgets the subject")
        self._claim(
            visitor.attempt("/listings").status_code == _DONE, "the goods are listed: the refusal is gone"
        )
        after = visitor.badge(code)
        self._say(f"badge: {after}")
        self._claim("no adverse record" in after and after != before, "the badge has changed with it")

    def _let_time_pass(self, visitor: Visitor) -> None:
        seller = SELLER_OF["gift"]
        self._scene("4", f"{seller.name.en}: a penalty whose disclosure ends tonight at 24:00, China time")
        (record,) = self._stage.client.check(seller.code).adverse_records
        end = end_of_china_day(record.period.end_on) if record.period.end_on else self._stage.clock.now()
        visitor.log_in(seller.seller_id)
        self._stage.advance(end - timedelta(minutes=1))
        self._stage.look_again(seller.code)
        self._claim(
            visitor.attempt("/promotion").status_code == _REFUSED, "at 23:59 the promotion is refused"
        )
        asked = self._stage.questions()
        self._stage.advance(end)
        self._claim(visitor.attempt("/promotion").status_code == _DONE, "at 24:00 it is not")
        self._claim(self._stage.questions() == asked, "and the source was not asked in between")

    def _lose_the_source(self, visitor: Visitor) -> None:
        seller = SELLER_OF["food"]
        self._scene("5", "The source fails")
        self._stage.tell_source("scenario", rules=[{"fault": {"kind": "error", "status": 50001}}])
        self._stage.client.forget(seller.code)
        visitor.log_in(seller.seller_id)
        answer = visitor.attempt("/listings")
        self._say(
            f"badge: {visitor.badge(seller.code)}; answered in {answer.elapsed.total_seconds() * 1000:.0f} ms"
        )
        self._claim(answer.status_code == _DONE, "an unknown refuses nobody, and lights no badge")
        self._stage.heal_source()

    def _explain(self, problem: dict[str, Any]) -> None:
        (measure,) = problem["measures"]
        fact = measure["facts"][0]
        rule, law = measure["platform_rule"], measure["legal_basis"][0]
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
        for name, text in (
            ("title", f"{problem['title']}  {problem['texts']['title']['zh']}"),
            ("why", f"{measure['reason']['en']}  {measure['reason']['zh']}"),
            ("fact", f"{fact['catalogue']}: {fact['detail']['reason']} ({fact['detail']['authority']})"),
            ("rule", f"{rule['title']['en']} {rule['clause']}, {rule['url']}"),
            ("law", f"{law['law']['en']}, art. {law['article']}, and {len(measure['legal_basis']) - 1} more"),
            ("until", f"{measure['ends_at']}, or at once when the source stops disclosing it"),
            ("repair", problem["repair"]["url"]),
            ("appeal", measure["appeal_url"]),
        ):
            table.add_row(f"[dim]{name}[/]", text)
        self._console.print(table)

    def _scene(self, number: str, title: str) -> None:
        self._console.print(f"\n[bold]{number}  {title}[/]")

    def _say(self, text: str) -> None:
        self._console.print(f"   [dim]{text}[/]", highlight=False)

    def _claim(self, is_shown: bool, claim: str) -> None:  # reads as "claim that"
        self.is_true = self.is_true and is_shown
        self._console.print(
            f"   [green]✓[/] {claim}" if is_shown else f"   [bold red]✗ not shown:[/] {claim}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the demonstration; return 0 where all showed, 1 where anything did not."""
    parser = argparse.ArgumentParser(prog="python -m examples.marketplace.demo", description=__doc__)
    parser.add_argument(
        "--once", action="store_true", help="exit afterwards instead of keeping the shop open"
    )
    given = parser.parse_args(arguments)
    logging.getLogger("chengxin").addHandler(logging.NullHandler())  # the scenes tell what happens
    logging.getLogger("flask_chengxin").addHandler(logging.NullHandler())
    console = Console(highlight=False, width=None if Console().is_terminal else 110)
    with open_stage() as stage:
        demo = Demo(stage, console)
        demo.play()
        console.print(f"\nshop    {stage.shop_url}\nsource  {stage.source_url}/mock/")
        if not given.once:
            console.print("\nLook around in a browser; Ctrl-C ends it.")
            _wait()
    return 0 if demo.is_true else 1


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _disclosed(records: Iterable[Record]) -> str:
    names = Counter(f"{record.catalogue}{'(disputed)' if record.is_disputed else ''}" for record in records)
    return ", ".join(name if count == 1 else f"{name} ×{count}" for name, count in names.items())


def _fault(error: InvalidUscc | None) -> str:
    return f"not a lawful code: {error.fault}" if error else ""


if __name__ == "__main__":
    raise SystemExit(main())
