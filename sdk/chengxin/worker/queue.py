"""Queues of huey, as a URL names them: a SQLite file for the workers of one host, Redis for those of many."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from huey import Huey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError as HueyMisused

from chengxin.errors import ConfigurationError
from chengxin.worker.jobs import Jobs
from chengxin.worker.serializer import NameSerializer

DEFAULT_URL: Final = "sqlite:///chengxin-queue.db"
"""Where the queue is, unless something else is said."""
_NAME: Final = "chengxin"
_REDIS: Final = ("redis", "rediss", "unix")
_LONGEST_WAIT_SECONDS: Final = 60.0


def make_huey(url: str = DEFAULT_URL) -> Huey:
    """Return the queue that a URL stands for; nothing of it has to be kept.

    ==========================================  ==========================================
    ``sqlite:///chengxin-queue.db``             the workers of this host; relative…
    ``sqlite:////var/lib/app/queue.db``         …or, with four strokes, absolute
    ``redis://:password@host:6379/1``           the workers of many hosts
    ==========================================  ==========================================

    It carries names of jobs and nothing else, as JSON; no results are kept.

    Raises:
        ConfigurationError: the URL is none of these, or the package for it is not installed. The message does not
            repeat it.
    """
    scheme, mark, rest = url.partition("://")
    given: dict[str, Any] = {"results": False, "serializer": NameSerializer()}
    if mark and scheme in _REDIS:
        return _redis(url, given)
    host, stroke, path = rest.partition("/")
    if not mark or scheme != "sqlite" or host or not stroke or not path or path.endswith("/"):
        raise ConfigurationError(
            "The queue of the worker is named by sqlite:///relative/path.db, sqlite:////absolute/path.db or redis://…."
        )
    file = Path(unquote(path))
    if not file.parent.is_dir():
        raise ConfigurationError(
            f"The file of the queue lies in {str(file.parent)!r}, which is no directory. Make it."
        )
    return SqliteHuey(_NAME, filename=str(file), **given)


def register(huey: Huey, jobs: Jobs) -> dict[str, Any]:
    """Let a queue know jobs, and return the tasks that stand for them, by the names of the jobs.

    A task that nobody takes within the interval of its job, or within a minute, is of no use any more: the next one
    does what it would have done. So nothing piles up where workers are slow, or none is there.
    """
    tasks: dict[str, Any] = {}
    for job in jobs:
        useful_for = max(1, int(min(job.every_seconds, _LONGEST_WAIT_SECONDS)))

        def run(name: str = job.name) -> None:
            jobs.run(name)

        tasks[job.name] = huey.task(name=job.name, expires=useful_for)(run)
    return tasks


def _redis(url: str, given: dict[str, Any]) -> Huey:
    fault = "The URL of the queue's Redis cannot be used. It looks like redis://:password@host:6379/1."
    try:
        return RedisHuey(_NAME, url=url, **given)
    except HueyMisused:
        fault = "A queue in Redis needs the package for it. Install it: pip install 'chengxin[redis]'"
    except ValueError:
        pass
    raise ConfigurationError(fault)
