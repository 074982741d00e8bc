"""The cache file that processes share fails: the source is asked in its place, and nothing comes back from it."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.processes.measured import ADDED_SECONDS, HIT_SECONDS, added, fastest_p99, hears_of, is_confirmed
from tests.processes.world import GENERAL, LICENSED, NOTHING, PREFERRED, eventually, pause


class File:
    """Faults of the cache file, and how they are mended."""

    @staticmethod
    def locked(path):
        """Somebody writes to it and does not end."""
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        return connection.close

    @staticmethod
    def deleted(path):
        """It is deleted with its logs."""
        for end in ("", "-wal", "-shm", "-lock"):
            Path(path + end).unlink(missing_ok=True)

    @staticmethod
    def replaced(path):
        """A copy of it is put in its place."""
        with closing(sqlite3.connect(path)) as connection, closing(sqlite3.connect(path + ".copy")) as copy:
            connection.backup(copy)
        os.replace(path + ".copy", path)  # noqa: PTH105 -- at once

    @staticmethod
    def corrupt(path):
        """Its pages hold nonsense."""
        with Path(path).open("r+b") as file:
            file.write(b"\xff" * Path(path).stat().st_size)

    @staticmethod
    def emptied(path):
        """It is cut to nothing."""
        os.truncate(path, 0)

    @staticmethod
    def forbidden(path):
        """A directory is where it should be made."""
        aside = Path(path + ".away")
        Path(path).rename(aside)
        Path(path).mkdir()

        def mend():
            Path(path).rmdir()
            aside.unlink()

        return mend


@pytest.mark.parametrize("name", [name for name in vars(File) if not name.startswith("_")])
def test_i9_a_cache_file_that_fails_costs_a_little_and_the_source_goes_on(name, tmp_path, mock, start):
    """Misses are answered by the source, hits cost what they did; mended, processes hear of one another again."""
    path = f"{tmp_path}/cache.db"
    worker, other = (start(f"sqlite:///{path}") for _ in range(2))
    for one in (worker, other):
        assert one.check(GENERAL)["standing"] == "ADVERSE"
        eventually(lambda one=one: is_confirmed(one))
    mend = getattr(File, name)(path)
    try:
        assert fastest_p99(worker, GENERAL) < HIT_SECONDS
        assert added(worker, [NOTHING, PREFERRED, LICENSED]) < ADDED_SECONDS
        assert fastest_p99(worker, NOTHING) < HIT_SECONDS
    finally:
        if mend is not None:
            mend()
    hears_of(worker, other, mock)


def test_i1_an_old_copy_of_the_cache_file_put_back_resurrects_nothing(tmp_path, mock, start):
    """What was copied before a repair is put back in the place of the file: processes that listen do not use it."""
    path = f"{tmp_path}/cache.db"
    worker = start(f"sqlite:///{path}")
    assert worker.check(GENERAL)["standing"] == "ADVERSE"
    eventually(lambda: is_confirmed(worker))
    with closing(sqlite3.connect(path)) as connection, closing(sqlite3.connect(f"{path}.old")) as copy:
        connection.backup(copy)
    mock.repair(GENERAL)
    assert worker.ask("forget", code=GENERAL)
    assert worker.check(GENERAL)["standing"] == "NO_ADVERSE_RECORD"
    shutil.move(f"{path}.old", path)
    pause(1.0)
    assert [told[1] for told in worker.ask("watch", code=GENERAL, seconds=1.5)] == ["NO_ADVERSE_RECORD"]
