"""The outbox in SQL: put in the transaction of what an event tells of, and taken by one worker at a time.

Who takes an event has it for the time of a lease. A worker that dies keeps it no longer than that, and one that comes
late finds that it is not its own any more: whatever ends an event asks for the owner that it was given to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.store.outbox import Backlog, OutboxEvent, OutboxState, Waiting, ahead_of
from chengxin.store.sql.schema import OUTBOX

_PENDING: Final[ColumnElement[str]] = literal_column("'PENDING'")
_PARKED: Final[ColumnElement[str]] = literal_column("'PARKED'")
_DONE: Final[ColumnElement[str]] = literal_column("'DONE'")
"""Written out: the partial indexes, one for each, are used only where the statement itself says it."""
_LONGEST_FAULT: Final = 80
_WITHDRAWN: Final = "withdrawn"


class OutboxRows:
    """The rows of the outbox, inside a transaction of the caller's.

    Args:
        connection: of ``SqlStore.transaction()``; to look only, of ``SqlStore.reading()``.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, events: Iterable[OutboxEvent]) -> int:
        """Put events, and return how many are new.

        They are handed out if this transaction is committed, and in the order of transactions that follow one another.
        An event whose id is there already is left as it is.
        """
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        insert = dialect.insert(OUTBOX).on_conflict_do_nothing(index_elements=["event_id"])
        statement = insert.returning(OUTBOX.c.seq)
        return sum(
            self._connection.execute(statement, _values(event)).first() is not None for event in events
        )

    def claim(
        self,
        *,
        at: datetime,
        limit: int,
        lease_seconds: float,
        owner: str,
        topics: Collection[str] | None = None,
    ) -> list[OutboxEvent]:
        """Take events that are due, and return them, the longest due first.

        Due is a pending event whose time has come, that no other worker has, and before which nothing of its key is
        pending, nor of the key that goes ahead of it; what itself goes ahead waits for none. Each counts as attempted.

        Args:
            at: present time, aware UTC.
            limit: how many at most; of one key one at a time, unless it goes ahead.
            lease_seconds: how long they are this owner's.
            owner: who takes them; a name that nobody else has, and that is not used for a second attempt.
            topics: only of these; of all where None.
        """
        found = self._connection.execute(_due(at, limit, topics)).scalars().all()
        if not found:
            return []
        statement = (
            update(OUTBOX)
            .where(OUTBOX.c.seq.in_(found))
            .values(
                owner=owner,
                leased_until=at + timedelta(seconds=lease_seconds),
                attempts=OUTBOX.c.attempts + 1,
            )
            .returning(*OUTBOX.c)
        )
        rows = self._connection.execute(statement).all()
        return [_event(row) for row in sorted(rows, key=lambda row: (row.not_before, row.seq))]

    def done(self, event_id: str, owner: str, *, at: datetime) -> bool:
        """Mark an event as handed out and erase what it held; tell whether it was still this owner's.

        Nothing is marked twice: where the lease ran out and another worker took the event, that one marks it.
        """
        return self._end(event_id, owner, state=OutboxState.DONE.value, payload=None, ended_at=at)

    def failed(
        self, event_id: str, owner: str, *, at: datetime, again_at: datetime | None, fault: str
    ) -> bool:
        """Give an event back after a failure; tell whether it was still this owner's.

        Args:
            event_id: which event.
            owner: who took it.
            at: present time, aware UTC.
            again_at: before when it is not handed out again; parked where None.
            fault: how it failed, as a stable word without anything of what the event says.
        """
        short = fault[:_LONGEST_FAULT]
        if again_at is None:
            return self._end(event_id, owner, state=OutboxState.PARKED.value, fault=short, ended_at=at)
        return self._end(event_id, owner, not_before=again_at, fault=short)

    def withdraw(self, key: str, *, prefix: str, at: datetime) -> int:
        """Have events not be handed out any more, and erase what they held; return how many those were.

        One that a worker has just then may still go out; that worker finds that it is not its own any more.

        Args:
            key: of this key.
            prefix: whose ids begin so.
            at: present time, aware UTC.
        """
        is_it = and_(OUTBOX.c.ordering_key == key, OUTBOX.c.event_id.startswith(prefix, autoescape=True))
        return sum(
            self._connection.execute(
                update(OUTBOX)
                .where(is_it, OUTBOX.c.state == state)
                .values(
                    state=OutboxState.DONE.value,
                    payload=None,
                    fault=_WITHDRAWN,
                    owner=None,
                    leased_until=None,
                    ended_at=at,
                )
            ).rowcount
            for state in (_PENDING, _PARKED)  # one after the other: each has an index of its own
        )

    def hand_out_again(self, event_id: str, *, at: datetime) -> bool:
        """Have a parked event handed out again, as if it were new; tell whether it was parked.

        It takes its old place before the later events of its key that are still pending.
        """
        statement = (
            update(OUTBOX)
            .where(OUTBOX.c.event_id == event_id, OUTBOX.c.state == _PARKED)
            .values(state=OutboxState.PENDING.value, attempts=0, not_before=at, ended_at=None)
        )
        return self._connection.execute(statement).rowcount == 1

    def forget(self, *, before: datetime) -> int:
        """Delete what was handed out before an instant, and return how many events those were.

        Until then an event that is put again is known for having been handed out already.
        """
        statement = delete(OUTBOX).where(OUTBOX.c.state == _DONE, OUTBOX.c.ended_at < before)
        return self._connection.execute(statement).rowcount

    def pending(self, *, limit: int = 100) -> list[OutboxEvent]:
        """Return the earliest events that are to be handed out, in the order in which they were put."""
        return self._listed(OUTBOX.c.state == _PENDING, limit)

    def parked(self, *, limit: int = 100) -> list[OutboxEvent]:
        """Return the earliest events that wait for a person, in the order in which they were put."""
        return self._listed(OUTBOX.c.state == _PARKED, limit)

    def find(self, event_id: str) -> OutboxEvent | None:
        """Return an event wherever it stands; None where it is not known or forgotten."""
        row = self._connection.execute(select(OUTBOX).where(OUTBOX.c.event_id == event_id)).one_or_none()
        return None if row is None else _event(row)

    def backlog(self) -> Backlog:
        """Return how much waits."""
        pending, oldest = self._connection.execute(
            select(func.count(), func.min(OUTBOX.c.not_before)).where(OUTBOX.c.state == _PENDING)
        ).one()
        parked = select(func.count()).where(OUTBOX.c.state == _PARKED).select_from(OUTBOX)
        return Backlog(
            pending=pending, parked=self._connection.execute(parked).scalar_one(), oldest_at=oldest
        )

    def waiting(self) -> dict[str, Waiting]:
        """Return how much waits of each topic: what nobody hands out is seen here."""
        rows = self._connection.execute(
            select(OUTBOX.c.topic, OUTBOX.c.state, func.count(), func.min(OUTBOX.c.created_at))
            .where(OUTBOX.c.state != OutboxState.DONE.value)
            .group_by(OUTBOX.c.topic, OUTBOX.c.state)
        ).all()
        counts: dict[str, dict[str, tuple[int, datetime]]] = {}
        for topic, state, count, oldest in rows:
            counts.setdefault(topic, {})[state] = (count, oldest)
        return {topic: _waiting(by_state) for topic, by_state in sorted(counts.items())}

    def _end(self, event_id: str, owner: str, **values: Any) -> bool:  # noqa: ANN401 -- columns
        statement = (
            update(OUTBOX)
            .where(OUTBOX.c.event_id == event_id, OUTBOX.c.owner == owner, OUTBOX.c.state == _PENDING)
            .values(owner=None, leased_until=None, **values)
        )
        return self._connection.execute(statement).rowcount == 1

    def _listed(self, condition: Any, limit: int) -> list[OutboxEvent]:  # noqa: ANN401 -- an expression
        rows = self._connection.execute(select(OUTBOX).where(condition).order_by(OUTBOX.c.seq).limit(limit))
        return [_event(row) for row in rows]


