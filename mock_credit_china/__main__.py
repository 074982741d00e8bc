"""``python -m mock_credit_china``: serve a mock source until told to stop."""

import argparse
import signal
import sys
import threading
from datetime import datetime

from mock_credit_china.part import FORMATS
from mock_credit_china.server import MockServer
from mock_credit_china.settings import Settings


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; print one line with the URL when ready."""
    given = _parser().parse_args(arguments)
    try:
        settings = Settings(
            seed=given.seed,
            subjects=given.subjects,
            start_at=given.clock,
            frozen=given.frozen,
            app_key=given.app_key,
            secret=given.secret,
            max_age=given.max_age,
            snapshot_formats=tuple(given.snapshot_format or FORMATS),
            snapshot_rows=given.snapshot_rows,
        )
    except ValueError as error:
        _parser().error(str(error))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)  # nothing is served yet
    with MockServer(settings, host=given.host, port=given.port) as server:
        server.source.register.prepare()
        if given.prepare_snapshot:
            server.source.shelf.current()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        sys.stdout.write(f"mock_credit_china listening on {server.url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def _parser() -> argparse.ArgumentParser:
    defaults = Settings()
    parser = argparse.ArgumentParser(
        prog="python -m mock_credit_china", description="A stand-alone fake of the public credit source."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8089, help="port; 0 takes a free one (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=defaults.seed, help="chooses the population (%(default)s)"
    )
    parser.add_argument("--subjects", type=int, default=defaults.subjects, help="how many (%(default)s)")
    parser.add_argument("--clock", type=_instant, help="where the mock clock starts, ISO 8601 with offset")
    parser.add_argument("--frozen", action="store_true", help="the clock stands still until it is moved")
    parser.add_argument("--app-key", default=defaults.app_key, help="the key let in (%(default)s)")
    parser.add_argument("--secret", default=defaults.secret, help="the key's secret (%(default)s)")
    parser.add_argument(
        "--max-age", type=int, default=defaults.max_age, metavar="SECONDS", help="(%(default)s)"
    )
    parser.add_argument(
        "--snapshot-format",
        action="append",
        choices=FORMATS,
        help="a format snapshots are written in; repeat for several (all)",
    )
    parser.add_argument(
        "--snapshot-rows",
        type=int,
        default=defaults.snapshot_rows,
        metavar="ROWS",
        help="rows in a file of a snapshot at most (%(default)s)",
    )
    parser.add_argument(
        "--prepare-snapshot", action="store_true", help="make the first snapshot before serving"
    )
    return parser


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not ISO 8601, e.g. 2026-11-22T10:00:00+08:00"
        ) from error
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset, e.g. 2026-11-22T10:00:00+08:00")
    return instant


if __name__ == "__main__":
    raise SystemExit(main())
