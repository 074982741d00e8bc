"""The open interface's shapes, and what makes several pages one complete answer.

Everything here is a pure function of bytes and one instant: an answer either is complete, of one state of the
source, about the subject asked for and dated sanely, or it is no answer (invariant I2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationError

from chengxin.errors import InvalidRecord, SourceError
from chengxin.identifiers import Uscc
from chengxin.records import Anomaly, CreditAnswer, Record, RuleTable, Subject
from chengxin.wire.envelope import (
    SUCCESS,
    Answer,
    Misfit,
    WireModel,
    contradiction,
    decode_answer,
    describe,
    drift,
    incomplete,
    refusal,
    wrong_subject,
)
from chengxin.wire.record import WireId, WireRecord, WireText, decode_record

MOST_IN_A_BATCH: Final = 100
_MOST_ROWS: Final = 200


_EARLIEST: Final = datetime(1949, 10, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
AHEAD: Final = timedelta(days=1)
"""How far the source's data date may lie ahead of our clock."""
_LONG_AGO: Final = timedelta(days=400)
"""How far it may lie behind: no disclosure that is kept up is renewed less than once a year."""


def _parse_instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        # Its text repeats the value.
        instant = None
    if instant is None or instant.tzinfo is None or not _EARLIEST <= instant < _LATEST:
        raise Misfit("should be a time with offset, as ISO 8601 writes it")
    return instant.astimezone(UTC)


def _parse_seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value < 10**10:
        raise Misfit("should be a number of seconds")
    return float(value)


WireInstant = Annotated[datetime, BeforeValidator(_parse_instant)]


class WireSubject(WireModel):
    """Whom a page is about."""

    tyshxydm: str
    jgmc: WireText | None = None
    status: WireText | None = None


class CreditPage(WireModel):
    """One page of a subject's listing."""

    snapshot_id: WireId = Field(alias="snapshotId")
    data_date: WireInstant = Field(alias="dataDate")
    subject: WireSubject | None
    total: int = Field(ge=0)
    pages: int = Field(alias="totalSize", ge=0)
    page: int = Field(ge=1)
    page_size: int = Field(alias="pageSize", ge=1)
    rows: Annotated[list[WireRecord], Field(alias="list", max_length=_MOST_ROWS, fail_fast=True)]


class WireBatch(WireModel):
    """The answer to a batch; its rows are judged one by one."""

    results: Annotated[list[dict[str, Any]], Field(max_length=MOST_IN_A_BATCH, fail_fast=True)]


class WireBatchRow(WireModel):
    """One row of a batch: its own envelope."""

    code: str
    status: int
    message: str = ""
    credit: CreditPage | None = None
    truncated: bool = False


class WireMaintenance(WireModel):
    """An announced window of maintenance."""

    since: WireInstant = Field(alias="from")
    until: WireInstant


class WireHealth(WireModel):
    """How the source is, and how old its data."""

    data_date: WireInstant = Field(alias="dataDate")
    lag_seconds: Annotated[float, BeforeValidator(_parse_seconds)] = Field(alias="lagSeconds")
    maintenance: Annotated[list[WireMaintenance], Field(max_length=100, fail_fast=True)] = Field(
        default_factory=list
    )


@dataclass(frozen=True, slots=True)
class Truncated:
    """A row of a batch that holds too many records and wants the single call."""


def decode_credit_page(answer: Answer) -> CreditPage:
    """Return one page of a listing, its shape checked; see ``assemble`` for what pages are together."""
    return decode_answer(CreditPage, answer)


def decode_health(answer: Answer) -> WireHealth:
    """Return the source's statement about itself."""
    return decode_answer(WireHealth, answer)


def assemble(
    pages: Sequence[CreditPage], *, asked: Uscc, source: str, at: datetime, rule_table: RuleTable
) -> CreditAnswer:
    """Make one complete answer of all pages of a listing.

    Args:
        pages: all pages in order, from the first.
        asked: the subject that was asked for.
        source: name of the source.
        at: the instant of the answer, aware UTC.
        rule_table: bounds records whose end the source leaves out.

    Raises:
        UnusableAnswer: ``wrong_subject``, ``incomplete`` or ``schema_drift``.
    """
    first = pages[0]
    _require_whole(pages)
    for page in pages:
        if page.subject is not None and page.subject.tyshxydm != asked.code:
            raise wrong_subject()
    if first.data_date > at + AHEAD:
        raise contradiction("its data is of a day that has not come")
    require_recent(first.data_date, at=at)
    if first.subject is None:
        if first.total:
            raise contradiction("records without a subject")
        return CreditAnswer(
            subject=Subject.of(asked),
            registered=False,
            records=(),
            as_of=first.data_date,
            source=source,
            snapshot_id=first.snapshot_id,
        )
    records, anomalies = _decode_listed(
        [row for page in pages for row in page.rows], asked=asked, at=at, rule_table=rule_table
    )
    return CreditAnswer(
        subject=Subject.of(asked, name=first.subject.jgmc, registration=first.subject.status),
        registered=True,
        records=records,
        as_of=first.data_date,
        source=source,
        snapshot_id=first.snapshot_id,
        anomalies=anomalies,
    )


