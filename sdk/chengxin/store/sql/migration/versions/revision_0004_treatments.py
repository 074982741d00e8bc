"""Subjects, measures in force and on their way, exemptions, waves, statements of reasons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_treatments"
down_revision = "0003_outbox"
branch_labels = None
depends_on = None

_DIGEST = sa.String(71)
_TABLES = ("subject", "imposition", "exemption", "wave", "statement")


def upgrade() -> None:
    """Make the tables."""
    _table(
        "subject",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("enrolled_at", sa.BigInteger, nullable=False),
        sa.Column("policy_digest", _DIGEST),
        sa.Column("checked_at", sa.BigInteger),
        sa.Column("check_at", sa.BigInteger, nullable=False),
        keys=("code", "role"),
        indexes=(("check_at",), ("policy_digest",)),
    )
    _table(
        "imposition",
        sa.Column("imposition_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("measure_code", sa.String(64), nullable=False),
        sa.Column("is_open", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("hold", sa.String(16)),
        sa.Column("wave_id", sa.String(64)),
        sa.Column("noticed_at", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        keys=("imposition_id",),
        indexes=(("code", "is_open"), ("is_open", "due_at"), ("noticed_at",), ("wave_id",)),
    )
    _table(
        "exemption",
        sa.Column("exemption_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        keys=("exemption_id",),
        indexes=(("code",),),
    )
    _table(
        "wave",
        sa.Column("wave_id", sa.String(64), nullable=False),
        sa.Column("policy_digest", _DIGEST, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        keys=("wave_id",),
        indexes=(("policy_digest", "state"),),
    )
    _table(
        "statement",
        sa.Column("statement_id", sa.String(128), nullable=False),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("imposition_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("is_latest", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("is_published", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("erase_at", sa.BigInteger),
        sa.Column("body", sa.Text),
        sa.Column("stub", sa.Text, nullable=False),
        keys=("statement_id", "version"),
        indexes=(("imposition_id",), ("code", "is_latest"), ("is_published", "is_latest"), ("erase_at",)),
    )


def downgrade() -> None:
    """Drop the tables, and all measures with them."""
    for name in reversed(_TABLES):
        op.drop_table(f"chengxin_{name}")


def _table(
    name: str, *columns: sa.Column[object], keys: tuple[str, ...], indexes: tuple[tuple[str, ...], ...]
) -> None:
    table = f"chengxin_{name}"
    op.create_table(table, *columns, sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")))
    for names in indexes:
        op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, list(names))
