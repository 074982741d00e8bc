"""Databases for tests: a SQLite file, or a PostgreSQL of one's own on a free port, to be frozen and killed."""

# ruff: noqa: PLC0415 -- what most tests do without is loaded by those that need it

import os
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest

from tests.servers import free_port

_NAP = threading.Event()
PASSWORD = "canary-1f7c2a"


class PostgresServer:
    """A PostgreSQL on a port of its own, with its files in a directory of its own.

    Args:
        is_durable: whether what is committed is on the disk; else it is faster, and a killed server loses data.
    """

    def __init__(self, *, is_durable=False):
        self.port = free_port()
        self._directory = None
        self._is_durable = is_durable
        self._process = None
        self._frozen = []
        self._numbers = count(1)

    def url(self, database="postgres", *, password=PASSWORD):
        """Return the URL of one of its databases."""
        return f"postgresql://platform:{password}@127.0.0.1:{self.port}/{database}"

    def start(self):
        """Start it and return when it answers; it has the databases that it had before."""
        is_new = self._directory is None
        if is_new:
            self._directory = Path(tempfile.mkdtemp(prefix="chengxin-postgresql-"))
            self._initialise()
        while not self._begin():
            assert is_new, self._log.read_text()
            assert "Address already in use" in self._log.read_text(), self._log.read_text()
            self.port = free_port()
        return self

    def _begin(self):
        """Start it and wait until it answers; tell whether it does."""
        settings = ["max_connections=60", "logging_collector=off", "shared_buffers=32MB"]
        if not self._is_durable:
            settings += ["fsync=off", "full_page_writes=off"]
        options = [word for setting in settings for word in ("-c", setting)]
        place = ["-D", self._data, "-p", str(self.port), "-h", "127.0.0.1", "-k", self._directory]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._program("postgres"), *place, *options],
                stdout=subprocess.DEVNULL,
                stderr=log,
                **self._as_owner(),
            )
        for _ in range(1500):
            if self._process.poll() is not None:
                return False
            if self._answers():
                return True
            _NAP.wait(0.02)
        raise AssertionError("postgres does not answer")

    def execute(self, statement, *, database="postgres"):
        """Run a statement outside of a transaction, and return its rows."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create(self, template="template0"):
        """Create a database like another one, and return its name."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def freeze(self):
        """Stop it and all that serve connections in their tracks: connections stay open, nothing is answered."""
        pid = self._process.pid
        self._frozen = [pid]
        os.kill(pid, signal.SIGSTOP)
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            with suppress(ProcessLookupError):  # it has ended meanwhile
                os.kill(int(child), signal.SIGSTOP)
                self._frozen.append(int(child))

    def thaw(self):
        """Let it go on."""
        frozen, self._frozen = self._frozen, []
        for each in frozen:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)

    def kill(self):
        """End it without a word: what is under way is lost, connections break."""
        self._end(signal.SIGQUIT)

    def close(self):
        """End it and remove its files."""
        self._end(signal.SIGINT)
        if self._directory is not None:
            shutil.rmtree(self._directory)

    def _end(self, number):
        self.thaw()
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=60)
            self._process = None

    @property
    def _data(self):
        return self._directory / "data"

    @property
    def _log(self):
        return self._directory / "log"

    def _initialise(self):
        secret = self._directory / "password"
        secret.write_text(PASSWORD)
        if os.getuid() == 0:
            for path in (self._directory, secret):
                shutil.chown(path, "postgres", "postgres")
        words = ["--username=platform", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8"]
        subprocess.run(
            [*self._program("initdb"), "-D", self._data, *words, "--locale=C", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=100,
            **self._as_owner(),
        )

    @staticmethod
    def _program(name):
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
        return [str(found[-1]) if found else shutil.which(name)]

    def _as_owner(self):
        """Return how it is started: it refuses to be root."""
        owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        return {"cwd": self._directory, **owner}

    def _answers(self):
        import psycopg

        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()


@pytest.fixture(scope="session")
def shared_postgres():
    """A PostgreSQL that lives as long as the tests of this process; each test has a database of its own."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(shared_postgres):
    """Name of a database that has the tables, to be copied."""
    from chengxin.store.sql.migration import upgrade

    name = shared_postgres.create()
    upgrade(shared_postgres.url(name))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """Path of a file that has the tables, to be copied."""
    from chengxin.store.sql.migration import upgrade

    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgres_server():
    """A PostgreSQL of one test, to be frozen and killed; what it has committed is on the disk."""
    with PostgresServer(is_durable=True) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request):
    """Return which kind of database a test is run on: once on each."""
    return request.param


@pytest.fixture
def database_url(database_kind, request, tmp_path):
    """Return the URL of a database that has the tables, and nothing in them."""
    if database_kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "chengxin.db")
        yield f"sqlite:///{tmp_path}/chengxin.db"
        return
    server = request.getfixturevalue("shared_postgres")
    name = server.create(request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_database_url(database_kind, request, tmp_path):
    """Return the URL of a database in which there is nothing."""
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = request.getfixturevalue("shared_postgres")
    name = server.create()
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")
