"""What is kept for good: policy versions and every step of their lives, measures, the ledger, the outbox.

What needs SQL loads when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from chengxin.store.directory import DirectoryPolicyStore
from chengxin.store.opening import open_policy_store
from chengxin.store.outbox import Backlog, OutboxEvent, OutboxRetry, OutboxState, Waiting
from chengxin.store.policy_store import PolicyStore

if TYPE_CHECKING:
    from chengxin.store.sql.engine import open_engine
    from chengxin.store.sql.ledger import LedgerRows
    from chengxin.store.sql.migration import Check, check, downgrade, upgrade
    from chengxin.store.sql.outbox import OutboxRows
    from chengxin.store.sql.policies import SqlPolicyStore
    from chengxin.store.sql.remains import clear_remains
    from chengxin.store.sql.store import SqlStore

__all__ = [
    "Backlog",
    "Check",
    "DirectoryPolicyStore",
    "LedgerRows",
    "OutboxEvent",
    "OutboxRetry",
    "OutboxRows",
    "OutboxState",
    "PolicyStore",
    "SqlPolicyStore",
    "SqlStore",
    "Waiting",
    "check",
    "clear_remains",
    "downgrade",
    "open_engine",
    "open_policy_store",
    "upgrade",
]

_HOME_OF: Final = {
    "Check": "chengxin.store.sql.migration",
    "LedgerRows": "chengxin.store.sql.ledger",
    "OutboxRows": "chengxin.store.sql.outbox",
    "SqlPolicyStore": "chengxin.store.sql.policies",
    "SqlStore": "chengxin.store.sql.store",
    "check": "chengxin.store.sql.migration",
    "clear_remains": "chengxin.store.sql.remains",
    "downgrade": "chengxin.store.sql.migration",
    "open_engine": "chengxin.store.sql.engine",
    "upgrade": "chengxin.store.sql.migration",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever the name stands for
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value
