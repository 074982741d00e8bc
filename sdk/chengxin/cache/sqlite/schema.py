"""The tables of the cache file, and how its rows are laid out so that what is erased is gone.

``secure_delete`` overwrites what is deleted, and a truncated WAL holds nothing. One place is left: when SQLite
moves rows between the pages of a table, a page may keep a copy of a row that it no longer holds. White space is
therefore put in front of a body so that all of it lies in overflow pages, which are never copied and are overwritten
as a whole when they are given back.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = 2
"""Version of the tables; every change makes a new one, and a file of another version is put aside."""
APPLICATION_ID: Final = 0x63786E63
"""Marks a SQLite file as a cache of chengxin: a file that lacks it is somebody else's."""

_PAGE: Final = 1024
_LEAST_LOCAL: Final = (_PAGE - 12) * 32 // 255 - 23
"""Bytes of a long row that stay in the table (https://www.sqlite.org/fileformat2.html#cell_payload_overflow)."""
_OVERFLOW: Final = _PAGE - 4
_SLACK: Final = 10
"""The lengths of numbers differ by a few bytes, so the row is laid out this far from the edge."""
_FIXED: Final = 26
"""Bytes of a row beside code and body: its header, its numbers, its end."""

CREATE: Final = f"""
PRAGMA page_size = {_PAGE};
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE space (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, source TEXT NOT NULL, token TEXT NOT NULL,
    UNIQUE (tenant, source)
);
CREATE TABLE kept (
    id INTEGER PRIMARY KEY, space INTEGER NOT NULL, code TEXT NOT NULL,
    fetched_at REAL NOT NULL, erase_at REAL NOT NULL, body BLOB NOT NULL,
    UNIQUE (space, code)
);
CREATE INDEX kept_by_end ON kept (erase_at);
CREATE TABLE told (
    id INTEGER PRIMARY KEY AUTOINCREMENT, space INTEGER NOT NULL, code TEXT NOT NULL, at REAL NOT NULL
);
CREATE INDEX told_by_code ON told (space, code, id);
CREATE TABLE forgotten (id INTEGER NOT NULL);
INSERT INTO forgotten VALUES (0);
CREATE TABLE gone (
    space INTEGER NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (space, name)
) WITHOUT ROWID;
CREATE INDEX gone_by_end ON gone (until);
CREATE TABLE mark (
    space INTEGER PRIMARY KEY, continuity TEXT NOT NULL, cursor TEXT NOT NULL, seq INTEGER, beat INTEGER NOT NULL
);
CREATE TABLE note (
    space INTEGER NOT NULL, name TEXT NOT NULL, note BLOB NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (space, name)
);
CREATE TABLE counter (
    space INTEGER NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (space, name)
);
CREATE TABLE lease (
    space INTEGER NOT NULL, name TEXT NOT NULL, owner TEXT NOT NULL, holder INTEGER NOT NULL, until REAL NOT NULL,
    PRIMARY KEY (space, name)
);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""  # noqa: S608 -- of constants alone

SETTINGS: Final = """
PRAGMA synchronous = NORMAL;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA mmap_size = 268435456;
PRAGMA cache_size = -8192;
PRAGMA trusted_schema = OFF;
"""

READ: Final = "SELECT body FROM kept WHERE space = ? AND code = ? AND erase_at > ?"
KEEP: Final = """
INSERT INTO kept (space, code, fetched_at, erase_at, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (space, code) DO UPDATE
SET fetched_at = excluded.fetched_at, erase_at = excluded.erase_at, body = excluded.body
WHERE kept.fetched_at <= excluded.fetched_at OR kept.fetched_at > ?
"""
"""Changes no row where what is kept was fetched later, though no later than the last argument."""
SCAN: Final = """
SELECT id, code, body FROM kept WHERE id > ? AND space = ? AND erase_at > ? ORDER BY id LIMIT 200
"""
SEQUENCE: Final = "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'told'), 0)"
OPEN: Final = f"SELECT token, ({SEQUENCE}) FROM space WHERE id = ?"  # noqa: S608 -- of constants alone
MAY_KEEP: Final = """
SELECT 1 FROM space, forgotten WHERE space.id = :space AND space.token = :token AND forgotten.id <= :opened
AND NOT EXISTS (SELECT 1 FROM told WHERE told.space = :space AND told.code = :code AND told.id > :opened)
"""
READ_GONE: Final = """
SELECT name, version FROM gone WHERE space = ? AND until > ? AND name IN (SELECT value FROM json_each(?))
"""


def lay_out(body: bytes, code: str) -> bytes:
    """Return a JSON body with so much white space in front of it that all of it lies in overflow pages."""
    head = len(code.encode()) + _FIXED
    local = _LEAST_LOCAL + _SLACK
    padding = (local - head - len(body)) % _OVERFLOW
    if padding <= local - head:
        padding += _OVERFLOW
    return b" " * padding + body
