"""The tier of one host among processes that are forked, killed and crowded."""

import subprocess
import sys
import textwrap

import pytest

from chengxin.cache.sqlite import SqliteTier
from chengxin.clock import SystemClock
from chengxin.testing.tier_contract import CODE, OTHER, eventually, insist

PRELUDE = """
import os, signal, sys, threading
from chengxin.cache.sqlite import SqliteTier
from chengxin.clock import SystemClock
from chengxin.testing import CODES
from chengxin.errors import TierUnavailable
CODE, OTHER, clock = CODES[0].code, CODES[1].code, SystemClock()
def make(): return SqliteTier(sys.argv[1], source="contract", tenant="platform", clock=clock, poll_seconds=0.05)
"""
CONTRACT = "from chengxin.testing.tier_contract import Hearer, an_entry, eventually, insist"
"""What most processes need as well; it loads pytest, which takes seconds on a machine that is busy."""

pytestmark = pytest.mark.timeout(600)


def start(script, path, *, prelude=f"{PRELUDE}{CONTRACT}\n"):
    """Start a process that works on the file; nobody waits for it by the clock, since a crowded machine is slow."""
    return subprocess.Popen(
        [sys.executable, "-c", prelude + textwrap.dedent(script), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run(script, path, **named):
    """Run a process that works on the file, and return what it says."""
    with start(script, path, **named) as process:
        said, _ = process.communicate()
    assert process.returncode == 0, said
    return said.split()


def test_an_invalidation_is_heard_in_another_process(path):
    """What one process tells, another hears, and reads nothing of before."""
    script = """
    tier, hearer = make(), Hearer()
    tier.listen(hearer)
    assert hearer.hears("restored")
    assert tier.write(CODE, an_entry(clock), ticket=tier.open(CODE))
    print("ready", flush=True)
    assert hearer.hears((CODE,))
    assert tier.read(CODE) is None
    tier.close()
    """
    with start(script, path) as other:
        assert other.stdout.readline() == "ready\n"
        tier = SqliteTier(path, source="contract", tenant="platform", clock=SystemClock())
        assert tier.read(CODE) is not None
        tier.invalidate([CODE])
        assert other.wait() == 0
        tier.close()


@pytest.mark.skipif(sys.platform != "linux", reason="off Linux a lease ends with its life alone")
def test_a_lease_never_outlives_its_owner(path):
    """When its process is killed, the next who asks has it, at once."""
    script = """
    tier = make()
    assert tier.board.take("lead", owner="other", life_seconds=3600.0)
    print("taken", flush=True)
    sys.stdin.read()
    """
    tier = SqliteTier(path, source="contract", tenant="platform", clock=SystemClock())
    with start(script, path) as other:
        assert other.stdout.readline() == "taken\n"
        assert not tier.board.take("lead", owner="me", life_seconds=60.0)
        other.kill()
        other.wait()
        assert tier.board.take("lead", owner="me", life_seconds=60.0)
    tier.close()


@pytest.mark.skipif(sys.platform != "linux", reason="off Linux a lease ends with its life alone")
def test_a_forked_child_does_not_hold_the_leases_of_its_parent(path):
    """Though it inherits what is open, it does not live on for it."""
    script = """
    tier = make()
    assert tier.board.take("lead", owner="parent", life_seconds=3600.0)
    print("taken", flush=True)
    if os.fork() == 0:
        sys.stdin.read()
        sys.exit()
    print("forked", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    tier = SqliteTier(path, source="contract", tenant="platform", clock=SystemClock())
    with start(script, path) as other:
        assert other.stdout.readline() + other.stdout.readline() == "taken\nforked\n"
        other.wait()
        assert eventually(lambda: tier.board.take("lead", owner="me", life_seconds=60.0))
        other.stdin.close()
    tier.close()


def test_a_forked_child_hears_and_writes_and_survives_its_parent(path):
    """It takes up connections and a thread of its own, and no file is taken from under it."""
    script = """
    tier, hearer = make(), Hearer()
    tier.listen(hearer)
    assert hearer.hears("restored")
    assert tier.write(CODE, an_entry(clock), ticket=tier.open(CODE))
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child:
        os.read(ready[0], 1)
        tier.invalidate([OTHER])
        tier.close()
        os.write(go[1], b"x")
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    assert tier.read(CODE) is not None
    mine = Hearer()
    tier.listen(mine)
    assert mine.hears("restored")
    os.write(ready[1], b"x")
    os.read(go[0], 1)
    assert mine.hears((OTHER,))
    assert tier.write(OTHER, an_entry(clock), ticket=tier.open(OTHER))
    third = make()
    assert third.read(OTHER) is not None and third.read(CODE) is not None
    third.close()
    tier.close()
    """
    run(script, path)
    tier = SqliteTier(path, source="contract", tenant="platform", clock=SystemClock())
    assert tier.read(OTHER) is not None
    tier.close()


def test_a_child_forked_amid_an_operation_leaves_the_file_alone(path):
    """A connection that was in use at the fork can be neither used nor closed, so the child goes without."""
    script = """
    tier = make()
    inside, done = threading.Event(), threading.Event()
    def work():
        with tier._file.change():
            inside.set()
            done.wait()
    thread = threading.Thread(target=work)
    thread.start()
    inside.wait()
    child = os.fork()
    if child == 0:
        try:
            tier.read(CODE)
        except TierUnavailable as error:
            sys.exit(0 if "forked" in str(error) else 2)
        sys.exit(1)
    done.set()
    thread.join()
    assert tier.read(CODE) is None
    tier.close()
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    run(script, path, prelude=PRELUDE)


def test_a_fork_waits_for_an_operation_that_is_about_to_end(path):
    """A child that is forked while a thread is at work has the tier all the same, as operations are short."""
    script = """
    tier = make()
    inside, done = threading.Event(), threading.Event()
    def work():
        with tier._file.change():
            inside.set()
            done.wait()
        done.clear()
        done.wait()
    thread = threading.Thread(target=work)
    thread.start()
    inside.wait()
    threading.Timer(0.01, done.set).start()
    child = os.fork()
    if child == 0:
        tier.board.add("came", 1, life_seconds=60.0)
        sys.exit()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    done.set()
    thread.join()
    tier.close()
    sys.exit(code)
    """
    run(script, path, prelude=PRELUDE)


def test_many_processes_make_one_file(path):
    """Whoever comes first makes it, and all find it."""
    script = """
    tier = make()
    for _ in range(20):
        try:
            tier.board.add("came", 1, life_seconds=60.0)
            break
        except Exception:
            threading.Event().wait(0.05)
    tier.close()
    """
    others = [start(script, path) for _ in range(6)]
    for other in others:
        with other:
            assert other.wait() == 0
    tier = SqliteTier(path, source="contract", tenant="platform", clock=SystemClock())
    assert tier.board.add("came", 0, life_seconds=60.0) == 6
    tier.close()
    assert not path.with_name("cache.db.aside").exists()


def test_a_killed_writer_leaves_a_whole_file(path):
    """Whatever a process was at when it was killed, the others go on."""
    script = """
    tier = make()
    print("ready", flush=True)
    while True:
        tier.write_many([(CODE, an_entry(clock))])
        tier.invalidate([OTHER])
    """
    tier = SqliteTier(path, source="contract", tenant="platform", clock=SystemClock())
    for _ in range(3):
        with start(script, path) as other:
            assert other.stdout.readline() == "ready\n"
            assert eventually(lambda: insist(lambda: tier.read(CODE)) is not None)
            other.kill()
        insist(lambda: tier.invalidate([CODE]))
        assert tier.read(CODE) is None
    tier.close()
    assert not path.with_name("cache.db.aside").exists()
