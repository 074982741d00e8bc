"""What is kept for good: policy versions, and every step of their lives."""

from chengxin.store.directory import DirectoryPolicyStore
from chengxin.store.policy_store import PolicyStore

__all__ = ["DirectoryPolicyStore", "PolicyStore"]
