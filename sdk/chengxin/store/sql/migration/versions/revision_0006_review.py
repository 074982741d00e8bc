"""What a named human has to decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_review"
down_revision = "0005_hearing"
branch_labels = None
depends_on = None

_TABLE = "chengxin_review"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("review_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(16)),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("lapses_at", sa.BigInteger),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("review_id", name=op.f(f"pk_{_TABLE}")),
    )
    for names in (("code", "role"), ("outcome", "opened_at")):
        op.create_index(op.f(f"ix_{_TABLE}_{'_'.join(names)}"), _TABLE, list(names))


def downgrade() -> None:
    """Drop the table, and all reviews with it."""
    op.drop_table(_TABLE)
