"""Planted bugs: walks find each of those that do harm, and nothing else."""

import pytest

from tests.sdk.truth.mutations import HARMFUL, HARMLESS, MOST_STEPS, SEEDS, find
from tests.sdk.truth.store import STORES
from tests.sdk.truth.walk import walk


@pytest.mark.parametrize("mutation", HARMFUL, ids=lambda mutation: mutation.__name__)
def test_i1_i2_a_planted_bug_is_found(mutation):
    """Within some thousand steps something is shown or held that may not be."""
    _, fault = find(mutation, HARMFUL[mutation])
    assert fault is not None


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.__name__)
def test_what_does_no_harm_is_not_taken_for_a_bug(mutation):
    """Asking more often, or less, is not wrong."""
    walk_with(mutation, steps=MOST_STEPS)


@pytest.mark.parametrize("mutation", HARMFUL, ids=lambda mutation: mutation.__name__)
def test_without_the_bug_the_same_walk_finds_nothing(mutation):
    """It is the bug that is found."""
    walk(STORES["memory"], steps=2000, seed=SEEDS[0], focus=HARMFUL[mutation])


def walk_with(mutation, *, steps):
    """Walk with a bug planted."""
    with mutation():
        walk(STORES["memory"], steps=steps, seed=SEEDS[0])
