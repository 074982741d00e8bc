"""What a policy puts before a named human: without effect until somebody decides for it (invariants I1 to I4, I8)."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chengxin import load_policy
from chengxin.errors import (
    AppealRefused,
    InvalidMeasure,
    SourceUnavailable,
    StoreError,
    TreatmentRefused,
    UnknownReason,
)
from chengxin.policy import Outcome, Text, compile_policy
from chengxin.procedure.appeal import Outcome as Granted
from chengxin.procedure.appeal import Result
from chengxin.procedure.imposition import Ending, Exemption, WaveLimits
from chengxin.procedure.review import ReviewClose, ReviewOutcome
from chengxin.procedure.statement import StatementStatus, contradictions
from chengxin.records import ChangeKind, Role, Severity, end_of_china_day
from chengxin.services.appeals import Appeals
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE, DAY

DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)
BY, WHY = "王敏", "已核实"


def human(policy, *codes):
    """Return a policy in which a human decides on some measures, on all that limit where none is named."""
    document = policy.document
    catalogue = {
        code: entry.model_copy(update={"human_decides": True})
        if (code in codes if codes else entry.direction.value == "RESTRICT")
        else entry
        for code, entry in document.catalogue.items()
    }
    return compile_policy(document.model_copy(update={"catalogue": catalogue}))


def serious(record_id="P1", **fields):
    """Return a serious penalty."""
    return a_penalty(record_id, severity=Severity.SERIOUS, **fields)


@pytest.fixture
def house(platform):
    """A platform on which a human decides whether listing is suspended."""
    platform.policy = human(platform.policy, "listing-suspended")
    return platform


def asked(platform, measure="listing-suspended"):
    """Return the one review of a measure that waits."""
    (one,) = [one for one in platform.treatments.reviews.open() if one.measure_code == measure]
    return one


def closed(platform, one):
    """Return a review as it is on record by now."""
    return next(r for r in platform.treatments.reviews.of(CODE) if r.review_id == one.review_id)


def decide(platform, one=None, *, is_imposed=True):
    """Have a named human decide on a review."""
    one = one or asked(platform)
    return platform.treatments.reviews.decide(one.review_id, is_imposed=is_imposed, by=BY, reason=WHY)


def the_measure(platform, measure="listing-suspended"):
    """Return the latest measure of a name."""
    return [one for one in platform.treatments.of(CODE) if one.measure.code == measure][-1]


def test_i8_a_review_is_opened_once_and_limits_nobody(house):
    """It is on record, and nothing of it is in force, however often the subject is looked at."""
    house.disclose(serious())
    done = house.treatments.reconcile(CODE)
    assert "listing-suspended" in done.asked
    assert "listing-suspended" not in house.phases()
    house.clock.advance(seconds=20 * 86_400)
    house.treatments.sweep()
    assert house.treatments.reconcile(CODE).is_nothing
    assert house.decide("listing.create").outcome is Outcome.ALLOWED
    one = asked(house)
    assert (one.code, one.role, one.record_ids) == (CODE, Role.MERCHANT, {"P1"})
    assert house.kinds().count("review.opened") == len(house.treatments.reviews.of(CODE))


def test_i8_a_decision_for_the_measure_names_who_decided(house):
    """Notice, statement, ledger and outbox, as of every measure; it bites when its notice is over."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    decided = decide(house)
    one = the_measure(house)
    assert decided.close == ReviewClose(
        outcome=ReviewOutcome.IMPOSED,
        at=house.clock.now(),
        by=BY,
        reason=WHY,
        imposition_id=one.imposition_id,
    )
    assert one.measure.decided_by == BY
    assert one.phase_at(house.clock.now()).value == "NOTICED"
    assert one.measure.ends_at <= max(ground.ends_at for ground in one.measure.grounds)
    statement = next(s for s in house.treatments.statements_of(CODE) if s.imposition_id == one.imposition_id)
    assert not contradictions(statement, one.measure)
    assert not statement.automated.decision
    entries = [e for e in house.entries() if e.stub.get("imposition_id") == one.imposition_id]
    assert [e.kind for e in entries] == ["notice.given", "statement.issued", "review.closed"]
    assert {e.actor for e in entries} == {BY}
    assert len({e.at for e in entries}) == 1
    assert [e.payload["kind"] for e in house.events()].count("measure-noticed") >= 1
    house.clock.advance(to=one.measure.starts_at)
    decision = house.decide("listing.create")
    assert (decision.outcome, decision.measures[0].decided_by) == (Outcome.REFUSED, BY)
    assert house.treatments.reconcile(CODE).asked == ()


