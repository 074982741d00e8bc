"""What is kept and cannot be reached, or is not what was written: cache tiers, policy versions, fact vectors."""

from __future__ import annotations

from chengxin.errors.root import ChengxinError


class TierUnavailable(ChengxinError):
    """A shared cache tier could not be reached or did not answer in time; nothing is known of what it holds.

    Attributes:
        tier: name of the tier, without credentials.
    """

    code = "tier_unavailable"

    def __init__(self, message: str, *, tier: str) -> None:
        super().__init__(message)
        self.tier = tier


class PolicyStoreError(ChengxinError):
    """The store of policy versions did not do what was asked."""

    code = "policy_store"


class PolicyStoreConflict(PolicyStoreError):
    """Somebody else took a step with the same policy meanwhile; this one was not recorded.

    Attributes:
        name: name of the policy.
        expected: how many steps the writer knew of.
        found: how many there are.
    """

    code = "policy_store_conflict"

    def __init__(self, name: str, *, expected: int, found: int) -> None:
        super().__init__(
            f"The policy {name!r} has {found} steps on record and {expected} were expected: somebody else took a "
            "step. Nothing was recorded; look at its history, and decide again."
        )
        self.name = name
        self.expected = expected
        self.found = found


class PolicyStoreDamaged(PolicyStoreError):
    """What is stored is not what was written: a byte has changed, or a part is missing.

    Attributes:
        place: which part of the store, e.g. ``journal.jsonl line 7``.
    """

    code = "policy_store_damaged"

    def __init__(self, message: str, *, place: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


class PolicyStoreUnavailable(PolicyStoreError):
    """The store could not be read or written, or others kept it busy for too long."""

    code = "policy_store_unavailable"


class UnknownPolicyVersion(PolicyStoreError):
    """The store holds no version of this digest.

    Attributes:
        digest: the digest that was asked for, cut to 80 characters.
    """

    code = "unknown_policy_version"

    def __init__(self, message: str, *, digest: str) -> None:
        super().__init__(message)
        self.digest = digest[:80]


class VectorLogUnavailable(ChengxinError):
    """Recorded fact vectors could not be read or written; what was to be recorded is kept and tried again."""

    code = "vector_log_unavailable"


class StoreError(ChengxinError):
    """The database of chengxin did not do what was asked, or was asked what cannot be."""

    code = "store"


class StoreUnavailable(StoreError):
    """The database is down, locked for too long, slower than the deadline, or full.

    What the transaction did is undone; where that was told by its commit, it is not certain: look before trying again.

    Attributes:
        location: where the database is, without credentials.
    """

    code = "store_unavailable"

    def __init__(self, message: str, *, location: str) -> None:
        super().__init__(message)
        self.location = location


class StoreOutdated(StoreError):
    """The tables in the database are of another version than this program; nothing was read or written.

    Attributes:
        location: where the database is, without credentials.
        found: the revision of its tables; None where there are none.
        needed: the revision that this program works with.
    """

    code = "store_outdated"

    def __init__(self, *, location: str, found: str | None, needed: str) -> None:
        is_of = f"are of revision {found}" if found else "are not there yet"
        super().__init__(
            f"The tables of chengxin in {location} {is_of}, and this version works with {needed}. Run: chengxin db "
            "upgrade. Where the tables are newer than the program, update the program."
        )
        self.location = location
        self.found = found
        self.needed = needed
