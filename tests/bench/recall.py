"""A treatment that is known already, beside dictionaries that somebody would write to remember it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from random import Random
from time import process_time, time
from typing import Final, TypeAlias

from chengxin import load_policy
from chengxin.policy import NO_FACTS, PlatformFacts, Policy, Treatment
from chengxin.records import Role
from tests.bench.harness import Case, Comparison, Table, at_most, require_equal
from tests.bench.hit import filled_client

_FACTS: Final = PlatformFacts({"registered_days": 400})

Recall: TypeAlias = Callable[[str, Policy, PlatformFacts, Role], Treatment | None]


@contextmanager
def table() -> Iterator[Table]:
    """Open the table of a treatment that is in memory, of many codes in random order.

    The peer is a dictionary by code, digest of the policy, facts and role, in a function: it says what was, for good.
    ``remembered`` looks at the clock each time, and what it says is over at the end of the first record or age that the
    treatment rests on (invariants I1, I4). Nor does it bring back anything when the clock is set back. So a dictionary
    with an end beside each treatment and the machine's clock is the peer that does nearly as much, and one by the code
    alone, of one policy, one set of facts and one role, the least that can be written at all.
    """
    client, source, codes = filled_client()
    policy = load_policy("marketplace")
    with client:
        treatments = {code: client.evaluate(client.check(code), policy, _FACTS) for code in codes}
        plain, expiring, bare = (
            _plain(treatments, policy),
            _expiring(treatments, policy),
            _bare(treatments),
        )
        Random(2).shuffle(codes)
        many = [code[:9] + code[9:] for code in codes]
        asked = list(source.asked)
        for code in many:
            require_equal("treatment under other facts", client.remembered(code, policy, NO_FACTS), None)
            for recall in (client.remembered, plain, expiring, bare):
                found = recall(code, policy, _FACTS, Role.MERCHANT)
                require_equal(f"the very treatment of {code}", found is treatments[code], True)
        yield Table(
            title=f"A treatment in memory, {len(codes):,} codes in random order",
            cases=[
                _case("remembered", client.remembered, policy, many),
                _case("dict", plain, policy, many),
                _case("dict and expiry", expiring, policy, many),
                _case("dict by code", bare, policy, many),
                _case("remembered, one", client.remembered, policy, many[:1]),
                _case("dict, one", plain, policy, many[:1]),
            ],
            comparisons=[
                Comparison(
                    name="remembered treatment / dict get", ours="remembered", peer="dict", goal=at_most(1.5)
                ),
                Comparison(
                    name="remembered treatment / dict get, one code",
                    ours="remembered, one",
                    peer="dict, one",
                    goal=at_most(1.5),
                ),
                Comparison(
                    name="remembered treatment / dict get and expiry",
                    ours="remembered",
                    peer="dict and expiry",
                ),
                Comparison(
                    name="remembered treatment / dict get by the code alone, no expiry",
                    ours="remembered",
                    peer="dict by code",
                ),
            ],
            rounds=31,
        )
        require_equal("questions that were no hits", source.asked, asked)


def _case(name: str, recall: Recall, policy: Policy, codes: Sequence[str]) -> Case:
    endless, facts, role = cycle(codes), _FACTS, Role.MERCHANT

    def run(count: int) -> float:
        batch = list(islice(endless, count))
        started = process_time()
        for code in batch:
            recall(code, policy, facts, role)
        return process_time() - started

    return Case(name=name, run=run)


def _plain(treatments: Mapping[str, Treatment], policy: Policy) -> Recall:
    held = {(code, policy.ref.digest, _FACTS, Role.MERCHANT): made for code, made in treatments.items()}

    def plain(code: str, policy: Policy, facts: PlatformFacts, role: Role) -> Treatment:
        return held[code, policy.ref.digest, facts, role]

    return plain


def _expiring(treatments: Mapping[str, Treatment], policy: Policy) -> Recall:
    held = {
        (code, policy.ref.digest, _FACTS, Role.MERCHANT): (made, made.valid_until.timestamp())
        for code, made in treatments.items()
    }
    read_clock = time

    def expiring(code: str, policy: Policy, facts: PlatformFacts, role: Role) -> Treatment | None:
        treatment, until = held[code, policy.ref.digest, facts, role]
        return treatment if read_clock() < until else None

    return expiring


def _bare(treatments: Mapping[str, Treatment]) -> Recall:
    held = dict(treatments)

    def bare(code: str, policy: Policy, facts: PlatformFacts, role: Role) -> Treatment:
        return held[code]

    return bare
