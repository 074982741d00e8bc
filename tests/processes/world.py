"""The processes that tests play with: a mock source, processes of a platform, and waiting for what they do."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEY = {"app_key": "mock-app-key", "secret": "mock-app-secret"}
NOTHING = "91420100M000110Y7X"
GENERAL = "91350100M000100Y43"
PREFERRED = "91330100M000101Y04"
LICENSED = "92350102M000106Y2Q"
LAST_DAY = "91500103M000115Y9A"
_NAP = threading.Event()


def eventually(told, *, within=5.0, every=0.02):
    """Return what ``told`` returns as soon as that is true; fail when it is not in time."""
    end = time.perf_counter() + within
    while True:
        value = told()
        if value:
            return value
        assert time.perf_counter() < end, f"not so within {within:g} s: {value!r}"
        _NAP.wait(every)


def pause(seconds):
    """Let time pass, where the time that has passed is what is tested."""
    _NAP.wait(seconds)


class MockProcess:
    """A mock source in a process of its own.

    Args:
        arguments: of ``python -m mock_credit_china``.
    """

    def __init__(self, *arguments):
        command = [sys.executable, "-m", "mock_credit_china", "--port", "0", *arguments]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        assert "listening on " in line, line
        self.url = line.rpartition(" ")[2].strip()
        self.port = int(self.url.rpartition(":")[2])

    def control(self, method, path, body=None, *, timeout=60):
        """Ask the control plane."""
        request = urllib.request.Request(  # noqa: S310 -- loopback
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=timeout) as response:  # noqa: S310 -- loopback
            return json.loads(response.read() or b"null")

    def reset(self):
        """Be as at the start."""
        self.control("POST", "/mock/reset", {})
        self.control("DELETE", "/mock/requests")

    def script(self, fault, *, replace=True, **rule):
        """Make a fault bite."""
        self.control("POST", "/mock/scenario", {"rules": [{"fault": fault, **rule}], "replace": replace})

    def heal(self):
        """Take all faults back."""
        self.control("DELETE", "/mock/scenario")

    def asked(self, route="credit", *, code=None):
        """Return the requests of a route, of one subject where a code is given, so far."""
        requests = self.control("GET", "/mock/requests")["requests"]
        return [
            one for one in requests if one.get("route") == route and (code is None or code in one["path"])
        ]

    def impose(self, code):
        """Put a 一般 penalty on record, and return the id of the record."""
        body = {"action": "impose", "code": code, "record": {"catalog": "行政处罚", "severity": "一般"}}
        self.control("POST", "/mock/records", body)

    def repair(self, code):
        """Let the one penalty be repaired."""
        self.control("POST", "/mock/records", {"action": "repair", "code": code})

    def close(self):
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Worker:
    """A process of a platform, with clients by name; see ``worker.Process`` for what it does.

    Args:
        clients: the arguments of each client by its name.
    """

    def __init__(self, **clients):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(30)
        port = str(self._listener.getsockname()[1])
        command = [sys.executable, "-W", "error", "-m", "tests.processes.worker", port, json.dumps(clients)]
        self.process = subprocess.Popen(command, cwd=ROOT)
        self.pid = self.process.pid
        self._accept()

    def _accept(self):
        self._connection, _ = self._listener.accept()
        self._connection.settimeout(60)
        self._stream = self._connection.makefile("rwb")

    def send(self, do, **call):
        """Tell it to do something, without waiting for the outcome."""
        self._stream.write(json.dumps({"do": do, **call}).encode() + b"\n")
        self._stream.flush()

    def receive(self):
        """Return the outcome of the first call that is still under way."""
        line = self._stream.readline()
        assert line, "the process has ended"
        said = json.loads(line)
        assert "error" not in said, said["error"]
        return said["value"]

    def ask(self, do, **call):
        """Have something done, and return the outcome."""
        self.send(do, **call)
        return self.receive()

    def check(self, code, **call):
        """Check a subject there."""
        return self.ask("check", code=code, **call)

    def fork(self):
        """Fork it, and return the child."""
        self.send("fork")
        child = _Child(self._listener)
        child.pid = self.receive()
        return child

    def freeze(self):
        """Stop it in its tracks."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self):
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def kill(self):
        """End it without a word."""
        self.process.kill()
        self.process.wait()

    def close(self):
        """End it in good order where it lives, and give back what is held here."""
        try:
            if self.process.poll() is None:
                self.ask("close")
                self.process.wait(20)
        except (OSError, AssertionError, subprocess.TimeoutExpired):
            self.kill()
        finally:
            self._leave()
            self._listener.close()

    def _leave(self):
        for end in (self._stream, self._connection):
            try:
                end.close()
            except OSError:
                continue

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class _Child(Worker):
    """A forked child of a worker; it ends when nobody tells it anything any more."""

    def __init__(self, listener):
        self._listener = listener
        self._accept()

    def end(self):
        """End it without a word."""
        os.kill(self.pid, signal.SIGKILL)

    def close(self):
        """Let it end."""
        self._leave()


def connections(pid, port):
    """Return how many connections a process holds to a port of this machine."""
    held = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            held.add(str(entry.readlink()))
        except OSError:
            continue
    count = 0
    for line in Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        columns = line.split()
        is_there = int(columns[2].rpartition(":")[2], 16) == port and columns[3] == "01"
        count += is_there and f"socket:[{columns[9]}]" in held
    return count
