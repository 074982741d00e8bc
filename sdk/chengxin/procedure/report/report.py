"""A credit report: what a check showed, held for as long as all of it is disclosed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from chengxin.errors import InvalidReceipt, UnknownReason
from chengxin.policy.instant import as_utc, is_utc
from chengxin.policy.predicate import ends_at
from chengxin.procedure.document.clean import clean, clean_or_none
from chengxin.procedure.receipt.content import content_of
from chengxin.procedure.receipt.receipt import Receipt, is_pseudonym
from chengxin.records import CreditStatus, Record, RecordKind, Standing, Subject, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditReport:
    """公共信用信息报告: what a public source disclosed of a subject, and no word of judgement on it.

    It is content, unlike a receipt: it may be kept until ``content_ends_at`` and is erased then. Where the source stops
    disclosing earlier, as by repair, it is erased at once; the report itself cannot know that. What is made of it at an
    instant holds nothing of a record whose disclosure is over (invariant I1). Once there is one, no standing is told
    either, whatever it was, for it may have rested on that record.

    Attributes:
        subject: whom it is about; a natural person without a name.
        pseudonym: keyed pseudonym of a natural person; None for every other subject.
        source: name of the source.
        as_of: the source's data date, aware UTC; None where nothing is known.
        fetched_at: when the source was asked, aware UTC.
        generated_at: when the report was made, aware UTC.
        valid_until: first instant at which it may no longer be used as present knowledge, aware UTC.
        standing: what the source showed; None where that is not told any more.
        reason: why the standing is unknown; None otherwise.
        records: what the source discloses, adverse or not, in the order of its answer.
        receipt_id: number of the signed receipt of the same check; None where there is none.
        salt: the salt of that receipt, by which this report is shown to be what was shown; None where it is erased.

    Raises:
        InvalidReceipt: it contradicts itself.
    """

    subject: Subject
    source: str
    fetched_at: datetime
    generated_at: datetime
    valid_until: datetime
    standing: Standing | None
    records: tuple[Record, ...]
    as_of: datetime | None = None
    reason: UnknownReason | None = None
    pseudonym: str | None = None
    receipt_id: str | None = None
    salt: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.subject.kind is SubjectKind.PERSON:
            is_named_rightly = self.subject.name is None and (
                self.pseudonym is None or is_pseudonym(self.pseudonym)
            )
        else:
            is_named_rightly = self.pseudonym is None
        if not is_named_rightly:
            raise InvalidReceipt(
                "A natural person stands in a report under a pseudonym alone, and every other subject under its code."
            )
        if (self.standing is Standing.UNKNOWN) != (self.reason is not None):
            raise InvalidReceipt("An unknown standing has a reason, and only an unknown standing has one.")
        if self.standing is not None and (self.standing is Standing.ADVERSE) != any(self._adverse()):
            raise InvalidReceipt("A standing is adverse exactly where an adverse record is shown.")
        instants = (self.fetched_at, self.generated_at, self.valid_until)
        if not all(map(is_utc, instants)) or not (self.as_of is None or is_utc(self.as_of)):
            raise InvalidReceipt("The instants of a report are aware, and in UTC.")
        if self.salt is not None and (self.receipt_id is None or self.standing is None):
            raise InvalidReceipt("A salt belongs to a receipt, and goes when the first of the records ends.")

    @property
    def is_whole(self) -> bool:
        """Tell whether it holds all that was shown."""
        return self.standing is not None

    @property
    def content_ends_at(self) -> datetime | None:
        """First instant at which the report must be erased: the earliest end of disclosure among its records.

        None where no record in it has an end: it has none, or they are disclosed until the source removes them.
        """
        return min((end for record in self.records if (end := ends_at(record)) is not None), default=None)

    def shown_at(self, at: datetime) -> Self:
        """Return the report as it may be shown at an instant (invariant I1).

        Args:
            at: the instant of showing, aware.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        kept = tuple(record for record in self.records if record.is_shown(at))
        if len(kept) == len(self.records):
            return self
        return replace(self, records=kept, standing=None, reason=None, salt=None)

    def grouped(self) -> Iterator[tuple[RecordKind, tuple[Record, ...]]]:
        """Yield the kinds that there are records of, the adverse ones first, each with its records."""
        held: dict[RecordKind, list[Record]] = {}
        for record in self.records:
            held.setdefault(record.kind, []).append(record)
        order = list(RecordKind)
        for kind in sorted(held, key=lambda kind: (not held[kind][0].is_adverse, order.index(kind))):
            yield kind, tuple(held[kind])

    def _adverse(self) -> Iterator[bool]:
        return (record.is_adverse for record in self.records)


def report_of(
    status: CreditStatus,
    *,
    at: datetime,
    receipt: Receipt | None = None,
    salt: bytes | None = None,
    pseudonym: str | None = None,
) -> CreditReport:
    """Return the report of a check.

    What was known last beside an unknown standing is left out: it is for display alone (invariant I2).

    Args:
        status: what the check gave.
        at: when the report is made, aware; the status is one of that instant.
        receipt: the signed receipt of the same check, where one was taken.
        salt: the salt of the receipt, kept in the JSON of the report, so that either proves the other.
        pseudonym: keyed pseudonym of a natural person; that of the receipt where there is one.

    Raises:
        InvalidReceipt: the status is not, or not any more, one of that instant; or the receipt is of another check.
        InvalidRecord: the instant has no time zone.
    """
    at = as_utc(at)
    is_over = at >= status.valid_until and status.standing is not Standing.UNKNOWN
    if at < status.shown_at or is_over or not all(record.is_shown(at) for record in status.records):
        raise InvalidReceipt("The status is not one of that instant. Check again, and report that.")
    is_person = status.subject.kind is SubjectKind.PERSON
    report = CreditReport(
        subject=Subject(
            kind=status.subject.kind,
            code=status.subject.code,
            name=None if is_person else clean_or_none(status.subject.name),
            registration=clean_or_none(status.subject.registration),
        ),
        pseudonym=receipt.pseudonym if receipt is not None and pseudonym is None else pseudonym,
        source=clean(status.source),
        as_of=None if status.as_of is None else as_utc(status.as_of),
        fetched_at=as_utc(status.fetched_at),
        generated_at=at,
        valid_until=as_utc(status.valid_until),
        standing=status.standing,
        reason=status.reason,
        records=status.records,
        receipt_id=None if receipt is None else receipt.receipt_id,
        salt=salt,
    )
    is_same = receipt is None or (
        receipt.code == report.subject.code
        and receipt.pseudonym == report.pseudonym
        and receipt.standing is report.standing
        and receipt.fetched_at == report.fetched_at
        and (salt is None or receipt.proves(content_of(report), salt))
    )
    if not is_same:
        raise InvalidReceipt("The receipt is of another check, or of another salt. Take both of one status.")
    return report
