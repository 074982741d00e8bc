"""Which steps of an appeal may be taken, one rule each."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chengxin.errors import AppealRefused
from chengxin.procedure.appeal import (
    MOST_PIECES,
    AppealMove,
    AppealStage,
    Docket,
    Fault,
    NewFact,
    NewFactKind,
    Outcome,
    Result,
    decide,
    replay,
)
from chengxin.procedure.calendar import Due
from chengxin.records import SubjectKind, china_day
from tests.sdk.procedure.appeal.material import (
    DAY,
    DECIDER,
    ENDS,
    FILED,
    MERCHANT,
    NOTICED,
    OTHER,
    REASONS,
    REVIEWER,
    filing,
    piece,
    rejected,
    step,
    taken,
    under_review,
)

LATER = FILED + DAY


def refuses(docket, proposed, fault):
    """See that a step is refused for one reason, and say how."""
    with pytest.raises(AppealRefused) as refused:
        decide(docket, proposed)
    assert refused.value.fault == fault
    assert refused.value.appeal_id == proposed.appeal_id
    return str(refused.value)


def decided_once(outcome=Outcome.REJECTED, **parts):
    """Return the docket of an appeal that was decided."""
    docket = under_review(**parts)
    result = Result(outcome=outcome, reasons=REASONS)
    return docket.with_step(decide(docket, step(AppealMove.DECIDE, REVIEWER, LATER, result=result)))


def again(*facts, at=LATER + DAY, by=MERCHANT, evidence=(), **parts):
    """Return the step that files a second appeal."""
    filed = filing(at, new_facts=facts, **parts)
    return step(AppealMove.FILE, by, at, appeal_id="A-2", filing=filed, evidence=evidence)


def test_an_appeal_goes_its_way_and_is_granted():
    """Filed, acknowledged, asked, answered, decided by a human who had no part in the measure."""
    docket = taken(
        step(AppealMove.FILE, MERCHANT, filing=filing(deciders=(DECIDER,), suspends=True)),
        step(AppealMove.ACKNOWLEDGE, DECIDER, FILED + timedelta(hours=1)),
        step(AppealMove.TAKE, REVIEWER, FILED + timedelta(hours=2)),
        step(AppealMove.ASK, REVIEWER, FILED + timedelta(hours=3)),
    )
    assert [asked.zh for asked in docket.open_appeal.asked] == ["请提供缴款凭证。"]
    answer = step(AppealMove.ADD, MERCHANT, LATER, evidence=(piece(), piece()))
    docket = docket.with_step(decide(docket, answer))
    appeal = docket.open_appeal
    assert (appeal.asked, appeal.evidence) == ((), (piece(),))
    assert docket.is_suspended(LATER)
    docket = docket.with_step(decide(docket, step(AppealMove.DECIDE, REVIEWER, LATER)))
    appeal = docket.appeals["A-1"]
    assert (appeal.stage, appeal.decided_by, appeal.reviewer) == (AppealStage.DECIDED, REVIEWER, REVIEWER)
    assert appeal.result.outcome is Outcome.GRANTED
    assert (appeal.appellants, appeal.handlers) == ((MERCHANT,), (DECIDER, REVIEWER))
    assert docket.decided == (appeal,)
    assert not docket.is_suspended(LATER)
    assert docket.is_suspended(LATER - timedelta(microseconds=1))
    assert not docket.is_suspended(FILED - timedelta(microseconds=1))
    assert replay("M-1", docket.steps) == docket


def test_asking_for_evidence_stops_no_clock():
    """Lateness is seen, whoever is waited for; and it is seen for ever after."""
    docket = under_review()
    docket = docket.with_step(decide(docket, step(AppealMove.ASK, REVIEWER, LATER)))
    appeal = docket.open_appeal
    due = appeal.decision.due
    assert due.on.isoformat() == "2026-10-14"  # seven working days, National Day and its Saturday among them
    assert appeal.next_due_at == due.at
    assert not appeal.is_overdue(due.at - timedelta(microseconds=1))
    assert appeal.is_overdue(due.at)
    late = due.at + timedelta(hours=5)
    docket = docket.with_step(decide(docket, step(AppealMove.DECIDE, REVIEWER, late)))
    appeal = docket.appeals["A-1"]
    assert appeal.decision.overdue_for(late + 9 * DAY) == timedelta(hours=5)
    assert appeal.decision.overdue_for(due.at) == timedelta(0)
    assert appeal.is_overdue(late + 9 * DAY)
    assert appeal.next_due_at is None


def test_an_acknowledgement_is_due_first_and_may_be_automatic():
    """One working day; a withdrawal ends the clock too."""
    docket = taken(step(AppealMove.FILE, MERCHANT))
    appeal = docket.open_appeal
    assert appeal.next_due_at == appeal.acknowledgement.due.at
    done = docket.with_step(decide(docket, step(AppealMove.ACKNOWLEDGE, None, LATER))).open_appeal
    assert (done.acknowledged_at, done.handlers) == (LATER, ())
    assert not done.acknowledgement.is_overdue(FILED + 90 * DAY)
    gone = docket.with_step(decide(docket, step(AppealMove.WITHDRAW, MERCHANT, LATER))).appeals["A-1"]
    assert (gone.stage, gone.decided_by, gone.result) == (AppealStage.WITHDRAWN, None, None)
    assert not gone.is_overdue(FILED + 90 * DAY)


@pytest.mark.parametrize("name", ["李明", "李　明", "LI MING"])
def test_who_decided_the_measure_does_not_review_it(name):
    """However the name is written."""
    docket = taken(
        step(AppealMove.FILE, MERCHANT, filing=filing(deciders=("李 明", "Li Ming"))),
        step(AppealMove.ACKNOWLEDGE, None),
    )
    refuses(docket, step(AppealMove.TAKE, name), Fault.DECIDER_REVIEWS)


def test_who_decided_an_earlier_appeal_does_not_review_the_next():
    """Nor does the appellant's new appeal come from either of the deciders."""
    fact = NewFact(kind=NewFactKind.CIRCUMSTANCES_CHANGED, what="已补缴", happened_on=china_day(LATER))
    docket = decided_once()
    refuses(docket, again(fact, by=REVIEWER), Fault.REVIEWER_APPEALS)
    accepted = decide(docket, again(fact))
    assert accepted.filing.earlier_deciders == (REVIEWER,)
    docket = docket.with_step(accepted)
    docket = docket.with_step(
        decide(docket, step(AppealMove.ACKNOWLEDGE, None, LATER + DAY, appeal_id="A-2"))
    )
    refuses(docket, step(AppealMove.TAKE, REVIEWER, LATER + DAY, appeal_id="A-2"), Fault.DECIDER_REVIEWS)


