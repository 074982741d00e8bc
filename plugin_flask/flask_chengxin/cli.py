"""``flask chengxin``: look at what the app's own client sees."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from chengxin.records import CHINA, CreditStatus
from chengxin.services import CheckRow
from flask_chengxin.proxies import current_state


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
