"""Mass changes and what is held in them, in the caller's transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, func, insert, select, update

from chengxin.procedure.imposition import Hold, Imposition, Wave, WaveState
from chengxin.records import Role
from chengxin.store.sql.encoding import decode, encode
from chengxin.store.sql.schema import IMPOSITION, SUBJECT, WAVE
from chengxin.store.sql.treatments import TreatmentRows


class WaveRows:
    """Reads and writes waves, and reads what is held in them.

    Args:
        connection: of the transaction that everything belongs to.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Have one transaction at a time judge whether what it imposes makes a wave, and decide or close one.

        Who locks a subject as well locks it before.
        """
        TreatmentRows(self._connection).lock("chengxin:waves")

    def find(self, wave_id: str) -> Wave | None:
        """Return a wave by its id."""
        found = self._read(select(WAVE.c.body).where(WAVE.c.wave_id == wave_id))
        return found[0] if found else None

    def all(self, state: WaveState | None = None) -> list[Wave]:
        """Return waves, the latest first."""
        wanted = select(WAVE.c.body).order_by(WAVE.c.created_at.desc(), WAVE.c.wave_id)
        return self._read(wanted if state is None else wanted.where(WAVE.c.state == state.value))

    def unclosed(self) -> list[Wave]:
        """Return the waves in which something is held, or may still be, the oldest first."""
        wanted = select(WAVE.c.body).where(WAVE.c.closed_at.is_(None))
        return self._read(wanted.order_by(WAVE.c.created_at, WAVE.c.wave_id))

    def waiting(self, policy_digest: str) -> Wave | None:
        """Return the wave of a policy that waits for a person; None where none does."""
        is_it = and_(WAVE.c.policy_digest == policy_digest, WAVE.c.state == WaveState.HELD.value)
        wanted = select(WAVE.c.body).where(is_it)
        found = self._read(wanted.order_by(WAVE.c.created_at.desc(), WAVE.c.wave_id).limit(1))
        return found[0] if found else None

    def put(self, wave: Wave) -> None:
        """Keep a wave that is new."""
        self._connection.execute(insert(WAVE).values(_row(wave)))

    def replace(self, wave: Wave) -> None:
        """Keep a wave as it is once it was decided or closed."""
        self._connection.execute(update(WAVE).where(WAVE.c.wave_id == wave.wave_id).values(_row(wave)))

    def held_of(self, code: str, role: Role, wave_id: str) -> list[Imposition]:
        """Return what is held of a subject in a wave."""
        is_its = and_(IMPOSITION.c.code == code, IMPOSITION.c.role == role.value)
        return self._held(select(IMPOSITION.c.body).where(is_its, _is_in(wave_id)))

    def sample_of(self, wave_id: str, *, limit: int) -> list[Imposition]:
        """Return some of what is held in a wave."""
        return self._held(select(IMPOSITION.c.body).where(_is_in(wave_id)).limit(limit))

    def is_holding(self, wave_id: str) -> bool:
        """Tell whether anything is held in a wave."""
        found = self._connection.execute(select(IMPOSITION.c.code).where(_is_in(wave_id)).limit(1))
        return found.first() is not None

    def subjects_due(self, wave_id: str, at: datetime) -> list[tuple[str, Role]]:
        """Return of whom something is held in a wave, and who are to be looked at by an instant."""
        is_same = and_(SUBJECT.c.code == IMPOSITION.c.code, SUBJECT.c.role == IMPOSITION.c.role)
        key = (SUBJECT.c.code, SUBJECT.c.role)
        wanted = select(*key).distinct().select_from(SUBJECT).join(IMPOSITION, is_same)
        rows = self._connection.execute(
            wanted.where(_is_in(wave_id), SUBJECT.c.check_at <= at).order_by(*key)
        )
        return [(code, Role(role)) for code, role in rows]

    def put_due(self, wave_id: str, at: datetime) -> None:
        """Have everybody of whom something is held in a wave be looked at by an instant at the latest."""
        is_its = select(IMPOSITION.c.code).where(
            IMPOSITION.c.code == SUBJECT.c.code, IMPOSITION.c.role == SUBJECT.c.role, _is_in(wave_id)
        )
        self._connection.execute(
            update(SUBJECT).where(SUBJECT.c.check_at > at, is_its.exists()).values(check_at=at)
        )

    def count_held(self, wave_id: str) -> tuple[int, dict[str, int]]:
        """Return how many subjects a wave holds, and how many of each measure."""
        subjects = select(func.count(distinct(IMPOSITION.c.code))).where(_is_in(wave_id))
        measures = select(IMPOSITION.c.measure_code, func.count()).where(_is_in(wave_id))
        rows = self._connection.execute(measures.group_by(IMPOSITION.c.measure_code))
        found = {str(code): int(count) for code, count in sorted(tuple(row) for row in rows)}
        return int(self._connection.execute(subjects).scalar_one()), found

    def _read(self, wanted: Select[Any]) -> list[Wave]:
        return [decode(Wave, body) for body in self._connection.execute(wanted).scalars()]

    def _held(self, wanted: Select[Any]) -> list[Imposition]:
        ordered = wanted.order_by(IMPOSITION.c.due_at, IMPOSITION.c.imposition_id)
        return [decode(Imposition, body) for body in self._connection.execute(ordered).scalars()]


def _is_in(wave_id: str) -> ColumnElement[bool]:
    """Return what tells that an imposition is held in a wave."""
    is_held = IMPOSITION.c.hold == Hold.MASS_CHANGE.value
    return and_(IMPOSITION.c.wave_id == wave_id, IMPOSITION.c.is_open, is_held)


def _row(wave: Wave) -> dict[str, Any]:
    return {
        "wave_id": wave.wave_id,
        "policy_digest": wave.policy_digest,
        "state": wave.state.value,
        "created_at": wave.created_at,
        "closed_at": wave.closed_at,
        "body": encode(wave),
    }
