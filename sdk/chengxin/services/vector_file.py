"""Where fact vectors are recorded: counts that lead back to nobody, and for a short while who may be named.

Two files in one directory. ``vectors.db`` holds how often each vector was evaluated on each China day, by policy.
``subjects.db`` holds what makes a subject count once a day, and which vector it was counted in last; neither as its
code. A subject stands there as a *tag*, an HMAC of its code under a random key: no code is ever written.

- The key that a day's subjects are told apart with is destroyed after the day, with all its tags. Nothing links the
  days of a subject, and nothing leads from a tag to a subject any more, not even a list of all codes.
- A *link* leads from the tag of a subject to the one vector it was counted in last, so that a backtest can ask of
  a subject that the platform has before it anyway. It is erased at the first end of any record or joint constraint
  in the vector, when the subject is forgotten, and with its key after ``name_days`` days.

What is deleted is overwritten. Several processes write to one directory; each writes in short transactions.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import sqlite3
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Final

from chengxin.errors import VectorLogUnavailable
from chengxin.policy import Scope
from chengxin.records import Role, china_day
from chengxin.services.vector_log import Event, Link, Noted, VectorLogOptions, VectorRow

_APPLICATION_ID: Final = 0x63786E76
_VERSION: Final = 1
_WAIT_SECONDS: Final = 10.0
_PAGE: Final = 5_000
_LATE: Final = timedelta(minutes=10)
"""How long after a day its key is kept, for what was handed over before midnight."""
_TAG_BYTES: Final = 16
_KEY_BYTES: Final = 32
_DAY, _LINK = "day", "link"
_VECTORS: Final = """
CREATE TABLE policy (id INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, scope TEXT NOT NULL);
CREATE TABLE vector (
    id INTEGER PRIMARY KEY AUTOINCREMENT, month INTEGER NOT NULL, policy INTEGER NOT NULL, hash BLOB NOT NULL,
    text TEXT NOT NULL, days BLOB NOT NULL, UNIQUE (month, policy, hash)
);
CREATE TABLE lost (day INTEGER PRIMARY KEY, number INTEGER NOT NULL);
"""
_SUBJECTS: Final = """
CREATE TABLE subjects.secret (
    purpose TEXT NOT NULL, day INTEGER NOT NULL, key BLOB NOT NULL, PRIMARY KEY (purpose, day)
);
CREATE TABLE subjects.seen (
    day INTEGER NOT NULL, tag BLOB NOT NULL, vector INTEGER, PRIMARY KEY (day, tag)
) WITHOUT ROWID;
CREATE TABLE subjects.link (
    tag BLOB PRIMARY KEY, vector INTEGER NOT NULL, day INTEGER NOT NULL, until REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX subjects.link_by_end ON link (until);
"""


class FileVectorLog:
    """Records vectors in a directory of this machine. Safe to share by threads and processes, and after a fork.

    Args:
        directory: where; it is made, for its owner alone, where it does not exist.
        options: how much, and for how long.
    """

    def __init__(self, directory: Path, *, options: VectorLogOptions | None = None) -> None:
        self._directory = directory
        self._options = options or VectorLogOptions()

    def take(self, events: Sequence[Event], *, at: datetime, lost: Mapping[date, int]) -> None:
        """See ``VectorLog.take``."""
        with self._open(create=True) as connection:
            connection.execute("BEGIN IMMEDIATE")
            turn = _Turn(connection, self._options, at)
            turn.purge()
            for event in events:
                if isinstance(event, Noted):
                    turn.note(event)
                else:
                    turn.forget(event.code)
            for day, number in lost.items():
                turn.lose(day, number)
            connection.execute("COMMIT")

    def scopes(self) -> Mapping[str, Scope]:
        """See ``VectorLog.scopes``."""
        with self._open() as connection:
            rows = connection.execute("SELECT digest, scope FROM policy").fetchall()
        return {digest: Scope.load(json.loads(scope)) for digest, scope in rows}

    def rows(self, name: str, month: date) -> Iterator[VectorRow]:
        """See ``VectorLog.rows``; read page by page, so that no writer waits for a reader."""
        last = 0
        while True:
            with self._open() as connection:
                page = connection.execute(
                    "SELECT vector.id, digest, text, days FROM vector JOIN policy ON policy.id = vector.policy "
                    "WHERE month = ? AND name = ? AND vector.id > ? ORDER BY vector.id LIMIT ?",
                    (month.toordinal(), name, last, _PAGE),
                ).fetchall()
                found = [
                    VectorRow(number, digest, text, month, tuple(array("I", days)))
                    for number, digest, text, days in page
                ]
            yield from found
            if len(page) < _PAGE:
                return
            last = page[-1][0]

    def lost(self, since: date, until: date) -> int:
        """See ``VectorLog.lost``."""
        with self._open() as connection:
            (number,) = connection.execute(
                "SELECT COALESCE(SUM(number), 0) FROM lost WHERE day BETWEEN ? AND ?",
                (since.toordinal(), until.toordinal()),
            ).fetchone()
        return int(number)

    def links(self, name: str, keys: Sequence[tuple[str, Role]], *, at: datetime) -> list[Link | None]:
        """See ``VectorLog.links``."""
        found: list[Link | None] = []
        with self._open() as connection:
            key = _secret(connection, _LINK)
            for code, role in keys if key is not None else ():
                row = connection.execute(
                    "SELECT vector, day FROM subjects.link WHERE tag = ? AND until > ?",
                    (_tag(key or b"", name, role, code), at.timestamp()),
                ).fetchone()
                found.append(None if row is None else Link(row[0], date.fromordinal(row[1])))
        return found or [None] * len(keys)

    def unlink(self, name: str, keys: Sequence[tuple[str, Role]]) -> None:
        """See ``VectorLog.unlink``."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            key = _secret(connection, _LINK)
            if key is not None:
                tags = [(_tag(key, name, role, code),) for code, role in keys]
                connection.executemany("DELETE FROM subjects.link WHERE tag = ?", tags)
            connection.execute("COMMIT")

    @contextmanager
    def _open(self, *, create: bool = False) -> Iterator[sqlite3.Connection]:
        """Open both files for one use: nothing stays open that a fork could share."""
        vectors, subjects = self._directory / "vectors.db", self._directory / "subjects.db"
        try:
            if create:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                for path in (vectors, subjects):
                    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(sqlite3.connect(f"{vectors.absolute().as_uri()}?mode=rw", uri=True)) as connection:
                connection.isolation_level = None
                _prepare(connection, subjects, create=create)
                yield connection
        except (sqlite3.Error, ValueError) as refused:  # a ValueError is of counts that are none
            problem = f"{type(refused).__name__}: {refused}"
        except OSError as refused:
            problem = refused.strerror or type(refused).__name__
        else:
            return
        raise VectorLogUnavailable(
            f"The recorded fact vectors in {str(self._directory)!r} cannot be used ({problem}). "
            "Look at the directory, its rights, and the room on its disk."
        )


class _Turn:
    """What one transaction does.

    Args:
        connection: in a transaction that writes.
        options: see ``FileVectorLog``.
        at: the present instant.
    """

    def __init__(self, connection: sqlite3.Connection, options: VectorLogOptions, at: datetime) -> None:
        self._ask = connection.execute
        self._connection = connection
        self._options = options
        self._at = at
        self._policies: dict[str, int] = {}
        self._keys: dict[tuple[str, int], bytes | None] = {}
        self._room: dict[int, int] = {}

    def purge(self) -> None:
        """Erase what is over: names, days, keys, and vectors past their time."""
        today = china_day(self._at).toordinal()
        open_day = china_day(self._at - _LATE).toordinal()
        self._ask("DELETE FROM subjects.link WHERE until <= ?", (self._at.timestamp(),))
        self._ask("DELETE FROM subjects.seen WHERE day < ?", (open_day,))
        # What waits of yesterday is counted, and led to by nothing: a record may have ended at midnight (I1).
        self._ask("UPDATE subjects.seen SET vector = NULL WHERE day < ? AND vector IS NOT NULL", (today,))
        self._ask("DELETE FROM subjects.secret WHERE purpose = ? AND day < ?", (_DAY, open_day))
        oldest = today - self._options.name_days
        if self._ask("DELETE FROM subjects.secret WHERE purpose = ? AND day <= ?", (_LINK, oldest)).rowcount:
            self._ask("DELETE FROM subjects.link")
        last = date.fromordinal(today - self._options.keep_days)
        self._ask("DELETE FROM vector WHERE month < ?", (last.replace(day=1).toordinal(),))
        self._ask("DELETE FROM lost WHERE day < ?", (last.toordinal(),))

    def note(self, noted: Noted) -> None:
        """Count one evaluation, unless its subject was counted on that day."""
        day = noted.day.toordinal()
        key = self._key(_DAY, day)
        if key is None:
            self.lose(noted.day, 1)
            return
        tag = _tag(key, noted.policy.name, noted.role, noted.code)
        number = self._find(noted)
        seen = self._ask("SELECT vector FROM subjects.seen WHERE day = ? AND tag = ?", (day, tag)).fetchone()
        if seen is None:
            number = self._count(noted, number)
            led_to = number if self._may_lead(noted) else None
            self._ask("INSERT INTO subjects.seen VALUES (?, ?, ?)", (day, tag, led_to))
        elif seen[0] != number:
            number = None
        self._link(noted, number)

    def forget(self, code: str | None) -> None:
        """Erase the ways from a subject to a vector."""
        if code is None:
            self._ask("DELETE FROM subjects.link")
            self._ask("UPDATE subjects.seen SET vector = NULL")
            return
        days = self._ask("SELECT purpose, day, key FROM subjects.secret").fetchall()
        names = [name for (name,) in self._ask("SELECT DISTINCT name FROM policy")]
        for purpose, day, key in days:
            for tag in [_tag(key, name, role, code) for name in names for role in Role]:
                if purpose == _LINK:
                    self._ask("DELETE FROM subjects.link WHERE tag = ?", (tag,))
                else:
                    self._ask("UPDATE subjects.seen SET vector = NULL WHERE day = ? AND tag = ?", (day, tag))

    def lose(self, day: date, number: int) -> None:
        """Count evaluations that are not recorded."""
        self._ask(
            "INSERT INTO lost VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET number = number + excluded.number",
            (day.toordinal(), number),
        )

    def _find(self, noted: Noted) -> int | None:
        row = self._ask(
            "SELECT id FROM vector WHERE month = ? AND policy = ? AND hash = ?", self._place(noted)
        ).fetchone()
        return None if row is None else int(row[0])

    def _count(self, noted: Noted, number: int | None) -> int | None:
        """Count one more on the day; return the row, or None where there is no room for another."""
        place = noted.day.day - 1
        if number is not None:
            (packed,) = self._ask("SELECT days FROM vector WHERE id = ?", (number,)).fetchone()
            self._ask("UPDATE vector SET days = ? WHERE id = ?", (_add(packed, place), number))
            return number
        month = noted.day.replace(day=1).toordinal()
        if month not in self._room:
            (used,) = self._ask("SELECT COUNT(*) FROM vector WHERE month = ?", (month,)).fetchone()
            self._room[month] = self._options.most_vectors - used
        if self._room[month] <= 0:
            self.lose(noted.day, 1)
            return None
        self._room[month] -= 1
        cursor = self._ask(
            "INSERT INTO vector (month, policy, hash, text, days) VALUES (?, ?, ?, ?, ?)",
            (*self._place(noted), noted.vector, _add(b"", place)),
        )
        return cursor.lastrowid

    def _link(self, noted: Noted, number: int | None) -> None:
        """Lead from the subject to the vector it was counted in, and to no earlier one."""
        key = self._key(_LINK, china_day(self._at).toordinal()) if self._options.name_days else None
        if key is None:
            return
        tag = _tag(key, noted.policy.name, noted.role, noted.code)
        if number is None or not self._may_lead(noted):
            self._ask("DELETE FROM subjects.link WHERE tag = ?", (tag,))
            return
        self._ask(
            "INSERT OR REPLACE INTO subjects.link VALUES (?, ?, ?, ?)",
            (tag, number, noted.day.toordinal(), noted.until.timestamp() if noted.until else 0.0),
        )

    def _may_lead(self, noted: Noted) -> bool:
        """Tell whether anything may lead from the subject to its vector; nothing does to what is over, or unnamed."""
        return bool(self._options.name_days) and noted.until is not None and noted.until > self._at

    def _place(self, noted: Noted) -> tuple[int, int, bytes]:
        policy = self._policies.get(noted.policy.digest)
        if policy is None:
            self._ask("INSERT OR IGNORE INTO policy (name, digest, scope) VALUES (?, ?, ?)", noted.policy)
            (policy,) = self._ask("SELECT id FROM policy WHERE digest = ?", (noted.policy.digest,)).fetchone()
            self._policies[noted.policy.digest] = policy
        place = blake2b(noted.vector.encode(), digest_size=_TAG_BYTES).digest()
        return noted.day.replace(day=1).toordinal(), policy, place

    def _key(self, purpose: str, day: int) -> bytes | None:
        """Return the key of a day, made where there is none; None of a day whose key is destroyed already."""
        if (purpose, day) not in self._keys:
            key = _secret(self._connection, purpose, day if purpose == _DAY else None)
            if key is None and day >= china_day(self._at - _LATE).toordinal():
                key = secrets.token_bytes(_KEY_BYTES)
                self._ask("INSERT INTO subjects.secret VALUES (?, ?, ?)", (purpose, day, key))
            self._keys[purpose, day] = key
        return self._keys[purpose, day]


def _prepare(connection: sqlite3.Connection, subjects: Path, *, create: bool) -> None:
    ask = connection.execute
    ask(f"PRAGMA busy_timeout = {int(_WAIT_SECONDS * 1000)}")
    ask("ATTACH ? AS subjects", (f"{subjects.absolute().as_uri()}?mode=rw",))
    for schema in ("main", "subjects"):
        # Rolled back by a journal that is deleted: the two files change together, and nothing lingers in a WAL.
        ask(f"PRAGMA {schema}.secure_delete = ON")
        ask(f"PRAGMA {schema}.synchronous = NORMAL")
    (version,) = ask("PRAGMA main.user_version").fetchone()
    if version == 0 and create:
        ask("BEGIN IMMEDIATE")
        (version,) = ask("PRAGMA main.user_version").fetchone()
        if version == 0:
            for statement in (_VECTORS + _SUBJECTS).split(";\n"):
                if statement.strip():
                    ask(statement)
            ask(f"PRAGMA main.application_id = {_APPLICATION_ID}")
            ask(f"PRAGMA main.user_version = {_VERSION}")
            version = _VERSION
        ask("COMMIT")
    (application,) = ask("PRAGMA main.application_id").fetchone()
    if (version, application) != (_VERSION, _APPLICATION_ID):
        raise sqlite3.DatabaseError("vectors.db is of another version, or no log of fact vectors")


def _secret(connection: sqlite3.Connection, purpose: str, day: int | None = None) -> bytes | None:
    row = connection.execute(
        "SELECT key FROM subjects.secret WHERE purpose = ?1 AND (?2 IS NULL OR day = ?2) ORDER BY day DESC",
        (purpose, day),
    ).fetchone()
    return None if row is None else bytes(row[0])


def _tag(key: bytes, name: str, role: Role, code: str) -> bytes:
    return hmac.digest(key, f"{name}\x1f{role.value}\x1f{code}".encode(), "sha256")[:_TAG_BYTES]


def _add(packed: bytes, place: int) -> bytes:
    counts = array("I", packed)
    counts.extend([0] * (place + 1 - len(counts)))
    counts[place] += 1
    return counts.tobytes()