def test_nobody_acts_for_both_sides():
    """An appellant does nothing for the platform, and nobody who handles the appeal acts for the appellant."""
    filed = step(AppealMove.FILE, MERCHANT, filing=filing(deciders=(DECIDER,)))
    docket = taken(filed)
    refuses(docket, step(AppealMove.ACKNOWLEDGE, "陈 店主"), Fault.APPELLANT_REVIEWS)
    docket = taken(filed, step(AppealMove.ACKNOWLEDGE, OTHER))
    refuses(docket, step(AppealMove.TAKE, MERCHANT), Fault.APPELLANT_REVIEWS)
    for name in (DECIDER, OTHER):
        refuses(docket, step(AppealMove.WITHDRAW, name), Fault.REVIEWER_APPEALS)
    refuses(
        taken(), step(AppealMove.FILE, DECIDER, filing=filing(deciders=(DECIDER,))), Fault.REVIEWER_APPEALS
    )


def test_a_review_is_taken_over_with_a_reason_and_only_its_reviewer_decides():
    """No result comes from somebody who does not stand for the review."""
    docket = under_review()
    refuses(docket, step(AppealMove.DECIDE, OTHER), Fault.NOT_REVIEWER)
    refuses(docket, step(AppealMove.ASK, OTHER), Fault.NOT_REVIEWER)
    refuses(docket, step(AppealMove.TAKE, OTHER), Fault.NO_REASON)
    refuses(docket, step(AppealMove.TAKE, REVIEWER, statement="再来"), Fault.WRONG_STAGE)
    docket = docket.with_step(decide(docket, step(AppealMove.TAKE, OTHER, statement="王芳休假")))
    refuses(docket, step(AppealMove.DECIDE, REVIEWER), Fault.NOT_REVIEWER)
    assert decide(docket, step(AppealMove.DECIDE, OTHER)).by == OTHER


