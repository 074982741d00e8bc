"""Whether a rule acts on the word of other platforms alone (invariant I10: it makes us look, and never punishes)."""

from __future__ import annotations

from itertools import product

from chengxin.policy.condition import Condition, is_grounded


def rests_on_peers(condition: Condition) -> bool:
    """Tell whether a condition can hold because of a joint constraint, without any record or grade of our own."""
    return (False, True) in _ways(condition)


def withheld_by_peers(condition: Condition, *, negated: bool = False) -> bool:
    """Tell whether a joint constraint alone can keep a condition from holding that would hold without it."""
    inner = negated != (condition.none is not None)
    if not negated and condition.none is not None and any(map(rests_on_peers, condition.none)):
        return True
    return any(withheld_by_peers(child, negated=inner) for child in condition.children)


def _ways(condition: Condition) -> frozenset[tuple[bool, bool]]:
    """Return the ways in which a condition can hold: by a record or grade of our own, by a constraint."""
    if condition.needed == 0:  # a plain condition, or one that asks for absence
        return frozenset({(is_grounded(condition), condition.constraint is not None)})
    by_count: list[frozenset[tuple[bool, bool]]] = [frozenset({(False, False)})]
    for child in condition.children:
        ways = _ways(child)
        longer = [
            frozenset((a or c, b or d) for (a, b), (c, d) in product(before, ways)) for before in by_count
        ]
        by_count = [
            kept | more for kept, more in zip([*by_count, frozenset()], [frozenset(), *longer], strict=True)
        ]
    return by_count[condition.needed]
