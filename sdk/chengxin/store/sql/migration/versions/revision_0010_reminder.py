"""What people were reminded of, and commitments whose relief named a measure, of which nothing ever came."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from chengxin.canonical import canonical_bytes

revision = "0010_reminder"
down_revision = "0009_feed"
branch_labels = None
depends_on = None

_TABLE = "chengxin_reminder"


def upgrade() -> None:
    """Make the table, and leave out reliefs that are no platform facts."""
    op.create_table(
        _TABLE,
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("about", "what", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_at"), _TABLE, ["at"])
    _leave_out(str)


def downgrade() -> None:
    """Drop the table: people are reminded once more; leave out reliefs that are platform facts."""
    op.drop_table(_TABLE)
    _leave_out(dict)


def _leave_out(kind: type) -> None:
    """Write commitments whose relief is of a kind without one: what reads them knows none of it."""
    connection = op.get_bind()
    commitments = sa.table(
        "chengxin_commitment", sa.column("commitment_id", sa.String), sa.column("body", sa.Text)
    )
    columns = (commitments.c.commitment_id, commitments.c.body)
    rows = connection.execute(sa.select(*columns).where(commitments.c.body.is_not(None))).all()
    for name, text in rows:
        body: dict[str, Any] = json.loads(text)
        if isinstance(body.get("relief"), kind):
            body["relief"] = None
            connection.execute(
                sa.update(commitments)
                .where(commitments.c.commitment_id == name)
                .values(body=canonical_bytes(body).decode())
            )
