"""Upgrade, downgrade and check of the tables, with Alembic."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from chengxin.cache.sqlite.schema import APPLICATION_ID
from chengxin.errors import ConfigurationError, StoreUnavailable
from chengxin.store.sql.engine import BEGIN
from chengxin.store.sql.failure import translated
from chengxin.store.sql.schema import HEAD, METADATA, PREFIX, VERSION_TABLE
from chengxin.store.sql.store import SqlStore, read_revision

_LOCK: Final = 0x6368656E67786E
"""Key of the advisory lock under which PostgreSQL lets one upgrade at a time work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How the tables in a database are, beside what this version works with.

    Attributes:
        location: where the database is, without credentials.
        found: the revision of its tables; None where there are none.
        needed: the revision that this version works with.
        differences: what is otherwise in the tables than the revision says, each in a line.
    """

    location: str
    found: str | None
    needed: str
    differences: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        """Tell whether the tables can be used."""
        return self.found == self.needed and not self.differences


def upgrade(database: str | Engine | SqlStore, to: str = "head") -> str | None:
    """Bring the tables forward, and return the revision that they are at then.

    All of it is one transaction. What is there already is left as it is, and so are the tables of others.

    Args:
        database: a URL, an engine or a store.
        to: the revision; the latest by default.

    Raises:
        ConfigurationError: there is no such revision, or the database is none that can be used.
        StoreUnavailable: the database cannot be used now; nothing was changed.
    """
    return _move(database, lambda script, found: script._upgrade_revs(to, found))  # noqa: SLF001 -- as Alembic's own


def downgrade(database: str | Engine | SqlStore, to: str) -> str | None:
    """Bring the tables back, and return the revision that they are at then. What later tables hold is lost.

    Args:
        database: a URL, an engine or a store.
        to: the revision; ``base`` for none, where no table of ours is left.

    Raises:
        ConfigurationError: there is no such revision, or the database is none that can be used.
        StoreUnavailable: the database cannot be used now; nothing was changed.
    """
    return _move(database, lambda script, found: script._downgrade_revs(to, found))  # noqa: SLF001 -- see above


def check(database: str | Engine | SqlStore) -> Check:
    """Return how the tables are; nothing is changed.

    Raises:
        ConfigurationError: the database is none that can be used.
        StoreUnavailable: the database cannot be used now.
    """
    with _store_of(database) as store:
        found = store.revision()
        differences = () if found is None else _differences(store)
        return Check(location=store.location, found=found, needed=HEAD, differences=differences)


def _move(database: str | Engine | SqlStore, steps: Callable[[ScriptDirectory, Any], Any]) -> str | None:
    script = ScriptDirectory.from_config(_config())
    with _store_of(database) as store:
        _make_file(store)
        with translated(lambda: store.location), _alone(store.engine) as connection:
            try:
                _run(connection, script, lambda found, _: steps(script, found))
            except CommandError as error:
                raise ConfigurationError(f"The tables cannot be moved: {error}") from error
            return read_revision(connection)


def _run(connection: Connection, script: ScriptDirectory, fn: Callable[[Any, Any], Any]) -> None:
    with EnvironmentContext(_config(), script, fn=fn) as environment:
        environment.configure(connection=connection, **_OPTIONS)
        with environment.begin_transaction():
            environment.run_migrations()


def _differences(store: SqlStore) -> tuple[str, ...]:
    with translated(lambda: store.location), store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=_OPTIONS | {"target_metadata": METADATA})
        return tuple(_line(found) for found in compare_metadata(context, METADATA))


def _line(found: Any) -> str:  # noqa: ANN401 -- a tuple of Alembic's, or a list of them for one column
    if isinstance(found, list):
        return "; ".join(_line(part) for part in found)
    return " ".join(str(getattr(part, "name", None) or part) for part in found if part is not None)


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:  # noqa: ANN401 -- as Alembic gives them
    table = name if kind == "table" else parents.get("table_name")
    return table is None or str(table).startswith(PREFIX)


_OPTIONS: Final[dict[str, Any]] = {
    "version_table": VERSION_TABLE,
    "include_name": _is_ours,
    "compare_type": True,
    "compare_server_default": True,
    "render_as_batch": True,
}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


@contextmanager
def _store_of(database: str | Engine | SqlStore) -> Iterator[SqlStore]:
    if isinstance(database, SqlStore):
        yield database
        return
    with SqlStore(database, deadline_seconds=60.0) as store:
        yield store


def _make_file(store: SqlStore) -> None:
    """Make the SQLite file, which others than its owner may not read."""
    if store.engine.dialect.name != "sqlite":
        return
    path = Path(store.engine.url.database or "")
    if path.exists():
        return  # it is not opened: to close it would let go of the locks that SQLite holds for this process
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnavailable(
            f"The file {path} cannot be made ({error.strerror}). Give a path in a directory that this user may "
            "write to.",
            location=store.location,
        ) from error


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Open a transaction in which nobody else moves the tables of the same database."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield connection
            return
        connection.detach()  # closed in the end, as its foreign keys are not checked while tables are rebuilt
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        if raw.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID:
            raise ConfigurationError(
                f"The file {engine.url.database} is a cache of chengxin, which is made anew when that is needed. What "
                "is kept for good would be lost with it: give another path."
            )
        connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        with connection.begin():
            yield connection
            _require_whole(connection)


def _require_whole(connection: Connection) -> None:
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars().all()
    for table in tables:
        if not table.startswith(PREFIX):
            continue
        broken = connection.exec_driver_sql(f"PRAGMA foreign_key_check({table})").first()
        if broken is not None:
            raise ConfigurationError(
                f"The tables cannot be moved: a row of {table} would refer to nothing in {broken[2]}. Nothing was "
                "changed; please report this."
            )
