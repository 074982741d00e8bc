"""The tables, as they are after the latest migration, and the types of their columns.

All names begin with ``chengxin_``: the database may be a host's own, and hold tables of which nothing is known here.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    false,
    text,
)

from chengxin.canonical import canonical_bytes

HEAD: Final = "0011_waves"
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

SEQ: Final = BigInteger().with_variant(Integer, "sqlite")
"""A number that does not run out; in SQLite the row's own."""

# What the hash of an entry covers is kept as the very text that is hashed: instants, stub and content too. A byte that
# changes in the file can then not read as the same value.
LEDGER_ENTRY: Final = Table(
    "chengxin_ledger_entry",
    METADATA,
    Column("seq", SEQ, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("actor", Text),
    Column("stub", Text, nullable=False),
    Column("content", Text),
    Column("salt", String(32)),
    Column("content_digest", DIGEST),
    Column("erase_at", Text),
    Column("prev_hash", DIGEST, nullable=False),
    Column("hash", DIGEST, nullable=False),
    CheckConstraint("seq >= 1", name="seq"),
)
_IS_DUE: Final = text("content IS NOT NULL AND erase_at IS NOT NULL")
Index(None, LEDGER_ENTRY.c.subject, LEDGER_ENTRY.c.seq)
Index(None, LEDGER_ENTRY.c.erase_at, sqlite_where=_IS_DUE, postgresql_where=_IS_DUE)
LEDGER_HEAD: Final = Table(
    "chengxin_ledger_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", SEQ, nullable=False),
    Column("hash", DIGEST, nullable=False),
    CheckConstraint("id = 1", name="id"),
)
LEDGER_CHECKPOINT: Final = Table(
    "chengxin_ledger_checkpoint",
    METADATA,
    Column("seq", SEQ, ForeignKey(LEDGER_ENTRY.c.seq), primary_key=True, autoincrement=False),
    Column("kid", Text, primary_key=True),
    Column("hash", DIGEST, nullable=False),
    Column("at", Text, nullable=False),
    Column("jws", Text, nullable=False),
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

SUBJECT: Final = Table(
    "chengxin_subject",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("role", String(16), primary_key=True),
    Column("enrolled_at", Instant, nullable=False),
    Column("policy_digest", DIGEST),
    Column("checked_at", Instant),
    Column("check_at", Instant, nullable=False),
    Index(None, "check_at"),
    Index(None, "policy_digest"),
)
"""Whom the platform deals with: when they were looked at last, under which policy, and when they are to be again."""
IMPOSITION: Final = Table(
    "chengxin_imposition",
    METADATA,
    Column("imposition_id", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("measure_code", String(64), nullable=False),
    Column("is_open", Boolean(create_constraint=False), nullable=False),
    Column("hold", String(16)),
    Column("wave_id", String(64)),
    Column("noticed_at", Instant),
    Column("is_decided", Boolean(create_constraint=False), nullable=False, server_default=false()),
    Column("due_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Document, nullable=False),
    Index(None, "code", "is_open"),
    Index(None, "is_open", "due_at"),
    Index(None, "noticed_at"),
    Index(None, "wave_id"),
)
"""Measures that limit, on their way: ``due_at`` is when time alone next gives something to put on record.

What a named person decided on (``is_decided``) does not count towards a mass change.
"""
EXEMPTION: Final = Table(
    "chengxin_exemption",
    METADATA,
    Column("exemption_id", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("until", Instant, nullable=False),
    Column("body", Document, nullable=False),
    Index(None, "code"),
)
WAVE: Final = Table(
    "chengxin_wave",
    METADATA,
    Column("wave_id", String(64), primary_key=True),
    Column("policy_digest", DIGEST, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("body", Document, nullable=False),
    Index(None, "policy_digest", "state"),
    Index(None, "closed_at"),
)
"""Mass changes: ``closed_at`` is since when nothing is held in one any longer."""
STATEMENT: Final = Table(
    "chengxin_statement",
    METADATA,
    Column("statement_id", String(128), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("imposition_id", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("is_latest", Boolean(create_constraint=False), nullable=False),
    Column("is_published", Boolean(create_constraint=False), nullable=False),
    Column("erase_at", Instant),
    Column("body", Document),
    Column("stub", Document, nullable=False),
    Index(None, "imposition_id"),
    Index(None, "code", "is_latest"),
    Index(None, "is_published", "is_latest"),
    Index(None, "erase_at"),
)
"""Statements of reasons: the body goes when what it tells is no longer disclosed, the stub stays."""

APPEAL_STEP: Final = Table(
    "chengxin_appeal_step",
    METADATA,
    Column("imposition_id", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("step", Document),
    CheckConstraint("number >= 1", name="number"),
)
"""The journal of appeals against a measure: only added to, and decided again step by step when it is read.

When its term is over all steps of a journal are erased, and nothing else of it ever changes.
"""
APPEAL: Final = Table(
    "chengxin_appeal",
    METADATA,
    Column("appeal_id", String(64), primary_key=True),
    Column("imposition_id", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("is_open", Boolean(create_constraint=False), nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("key", LargeBinary),
    Column("over_at", Instant),
    Column("erased", Document),
    Index(None, "imposition_id"),
    Index(None, "code"),
    Index(None, "is_open", "filed_at"),
    Index(None, "due_at"),
    Index(None, "over_at"),
)
"""Where appeals are found: ``due_at`` is the end of the next clock that runs; what they say is in the journal.

Here and below ``key`` makes the pseudonyms of who acts for the merchant, ``over_at`` is where the term begins, and
``erased`` is what stays when body and key are erased.
"""
EVIDENCE: Final = Table(
    "chengxin_evidence",
    METADATA,
    Column("digest", DIGEST, primary_key=True),
    Column("size", Integer, nullable=False),
    Column("kept_at", Instant, nullable=False),
    Column("content", LargeBinary, nullable=False),
    CheckConstraint("size = length(content)", name="size"),
)
EVIDENCE_USE: Final = Table(
    "chengxin_evidence_use",
    METADATA,
    Column("used_by", String(64), primary_key=True),
    Column("digest", DIGEST, ForeignKey(EVIDENCE.c.digest), primary_key=True),
    Index(None, "digest"),
)
"""Which measure, by its appeals, or which pledge holds a content; the last one that goes takes it along."""
OBJECTION: Final = Table(
    "chengxin_objection",
    METADATA,
    Column("objection_id", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("is_open", Boolean(create_constraint=False), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("body", Document),
    Column("key", LargeBinary),
    Column("over_at", Instant),
    Column("erased", Document),
    Index(None, "over_at"),
    Index(None, "code", "is_open"),
    Index(None, "is_open", "raised_at"),
)
COMMITMENT: Final = Table(
    "chengxin_commitment",
    METADATA,
    Column("commitment_id", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("is_settled", Boolean(create_constraint=False), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("body", Document),
    Column("key", LargeBinary),
    Column("over_at", Instant),
    Column("erased", Document),
    Index(None, "over_at"),
    Index(None, "code"),
    Index(None, "is_settled", "due_at"),
)
DECLARATION: Final = Table(
    "chengxin_declaration",
    METADATA,
    Column("declaration_id", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("is_looked_at", Boolean(create_constraint=False), nullable=False),
    Column("declared_at", Instant, nullable=False),
    Column("body", Document),
    Column("key", LargeBinary),
    Column("over_at", Instant),
    Column("erased", Document),
    Index(None, "over_at"),
    Index(None, "code"),
    Index(None, "is_looked_at", "declared_at"),
)
REVIEW: Final = Table(
    "chengxin_review",
    METADATA,
    Column("review_id", String(64), primary_key=True),
    Column("code", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("outcome", String(16)),
    Column("opened_at", Instant, nullable=False),
    Column("lapses_at", Instant),
    Column("body", Document, nullable=False),
    Index(None, "code", "role"),
    Index(None, "outcome", "opened_at"),
)
"""What a named human has to decide; no row of it limits anybody. Without an outcome it is not closed on record."""
TOLD: Final = Table(
    "chengxin_told",
    METADATA,
    Column("code", String(64), primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("told_at", Instant, nullable=False),
    Index(None, "told_at"),
)
"""Records that the feed told to be gone, up to a version: an answer that still shows one is older than that."""
FEED: Final = Table(
    "chengxin_feed",
    METADATA,
    Column("feed", String(200), primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("seq", BigInteger),
    Column("read_at", Instant, nullable=False),
)
"""Up to where everything was done about the changes of a feed; never ahead of what was done."""
REMINDER: Final = Table(
    "chengxin_reminder",
    METADATA,
    Column("about", String(64), primary_key=True),
    Column("what", String(32), primary_key=True),
    Column("at", Instant, nullable=False),
    Index(None, "at"),
)
"""What people were reminded of: each clock of an appeal, a commitment or a declaration once."""
