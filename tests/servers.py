"""Real servers for tests: a Redis of one's own on a free port, to be frozen, killed and started again."""

import signal
import socket
import subprocess
import threading
from pathlib import Path

_NAP = threading.Event()


def free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """A Redis on a port of its own, with its files in a directory of its own.

    Args:
        directory: for its files.
        options: of ``redis-server``, e.g. ``("--requirepass", "…")``.
    """

    def __init__(self, directory, *options):
        self.port = free_port()
        self._directory = Path(directory)
        self._options = options
        self._process = None
        self._is_frozen = False

    @property
    def url(self):
        """URL of its first database."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        """Start it and return when it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        files = ["--appendonly", "no", "--dir", str(self._directory), "--loglevel", "warning"]
        self._process = subprocess.Popen([*command, *files, *self._options], stdout=subprocess.DEVNULL)
        for _ in range(500):
            if self._answers():
                return self
            assert self._process.poll() is None, "redis-server ended at once"
            _NAP.wait(0.02)
        raise AssertionError("redis-server does not answer")

    def command(self, *words):
        """Run a command and return the first line of the reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            parts = [str(word).encode() for word in words]
            connection.sendall(
                b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%b\r\n" % (len(p), p) for p in parts)
            )
            return connection.makefile("rb").readline().strip()

    def freeze(self):
        """Stop it in its tracks: connections stay open and nothing is answered."""
        self._process.send_signal(signal.SIGSTOP)
        self._is_frozen = True

    def thaw(self):
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)
        self._is_frozen = False

    def kill(self):
        """End it without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self):
        try:
            return self.command("PING").startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()
