"""What waits to be handed to the outside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_outbox"
down_revision = "0002_ledger"
branch_labels = None
depends_on = None

_TABLE = "chengxin_outbox"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("event_id", sa.String(128), nullable=False),
        sa.Column("topic", sa.String(63), nullable=False),
        sa.Column("ordering_key", sa.String(200), nullable=False),
        sa.Column("payload", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("fault", sa.String(80), nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("leased_until", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.CheckConstraint("state IN ('PENDING', 'DONE', 'PARKED')", name=op.f("ck_chengxin_outbox_state")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_chengxin_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_chengxin_outbox_event_id")),
        sqlite_autoincrement=True,
    )
    waiting = sa.text("state = 'PENDING'")
    for columns in (["not_before", "seq"], ["ordering_key", "seq"]):
        op.create_index(
            op.f(f"ix_chengxin_outbox_{'_'.join(columns)}"),
            _TABLE,
            columns,
            sqlite_where=waiting,
            postgresql_where=waiting,
        )
    op.create_index(op.f("ix_chengxin_outbox_state_ended_at"), _TABLE, ["state", "ended_at"])


def downgrade() -> None:
    """Drop the table, and what waits in it."""
    op.drop_table(_TABLE)
