"""How one process hears of what others tell a shared tier: listeners, and the one thread that serves them."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Final, Protocol

from chengxin.cache.tier import TierListener
from chengxin.lock import ProcessLock

_log = logging.getLogger(__name__)
_LONGEST_JOIN_SECONDS: Final = 2.0
_REST_SECONDS: Final = 1.0
"""How long after a turn that failed the next one is taken."""


class Audience:
    """The listeners of one tier in one process, and whether each is being served.

    They are kept until the tier is let go of.
    """

    def __init__(self) -> None:
        self._lock = ProcessLock()
        self._pid = os.getpid()
        self._listeners: tuple[TierListener, ...] = ()
        self._served: tuple[TierListener, ...] = ()
        self._lost: tuple[TierListener, ...] = ()

    def add(self, listener: TierListener) -> bool:
        """Take in a listener, and tell whether it is new."""
        with self._lock:
            if any(listener is known for known in self._listeners):
                return False
            self._listeners += (listener,)
            return True

    @property
    def is_served(self) -> bool:
        """Tell whether every listener hears of everything."""
        return self._pid == os.getpid() and len(self._served) == len(self._listeners)

    def tell(self, say: Callable[[TierListener], None]) -> None:
        """Say something to every listener; one that fails holds up no other."""
        for listener in self._listeners:
            _say(say, listener)

    def restore(self) -> None:
        """Tell those who were not served that they are from now on."""
        with self._lock:
            served = self._served if self._pid == os.getpid() else ()
            anew = [new for new in self._listeners if not any(new is known for known in served)]
            self._served, self._pid = self._listeners, os.getpid()
            self._lost = ()
        for listener in anew:
            _say(lambda told: told.on_restored(), listener)

    def lose(self) -> None:
        """Tell those who were served, or never were, that they may miss something from now on; once."""
        with self._lock:
            untold = [each for each in self._listeners if not any(each is told for told in self._lost)]
            self._served, self._lost = (), self._listeners
        for listener in untold:
            _say(lambda told: told.on_lost(), listener)


class Hearing(Protocol):
    """What the thread of a tier does, over and over."""

    def turn(self, wake: threading.Event) -> None:
        """Hear what there is and tell it; where there is nothing, wait for a fraction of a second or for ``wake``."""
        ...

    def end(self) -> None:
        """Give back what this thread holds."""
        ...


class Ear:
    """Runs a hearing on a daemon thread of this process: none before the first listener, a new one after a fork.

    Args:
        name: of the thread.
        make: makes what the thread does; called on the thread.
    """

    def __init__(self, name: str, make: Callable[[Audience], Hearing]) -> None:
        self.audience = Audience()
        self._name = name
        self._make = make
        self._lock = ProcessLock()
        self._run: _Run | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether this process has a thread that hears."""
        run = self._run
        return run is not None and run.is_alive

    def listen(self, listener: TierListener) -> None:
        """Serve a listener, and start the thread where this process has none."""
        added = self.audience.add(listener)
        if not self.is_running:
            self._start()
        elif added:
            self.wake()

    def wake(self) -> None:
        """Let the thread take its next turn at once."""
        run = self._run
        if run is not None and run.is_alive:
            run.wake.set()

    def close(self) -> None:
        """End the thread."""
        with self._lock:
            run, self._run = self._run, None
        if run is not None and run.is_alive:
            run.stop()

    def _start(self) -> None:
        with self._lock:
            if self._run is not None and self._run.is_alive:
                return
            run = _Run(self._name, self._make, self.audience)
            try:
                run.thread.start()
            except RuntimeError as error:
                _log.warning(
                    "The thread %s cannot be started: %s. Invalidations are missed.", self._name, error
                )
                return
            self._run = run


class _Run:
    """One thread, from its start to its end."""

    def __init__(self, name: str, make: Callable[[Audience], Hearing], audience: Audience) -> None:
        self.wake = threading.Event()
        self._pid = os.getpid()
        self._stopped = threading.Event()
        self._make = make
        self._audience = audience
        self.thread = threading.Thread(target=self._serve, name=name, daemon=True)

    @property
    def is_alive(self) -> bool:
        return self._pid == os.getpid() and self.thread.is_alive()

    def stop(self) -> None:
        self._stopped.set()
        self.wake.set()
        if threading.current_thread() is not self.thread:
            self.thread.join(_LONGEST_JOIN_SECONDS)

    def _serve(self) -> None:
        """Take turns until it is stopped; whoever is served no more is told, however it ends."""
        hearing = self._make(self._audience)
        try:
            while not self._stopped.is_set():
                self._take_turn(hearing)
        finally:
            self._audience.lose()
            hearing.end()

    def _take_turn(self, hearing: Hearing) -> None:
        try:
            hearing.turn(self.wake)
        except Exception as fault:  # noqa: BLE001 -- a store that somebody damaged may make anything fail
            _log.error("Hearing of invalidations failed with %s.", type(fault).__qualname__)
            self._audience.lose()
            self._stopped.wait(_REST_SECONDS)


def _say(say: Callable[[TierListener], None], listener: TierListener) -> None:
    try:
        say(listener)
    except Exception:  # noqa: BLE001 -- a listener that fails must not end the thread that serves all
        _log.exception(
            "A listener of a cache tier raised, which it never does; the others are told all the same."
        )
