"""Facts: credit subjects, public credit records, what is known of a subject at an instant, and rules of law. Pure."""

from chengxin.records.change import TOLD_FOR, Change, ChangeKind
from chengxin.records.disclosure import (
    CHINA,
    DisclosurePeriod,
    add_months,
    china_day,
    end_of_china_day,
    start_of_china_day,
)
from chengxin.records.kind import ADVERSE_KINDS, DisclosureStatus, RecordKind, Severity
from chengxin.records.law import shipped_rule_table
from chengxin.records.matter import Bound, CountedFrom, DayUnit, Matter, Obliged
from chengxin.records.money import parse_wan
from chengxin.records.record import (
    CommendationDetail,
    CommitmentDetail,
    Detail,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    OtherDetail,
    PenaltyDetail,
    Record,
)
from chengxin.records.rule_document import parse_rule_table
from chengxin.records.rule_row import (
    Deadline,
    DisclosureTerm,
    Instrument,
    Interval,
    ListTerm,
    NoticePeriod,
    Retention,
    RuleRow,
)
from chengxin.records.rule_table import RuleTable
from chengxin.records.status import (
    Anomaly,
    CreditAnswer,
    CreditStatus,
    Freshness,
    LastKnown,
    Standing,
    show,
    show_last_known,
    unknown,
)
from chengxin.records.subject import Role, Subject, SubjectKind, kind_of

__all__ = [
    "ADVERSE_KINDS",
    "CHINA",
    "TOLD_FOR",
    "Anomaly",
    "Bound",
    "Change",
    "ChangeKind",
    "CommendationDetail",
    "CommitmentDetail",
    "CountedFrom",
    "CreditAnswer",
    "CreditStatus",
    "DayUnit",
    "Deadline",
    "Detail",
    "DisclosurePeriod",
    "DisclosureStatus",
    "DisclosureTerm",
    "EvaluationDetail",
    "Freshness",
    "Instrument",
    "Interval",
    "LastKnown",
    "LicenceDetail",
    "ListTerm",
    "ListingDetail",
    "Matter",
    "NoticePeriod",
    "Obliged",
    "OtherDetail",
    "PenaltyDetail",
    "Record",
    "RecordKind",
    "Retention",
    "Role",
    "RuleRow",
    "RuleTable",
    "Severity",
    "Standing",
    "Subject",
    "SubjectKind",
    "add_months",
    "china_day",
    "end_of_china_day",
    "kind_of",
    "parse_rule_table",
    "parse_wan",
    "shipped_rule_table",
    "show",
    "show_last_known",
    "start_of_china_day",
    "unknown",
]
