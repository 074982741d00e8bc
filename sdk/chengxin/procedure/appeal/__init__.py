"""Appeals (申诉) against measures, objections (异议) to records of the source, and evidence. Free of charge; pure."""

from chengxin.procedure.appeal.admission import MOST_PIECES
from chengxin.procedure.appeal.appeal import Appeal, AppealClock
from chengxin.procedure.appeal.decision import decide
from chengxin.procedure.appeal.docket import Docket
from chengxin.procedure.appeal.evidence import MOST_BYTES, Evidence, content_digest, receive_evidence
from chengxin.procedure.appeal.fault import Fault, refusal
from chengxin.procedure.appeal.file_name import clean_file_name
from chengxin.procedure.appeal.filing import Contested, Filing, NewFact, NewFactKind
from chengxin.procedure.appeal.media import MediaType, sniff
from chengxin.procedure.appeal.milder import milder_measure
from chengxin.procedure.appeal.objection import (
    ObjectionEnd,
    SourceObjection,
    is_marked_disputed,
    objection_pointer,
    raise_objection,
)
from chengxin.procedure.appeal.replay import replay
from chengxin.procedure.appeal.stage import AppealMove, AppealStage, Side
from chengxin.procedure.appeal.step import AppealStep, Outcome, Result
from chengxin.procedure.appeal.terms import AppealTerms
from chengxin.procedure.appeal.writing import (
    LONGEST_NAME,
    LONGEST_STATEMENT,
    clean_name,
    clean_statement,
    is_clean_name,
    is_clean_statement,
)

__all__ = [
    "LONGEST_NAME",
    "LONGEST_STATEMENT",
    "MOST_BYTES",
    "MOST_PIECES",
    "Appeal",
    "AppealClock",
    "AppealMove",
    "AppealStage",
    "AppealStep",
    "AppealTerms",
    "Contested",
    "Docket",
    "Evidence",
    "Fault",
    "Filing",
    "MediaType",
    "NewFact",
    "NewFactKind",
    "ObjectionEnd",
    "Outcome",
    "Result",
    "Side",
    "SourceObjection",
    "clean_file_name",
    "clean_name",
    "clean_statement",
    "content_digest",
    "decide",
    "is_clean_name",
    "is_clean_statement",
    "is_marked_disputed",
    "milder_measure",
    "objection_pointer",
    "raise_objection",
    "receive_evidence",
    "refusal",
    "replay",
    "sniff",
]
