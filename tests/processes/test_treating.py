"""A repair at the source ends everything about a measure at once, in every process of a real platform."""

import json
import os
import time

import pytest

from chengxin.clock import SystemClock
from chengxin.ledger import EntryKind
from chengxin.store.sql import SqlStore
from tests.processes.kills import kill_over_and_over
from tests.processes.storefront import Storefront
from tests.processes.treating import Audit, at_once, command, settings, start_worker
from tests.processes.world import GENERAL, eventually

GONE_SECONDS = 2.0
ENDED_BY = {
    "UPDATE chengxin_imposition",
    "UPDATE chengxin_statement",
    "INSERT INTO chengxin_statement",
    "INSERT INTO chengxin_ledger_entry",
    "INSERT INTO chengxin_outbox",
}
"""What one transaction does to end a measure: its row, its statement, the ledger, and what is to be told."""
KILLS = int(os.environ.get("TEST_KILLS", "3"))

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def policy(tmp_path):
    """Path of a policy whose measures take effect at once."""
    path = tmp_path / "at-once.json"
    path.write_text(at_once(), encoding="utf-8")
    return str(path)


@pytest.fixture
def given(mock, database_url, policy, tmp_path):
    """The settings of a platform with that policy."""
    return settings(mock.url, f"sqlite:///{tmp_path}/cache.db", database_url, CHENGXIN_POLICY=policy)


@pytest.fixture
def transactions(tmp_path):
    """Return what reads the tables that each transaction of the worker has changed so far, in order."""
    path = tmp_path / "transactions"
    path.touch()
    return lambda: [set(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def worker(given, transactions, tmp_path):
    """A worker process of that platform; it ends in good order, and warns of nothing."""
    also = {"CHENGXIN_PLATFORM": "tests.processes.recorded:platform"}
    also["TEST_TRANSACTIONS"] = str(tmp_path / "transactions")
    with (tmp_path / "worker.log").open("w+", encoding="utf-8") as log:
        process = start_worker(given | also, tmp_path, stderr=log)
        yield process
        process.terminate()
        assert process.wait(60) == 0
        log.seek(0)
        assert log.read() == "chengxin: SIGTERM: ends after the question under way.\n"


def test_i4_a_repair_ends_guard_badge_statement_publicity_and_what_was_shared_within_two_seconds(
    given, database_url, mock, worker, transactions
):
    """One transaction of a worker that follows the feed; guard and badge of other processes are changed by then."""
    with Storefront(given) as shop, SqlStore(database_url, deadline_seconds=30) as store:
        enrolled = command(given, "treatment", "enrol", GENERAL)
        assert enrolled.returncode == 0, enrolled.stderr
        eventually(lambda: shop.guards(GENERAL) == {False}, within=60, every=0.2)
        assert shop.badges(GENERAL) == {"adverse-record"}
        eventually(lambda: len(mock.asked("changes")) >= 2 and shop.contacts() == {"CONFIRMED"}, within=30)
        before, done = Audit(store), len(transactions())
        assert before.open_codes == {GENERAL}
        assert any(row["is_published"] for row in before.statements)
        published = SystemClock().now()
        end = time.perf_counter() + GONE_SECONDS
        mock.repair(GENERAL)
        for look, changed in ((shop.guards, {True}), (shop.badges, {"no-adverse-record"})):
            eventually(
                lambda look=look, changed=changed: look(GENERAL) == changed, within=end - time.perf_counter()
            )
        eventually(lambda: not Audit(store).open_codes, within=30)
        after = Audit(store)
    assert after.faults() == []
    entries = [entry for entry in after.every_entry if entry.seq > before.report.last.seq]
    assert {entry.kind for entry in entries} == {EntryKind.MEASURE_ENDED, EntryKind.STATEMENT_WITHDRAWN}
    assert len(entries) == 2 * len(after.impositions)
    # One transaction did all of it, and no other did any; so one instant, and nothing between.
    (together,) = [one for one in transactions()[done:] if one & ENDED_BY]
    assert together >= ENDED_BY
    assert len({entry.at for entry in entries}) == 1
    assert [entry.seq for entry in entries] == list(range(entries[0].seq, entries[0].seq + len(entries)))
    assert (entries[0].at - published).total_seconds() < GONE_SECONDS
    assert {one.end.ending.value for one in after.impositions} == {"REPAIRED"}
    assert not any(row["is_published"] for row in after.statements if row["is_latest"])
    assert all(row["body"] is None for row in after.statements if not row["is_latest"])
    lifted = [row for row in after.events if row["event_id"].endswith(":lifted")]
    assert {row["state"] for row in lifted} == {"PENDING"}
    assert len(lifted) == len(after.impositions)
    told = {row["state"] for row in after.events if row["topic"] == "notice"}
    assert told <= {"DONE", "PENDING"}


def test_i7_a_worker_that_is_killed_leaves_nothing_half_done(database_url, tmp_path):
    """Rows, ledger and outbox agree after each kill; in the end they are as the source has it."""
    found = kill_over_and_over(database_url, kills=KILLS, directory=tmp_path, seed=7)
    assert found["changes"] > 0
    assert found["ended"] > 0
