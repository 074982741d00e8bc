"""The jobs of a platform for tests of the worker: events go out to a receiver of the test's.

``python -m tests.processes.background DATABASE_URL COUNT`` is its writer: it puts events, each in one transaction with
a row of the platform's own, and says so.
"""

import os
import sys
import urllib.request

from chengxin.clock import SystemClock
from chengxin.services import Dispatcher, DispatchOptions
from chengxin.store import OutboxEvent, OutboxRows, SqlStore
from chengxin.worker import Jobs

KEYS = 5


def jobs():
    """Return the table of jobs, as ``chengxin worker`` asks for it."""
    store = SqlStore(os.environ["TEST_DATABASE_URL"], deadline_seconds=30)
    lease = float(os.environ.get("TEST_LEASE_SECONDS", "60"))
    options = DispatchOptions(deadline_seconds=lease / 3, lease_seconds=lease, run_seconds=2.0)
    table = Jobs()
    dispatcher = Dispatcher(store, {"test": _tell}, clock=SystemClock(), options=options)
    table.add("outbox", dispatcher.run_once, every_seconds=1)
    return table


def _tell(event, deadline):
    url = f"{os.environ['TEST_RECEIVER_URL']}/{event.event_id}"
    with urllib.request.urlopen(url, data=b"", timeout=max(0.1, deadline.remaining())):  # noqa: S310 -- loopback
        pass


def write(url, count):
    """Put events, each with a row of the platform's own."""
    clock = SystemClock()
    with SqlStore(url, deadline_seconds=30) as store:
        for number in range(count):
            with store.transaction() as connection:
                found = connection.exec_driver_sql("SELECT COUNT(*) FROM effect").scalar_one()
                connection.exec_driver_sql(f"INSERT INTO effect (id) VALUES ({found})")  # noqa: S608 -- a number
                event_id = f"e-{found}"
                key = f"k{found % KEYS}"
                event = OutboxEvent.new(event_id, "test", key=key, payload={"n": number}, at=clock.now())
                OutboxRows(connection).put([event])
            print(event_id, flush=True)  # noqa: T201


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]))
