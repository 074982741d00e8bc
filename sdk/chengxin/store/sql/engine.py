"""Engines for the databases that a URL names: a SQLite file, or PostgreSQL."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from chengxin.clock import Clock, SystemClock
from chengxin.errors import ConfigurationError
from chengxin.store.sql import sqlite

BEGIN: Final = "chengxin_begin"
"""Execution option of a connection to SQLite: the statement with which its next transaction begins."""
CONNECTIONS: Final = "chengxin_connections"
"""Execution option of an engine: how many connections a store may have open at once."""
_OURS: Final = "chengxin_ours"
_LOGGER: Final = "chengxin"
_SECRETS: Final = ("password", "sslpassword")
_LOOKS: Final = "It looks like sqlite:////absolute/path.db or postgresql://user:password@host:5432/name"


def open_engine(
    url: str,
    *,
    wait_seconds: float = 5.0,
    connections: int = 15,
    clock: Clock | None = None,
) -> Engine:
    """Return an engine for the database of a URL; nothing is connected before it is first used.

    ===============================================  ==============================================
    ``sqlite:///chengxin.db``                        one host; the path is relative…
    ``sqlite:////var/lib/app/chengxin.db``           …or, with four strokes, absolute
    ``postgresql://user:password@host:5432/name``    many hosts; ``pip install 'chengxin[postgresql]'``
    ===============================================  ==============================================

    No secret of the URL is in the engine's own URL, nor in what it logs and raises.

    Args:
        url: where the tables are.
        wait_seconds: longest time to wait for another writer of a SQLite file, where no deadline says less.
        connections: most connections to PostgreSQL that a store has open in this process.
        clock: where waiting comes from.

    Raises:
        ConfigurationError: the URL is none of these, or the package for it is not installed.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return open_file(_path_of(parsed), wait_seconds=wait_seconds, clock=clock or SystemClock())
    return _open_postgresql(parsed, connections=connections)


def open_file(path: Path, *, wait_seconds: float, clock: Clock, is_hosts: bool = False) -> Engine:
    """Return an engine for a SQLite file; see ``open_engine``."""
    place = Path(os.path.abspath(path))  # noqa: PTH100 -- what a name leads to may change, where it stands may not
    engine = create_engine(
        URL.create("sqlite", database=str(place)),
        creator=lambda: sqlite.connect(place, clock=clock, busy_seconds=wait_seconds, is_hosts=is_hosts),
        max_overflow=-1,
        hide_parameters=True,
        logging_name=_quiet_name(),
        execution_options={_OURS: True},
    )
    sqlite.watch_pool(engine, event)
    event.listen(engine, "begin", _begin)
    return engine


def is_ours(engine: Engine) -> bool:
    """Tell whether an engine was made here."""
    return bool(engine.get_execution_options().get(_OURS))


def location_of(engine: Engine) -> str:
    """Return where the database of an engine is, without credentials."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{url.database}"
    host = url.host or url.query.get("host") or "localhost"
    return f"postgresql://{host}{f':{url.port}' if url.port else ''}/{url.database or ''}"


def _quiet_name() -> str:
    """Return the name under which our engines log, and keep rows out of it: they are logged at the level DEBUG."""
    logging.getLogger(f"sqlalchemy.engine.Engine.{_LOGGER}").addFilter(_shows_no_row)
    return _LOGGER


def _shows_no_row(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigurationError(f"The URL of the database cannot be read. {_LOOKS}.") from None
    if parsed.drivername in ("sqlite", "postgresql", "postgresql+psycopg"):
        return parsed
    raise ConfigurationError(
        f"There is no store in a database of the kind {parsed.drivername[:20]!r}. {_LOOKS}; PostgreSQL is reached "
        "through psycopg 3, which needs no mention."
    )


def _path_of(url: URL) -> Path:
    if (
        url.username
        or url.password
        or url.host
        or url.query
        or not url.database
        or url.database == ":memory:"
    ):
        raise ConfigurationError(
            "A store in SQLite is a file, since several processes share it, and nothing but its path is given: "
            "sqlite:///relative/path.db or sqlite:////absolute/path.db."
        )
    return Path(url.database)


def _open_postgresql(url: URL, *, connections: int) -> Engine:
    try:
        from chengxin.store.sql.postgresql import BoundedConnection  # noqa: PLC0415 -- needs psycopg
    except ImportError as error:
        raise ConfigurationError(
            "A store in PostgreSQL needs psycopg. Install it: pip install 'chengxin[postgresql]'"
        ) from error
    secrets: dict[str, Any] = {name: url.query[name] for name in _SECRETS if name in url.query}
    if url.password is not None:
        secrets["password"] = str(url.password)
    bare = url._replace(drivername="postgresql+psycopg", password=None).difference_update_query(_SECRETS)
    if "application_name" not in url.query:
        bare = bare.update_query_dict({"application_name": "chengxin"})
    engine = create_engine(
        bare,
        pool_size=connections,
        max_overflow=-1,  # who takes one waits at the store, which knows how long
        pool_pre_ping=True,
        hide_parameters=True,
        logging_name=_quiet_name(),
        execution_options={_OURS: True, CONNECTIONS: connections},
    )

    def connect(_: object, __: object, ___: object, named: dict[str, Any]) -> Any:  # noqa: ANN401
        return BoundedConnection.connect("", **named, **secrets)

    event.listen(engine, "do_connect", connect)
    return engine
