"""Operations that run at once, each on a thread of its own: for contracts that hold for threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence


def run_at_once(operations: Sequence[Callable[[], None]]) -> None:
    """Run operations at once, each on a thread, and raise what one raised."""
    raised: list[BaseException] = []

    def run(operation: Callable[[], None]) -> None:
        try:
            operation()
        except BaseException as error:  # noqa: BLE001 -- handed to the test's own thread
            raised.append(error)

    threads = [threading.Thread(target=run, args=(operation,)) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
