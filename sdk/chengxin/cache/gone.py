"""What a change feed told to be gone: an answer that still shows it is older than that, and is not used.

A source may tell of a repair before all that answers for it knows. What was kept of the subject is forgotten by then,
and the next answer would bring the record back. So it is kept of each record that a change takes away up to which
version that is. A later version is lawful: the source gave the record back. The version decides and the answer's own
date does not, since that is of all its data and says nothing of one record.

Of a record that is gone only a digest is kept. It tells the record where it is shown again, and nothing by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Final

from chengxin.records import Change, CreditAnswer, Record

_AT_ONCE: Final = 100


def name_of(code: str, record_id: str) -> str:
    """Return under which name it is kept of a record that it is gone: 24 characters, from which nothing is read."""
    return blake2b(f"{code}\n{record_id}".encode(), digest_size=12).hexdigest()


def told_gone(changes: Iterable[Change]) -> dict[str, int | None]:
    """Return what changes tell of records, the last of each counting.

    Returns:
        By name the version up to which a record is gone; None where it is disclosed again. A change of a kind that is
        not known tells neither.
    """
    told: dict[str, int | None] = {}
    for change in changes:
        if change.code is not None and change.record_id is not None and change.is_of_known_kind:
            name = name_of(change.code, change.record_id)
            told[name] = change.version if change.takes_away else None
    return told


def names_of(code: str, records: Iterable[Record]) -> list[str]:
    """Return the names of records of a subject."""
    return [name_of(code, record.record_id) for record in records]


def is_overtaken(code: str, records: Iterable[Record], gone: Mapping[str, int]) -> bool:
    """Tell whether one of the records of an answer is gone by now: all of the answer is older than that.

    Args:
        code: whose records they are.
        records: the records.
        gone: by name, up to which version records are gone.
    """
    return any(record.version <= gone.get(name_of(code, record.record_id), -1) for record in records)


def without_overtaken(
    answers: Iterable[CreditAnswer], read_gone: Callable[[Sequence[str]], Mapping[str, int]]
) -> Iterator[CreditAnswer]:
    """Yield answers, and leave those out that show what is gone: whoever asks for such a subject asks the source.

    Args:
        answers: the answers; some hundred are looked at together.
        read_gone: returns which of some names are gone, see ``CacheTier.read_gone``.
    """
    answers = iter(answers)
    while some := [(_code_of(answer), answer) for answer in islice(answers, _AT_ONCE)]:
        gone = read_gone([name for code, answer in some for name in names_of(code, answer.records)])
        for code, answer in some:
            if not gone or not is_overtaken(code, answer.records, gone):
                yield answer


def _code_of(answer: CreditAnswer) -> str:
    return answer.subject.code.code if answer.subject.code is not None else ""
