"""Tables in which nothing is ever changed or deleted: the database itself refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from alembic import op

_FUNCTION: Final = "chengxin_refuse_change"


def forbid_change(table: str, *, verbs: str = "UPDATE OR DELETE OR TRUNCATE") -> None:
    """Have the database refuse to change or delete a row of a table. Dropping the table ends it.

    Args:
        table: the table.
        verbs: what is refused in PostgreSQL.
    """
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
            )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is only added to', TG_TABLE_NAME USING ERRCODE = '23001'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE {verbs} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
    )


def allow_change(table: str) -> None:
    """Take away what refuses to change or delete a row of a table, whichever of these refuses it."""
    if op.get_context().dialect.name == "sqlite":
        for middle in ("", "other_"):
            for verb in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{middle}{verb}")
        return
    for name in ("change", "other_change"):
        op.execute(f"DROP TRIGGER IF EXISTS {table}_no_{name} ON {table}")


def drop_function() -> None:
    """Drop what the last of these tables leaves behind in PostgreSQL."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION IF EXISTS {_FUNCTION}()")


def forbid_change_unless(table: str, condition: str, *, kept: Sequence[str], keys: int = 1) -> None:
    """Have the database refuse to delete a row of a table, to put one in the place of another, and to change one.

    Args:
        table: the table.
        condition: what of ``OLD`` and ``NEW`` holds where a change is allowed.
        kept: columns that no change touches; the first are the key.
        keys: how many of them are.
    """
    is_sqlite = op.get_context().dialect.name == "sqlite"
    same = " AND ".join(
        f"NEW.{column} {'IS' if is_sqlite else 'IS NOT DISTINCT FROM'} OLD.{column}" for column in kept
    )
    is_there = " AND ".join(f"{column} = NEW.{column}" for column in kept[:keys])
    if not is_sqlite:
        forbid_change(table, verbs="DELETE OR TRUNCATE")
        op.execute(
            f"CREATE TRIGGER {table}_no_other_change BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN (NOT ({condition} AND {same})) EXECUTE FUNCTION {_FUNCTION}()"
        )
        return
    # INSERT OR REPLACE takes a row away without a word to triggers of DELETE.
    refusals = {
        "UPDATE": f"NOT ({condition} AND {same})",
        "DELETE": "TRUE",
        "INSERT": f"EXISTS (SELECT 1 FROM {table} WHERE {is_there})",  # noqa: S608
    }
    for verb, refused in refusals.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_other_{verb.lower()} BEFORE {verb} ON {table} WHEN {refused} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is only added to'); END"
        )
