"""What nobody has done in time, or soon must: told to whom it is for, once (令116 art. 19: a prompt review)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chengxin.notifier import Notice
from chengxin.policy import Language, Text
from chengxin.policy.wording import on_day
from chengxin.procedure.appeal import Appeal
from chengxin.procedure.calendar import due_after
from chengxin.services.dispatch import notice_event
from chengxin.services.one_by_one import Tally, one_by_one
from chengxin.services.pledges import PledgeOptions
from chengxin.services.treatments import Checker
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.appeals import AppealRows
from chengxin.store.sql.outbox import OutboxRows
from chengxin.store.sql.pledges import PledgeRows
from chengxin.store.sql.reminders import ReminderRows
from chengxin.store.sql.treatments import TreatmentRows

TRUST_TEAM: Final = "trust-team"
"""Recipient of what the platform's own people are told where nobody of them is named; the host's book resolves it."""
_DAY: Final = timedelta(days=1)
_COMMITMENT_AHEAD: Final = timedelta(days=3)
_RELIEF_ENDS: Final = ("随承诺给予的激励同时终止。", " What it relieved you of has ended with it.")
_KEPT_FOR: Final = timedelta(days=365)
_log: Final = logging.getLogger("chengxin.reminders")


@dataclass(frozen=True, slots=True)
class _Said:
    """What one recipient is told."""

    recipient: str
    title: Text
    text: Text


@dataclass(frozen=True, slots=True)
class _Clock:
    """A clock of something: how those are found that ran out, and what is said of one; None where it has not yet."""

    what: str
    find: Callable[[ReminderRows, str, datetime], list[tuple[str, str]]]
    say: Callable[[Connection, str, str, datetime], list[_Said] | None]


class Reminders:
    """Reminds people of clocks: whoever is late, and whoever waits.

    ================  ========================================  =====================================================
    appeal            a day before it has to be decided         its reviewer, else the trust team; the appellant, of
                                                                whom something is asked that is not answered
    appeal            overdue                                   the reviewer, the trust team, and the appellant
    commitment        three days before its last day is over    the merchant
    commitment        its last day is over, nothing was found   the merchant, and the trust team, who is to find it
    declaration       nobody has looked at it in its days       the trust team
    ================  ========================================  =====================================================

    Each is told once: the mark and the notices are put in one transaction. What is done meanwhile is not told.

    Args:
        client: knows the time.
        store: where everything is kept.
        options: how pledges are kept.
    """

    def __init__(self, client: Checker, store: SqlStore, *, options: PledgeOptions | None = None) -> None:
        self._clock = client.clock
        self._store = store
        self._options = options or PledgeOptions()
        self._clocks = (
            _Clock("appeal.near", lambda rows, what, at: rows.appeals(what, at + _DAY), _appeal_near),
            _Clock("appeal.late", ReminderRows.appeals, _appeal_late),
            _Clock(
                "commitment.near",
                lambda rows, what, at: rows.commitments(what, at + _COMMITMENT_AHEAD),
                _commitment_near,
            ),
            _Clock("commitment.due", ReminderRows.commitments, _commitment_due),
            _Clock("declaration.late", ReminderRows.declarations, self._declaration_late),
        )

    def remind(self) -> Tally:
        """Tell what is to be told by now; any number of processes may do so at once.

        Raises:
            StoreUnavailable: not everybody was told; call it again.
        """
        tally = Tally()
        for clock in self._clocks:
            with self._store.reading() as connection:
                found = clock.find(ReminderRows(connection), clock.what, self._clock.now())
            tally += one_by_one(
                found,
                lambda one, clock=clock: self._tell(clock, *one),  # type: ignore[misc]
                what="nobody could be reminded",
                log=_log,
            )
        with self._store.transaction() as connection:
            ReminderRows(connection).forget(self._clock.now() - _KEPT_FOR)
        return tally

    def _tell(self, clock: _Clock, about: str, code: str) -> bool:
        with self._store.transaction() as connection:
            TreatmentRows(connection).lock(code)
            at = self._clock.now()
            said = clock.say(connection, about, code, at)
            if said is None or not ReminderRows(connection).mark(about, clock.what, at=at):
                return False
            for number, one in enumerate(said):
                name = f"{about}-{clock.what.replace('.', '-')}-{number}"
                notice = _notice(name, one, kind=clock.what, subject=code, at=at)
                OutboxRows(connection).put([notice_event(notice, at=at)])
        return True

    def _declaration_late(
        self, connection: Connection, about: str, code: str, at: datetime
    ) -> list[_Said] | None:
        found = PledgeRows(connection).declaration(about)
        if found is None or found[0].verification is not None or found[0].withdrawn_at is not None:
            return None
        calendar = self._options.treatments.calendar
        if not due_after(found[0].declared_at, self._options.verify_within, calendar).is_over(at):
            return None
        title = Text(zh="自主申报尚未核验", en="A declaration is not verified yet")
        more = Text(
            zh=f"商家{code}的自主申报（编号{about}）逾期无人核验。",
            en=f"Nobody has looked in time at the declaration {about} of the merchant {code}.",
        )
        return [_Said(TRUST_TEAM, title, more)]


def _appeal_near(connection: Connection, about: str, code: str, at: datetime) -> list[_Said] | None:
    appeal = _open_appeal(connection, about)
    if appeal is None or at < appeal.decision.due.at - _DAY:
        return None
    if appeal.decision.due.is_over(at):
        return []  # that it is late is told instead
    by = appeal.decision.due.on
    said = [
        _Said(
            appeal.reviewer or TRUST_TEAM,
            Text(zh="申诉即将到期", en="An appeal is to be decided soon"),
            Text(
                zh=f"商家{code}的申诉（编号{about}）最迟于{on_day(by, 'zh')}作出决定。{_untaken(appeal, 'zh')}",
                en=f"The appeal {about} of the merchant {code} is to be decided by {on_day(by, 'en')}."
                f"{_untaken(appeal, 'en')}",
            ),
        )
    ]
    if appeal.asked:
        more = Text(
            zh=f"平台请您为申诉（编号{about}）补充的材料尚未收到。"
            f"平台最迟于{on_day(by, 'zh')}作出决定，期限不因补充而延长。",
            en=f"What the platform asked of you for your appeal {about} is not there yet. It decides by "
            f"{on_day(by, 'en')}, and does not wait for it any longer.",
        )
        said.append(_Said(code, Text(zh="请补充申诉材料", en="Your appeal waits for your answer"), more))
    return said


def _appeal_late(connection: Connection, about: str, code: str, at: datetime) -> list[_Said] | None:
    appeal = _open_appeal(connection, about)
    if appeal is None or not appeal.decision.due.is_over(at):
        return None
    by = appeal.decision.due.on
    title = Text(zh="申诉逾期未决", en="An appeal is overdue")
    ours = Text(
        zh=f"商家{code}的申诉（编号{about}）应于{on_day(by, 'zh')}前决定，现已逾期。{_untaken(appeal, 'zh')}",
        en=f"The appeal {about} of the merchant {code} was to be decided by {on_day(by, 'en')}, and is overdue."
        f"{_untaken(appeal, 'en')}",
    )
    theirs = Text(
        zh=f"您的申诉（编号{about}）应于{on_day(by, 'zh')}前决定，现已逾期。平台已催办，结果和理由会另行告知。",
        en=f"Your appeal {about} was to be decided by {on_day(by, 'en')}, and is overdue. Those who are to decide it "
        "were reminded; you are told the result and the reasons.",
    )
    return [
        *(_Said(one, title, ours) for one in filter(None, (appeal.reviewer, TRUST_TEAM))),
        _Said(code, Text(zh="您的申诉逾期未决", en="Your appeal is overdue"), theirs),
    ]


def _commitment_near(connection: Connection, about: str, code: str, at: datetime) -> list[_Said] | None:
    found = PledgeRows(connection).commitment(about)
    if found is None or found[0].settlement is not None or at < found[0].due_at - _COMMITMENT_AHEAD:
        return None
    if at >= found[0].due_at:
        return []  # that it is over is told instead
    by = found[0].due_on
    more = Text(
        zh=f"您的信用承诺（编号{about}）应于{on_day(by, 'zh')}前履行。已经履行的，请提交证明。",
        en=f"Your commitment {about} is to be fulfilled by {on_day(by, 'en')}. Where it is, hand in what shows it.",
    )
    return [_Said(code, Text(zh="信用承诺即将到期", en="Your commitment is due soon"), more)]


def _commitment_due(connection: Connection, about: str, code: str, at: datetime) -> list[_Said] | None:
    found = PledgeRows(connection).commitment(about)
    if found is None or found[0].settlement is not None or at < found[0].due_at:
        return None
    zh, en = ("", "") if found[0].relief is None else _RELIEF_ENDS
    theirs = Text(
        zh=f"您的信用承诺（编号{about}）已到期。到期本身不是违背承诺；是否履行由平台人工认定。{zh}",
        en=f"The last day of your commitment {about} is over. That is no breach by itself; a human finds whether it "
        f"was fulfilled.{en}",
    )
    ours = Text(
        zh=f"商家{code}的信用承诺（编号{about}）已到期，请认定已履行或者违背。",
        en=f"The last day of the commitment {about} of the merchant {code} is over. Find whether it was fulfilled.",
    )
    return [
        _Said(code, Text(zh="信用承诺已到期", en="The last day of your commitment is over"), theirs),
        _Said(TRUST_TEAM, Text(zh="信用承诺待认定", en="A commitment is to be settled"), ours),
    ]


def _open_appeal(connection: Connection, about: str) -> Appeal | None:
    rows = AppealRows(connection)
    measure = rows.measure_of(about)
    appeal = None if measure is None else rows.docket(measure).appeals[about]
    return appeal if appeal is not None and appeal.is_open else None


def _untaken(appeal: Appeal, language: Language) -> str:
    if appeal.reviewer is not None:
        return ""
    return "尚无人复核。" if language == "zh" else " Nobody reviews it yet."


def _notice(name: str, said: _Said, *, kind: str, subject: str, at: datetime) -> Notice:
    return Notice(
        notice_id=name,
        subject=subject,
        kind=f"{kind.partition('.')[0]}.reminder",
        title=said.title,
        text=said.text,
        at=at,
        recipient=said.recipient,
    )
