"""A commitment, a declaration, and what is found of them."""

from datetime import UTC, date, datetime, timedelta

from chengxin.policy import Text
from chengxin.procedure.appeal import receive_evidence
from chengxin.procedure.pledge import (
    Commitment,
    CommitmentState,
    Declaration,
    NamedFact,
    Settlement,
    Verification,
)

DAY = timedelta(days=1)
MADE = datetime(2026, 9, 1, 2, tzinfo=UTC)
DUE_ON = date(2026, 9, 30)
DUE_AT = datetime(2026, 9, 30, 16, tzinfo=UTC)
MERCHANT, REVIEWER = "陈店主", "王芳"
WORDS = Text(zh="于2026年9月30日前缴清罚款。", en="The fine is paid by 30 September 2026.")
BREACHED = NamedFact(name="commitment_breached", value=True)
STANDS = NamedFact(name="fine_pledged", value=True)
RECEIPT = receive_evidence("receipt.pdf", b"%PDF-1.7 receipt")


def commitment(**parts):
    """Return a commitment that nobody has settled."""
    given = {
        "commitment_id": "C-1",
        "pledger": MERCHANT,
        "terms": WORDS,
        "made_at": MADE,
        "due_on": DUE_ON,
        "relief": STANDS,
        "breach": BREACHED,
        "breach_days": 90,
    }
    return Commitment(**given | parts)


def settled(state, at=MADE + DAY, **parts):
    """Return how a commitment is settled."""
    given = {"by": REVIEWER, "reasons": WORDS, "evidence": (RECEIPT,)}
    return Settlement(state=state, at=at, **given | parts)


def breached(at=MADE + DAY, **parts):
    """Return a commitment whose breach was found."""
    return commitment(**parts).with_settlement(settled(CommitmentState.BREACHED, at))


def declaration(**parts):
    """Return a declaration that nobody has looked at."""
    given = {
        "declaration_id": "D-1",
        "declarer": MERCHANT,
        "fact": NamedFact(name="has_warranty", value=True),
        "pledge": Text(zh="承诺所申报信息真实。", en="What is declared is pledged to be true."),
        "declared_at": MADE,
        "valid_until_on": DUE_ON,
    }
    return Declaration(**given | parts)


def found(is_true=True, at=MADE + DAY, **parts):
    """Return what was found of a declaration."""
    return Verification(is_true=is_true, at=at, **{"by": REVIEWER, "reasons": WORDS} | parts)
