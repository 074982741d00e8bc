"""What named humans have to decide, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, insert, select, update

from chengxin.errors import StoreError
from chengxin.procedure.review import HumanReview, ReviewOutcome
from chengxin.records import Role
from chengxin.store.sql.encoding import decode, encode
from chengxin.store.sql.schema import REVIEW

MOST_LISTED: Final = 1_000
"""So many reviews are listed at once, at most."""


class ReviewRows:
    """Reads and writes reviews.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, one: HumanReview) -> None:
        """Keep a review that is new."""
        self._connection.execute(insert(REVIEW).values(_row(one)))

    def close(self, one: HumanReview) -> None:
        """Keep the close of a review.

        Raises:
            StoreError: it was closed meanwhile.
        """
        is_it = (REVIEW.c.review_id == one.review_id, REVIEW.c.outcome.is_(None))
        done = self._connection.execute(update(REVIEW).where(*is_it).values(_row(one)))
        if done.rowcount != 1:
            raise StoreError(f"The review {one.review_id} was closed by somebody else meanwhile.")

    def find(self, review_id: str) -> HumanReview | None:
        """Return a review by its id, whether it is closed or not."""
        found = self._read(select(REVIEW.c.body).where(REVIEW.c.review_id == review_id))
        return found[0] if found else None

    def unclosed_of(self, code: str, role: Role) -> list[HumanReview]:
        """Return the reviews of a subject in a role that are not closed on record, the oldest first."""
        return self._read(_of(code).where(REVIEW.c.role == role.value, REVIEW.c.outcome.is_(None)))

    def refused_of(self, code: str, role: Role) -> list[HumanReview]:
        """Return the reviews of a subject in a role that a named human refused, the oldest first."""
        is_refused = REVIEW.c.outcome == ReviewOutcome.REFUSED.value
        return self._read(_of(code).where(REVIEW.c.role == role.value, is_refused))

    def granted_of(self, code: str) -> list[HumanReview]:
        """Return the reviews of a subject in which a named human granted a relief, the oldest first."""
        return self._read(_of(code).where(REVIEW.c.outcome == ReviewOutcome.GRANTED.value))

    def all_of(self, code: str) -> list[HumanReview]:
        """Return every review of a subject, the oldest first."""
        return self._read(_of(code))

    def open(self, at: datetime, *, limit: int = MOST_LISTED) -> list[HumanReview]:
        """Return reviews that wait for a human at an instant, the oldest first."""
        is_disclosed = REVIEW.c.lapses_at.is_(None) | (REVIEW.c.lapses_at > at)
        wanted = select(REVIEW.c.body).where(REVIEW.c.outcome.is_(None), is_disclosed)
        return self._read(wanted.order_by(REVIEW.c.opened_at, REVIEW.c.review_id).limit(limit))

    def _read(self, wanted: Select[Any]) -> list[HumanReview]:
        return [decode(HumanReview, body) for body in self._connection.execute(wanted).scalars()]


def _of(code: str) -> Select[Any]:
    wanted = select(REVIEW.c.body).where(REVIEW.c.code == code)
    return wanted.order_by(REVIEW.c.opened_at, REVIEW.c.review_id)


def _row(one: HumanReview) -> dict[str, Any]:
    return {
        "review_id": one.review_id,
        "code": one.code,
        "role": one.role.value,
        "outcome": None if one.close is None else one.close.outcome.value,
        "opened_at": one.opened_at,
        "lapses_at": one.lapses_at,
        "body": encode(one),
    }
