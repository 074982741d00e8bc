"""What is kept for good in SQL: the door to the database, the tables, and what is kept in them."""

from sqlalchemy import Connection

from chengxin.store.sql.engine import open_engine
from chengxin.store.sql.outbox import OutboxRows
from chengxin.store.sql.schema import HEAD, METADATA, Document, Instant
from chengxin.store.sql.store import SqlStore

__all__ = ["HEAD", "METADATA", "Connection", "Document", "Instant", "OutboxRows", "SqlStore", "open_engine"]
