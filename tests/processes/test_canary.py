"""A secret and a person's identity number are seen nowhere but where they belong."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from tests.processes.world import NOTHING, ROOT, MockProcess
from tests.servers import RedisServer

SECRET = "canary-7f3a9c-secret"
IDENTITY = "11010519491231002X"


class Monitor:
    """Reads what a Redis is told."""

    def __init__(self, port):
        self._connection = socket.create_connection(("127.0.0.1", port))
        self._connection.sendall(f"AUTH {SECRET}\r\nMONITOR\r\n".encode())
        self.heard = b""
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        while more := self._connection.recv(65536):
            self.heard += more

    def close(self):
        """Hang up."""
        self._connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._connection.close()


@pytest.fixture(scope="module")
def traces(tmp_path_factory):
    """Return what is seen, by where it is seen, when clients are used in every way that fails."""
    directory = tmp_path_factory.mktemp("canary")
    with (
        MockProcess("--subjects", "50", "--secret", SECRET) as mock,
        RedisServer(directory, "--requirepass", SECRET) as redis,
    ):
        fields = {
            "CF_WSH": f"示监处罚〔2026〕{IDENTITY}号",
            "CF_SY": f"当事人示例甲（{IDENTITY}）拒不改正",
            "CF_NR": IDENTITY,
        }
        record = {
            "catalog": "行政处罚",
            "severity": "一般",
            "dataSource": f"示例单位{IDENTITY}",
            "fields": fields,
        }
        mock.control("POST", "/mock/records", {"action": "impose", "code": NOTHING, "record": record})
        monitor = Monitor(redis.port)
        try:
            done = subprocess.run(
                [
                    *(sys.executable, "-W", "error", "-m", "tests.processes.canary", mock.url),
                    f"redis://:{SECRET}@127.0.0.1:{redis.port}/0",
                    f"sqlite:///{directory}/cache.db",
                ],
                cwd=ROOT,
                env={**os.environ, "CANARY_SECRET": SECRET, "CANARY_IDENTITY": IDENTITY},
                capture_output=True,
                check=False,
            )
        finally:
            monitor.close()
        assert done.returncode == 0, done.stderr.decode()[-4000:]
        files = b"".join(path.read_bytes() for path in directory.glob("cache.db*"))
        requests = str(mock.control("GET", "/mock/requests")).encode()
    return {
        "logs, errors, reprs, pickles, metrics": done.stdout,
        "standard error": done.stderr,
        "what Redis was told": monitor.heard,
        "the cache file": files,
        "the requests at the source": requests,
    }


def test_i8_no_secret_and_no_identity_number_is_seen_anywhere(traces):
    """Neither stands in logs at DEBUG, errors, reprs, pickles, metrics, URLs, or what a tier keeps."""
    found = [
        (where, canary, text[max(0, text.find(canary.encode()) - 500) :][:900])
        for where, text in traces.items()
        for canary in (SECRET, IDENTITY, IDENTITY.lower(), IDENTITY[:17])
        if canary.encode() in text
    ]
    assert not found


def test_the_search_would_find_them(traces):
    """What is searched holds what may be seen: the subject, our logs and those of the libraries, labels."""
    told = traces["logs, errors, reprs, pickles, metrics"]
    for expected in (
        b"urllib3.connectionpool DEBUG",
        b"chengxin.lookup WARNING",
        b"chengxin.source.duration",
    ):
        assert expected in told
    assert "拒不改正".encode() in told
    for where in ("what Redis was told", "the cache file", "the requests at the source"):
        assert NOTHING.encode() in traces[where], where
    assert "拒不改正".encode() in traces["the cache file"]
