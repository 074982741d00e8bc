"""Which measures a named person decided on, and since when a mass change holds nothing any longer."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0011_waves"
down_revision = "0010_reminder"
branch_labels = None
depends_on = None

_IMPOSITION: Final = "chengxin_imposition"
_WAVE: Final = "chengxin_wave"
_INDEX: Final = f"ix_{_WAVE}_closed_at"
_DECIDED: Final = '%"decided_by":"%'
_RELIEF: Final = '%"direction":"RELIEVE"%'
"""Found in canonical JSON where it is a member, and nowhere else: inside of a text, quotes are escaped."""


def upgrade() -> None:
    """Add the columns, and have no statement be public that another took the place of.

    Waves that hold nothing are closed by the job that carries out what was decided of them.
    """
    is_decided = sa.Column("is_decided", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column(_IMPOSITION, is_decided)
    rows = sa.table(_IMPOSITION, sa.column("is_decided", sa.Boolean), sa.column("body", sa.Text))
    op.execute(rows.update().where(rows.c.body.like(_DECIDED)).values(is_decided=True))
    statements = sa.table(
        "chengxin_statement", sa.column("is_latest", sa.Boolean), sa.column("is_published", sa.Boolean)
    )
    op.execute(statements.update().where(sa.not_(statements.c.is_latest)).values(is_published=False))
    op.add_column(_WAVE, sa.Column("closed_at", sa.BigInteger))
    op.create_index(op.f(_INDEX), _WAVE, ["closed_at"])


def downgrade() -> None:
    """Drop the columns, and reviews of reliefs; what closed without a decision is told as refused, by nobody."""
    waves = sa.table(_WAVE, sa.column("state", sa.Text), sa.column("body", sa.Text))
    refused = sa.func.replace(waves.c.body, '"state":"LAPSED"', '"state":"REJECTED"')
    op.execute(waves.update().where(waves.c.state == "LAPSED").values(state="REJECTED", body=refused))
    reviews = sa.table("chengxin_review", sa.column("body", sa.Text))
    op.execute(reviews.delete().where(reviews.c.body.like(_RELIEF)))
    op.drop_index(op.f(_INDEX), table_name=_WAVE)
    for table, column in ((_WAVE, "closed_at"), (_IMPOSITION, "is_decided")):
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
