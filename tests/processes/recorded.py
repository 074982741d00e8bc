"""A platform for ``chengxin worker`` that writes down what each of its transactions changed, when it is committed."""

import json
import os
import re
from collections import defaultdict

import psycopg
from sqlalchemy import event

from chengxin.platform import Platform

_CHANGE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (chengxin_\w+)")


def platform():
    """Return the platform of the settings; its transactions go to the file ``TEST_TRANSACTIONS``."""
    opened = Platform.from_env()
    _record(opened.store.engine, os.environ["TEST_TRANSACTIONS"])
    return opened


def _record(engine, path):
    """Note what goes through the driver, whoever hands it a statement; by connection, of which one thread has each."""
    written = defaultdict(set)

    @event.listens_for(engine, "connect")
    def watch(raw, _):
        def note(statement):
            written[id(raw)].update(f"{verb} {table}" for verb, table in _CHANGE.findall(str(statement)))

        if engine.dialect.name == "sqlite":
            raw.set_trace_callback(note)
            return

        class Cursor(psycopg.Cursor):
            def execute(self, query, *given, **named):
                note(query)
                return super().execute(query, *given, **named)

            def executemany(self, query, *given, **named):
                note(query)
                return super().executemany(query, *given, **named)

        raw.cursor_factory = Cursor

    @event.listens_for(engine, "commit")
    def write(connection):
        tables = written.pop(id(connection.connection.dbapi_connection), None)
        if tables:
            with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 -- one write, so that lines do not mix
                file.write(json.dumps(sorted(tables)) + "\n")

    @event.listens_for(engine, "rollback")
    def forget(connection):
        written.pop(id(connection.connection.dbapi_connection), None)
