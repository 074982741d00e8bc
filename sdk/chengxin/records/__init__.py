"""Facts: credit subjects, public credit records, and what is known of a subject at an instant. Pure."""

from chengxin.records.change import Change, ChangeKind
from chengxin.records.disclosure import (
    CHINA,
    DisclosurePeriod,
    add_months,
    china_day,
    end_of_china_day,
    start_of_china_day,
)
from chengxin.records.kind import ADVERSE_KINDS, DisclosureStatus, RecordKind, Severity
from chengxin.records.maxima import DISCLOSURE_MAXIMA, DisclosureMaximum, latest_end_on
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
    "DISCLOSURE_MAXIMA",
    "Anomaly",
    "Change",
    "ChangeKind",
    "CommendationDetail",
    "CommitmentDetail",
    "CreditAnswer",
    "CreditStatus",
    "Detail",
    "DisclosureMaximum",
    "DisclosurePeriod",
    "DisclosureStatus",
    "EvaluationDetail",
    "Freshness",
    "LastKnown",
    "LicenceDetail",
    "ListingDetail",
    "OtherDetail",
    "PenaltyDetail",
    "Record",
    "RecordKind",
    "Role",
    "Severity",
    "Standing",
    "Subject",
    "SubjectKind",
    "add_months",
    "china_day",
    "end_of_china_day",
    "kind_of",
    "latest_end_on",
    "parse_wan",
    "show",
    "show_last_known",
    "start_of_china_day",
    "unknown",
]