def _waiting(by_state: dict[str, tuple[int, datetime]]) -> Waiting:
    pending, parked = (
        by_state.get(state.value, (0, None)) for state in (OutboxState.PENDING, OutboxState.PARKED)
    )
    oldest = min(at for _, at in by_state.values())
    return Waiting(pending=pending[0], parked=parked[0], oldest_at=oldest)


def _is_held_back(name: str, key: ColumnElement[str], at: datetime) -> ColumnElement[bool]:
    """Return what tells that something earlier of a key waits, or anything of it is under way."""
    other = OUTBOX.alias(name)
    holds_back = and_(
        other.c.ordering_key == key,
        other.c.state == _PENDING,
        or_(other.c.seq < OUTBOX.c.seq, and_(other.c.seq > OUTBOX.c.seq, other.c.leased_until > at)),
    )
    return select(literal_column("1")).select_from(other).where(holds_back).exists()


def _due(at: datetime, limit: int, topics: Collection[str] | None) -> Select[tuple[int]]:
    conditions = [
        OUTBOX.c.state == _PENDING,
        OUTBOX.c.not_before <= at,
        or_(OUTBOX.c.leased_until.is_(None), OUTBOX.c.leased_until <= at),
        or_(
            OUTBOX.c.ordering_key.startswith(ahead_of(""), autoescape=True),
            ~_is_held_back("other", OUTBOX.c.ordering_key, at),
        ),
        ~_is_held_back("ahead", literal(ahead_of("")).concat(OUTBOX.c.ordering_key), at),
    ]
    if topics is not None:
        conditions.append(OUTBOX.c.topic.in_(sorted(topics)))
    return (
        select(OUTBOX.c.seq)
        .where(*conditions)
        .order_by(OUTBOX.c.not_before, OUTBOX.c.seq)
        .limit(limit)
        .with_for_update(skip_locked=True, of=OUTBOX)
    )


def _values(event: OutboxEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "topic": event.topic,
        "ordering_key": event.key,
        "payload": dict(event.payload),
        "created_at": event.created_at,
        "not_before": event.not_before,
        "attempts": event.attempts,
        "state": event.state.value,
        "fault": event.fault,
    }


def _event(row: Row[Any]) -> OutboxEvent:
    return OutboxEvent(
        event_id=row.event_id,
        topic=row.topic,
        key=row.ordering_key,
        payload=row.payload or {},
        created_at=row.created_at,
        not_before=row.not_before,
        attempts=row.attempts,
        state=OutboxState(row.state),
        fault=row.fault,
        leased_until=row.leased_until,
    )
