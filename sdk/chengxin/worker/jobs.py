"""What runs again and again in the background: plain callables by name, whoever calls them.

A job looks at the store for what is due and does it; run twice, or in two processes at once, it does nothing twice. So
timers are as durable as the store, and a queue that loses everything delays a job by one interval at most.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from chengxin.errors import ChengxinError, ConfigurationError

_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_log: Final = logging.getLogger("chengxin.worker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job.

    Attributes:
        name: a word in small letters, e.g. ``outbox``.
        run: does what is due; takes nothing, and whatever it returns is not looked at.
        every_seconds: how often it is run, 1 second to a day; more rarely while a run takes longer.

    Raises:
        ConfigurationError: the name is none, or the interval is out of its range.
    """

    name: str
    run: Callable[[], object]
    every_seconds: float

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigurationError("The name of a job is a word in small letters, e.g. outbox.")
        if not 1 <= self.every_seconds <= 86_400:
            raise ConfigurationError(f"The job {self.name!r} is run every 1 to 86,400 seconds.")


class Jobs:
    """The jobs of one platform, by name.

    ::

        jobs = Jobs()
        jobs.add("outbox", dispatcher.run_once, every_seconds=1)

    ``chengxin worker --jobs module:jobs`` runs them; so does whatever else calls ``run`` by the clock.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, Job] = {}

    def add(self, name: str, run: Callable[[], object], *, every_seconds: float) -> None:
        """Add a job.

        Raises:
            ConfigurationError: the name is taken or none, or the interval is out of its range.
        """
        if name in self._by_name:
            raise ConfigurationError(f"There are two jobs {name!r}. Give each a name of its own.")
        self._by_name[name] = Job(name=name, run=run, every_seconds=every_seconds)

    def run(self, name: str) -> bool:
        """Run a job once, and tell whether it ended well; whatever it raises is logged, and it is run again later.

        Raises:
            ConfigurationError: there is no such job.
        """
        job = self._by_name.get(name)
        if job is None:
            raise ConfigurationError(
                f"There is no job {name[:64]!r}. There are: {', '.join(self._by_name) or 'none'}."
            )
        try:
            job.run()
        except Exception as error:  # noqa: BLE001  # jobs are anybody's
            said = str(error) if isinstance(error, ChengxinError) else type(error).__qualname__
            _log.warning("the job %s failed, and is run again later: %s", name, said)
            return False
        return True

    def run_all(self) -> dict[str, bool]:
        """Run every job once, one after the other, and tell which ended well."""
        return {name: self.run(name) for name in self._by_name}

    def __iter__(self) -> Iterator[Job]:
        return iter(tuple(self._by_name.values()))

    def __len__(self) -> int:
        return len(self._by_name)
