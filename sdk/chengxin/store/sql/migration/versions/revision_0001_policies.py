"""Policy versions, what authors wrote, and every step of their lives."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chengxin.store.sql.migration.immutability import drop_function, forbid_change

revision = "0001_policies"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = ("chengxin_policy_document", "chengxin_policy_source", "chengxin_policy_step")


def upgrade() -> None:
    """Make the tables."""
    for kind in ("document", "source"):
        op.create_table(
            f"chengxin_policy_{kind}",
            sa.Column("digest", sa.String(71), nullable=False),
            sa.Column("content", sa.LargeBinary, nullable=False),
            sa.PrimaryKeyConstraint("digest", name=op.f(f"pk_chengxin_policy_{kind}")),
        )
    op.create_table(
        "chengxin_policy_step",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("document", sa.String(71), nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("seal", sa.String(71), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_chengxin_policy_step_number")),
        sa.ForeignKeyConstraint(
            ["document"],
            ["chengxin_policy_document.digest"],
            name=op.f("fk_chengxin_policy_step_document"),
        ),
        sa.PrimaryKeyConstraint("name", "number", name=op.f("pk_chengxin_policy_step")),
    )
    for table in _TABLES:
        forbid_change(table)


def downgrade() -> None:
    """Drop the tables, and all policy versions with them."""
    for table in reversed(_TABLES):
        op.drop_table(table)
    drop_function()
