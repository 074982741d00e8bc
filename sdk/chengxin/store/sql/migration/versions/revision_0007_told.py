"""What the change feed told to be gone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_told"
down_revision = "0006_review"
branch_labels = None
depends_on = None

_TABLE = "chengxin_told"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("told_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("code", "record_id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_told_at"), _TABLE, ["told_at"])


def downgrade() -> None:
    """Drop the table: an answer that is older than what was told is then taken for what it says."""
    op.drop_table(_TABLE)
