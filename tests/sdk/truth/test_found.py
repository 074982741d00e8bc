"""What walks have found, as few steps as it takes; each was mended."""

import pytest

from tests.sdk.truth.store import STORES
from tests.sdk.truth.walk import replay

FOUND = {
    "what could not be told while the store was away for less than a second is told at the next question": [
        ("meanwhile", ("leave", 2, 5)),
        ("check", (1, 3)),
        ("forget", (2, 0)),
        ("come_back", (2,)),
        ("check", (2, 1)),
        ("land", (2,)),
        ("audit", ()),
    ],
    "or with the next that is told": [
        ("follow", (0,)),
        ("leave", (0, 36)),
        ("publish", (2, 2, -1, 1)),
        ("forget", (0, 3)),
        ("come_back", (0,)),
        ("follow", (0,)),
        ("land", (0,)),
        ("audit", ()),
    ],
    "a bulk hands out nothing that was superseded while its later batches were asked for": [
        ("publish", (0, 0, -1, 9)),
        ("meanwhile", ("pass",)),
        ("meanwhile", ("pass",)),
        ("meanwhile", ("forget", 0, 0)),
        ("check_many", (0,)),
    ],
    "memory lets go of what a snapshot contradicts, though the store has erased it with a record that ended": [
        ("follow", (0,)),
        ("publish", (0, 0, -1, 1)),
        ("publish", (0, 0, -1, None)),
        ("follow", (0,)),
        ("tick", ((12 * 3600 - 20) * 64,)),
        ("check", (0, 0)),
        ("tick", (30 * 64,)),
        ("check", (0, 0)),
        ("amend", (0, 1, "repair")),
        ("lose_changes", (1,)),
        ("publish", (1, 0, -1, None)),
        ("follow", (0,)),
        ("check", (0, 0)),
    ],
    "a bulk hands out nothing that was shown before the source's clock was known to be ahead": [
        ("publish", (0, 0, -1, 1)),
        ("tick", ((12 * 3600 - 30) * 64,)),
        ("meanwhile", ("pass",)),
        ("meanwhile", ("pass",)),
        ("meanwhile", ("skew", 4)),
        ("check_many", (0,)),
    ],
    "what was told to be gone does not come back with an answer of before": [
        ("publish", (1, 1, 0, 400)),
        ("follow", (1,)),
        ("check", (2, 1)),
        ("amend", (1, 2, "shield")),
        ("lag", (3,)),
        ("follow", (1,)),
        ("check", (2, 1)),
        ("check_many", (0,)),
        ("audit", ()),
    ],
    "a snapshot is not used before what changed since has taken effect once more": [
        ("publish", (1, 0, -1, None)),
        ("follow", (0,)),
        ("take_snapshot", ()),
        ("amend", (1, 0, "repair")),
        ("follow", (0,)),
        ("import_snapshot", (0,)),
        ("check_many", (0,)),
        ("break_source", (0,)),
        ("tick", (8 * 64,)),
        ("check", (0, 1)),
    ],
}


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("tier", sorted(STORES))
def test_i1_what_was_found_stays_mended(tier, name):
    """The steps that led to a fault lead to none."""
    replay(STORES[tier], FOUND[name], seed=1)
