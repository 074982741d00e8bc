"""A repair at the source ends everything about a measure at once, in every process of a real platform."""

import os

import pytest

from chengxin.clock import SystemClock
from chengxin.ledger import EntryKind
from chengxin.store.sql import SqlStore
from tests.processes.kills import kill_over_and_over
from tests.processes.measured import is_confirmed
from tests.processes.treating import Audit, at_once, command, settings, start_worker
from tests.processes.world import GENERAL, eventually

GONE_SECONDS = 2.0
ACTION = "listing.create"
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
def worker(given, tmp_path):
    """A worker process of that platform; it ends in good order."""
    process = start_worker(given, tmp_path)
    yield process
    process.terminate()
    assert process.wait(60) == 0


def test_i4_a_repair_ends_guard_statement_publicity_and_what_was_shared_within_two_seconds(
    given, database_url, policy, mock, start, worker
):
    """One transaction of a worker that follows the feed; the guard of another process is open by then."""
    guard = start(given["CHENGXIN_CACHE_URL"])
    look = {"code": GENERAL, "action": ACTION, "database": database_url, "policy": policy}
    enrolled = command(given, "treatment", "enrol", GENERAL)
    assert enrolled.returncode == 0, enrolled.stderr
    eventually(lambda: guard.ask("decide", **look)["outcome"] == "REFUSED", within=60, every=0.2)
    assert guard.ask("decide", **look)["measures"] == ["listing-suspended"]
    eventually(lambda: len(mock.asked("changes")) >= 2 and is_confirmed(guard), within=30)
    with SqlStore(database_url, deadline_seconds=30) as store:
        before = Audit(store)
        assert before.open_codes == {GENERAL}
        assert any(row["is_published"] for row in before.statements)
        published = SystemClock().now()
        mock.repair(GENERAL)
        eventually(lambda: guard.ask("decide", **look)["outcome"] == "ALLOWED", within=GONE_SECONDS)
        eventually(lambda: not Audit(store).open_codes, within=30)
        after = Audit(store)
    assert after.faults() == []
    entries = [entry for entry in after.entries if entry.seq > before.report.last.seq]
    assert {entry.kind for entry in entries} == {EntryKind.MEASURE_ENDED, EntryKind.STATEMENT_WITHDRAWN}
    # One transaction: one instant, and nothing between.
    assert len({entry.at for entry in entries}) == 1
    assert [entry.seq for entry in entries] == list(range(entries[0].seq, entries[0].seq + len(entries)))
    assert len(entries) == 2 * len(after.impositions)
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
