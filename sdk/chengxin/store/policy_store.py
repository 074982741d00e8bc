"""Where policy versions and the steps of their lives are kept: the seam, whatever keeps them.

Nothing here deletes or changes anything: every version stays addressable, longer than the three years for which the
law wants it kept and shown (令116 art. 15).
"""

from __future__ import annotations

import json
from typing import Protocol

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidRecord
from chengxin.policy.lifecycle import Step


class PolicyStore(Protocol):
    """Keeps documents by their digests, and the steps of each policy in order.

    What a method has returned survives the death of the process and of the machine. Implementations may be used by
    any number of threads and processes; ``chengxin.testing.policy_store_contract`` holds what is asked of each.
    """

    def put(self, document: bytes) -> str:
        """Keep a document, and return its digest. What is kept already is left as it is.

        Args:
            document: its canonical form (RFC 8785).

        Raises:
            InvalidRecord: the bytes are no canonical form.
            PolicyStoreDamaged: something else is kept under its digest.
            PolicyStoreUnavailable: it could not be kept.
        """
        ...

    def get(self, digest: str) -> bytes:
        """Return the document of a digest, its digest verified.

        Raises:
            UnknownPolicyVersion: no such document is kept.
            PolicyStoreDamaged: it is not what was put there.
            PolicyStoreUnavailable: it could not be read.
        """
        ...

    def put_source(self, text: str) -> str:
        """Keep the text that an author wrote, and return the digest of its UTF-8 bytes.

        Raises:
            PolicyStoreDamaged: something else is kept under its digest.
            PolicyStoreUnavailable: it could not be kept.
        """
        ...

    def get_source(self, digest: str) -> str:
        """Return the text that an author wrote, its digest verified.

        Raises:
            UnknownPolicyVersion: no such text is kept.
            PolicyStoreDamaged: it is not what was put there.
            PolicyStoreUnavailable: it could not be read.
        """
        ...

    def append(self, step: Step, *, expected: int) -> int:
        """Record one more step of a policy, and return how many there are of it then.

        Args:
            step: the step, about a document that is kept.
            expected: how many steps of this policy the writer knows of.

        Raises:
            PolicyStoreConflict: there are more or fewer of them; nothing is recorded.
            UnknownPolicyVersion: no such document is kept; nothing is recorded.
            PolicyStoreDamaged: what is stored is not what was written.
            PolicyStoreUnavailable: it is not certain that the step is on record. Look at the steps.
        """
        ...

    def steps(self, name: str) -> tuple[Step, ...]:
        """Return the steps of a policy in the order in which they were recorded; none of an unknown one.

        Raises:
            PolicyStoreDamaged: what is stored is not what was written.
            PolicyStoreUnavailable: it could not be read.
        """
        ...

    def names(self) -> tuple[str, ...]:
        """Return the names of all policies of which steps are on record, sorted.

        Raises:
            PolicyStoreDamaged: what is stored is not what was written.
            PolicyStoreUnavailable: it could not be read.
        """
        ...


def require_canonical(document: bytes) -> None:
    """Refuse what is no canonical form of a document.

    Raises:
        InvalidRecord: the bytes are none.
    """
    try:
        is_canonical = canonical_bytes(json.loads(document)) == document
    except (ValueError, RecursionError):  # rfc8785's own errors are ValueErrors too
        is_canonical = False
    if not is_canonical:
        raise InvalidRecord(
            "A document is kept in its canonical form (RFC 8785). Pass canonical_bytes of it."
        )
