"""Measures in force and on their way, in the caller's transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    case,
    delete,
    distinct,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.errors import StoreError
from chengxin.procedure.imposition import Exemption, Imposition
from chengxin.records import Role
from chengxin.store.sql.schema import EXEMPTION, IMPOSITION, SUBJECT, TOLD, Instant

_MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A subject that is looked at again and again.

    Attributes:
        code: the subject.
        role: its role on the platform.
        policy_digest: the policy it was looked at under last; None where it never was.
        checked_at: when, aware UTC.
        check_at: when it is to be looked at next, aware UTC.
    """

    code: str
    role: Role
    policy_digest: str | None
    checked_at: datetime | None
    check_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A measure of which time alone gives something to put on record.

    Attributes:
        due_at: since when, aware UTC.
        imposition_id: the measure.
        code: the subject.
    """

    due_at: datetime
    imposition_id: str
    code: str


class TreatmentRows:
    """Reads and writes impositions, exemptions and subjects.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def lock(self, code: str) -> None:
        """Wait until nobody else decides about a subject, and have others wait until the transaction is over.

        A transaction that writes to SQLite is alone anyway.
        """
        if not self._is_sqlite:
            key = int.from_bytes(hashlib.blake2b(code.encode(), digest_size=8).digest(), signed=True)
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    def open_of(self, code: str, role: Role | None = None) -> list[Imposition]:
        """Return the impositions of a subject whose end is not on record, the oldest first."""
        wanted = _impositions().where(IMPOSITION.c.code == code, IMPOSITION.c.is_open)
        if role is not None:
            wanted = wanted.where(IMPOSITION.c.role == role.value)
        return self._read(wanted)

    def find(self, imposition_id: str) -> Imposition | None:
        """Return an imposition by its id, whether it is over or not."""
        found = self._read(_impositions().where(IMPOSITION.c.imposition_id == imposition_id))
        return found[0] if found else None

    def due(self, at: datetime, *, limit: int, after: Due | None = None) -> list[Due]:
        """Return of which measures time alone gives something to put on record, the longest due first.

        Nothing of a measure itself is read, so that one that cannot be read keeps none of the others from being found.

        Args:
            at: the instant, aware UTC.
            limit: how many at most.
            after: only those that come after this one.
        """
        key = (IMPOSITION.c.due_at, IMPOSITION.c.imposition_id)
        wanted = select(*key, IMPOSITION.c.code).where(IMPOSITION.c.is_open, IMPOSITION.c.due_at <= at)
        if after is not None:
            is_later = and_(key[0] == after.due_at, key[1] > after.imposition_id)
            wanted = wanted.where(or_(key[0] > after.due_at, is_later))
        rows = self._connection.execute(wanted.order_by(*key).limit(limit))
        return [Due(due_at=due_at, imposition_id=name, code=code) for due_at, name, code in rows]

    def find_all(self, imposition_ids: Sequence[str]) -> dict[str, Imposition]:
        """Return impositions by their ids, whether they are over or not."""
        wanted = _impositions().where(IMPOSITION.c.imposition_id.in_(imposition_ids))
        return {one.imposition_id: one for one in self._read(wanted)}

    def all_of(self, code: str) -> list[Imposition]:
        """Return every imposition of a subject, the oldest first."""
        return self._read(_impositions().where(IMPOSITION.c.code == code))

    def put(self, impositions: Iterable[Imposition]) -> None:
        """Keep impositions that are new."""
        rows = [_row(one) for one in impositions]
        if rows:
            self._connection.execute(insert(IMPOSITION), rows)

    def replace(self, imposition: Imposition) -> None:
        """Keep the next version of an imposition.

        Raises:
            StoreError: what is kept is not the version before it, so somebody else changed it meanwhile.
        """
        row = _row(imposition)
        done = self._connection.execute(
            update(IMPOSITION)
            .where(
                IMPOSITION.c.imposition_id == imposition.imposition_id,
                IMPOSITION.c.version == imposition.version - 1,
            )
            .values(row)
        )
        if done.rowcount != 1:
            raise StoreError(
                f"The measure {imposition.imposition_id} was changed by somebody else meanwhile. Look at it again."
            )

    def exemptions_of(self, code: str, at: datetime) -> list[Exemption]:
        """Return the exemptions of a subject that are not over."""
        wanted = select(EXEMPTION.c.body).where(EXEMPTION.c.code == code, EXEMPTION.c.until > at)
        rows = self._connection.execute(wanted.order_by(EXEMPTION.c.exemption_id)).scalars()
        return [_adapter(Exemption).validate_python(body) for body in rows]

    def put_exemption(self, exemption: Exemption) -> None:
        """Keep an exemption."""
        self._connection.execute(
            insert(EXEMPTION).values(
                exemption_id=exemption.exemption_id,
                code=exemption.code,
                until=exemption.until,
                body=_encode(Exemption, exemption),
            )
        )

    def count_noticed(self, since: datetime) -> int:
        """Return how many subjects were told at or after an instant of a new measure that no person decided on.

        What was let through with a wave, and what a named person decided on by itself, is left out.
        """
        wanted = select(func.count(distinct(IMPOSITION.c.code))).where(
            IMPOSITION.c.noticed_at >= since,
            IMPOSITION.c.wave_id.is_(None),
            IMPOSITION.c.is_decided.is_(False),
        )
        return int(self._connection.execute(wanted).scalar_one())

    def enrol(self, codes: Iterable[str], role: Role, *, at: datetime) -> None:
        """Take subjects among those that are looked at; who is among them stays as it is."""
        rows = [
            {"code": code, "role": role.value, "enrolled_at": at, "check_at": at}
            for code in dict.fromkeys(codes)
        ]
        for start in range(0, len(rows), _MOST_AT_ONCE):
            self._upsert(SUBJECT, rows[start : start + _MOST_AT_ONCE], ("code", "role"), ())

    def is_enrolled(self, code: str) -> bool:
        """Tell whether a subject is looked at."""
        found = self._connection.execute(select(SUBJECT.c.code).where(SUBJECT.c.code == code).limit(1))
        return found.first() is not None

    def roles_of(self, code: str) -> list[Role]:
        """Return the roles in which a subject is looked at."""
        rows = self._connection.execute(
            select(SUBJECT.c.role).where(SUBJECT.c.code == code).order_by(SUBJECT.c.role)
        )
        return [Role(role) for role in rows.scalars()]

    def due_at(self, code: str, role: Role) -> datetime | None:
        """Return when a subject is to be looked at next; None where it is not enrolled."""
        is_it = (SUBJECT.c.code == code, SUBJECT.c.role == role.value)
        return self._connection.execute(select(SUBJECT.c.check_at).where(*is_it)).scalar()

    def count_subjects(self) -> int:
        """Return how many subjects are looked at."""
        return int(self._connection.execute(select(func.count(distinct(SUBJECT.c.code)))).scalar_one())

    def to_check(self, at: datetime, *, limit: int) -> list[Watched]:
        """Return subjects that are to be looked at by now, the longest due first."""
        wanted = select(SUBJECT).where(SUBJECT.c.check_at <= at).order_by(SUBJECT.c.check_at, SUBJECT.c.code)
        return [_watched(row) for row in self._connection.execute(wanted.limit(limit)).mappings()]

    def under_another_policy(self, policy_digest: str) -> Iterator[Watched]:
        """Yield subjects that were last looked at under another policy, or never."""
        wanted = select(SUBJECT).where(_is_behind(policy_digest)).order_by(SUBJECT.c.code, SUBJECT.c.role)
        for row in self._connection.execute(wanted).mappings():
            yield _watched(row)

    def is_behind(self, policy_digest: str) -> bool:
        """Tell whether any subject was last looked at under another policy, or never."""
        found = self._connection.execute(select(SUBJECT.c.code).where(_is_behind(policy_digest)).limit(1))
        return found.first() is not None

    def checked(
        self,
        code: str,
        role: Role,
        *,
        at: datetime,
        policy_digest: str,
        check_at: datetime,
        due_at: datetime | None = None,
    ) -> None:
        """Put on record that a subject was looked at.

        Args:
            code: the subject.
            role: its role.
            at: when, aware UTC.
            policy_digest: under which policy.
            check_at: when it is to be looked at next.
            due_at: when it was due as the look began: who has had the subject put down since has it looked at once
                more, as the look may have gone by what was so before. None where it was not enrolled then.
        """
        values: dict[str, Any] = {"checked_at": at, "policy_digest": policy_digest, "check_at": check_at}
        if due_at is not None:
            is_due_anew = (SUBJECT.c.check_at != due_at) & (SUBJECT.c.check_at <= at)
            values["check_at"] = case((is_due_anew, SUBJECT.c.check_at), else_=literal(check_at, Instant))
        self._connection.execute(
            update(SUBJECT).where(SUBJECT.c.code == code, SUBJECT.c.role == role.value).values(values)
        )

    def put_told(self, code: str, record_id: str, version: int, *, at: datetime) -> None:
        """Put on record that a record is gone, up to a version of it."""
        row = {"code": code, "record_id": record_id, "version": version, "told_at": at}
        self._upsert(TOLD, [row], ("code", "record_id"), ("version", "told_at"))

    def take_back_told(self, code: str, record_id: str) -> None:
        """Put on record that a record is shown again."""
        self._connection.execute(delete(TOLD).where(TOLD.c.code == code, TOLD.c.record_id == record_id))

    def told_of(self, code: str) -> dict[str, int]:
        """Return the records of a subject that are gone, each with the version up to which it is."""
        rows = self._connection.execute(select(TOLD.c.record_id, TOLD.c.version).where(TOLD.c.code == code))
        return {str(record_id): int(version) for record_id, version in rows}

    def forget_told(self, before: datetime) -> None:
        """Forget what was told so long ago that no answer can be older."""
        self._connection.execute(delete(TOLD).where(TOLD.c.told_at < before))

    def put_off(self, code: str, role: Role, check_at: datetime) -> None:
        """Have a subject looked at when it is due anew: later, or sooner."""
        self._connection.execute(
            update(SUBJECT)
            .where(SUBJECT.c.code == code, SUBJECT.c.role == role.value)
            .values(check_at=check_at)
        )

    def put_due(self, at: datetime, code: str | None = None) -> None:
        """Have a subject in all its roles, or every subject, looked at from an instant on.

        One that was due before it is put down anew, too: a look at it may be under way, and go by what was so before.

        Args:
            at: the instant, aware UTC.
            code: the subject; all where None.
        """
        statement = update(SUBJECT).values(check_at=at)
        if code is not None:
            statement = statement.where(SUBJECT.c.code == code)
        self._connection.execute(statement)

    def _read(self, wanted: Select[Any]) -> list[Imposition]:
        adapter = _adapter(Imposition)
        return [adapter.validate_python(body) for body in self._connection.execute(wanted).scalars()]

    def _upsert(
        self, table: Table, rows: Sequence[dict[str, Any]], keys: tuple[str, ...], changed: tuple[str, ...]
    ) -> None:
        made: Any = (sqlite if self._is_sqlite else postgresql).insert(table)
        if changed:
            made = made.on_conflict_do_update(
                index_elements=keys, set_={name: made.excluded[name] for name in changed}
            )
        else:
            made = made.on_conflict_do_nothing(index_elements=keys)
        self._connection.execute(made, list(rows))


