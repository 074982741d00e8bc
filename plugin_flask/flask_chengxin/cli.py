"""``flask chengxin``: look at what the app's own client sees."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from chengxin.records import CHINA, Change, CreditStatus
from chengxin.services import CheckRow
from flask_chengxin.proxies import current_state
from flask_chengxin.signals import credit_changed


@click.group(name="chengxin")
def commands() -> None:
    """Public credit status, as this app sees it."""


@commands.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@with_appcontext
def check(codes: tuple[str, ...]) -> None:
    """Print standing and reason of each CODE.

    Exit codes are those of the command chengxin: 0 nothing adverse, 1 adverse, 2 usage, 3 source refused,
    4 network, 5 unknown.
    """
    # The other command's own libraries are loaded where it is run, and not by every app.
    from chengxin.cli import of_row, worst  # noqa: PLC0415

    rows = current_state().client.check_many(codes)
    for row in rows:
        click.echo(_line(row))
    raise SystemExit(worst(of_row(row) for row in rows))


@commands.command()
@click.option(
    "--from-snapshot", is_flag=True, help="Begin with all that the source's latest snapshot discloses."
)
@with_appcontext
def follow(*, from_snapshot: bool) -> None:
    """Follow the source's change feed, so that every worker forgets at once what has changed.

    Run it beside the workers. Of all who follow one does, the others stand by; on SIGTERM or Ctrl-C it ends after
    the question under way, and goes on from there the next time.
    """
    # The other command's own libraries are loaded where it is run, and not by every app.
    from chengxin.cli import stopped_by_signals  # noqa: PLC0415

    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # the sender itself

    def tell(change: Change) -> None:
        credit_changed.send(app, change=change)

    with stopped_by_signals() as stop:
        current_state().client.follow(on_change=tell, stop=stop, from_snapshot=from_snapshot)


def _line(row: CheckRow) -> str:
    if row.status is None:
        return f"not a code  {row.error}"
    return f"{row.status.subject.code}  {row.status.standing:<17}  {_remark(row.status)}".rstrip()


def _remark(status: CreditStatus) -> str:
    if status.reason is not None:
        return f"{status.reason}: {status.detail}"
    as_of = f"as of {status.as_of.astimezone(CHINA):%Y-%m-%d}" if status.as_of else ""
    shown = ", ".join(f"{r.catalogue} {r.record_id}" for r in status.adverse_records)
    return ": ".join(part for part in (as_of, shown) if part)