def test_the_measure_is_the_one_that_the_rule_gives_by_itself(make_platform):
    """Whoever decides: title, effect, bases, grounds, start and end are the same."""
    automatic = make_platform()
    automatic.disclose(serious(), serious("P2"))
    automatic.treatments.reconcile(CODE)
    given = the_measure(automatic).measure
    automatic.policy = human(automatic.policy, "listing-suspended")
    automatic.treatments.reconcile(CODE)
    decide(automatic)
    made = the_measure(automatic).measure
    assert replace(made, decided_by=None, policy=given.policy) == given


def test_i4_a_decided_measure_ends_when_its_record_goes(house):
    """Repaired at the source: over at once, its statement withdrawn."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    decide(house)
    house.clock.advance(to=the_measure(house).measure.starts_at)
    house.treatments.sweep()
    assert house.decide("listing.create").outcome is Outcome.REFUSED
    house.disclose(change=ChangeKind.REPAIRED, about=serious())
    assert house.decide("listing.create").outcome is Outcome.ALLOWED
    assert the_measure(house).end.ending is Ending.REPAIRED
    assert {s.status for s in house.treatments.statements_of(CODE)} == {StatementStatus.WITHDRAWN}


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        (ChangeKind.REPAIRED, Ending.REPAIRED),
        (ChangeKind.SHIELDED, Ending.SHIELDED),
        (ChangeKind.WITHDRAWN, Ending.CORRECTED),
    ],
)
def test_i4_a_review_lapses_with_its_record(house, kind, ending):
    """Nobody has to decide on what is gone, and nobody can; on its return it is asked anew."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one = asked(house)
    house.disclose(change=kind, about=serious())
    assert not house.treatments.reviews.open()
    close = closed(house, one).close
    assert (close.outcome, close.ending) == (ReviewOutcome.LAPSED, ending)
    with pytest.raises(TreatmentRefused) as refused:
        decide(house, one)
    assert refused.value.fault == "not_proposed"
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    assert asked(house).review_id != one.review_id


def test_i1_a_review_is_gone_with_the_day_before_anybody_looks(house):
    """At 24:00 of the last day it is not listed, and nobody can decide for it; the next sweep closes it."""
    record = serious()
    house.disclose(record)
    house.treatments.reconcile(CODE)
    one = asked(house)
    end = end_of_china_day(record.period.end_on)
    house.clock.advance(to=end - timedelta(microseconds=1))
    assert one in house.treatments.reviews.open()
    house.clock.advance(to=end)
    assert not house.treatments.reviews.open()
    for is_imposed in (True, False):
        with pytest.raises(TreatmentRefused) as refused:
            decide(house, one, is_imposed=is_imposed)
        assert refused.value.fault == "not_proposed"
    house.treatments.sweep()
    assert {r.close.outcome for r in house.treatments.reviews.of(CODE)} == {ReviewOutcome.LAPSED}


def test_a_review_gives_way_to_what_the_policy_gives_by_itself(house):
    """Another policy asks nobody: the merchant is told, and nobody is asked any longer."""
    automatic = load_policy("marketplace")
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one, house.policy = asked(house), automatic
    done = house.treatments.reconcile(CODE)
    assert "listing-suspended" in done.lapsed
    assert "listing-suspended" in done.noticed
    assert closed(house, one).close.ending is Ending.SUPERSEDED


