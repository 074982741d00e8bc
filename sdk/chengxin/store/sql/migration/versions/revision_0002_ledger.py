"""The ledger: entries, the head of their chain, and signed checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chengxin.store.sql.migration.immutability import forbid_change, forbid_change_unless

revision = "0002_ledger"
down_revision = "0001_policies"
branch_labels = None
depends_on = None

_ENTRY = "chengxin_ledger_entry"
_HEAD = "chengxin_ledger_head"
_CHECKPOINT = "chengxin_ledger_checkpoint"
_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_DUE = sa.text("content IS NOT NULL AND erase_at IS NOT NULL")
_KEPT = ("seq", "at", "kind", "subject", "actor", "stub", "content_digest", "erase_at", "prev_hash", "hash")


def upgrade() -> None:
    """Make the tables; the chain begins at nothing."""
    op.create_table(
        _ENTRY,
        sa.Column("seq", _SEQ, autoincrement=False, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("actor", sa.Text),
        sa.Column("stub", sa.Text, nullable=False),
        sa.Column("content", sa.Text),
        sa.Column("salt", sa.String(32)),
        sa.Column("content_digest", sa.String(71)),
        sa.Column("erase_at", sa.Text),
        sa.Column("prev_hash", sa.String(71), nullable=False),
        sa.Column("hash", sa.String(71), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f(f"ck_{_ENTRY}_seq")),
        sa.PrimaryKeyConstraint("seq", name=op.f(f"pk_{_ENTRY}")),
    )
    op.create_index(op.f(f"ix_{_ENTRY}_subject_seq"), _ENTRY, ["subject", "seq"])
    op.create_index(
        op.f(f"ix_{_ENTRY}_erase_at"), _ENTRY, ["erase_at"], sqlite_where=_DUE, postgresql_where=_DUE
    )
    op.create_table(
        _HEAD,
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("seq", _SEQ, nullable=False),
        sa.Column("hash", sa.String(71), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f(f"ck_{_HEAD}_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_HEAD}")),
    )
    op.create_table(
        _CHECKPOINT,
        sa.Column("seq", _SEQ, autoincrement=False, nullable=False),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("hash", sa.String(71), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("jws", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["seq"], [f"{_ENTRY}.seq"], name=op.f(f"fk_{_CHECKPOINT}_seq")),
        sa.PrimaryKeyConstraint("seq", "kid", name=op.f(f"pk_{_CHECKPOINT}")),
    )
    op.execute(f"INSERT INTO {_HEAD} (id, seq, hash) VALUES (1, 0, 'sha256:{'0' * 64}')")  # noqa: S608
    forbid_change_unless(_ENTRY, "NEW.content IS NULL AND NEW.salt IS NULL", kept=_KEPT)
    forbid_change_unless(_HEAD, "NEW.seq > OLD.seq", kept=("id",))
    forbid_change(_CHECKPOINT)


def downgrade() -> None:
    """Drop the tables, and the ledger with them."""
    for table in (_CHECKPOINT, _HEAD, _ENTRY):
        op.drop_table(table)