def test_stages_are_not_skipped():
    """Acknowledged first, then taken up, then decided."""
    docket = taken(step(AppealMove.FILE, MERCHANT))
    assert "Acknowledge" in refuses(docket, step(AppealMove.TAKE, REVIEWER), Fault.WRONG_STAGE)
    docket = docket.with_step(step(AppealMove.ACKNOWLEDGE, None))
    assert "take it up" in refuses(docket, step(AppealMove.DECIDE, REVIEWER), Fault.WRONG_STAGE)
    refuses(docket, step(AppealMove.ASK, REVIEWER), Fault.WRONG_STAGE)
    docket = docket.with_step(step(AppealMove.TAKE, REVIEWER))
    assert "steps" in refuses(docket, step(AppealMove.ACKNOWLEDGE, None), Fault.WRONG_STAGE)


@pytest.mark.parametrize(
    ("parts", "outcome", "is_taken"),
    [
        ({}, Outcome.GRANTED, True),
        ({}, Outcome.REJECTED, False),
        ({"deciders": (DECIDER,)}, Outcome.GRANTED, False),
        ({"subject_kind": SubjectKind.PERSON}, Outcome.GRANTED, False),
    ],
)
def test_a_machine_only_takes_back_what_a_machine_did(parts, outcome, is_taken):
    """令116 art. 19; 个人信息保护法 art. 24: and never for a natural person."""
    docket = taken(step(AppealMove.FILE, MERCHANT, filing=filing(**parts)))
    proposed = step(AppealMove.DECIDE, None, result=Result(outcome=outcome, reasons=REASONS))
    if is_taken:
        assert docket.with_step(decide(docket, proposed)).appeals["A-1"].decided_by is None
    else:
        refuses(docket, proposed, Fault.HUMAN_REQUIRED)


def test_who_asks_for_a_human_gets_one():
    """When the appeal is filed, or later; and asks once."""
    docket = taken(step(AppealMove.FILE, MERCHANT, filing=filing(wants_human=True)))
    refuses(docket, step(AppealMove.DECIDE, None), Fault.HUMAN_REQUIRED)
    refuses(docket, step(AppealMove.REQUEST_HUMAN, MERCHANT), Fault.NOTHING_NEW)
    docket = taken(step(AppealMove.FILE, MERCHANT), step(AppealMove.REQUEST_HUMAN, MERCHANT))
    assert docket.open_appeal.needs_human
    refuses(docket, step(AppealMove.DECIDE, None), Fault.HUMAN_REQUIRED)


@pytest.mark.parametrize(
    ("replaced_by", "ends_at", "at", "is_milder"),
    [
        (None, ENDS - DAY, LATER, True),
        (None, ENDS, LATER, False),
        (None, ENDS + DAY, LATER, False),
        (None, LATER, LATER, False),
        ("traffic-limit", None, LATER, True),
        ("traffic-limit", ENDS, LATER, True),
        ("traffic-limit", ENDS + DAY, LATER, False),
        ("traffic-limit", LATER - DAY, LATER, False),
        ("listing-hold", None, LATER, False),
        ("listing-hold", ENDS - DAY, LATER, True),
        ("traffic-limit", None, ENDS, False),
    ],
)
def test_an_appeal_leaves_nobody_worse_off(replaced_by, ends_at, at, is_milder):
    """What takes the place of the measure ends no later, and is another measure or ends earlier."""
    result = Result(outcome=Outcome.PARTLY_GRANTED, reasons=REASONS, replaced_by=replaced_by, ends_at=ends_at)
    proposed = step(AppealMove.DECIDE, REVIEWER, at, result=result)
    if is_milder:
        assert decide(under_review(), proposed) == proposed
    else:
        refuses(under_review(), proposed, Fault.NOT_MILDER)


