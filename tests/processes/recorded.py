"""A platform for ``chengxin worker`` that writes down what each of its transactions changed, when it is committed."""

import json
import os
import re

from sqlalchemy import event

from chengxin.platform import Platform

_CHANGE = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) (chengxin_\w+)")
_WRITTEN = "tests_written"


def platform():
    """Return the platform of the settings; its transactions go to the file ``TEST_TRANSACTIONS``."""
    opened = Platform.from_env()
    _record(opened.store.engine, os.environ["TEST_TRANSACTIONS"])
    return opened


def _record(engine, path):
    @event.listens_for(engine, "before_cursor_execute")
    def note(connection, _cursor, statement, *_):
        connection.info.setdefault(_WRITTEN, []).extend(
            f"{verb} {table}" for verb, table in _CHANGE.findall(statement)
        )

    @event.listens_for(engine, "commit")
    def write(connection):
        written = connection.info.pop(_WRITTEN, [])
        if written:
            with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 -- one write, so that lines do not mix
                file.write(json.dumps(sorted(set(written))) + "\n")

    @event.listens_for(engine, "rollback")
    def forget(connection):
        connection.info.pop(_WRITTEN, None)