def _impositions() -> Select[Any]:
    return select(IMPOSITION.c.body).order_by(
        IMPOSITION.c.noticed_at, IMPOSITION.c.due_at, IMPOSITION.c.imposition_id
    )


def _is_behind(policy_digest: str) -> ColumnElement[bool]:
    """Return what tells that a subject was last looked at under another policy, or never."""
    return or_(SUBJECT.c.policy_digest != policy_digest, SUBJECT.c.policy_digest.is_(None))


def _row(one: Imposition) -> dict[str, Any]:
    return {
        "imposition_id": one.imposition_id,
        "code": one.code,
        "role": one.role.value,
        "measure_code": one.measure.code,
        "is_open": one.end is None,
        "hold": None if one.hold is None else one.hold.value,
        "wave_id": one.wave,
        "noticed_at": one.noticed_at,
        "is_decided": one.measure.decided_by is not None,
        "due_at": one.due_at,
        "version": one.version,
        "body": _encode(Imposition, one),
    }


def _watched(row: Any) -> Watched:  # noqa: ANN401  # a row as SQLAlchemy maps it
    return Watched(
        code=row["code"],
        role=Role(row["role"]),
        policy_digest=row["policy_digest"],
        checked_at=row["checked_at"],
        check_at=row["check_at"],
    )


@lru_cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  # a class
    return TypeAdapter(kind)


def _encode(kind: Any, value: object) -> Any:  # noqa: ANN401  # a class; JSON
    return _adapter(kind).dump_python(value, mode="json")
