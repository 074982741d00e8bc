"""The open interface of the public source (``/open-api/v1``)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chengxin.clock import Clock
from chengxin.errors import SourceError, UnknownReason, UnusableAnswer
from chengxin.identifiers import Uscc
from chengxin.records import CreditAnswer, RuleTable, shipped_rule_table
from chengxin.sources.caller import Caller
from chengxin.sources.feed import OpenApiFeed
from chengxin.sources.life import max_age_seconds
from chengxin.sources.report import PlatformReport, ReportReceipt, post_report
from chengxin.sources.source import Fetched, Maintenance, SourceHealth, Unchanged
from chengxin.transport import Deadline, Gate, Lane, Request, Transport
from chengxin.wire import (
    MOST_IN_A_BATCH,
    Answer,
    CreditPage,
    Truncated,
    WireBatch,
    assemble,
    decode_batch,
    decode_credit_page,
    decode_health,
    decode_rows,
    is_same_state,
    is_unchanged,
    parse_etag,
)

_BASE: Final = "/open-api/v1"
_PAGE_SIZE: Final = 10
_MOST_PAGES: Final = 200
_MOST_STARTS: Final = 3


class OpenApiSource:
    """Speaks the open interface over a transport.

    Args:
        transport: sends signed requests to the source.
        clock: time.
        name: name of the source in statuses.
        gate: lets requests through; None for one of this source and this process alone.
        base_url: base URL of the source, by which a snapshot may name its files; None where by path alone.
        rule_table: bounds records whose end the source leaves out; the shipped one where None.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        clock: Clock,
        name: str,
        gate: Gate | None = None,
        base_url: str | None = None,
        rule_table: RuleTable | None = None,
    ) -> None:
        self._clock = clock
        self._name = name
        self._caller = Caller(transport, gate=gate or Gate(name, clock=clock), clock=clock)
        self._rule_table = shipped_rule_table() if rule_table is None else rule_table
        self._feed = OpenApiFeed(
            self._caller, clock=clock, name=name, base_url=base_url, rule_table=self._rule_table
        )

    @property
    def name(self) -> str:
        """Name of the source."""
        return self._name

    @property
    def batch_size(self) -> int:
        """Most subjects of one batch."""
        return MOST_IN_A_BATCH

    @property
    def feed(self) -> OpenApiFeed:
        """The source's change feed and its snapshots."""
        return self._feed

    def fetch_credit(
        self, code: Uscc, *, deadline: Deadline, lane: Lane = Lane.DECISION, known: str | None = None
    ) -> Fetched | Unchanged:
        """Fetch all pages of a subject's listing, of one state of the source.

        When that state changes under way the listing is started again, at most three times in all. The first page
        stands for the listing, since pages belong together only with an equal ``snapshotId``: its ``ETag`` renews
        them all.

        Args:
            code: whom to ask for.
            deadline: covers all requests of it.
            lane: what the question is for.
            known: ``etag`` of an answer that is known; what is no strong validator is left out.

        Raises:
            SourceError: no complete, valid answer could be had within the deadline.
        """
        for _ in range(_MOST_STARTS):
            fetched = self._fetch_listing(code, parse_etag(known), deadline=deadline, lane=lane)
            if fetched is not None:
                return fetched
        raise UnusableAnswer(
            f"The source's state changed between two pages, {_MOST_STARTS} times. Nothing of it is used.",
            reason=UnknownReason.INCOMPLETE,
        )

    def fetch_credit_many(
        self, codes: Sequence[Uscc], *, deadline: Deadline, lane: Lane = Lane.BULK
    ) -> list[Fetched | SourceError]:
        """Fetch up to 100 subjects with one request; those with too many records for it, one by one.

        Args:
            codes: whom to ask for.
            deadline: covers all requests of it.
            lane: what the question is for.

        Raises:
            SourceError: the batch as a whole was refused or failed.
        """
        asked_at = self._clock.now()
        request = Request(
            method="POST",
            path=f"{_BASE}/subjects/credit:batch",
            headers={"content-type": "application/json"},
            body=json.dumps({"codes": [code.code for code in codes]}).encode(),
        )

        def read(answer: Answer) -> tuple[Answer, WireBatch]:
            return answer, decode_batch(answer)

        answer, batch = self._caller.ask(request, read, deadline=deadline, lane=lane)
        rows = decode_rows(
            batch, answer, asked=codes, source=self._name, at=asked_at, rule_table=self._rule_table
        )
        return [
            self._finish_row(row, code, asked_at=asked_at, answer=answer, deadline=deadline, lane=lane)
            for row, code in zip(rows, codes, strict=True)
        ]

    def fetch_health(self, *, deadline: Deadline) -> SourceHealth:
        """Fetch what the source says of its data and its maintenance.

        Raises:
            SourceError: it could not be asked.
        """
        request = Request(method="GET", path=f"{_BASE}/health", signed=False)
        health = self._caller.ask(
            request, decode_health, deadline=deadline, lane=Lane.PAGE, interface="health"
        )
        return SourceHealth(
            source=self._name,
            data_date=health.data_date,
            lag_seconds=float(health.lag_seconds),
            maintenance=tuple(Maintenance(since=m.since, until=m.until) for m in health.maintenance),
        )

    def send_report(
        self,
        report: PlatformReport,
        *,
        idempotency_key: str,
        deadline: Deadline,
        lane: Lane = Lane.REFRESH,
    ) -> ReportReceipt:
        """Report operating information of a merchant to the source.

        Args:
            report: what to report.
            idempotency_key: 8 to 64 url-safe characters, one for each report: sent again with it, the report is
                taken once and has the same receipt.
            deadline: covers all requests of it.
            lane: what the request is for.

        Raises:
            ReportConflict: the key was used for another report.
            SourceError: it is not known to have been taken; send it again under the same key.
            InvalidRecord: the key is not of that form.
        """
        return post_report(
            self._caller, report, idempotency_key=idempotency_key, deadline=deadline, lane=lane
        )

    def close(self) -> None:
        """Close the connections of this process."""
        self._caller.close()

    def _finish_row(
        self,
        row: CreditAnswer | Truncated | SourceError,
        code: Uscc,
        *,
        asked_at: datetime,
        answer: Answer,
        deadline: Deadline,
        lane: Lane,
    ) -> Fetched | SourceError:
        if isinstance(row, SourceError):
            return row
        if isinstance(row, CreditAnswer):
            return Fetched(
                answer=row,
                asked_at=asked_at,
                max_age_seconds=max_age_seconds(answer.headers),
                ahead_seconds=answer.ahead_seconds,
            )
        try:
            fetched = self.fetch_credit(code, deadline=deadline, lane=lane)
        except SourceError as error:
            return error
        assert isinstance(fetched, Fetched)  # noqa: S101  # nothing was known
        return fetched

    def _fetch_listing(
        self, code: Uscc, known: str | None, *, deadline: Deadline, lane: Lane
    ) -> Fetched | Unchanged | None:
        """Fetch a listing once; None where the source's state changed under way."""
        asked_at = self._clock.now()
        answer, first = self._fetch_page(code, 1, known, deadline=deadline, lane=lane)
        if first is None:
            return Unchanged(
                asked_at=asked_at,
                max_age_seconds=max_age_seconds(answer.headers),
                etag=known or "",
                ahead_seconds=answer.ahead_seconds,
            )
        if first.pages > _MOST_PAGES:
            raise UnusableAnswer(
                f"The source announces {first.pages} pages for one subject; {_MOST_PAGES} are the most believed.",
                reason=UnknownReason.SCHEMA_DRIFT,
            )
        pages = [first]
        max_age = max_age_seconds(answer.headers)
        for number in range(2, first.pages + 1):
            other, page = self._fetch_page(code, number, deadline=deadline, lane=lane)
            if page is None or not is_same_state(first, page):
                return None
            pages.append(page)
            max_age = min(max_age, max_age_seconds(other.headers))
        return Fetched(
            answer=assemble(pages, asked=code, source=self._name, at=asked_at, rule_table=self._rule_table),
            asked_at=asked_at,
            max_age_seconds=max_age,
            etag=parse_etag(answer.headers.get("etag")),
            ahead_seconds=answer.ahead_seconds,
        )

    def _fetch_page(
        self, code: Uscc, number: int, known: str | None = None, *, deadline: Deadline, lane: Lane
    ) -> tuple[Answer, CreditPage | None]:
        """Fetch a page; None where the source says that what is known stands."""
        request = Request(
            method="GET",
            path=f"{_BASE}/subjects/{code.code}/credit",
            query=(("page", str(number)), ("pageSize", str(_PAGE_SIZE))),
            headers={} if known is None else {"if-none-match": known},
        )

        def read(answer: Answer) -> tuple[Answer, CreditPage | None]:
            if known is not None and is_unchanged(answer, known=known):
                return answer, None
            return answer, decode_credit_page(answer)

        return self._caller.ask(request, read, deadline=deadline, lane=lane)
