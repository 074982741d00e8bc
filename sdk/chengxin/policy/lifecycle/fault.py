"""Why a step of a policy version is refused."""

from __future__ import annotations

from enum import StrEnum

from chengxin.errors import LifecycleRefused


class Fault(StrEnum):
    """Why a step is refused; the stable word in ``LifecycleRefused.fault``."""

    NO_NAME = "no_name"
    """Nobody is named, or the name holds what cannot be seen."""
    NO_REASON = "no_reason"
    """No reason is given, or it holds what cannot be seen."""
    ILL_FORMED = "ill_formed"
    """The step lacks a part, or has one that belongs to another step."""
    CLOCK_BEHIND = "clock_behind"
    """It would lie before the step on record that was taken last."""
    UNKNOWN_VERSION = "unknown_version"
    """Nobody drafted this version of this policy."""
    AMBIGUOUS = "ambiguous"
    """More than one version begins like this."""
    VERSION_REUSED = "version_reused"
    """Another document was made public under the same version."""
    WRONG_STAGE = "wrong_stage"
    """The version is past the stage that the step begins at, or cannot come to it."""
    LINT_ERRORS = "lint_errors"
    """The document has errors."""
    NOT_LINTED = "not_linted"
    """It was drafted, and nobody looked for errors."""
    TERMS_RESTART = "terms_restart"
    """Longest durations that are over would begin anew with it (invariant I4)."""
    NOT_SUBMITTED = "not_submitted"
    """It has to be submitted first."""
    NOT_APPROVED = "not_approved"
    """It has to be approved first."""
    AUTHOR_APPROVES = "author_approves"
    """Who wrote, edited or submitted a version does not approve it."""
    ANNOUNCED_TOO_LATE = "announced_too_late"
    """The announcement would be shorter than the law asks for (令116 art. 12)."""
    NOT_ANNOUNCED = "not_announced"
    """It has to be announced first, or marked urgent with a reason."""
    NOTHING_TO_SKIP = "nothing_to_skip"
    """It is marked urgent, and was announced in time."""
    INSTANT_TAKEN = "instant_taken"
    """Another version is scheduled for the same instant."""
    OVER = "over"
    """The last day of the document is over."""
    NOT_ACTIVE = "not_active"
    """It is not in force."""
    NOTHING_IN_FORCE = "nothing_in_force"
    """No version of the policy is in force."""
    NOTHING_TO_ROLL_BACK = "nothing_to_roll_back"
    """No version was in force before."""
    NOT_PREVIOUS = "not_previous"
    """A rollback restores the version that was in force before, and no other."""


def refusal(fault: Fault, message: str, digest: str | None = None) -> LifecycleRefused:
    """Return the error that refuses a step."""
    return LifecycleRefused(message, fault=fault.value, digest=digest)


def short(digest: str) -> str:
    """Return the beginning of a digest, as people are shown it.

    >>> short("sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
    '44136fa355b3'
    """
    return digest.removeprefix("sha256:")[:12]
