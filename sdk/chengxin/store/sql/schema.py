"""The tables, as they are after the latest migration, and the types of their columns.

All names begin with ``chengxin_``: the database may be a host's own, and hold tables of which nothing is known here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

from chengxin.canonical import canonical_bytes

HEAD: Final = "0003_outbox"
"""The revision that the tables below are of: the latest in ``migration/versions``."""
PREFIX: Final = "chengxin_"
VERSION_TABLE: Final = "chengxin_version"
NAMING: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA: Final = MetaData(naming_convention=NAMING)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An instant, aware UTC, kept as microseconds since 1970: the same in every database, in order, without zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the microseconds.

        Raises:
            ValueError: the datetime is naive, or of another offset than UTC.
        """
        if value is None:
            return None
        if value.utcoffset() != timedelta(0):
            raise ValueError("An instant is an aware datetime in UTC. Convert it: value.astimezone(UTC).")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Return the instant."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Document(TypeDecorator[Any]):
    """A JSON value, kept as the text of its canonical form (RFC 8785): the same value has the same text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ANN401, ARG002
        """Return the canonical text; None is SQL's null."""
        return None if value is None else canonical_bytes(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ANN401, ARG002
        """Return the value."""
        return None if value is None else json.loads(value)


DIGEST: Final = String(71)
"""``sha256:`` and 64 hexadecimal digits."""

POLICY_DOCUMENT: Final = Table(
    "chengxin_policy_document",
    METADATA,
    Column("digest", DIGEST, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
POLICY_SOURCE: Final = Table(
    "chengxin_policy_source",
    METADATA,
    Column("digest", DIGEST, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
POLICY_STEP: Final = Table(
    "chengxin_policy_step",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("document", DIGEST, ForeignKey(POLICY_DOCUMENT.c.digest), nullable=False),
    Column("step", Document, nullable=False),
    Column("seal", DIGEST, nullable=False),
    CheckConstraint("number >= 1", name="number"),
)

_PENDING: Final = text("state = 'PENDING'")
_PARKED: Final = text("state = 'PARKED'")
_DONE: Final = text("state = 'DONE'")
OUTBOX: Final = Table(
    "chengxin_outbox",
    METADATA,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("event_id", String(128), nullable=False, unique=True),
    Column("topic", String(63), nullable=False),
    Column("ordering_key", String(200), nullable=False),
    Column("payload", Document),
    Column("created_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("fault", String(80), nullable=False),
    Column("owner", String(64)),
    Column("leased_until", Instant),
    Column("ended_at", Instant),
    CheckConstraint("state IN ('PENDING', 'DONE', 'PARKED')", name="state"),
    Index(None, "not_before", "seq", sqlite_where=_PENDING, postgresql_where=_PENDING),
    Index(None, "ordering_key", "seq", sqlite_where=_PENDING, postgresql_where=_PENDING),
    Index(None, "seq", sqlite_where=_PARKED, postgresql_where=_PARKED),
    Index(None, "ended_at", sqlite_where=_DONE, postgresql_where=_DONE),
    sqlite_autoincrement=True,
)
