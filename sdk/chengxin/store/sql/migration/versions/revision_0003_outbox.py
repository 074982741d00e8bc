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
    for columns, state in (
        (["not_before", "seq"], "PENDING"),
        (["ordering_key", "seq"], "PENDING"),
        (["seq"], "PARKED"),
        (["ended_at"], "DONE"),
    ):
        where = sa.text(f"state = '{state}'")
        name = op.f(f"ix_chengxin_outbox_{'_'.join(columns)}")
        op.create_index(name, _TABLE, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Drop the table, and what waits in it."""
    op.drop_table(_TABLE)
