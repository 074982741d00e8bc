"""What a merchant is told of a measure, made when it is told: what has ended meanwhile is told as ended (I1).

The outbox holds which measure it is about and what happened, and nothing of what the public source discloses. So a
notice that waited for hours, for a mail server say, tells what is so when it goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chengxin.clock import Clock
from chengxin.errors import InvalidNotice
from chengxin.notifier import Notice, Notifier, decode_notice
from chengxin.policy import Text
from chengxin.policy.wording import from_when, until, when
from chengxin.procedure.imposition import Imposition, Phase, ending_by_time
from chengxin.procedure.statement import (
    StatementEnding,
    StatementOfReasons,
    StatementStatus,
    as_text,
    withdraw,
)
from chengxin.services.dispatch import Handler
from chengxin.services.treatments.act import END_CAUSES
from chengxin.store import OutboxEvent
from chengxin.store.sql import SqlStore
from chengxin.store.sql.statements import StatementRows
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.transport import Deadline

_LONGEST_NAME: Final = 150
_LONGEST_TEXT: Final = 20_000
_TITLES: Final = {
    "noticed": Text(zh="管理措施通知", en="Notice of a restriction"),
    "changed": Text(zh="管理措施变更通知", en="A restriction has changed"),
    "suspended": Text(zh="管理措施暂停通知", en="A restriction is suspended"),
    "resumed": Text(zh="管理措施恢复通知", en="A restriction applies again"),
    "ended": Text(zh="管理措施解除通知", en="A restriction has ended"),
}


def treatment_notices(
    store: SqlStore,
    notifier: Notifier,
    *,
    clock: Clock,
    page: Callable[[Imposition], str | None] = lambda _: None,
) -> Handler:
    """Return what delivers the notices of the outbox: of measures, each as it stands then, and any other as it is.

    Args:
        store: where measures and statements are kept.
        notifier: carries notices; the recipient of a measure's is the subject's code.
        clock: time.
        page: the address of the page of a measure, ``https://…``; None where it has none.
    """

    def deliver(event: OutboxEvent, deadline: Deadline) -> None:
        if "imposition_id" not in event.payload:
            notifier.deliver(decode_notice(event.payload), deadline=deadline)
            return
        seen = _look(store, event, clock.now(), deadline)
        notifier.deliver(_notice(event, seen, page(seen.one)), deadline=deadline)

    return deliver


@dataclass(frozen=True, slots=True)
class _Seen:
    """A measure and its statement as they stand at an instant."""

    one: Imposition
    statement: StatementOfReasons | None
    at: datetime


def _look(store: SqlStore, event: OutboxEvent, at: datetime, deadline: Deadline) -> _Seen:
    imposition_id = str(event.payload["imposition_id"])
    with store.reading(deadline_seconds=deadline.remaining()) as connection:
        one = TreatmentRows(connection).find(imposition_id)
        statement = StatementRows(connection).latest_of(imposition_id)
    if one is None or one.noticed_at is None:
        raise InvalidNotice("A stored notice is about a measure that nobody was to be told of.")
    return _Seen(one, statement, at)


def _notice(event: OutboxEvent, seen: _Seen, page: str | None) -> Notice:
    one = seen.one
    what = _what(str(event.payload.get("kind")), one, seen.at)
    # An end is told once more under the same name where a notice that waited tells of it, too.
    name = f"notice:{one.imposition_id}:ended" if what == "ended" else event.event_id
    title = one.measure.title
    return Notice(
        notice_id=name.replace(":", "-"),
        subject=one.code,
        kind=f"measure.{what}",
        title=Text(
            zh=f"{_TITLES[what].zh}：{_line(title.zh)}",
            en=f"{_TITLES[what].en}: {_line(title.en)}",
        ),
        text=_text(what, seen),
        link=page,
        at=event.created_at,
        recipient=one.code,
    )


def _what(kind: str, one: Imposition, at: datetime) -> str:
    """Return what is so at an instant of what an event was put for."""
    what = kind.removeprefix("measure-")
    if what not in _TITLES:
        raise InvalidNotice("A stored notice is of a kind that this version does not know.")
    phase = one.phase_at(at)
    if phase is Phase.ENDED:
        return "ended"
    if what in ("suspended", "resumed"):
        return "suspended" if phase is Phase.SUSPENDED else "resumed"
    return what


def _text(what: str, seen: _Seen) -> Text:
    """Return the whole statement where it is told, and fits; else what it comes to."""
    stated = _ended(seen) if what == "ended" else seen.statement
    if stated is None or what in ("suspended", "resumed"):
        return _short(what, seen)
    said: Text = Text(
        zh=as_text(stated, "zh", at=seen.at).rstrip(),
        en=as_text(stated, "en", at=seen.at).rstrip(),
    )
    return said if max(len(said.zh), len(said.en)) <= _LONGEST_TEXT else _short(what, seen)


def _ended(seen: _Seen) -> StatementOfReasons | None:
    """Return the statement as it is withdrawn; one that time alone ended may not be on record as such yet."""
    statement, one = seen.statement, seen.one
    if statement is None or statement.status is StatementStatus.WITHDRAWN:
        return statement
    ending = ending_by_time(one, seen.at) if one.end is None else one.end.ending
    ended_at = one.measure.ends_at if one.end is None else one.end.at
    return withdraw(statement, StatementEnding(cause=END_CAUSES[ending], ended_at=ended_at), seen.at)


def _short(what: str, seen: _Seen) -> Text:
    """Return a notice without any fact of a record."""
    one = seen.one
    zh, en = _line(one.measure.title.zh), _line(one.measure.title.en)
    told = _WORDS[what](one)
    appeal = one.measure.appeal_url
    route = (
        Text(zh="", en="")
        if what == "ended" or appeal is None
        else Text(zh=f"\n申诉：{appeal}", en=f"\nTo appeal: {appeal}")
    )
    return Text(zh=f"“{zh}”{told.zh}{route.zh}", en=f"“{en}” {told.en}{route.en}")


def _term(one: Imposition) -> Text:
    starts_at, ends_at = one.measure.starts_at, one.measure.ends_at
    return Text(
        zh=f"{from_when(starts_at, 'zh')}，{until(ends_at, 'zh')}（北京时间）。",
        en=f"applies {from_when(starts_at, 'en')}, {until(ends_at, 'en')}.",
    )


def _pause(one: Imposition) -> Text:
    end = None if one.suspension is None else one.suspension.until
    if end is None:
        return Text(zh="暂停执行，恢复前另行通知。", en="does not apply until you are told so.")
    return Text(
        zh=f"暂停执行，至{when(end, 'zh')}（北京时间）。",
        en=f"does not apply until {when(end, 'en')}.",
    )


def _over(_: Imposition) -> Text:
    return Text(zh="已经结束。", en="has ended.")


_WORDS: Final[dict[str, Callable[[Imposition], Text]]] = {
    "noticed": _term,
    "changed": _term,
    "suspended": _pause,
    "resumed": _term,
    "ended": _over,
}


def _line(text: str) -> str:
    """Return a text of a policy on one line, as a title can hold it."""
    return "".join(one if one.isprintable() else " " for one in text)[:_LONGEST_NAME]
