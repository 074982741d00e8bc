"""What is kept for good: policy versions, and every step of their lives; and what waits to be handed to the outside."""

from chengxin.store.directory import DirectoryPolicyStore
from chengxin.store.outbox import Backlog, OutboxEvent, OutboxRetry, OutboxState
from chengxin.store.policy_store import PolicyStore

__all__ = ["Backlog", "DirectoryPolicyStore", "OutboxEvent", "OutboxRetry", "OutboxState", "PolicyStore"]
