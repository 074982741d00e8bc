"""Kill a worker of a platform over and over while the source changes, and see that nothing is lost, doubled or halved.

``python -m tests.processes.kills --kills 200`` does so on SQLite and on PostgreSQL, and prints what was there at last.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import urllib.error
from contextlib import ExitStack
from pathlib import Path
from random import Random

from chengxin import CreditClient, LookupOptions
from chengxin.clock import SystemClock
from chengxin.records import Role, Standing
from chengxin.store import upgrade
from chengxin.store.sql import SqlStore
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.treatments import TreatmentRows
from tests.databases import PostgresServer
from tests.processes.treating import Audit, at_once, settings, start_worker
from tests.processes.world import KEY, MockProcess, eventually, pause

SUBJECTS = 40
SOON = 180.0


class Load:
    """Has the source change, a few subjects at a time, on a thread until the block ends."""

    def __init__(self, mock, seed):
        self._mock = mock
        self._random = Random(seed)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.changes = 0

    def _run(self):
        random = self._random
        while not self._ended.is_set():
            action = random.choice(("impose", "impose", "repair", "withdraw", "shield", "correct"))
            body = {"count": random.randint(1, 3), "action": action, "seed": random.randrange(10**6)}
            try:
                self.changes += self._mock.control("POST", "/mock/publish", body)["count"]
            except urllib.error.HTTPError as refused:  # too few subjects allow it now
                refused.close()
            self._ended.wait(random.random() * 0.2)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()


def head(store):
    """Return the number of the last entry of the ledger."""
    with store.reading(deadline_seconds=60) as connection:
        return LedgerRows(connection).head().seq


def kill_over_and_over(database, *, kills, directory, seed=1, tell=lambda line: None):
    """Kill a worker so often at random points under load, and return what was audited in the end.

    Args:
        database: URL of a database that has the tables, and nothing in them.
        kills: how often.
        directory: where cache, queue and policy are.
        seed: of everything that is random here; when the machine comes to which line is not.
        tell: is told what is under way.
    """
    random = Random(seed)
    policy = directory / "at-once.json"
    policy.write_text(at_once(), encoding="utf-8")
    with ExitStack() as stack:
        mock = stack.enter_context(MockProcess("--subjects", str(SUBJECTS)))
        store = stack.enter_context(SqlStore(database, deadline_seconds=60))
        given = settings(
            mock.url,
            f"sqlite:///{directory}/cache.db",
            database,
            CHENGXIN_POLICY=str(policy),
            CHENGXIN_OUTBOX_LEASE_SECONDS="2",
        )
        codes = mock.control("POST", "/mock/publish", {"count": SUBJECTS})["codes"]
        with store.transaction() as connection:
            TreatmentRows(connection).enrol(codes, Role.MERCHANT, at=SystemClock().now())
        with (directory / "worker.log").open("ab") as log:
            with Load(mock, seed) as load:
                for number in range(kills):
                    before = head(store)
                    worker = start_worker(given, directory, stderr=log)
                    stack.callback(worker.kill)
                    eventually(lambda before=before: head(store) > before, within=SOON)
                    pause(random.random() ** 2 * 3.0)
                    worker.kill()
                    worker.wait()
                    faults = Audit(store).faults()
                    assert not faults, f"after {number + 1} kills: {faults[:10]}"
                    tell(f"{number + 1} killed, {head(store)} entries")
            worker = start_worker(given, directory, stderr=log)
            try:
                found = _settled(store, mock, codes, load)
                while not found["ended"]:  # where few were killed it may be that nothing was taken back yet
                    mock.control("POST", "/mock/publish", {"count": 5, "action": "withdraw"})
                    found = _settled(store, mock, codes, load)
                return found
            finally:
                worker.terminate()
                assert worker.wait(60) == 0


def _settled(store, mock, codes, load):
    """Wait until everything that the source told has been done, and return what is there then."""
    options = LookupOptions(deadline_seconds=30.0, error_life_seconds=0.0)
    with CreditClient(mock.url, options=options, **KEY) as client:
        rows = client.check_many(codes)
    adverse = {
        row.status.subject.code.code
        for row in rows
        if row.status.standing is Standing.ADVERSE and _counts(row)
    }

    def audit():
        found = Audit(store)
        waits = found.waiting.get("notice")
        return found if found.open_codes == adverse and waits is None else None

    found = eventually(audit, within=SOON, every=0.5)
    faults = found.faults()
    assert not faults, faults[:10]
    assert not {
        row["event_id"] for row in found.events if row["topic"] == "notice" and row["state"] != "DONE"
    }
    return {
        "changes": load.changes,
        "entries": found.report.last.seq,
        "measures": len(found.impositions),
        "ended": sum(one.end is not None for one in found.impositions),
        "events": len(found.events),
    }


def _counts(row):
    """Tell whether a subject has a penalty that is not disputed, as the policy asks for."""
    return any(record.kind == "PENALTY" and not record.is_disputed for record in row.status.records)


def main():
    """Run on both databases, and print what was there in the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.processes.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], help="only this one")
    given = parser.parse_args()
    for kind in [given.database] if given.database else ["sqlite", "postgresql"]:
        with ExitStack() as stack:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = f"sqlite:///{directory}/chengxin.db"
            if kind == "postgresql":
                server = stack.enter_context(PostgresServer(is_durable=True))
                url = server.url(server.create())
            upgrade(url)
            tell = lambda line, kind=kind: sys.stderr.write(f"{kind}: {line}\n")  # noqa: E731
            found = kill_over_and_over(
                url, kills=given.kills, directory=directory, seed=given.seed, tell=tell
            )
        told = ", ".join(f"{count:,} {name}" for name, count in found.items())
        sys.stdout.write(f"{kind}: killed {given.kills} times; {told}; all whole\n")


if __name__ == "__main__":
    main()
