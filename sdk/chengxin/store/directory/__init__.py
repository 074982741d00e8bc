"""Policy versions in a directory: documents named by their digests, and one journal."""

from chengxin.store.directory.store import DirectoryPolicyStore

__all__ = ["DirectoryPolicyStore"]
