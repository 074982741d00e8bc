"""Which store of policies a location stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chengxin.store.directory import DirectoryPolicyStore
from chengxin.store.policy_store import PolicyStore

_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@contextmanager
def open_policy_store(location: str | Path, *, create: bool = True) -> Iterator[PolicyStore]:
    """Open the store of policies at a location; what was opened is closed with the block.

    ===============================================  =======================================
    ``/var/lib/app/policies``                        a directory of one host
    ``sqlite:////var/lib/app/chengxin.db``           a SQLite file of one host
    ``postgresql://user:password@host:5432/name``    PostgreSQL, for many hosts
    ===============================================  =======================================

    The tables of a database are made by ``chengxin db upgrade`` alone.

    Args:
        location: a directory or a URL.
        create: whether a directory is made where there is none.

    Raises:
        ConfigurationError: there is no store there, and none was to be made; or the URL cannot be used.
    """
    if isinstance(location, Path) or not _URL.match(location):
        yield DirectoryPolicyStore(location, create=create)
        return
    from chengxin.store.sql.policies import SqlPolicyStore  # noqa: PLC0415 -- who has a directory loads no SQL
    from chengxin.store.sql.store import SqlStore  # noqa: PLC0415 -- see above

    with SqlStore(location) as store:
        yield SqlPolicyStore(store)
