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


class TreatmentRefused(ChengxinError, ValueError):
    """A move of a measure in force, or on its way, was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.procedure.imposition.Fault``).
        imposition_id: the measure it is about, where there is one.
    """

    code = "treatment_refused"

    def __init__(self, message: str, *, fault: str, imposition_id: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.imposition_id = imposition_id


class AppealRefused(ChengxinError, ValueError):
    """A step of an appeal, an objection or a piece of evidence was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.procedure.appeal.Fault``).
        appeal_id: the appeal it is about, where there is one.
    """

    code = "appeal_refused"

    def __init__(self, message: str, *, fault: str, appeal_id: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.appeal_id = appeal_id


class PledgeRefused(ChengxinError, ValueError):
    """A commitment or a declaration, or what was to be done with one, was refused; nothing was recorded.

    Attributes:
        fault: why, as a stable word (see ``chengxin.procedure.pledge.Fault``).
        pledge_id: the commitment or declaration it is about, where there is one.
    """

    code = "pledge_refused"

    def __init__(self, message: str, *, fault: str, pledge_id: str | None = None) -> None:
        super().__init__(message)
        self.fault = fault
        self.pledge_id = pledge_id
