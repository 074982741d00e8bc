"""How far change feeds were followed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_feed"
down_revision = "0008_retention"
branch_labels = None
depends_on = None

_TABLE = "chengxin_feed"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        _TABLE,
        sa.Column("feed", sa.String(200), nullable=False),
        sa.Column("cursor", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("read_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f(f"pk_{_TABLE}")),
    )


def downgrade() -> None:
    """Drop the table: everybody is looked at again when a feed is followed next."""
    op.drop_table(_TABLE)
