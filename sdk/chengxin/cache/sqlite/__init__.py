"""A shared tier for the processes of one host: one SQLite file, in WAL mode."""

from chengxin.cache.sqlite.tier import SqliteTier

__all__ = ["SqliteTier"]
