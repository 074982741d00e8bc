"""What an error of a database means: that it cannot be used now, or something about what was asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from chengxin.errors import StoreError, StoreUnavailable

_STATES: Final = ("08", "25006", "40001", "40P01", "53", "55P03", "57", "58", "XX")
"""SQLSTATE of PostgreSQL, or how it begins: connection lost, only read, conflict, no room, locked, stopped."""
_WORDS: Final = {
    "SQLITE_BUSY": "is locked by another writer for too long",
    "SQLITE_LOCKED": "is locked for too long",
    "SQLITE_FULL": "has no room left: the disk is full",
    "SQLITE_INTERRUPT": "did not answer within the deadline",
    "SQLITE_CORRUPT": "is damaged; restore it from a backup",
    "SQLITE_NOTADB": "is no SQLite database; give another path",
    "25006": "is only read at present, as a standby is; give the primary",
    "57014": "did not answer within the deadline",
    "55P03": "is locked by another writer for too long",
    "40001": "has changed meanwhile; try again",
    "40P01": "was wanted by several writers in turn; try again",
}


@contextmanager
def translated(location: Callable[[], str], *, is_reading: bool = False) -> Iterator[None]:
    """Have it said as an error of the store that the database cannot be used now; every other error passes.

    Args:
        location: tells where the database is, without credentials.
        is_reading: whether nothing is to be written.

    Raises:
        StoreError: something was to be written where nothing is.
        StoreUnavailable: see there. It repeats neither statements nor what was in them.
    """
    try:
        yield
    except NoConnectionFree as error:
        place = location()
        raise StoreUnavailable(
            f"The database {place} cannot be used: all connections of this process are taken.", location=place
        ) from error
    except DBAPIError as error:
        if is_reading and _is_refused_write(error):
            raise StoreError("This block only reads. To write, open it with transaction().") from error
        what = _explain(error)
        if what is None:
            raise
        place = location()
        raise StoreUnavailable(f"The database {place} {what}.", location=place) from error


def _is_refused_write(error: DBAPIError) -> bool:
    """Tell whether a statement was refused since the transaction only reads."""
    cause = error.orig
    return getattr(cause, "sqlite_errorname", None) == "SQLITE_READONLY" or _state_of(cause) == "25006"


def _state_of(cause: object) -> str | None:
    """Return the SQLSTATE of an error of PostgreSQL, whatever the driver calls it."""
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return None if state is None else str(state)


def _explain(error: DBAPIError) -> str | None:
    """Return what is the matter with the database; None where the error is about what was asked of it."""
    cause = error.orig
    name = getattr(cause, "sqlite_errorname", None)
    if name is not None:
        return _of_sqlite(name, str(cause))
    state = _state_of(cause)
    if state is not None:
        if not state.startswith(_STATES):
            return None
        return _WORDS.get(state, f"refuses its service (SQLSTATE {state})")
    if error.connection_invalidated or isinstance(error, OperationalError | InterfaceError):
        first = str(cause).strip().split("\n", 1)[0].rstrip(".")
        return f"cannot be used: {first}"
    return None


def _of_sqlite(name: str, text: str) -> str | None:
    if name == "SQLITE_ERROR" or name.startswith(("SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_TOOBIG")):
        return None
    for begin, words in _WORDS.items():
        if name.startswith(begin):
            return words
    return f"cannot be used: {text}"
