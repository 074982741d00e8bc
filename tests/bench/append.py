"""Eight processes append to the ledger at once, beside the same insert without a chain."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from time import perf_counter
from typing import Final

from sqlalchemy import Index, MetaData, Table, insert, text

from chengxin.ledger import EntryKind, LedgerDraft, instant_text, verify_chain
from chengxin.store.sql import SqlStore
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.migration import upgrade
from chengxin.store.sql.schema import LEDGER_ENTRY
from tests.bench import harness
from tests.bench.harness import Case, Comparison, at_least, require_equal
from tests.databases import PostgresServer

PROCESSES: Final = 8
_AT: Final = datetime(2026, 6, 1, tzinfo=UTC)
_DIGEST: Final = f"sha256:{'0' * 64}"
_SALT: Final = "0" * 32
_GOAL: Final = at_least(0.5)

_ALIKE: Final = MetaData()
PEER: Final = Table("peer_entry", _ALIKE, *(column._copy() for column in LEDGER_ENTRY.c))
PEER.c.seq.autoincrement = True
_IS_DUE: Final = text("content IS NOT NULL AND erase_at IS NOT NULL")
Index("peer_subject", PEER.c.subject, PEER.c.seq)
Index("peer_erase_at", PEER.c.erase_at, sqlite_where=_IS_DUE, postgresql_where=_IS_DUE)


@contextmanager
def table() -> Iterator[harness.Table]:
    """Open the table. A transaction is one entry: what a measure writes beside it makes the two sides more alike.

    The peer has the same columns and indexes, a number by the database, and writes neither digests of its own nor a
    head. Both databases have what is committed on the disk when it is acknowledged.
    """
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(PostgresServer(is_durable=True))
        cases: list[Case] = []
        for kind, url in (("SQLite", f"sqlite:///{directory}/store.db"), ("PostgreSQL", server.url())):
            _prepare(url)
            crew = stack.enter_context(_crew(url))
            cases += [
                Case(name=f"{kind}, chained", run=lambda count, crew=crew: crew("chain", count)),
                Case(name=f"{kind}, insert", run=lambda count, crew=crew: crew("insert", count)),
            ]
            for case in cases[-2:]:
                case.run(PROCESSES)
            stack.callback(_require_whole, url)
        yield harness.Table(
            title=f"append, {PROCESSES} processes at once, one entry a transaction",
            cases=cases,
            comparisons=[
                Comparison(
                    name=f"{kind}: chained append / the same insert without a chain",
                    ours=f"{kind}, chained",
                    peer=f"{kind}, insert",
                    goal=_GOAL,
                )
                for kind in ("SQLite", "PostgreSQL")
            ],
            rounds=9,
            turn_seconds=1.0,
        )


def a_draft(number: int) -> LedgerDraft:
    """Return the draft of an imposed measure, of usual size."""
    return LedgerDraft(
        at=_AT + timedelta(seconds=number),
        kind=EntryKind.MEASURE_IMPOSED,
        subject="91350100M000100Y43",
        stub={
            "measure": f"m-{number}",
            "rule": "serious_listing_deposit",
            "policy": _DIGEST,
            "decision": _DIGEST,
            "severity": "SERIOUS",
            "starts_at": "2026-06-01T00:00:00.000000Z",
            "ends_at": "2026-09-01T00:00:00.000000Z",
        },
        content={"facts": "因提供虚假材料取得许可，被列入严重违法失信名单。" * 4, "fine_fen": 5_000_000},
        erase_at=_AT + timedelta(days=90),
    )


def _prepare(url: str) -> None:
    upgrade(url)
    with SqlStore(url) as store, store.transaction() as connection:
        _ALIKE.create_all(connection)


def _require_whole(url: str) -> None:
    """Refuse figures of a chain that is none."""
    with SqlStore(url, deadline_seconds=600.0) as store, store.reading() as connection:
        rows = LedgerRows(connection)
        report = verify_chain(rows.stored(), rows.head())
    require_equal("damages of the chain", report.damage_count, 0)


@contextmanager
def _crew(url: str) -> Iterator[Callable[[str, int], float]]:
    """Have processes that each do a share of what is asked, begin together, and are timed to the last of them."""
    context = get_context("spawn")
    pipes: list[Pipe] = []
    workers = []
    for _ in range(PROCESSES):
        ours, theirs = context.Pipe()
        worker = context.Process(target=_work, args=(url, theirs))
        worker.start()
        pipes.append(ours)
        workers.append(worker)

    def run(what: str, count: int) -> float:
        share = max(1, count // PROCESSES)
        started = perf_counter()
        for pipe in pipes:
            pipe.send((what, share))
        for pipe in pipes:
            pipe.recv()
        return (perf_counter() - started) * count / (share * PROCESSES)

    try:
        yield run
    finally:
        for pipe in pipes:
            pipe.send(None)
        for worker in workers:
            worker.join()


def _work(url: str, pipe: Pipe) -> None:
    with SqlStore(url, deadline_seconds=60.0) as store:
        doing = {"chain": _chain, "insert": _insert}
        while (asked := pipe.recv()) is not None:
            what, count = asked
            for number in range(count):
                doing[what](store, a_draft(number))
            pipe.send(count)


def _chain(store: SqlStore, draft: LedgerDraft) -> None:
    with store.transaction() as connection:
        LedgerRows(connection).append(draft)


def _insert(store: SqlStore, draft: LedgerDraft) -> None:
    values = {
        "at": instant_text(draft.at),
        "kind": draft.kind.value,
        "subject": draft.subject,
        "actor": draft.actor,
        "stub": json.dumps(draft.stub, ensure_ascii=False),
        "content": json.dumps(draft.content, ensure_ascii=False),
        "salt": _SALT,
        "content_digest": _DIGEST,
        "erase_at": instant_text(draft.erase_at or draft.at),
        "prev_hash": _DIGEST,
        "hash": _DIGEST,
    }
    with store.transaction() as connection:
        connection.execute(insert(PEER).inline(), values)
