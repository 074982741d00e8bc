"""What is kept of people, and for how long: keys of pseudonyms, where terms begin, which file belongs to what."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from alembic import op

from chengxin.store.sql.migration.immutability import allow_change, forbid_change, forbid_change_unless

revision = "0008_retention"
down_revision = "0007_told"
branch_labels = None
depends_on = None

_STEP: Final = "chengxin_appeal_step"
_USE: Final = "chengxin_evidence_use"
_KEYED: Final = ("appeal", "objection", "commitment", "declaration")
"""Tables whose rows get a key and a term; all but the first have a body."""
_CHECK: Final = sa.CheckConstraint("number >= 1", name=f"ck_{_STEP}_number")


def upgrade() -> None:
    """Add the columns and the table, with a key for every row; where terms begin the job that erases finds out."""
    for name in _KEYED:
        with op.batch_alter_table(f"chengxin_{name}") as table:
            table.add_column(sa.Column("key", sa.LargeBinary))
            table.add_column(sa.Column("over_at", sa.BigInteger))
            table.add_column(sa.Column("erased", sa.Text))
            if name != "appeal":
                table.alter_column("body", existing_type=sa.Text, nullable=True)
        op.create_index(op.f(f"ix_chengxin_{name}_over_at"), f"chengxin_{name}", ["over_at"])
        _make_keys(name)
    _make_uses()
    allow_change(_STEP)
    with op.batch_alter_table(_STEP, table_args=(_CHECK,) if _is_sqlite() else ()) as table:
        table.alter_column("step", existing_type=sa.Text, nullable=True)
    kept = ("imposition_id", "number")
    forbid_change_unless(_STEP, "OLD.step IS NOT NULL AND NEW.step IS NULL", kept=kept, keys=2)


def downgrade() -> None:
    """Drop the columns and the table; of what is erased nothing is left then, and pseudonyms say nothing any more."""
    allow_change(_STEP)
    op.execute(f"DELETE FROM {_STEP} WHERE step IS NULL")  # noqa: S608 -- names of our own
    with op.batch_alter_table(_STEP, table_args=(_CHECK,) if _is_sqlite() else ()) as table:
        table.alter_column("step", existing_type=sa.Text, nullable=False)
    forbid_change(_STEP)
    op.drop_table(_USE)
    for name in _KEYED:
        op.execute(f"DELETE FROM chengxin_{name} WHERE erased IS NOT NULL")  # noqa: S608
        op.drop_index(op.f(f"ix_chengxin_{name}_over_at"), f"chengxin_{name}")
        with op.batch_alter_table(f"chengxin_{name}") as table:
            for column in ("erased", "over_at", "key"):
                table.drop_column(column)
            if name != "appeal":
                table.alter_column("body", existing_type=sa.Text, nullable=False)


def _make_keys(name: str) -> None:
    table = sa.table(f"chengxin_{name}", sa.column(f"{name}_id"), sa.column("key"))
    connection = op.get_bind()
    for key in connection.execute(sa.select(table.c[f"{name}_id"])).scalars().all():
        is_it = table.c[f"{name}_id"] == key
        connection.execute(sa.update(table).where(is_it).values(key=secrets.token_bytes(32)))


def _make_uses() -> None:
    op.create_table(
        _USE,
        sa.Column("used_by", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(71), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["chengxin_evidence.digest"], name=op.f(f"fk_{_USE}_digest")),
        sa.PrimaryKeyConstraint("used_by", "digest", name=op.f(f"pk_{_USE}")),
    )
    op.create_index(op.f(f"ix_{_USE}_digest"), _USE, ["digest"])
    rows = [{"used_by": used_by, "digest": digest} for used_by, digest in sorted(set(_uses()))]
    if rows:
        op.bulk_insert(sa.table(_USE, sa.column("used_by"), sa.column("digest")), rows)


def _uses() -> Iterator[tuple[str, str]]:
    """Yield which measure or pledge holds which content, of contents that are there."""
    connection = op.get_bind()
    there = set(connection.execute(sa.text("SELECT digest FROM chengxin_evidence")).scalars())
    for table, key, body in (
        (_STEP, "imposition_id", "step"),
        ("chengxin_commitment", "commitment_id", "body"),
        ("chengxin_declaration", "declaration_id", "body"),
    ):
        found = connection.execute(sa.text(f"SELECT {key}, {body} FROM {table}")).all()  # noqa: S608
        for used_by, text in found:
            said = json.loads(text)
            pieces = said.get("evidence") or (said.get("settlement") or {}).get("evidence") or ()
            yield from ((used_by, piece["digest"]) for piece in pieces if piece["digest"] in there)


def _is_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"
