"""What is put into the outbox of a measure: what the merchant is told, and what other platforms are. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from chengxin.procedure.imposition import Imposition
from chengxin.procedure.statement import StatementOfReasons
from chengxin.store.outbox import OutboxEvent, ahead_of

NOTICE: Final = "notice"
"""Topic of what the merchant is told."""
CONSTRAINT: Final = "constraint"
"""Topic of what other platforms are told."""
LIFTED: Final = "lifted"
"""Kind of what tells other platforms that a measure is over."""


def notice_of(
    one: Imposition, kind: str, statement: StatementOfReasons | None, *, at: datetime
) -> OutboxEvent:
    """Return what tells the merchant; the statement itself is read when it is told, so that nothing ended is."""
    payload = {
        "kind": kind,
        "imposition_id": one.imposition_id,
        "code": one.code,
        "role": one.role.value,
        "measure": one.measure.code,
        "statement_id": None if statement is None else statement.statement_id,
    }
    return _event(NOTICE, one, payload, key=f"{NOTICE}:{one.code}", at=at)


def constraint_of(one: Imposition, kind: str, *, at: datetime) -> OutboxEvent:
    """Return what tells other platforms; they look at the public source themselves (invariant I10).

    A lift goes ahead: it waits for no imposition that is not delivered yet, and what is imposed later waits for it.
    """
    payload = {"kind": kind, "imposition_id": one.imposition_id, "version": one.version}
    key = constraint_key(one)
    return _event(CONSTRAINT, one, payload, key=ahead_of(key) if kind == LIFTED else key, at=at)


def constraint_key(one: Imposition) -> str:
    """Return the key of what other platforms are told of a subject; lifts go ahead of it."""
    return f"{CONSTRAINT}:{one.code}"


def constraint_prefix(one: Imposition) -> str:
    """Return how the ids of all begin that other platforms are told of a measure."""
    return f"{CONSTRAINT}:{one.imposition_id}:"


def _event(topic: str, one: Imposition, payload: Mapping[str, Any], *, key: str, at: datetime) -> OutboxEvent:
    event_id = f"{topic}:{one.imposition_id}:{one.version}:{payload['kind']}"
    return OutboxEvent.new(event_id, topic, key=key, payload=payload, at=at)