def test_a_review_lapses_with_the_policy_that_asks(house):
    """Another policy has nothing of it."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one, house.policy = asked(house), load_policy("observe")
    assert "listing-suspended" in house.treatments.reconcile(CODE).lapsed
    assert closed(house, one).close.ending is Ending.POLICY_CHANGED


def test_other_records_are_another_review(house):
    """What a reviewer has before them is what the source shows: the old one lapses, the new one is asked."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one = asked(house)
    house.disclose(serious(), serious("P2"), change=ChangeKind.ADDED, about=serious("P2"))
    house.treatments.reconcile(CODE)
    assert asked(house).record_ids == {"P1", "P2"}
    close = closed(house, one).close
    assert close.ending is Ending.SUPERSEDED


def test_a_refused_review_stays_closed_on_the_same_records(house):
    """A further record is another matter."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one = decide(house, is_imposed=False)
    assert (one.close.outcome, one.close.by) == (ReviewOutcome.REFUSED, BY)
    assert house.treatments.reconcile(CODE).asked == ()
    assert "listing-suspended" not in house.phases()
    with pytest.raises(TreatmentRefused) as refused:
        decide(house, one)
    assert refused.value.fault == "decided"
    house.disclose(serious(), serious("P2"), change=ChangeKind.ADDED, about=serious("P2"))
    house.treatments.reconcile(CODE)
    assert asked(house).record_ids == {"P1", "P2"}


def test_i2_nothing_is_decided_on_an_unknown(house):
    """The source cannot be asked: the review waits, nothing is imposed, and refusing waits for nothing."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one = asked(house)
    house.source.fail(DOWN)
    with pytest.raises(TreatmentRefused) as refused:
        decide(house, one)
    assert refused.value.fault == "source_unknown"
    assert "listing-suspended" not in house.phases()
    house.clock.advance(seconds=7_200)
    house.treatments.reconcile(CODE)
    assert one in house.treatments.reviews.open()
    decide(house, one, is_imposed=False)
    assert one.review_id not in {r.review_id for r in house.treatments.reviews.open()}


def test_a_decision_is_taken_on_what_the_source_shows_then(house):
    """The record went and nobody was told: what is asked for on a fresh answer is what counts."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one = asked(house)
    house.source.disclose(CODE)  # not heard of yet
    with pytest.raises(TreatmentRefused) as refused:
        decide(house, one)
    assert refused.value.fault == "not_proposed"
    assert "IN_FORCE" not in house.phases().values()
    assert not house.treatments.reviews.open()


def test_a_decision_replaces_the_one_before(house):
    """One more record, decided on again: the earlier measure goes on until the later one takes effect."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    decide(house)
    first = the_measure(house)
    house.clock.advance(to=first.measure.starts_at)
    house.treatments.sweep()
    house.disclose(serious(), serious("P2"), change=ChangeKind.ADDED, about=serious("P2"))
    house.treatments.reconcile(CODE)
    decide(house)
    mine = [one for one in house.treatments.of(CODE) if one.measure.code == "listing-suspended"]
    (earlier,) = [one for one in mine if one.imposition_id == first.imposition_id]
    (later,) = [one for one in mine if one.imposition_id != first.imposition_id]
    assert earlier.measure.ends_at == later.measure.starts_at
    assert house.decide("listing.create").outcome is Outcome.REFUSED
    house.clock.advance(to=later.measure.starts_at)
    assert [m.grounds for m in house.decide("listing.create").measures] == [later.measure.grounds]


def test_one_decision_is_no_mass_change(make_platform):
    """The guard holds waves; what a named human decides about one subject goes through."""
    platform = make_platform(waves=WaveLimits(share=0.001, number=1, least=0))
    platform.policy = human(platform.policy)
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    decide(platform)
    assert platform.phases() == {"listing-suspended": "NOTICED"}
    assert not platform.treatments.waves.waves()