def require_recent(data_date: datetime, *, at: datetime) -> None:
    """Refuse data of long ago, which tells nothing of today.

    Raises:
        UnusableAnswer: it is more than 400 days behind.
    """
    if data_date < at - _LONG_AGO:
        raise contradiction("its data is of long ago")


def is_same_state(first: CreditPage, other: CreditPage) -> bool:
    """Tell whether two pages belong together: equal ``snapshotId`` alone makes them so."""
    return first.snapshot_id == other.snapshot_id


def decode_batch(answer: Answer) -> WireBatch:
    """Return a batch whose rows are not yet read."""
    return decode_answer(WireBatch, answer)


def decode_rows(
    batch: WireBatch,
    answer: Answer,
    *,
    asked: Sequence[Uscc],
    source: str,
    at: datetime,
    rule_table: RuleTable,
) -> list[CreditAnswer | Truncated | SourceError]:
    """Return a row for each code asked, in order; the error of one row is that row's alone.

    Raises:
        UnusableAnswer: there are not as many rows as codes.
    """
    if len(batch.results) != len(asked):
        raise incomplete(f"{len(asked)} rows were asked for and {len(batch.results)} came")
    return [
        _decode_row(row, answer, asked=code, source=source, at=at, rule_table=rule_table)
        for row, code in zip(batch.results, asked, strict=True)
    ]


def _decode_row(
    raw: dict[str, Any], answer: Answer, *, asked: Uscc, source: str, at: datetime, rule_table: RuleTable
) -> CreditAnswer | Truncated | SourceError:
    try:
        row = WireBatchRow.model_validate(raw)
        if row.code != asked.code:
            raise wrong_subject()
        if row.status != SUCCESS:
            raise refusal(row.status, answer)
        if row.truncated:
            return Truncated()
        if row.credit is None:
            raise drift("a successful row without credit", answer)
        return assemble([row.credit], asked=asked, source=source, at=at, rule_table=rule_table)
    except ValidationError as invalid:
        return drift(describe(invalid), answer)
    except SourceError as error:
        return error


def _require_whole(pages: Sequence[CreditPage]) -> None:
    first = pages[0]
    for number, page in enumerate(pages, start=1):
        if not is_same_state(first, page):
            raise incomplete("the source's state changed between two pages")
        if page.page != number:
            raise incomplete(f"page {page.page} came in place of page {number}")
        if _frame(page) != _frame(first):
            raise incomplete("two pages disagree on whom they are about, as of when, or how much there is")
    if len(pages) < first.pages or first.pages != -(-first.total // first.page_size):
        raise incomplete(f"{first.total} records do not make {len(pages)} pages of {first.page_size}")
    ids = [row.record_id for page in pages for row in page.rows]
    if len(ids) != first.total:
        raise incomplete(f"{first.total} records were announced and {len(ids)} came")
    if len(set(ids)) != len(ids):
        raise incomplete("a record came twice, so another is missing")


def _frame(page: CreditPage) -> tuple[object, ...]:
    """Return what all pages of one listing have in common."""
    return page.total, page.pages, page.page_size, page.data_date, page.subject


def _decode_listed(
    rows: Sequence[WireRecord], *, asked: Uscc, at: datetime, rule_table: RuleTable
) -> tuple[tuple[Record, ...], tuple[Anomaly, ...]]:
    records: list[Record] = []
    anomalies: list[Anomaly] = []
    for number, row in enumerate(rows):
        try:
            party_code = row.party_code
            record, found = decode_record(row, at=at, rule_table=rule_table)
        except InvalidRecord as refused:
            # Named by its place: what the row says of itself is not repeated.
            problem = f"record {number}: {refused}"
        else:
            if party_code not in (None, asked.code):
                raise wrong_subject()
            anomalies.extend(found)
            if record is not None:
                records.append(record)
            continue
        raise contradiction(problem)
    return tuple(records), tuple(anomalies)
