"""Background work: jobs as plain callables, and a process that runs them from a queue."""

from chengxin.worker.consumer import Worker
from chengxin.worker.jobs import Job, Jobs
from chengxin.worker.queue import DEFAULT_URL, make_huey
from chengxin.worker.treating import platform_jobs

__all__ = ["DEFAULT_URL", "Job", "Jobs", "Worker", "make_huey", "platform_jobs"]
