"""How a merchant is heard: appeals with their evidence, objections to the source's records, pledges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chengxin.store.sql.migration.immutability import forbid_change

revision = "0005_hearing"
down_revision = "0004_treatments"
branch_labels = None
depends_on = None

_DIGEST = sa.String(71)
_TABLES = ("appeal_step", "appeal", "evidence", "objection", "commitment", "declaration")


def upgrade() -> None:
    """Make the tables."""
    _appeals()
    _pledges()


def downgrade() -> None:
    """Drop the tables, and all appeals and pledges with them."""
    for name in reversed(_TABLES):
        op.drop_table(f"chengxin_{name}")


def _appeals() -> None:
    _table(
        "appeal_step",
        sa.Column("imposition_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_chengxin_appeal_step_number")),
        keys=("imposition_id", "number"),
    )
    forbid_change("chengxin_appeal_step")
    _table(
        "appeal",
        sa.Column("appeal_id", sa.String(64), nullable=False),
        sa.Column("imposition_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("is_open", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("filed_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
        keys=("appeal_id",),
        indexes=(("imposition_id",), ("code",), ("is_open", "filed_at"), ("due_at",)),
    )
    _table(
        "evidence",
        sa.Column("digest", _DIGEST, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("kept_at", sa.BigInteger, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.CheckConstraint("size = length(content)", name=op.f("ck_chengxin_evidence_size")),
        keys=("digest",),
    )
    _table(
        "objection",
        sa.Column("objection_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("is_open", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        keys=("objection_id",),
        indexes=(("code", "is_open"), ("is_open", "raised_at")),
    )


def _pledges() -> None:
    _table(
        "commitment",
        sa.Column("commitment_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("is_settled", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        keys=("commitment_id",),
        indexes=(("code",), ("is_settled", "due_at")),
    )
    _table(
        "declaration",
        sa.Column("declaration_id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("is_looked_at", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("declared_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        keys=("declaration_id",),
        indexes=(("code",), ("is_looked_at", "declared_at")),
    )


def _table(
    name: str,
    *parts: sa.Column[object] | sa.CheckConstraint,
    keys: tuple[str, ...],
    indexes: tuple[tuple[str, ...], ...] = (),
) -> None:
    table = f"chengxin_{name}"
    op.create_table(table, *parts, sa.PrimaryKeyConstraint(*keys, name=op.f(f"pk_{table}")))
    for names in indexes:
        op.create_index(op.f(f"ix_{table}_{'_'.join(names)}"), table, list(names))
