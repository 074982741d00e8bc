"""How what following costs grows: a snapshot of many subjects is taken in, then some of them change.

``python -m tests.processes.scale --subjects 1000000 --changes 2000`` prints a table; the mock source, the process that
takes the snapshot in and the process that follows are each on their own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from chengxin import CreditClient, LookupOptions
from chengxin.services import FollowOptions, Progress
from tests.processes.world import KEY, ROOT, MockProcess

IMPORT_SECONDS = 600.0
"""How long a piece of a snapshot may take, its manifest included."""


def peak_mebibytes():
    """Return the most memory that this process has had so far."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _client(url, cache):
    # The snapshot's entries live from its data date on; they are still used as long as the feed is followed.
    options = LookupOptions(deadline_seconds=30.0, followed_life_seconds=7 * 86_400.0)
    return CreditClient(url, cache=cache, options=options, **KEY)


def _follower(client, **told):
    return client.follower(options=FollowOptions(wait_seconds=0.0, margin_seconds=IMPORT_SECONDS), **told)


def take_in(url, cache):
    """Take the snapshot in; run in a process of its own."""
    with _client(url, cache) as client:
        before, began = peak_mebibytes(), time.perf_counter()
        follower = _follower(client)
        count = follower.import_snapshot()
        follower.release()
        return {
            "subjects": count,
            "seconds": time.perf_counter() - began,
            "before_mib": before,
            "peak_mib": peak_mebibytes(),
        }


def catch_up(url, cache, codes):
    """Follow to the end of the feed, check the subjects that changed, and some that did not; in its own process."""
    told = []
    with _client(url, cache) as client:
        follower = _follower(client, on_change=told.append)
        began, steps = time.perf_counter(), 1
        while follower.step() is not Progress.CURRENT:
            steps += 1
        seconds = time.perf_counter() - began
        follower.step()
        began = time.perf_counter()
        standings = [client.check(code).standing.value for code in codes]
        follower.release()
        return {
            "steps": steps,
            "changes": len(told),
            "follow_seconds": seconds,
            "check_seconds": time.perf_counter() - began,
            "adverse": standings.count("ADVERSE"),
            "unknown": standings.count("UNKNOWN"),
            "peak_mib": peak_mebibytes(),
        }


def _run(role, *given, stdin=""):
    command = [sys.executable, "-m", "tests.processes.scale", "--role", role, *given]
    done = subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{role} failed:\n{done.stderr[-4000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def measure(*, subjects, changes, cache=None, tell=lambda line: None):
    """Return the figures of one run.

    Args:
        subjects: how many the source has.
        changes: on how many of them a penalty is imposed.
        cache: URL of the tier; a file that is deleted afterwards where None.
        tell: is told what is under way.
    """
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = cache or f"sqlite:///{directory}/cache.db"
        tell(f"making a snapshot of {subjects:,} subjects")
        began = time.perf_counter()
        given = ["--subjects", str(subjects), "--snapshot-format", "ndjson.gz", "--prepare-snapshot"]
        mock = stack.enter_context(MockProcess(*given))
        made = time.perf_counter() - began
        manifest = mock.control("POST", "/mock/snapshot", {"pin": True}, timeout=IMPORT_SECONDS)
        tell("taking it in")
        imported = _run("take-in", "--url", mock.url, "--cache", url)
        size = sum(file.stat().st_size for file in directory.iterdir()) / 2**20 if cache is None else None
        tell(f"publishing {changes:,} changes")
        body = {"count": changes, "action": "impose", "seed": 7}
        codes = mock.control("POST", "/mock/publish", body, timeout=IMPORT_SECONDS)["codes"]
        mock.control("DELETE", "/mock/requests")
        tell("following them")
        followed = _run("catch-up", "--url", mock.url, "--cache", url, stdin=json.dumps(codes))
        asked = {route: len(mock.asked(route)) for route in ("changes", "credit", "batch")}
        asked["subjects"] = len({one["path"] for one in mock.asked("credit")})
    return {
        "rows": sum(file["rows"] for file in manifest["files"]),
        "mock_seconds": made,
        "import": imported,
        "file_mib": size,
        "follow": followed,
        "asked": asked,
    }


def show(figures, *, subjects, changes):
    """Return the figures as a table."""
    imported, followed, asked = figures["import"], figures["follow"], figures["asked"]
    rows = {
        "subjects at the source": f"{subjects:,}",
        "snapshot made by the mock in": f"{figures['mock_seconds']:.1f} s",
        "records taken in, subjects": f"{figures['rows']:,}, {imported['subjects']:,}",
        "taken in within": f"{imported['seconds']:.1f} s",
        "records a second": f"{figures['rows'] / imported['seconds']:,.0f}",
        "memory before, at most": f"{imported['before_mib']:.0f} MiB, {imported['peak_mib']:.0f} MiB",
        "cache file": "-" if figures["file_mib"] is None else f"{figures['file_mib']:,.0f} MiB",
        "changes published, told": f"{changes:,}, {followed['changes']:,}",
        "questions to the feed": f"{asked['changes']}",
        "followed within": f"{followed['follow_seconds']:.2f} s",
        "changes a second": f"{followed['changes'] / followed['follow_seconds']:,.0f}",
        "questions about subjects, pages": f"{asked['subjects']:,}, {asked['credit'] + asked['batch']:,}",
        "changed subjects adverse, unknown": f"{followed['adverse']:,}, {followed['unknown']:,}",
        "checks a second of changed subjects": f"{changes / followed['check_seconds']:,.0f}",
        "memory of the follower at most": f"{followed['peak_mib']:.0f} MiB",
    }
    return "\n".join(f"{name:<38}{value}" for name, value in rows.items())


def main():
    """Run as a command, or as one of its own processes."""
    parser = argparse.ArgumentParser(prog="python -m tests.processes.scale", description=__doc__)
    parser.add_argument("--subjects", type=int, default=5000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--cache", help="URL of the tier that is filled; a file of its own where left out")
    parser.add_argument("--role", choices=["take-in", "catch-up"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role == "take-in":
        said = json.dumps(take_in(given.url, given.cache))
    elif given.role == "catch-up":
        said = json.dumps(catch_up(given.url, given.cache, json.load(sys.stdin)))
    else:
        figures = measure(
            subjects=given.subjects,
            changes=given.changes,
            cache=given.cache,
            tell=lambda line: sys.stderr.write(f"{line} …\n"),
        )
        said = show(figures, subjects=given.subjects, changes=given.changes)
    sys.stdout.write(said + "\n")


if __name__ == "__main__":
    main()
