"""Steps that are refused, so that what they are about stays as it is."""

from __future__ import annotations

from chengxin.errors.root import ChengxinError


class LifecycleRefused(ChengxinError, ValueError):
    """A step of a policy version through its lifecycle was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.policy.lifecycle.Fault``).
        digest: the version it is about, where there is one.
    """

    code = "lifecycle_refused"

    def __init__(self, message: str, *, fault: str, digest: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.digest = digest
