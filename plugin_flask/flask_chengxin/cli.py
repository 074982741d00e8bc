"""``flask chengxin``: look at what the app's own client sees."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from chengxin.records import CHINA, CreditStatus, Standing
from chengxin.services import CheckRow
from flask_chengxin.proxies import current_state

_ADVERSE, _USAGE, _UNKNOWN = 1, 2, 5


@click.group(name="chengxin")
def commands() -> None:
    """Public credit status, as this app sees it."""


@commands.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE…")
@with_appcontext
def check(codes: tuple[str, ...]) -> None:
    """Print standing and reason of each CODE.

    Exit codes: 0 nothing adverse, 1 adverse, 2 not a lawful code, 5 unknown; of several rows the first of
    1, 5, 2, 0 counts.
    """
    rows = current_state().client.check_many(codes)
    for row in rows:
        click.echo(_line(row))
    found = {_exit_code(row) for row in rows}
    raise SystemExit(next((code for code in (_ADVERSE, _UNKNOWN, _USAGE) if code in found), 0))


def _exit_code(row: CheckRow) -> int:
    if row.status is None:
        return _USAGE
    return {Standing.ADVERSE: _ADVERSE, Standing.UNKNOWN: _UNKNOWN}.get(row.status.standing, 0)


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
