"""A status that is known already, beside a locked cache and beside an HTTP cache."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from time import process_time, time, time_ns
from typing import TypeAlias

from cachetools import TLRUCache
from pydantic import SecretStr
from requests import Session
from requests_cache import CachedSession

from chengxin import CreditClient, LookupOptions
from chengxin.clock import SystemClock
from chengxin.identifiers import Uscc
from chengxin.records import CreditAnswer, CreditStatus, Severity, china_day, shipped_rule_table
from chengxin.testing import ScriptedSource, a_commendation, a_penalty, scripted_client
from chengxin.transport import Credentials, Request, sign
from chengxin.wire import Answer, assemble, decode_credit_page
from mock_credit_china import MockServer, Settings
from mock_credit_china.population import Population
from tests.bench.codes import lawful_codes
from tests.bench.harness import (
    Comparison,
    Table,
    at_least,
    at_most,
    require_equal,
    sequential,
    threaded,
)

_KEYS = 10_000
_THREADS = 8
_HOT = 512
_ENTRIES = 100_000
_PAGES = 200
_QUERY = (("page", "1"), ("pageSize", "10"))

Check: TypeAlias = Callable[[str], CreditStatus]


@contextmanager
def memory_table() -> Iterator[Table]:
    """Open the table of a hit in memory, over many keys in random order and of one key.

    One peer is the least that can be written: a dictionary, its ends in seconds since 1970, and the machine's clock,
    in a function. It follows a clock that is set back, counts nothing, and never makes room. The other is what the
    documentation of ``cachetools`` tells a threaded user to write: a lock around a cache whose entries end when their
    values do, on its default timer. Codes are asked for by strings that are equal to the keys and not the same, as
    they come with a request.
    """
    with _both() as (check, cached, codes):
        plain = _plain_cache(check, codes)
        many, one = [code[:9] + code[9:] for code in codes], [codes[0][:9] + codes[0][9:]]
        for code in many:
            require_equal(f"status of {code}", check(code), plain(code))
        yield Table(
            title=f"A status in memory, {_KEYS:,} codes in random order",
            cases=[
                sequential("check", check, many, clock=process_time),
                sequential("plain", plain, many, clock=process_time),
                sequential("cache", cached, many, clock=process_time),
                sequential("check, one", check, one, clock=process_time),
                sequential("plain, one", plain, one, clock=process_time),
            ],
            comparisons=[
                Comparison(
                    name=f"check, hit / dict and expiry, {_KEYS:,} codes",
                    ours="check",
                    peer="plain",
                    goal=at_most(3),
                ),
                Comparison(
                    name="check, hit / dict and expiry, one code",
                    ours="check, one",
                    peer="plain, one",
                    goal=at_most(3),
                ),
                Comparison(name="check, hit / locked TLRUCache", ours="check", peer="cache", goal=at_most(2)),
            ],
            rounds=21,
        )


@contextmanager
def threads_table() -> Iterator[Table]:
    """Open the table of hits from many threads at once; the time is the wall's, over all hits.

    How much the lock costs here depends on what else the machine does: with a processor to spare, threads wake
    to queue for it (a convoy, several times as slow), on a busy machine they hardly meet. All threads ask for a few
    codes, so that what is measured is the cost of the threads, and not of memory that no processor has at hand.
    """
    with _both() as (check, cached, codes):
        hot = codes[:_HOT]
        yield Table(
            title=f"The same from {_THREADS} threads, {_HOT} codes",
            cases=[
                threaded("check", check, hot, threads=_THREADS),
                threaded("cache", cached, hot, threads=_THREADS),
            ],
            comparisons=[
                Comparison(
                    name=f"check, hit / locked TLRUCache, {_THREADS} threads",
                    ours="check",
                    peer="cache",
                    goal=at_least(5),
                )
            ],
            rounds=9,
            turn_seconds=0.4,
        )


def _plain_cache(check: Check, codes: list[str]) -> Check:
    held = {code: (status, status.valid_until.timestamp()) for code in codes for status in [check(code)]}
    read_clock = time

    def plain(code: str) -> CreditStatus:
        status, until = held[code]
        if read_clock() < until:
            return status
        raise KeyError(code)

    return plain


@contextmanager
def _both() -> Iterator[tuple[Check, Check, list[str]]]:
    """Yield our check, the locked cache's, and the codes that both hold the same statuses of."""
    client, source, codes = filled_client()
    asked = list(source.asked)
    with client:
        cached = _locked_cache(client, codes)
        for code in codes:
            require_equal(f"status of {code}", client.check(code), cached(code))
        Random(2).shuffle(codes)
        yield client.check, cached, codes
        require_equal("questions that were no hits", source.asked, asked)


