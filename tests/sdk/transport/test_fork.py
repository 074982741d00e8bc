"""A transport that was used before a fork serves parent and child alike."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.sdk.transport.scripted import OK, Conversation, Net

SCRIPT = """
import os, sys
from chengxin.clock import SystemClock
from chengxin.transport import Deadline, HttpTransport, Request, RetryBudget

clock = SystemClock()
transport = HttpTransport(sys.argv[1], credentials=None, clock=clock)
budget = RetryBudget(clock)

def ask(who):
    answer = transport.send(Request(method="GET", path="/" + who), deadline=Deadline.after(5, clock))
    assert answer.status == 200

ask("parent-before")
# Another thread of the parent may hold the locks at this very moment.
transport._sessions._lock.acquire()
budget._lock.__enter__()
child = os.fork()
if child == 0:
    ask("child-1")
    ask("child-2")
    assert budget.try_spend()
    transport.close()
    os._exit(0)
transport._sessions._lock.release()
budget._lock.__exit__(None, None, None)
_, status = os.waitpid(child, 0)
assert status == 0, status
ask("parent-after")
transport.close()
"""


@pytest.mark.timeout(30)
def test_a_child_has_connections_of_its_own(net: Net) -> None:
    """The parent's connection carries the parent's requests alone, before and after, and locks do not matter."""
    heard: list[tuple[int, str]] = []

    def script(talk: Conversation) -> None:
        while request := talk.hear():
            heard.append((talk.number, request.split(b" ")[1].decode()))
            talk.say(OK)

    server = net.serve(script)
    command = [sys.executable, "-W", "error", "-c", SCRIPT, server.url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert heard == [(1, "/parent-before"), (2, "/child-1"), (2, "/child-2"), (1, "/parent-after")]
