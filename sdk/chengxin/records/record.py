"""A public credit record: what all kinds share, and the detail of each kind.

Details hold an allow-list of the source's fields. Names and numbers of natural persons (legal
representatives, parties of sole traders) are not on it and are dropped where they arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, TypeAlias

from chengxin.errors import InvalidRecord
from chengxin.records.disclosure import DisclosurePeriod
from chengxin.records.kind import ADVERSE_KINDS, VISIBLE_STATUSES, DisclosureStatus, RecordKind, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyDetail:
    """行政处罚: an administrative penalty (双公示 fields CF_…).

    Attributes:
        decision_no: 决定书文号.
        violation_type: 违法行为类型.
        facts: 违法事实.
        legal_basis: 处罚依据.
        penalty_class: 处罚类别.
        content: 处罚内容.
        fine_fen: 罚款金额 in fen.
        confiscated_fen: 没收金额 in fen.
        decided_on: 处罚决定日期.
        authority: 处罚机关.
        authority_code: its own code, as given.
    """

    decision_no: str | None = None
    violation_type: str | None = None
    facts: str | None = None
    legal_basis: str | None = None
    penalty_class: str | None = None
    content: str | None = None
    fine_fen: int | None = None
    confiscated_fen: int | None = None
    decided_on: date | None = None
    authority: str | None = None
    authority_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceDetail:
    """行政许可: an administrative licence (双公示 fields XK_…).

    Attributes:
        document_name: 决定文书名称.
        decision_no: 决定文书号.
        licence_type: 许可类别.
        certificate_name: 证书名称.
        licence_no: 许可编号.
        content: 许可内容.
        decided_on: 决定日期.
        valid_from_on: 有效期自.
        valid_until_on: 有效期至.
        authority: 许可机关.
        state: 当前状态, as given.
    """

    document_name: str | None = None
    decision_no: str | None = None
    licence_type: str | None = None
    certificate_name: str | None = None
    licence_no: str | None = None
    content: str | None = None
    decided_on: date | None = None
    valid_from_on: date | None = None
    valid_until_on: date | None = None
    authority: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDetail:
    """An entry in a list: 严重失信主体名单, 经营异常名录 or 失信被执行人.

    Attributes:
        list_name: name of the list.
        reason: why the subject is listed.
        listed_on: day of listing or publication.
        authority: court or department that decided.
        case_no: 案号, for defaults on judgments.
    """

    list_name: str | None = None
    reason: str | None = None
    listed_on: date | None = None
    authority: str | None = None
    case_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommendationDetail:
    """守信激励: a commendation.

    Attributes:
        title: what was awarded, e.g. A级纳税人.
        year: year of the evaluation it follows from, as given.
        authority: who awarded it.
    """

    title: str | None = None
    year: str | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentDetail:
    """信用承诺: a public credit commitment.

    Attributes:
        commitment_type: kind of commitment.
        content: what was pledged.
        made_on: day of the pledge.
        authority: to whom it was made.
    """

    commitment_type: str | None = None
    content: str | None = None
    made_on: date | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationDetail:
    """信用评价: a grade. It means something only together with its scheme.

    Attributes:
        scheme: name of the scheme.
        value: grade under that scheme, as given.
        issued_on: day of issue.
        valid_until_on: last day of validity.
    """

    scheme: str
    value: str
    issued_on: date | None = None
    valid_until_on: date | None = None
    authority: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDetail:
    """A record of a catalogue that this version does not know."""

    authority: str | None = None


Detail: TypeAlias = (
    PenaltyDetail
    | LicenceDetail
    | ListingDetail
    | CommendationDetail
    | CommitmentDetail
    | EvaluationDetail
    | OtherDetail
)

DETAIL_OF: Final[dict[RecordKind, type[Detail]]] = {
    RecordKind.LICENCE: LicenceDetail,
    RecordKind.PENALTY: PenaltyDetail,
    RecordKind.SERIOUS_LISTING: ListingDetail,
    RecordKind.ABNORMAL_LISTING: ListingDetail,
    RecordKind.JUDGMENT_DEFAULT: ListingDetail,
    RecordKind.COMMENDATION: CommendationDetail,
    RecordKind.COMMITMENT: CommitmentDetail,
    RecordKind.EVALUATION: EvaluationDetail,
    RecordKind.OTHER: OtherDetail,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """公共信用信息: one record as the public source discloses it.

    Attributes:
        record_id: the source's id of the record.
        version: the source's version of it; grows with each correction.
        kind: kind of record.
        catalogue: the source's own name of the catalogue, e.g. 行政处罚.
        severity: as the source classes it; None where it says nothing.
        severity_text: what the source says of severity where that is none of its three classes.
        status: state at the source.
        period: disclosure period.
        data_source: department that supplied the record.
        detail: what is particular to its kind.
    """

    record_id: str
    version: int
    kind: RecordKind
    catalogue: str
    status: DisclosureStatus
    period: DisclosurePeriod
    detail: Detail
    severity: Severity | None = None
    severity_text: str | None = None
    data_source: str | None = None

    def __post_init__(self) -> None:
        if not self.record_id or self.version < 0:
            raise InvalidRecord("A record has an id and a version of 0 or more.")
        if type(self.detail) is not DETAIL_OF[self.kind]:
            expected = DETAIL_OF[self.kind].__name__
            raise InvalidRecord(
                f"A record of kind {self.kind} has a {expected}, not {type(self.detail).__name__}."
            )

    @property
    def is_adverse(self) -> bool:
        """Tell whether the record is of an adverse kind."""
        return self.kind in ADVERSE_KINDS

    @property
    def is_disputed(self) -> bool:
        """Tell whether the record is marked as disputed (异议中)."""
        return self.status is DisclosureStatus.DISPUTED

    @property
    def authority(self) -> str | None:
        """Authority that decided or issued what the record tells of."""
        return self.detail.authority

    def is_shown(self, at: datetime) -> bool:
        """Tell whether the record may be shown and used at ``at`` (invariant I1)."""
        return self.status in VISIBLE_STATUSES and self.period.is_open(at)

    def next_change_at(self, at: datetime) -> datetime | None:
        """Return the next instant after ``at`` at which ``is_shown`` changes by time alone, or None."""
        return self.period.next_change_at(at) if self.status in VISIBLE_STATUSES else None
