"""Validation of codes, beside ``stdnum``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stdnum.cn import uscc

from chengxin.identifiers import Uscc
from tests.bench.codes import ALPHABET, lawful_codes
from tests.bench.harness import Comparison, Table, at_least, require_equal, sequential

_CODES = 1_000


@contextmanager
def table() -> Iterator[Table]:
    """Open the table of one code at a time.

    ``stdnum.is_valid`` folds case and drops blanks before it looks, as ``Uscc.parse`` does and ``Uscc.is_valid``
    does not: the first row compares what one calls on a stored code, the second reading what people write.
    """
    codes = lawful_codes(_CODES)
    for code in codes:
        changed = code[:17] + ALPHABET[ALPHABET.index(code[17]) - 1]
        for text in (code, changed):
            require_equal(f"is_valid of {text}", Uscc.is_valid(text), uscc.is_valid(text))
        require_equal(f"parse of {code}", Uscc.parse(code).code, uscc.validate(code))
    yield Table(
        title=f"One code of {_CODES:,} valid ones",
        cases=[
            sequential("Uscc.is_valid", Uscc.is_valid, codes),
            sequential("Uscc.parse", Uscc.parse, codes),
            sequential("stdnum", uscc.is_valid, codes),
        ],
        comparisons=[
            Comparison(
                name="Uscc.is_valid / stdnum is_valid", ours="Uscc.is_valid", peer="stdnum", goal=at_least(8)
            ),
            Comparison(name="Uscc.parse / stdnum is_valid", ours="Uscc.parse", peer="stdnum"),
        ],
    )