def test_an_exemption_keeps_a_human_from_being_asked(house):
    """What was lifted by a named person is not put before another one meanwhile."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    decide(house)
    until = house.clock.now() + 30 * DAY
    house.treatments.override(the_measure(house).imposition_id, by="赵敏", reason="误伤", until=until)
    assert house.treatments.reconcile(CODE).asked == ()
    house.clock.advance(to=until)
    assert "listing-suspended" in house.treatments.reconcile(CODE).asked


def test_an_exemption_closes_what_is_open(house):
    """It lapses as overridden."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one, now = asked(house), house.clock.now()
    exemption = Exemption(
        exemption_id="e1",
        code=CODE,
        measure_code="listing-suspended",
        record_ids=frozenset(),
        by="赵敏",
        reason="误伤",
        since=now,
        until=now + DAY,
    )
    with house.store.transaction() as connection:
        act, _ = house.treatments.reviews._reconciler.begin(connection, CODE)
        act.exempt(exemption)
        act.close()
    house.treatments.reconcile(CODE)
    close = closed(house, one).close
    assert close.ending is Ending.OVERRIDDEN


def test_a_measure_that_would_be_over_before_its_notice_is_not_imposed(house):
    """There is nothing to impose, and the review stays for somebody to refuse."""
    house.disclose(serious(end_on=datetime(2026, 11, 24, tzinfo=UTC).date()))
    house.treatments.reconcile(CODE)
    with pytest.raises(TreatmentRefused) as refused:
        decide(house)
    assert refused.value.fault == "nothing_left"
    assert "listing-suspended" not in house.phases()


def test_i8_of_an_anchor_everything_adverse_is_a_review(platform):
    """Nothing is automatic; what is decided has a statement without a name."""
    platform.disclose(serious())
    done = platform.treatments.reconcile(CODE, role=Role.ANCHOR)
    assert not done.noticed
    assert "listing-suspended" in done.asked
    assert not platform.treatments.of(CODE)
    decide(platform)
    one = the_measure(platform)
    assert (one.role, one.measure.decided_by) == (Role.ANCHOR, BY)
    (statement,) = platform.treatments.statements_of(CODE)
    assert statement.is_about_person
    assert statement.subject.name is None


def test_a_refusal_in_one_role_is_none_in_another(platform):
    """What was decided of an anchor says nothing of the merchant."""
    platform.policy = human(platform.policy, "listing-suspended")
    platform.disclose(serious())
    platform.treatments.reconcile(CODE, role=Role.ANCHOR)
    decide(platform, is_imposed=False)
    assert "listing-suspended" in platform.treatments.reconcile(CODE).asked


@pytest.mark.parametrize(
    ("by", "reason", "fault"), [(" ", WHY, "no_name"), ("\u200b", WHY, "no_name"), (BY, " ", "no_reason")]
)
def test_a_decision_has_a_name_and_a_reason(house, by, reason, fault):
    """Nobody decides as nobody, or for nothing."""
    with pytest.raises(TreatmentRefused) as refused:
        house.treatments.reviews.decide("n00001", is_imposed=True, by=by, reason=reason)
    assert refused.value.fault == fault


def test_there_has_to_be_such_a_review(house):
    """A name that stands for none."""
    for is_imposed in (True, False):
        with pytest.raises(TreatmentRefused) as refused:
            house.treatments.reviews.decide("none", is_imposed=is_imposed, by=BY, reason=WHY)
        assert refused.value.fault == "unknown"


def test_a_close_says_who_decided_or_why_it_lapsed(clock):
    """One of the two, and a measure exactly where one came of it."""
    now = clock.now()
    for wrong in (
        {"outcome": ReviewOutcome.LAPSED},
        {"outcome": ReviewOutcome.REFUSED, "by": BY},
        {"outcome": ReviewOutcome.REFUSED, "by": " ", "reason": WHY},
        {"outcome": ReviewOutcome.REFUSED, "by": BY, "reason": WHY, "ending": Ending.CORRECTED},
        {"outcome": ReviewOutcome.IMPOSED, "by": BY, "reason": WHY},
    ):
        with pytest.raises(InvalidMeasure):
            ReviewClose(at=now, **wrong)


