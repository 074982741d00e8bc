"""What happens in a forked child, told to its parent: for contracts that hold after a fork."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Any

_LONGEST_SECONDS = 30.0


def in_forked_child(operation: Callable[[], Any]) -> Any:  # noqa: ANN401  # anything that can be pickled
    """Return what an operation returns in a forked child; an exception of it is returned, not raised.

    Raises:
        TimeoutError: the child says nothing within half a minute.
    """
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)

    def run() -> None:
        try:
            outcome = operation()
        except BaseException as error:  # noqa: BLE001  # the parent judges it
            outcome = error
        send.send(outcome)

    child = context.Process(target=run, daemon=True)
    child.start()
    send.close()
    try:
        if not receive.poll(_LONGEST_SECONDS):
            raise TimeoutError("The forked child does not answer: something it waits for was left behind.")
        return receive.recv()
    finally:
        child.kill()
        child.join()
        receive.close()
