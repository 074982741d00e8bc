"""A guard's load and the sweep among a hundred thousand measures, against what is allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count, islice
from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import Final

from chengxin import load_policy
from chengxin.procedure.imposition import Imposition
from chengxin.records import Role
from chengxin.services.treatments import InForce, TreatmentOptions, Treatments
from chengxin.store.sql import SqlStore
from chengxin.store.sql.migration import upgrade
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import FrozenClock, ScriptedSource, a_penalty, scripted_client
from tests.bench.codes import lawful_codes
from tests.bench.harness import Finding, Row, require_equal
from tests.databases import PostgresServer

_SUBJECTS: Final = 20_000
_LOADS: Final = 2_000
_DUE: Final = 1_000
_LOAD_MICROSECONDS: Final = 5_000.0
"""What a guard's load of a subject's measures may take at the 99th percentile: a tenth of a request's budget."""
_SWEPT_MICROSECONDS: Final = 20_000.0
"""What the sweep may take for one measure: a thousand that end at one midnight are on record within 20 s."""


def finding(*, is_quick: bool) -> Finding:
    """Return the microseconds of a load and of one swept measure; the peer is the limit itself."""
    subjects = _SUBJECTS // 10 if is_quick else _SUBJECTS
    rows: list[Row] = []
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory())
        server = stack.enter_context(PostgresServer(is_durable=True))
        for kind, url in (("SQLite", f"sqlite:///{directory}/store.db"), ("PostgreSQL", server.url())):
            upgrade(url)
            rows += _measured(kind, url, subjects)
    return Finding(title=f"Five measures of each of {subjects:,} subjects", unit="µs", rows=rows)


def _measured(kind: str, url: str, subjects: int) -> Iterator[Row]:
    with _platform(url) as (treatments, store, clock, codes):
        measures = _fill(treatments, store, clock, codes[:subjects])
        in_force = InForce(treatments._client, store, kept_seconds=0.0, budget_seconds=5.0)
        asked = Random(1).choices(codes[:subjects], k=_LOADS)
        require_equal("measures of a subject", {len(in_force.of(code)) for code in asked[:100]}, {measures})
        times = []
        for code in asked:
            started = perf_counter()
            in_force.of(code)
            times.append((perf_counter() - started) * 1e6)
        yield _row(f"{kind}: a guard's load, median / limit", median(times), _LOAD_MICROSECONDS)
        late = quantiles(times, n=100)[98]
        yield _row(f"{kind}: a guard's load, 99th percentile / limit", late, _LOAD_MICROSECONDS)
        clock.advance(seconds=86_400.0)
        started, ended = perf_counter(), 0
        while ended < _DUE:
            swept = treatments.sweep(limit=200)
            ended += swept.ended
        seconds = perf_counter() - started
        yield _row(
            f"{kind}: sweep of {_DUE:,} measures that are due, each / limit",
            seconds / ended * 1e6,
            _SWEPT_MICROSECONDS,
        )


@contextmanager
def _platform(url: str) -> Iterator[tuple[Treatments, SqlStore, FrozenClock, list[str]]]:
    clock = FrozenClock()
    source = ScriptedSource(clock=clock)
    policy = load_policy("marketplace")
    with scripted_client(source, clock=clock) as client, SqlStore(url, deadline_seconds=60.0) as store:
        options = TreatmentOptions(check_for=timedelta(days=400), watch_for=timedelta(days=400))
        codes = lawful_codes(_SUBJECTS)
        source.disclose(codes[0], a_penalty())
        yield Treatments(client, store, lambda _: policy, options=options), store, clock, codes


def _fill(treatments: Treatments, store: SqlStore, clock: FrozenClock, codes: list[str]) -> int:
    """Put the measures of one subject to all, and have those of some end within a day; return how many each has."""
    treatments.reconcile(codes[0])
    model = treatments.of(codes[0])
    numbers, now = count(), clock.now()
    soon = now + timedelta(hours=12)
    due = _DUE // len(model) + 1

    def ones() -> Iterator[Imposition]:
        for index, code in enumerate(codes[1:]):
            for one in model:
                measure = replace(
                    one.measure, starts_at=now, ends_at=soon if index < due else one.measure.ends_at
                )
                yield replace(
                    one, imposition_id=f"b{next(numbers)}", code=code, measure=measure, is_begun=True
                )

    every = ones()
    while some := list(islice(every, 5_000)):
        with store.transaction() as connection:
            TreatmentRows(connection).put(some)
    with store.transaction() as connection:
        TreatmentRows(connection).enrol(codes, Role.MERCHANT, at=now + timedelta(days=400))
    return len(model)


def _row(name: str, ours: float, limit: float) -> Row:
    return Row(name=name, ours=ours, peer=limit, ratio=ours / limit, goal="<= 1", met=ours <= limit)
