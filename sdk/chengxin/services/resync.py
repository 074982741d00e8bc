"""What a snapshot of the source says of entries that are kept: pure, but for the order in which it comes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from chengxin.cache import Entry
from chengxin.records import CreditAnswer

Fingerprint: TypeAlias = bytes
"""Digest of which records a subject has, in which version and state: 16 bytes, so that a million fit in memory."""

_UNREGISTERED: Final = b""
NOTHING: Final = b"0"
"""Fingerprint of a subject without records."""
_NO_LIFE: Final = timedelta(microseconds=1)
"""By itself an entry of a snapshot is not used: what changed since may be known already."""


def fingerprint(answer: CreditAnswer, at: datetime) -> Fingerprint:
    """Return which records of an answer are not over at ``at``: equal where two answers show the same from then on."""
    if not answer.registered:
        return _UNREGISTERED
    facts = sorted(
        f"{record.record_id} {record.version} {record.status.value}"
        for record in answer.records
        if record.is_shown(at) or record.next_change_at(at) is not None
    )
    return hashlib.blake2b("\n".join(facts).encode(), digest_size=16).digest() if facts else NOTHING


def confirmed(held: dict[str, Fingerprint], answers: Iterable[CreditAnswer], at: datetime) -> Iterator[str]:
    """Yield the codes of those entries that a snapshot confirms; what is left in ``held`` at the end it does not.

    A snapshot holds no subject without records, so one that does not come is confirmed to have none.

    Args:
        held: what is kept, by code; emptied of all that is confirmed.
        answers: all subjects of the snapshot.
        at: now, aware UTC.
    """
    without_records = {code for code, content in held.items() if content == NOTHING}
    for answer in answers:
        code = answer.subject.code.code if answer.subject.code else ""
        content = fingerprint(answer, at)
        if content != NOTHING:
            without_records.discard(code)
        if code in held and held[code] == content:
            del held[code]
            yield code
    for code in without_records & held.keys():
        del held[code]
        yield code


def entries_of(
    answers: Iterable[CreditAnswer], *, fetched_at: datetime, continuity: str, followed_for: timedelta
) -> Iterator[tuple[str, Entry]]:
    """Yield the entries that a snapshot stands for: to be used while the feed behind it is current, and no longer.

    Args:
        answers: all subjects of the snapshot.
        fetched_at: the instant whose records it holds.
        continuity: the stretch of the feed that begins with it.
        followed_for: how long an entry is used while the feed is current.
    """
    end = fetched_at + _NO_LIFE
    for answer in answers:
        if answer.subject.code is not None:
            yield (
                answer.subject.code.code,
                Entry(
                    answer=answer,
                    fetched_at=fetched_at,
                    fresh_until=end,
                    followed_until=max(end, fetched_at + followed_for),
                    continuity=continuity,
                ),
            )
