"""What an entry of the ledger records."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

_NAME: Final = re.compile(r"[a-z]+(?:_[a-z]+)*\.[a-z]+(?:_[a-z]+)*", re.ASCII)


class EntryKind(StrEnum):
    """Kinds that this version writes, each as ``what.happened``.

    The list is declared and not closed: an entry of another name, written by a later version, is read and verified.
    """

    MEASURE_IMPOSED = "measure.imposed"
    MEASURE_CHANGED = "measure.changed"
    MEASURE_SUSPENDED = "measure.suspended"
    MEASURE_RESUMED = "measure.resumed"
    MEASURE_ENDED = "measure.ended"
    MEASURE_HELD = "measure.held"
    NOTICE_GIVEN = "notice.given"
    STATEMENT_ISSUED = "statement.issued"
    STATEMENT_AMENDED = "statement.amended"
    STATEMENT_WITHDRAWN = "statement.withdrawn"
    APPEAL_FILED = "appeal.filed"
    APPEAL_ACKNOWLEDGED = "appeal.acknowledged"
    APPEAL_ASSIGNED = "appeal.assigned"
    APPEAL_ASKED = "appeal.asked"
    APPEAL_ANSWERED = "appeal.answered"
    """The appellant says more, or attaches more, asked for or not."""
    APPEAL_HUMAN_REQUESTED = "appeal.human_requested"
    APPEAL_WITHDRAWN = "appeal.withdrawn"
    APPEAL_DECIDED = "appeal.decided"
    OBJECTION_RAISED = "objection.raised"
    OBJECTION_ENDED = "objection.ended"
    OVERRIDE_SET = "override.set"
    OVERRIDE_ENDED = "override.ended"
    REVIEW_OPENED = "review.opened"
    REVIEW_CLOSED = "review.closed"
    COMMITMENT_MADE = "commitment.made"
    COMMITMENT_FULFILLED = "commitment.fulfilled"
    COMMITMENT_BREACHED = "commitment.breached"
    COMMITMENT_CLEARED = "commitment.cleared"
    """The finding of a breach was set aside."""
    COMMITMENT_ENDED = "commitment.ended"
    DECLARATION_MADE = "declaration.made"
    DECLARATION_VERIFIED = "declaration.verified"
    DECLARATION_REFUTED = "declaration.refuted"
    DECLARATION_WITHDRAWN = "declaration.withdrawn"
    RECEIPT_ISSUED = "receipt.issued"
    POLICY_STEP = "policy.step"
    MASS_CHANGE_HELD = "mass_change.held"
    MASS_CHANGE_APPROVED = "mass_change.approved"
    MASS_CHANGE_REFUSED = "mass_change.refused"
    MASS_CHANGE_CLOSED = "mass_change.closed"
    """Nothing of it is held any longer: all of it was decided on, or is proposed no more."""
    CONSTRAINT_SENT = "constraint.sent"
    CONSTRAINT_RECEIVED = "constraint.received"
    CONSTRAINT_LIFTED = "constraint.lifted"
    HEARING_ERASED = "hearing.erased"
    """Names an objection, a pledge or a measure whose appeals were erased in the same transaction: words and files."""
    CONTENT_ERASED = "content.erased"
    """Names entries whose content was erased in the same transaction."""
    CHECKPOINT_SIGNED = "checkpoint.signed"
    """Names a checkpoint that was kept in the same transaction, so that one that is taken away is missed."""


def is_kind_name(text: str) -> bool:
    """Tell whether a text has the form of a kind, known to this version or not."""
    return len(text) <= 60 and _NAME.fullmatch(text) is not None


def kind_of(text: str) -> EntryKind | str:
    """Return the kind of a name; a name that this version does not know stays a text."""
    try:
        return EntryKind(text)
    except ValueError:
        return text
