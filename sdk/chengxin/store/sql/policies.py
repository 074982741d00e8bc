"""Policy versions in a SQL database, which processes of any number of hosts share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Table, func, insert, select
from sqlalchemy.exc import IntegrityError

from chengxin.canonical import digest as digest_of
from chengxin.errors import (
    InvalidRecord,
    LedgerDamaged,
    PolicyStoreConflict,
    PolicyStoreDamaged,
    PolicyStoreUnavailable,
    StoreUnavailable,
    UnknownPolicyVersion,
)
from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.policy.lifecycle import Step, is_digest, short
from chengxin.store.policy_store import require_canonical
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.schema import LEDGER_HEAD, POLICY_DOCUMENT, POLICY_SOURCE, POLICY_STEP
from chengxin.store.sql.store import SqlStore
from chengxin.wire import decode_step, encode_step

_FIRST: Final = f"sha256:{'0' * 64}"
"""What stands before the first step of a policy."""


class SqlPolicyStore:
    """Keeps policy versions and their steps in the tables ``chengxin_policy_…``.

    The database itself refuses to change or delete a row. Every read verifies the digests, and each step of a policy
    carries a seal over itself and the seal before it: that finds what went wrong, and who edits a row; it does not stop
    somebody who may drop the triggers and write all of them anew. Each step is in the ledger too, appended in the same
    transaction: neither is ever without the other (invariant I6).

    Args:
        store: the database.
    """

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def put(self, document: bytes) -> str:
        """Keep a document in its canonical form, and return its digest."""
        require_canonical(document)
        return self._keep(document, POLICY_DOCUMENT)

    def get(self, digest: str) -> bytes:
        """Return the document of a digest."""
        with self._reading() as connection:
            return _fetch(connection, digest, POLICY_DOCUMENT)

    def put_source(self, text: str) -> str:
        """Keep the text that an author wrote, and return its digest."""
        return self._keep(text.encode(), POLICY_SOURCE)

    def get_source(self, digest: str) -> str:
        """Return the text that an author wrote."""
        with self._reading() as connection:
            return _fetch(connection, digest, POLICY_SOURCE).decode()

    def append(self, step: Step, *, expected: int) -> int:
        """Record one more step of a policy, in the ledger too, and return how many there are of it then."""
        try:
            with _reported(), self._store.transaction() as connection:
                document = _fetch(connection, step.digest, POLICY_DOCUMENT)
                number, seal = _append(connection, step, expected)
                LedgerRows(connection).append(_draft(step, document, number=number, seal=seal))
                return number
        except IntegrityError:
            # Two who knew the same history wrote at once; the other was first.
            found = len(self.steps(step.name))
            raise PolicyStoreConflict(step.name, expected=expected, found=found) from None

    def steps(self, name: str) -> tuple[Step, ...]:
        """Return the steps of a policy in order."""
        query = select(POLICY_STEP).where(POLICY_STEP.c.name == name).order_by(POLICY_STEP.c.number)
        with self._reading() as connection:
            return _verified(name, connection.execute(query).mappings().all())

    def names(self) -> tuple[str, ...]:
        """Return the names of all policies of which steps are on record."""
        with self._reading() as connection:
            return tuple(sorted(connection.scalars(select(POLICY_STEP.c.name).distinct())))

    def _keep(self, content: bytes, table: Table) -> str:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        try:
            with _reported(), self._store.transaction() as connection:
                if _find(connection, digest, table) is None:
                    connection.execute(insert(table).values(digest=digest, content=content))
        except IntegrityError:
            with self._reading() as connection:  # somebody else has put it meanwhile
                _fetch(connection, digest, table)
        return digest

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _reported(), self._store.reading() as connection:
            yield connection


def _append(connection: Connection, step: Step, expected: int) -> tuple[int, str]:
    """Put the next step of a policy on record, and return its number and its seal."""
    of_policy = POLICY_STEP.c.name == step.name
    found = connection.scalar(select(func.count()).where(of_policy)) or 0
    if found != expected:
        raise PolicyStoreConflict(step.name, expected=expected, found=found)
    last = select(POLICY_STEP.c.seal).where(of_policy, POLICY_STEP.c.number == found)
    number, data = found + 1, encode_step(step)
    seal = _seal(number, data, connection.scalar(last) or _FIRST)
    connection.execute(
        insert(POLICY_STEP).values(name=step.name, number=number, document=step.digest, step=data, seal=seal)
    )
    return number, seal


def _draft(step: Step, document: bytes, *, number: int, seal: str) -> LedgerDraft:
    """Return what the ledger says of a step; its seal stands for the rest of it, and for all steps before it."""
    stub = {
        "name": step.name,
        "version": json.loads(document).get("version"),
        "digest": step.digest,
        "move": step.move.value,
        "number": number,
        "seal": seal,
    }
    return LedgerDraft(at=step.at, kind=EntryKind.POLICY_STEP, actor=step.by, stub=stub)


def _seal(number: int, data: Any, before: str) -> str:  # noqa: ANN401 -- any JSON value
    return digest_of({"before": before, "number": number, "step": data})


def _verified(name: str, rows: Sequence[RowMapping]) -> tuple[Step, ...]:
    """Return the steps of rows, each found to follow the one before."""
    steps: list[Step] = []
    before = _FIRST
    for number, row in enumerate(rows, start=1):
        place = f"{POLICY_STEP.name} {name!r} {number}"
        if row["number"] != number or row["seal"] != _seal(number, row["step"], before):
            raise PolicyStoreDamaged(
                "It is not what was written, or one before it is missing. Restore it from a backup.",
                place=place,
            )
        try:
            step = decode_step(row["step"])
        except InvalidRecord as error:
            raise PolicyStoreDamaged(str(error), place=place) from error
        if (step.name, step.digest) != (name, row["document"]):
            raise PolicyStoreDamaged("It is of another policy or version than its row says.", place=place)
        steps.append(step)
        before = row["seal"]
    return tuple(steps)


def _fetch(connection: Connection, digest: str, table: Table) -> bytes:
    if not is_digest(digest):
        raise UnknownPolicyVersion(
            f"{digest[:80]!r} is no digest: it is sha256: and 64 hexadecimal digits.", digest=digest
        )
    content = _find(connection, digest, table)
    if content is None:
        raise UnknownPolicyVersion(
            f"The store holds nothing under {short(digest)} in {table.name}. Look at the history of the policy.",
            digest=digest,
        )
    return content


def _find(connection: Connection, digest: str, table: Table) -> bytes | None:
    """Return what is kept under a digest, found to be what was put there; None where there is nothing."""
    content = connection.scalar(select(table.c.content).where(table.c.digest == digest))
    if content is None:
        return None
    kept = content.encode() if isinstance(content, str) else bytes(content)
    if f"sha256:{hashlib.sha256(kept).hexdigest()}" != digest:
        raise PolicyStoreDamaged(
            "Its bytes are not those of its digest. Restore it from a backup.", place=f"{table.name} {digest}"
        )
    return kept


@contextmanager
def _reported() -> Iterator[None]:
    """Have a database that cannot be used, or a ledger that is damaged, said as an error of the policy store."""
    try:
        yield
    except LedgerDamaged as error:
        raise PolicyStoreDamaged(str(error), place=LEDGER_HEAD.name) from error
    except StoreUnavailable as error:
        raise PolicyStoreUnavailable(f"{error} Look at the steps before trying again.") from error