def test_a_review_rests_on_the_records_that_it_names(house):
    """Anything else cannot be put on record."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one = asked(house)
    for wrong in ({"grounds": ()}, {"review_id": ""}, {"grounds": one.grounds * 2}):
        with pytest.raises(InvalidMeasure):
            replace(one, **wrong)


def test_i7_of_two_who_decide_at_once_one_does(house):
    """One measure, one decision on record; the other is told that it was decided."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one, faults = asked(house), []

    def take():
        try:
            decide(house, one)
        except TreatmentRefused as refused:
            faults.append(refused.fault)

    deciders = [threading.Thread(target=take) for _ in range(4)]
    for decider in deciders:
        decider.start()
    for decider in deciders:
        decider.join()
    assert faults == ["decided"] * 3
    mine = [one for one in house.treatments.of(CODE) if one.measure.code == "listing-suspended"]
    assert len(mine) == 1
    closed_once = [e for e in house.entries() if e.stub.get("outcome") == "IMPOSED"]
    assert len(closed_once) == 1


def test_i6_a_decision_that_cannot_be_recorded_leaves_nothing(house, monkeypatch):
    """Measure, statement, review, ledger and outbox: together or not at all."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one, before = asked(house), (house.kinds(), [e.event_id for e in house.events()])

    def fail(*_):
        raise StoreError("the ledger is away")

    with monkeypatch.context() as patched:
        patched.setattr("chengxin.services.treatments.act.LedgerRows.append", fail)
        with pytest.raises(StoreError):
            decide(house, one)
    assert (house.kinds(), [e.event_id for e in house.events()]) == before
    assert "listing-suspended" not in house.phases()
    assert asked(house) == one
    decide(house, one)
    assert house.phases()["listing-suspended"] == "NOTICED"


def test_whoever_decided_does_not_review_the_appeal(house):
    """An appeal is for somebody who had no part in the measure."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    decide(house)
    appeals = Appeals(house.client, house.store, lambda _: house.policy)
    filed = appeals.file(the_measure(house).imposition_id, by="陈店主", statement="罚款已经缴清。")
    appeals.acknowledge(filed.appeal_id)
    with pytest.raises(AppealRefused):
        appeals.take(filed.appeal_id, by=BY)
    appeals.take(filed.appeal_id, by="王芳")
    granted = Result(outcome=Granted.GRANTED, reasons=Text(zh="已缴清。", en="Paid."))
    appeals.decide(filed.appeal_id, by="王芳", result=granted)
    assert the_measure(house).end.ending is Ending.APPEAL_GRANTED
    assert house.treatments.reconcile(CODE).asked == ()


def test_a_refusal_covers_what_is_asked_on_fewer_of_the_records(house):
    """Another rule asks for the same measure on one of them: nobody is asked that any longer."""
    house.policy = human(house.policy, "deposit-raised")
    records = [serious("P1"), a_penalty("P2"), a_penalty("P3")]
    house.disclose(*records)
    house.treatments.reconcile(CODE)
    open_now = [one for one in house.treatments.reviews.open() if one.measure_code == "deposit-raised"]
    (wide,) = [one for one in open_now if one.record_ids == {"P1", "P2", "P3"}]
    (narrow,) = [one for one in open_now if one.record_ids == {"P1"}]
    decide(house, wide, is_imposed=False)
    assert closed(house, narrow).close.ending is Ending.SUPERSEDED
    assert house.treatments.reconcile(CODE).asked == ()


@pytest.mark.parametrize("is_lost", [False, True], ids=["cache kept", "cache lost"])
def test_i1_nothing_is_decided_on_an_answer_that_is_older_than_what_was_told(house, is_lost):
    """The feed told of the repair, and the source goes on showing the record; the cache may have forgotten that."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    one = asked(house)
    with house.store.transaction() as connection:
        TreatmentRows(connection).put_told(CODE, "P1", 1, at=house.clock.now())
    if is_lost:
        house.client.forget(CODE)
    with pytest.raises(TreatmentRefused) as refused:
        decide(house, one)
    assert refused.value.fault == "source_unknown"
    assert "listing-suspended" not in house.phases()
