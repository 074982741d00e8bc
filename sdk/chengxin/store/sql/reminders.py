"""What people are to be reminded of, and were, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.store.sql.schema import APPEAL, COMMITMENT, DECLARATION, REMINDER


class ReminderRows:
    """Finds clocks that ran out and of which nobody was reminded, and marks those of which somebody was.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql

    def appeals(self, what: str, by: datetime | None) -> list[tuple[str, str]]:
        """Return open appeals of which nothing is marked, each with its subject, the longest due first.

        Args:
            what: what would be marked.
            by: the instant by which the next of their clocks is over; any where None.
        """
        is_due = APPEAL.c.is_open if by is None else APPEAL.c.is_open & (APPEAL.c.due_at <= by)
        return self._find(APPEAL, is_due, APPEAL.c.due_at, what)

    def commitments(self, what: str, by: datetime) -> list[tuple[str, str]]:
        """Return commitments that nobody settled and whose last day is over by an instant; see ``appeals``."""
        is_open = COMMITMENT.c.is_settled.is_(False) & (COMMITMENT.c.due_at <= by)
        return self._find(COMMITMENT, is_open, COMMITMENT.c.due_at, what)

    def declarations(self, what: str, by: datetime) -> list[tuple[str, str]]:
        """Return declarations at which nobody has looked and that were made by an instant; see ``appeals``."""
        is_open = DECLARATION.c.is_looked_at.is_(False) & (DECLARATION.c.declared_at <= by)
        return self._find(DECLARATION, is_open, DECLARATION.c.declared_at, what)

    def mark(self, about: str, what: str, *, at: datetime) -> bool:
        """Put on record that somebody is reminded, and tell whether nobody was before."""
        made = self._dialect.insert(REMINDER).on_conflict_do_nothing(index_elements=["about", "what"])
        marked = made.returning(REMINDER.c.about)
        row = {"about": about, "what": what, "at": at}
        return self._connection.execute(marked, row).first() is not None

    def forget(self, before: datetime) -> int:
        """Forget reminders of what is closed since, and return how many; of what is open, nobody is reminded twice."""
        is_open = (
            select(APPEAL.c.appeal_id).where(APPEAL.c.is_open),
            select(COMMITMENT.c.commitment_id).where(COMMITMENT.c.is_settled.is_(False)),
            select(DECLARATION.c.declaration_id).where(DECLARATION.c.is_looked_at.is_(False)),
        )
        closed = delete(REMINDER).where(REMINDER.c.at < before)
        for ids in is_open:
            closed = closed.where(REMINDER.c.about.not_in(ids))
        return int(self._connection.execute(closed).rowcount)

    def _find(self, table: Table, is_due: Any, since: Column[Any], what: str) -> list[tuple[str, str]]:  # noqa: ANN401  # a condition
        key = next(iter(table.primary_key.columns))
        was_told = select(REMINDER.c.about).where(REMINDER.c.about == key, REMINDER.c.what == what)
        wanted = select(key, table.c.code).where(is_due, ~was_told.exists()).order_by(since, key)
        return [(str(about), str(code)) for about, code in self._connection.execute(wanted).all()]
