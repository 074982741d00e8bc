"""What a policy is known by: the digest of its canonical form (RFC 8785, SHA-256)."""

from __future__ import annotations

from chengxin.canonical import digest
from chengxin.policy.document import PolicyDocument
from chengxin.policy.measure import PolicyRef


def policy_ref(document: PolicyDocument) -> PolicyRef:
    """Return name, version and digest of a document.

    Comments, the order of keys and what extends what do not change the digest of what is written; a meaning does.
    """
    return PolicyRef(name=document.name, version=document.version, digest=digest(document.content))
