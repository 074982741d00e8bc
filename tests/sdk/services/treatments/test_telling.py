"""Notices are made when they are told: of what is so then, and of nothing that is not disclosed any more (I1)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chengxin.errors import NoticeDelayed
from chengxin.notifier import Notice
from chengxin.policy import Text
from chengxin.records import ChangeKind, Severity
from chengxin.services import Dispatcher, notice_event
from chengxin.services.treatments import treatment_notices
from chengxin.store.sql import OutboxRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE, DAY

NUMBER = "示市监处罚〔2026〕1号"


class Told:
    """A notifier that keeps what it is told, and fails as long as it is to."""

    def __init__(self):
        self.notices = []
        self.is_down = False

    def deliver(self, notice, *, deadline):
        """Keep a notice."""
        assert deadline.remaining() > 0
        if self.is_down:
            raise NoticeDelayed("down", notice_id=notice.notice_id)
        self.notices.append(notice)


@pytest.fixture
def told():
    """Whoever is told."""
    return Told()


@pytest.fixture
def run(platform, told):
    """Hand out what waits, and return what was told by it."""
    handler = treatment_notices(
        platform.store,
        told,
        clock=platform.clock,
        page=lambda one: f"https://shop.example/measures/{one.imposition_id}",
    )
    dispatcher = Dispatcher(platform.store, {"notice": handler}, clock=platform.clock, jitter=lambda: 0.0)

    def run():
        before = len(told.notices)
        while dispatcher.run_once().taken:
            pass
        return told.notices[before:]

    return run


def impose(platform, **fields):
    """Have a serious penalty disclosed, and looked at."""
    penalty = a_penalty("P1", severity=Severity.SERIOUS, **fields)
    platform.disclose(penalty)
    platform.treatments.reconcile(CODE)
    return penalty


def said(notices):
    """Return everything that notices say."""
    return "\n".join(f"{n.title.zh}\n{n.title.en}\n{n.text.zh}\n{n.text.en}" for n in notices)


def test_a_merchant_is_told_of_each_measure_in_both_languages(platform, run):
    """With the statement, the page, and the topic of constraints left to whoever has an exchange."""
    impose(platform)
    notices = run()
    assert {notice.kind for notice in notices} == {"measure.noticed"}
    assert len(notices) == len(platform.treatments.of(CODE)) == len({n.notice_id for n in notices})
    one = next(n for n in notices if "暂停" in n.title.zh)
    assert one.title.zh.startswith("管理措施通知：")
    assert one.title.en.startswith("Notice of a restriction: ")
    assert "管理措施理由说明" in one.text.zh
    assert "Statement of reasons for a restriction" in one.text.en
    assert one.link.startswith("https://shop.example/measures/n")
    assert (one.subject, one.recipient) == (CODE, CODE)
    with platform.store.reading() as connection:
        waiting = OutboxRows(connection).waiting()
    assert list(waiting) == ["constraint"]
    assert waiting["constraint"].pending > 0
    assert waiting["constraint"].parked == 0


def test_i1_what_ended_while_the_notice_waited_is_told_as_ended(platform, told, run):
    """Nothing of what was repaired is in any notice, and the repetition of an end bears the name of the end."""
    told.is_down = True
    penalty = impose(platform)
    assert run() == []
    platform.disclose(change=ChangeKind.REPAIRED, about=penalty)
    told.is_down = False
    platform.clock.advance(seconds=3600)
    notices = run()
    assert {notice.kind for notice in notices} == {"measure.ended"}
    assert {n.notice_id for n in notices} == {
        f"notice-{one.imposition_id}-ended" for one in platform.treatments.of(CODE)
    }
    assert NUMBER not in said(notices)
    assert "信用修复" in said(notices)


def test_i1_what_time_alone_ended_is_told_as_ended_before_anybody_sweeps(platform, told, run):
    """The statement is not on record as withdrawn yet; it is told as if it were."""
    impose(platform, end_on=date(2026, 12, 31))
    ends_at = max(one.measure.ends_at for one in platform.treatments.of(CODE))
    platform.clock.advance(to=ends_at)
    notices = run()
    assert {notice.kind for notice in notices} == {"measure.ended"}
    assert NUMBER not in said(notices)


def test_i1_the_facts_of_a_record_are_told_as_long_as_it_is_disclosed(platform, run):
    """The notice holds what the statement holds."""
    impose(platform)
    assert NUMBER in said(run())


def test_a_stay_is_told_as_it_stands_when_it_is_told(platform, told, run):
    """A measure that applies again by the time is told so; a stay says until when."""
    impose(platform)
    run()
    one = next(o for o in platform.treatments.of(CODE) if o.measure.code == "credit-reminder")
    until = platform.clock.now() + 2 * DAY
    platform.treatments.snooze(one.imposition_id, by="王敏", reason="查证中", until=until)
    (notice,) = run()
    assert notice.kind == "measure.suspended"
    assert "暂停执行" in notice.text.zh
    assert "To appeal: https://" in notice.text.en
    platform.treatments.resume(one.imposition_id, by="王敏", reason="查证完毕")
    assert [notice.kind for notice in run()] == ["measure.resumed"]
    platform.treatments.snooze(one.imposition_id, by="王敏", reason="再查", until=until)
    platform.clock.advance(to=until + timedelta(seconds=1))
    assert [notice.kind for notice in run()] == ["measure.resumed"]


def test_a_notice_without_a_statement_or_too_long_says_what_it_comes_to(platform, run, monkeypatch):
    """No fact, the term, and where to appeal."""
    impose(platform)
    monkeypatch.setattr("chengxin.services.treatments.telling._LONGEST_TEXT", 10)
    notice = run()[0]
    assert "起，至" in notice.text.zh
    assert "applies from" in notice.text.en
    assert len(notice.text.zh) < 300


def test_another_notice_goes_as_it_is_and_nonsense_is_parked(platform, told, run):
    """What stands for no notice stops nothing else."""
    at = platform.clock.now()
    notice = Notice(
        notice_id="n-1",
        subject=CODE,
        kind="appeal.decided",
        title=Text(zh="甲", en="a"),
        text=Text(zh="乙", en="b"),
        at=at,
        recipient=CODE,
    )
    event = notice_event(notice, at=at)
    unknown = {"imposition_id": "none", "kind": "measure-noticed"}
    impose(platform)
    known = {"imposition_id": platform.treatments.of(CODE)[0].imposition_id, "kind": "measure-praised"}
    events = [
        event,
        replace(event, event_id="n-2", key="k2", payload=unknown),
        replace(event, event_id="n-3", key="k3", payload=known),
    ]
    with platform.store.transaction() as connection:
        OutboxRows(connection).put(events)
    assert notice in run()
    with platform.store.reading() as connection:
        parked = OutboxRows(connection).parked()
        waiting = OutboxRows(connection).waiting()
    assert {(one.event_id, one.fault) for one in parked} == {
        ("n-2", "invalid_notice"),
        ("n-3", "invalid_notice"),
    }
    assert waiting["notice"].parked == 2