def test_an_appeal_is_in_time_after_the_measure_and_late_during_it():
    """Late, it is admitted while the measure still bites; and it says that it was late."""
    until = filing().contested.contestable_until
    early = {"ends_at": FILED}
    assert not taken(
        step(AppealMove.FILE, MERCHANT, LATER, filing=filing(LATER, **early))
    ).open_appeal.is_late
    last = until - timedelta(microseconds=1)
    assert taken(step(AppealMove.FILE, MERCHANT, last, filing=filing(last, **early)))
    refuses(taken(), step(AppealMove.FILE, MERCHANT, until, filing=filing(until, **early)), Fault.TOO_LATE)
    assert taken(step(AppealMove.FILE, MERCHANT, until)).open_appeal.is_late
    refuses(taken(), step(AppealMove.FILE, MERCHANT, ENDS), Fault.TOO_LATE)
    refuses(taken(), step(AppealMove.FILE, MERCHANT, NOTICED - DAY), Fault.CLOCK_BEHIND)


def test_a_second_appeal_needs_new_facts():
    """What was before whoever decided is not decided twice."""
    docket = decided_once()
    first = piece(b"first")
    refuses(docket, again(), Fault.NO_NEW_FACTS)
    new = NewFact(kind=NewFactKind.EVIDENCE, what="新凭证", digests=(first.digest,))
    refuses(docket, again(new), Fault.NOT_NEW)  # it is not attached
    accepted = decide(docket, again(new, evidence=(first,)))
    docket = docket.with_step(accepted)
    for move, by in ((AppealMove.ACKNOWLEDGE, None), (AppealMove.TAKE, OTHER), (AppealMove.DECIDE, OTHER)):
        parts = {"result": rejected()} if move is AppealMove.DECIDE else {}
        proposed = step(move, by, LATER + DAY, appeal_id="A-2", **parts)
        docket = docket.with_step(decide(docket, proposed))
    third = replace(again(new, at=LATER + 2 * DAY, evidence=(first,)), appeal_id="A-3")
    refuses(docket, third, Fault.NOT_NEW)  # it was before whoever decided the second one
    assert replay("M-1", docket.steps) == docket


@pytest.mark.parametrize(("days", "is_new"), [(-1, False), (0, True), (1, True), (2, False)])
def test_what_has_happened_since_the_result_is_new(days, is_new):
    """On the day of the result or later, and not in days to come."""
    fact = NewFact(kind=NewFactKind.SOURCE_CHANGED, what="已修复", happened_on=china_day(LATER) + days * DAY)
    if is_new:
        assert decide(decided_once(), again(fact)).filing.new_facts == (fact,)
    else:
        refuses(decided_once(), again(fact), Fault.NOT_NEW)


def test_one_appeal_at_a_time_and_none_against_what_is_reversed():
    """After a withdrawal another one may be filed as it is."""
    docket = taken(step(AppealMove.FILE, MERCHANT))
    refuses(docket, again(), Fault.ALREADY_OPEN)
    refuses(docket, step(AppealMove.FILE, MERCHANT), Fault.KNOWN_APPEAL)
    docket = docket.with_step(decide(docket, step(AppealMove.WITHDRAW, MERCHANT, LATER)))
    assert decide(docket, again()).appeal_id == "A-2"
    refuses(decided_once(Outcome.GRANTED), again(), Fault.ALREADY_GRANTED)


