"""What can be scripted to go wrong: one small typed class for each fault, told apart by ``kind``."""

from typing import Annotated

from pydantic import Field

from mock_credit_china.fault.arrival import ChallengePage, ClockJump, Error, Latency, Redirect
from mock_credit_china.fault.base import (
    AnswerFault,
    ClockFault,
    DataFault,
    DelayFault,
    FaultModel,
    Line,
    Moment,
    Outgoing,
    ResponseFault,
    WireFault,
)
from mock_credit_china.fault.content import (
    Drift,
    EndedState,
    EndsDisagree,
    ListingFault,
    LostRows,
    OtherSubject,
    PastEnd,
    RepeatedRows,
    RepeatedSeq,
    SeqGap,
    SnapshotMoves,
    TotalMoves,
    UnknownCatalogue,
    UnknownSeverity,
)
from mock_credit_china.fault.dress import (
    ClockSkew,
    ContentType,
    Corrupted,
    Garbled,
    GzipBomb,
    Oversized,
    Truncated,
)
from mock_credit_china.fault.wire import CutShort, Drip, Reset

Fault = Annotated[
    Latency
    | Error
    | ChallengePage
    | Redirect
    | ClockJump
    | Drift
    | SnapshotMoves
    | TotalMoves
    | LostRows
    | RepeatedRows
    | OtherSubject
    | PastEnd
    | EndsDisagree
    | EndedState
    | UnknownCatalogue
    | UnknownSeverity
    | SeqGap
    | RepeatedSeq
    | ClockSkew
    | ContentType
    | Garbled
    | Corrupted
    | Truncated
    | GzipBomb
    | Oversized
    | Reset
    | CutShort
    | Drip,
    Field(discriminator="kind"),
]
"""Any fault, as a scenario describes it."""

__all__ = [
    "AnswerFault",
    "ClockFault",
    "DataFault",
    "DelayFault",
    "Fault",
    "FaultModel",
    "Line",
    "ListingFault",
    "Moment",
    "Outgoing",
    "ResponseFault",
    "WireFault",
]