def filled_client() -> tuple[CreditClient, ScriptedSource, list[str]]:
    """Return a client that has the statuses of many codes in memory, its source, and the codes."""
    clock = SystemClock()
    today = china_day(clock.now())
    source = ScriptedSource(clock=clock)
    codes = lawful_codes(_KEYS)
    for code in codes:
        source.disclose(
            code,
            *(
                a_penalty(
                    f"P{age}", severity=Severity.MINOR, start_on=today - timedelta(days=age), end_on=None
                )
                for age in (30, 60)
            ),
            a_commendation(start_on=today - timedelta(days=90), end_on=today + timedelta(days=275)),
        )
    client = scripted_client(source, clock=clock, options=LookupOptions(max_entries=_ENTRIES))
    client.check_many(codes)
    return client, source, codes


def _locked_cache(client: CreditClient, codes: list[str]) -> Check:
    def time_to_use(_code: str, status: CreditStatus, now: float) -> float:
        return now + (status.valid_until - client.clock.now()).total_seconds()

    cache: TLRUCache[str, CreditStatus] = TLRUCache(maxsize=_ENTRIES, ttu=time_to_use)
    lock = threading.RLock()
    for code in codes:
        cache[code] = client.check(code)

    def cached(code: str) -> CreditStatus:
        with lock:
            return cache[code]

    return cached


@contextmanager
def http_table() -> Iterator[Table]:
    """Open the table of a hit beside an HTTP cache's, which ends in the same records.

    In the peer's favour its hits are asked for without a signature, and its codes are parsed beforehand.
    """
    with MockServer(Settings(subjects=4 * _PAGES)) as server, CachedSession(backend="memory") as session:
        client = CreditClient(
            server.url,
            app_key=server.settings.app_key,
            secret=server.settings.secret,
            options=LookupOptions(deadline_seconds=30.0),
        )
        with client:
            codes = _codes_with_one_page(client, server)
            fetch = _http_fetcher(session, server.url)
            for code in codes:
                client.forget(code)  # the source forbids to keep what came in a batch
                _fill(session, server, code)
                _require_same(client.check(code), fetch(code))
            asked = server.source.journal.rows()
            yield Table(
                title=f"A status of {len(codes)} subjects of the running mock source",
                cases=[
                    sequential("check", client.check, [code.code for code in codes]),
                    sequential("requests-cache", fetch, codes),
                ],
                comparisons=[
                    Comparison(
                        name="check, hit / requests-cache hit + parse",
                        ours="check",
                        peer="requests-cache",
                        goal=at_least(100),
                    )
                ],
            )
            require_equal("requests that were no hits", server.source.journal.rows(), asked)


def _codes_with_one_page(client: CreditClient, server: MockServer) -> list[Uscc]:
    population = Population(
        seed=server.settings.seed, size=server.settings.subjects, today=china_day(client.clock.now())
    )
    codes = [file.subject.code for file in population]
    known = [row.status for row in client.check_many(codes) if row.status and row.status.reason is None]
    small = [status.subject.code for status in known if 0 < len(status.records) <= 10]
    return [code for code in small if code is not None][:_PAGES]


def _http_fetcher(session: Session, url: str) -> Callable[[Uscc], CreditAnswer]:
    clock = SystemClock()

    def fetch(code: Uscc) -> CreditAnswer:
        response = session.get(_address(url, code), params=dict(_QUERY))
        answer = Answer(http_status=response.status_code, headers=response.headers, body=response.content)
        return assemble(
            [decode_credit_page(answer)],
            asked=code,
            source="127.0.0.1",
            at=clock.now(),
            rule_table=shipped_rule_table(),
        )

    return fetch


def _fill(session: CachedSession, server: MockServer, code: Uscc) -> None:
    """Ask for a subject with a signature, and make sure that asking without one is a hit."""
    settings = server.settings
    request = Request(method="GET", path=_address("", code), query=_QUERY)
    headers = sign(
        request,
        credentials=Credentials(app_key=settings.app_key, secret=SecretStr(settings.secret)),
        timestamp_ms=time_ns() // 1_000_000,
        nonce=f"bench-{code.code}",
    )
    session.get(_address(server.url, code), params=dict(_QUERY), headers=headers).raise_for_status()
    is_hit = session.get(_address(server.url, code), params=dict(_QUERY)).from_cache
    require_equal(f"a hit for {code}", is_hit, True)


def _address(url: str, code: Uscc) -> str:
    return f"{url}/open-api/v1/subjects/{code.code}/credit"


def _require_same(status: CreditStatus, answer: CreditAnswer) -> None:
    require_equal(
        f"answer about {status.subject.code}",
        (status.subject, status.as_of, status.source, status.records),
        (answer.subject, answer.as_of, answer.source, answer.records),
    )
