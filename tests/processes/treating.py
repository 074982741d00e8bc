"""A platform with due process in processes of its own: how it is started, and how what it kept is audited."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

from chengxin.clock import SystemClock
from chengxin.ledger import EntryKind
from chengxin.services import read_policy
from chengxin.store.sql import OutboxRows, SqlStore
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.schema import IMPOSITION, OUTBOX, STATEMENT
from chengxin.store.sql.treatments import TreatmentRows
from tests.processes.world import KEY, ROOT


def at_once():
    """Return a policy under which every penalty suspends new listings at once, and in public, as JSON."""
    document = json.loads(json.dumps(dict(read_policy("marketplace").document.content)))
    used = ["credit-reminder", "listing-suspended"]
    catalogue = {name: document["catalogue"][name] for name in used}
    for name in ("notice_days", "gravity"):
        del catalogue["listing-suspended"][name]
    (rule,) = (rule for rule in document["rules"] if rule["id"] == "serious-penalty")
    rule |= {"id": "penalty", "measures": used, "when": {"record": {"kind": ["PENALTY"], "disputed": False}}}
    return json.dumps(
        document | {"name": "at-once", "catalogue": catalogue, "rules": [rule]}, ensure_ascii=False
    )


def settings(mock_url, cache, database, **also):
    """Return the variables of a platform."""
    given = {
        "CHENGXIN_SOURCE_URL": mock_url,
        "CHENGXIN_APP_KEY": KEY["app_key"],
        "CHENGXIN_SECRET": KEY["secret"],
        "CHENGXIN_CACHE_URL": cache,
        "CHENGXIN_DATABASE_URL": database,
        "CHENGXIN_DEADLINE_SECONDS": "10",
        "CHENGXIN_ERROR_LIFE_SECONDS": "0",
        "CHENGXIN_SHARES": "true",
        "CHENGXIN_WAVE_SHARE": "1",
        "CHENGXIN_WAVE_NUMBER": "1000000",
    }
    return given | also


def start_worker(given, directory, **named):
    """Start ``chengxin worker`` with the settings given; several of one directory share its queue."""
    command = [sys.executable, "-W", "error", "-m", "chengxin", "worker"]
    queue = ["--queue", f"sqlite:///{directory}/queue.db"]
    return subprocess.Popen([*command, *queue], cwd=ROOT, env=os.environ | given, **named)


def command(given, *words):
    """Run a command of the platform, and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "chengxin", *words],
        cwd=ROOT,
        env=os.environ | given,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


class Audit:
    """Reads all that a platform keeps as of one instant, and holds rows, ledger and outbox against each other.

    Args:
        store: the database.
    """

    def __init__(self, store: SqlStore):
        with store.reading(deadline_seconds=120) as connection:
            ledger = LedgerRows(connection)
            self.report = ledger.verify()
            self.every_entry = list(ledger.read())
            self.entries = [entry for entry in self.every_entry if "imposition_id" in entry.stub]
            rows = TreatmentRows(connection)
            codes = {
                code
                for (code,) in connection.execute(IMPOSITION.select().with_only_columns(IMPOSITION.c.code))
            }
            self.impositions = [one for code in sorted(codes) for one in rows.all_of(code)]
            self.statements = list(connection.execute(STATEMENT.select()).mappings())
            self.events = list(connection.execute(OUTBOX.select()).mappings())
            self.waiting = OutboxRows(connection).waiting()

    @property
    def open_codes(self):
        """Subjects that are under a measure now."""
        now = SystemClock().now()
        return {one.code for one in self.impositions if one.is_open(now)}

    def faults(self):
        """Return everything that does not fit, as sentences; nothing where all is whole."""
        found = [] if self.report.is_whole else [f"the ledger is damaged: {self.report.damages}"]
        of = {one.imposition_id: one for one in self.impositions}
        by_id: dict[str, list] = {}
        for entry in self.entries:
            by_id.setdefault(entry.stub["imposition_id"], []).append(entry)
        found += [f"{name} is in the ledger alone" for name in by_id.keys() - of.keys()]
        latest = {row["imposition_id"]: row for row in self.statements if row["is_latest"]}
        for name, one in of.items():
            found += [f"{name}: {fault}" for fault in _faults(one, by_id.get(name, []), latest.get(name))]
        return found + self._outbox_faults()

    def _outbox_faults(self):
        expected = {event for entry in self.entries for event in _events_of(entry)}
        begun = {
            entry.stub["imposition_id"] for entry in self.entries if entry.kind == EntryKind.MEASURE_IMPOSED
        }
        expected = {
            event for event in expected if not event.startswith("constraint:") or event.split(":")[1] in begun
        }
        kept = Counter(row["event_id"] for row in self.events)
        found = [f"{event} was lost" for event in sorted(expected - kept.keys())]
        found += [f"{event} is of nothing" for event in sorted(kept.keys() - expected)]
        return found + [f"{event} is there {count} times" for event, count in kept.items() if count > 1]


def _events_of(entry):
    """Return the events that go with an entry of the ledger."""
    told = {
        EntryKind.NOTICE_GIVEN: ("notice", "measure-noticed"),
        EntryKind.MEASURE_IMPOSED: ("constraint", "imposed"),
        EntryKind.STATEMENT_AMENDED: ("notice", "measure-changed"),
        EntryKind.STATEMENT_WITHDRAWN: ("notice", "measure-ended"),
    }
    if entry.kind not in told:
        return
    topic, kind = told[entry.kind]
    name, version = entry.stub["imposition_id"], entry.stub["version"]
    yield f"{topic}:{name}:{version}:{kind}"
    if entry.kind == EntryKind.STATEMENT_WITHDRAWN:
        yield f"constraint:{name}:{version}:lifted"
    if entry.kind == EntryKind.STATEMENT_AMENDED:
        yield f"constraint:{name}:{version}:updated"


def _faults(one, entries, statement):
    """Yield what of one measure does not fit what was done about it."""
    count = Counter(entry.kind for entry in entries)
    is_over = one.end is not None
    is_told = one.noticed_at is not None
    wanted = {
        EntryKind.NOTICE_GIVEN: is_told,
        EntryKind.STATEMENT_ISSUED: is_told,
        EntryKind.MEASURE_IMPOSED: one.is_begun,
        EntryKind.MEASURE_ENDED: is_over,
        EntryKind.STATEMENT_WITHDRAWN: is_over and is_told,
    }
    for kind, is_wanted in wanted.items():
        if count[kind] != is_wanted:
            yield f"{count[kind]} entries {kind}, not {int(is_wanted)}"
    if max((entry.stub["version"] for entry in entries), default=0) != one.version:
        yield f"version {one.version} is not the last in the ledger"
    if is_told and statement is None:
        yield "it has no statement"
    if statement is not None and (statement["stub"]["status"] == "WITHDRAWN") != is_over:
        yield f"it is {'over' if is_over else 'open'}, its statement {statement['stub']['status']}"
    if statement is not None and is_over and statement["is_published"]:
        yield "it is over, and public"
    if is_over and len({entry.at for entry in entries if entry.stub.get("ended_at")}) > 1:
        yield "its end is in more than one transaction"
