"""What the pages show of a source, ready to be written."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mock_credit_china.code import fault_in
from mock_credit_china.listing import last_cut_over, stamp
from mock_credit_china.record import Record, State, Subject, SubjectFile
from mock_credit_china.source import Source

_SHOWN_AT_ONCE = 20
_MOST_FOUND = 50
_EXPIRED = "已到期"
_COLOURS: Mapping[str, str] = {
    State.DISPUTED: "disputed",
    State.SHIELDED: "shielded",
    State.REPAIRED: "ended",
    State.WITHDRAWN: "ended",
    _EXPIRED: "ended",
}
_NEUTRAL = {"行政许可", "守信激励", "信用承诺", "信用评价"}
_ACTIONS: Mapping[str, tuple[str, ...]] = {
    State.SHOWN: ("dispute", "shield", "repair", "withdraw"),
    State.DISPUTED: ("undispute", "shield", "repair", "withdraw"),
    State.SHIELDED: ("restore", "repair", "withdraw"),
}
_TELLING = ("CF_WFXW", "XK_XKZS", "列入事由", "列入经营异常名录原因类型名称", "案号", "案件性质", "承诺事项")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """One record as a subject's page shows it; without actions once its disclosure is over."""

    rec_id: str
    version: int
    catalogue: str
    severity: str | None
    state: str
    colour: str
    published_on: date
    until: date | None
    summary: str
    fields: Mapping[str, Any]
    actions: tuple[str, ...]


def record_views(file: SubjectFile, now: datetime) -> list[RecordView]:
    """Return all records of a file, those that are listed first, then by day."""
    views = [(record.is_listed_at(now), record.published_on, _view(record, now)) for record in file.records]
    return [view for _, _, view in sorted(views, key=lambda each: each[:2], reverse=True)]


def search(source: Source, q: str) -> list[Subject]:
    """Find a subject by its code, or those of the cast and those added whose name has the words."""
    file = None if fault_in(q.upper()) else source.register.find(q.upper())
    if file is not None:
        return [file.subject]
    return [subject for subject in source.register.names() if q in subject.name][:_MOST_FOUND]


def health_of(source: Source) -> dict[str, Any]:
    """Say how old the data is, how many subjects there are, which snapshot is current."""
    now = source.clock.now()
    night = last_cut_over(now)
    kept = source.shelf.kept
    return {
        "data_date": stamp(night),
        "lag": int((now - night).total_seconds()),
        "subjects": len(source.register.population),
        "snapshot": kept[-1].snapshot_id if kept else None,
        "pinned": source.shelf.pinned,
    }


def rules_of(source: Source) -> list[dict[str, Any]]:
    """Return the rules of the scenario, fault and match each on one line."""
    return [
        {**rule, "fault": _line(rule["fault"]), "match": _line(rule["match"]) if rule["match"] else ""}
        for rule in source.scenario.describe()
    ]


def latest_changes(source: Source) -> list[dict[str, Any]]:
    """Return the newest changes, newest first."""
    return [
        {
            "seq": change.seq,
            "at": stamp(change.at),
            "change": change.kind,
            "code": change.code,
            "rec_id": change.rec_id,
        }
        for change in reversed(source.register.recent_changes(_SHOWN_AT_ONCE))
    ]


def latest_requests(source: Source) -> list[dict[str, Any]]:
    """Return the newest requests, newest first."""
    return source.journal.rows()[: -_SHOWN_AT_ONCE - 1 : -1]


def _view(record: Record, now: datetime) -> RecordView:
    listed = record.is_listed_at(now)
    state = record.state if listed or record.state not in _ACTIONS else _EXPIRED
    colour = "neutral" if record.catalogue in _NEUTRAL else "shown"
    number = record.fields.get("CF_WSH") or record.fields.get("XK_WSH")
    telling = next((record.fields[name] for name in _TELLING if name in record.fields), None)
    return RecordView(
        rec_id=record.rec_id,
        version=record.version,
        catalogue=record.catalogue,
        severity=record.severity,
        state=state,
        colour=_COLOURS.get(state, colour),
        published_on=record.published_on,
        until=record.last_day,
        summary=" · ".join(str(each) for each in (telling, number) if each),
        fields=record.fields,
        actions=_ACTIONS.get(state, ()),
    )


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).strip("{}").replace('"', "")
