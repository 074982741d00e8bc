"""Walks of some thousand steps on each tier: nothing is shown that may not be shown."""

import random

import pytest

from tests.sdk.truth.store import STORES
from tests.sdk.truth.walk import Report, walk

STEPS = {"memory": 6000, "redis": 1200, "sqlite": 3000}


@pytest.mark.parametrize("tier", sorted(STORES))
def test_i1_i2_nothing_is_shown_outside_what_the_source_disclosed(tier):
    """Another walk each time; its seed stands in the report, and walks it again."""
    seed, report = random.SystemRandom().randrange(10**6), Report()
    try:
        walk(STORES[tier], steps=STEPS[tier], seed=seed, report=report)
    except AssertionError as fault:
        pytest.fail(f"--tier {tier} --seed {seed}, step {report.steps}: {fault}")
    assert report.queries > STEPS[tier] / 10


def test_the_same_seed_is_the_same_walk():
    """What a walk finds can be walked again."""
    first, again = (walk(STORES["memory"], steps=3000, seed=7) for _ in range(2))
    assert (first.queries, first.standings) == (again.queries, again.standings)
