"""A hit in a tier that processes share, beside the store itself and the same facts parsed by pydantic."""

from __future__ import annotations

import functools
import operator
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints

import redis
from pydantic import BaseModel, ConfigDict, Field, create_model
from redis.backoff import NoBackoff
from redis.retry import Retry

from chengxin.cache import Entry, open_tier
from chengxin.clock import SystemClock
from chengxin.identifiers import Uscc
from chengxin.records import Record, RecordKind
from chengxin.records.record import DETAIL_OF
from tests.bench.codes import lawful_codes
from tests.bench.harness import Comparison, Table, at_most, require_equal, sequential
from tests.bench.material import an_entry_of
from tests.servers import RedisServer

_ENTRIES: Final = 10_000
_RECORDS: Final = 3
_COMPARED: Final = 500
_TIMEOUT_SECONDS: Final = 0.05
_TUNED: Final = """
PRAGMA journal_mode = WAL;
PRAGMA mmap_size = 268435456;
PRAGMA cache_size = -65536;
CREATE TABLE kept (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, body BLOB NOT NULL);
"""

Read = Callable[[str], Any]


@contextmanager
def sqlite_table() -> Iterator[Table]:
    """Open the table of a hit in a SQLite file.

    The peer is a table with a key, memory-mapped, one connection, and a frozen model of the same fields and types.
    It knows no ends, tenants, forks or files that are replaced, and checks no code and no invariant.
    """
    with tempfile.TemporaryDirectory() as directory, closing(_tuned(Path(directory))) as peer:

        def select(code: str) -> bytes:
            row = peer.execute("SELECT body FROM kept WHERE code = ?", (code,)).fetchone()
            return bytes(row[0])

        def fill(rows: list[tuple[str, bytes]]) -> None:
            peer.executemany("INSERT INTO kept (code, body) VALUES (?, ?)", rows)
            peer.commit()

        with _table(
            f"sqlite:///{directory}/cache.db",
            "SQLite",
            "tuned select",
            select=select,
            fill=fill,
            goal=1.2,
            clock_of_turns=process_time,
        ) as table:
            yield table


@contextmanager
def redis_table() -> Iterator[Table]:
    """Open the table of a hit in a Redis on this host; the peer is ``GET`` by redis-py with the same time-outs."""
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(RedisServer(directory))
        client = redis.Redis(
            port=server.port,
            protocol=2,
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        stack.enter_context(closing(client))

        def fill(rows: list[tuple[str, bytes]]) -> None:
            for start in range(0, len(rows), 100):
                client.mset({f"peer:{code}": body for code, body in rows[start : start + 100]})

        with _table(
            server.url, "Redis", "GET", select=lambda code: client.get(f"peer:{code}"), fill=fill, goal=1.15
        ) as table:
            yield table


@contextmanager
def _table(
    url: str,
    store: str,
    peer: str,
    *,
    select: Callable[[str], Any],
    fill: Callable[[list[tuple[str, bytes]]], None],
    goal: float,
    clock_of_turns: Callable[[], float] = perf_counter,
) -> Iterator[Table]:
    clock = SystemClock()
    codes = lawful_codes(_ENTRIES)
    entries = {code: an_entry_of(Uscc(code), records=_RECORDS, at=clock.now()) for code in codes}
    model = _model_of(Entry)
    fill(
        [
            (code, model(**_plain(entry)).model_dump_json(exclude_none=True).encode())
            for code, entry in entries.items()
        ]
    )
    with closing(
        open_tier(url, source="scripted", tenant="bench", clock=clock, grace=timedelta(days=1))
    ) as tier:
        tier.write_many(entries.items())
        parse = model.model_validate_json

        def read(code: str) -> Any:
            return parse(select(code))

        for code in codes[:: _ENTRIES // _COMPARED]:
            require_equal("entry", tier.read(code), entries[code])
            require_equal("facts", read(code), model(**_plain(entries[code])))
        size = sum(len(select(code)) for code in codes[:100]) // 100
        Random(2).shuffle(codes)
        yield Table(
            title=f"A hit in {store} with parse, {_ENTRIES:,} entries of {_RECORDS} records, {size:,} bytes each",
            cases=[
                sequential("tier", tier.read, codes, clock=clock_of_turns),
                sequential("peer", read, codes, clock=clock_of_turns),
                sequential("select", select, codes, clock=clock_of_turns),
            ],
            comparisons=[
                Comparison(
                    name=f"{store} tier hit / {peer} + model_validate_json",
                    ours="tier",
                    peer="peer",
                    goal=at_most(goal),
                ),
                Comparison(name=f"{store} tier hit / {peer}, not parsed", ours="tier", peer="select"),
            ],
            turn_seconds=0.15,
        )


def _tuned(directory: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(directory / "peer.db")
    connection.executescript(_TUNED)
    return connection


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


def _model_of(made: Any, *, kind: RecordKind | None = None) -> type[_Model]:
    """Return a frozen model with the fields of a dataclass and their types; codes are strings.

    There is one for each kind of record, with the detail of that kind, and the kind tells which one a record is of.
    """
    hints = get_type_hints(made)
    if kind is not None:
        hints |= {"kind": Literal[kind], "detail": DETAIL_OF[kind]}
    given: dict[str, Any] = {
        field.name: (
            _typed(hints[field.name]),
            ... if field.default is field.default_factory else field.default,
        )
        for field in fields(made)
        if field.name != "anomalies"
    }
    model: type[_Model] = create_model(made.__name__, __base__=_Model, **given)
    return model


def _typed(hint: Any) -> Any:
    inner = get_args(hint)
    if inner == (Record, ...):
        one = functools.reduce(operator.or_, [_model_of(Record, kind=kind) for kind in RecordKind])
        return tuple[Annotated[one, Field(discriminator="kind")], ...]
    if Uscc in (hint, *inner):
        return str | None
    return _model_of(hint) if is_dataclass(hint) else hint


def _plain(fact: Any) -> Any:
    """Return a fact as what a model is made of."""
    if isinstance(fact, Uscc):
        return fact.code
    if isinstance(fact, tuple):
        return tuple(_plain(item) for item in fact)
    if is_dataclass(fact):
        return {f.name: _plain(getattr(fact, f.name)) for f in fields(fact) if f.name != "anomalies"}
    return fact
