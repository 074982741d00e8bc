"""The class a record falls in, as far as conditions tell records apart without looking into them.

A signature is a small number for kind, severity as the source classes it, and whether the record is disputed.
Conditions become sets of signatures, and rules are indexed by them.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from itertools import product
from typing import Final

from chengxin.records import ADVERSE_KINDS, DisclosureStatus, RecordKind, Severity


class SeverityMatch(StrEnum):
    """A severity as a condition names it."""

    MINOR = Severity.MINOR.value
    GENERAL = Severity.GENERAL.value
    SERIOUS = Severity.SERIOUS.value
    ABSENT = "absent"
    """The source says nothing of severity."""


_UNCLASSED: Final = "unclassed"
"""The source words a severity that is none of its three classes: it matches no severity, nor ``absent``."""

_CLASSES: Final = tuple(product(RecordKind, [*SeverityMatch, _UNCLASSED], [False, True]))
_NUMBER: Final = {cls: number for number, cls in enumerate(_CLASSES)}
SIGNATURES: Final = len(_CLASSES)

SIGNATURE_OF: Final = {
    (kind, severity, has_text, status): _NUMBER[
        kind,
        severity or (_UNCLASSED if has_text else SeverityMatch.ABSENT),
        status is DisclosureStatus.DISPUTED,
    ]
    for kind, severity, has_text, status in product(
        RecordKind, [None, *Severity], [False, True], [DisclosureStatus.SHOWN, DisclosureStatus.DISPUTED]
    )
}
"""Signature by kind, severity, whether there is a severity text, and status of a disclosed record."""


def signatures(
    kinds: Iterable[RecordKind],
    *,
    severities: Iterable[SeverityMatch] | None = None,
    disputed: bool | None = None,
) -> frozenset[int]:
    """Return the signatures of records of these kinds, of these severities if given, disputed or not."""
    of_kinds = frozenset(kinds)
    of_severities = None if severities is None else frozenset(severities)
    return frozenset(
        number
        for number, (kind, severity, is_disputed) in enumerate(_CLASSES)
        if kind in of_kinds
        and (of_severities is None or severity in of_severities)
        and (disputed is None or is_disputed is disputed)
    )


ADVERSE: Final = signatures(ADVERSE_KINDS)
EVALUATIONS: Final = signatures([RecordKind.EVALUATION])
UNCLASSED_KIND: Final = signatures([RecordKind.OTHER])


def kinds_of(numbers: Iterable[int]) -> frozenset[RecordKind]:
    """Return the kinds of the records with these signatures."""
    return frozenset(_CLASSES[number][0] for number in numbers)
