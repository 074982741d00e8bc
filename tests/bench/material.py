"""Answers as a source gives them: no two subjects alike, texts as long as decisions have, nothing kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from chengxin.cache import Entry
from chengxin.clock import Clock
from chengxin.errors import SourceError
from chengxin.identifiers import Uscc
from chengxin.records import (
    CreditAnswer,
    DisclosurePeriod,
    DisclosureStatus,
    PenaltyDetail,
    Record,
    RecordKind,
    Severity,
    Subject,
)
from chengxin.sources import Fetched
from chengxin.testing import ScriptedSource
from chengxin.transport import Deadline, Lane

_STATE: Final = "存续。"
"""Cut anew for each subject, as a decoder makes a string anew."""
_HAN: Final = "".join(Random(4).choices([chr(number) for number in range(0x4E00, 0x9FA5)], k=50_000))


def an_answer_of(code: Uscc, *, records: int, at: datetime) -> CreditAnswer:
    """Return an answer with so many penalties; a code always gives the same one. Its texts are of random characters."""
    rng = Random(code.code)
    return CreditAnswer(
        subject=Subject.of(code, name=_text(rng, 8) + "有限公司", registration=_STATE[:2]),
        registered=True,
        records=tuple(_penalty(rng, at.date()) for _ in range(records)),
        as_of=at.replace(hour=0, minute=0, second=0, microsecond=0),
        source="scripted",
        snapshot_id=f"{at:%Y%m%d}-000001",
    )


def an_entry_of(code: Uscc, *, records: int, at: datetime) -> Entry:
    """Return an entry of such an answer, fetched now."""
    return Entry(
        answer=an_answer_of(code, records=records, at=at),
        fetched_at=at,
        fresh_until=at + timedelta(hours=1),
        followed_until=at + timedelta(days=1),
        etag=_etag(code),
    )


class Spring(ScriptedSource):
    """Answers about any subject, and holds nothing of it.

    Args:
        clock: time.
        records: how many records each subject has.
    """

    def __init__(self, *, clock: Clock, records: int) -> None:
        super().__init__(clock=clock)
        self._now = clock.now
        self._records = records

    def fetch_credit_many(
        self,
        codes: Sequence[Uscc],
        *,
        deadline: Deadline,
        lane: Lane = Lane.BULK,
    ) -> list[Fetched | SourceError]:
        """Return an answer for each code."""
        return [self._fetched(code) for code in codes]

    def _fetched(self, code: Uscc) -> Fetched:
        now = self._now()
        return Fetched(
            answer=an_answer_of(code, records=self._records, at=now),
            asked_at=now,
            max_age_seconds=3600.0,
            etag=_etag(code),
            ahead_seconds=None,
        )


def _etag(code: Uscc) -> str:
    return f'"{Random(code.code[::-1]).getrandbits(64):016x}"'


def _penalty(rng: Random, today: date) -> Record:
    start_on = today - timedelta(days=rng.randrange(1, 300))
    return Record(
        record_id=f"CF{rng.randrange(10**15):015d}",
        version=rng.randrange(1, 4),
        kind=RecordKind.PENALTY,
        catalogue="行政处罚",
        severity=rng.choice(list(Severity)),
        status=DisclosureStatus.SHOWN,
        period=DisclosurePeriod(start_on=start_on, end_on=today + timedelta(days=rng.randrange(30, 700))),
        data_source=_text(rng, 4) + "市场监督管理局",
        detail=PenaltyDetail(
            decision_no=f"{_text(rng, 1)}市监处罚〔2026〕{rng.randrange(1, 9999)}号",
            violation_type=_text(rng, 8),
            facts=_text(rng, 24),
            legal_basis=f"《{_text(rng, 9)}》第{_text(rng, 2)}条",
            penalty_class="罚款",
            content=_text(rng, 12),
            fine_fen=rng.randrange(10**4, 10**7),
            decided_on=start_on,
            authority=_text(rng, 4) + "市场监督管理局",
        ),
    )


def _text(rng: Random, length: int) -> str:
    start = int(rng.random() * (len(_HAN) - length))
    return _HAN[start : start + length]
