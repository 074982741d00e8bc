"""Clocks of appeals, commitments and declarations: told once, to whom it is for, one failing alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chengxin.errors import ConfigurationError, StoreUnavailable
from chengxin.notifier import decode_notice
from chengxin.policy import Text
from chengxin.procedure.appeal import AppealStage
from chengxin.procedure.pledge import NamedFact
from chengxin.records import ChangeKind
from chengxin.services.one_by_one import Tally
from chengxin.services.pledges import PledgeOptions
from chengxin.services.reminding import TRUST_TEAM, Reminders
from chengxin.store.sql.reminders import ReminderRows
from tests.sdk.services.hearing.conftest import (
    DUE,
    MERCHANT,
    OTHER,
    REASONS,
    RECEIPT,
    REVIEWER,
    TICK,
    serious,
)
from tests.sdk.services.hearing.test_pledges import STANDS, TERMS, minding_pledges
from tests.sdk.services.treatments.conftest import CODE, CODES

ASKS = Text(zh="请补交凭证。", en="Attach the receipt.")
DAY = timedelta(days=1)


@pytest.fixture
def house(make_house):
    """A platform that reminds people."""
    house = make_house()
    house.policy = minding_pledges(house.policy)
    house.reminders = Reminders(house.client, house.store)
    return house


def told(house):
    """Return what people were reminded of, in order: kind, recipient, and what it is called."""
    notices = [
        decode_notice(one.payload) for one in house.events() if one.payload["kind"].endswith("reminder")
    ]
    assert len({one.notice_id for one in notices}) == len(notices)
    return [(one.kind, one.recipient, one.title.zh) for one in notices]


def test_an_appeal_is_acknowledged_by_nobody_s_hand(house):
    """Once, and each as if it were the only one."""
    house.limited()
    appeal_id = house.file()
    assert house.appeals.acknowledge_waiting() == Tally(done=1)
    assert house.appeals.find(appeal_id).stage is AppealStage.ACKNOWLEDGED
    assert house.appeals.acknowledge_waiting() == Tally()
    assert house.kinds().count("appeal.acknowledged") == 1


def test_one_that_cannot_be_acknowledged_keeps_no_other_waiting(house, monkeypatch, caplog):
    """It is tried again; where the database is down, everybody is."""
    house.limited()
    first, second = house.file(), house.file("promotion-suspended")
    once = house.appeals._acknowledge_once
    monkeypatch.setattr(house.appeals, "_acknowledge_once", lambda one: 1 / 0 if one == first else once(one))
    assert house.appeals.acknowledge_waiting() == Tally(done=1, failed=1)
    assert "ZeroDivisionError" in caplog.text
    assert first not in caplog.text
    assert house.appeals.find(second).stage is AppealStage.ACKNOWLEDGED
    monkeypatch.setattr(house.appeals, "_acknowledge_once", once)
    assert house.appeals.acknowledge_waiting() == Tally(done=1)

    def down(_):
        raise StoreUnavailable("down", location="here")

    house.appeals.file(house.one("warning-talk").imposition_id, by=MERCHANT, statement="无误。")
    monkeypatch.setattr(house.appeals, "_acknowledge_once", down)
    with pytest.raises(StoreUnavailable):
        house.appeals.acknowledge_waiting()


def test_a_reviewer_is_reminded_a_day_ahead_and_when_it_is_late(house):
    """And the appellant of whom something is asked; then the team and the appellant, each once."""
    house.limited()
    appeal_id = house.reviewed()
    house.appeals.ask(appeal_id, by=REVIEWER, asks=ASKS)
    house.clock.advance(to=DUE - DAY - TICK)
    assert house.reminders.remind() == Tally()
    house.clock.advance(to=DUE - DAY)
    assert house.reminders.remind() == Tally(done=1)
    near = [("appeal.reminder", REVIEWER, "申诉即将到期"), ("appeal.reminder", CODE, "请补充申诉材料")]
    assert told(house) == near
    house.clock.advance(to=DUE - TICK)
    assert house.reminders.remind() == Tally()
    house.clock.advance(to=DUE)
    assert house.reminders.remind() == Tally(done=1)
    late = [
        ("appeal.reminder", REVIEWER, "申诉逾期未决"),
        ("appeal.reminder", TRUST_TEAM, "申诉逾期未决"),
        ("appeal.reminder", CODE, "您的申诉逾期未决"),
    ]
    assert told(house) == near + late
    house.clock.advance(seconds=60 * 86_400)
    assert house.reminders.remind() == Tally()


def test_what_nobody_reviews_is_told_the_team_and_what_is_late_already_is_not_near(house):
    """Where no worker ran in time."""
    house.limited()
    house.file()
    house.appeals.acknowledge_waiting()
    house.clock.advance(to=DUE)
    assert house.reminders.remind().failed == 0
    assert told(house) == [
        ("appeal.reminder", TRUST_TEAM, "申诉逾期未决"),
        ("appeal.reminder", CODE, "您的申诉逾期未决"),
    ]
    text = next(
        decode_notice(one.payload) for one in house.events() if one.payload.get("recipient") == TRUST_TEAM
    )
    assert "尚无人复核" in text.text.zh


def test_of_what_is_decided_nobody_is_reminded(house):
    """However late it was."""
    house.limited()
    appeal_id = house.reviewed()
    house.appeals.withdraw(appeal_id, by=MERCHANT)
    house.clock.advance(to=DUE + DAY)
    assert house.reminders.remind() == Tally()


def test_a_merchant_is_reminded_of_its_commitment_and_the_team_to_settle_it(house):
    """Three days ahead, and once its last day is over; it is no breach by that."""
    over = datetime(2026, 10, 31, 16, tzinfo=UTC)
    given = {"by": MERCHANT, "terms": TERMS, "due_on": date(2026, 10, 31)}
    house.pledges.make(CODE, relief=STANDS, **given)
    done = house.pledges.make(CODES[1], **given).commitment_id
    house.pledges.fulfil(done, by=OTHER, reasons=REASONS, attachments=[RECEIPT])
    house.clock.advance(to=over - 3 * DAY - TICK)
    assert house.reminders.remind() == Tally()
    house.clock.advance(to=over - 3 * DAY)
    assert house.reminders.remind() == Tally(done=1)
    house.clock.advance(to=over)
    assert house.reminders.remind() == Tally(done=1)
    assert house.reminders.remind() == Tally()
    assert told(house) == [
        ("commitment.reminder", CODE, "信用承诺即将到期"),
        ("commitment.reminder", CODE, "信用承诺已到期"),
        ("commitment.reminder", TRUST_TEAM, "信用承诺待认定"),
    ]
    texts = [decode_notice(one.payload).text for one in house.events()]
    assert any("激励同时终止" in text.zh and "has ended with it" in text.en for text in texts)


def test_a_commitment_that_is_due_before_anybody_looked_is_told_as_over_alone(house):
    """Without a word of relief where it gave none."""
    house.pledges.make(CODE, by=MERCHANT, terms=TERMS, due_on=date(2026, 10, 31))
    house.clock.advance(to=datetime(2026, 11, 30, tzinfo=UTC))
    house.reminders.remind()
    assert [title for *_, title in told(house)] == ["信用承诺已到期", "信用承诺待认定"]
    texts = [decode_notice(one.payload).text.zh for one in house.events()]
    assert not any("激励" in text for text in texts)


def test_a_declaration_is_looked_at_in_seven_working_days(house):
    """Counted by the calendar: National Day is none, its worked Saturday is one."""
    house.clock.advance(to=datetime(2026, 9, 29, 2, tzinfo=UTC))
    fact = NamedFact(name="registered_days", value=400)
    given = {"by": MERCHANT, "fact": fact, "pledge": TERMS, "valid_until_on": date(2027, 3, 31)}
    house.pledges.declare(CODE, **given)
    looked_at = house.pledges.declare(CODE, **given).declaration_id
    house.pledges.verify(looked_at, is_true=True, by=OTHER, reasons=REASONS)
    house.clock.advance(to=DUE - TICK)
    assert house.reminders.remind() == Tally()
    house.clock.advance(to=DUE)
    assert house.reminders.remind() == Tally(done=1)
    assert told(house) == [("declaration.reminder", TRUST_TEAM, "自主申报尚未核验")]
    with pytest.raises(ConfigurationError, match="working days"):
        PledgeOptions(verify_within=0)


def test_one_reminder_that_fails_keeps_no_other_waiting(house, monkeypatch):
    """And is put later: nothing of it was marked."""
    house.pledges.make(CODE, by=MERCHANT, terms=TERMS, due_on=date(2026, 10, 31))
    house.pledges.make(CODES[1], by=MERCHANT, terms=TERMS, due_on=date(2026, 10, 31))
    house.clock.advance(to=datetime(2026, 11, 30, tzinfo=UTC))
    mark = ReminderRows.mark

    def failing(self, about, what, *, at):
        if about == failing.one:
            raise ValueError(about)
        return mark(self, about, what, at=at)

    failing.one = house.pledges.of(CODE)[0][0].commitment_id
    monkeypatch.setattr(ReminderRows, "mark", failing)
    assert house.reminders.remind().failed == 2
    assert {recipient for _, recipient, _ in told(house)} == {CODES[1], TRUST_TEAM}
    monkeypatch.setattr(ReminderRows, "mark", mark)
    assert house.reminders.remind().failed == 0
    assert {recipient for _, recipient, _ in told(house)} == {CODE, CODES[1], TRUST_TEAM}


def test_i7_what_was_reminded_of_is_forgotten_with_what_it_was_about(house):
    """Of what is open nobody is reminded twice, however long it takes."""
    made = house.pledges.make(CODE, by=MERCHANT, terms=TERMS, due_on=date(2026, 10, 31)).commitment_id
    house.clock.advance(to=datetime(2026, 11, 30, tzinfo=UTC))
    house.reminders.remind()
    house.clock.advance(seconds=800 * 86_400)
    assert house.reminders.remind() == Tally()
    house.pledges.fulfil(made, by=OTHER, reasons=REASONS, attachments=[RECEIPT])
    with house.store.transaction() as connection:
        assert ReminderRows(connection).forget(house.clock.now()) == 2


def test_marks_of_objections_end_without_being_asked(house, monkeypatch):
    """By what the source shows now, one subject failing alone."""
    for code in CODES[:2]:
        house.disclose(serious(f"P{code}"), code=code)
        house.appeals.objections.raise_one(code, f"P{code}", by=MERCHANT, statement="处罚对象不是我方。")
    assert house.appeals.objections.settle_open() == Tally()
    for code in CODES[:2]:
        house.disclose(change=ChangeKind.WITHDRAWN, about=serious(f"P{code}"), code=code)
    settle = house.appeals.objections.settle
    monkeypatch.setattr(
        house.appeals.objections, "settle", lambda code: 1 / 0 if code == CODES[0] else settle(code)
    )
    assert house.appeals.objections.settle_open() == Tally(done=1, failed=1)
    monkeypatch.setattr(house.appeals.objections, "settle", settle)
    assert house.appeals.objections.settle_open() == Tally(done=1)
    assert house.appeals.objections.open_subjects() == []


def test_an_answer_from_before_an_objection_ends_none(house):
    """Another process may hold one that is older than what was objected to."""
    house.disclose(serious())
    before = house.client.check(CODE)
    house.clock.advance(seconds=1)
    house.client.forget(CODE)
    house.appeals.objections.raise_one(CODE, "P1", by=MERCHANT, statement="处罚对象不是我方。")
    house.client.forget(CODE)
    house.source.disclose(CODE, change=ChangeKind.WITHDRAWN, about=serious())
    gone = house.client.check(CODE)
    assert gone.fetched_at > before.fetched_at

    class Behind:
        clock = house.clock

        def check(self, code, *, lane=None):
            return self.status

    behind = Behind()
    objections = type(house.appeals.objections)(behind, house.store, house.appeals._options)
    behind.status = _at(gone, before.fetched_at)
    assert objections.settle(CODE) == ()
    behind.status = gone
    assert len(objections.settle(CODE)) == 1


def _at(status, fetched_at):
    """Return a status as it was fetched at another time."""
    return replace(status, fetched_at=fetched_at)
