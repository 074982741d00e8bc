"""Statements that go to the driver itself: what SQLAlchemy does around each takes longer than many a statement.

For what is done while others wait; everything else goes through SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")


def directly(connection: Connection, act: Callable[[Any], T]) -> T:
    """Return what an act on the connection of the driver returns, in the transaction of a connection of SQLAlchemy's.

    Args:
        connection: one that is in no transaction begins one, as with any statement.
        act: is given the connection of the driver (of sqlite3, or psycopg).

    Raises:
        DBAPIError: the database refuses; told as SQLAlchemy tells it, without statement and values.
    """
    if not connection.in_transaction():
        connection.begin()
    dialect = connection.dialect
    try:
        return act(connection.connection.dbapi_connection)
    except dialect.loaded_dbapi.Error as error:
        base = dialect.loaded_dbapi.Error
        told = DBAPIError.instance(None, None, error, base, hide_parameters=True, dialect=dialect)
        raise told from error