def test_only_the_first_appeal_suspends():
    """Else whoever withdraws and appeals again would suspend a measure for ever."""
    docket = taken(step(AppealMove.FILE, MERCHANT, filing=filing(suspends=True)))
    assert docket.is_suspended(FILED)
    docket = docket.with_step(decide(docket, step(AppealMove.WITHDRAW, MERCHANT, LATER)))
    docket = docket.with_step(decide(docket, again(suspends=True)))
    assert docket.open_appeal.contested.suspends is False
    assert not docket.is_suspended(LATER + DAY)
    assert replay("M-1", docket.steps) == docket


def test_no_clock_is_over_when_an_appeal_is_filed():
    """The acknowledgement is due first, and it is counted from the instant of the filing."""
    over = replace(filing(), acknowledge_by=Due(on=NOTICED.date()))
    refuses(taken(), step(AppealMove.FILE, MERCHANT, filing=over), Fault.ILL_FORMED)


def test_nothing_is_done_after_the_end():
    """Decided is decided."""
    for move in set(AppealMove) - {AppealMove.FILE, AppealMove.ADD}:
        refuses(decided_once(), step(move, REVIEWER, LATER), Fault.CLOSED)


def test_an_appeal_is_added_to_with_something():
    """Words, or evidence that is not there already; and not without bound."""
    docket = taken(step(AppealMove.FILE, MERCHANT, evidence=(piece(),)))
    refuses(docket, step(AppealMove.ADD, MERCHANT), Fault.NOTHING_NEW)
    refuses(docket, step(AppealMove.ADD, MERCHANT, evidence=(piece(),)), Fault.NOTHING_NEW)
    assert decide(docket, step(AppealMove.ADD, MERCHANT, statement="另见附件。"))
    rest = tuple(piece(b"%d" % number) for number in range(MOST_PIECES - 1))
    assert decide(docket, step(AppealMove.ADD, "陈员工", evidence=rest))
    more = (*rest, piece(b"one more"))
    refuses(docket, step(AppealMove.ADD, MERCHANT, evidence=more), Fault.TOO_MUCH_EVIDENCE)


def test_steps_are_about_one_measure_in_order():
    """Another measure, an appeal that nobody filed, a clock that is behind."""
    docket = taken(step(AppealMove.FILE, MERCHANT))
    refuses(replace(docket, measure_id="M-2"), step(AppealMove.ACKNOWLEDGE, None), Fault.ILL_FORMED)
    refuses(docket, step(AppealMove.ACKNOWLEDGE, None, appeal_id="A-9"), Fault.UNKNOWN_APPEAL)
    refuses(docket, step(AppealMove.ACKNOWLEDGE, None, FILED - DAY), Fault.CLOCK_BEHIND)
    with pytest.raises(AssertionError, match="nobody filed"):
        Docket(measure_id="M-1").with_step(step(AppealMove.ACKNOWLEDGE, None))


def test_a_record_of_what_may_not_be_does_not_pass():
    """A reviewer who decided, and a step that was recorded otherwise than decided."""
    filed = step(AppealMove.FILE, MERCHANT, filing=filing(deciders=(DECIDER,)))
    forged = [filed, step(AppealMove.ACKNOWLEDGE, None), step(AppealMove.TAKE, DECIDER)]
    with pytest.raises(AppealRefused) as refused:
        replay("M-1", forged)
    assert refused.value.fault == Fault.DECIDER_REVIEWS
    with pytest.raises(AppealRefused, match="Step 1") as refused:
        replay("M-1", [replace(filed, filing=replace(filed.filing, earlier_deciders=(OTHER,)))])
    assert refused.value.fault == Fault.ILL_FORMED


def test_every_stage_is_led_to_by_one_move():
    """And the other moves leave the appeal where it is."""
    stages = [move.stage for move in AppealMove if move.stage is not None]
    assert sorted(stages) == sorted(AppealStage)
