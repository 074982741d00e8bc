"""Measures with due process: noticed, in force, and gone the moment what they rest on is (invariants I2 to I6)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from chengxin.errors import SourceUnavailable, TreatmentRefused, UnknownReason
from chengxin.policy import NO_FACTS, Outcome
from chengxin.procedure.imposition import GONE, Ending, Hold
from chengxin.procedure.statement import StatementStatus, contradictions
from chengxin.records import Change, ChangeKind, Severity
from chengxin.records.change import TAKES_AWAY
from chengxin.store.sql.schema import IMPOSITION
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_listing, a_penalty
from chengxin.wire import encode_instant
from tests.sdk.services.treatments.conftest import CODE, CODES, DAY

DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)
LATER = date(2027, 5, 6)


def serious(record_id="P1", **fields):
    """Return a serious penalty."""
    return a_penalty(record_id, severity=Severity.SERIOUS, **fields)


def test_a_measure_takes_effect_after_its_notice(platform):
    """The lead time is counted in working days; until it is over nothing is refused."""
    platform.disclose(serious())
    done = platform.treatments.reconcile(CODE)
    assert {"listing-suspended", "promotion-suspended", "credit-reminder"} <= set(done.noticed)
    assert platform.phases()["credit-reminder"] == "IN_FORCE"
    assert platform.phases()["listing-suspended"] == "NOTICED"
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED
    (one,) = [o for o in platform.treatments.of(CODE) if o.measure.code == "listing-suspended"]
    # 2026-11-21 is a Saturday; three working days later it is Wednesday's end.
    assert one.measure.starts_at.isoformat() == "2026-11-25T16:00:00+00:00"
    platform.clock.advance(to=one.measure.starts_at - timedelta(microseconds=1))
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED
    platform.clock.advance(to=one.measure.starts_at)
    decision = platform.decide("listing.create")
    assert (decision.outcome, [m.code for m in decision.measures]) == (Outcome.REFUSED, ["listing-suspended"])


def test_i6_what_is_done_is_on_record_with_its_statement_and_events(platform):
    """One look, one transaction: rows, statements, ledger and outbox agree."""
    platform.disclose(a_penalty())
    done = platform.treatments.reconcile(CODE)
    assert not done.ended
    assert not done.changed
    impositions = platform.treatments.of(CODE)
    statements = {one.imposition_id: one for one in platform.treatments.statements_of(CODE)}
    assert len(impositions) == len(statements) == len(done.noticed)
    for one in impositions:
        assert not contradictions(statements[one.imposition_id], one.measure)
    kinds = platform.kinds()
    assert kinds.count("notice.given") == kinds.count("statement.issued") == len(impositions)
    assert kinds.count("measure.imposed") == sum(one.is_begun for one in impositions)
    notices = [event for event in platform.events() if event.topic == "notice"]
    assert [event.payload["imposition_id"] for event in notices] == [
        entry.stub["imposition_id"] for entry in platform.entries() if entry.kind == "notice.given"
    ]


def test_i7_looking_again_does_nothing_twice(platform):
    """Nothing is done that is done."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    before = platform.kinds(), [event.event_id for event in platform.events()]
    assert platform.treatments.reconcile(CODE).is_nothing
    assert platform.treatments.sweep().ended == 0
    assert (platform.kinds(), [event.event_id for event in platform.events()]) == before


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        (ChangeKind.REPAIRED, Ending.REPAIRED),
        (ChangeKind.SHIELDED, Ending.SHIELDED),
        (ChangeKind.WITHDRAWN, Ending.CORRECTED),
    ],
)
def test_i4_what_the_feed_takes_away_ends_everything_in_one_transaction(platform, kind, ending):
    """Guard open, statement withdrawn, publicity gone, lift queued: together, and at once."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    platform.treatments.sweep()
    assert platform.decide("listing.create").outcome is Outcome.REFUSED
    before = len(platform.entries())
    platform.disclose(change=kind, about=serious())
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED
    assert set(platform.phases().values()) == {"ENDED"}
    assert {one.end.ending for one in platform.treatments.of(CODE)} == {ending}
    assert {one.status for one in platform.treatments.statements_of(CODE)} == {StatementStatus.WITHDRAWN}
    entries = platform.entries()[before:]
    assert len({entry.at for entry in entries}) == 1
    lifted = {e.payload["imposition_id"] for e in platform.events() if e.payload["kind"] == "lifted"}
    assert lifted == {one.imposition_id for one in platform.treatments.of(CODE) if one.is_begun}


def test_i4_a_repair_that_is_told_lifts_though_the_source_cannot_be_asked(platform):
    """Lifting waits for nobody."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    platform.source.fail(DOWN)
    at = platform.clock.now()
    platform.treatments.on_change(
        Change(seq=9, at=at, code=CODE, record_id="P1", version=2, kind=ChangeKind.REPAIRED)
    )
    assert set(platform.phases().values()) == {"ENDED"}
    assert {one.end.ending for one in platform.treatments.of(CODE)} == {Ending.REPAIRED}


def test_i4_what_is_over_ends_though_something_new_waits_for_the_source(platform):
    """A proposal that cannot be asked about holds no lift back, and what ended stays so when the answer is stale."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    platform.treatments.sweep()
    platform.source.disclose(CODE, a_penalty("P2"))
    platform.client.forget(CODE)
    platform.client.check(CODE)
    platform.source.fail(DOWN)
    done = platform.treatments.reconcile(CODE)
    assert "listing-suspended" in done.ended
    assert done.held["inspection-raised"] is Hold.SOURCE
    assert platform.phases()["listing-suspended"] == "ENDED"
    platform.clock.advance(seconds=2 * 86_400)
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED


def test_i2_nothing_is_extended_without_asking_afresh(platform):
    """What is kept may be an hour old: the record that would let a measure last longer may be gone again."""
    ends = date(2027, 3, 1)
    platform.disclose(serious(end_on=ends))
    platform.treatments.reconcile(CODE)
    before = {one.imposition_id: one.measure.ends_at for one in platform.treatments.of(CODE)}
    platform.source.disclose(CODE, serious(end_on=ends), serious("P2", end_on=date(2028, 3, 1)))
    platform.client.forget(CODE)
    platform.client.check(CODE)
    platform.source.disclose(CODE, serious(end_on=ends))
    assert platform.treatments.reconcile(CODE).is_nothing
    assert {one.imposition_id: one.measure.ends_at for one in platform.treatments.of(CODE)} == before


def test_i4_what_is_eased_waits_for_no_fresh_answer_either(platform):
    """An earlier end holds at once, though a new measure on another record has to wait for the source."""
    sooner = date(2027, 1, 31)
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    platform.source.disclose(CODE, a_penalty(end_on=sooner), a_listing("L1", end_on=sooner))
    platform.client.forget(CODE)
    platform.client.check(CODE)
    platform.source.fail(DOWN)
    done = platform.treatments.reconcile(CODE)
    assert done.held
    assert "credit-reminder" in done.changed
    (one,) = [o for o in platform.treatments.of(CODE) if o.measure.code == "credit-reminder"]
    assert one.measure.ends_at.isoformat() == "2027-01-31T16:00:00+00:00"


def test_i4_a_measure_whose_records_are_gone_does_not_bite_on_others(platform):
    """Of these the merchant was not told yet."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    platform.treatments.sweep()
    assert platform.decide("listing.create").outcome is Outcome.REFUSED
    platform.source.disclose(CODE, serious("P2"))
    platform.client.forget(CODE)
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED
    platform.source.disclose(CODE, serious(), serious("P2"))
    platform.client.forget(CODE)
    assert platform.decide("listing.create").outcome is Outcome.REFUSED


def test_i9_a_row_that_cannot_be_read_does_not_reach_the_host(platform, caplog):
    """What was read last goes on; the log says what kind of failure it was, and nothing of the row."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    assert platform.decide("listing.create").outcome is Outcome.REFUSED
    with platform.store.transaction() as connection:
        connection.execute(update(IMPOSITION).values(body={"of": "a later version"}))
    assert platform.decide("listing.create").outcome is Outcome.REFUSED
    assert "ValidationError" in caplog.text
    assert "a later version" not in caplog.text


def test_i4_a_repair_that_is_told_lifts_though_the_facts_of_the_host_fail(make_platform):
    """And the changes of others, which come after it in the feed, take effect."""
    unknown = set()

    def facts(code):
        if code in unknown:
            raise ValueError(code)
        return NO_FACTS

    platform = make_platform(facts=facts)
    for code in CODES[:2]:
        platform.disclose(a_penalty(f"P-{code}"), code=code)
        platform.treatments.reconcile(code)
    unknown.add(CODES[0])
    for code in CODES[:2]:
        platform.source.disclose(code, change=ChangeKind.REPAIRED, about=a_penalty(f"P-{code}"))
    platform.hear()
    for code in CODES[:2]:
        assert set(platform.phases(code).values()) == {"ENDED"}
        assert {one.end.ending for one in platform.treatments.of(code)} == {Ending.REPAIRED}


def test_i4_what_waited_for_another_transaction_is_not_older_than_it(platform, monkeypatch):
    """A statement that was amended meanwhile can still be withdrawn: the instant is taken when the wait is over."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    lock = TreatmentRows.lock

    def wait(rows, code):
        lock(rows, code)
        platform.clock.advance(seconds=1)

    monkeypatch.setattr(TreatmentRows, "lock", wait)
    platform.treatments.sweep(is_looking=False)
    (one,) = [o for o in platform.treatments.of(CODE) if o.measure.code == "listing-suspended"]
    assert platform.entries()[-1].at == platform.clock.now()
    platform.treatments.override(
        one.imposition_id, by="王敏", reason="核实", until=platform.clock.now() + DAY
    )
    assert platform.entries()[-1].at == platform.clock.now()
    platform.disclose(change=ChangeKind.REPAIRED, about=serious())
    assert platform.entries()[-1].at >= platform.clock.now() - timedelta(seconds=1)


def test_i6_the_ledger_says_until_when_a_measure_is_stayed(platform):
    """It applies again by itself, which nobody puts on record then."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    one = next(o for o in platform.treatments.of(CODE) if o.measure.code == "credit-reminder")
    until = platform.clock.now() + DAY
    platform.treatments.snooze(one.imposition_id, by="王敏", reason="核实", until=until)
    entry = platform.entries()[-1]
    assert (entry.kind, entry.stub["stay"]) == ("measure.suspended", "SNOOZE")
    assert entry.stub["suspended_until"] == encode_instant(until)


def test_i1_an_answer_that_still_shows_what_was_told_to_be_gone_limits_nobody(platform):
    """The feed may be ahead of the interface; a version that came after what was told counts."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    platform.treatments.sweep()
    told = Change(
        seq=9, at=platform.clock.now(), code=CODE, record_id="P1", version=2, kind=ChangeKind.REPAIRED
    )
    platform.treatments.on_change(told)
    assert set(platform.phases().values()) == {"ENDED"}
    assert {one.end.ending for one in platform.treatments.of(CODE)} == {Ending.REPAIRED}
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED
    platform.disclose(replace(serious(), version=3))
    assert "NOTICED" in platform.phases().values()
    before = platform.kinds()
    platform.treatments.on_change(told)
    assert platform.kinds() == before


def test_i4_what_nothing_is_left_of_ends_before_a_slow_source_is_asked(platform, monkeypatch):
    """A source that takes its whole deadline to answer is no reason to limit somebody meanwhile."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    asked, ask = [], platform.client.check_afresh

    def ask_slowly(code):
        asked.append(set(platform.phases().values()))
        return ask(code)

    monkeypatch.setattr(platform.client, "check_afresh", ask_slowly)
    told = {"P1": ChangeKind.REPAIRED}
    platform.source.disclose(CODE)
    done = platform.treatments.reconcile(CODE, told=told, told_version=2)
    assert asked == [{"ENDED"}]
    assert "listing-suspended" in done.ended


def test_i1_what_has_ended_limits_nobody_before_anybody_sweeps(platform):
    """At 24:00 of the last day the guard is open, and the sweep writes down when it was over."""
    platform.disclose(serious(end_on=date(2026, 12, 31)))
    platform.treatments.reconcile(CODE)
    end = next(
        o.measure.ends_at for o in platform.treatments.of(CODE) if o.measure.code == "listing-suspended"
    )
    platform.clock.advance(to=end - timedelta(microseconds=1))
    assert platform.decide("listing.create").outcome is Outcome.REFUSED
    platform.clock.advance(to=end)
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED
    platform.clock.advance(seconds=5_000)
    swept = platform.treatments.sweep()
    assert swept.ended == len(platform.treatments.of(CODE))
    assert {one.end.at for one in platform.treatments.of(CODE)} == {end}
    assert {one.end.ending for one in platform.treatments.of(CODE)} == {Ending.GROUND_ENDED}


def test_i2_a_source_that_cannot_be_asked_holds_the_proposal(platform):
    """Nothing is imposed, it is visible, and it is decided as soon as the source answers."""
    platform.disclose(a_penalty())
    platform.client.check(CODE)
    platform.source.fail(DOWN)
    done = platform.treatments.reconcile(CODE)
    assert not done.noticed
    assert set(done.held.values()) == {Hold.SOURCE}
    assert set(platform.phases().values()) == {"HELD"}
    assert set(platform.kinds()) == {"measure.held"}
    assert not platform.events()
    assert not platform.treatments.statements_of(CODE)
    platform.clock.advance(seconds=61)
    assert platform.treatments.sweep().looked_at == 1
    assert platform.kinds().count("measure.held") == len(done.held)
    platform.source.recover()
    platform.clock.advance(seconds=61)
    platform.treatments.sweep()
    assert set(platform.phases().values()) <= {"NOTICED", "IN_FORCE"}
    assert set(platform.phases()) == set(done.held)


def test_i2_a_held_proposal_lapses_where_the_source_no_longer_shows_its_ground(platform):
    """What was repaired meanwhile was never imposed."""
    platform.disclose(a_penalty())
    platform.client.check(CODE)
    platform.source.fail(DOWN)
    platform.treatments.reconcile(CODE)
    platform.source.recover()
    platform.source.disclose(CODE)
    platform.hear()
    assert {one.end.ending for one in platform.treatments.of(CODE)} == {Ending.LAPSED}
    assert not [event for event in platform.events() if event.payload["kind"] == "measure-noticed"]


def test_i2_an_unknown_keeps_what_is_in_force_and_adds_nothing(platform):
    """Measures in force hold to their own end."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    platform.source.fail(DOWN)
    assert platform.treatments.reconcile(CODE).is_nothing
    assert platform.decide("listing.create").outcome is Outcome.REFUSED


def test_a_ground_that_is_corrected_amends_the_measure_and_its_statement(platform):
    """A shorter disclosure is a shorter measure, and the merchant reads so."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    platform.disclose(a_penalty(end_on=date(2026, 12, 31)))
    impositions = platform.treatments.of(CODE)
    assert {one.measure.ends_at.isoformat() for one in impositions} == {"2026-12-31T16:00:00+00:00"}
    statements = {one.imposition_id: one for one in platform.treatments.statements_of(CODE)}
    for one in impositions:
        assert statements[one.imposition_id].status is StatementStatus.AMENDED
        assert not contradictions(statements[one.imposition_id], one.measure)


def test_a_second_record_makes_it_graver_and_its_repair_milder_again(platform):
    """What is stricter is noticed first; what is milder is at once."""
    platform.disclose(a_penalty("P1"))
    platform.treatments.reconcile(CODE)
    platform.disclose(a_penalty("P1"), a_listing("L1"))
    assert "store-decision" not in platform.phases()
    assert platform.phases()["livestream-suspended"] == "NOTICED"
    platform.disclose(a_penalty("P1"))
    assert platform.phases()["livestream-suspended"] == "ENDED"
    assert platform.phases()["promotion-suspended"] == "NOTICED"


def test_a_person_s_override_lifts_and_keeps_it_lifted(platform):
    """Until the day that was named; then it may be imposed again."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    one = next(o for o in platform.treatments.of(CODE) if o.measure.code == "credit-reminder")
    until = platform.clock.now() + 30 * DAY
    platform.treatments.override(one.imposition_id, by="王敏", reason="核实有误", until=until)
    assert platform.phases()["credit-reminder"] == "ENDED"
    assert "credit-reminder" not in platform.treatments.reconcile(CODE).noticed
    platform.clock.advance(to=until)
    assert "credit-reminder" in platform.treatments.reconcile(CODE).noticed
    entries = [e for e in platform.entries() if e.actor == "王敏"]
    assert [e.kind.value for e in entries] == ["measure.ended", "override.set"]
    with pytest.raises(TreatmentRefused):
        platform.treatments.override(one.imposition_id, by="王敏", reason="核实有误", until=until + DAY)


def test_a_snooze_stays_a_measure_until_its_day(platform):
    """It applies again by itself."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    one = next(o for o in platform.treatments.of(CODE) if o.measure.code == "listing-suspended")
    until = platform.clock.now() + 2 * DAY
    platform.treatments.snooze(one.imposition_id, by="王敏", reason="正在核实", until=until)
    assert platform.decide("listing.create").outcome is Outcome.ALLOWED
    platform.clock.advance(to=until)
    assert platform.decide("listing.create").outcome is Outcome.REFUSED
    platform.treatments.snooze(one.imposition_id, by="王敏", reason="再核实", until=until + DAY)
    platform.treatments.resume(one.imposition_id, by="王敏", reason="核实完毕")
    assert platform.decide("listing.create").outcome is Outcome.REFUSED


@pytest.mark.parametrize(("by", "reason"), [(" ", "因"), ("\u200b", "因"), ("王敏", " ")])
def test_decisions_of_people_need_a_name_and_a_reason(platform, by, reason):
    """Nobody decides about a measure unseen."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    one = platform.treatments.of(CODE)[0]
    for decide in (platform.treatments.override, platform.treatments.snooze):
        with pytest.raises(TreatmentRefused):
            decide(one.imposition_id, by=by, reason=reason, until=platform.clock.now() + DAY)
    with pytest.raises(TreatmentRefused):
        platform.treatments.resume(one.imposition_id, by=by, reason=reason)
    with pytest.raises(TreatmentRefused) as refused:
        platform.treatments.override("nobody", by="王敏", reason="因", until=platform.clock.now() + DAY)
    assert refused.value.fault == "unknown"


def test_what_is_stated_anew_after_an_erasure_is_what_is_withdrawn(platform):
    """One of two grounds is over: what was said is erased, another statement stands, and it goes with the measure."""
    platform.disclose(serious("P1", end_on=date(2026, 11, 30)), serious("P2"))
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=10 * 86_400)
    platform.treatments.sweep()
    one = next(o for o in platform.treatments.of(CODE) if o.measure.code == "credit-reminder")
    assert one.record_ids == {"P2"}
    until = platform.clock.now() + DAY
    platform.treatments.override(one.imposition_id, by="王敏", reason="核实有误", until=until)
    stated = [s for s in platform.treatments.statements_of(CODE) if s.imposition_id == one.imposition_id]
    assert [statement.status for statement in stated] == [StatementStatus.WITHDRAWN]


def told_repaired(platform, version=1):
    """Tell the platform of a repair, whatever the source answers meanwhile."""
    at = platform.clock.now()
    platform.client.forget(CODE)
    platform.treatments.on_change(
        Change(seq=9, at=at, code=CODE, record_id="P1", version=version, kind=ChangeKind.REPAIRED)
    )


def test_i1_an_answer_that_is_older_than_a_repair_imposes_nothing_later_either(platform):
    """What was told to be gone stays gone, though the source shows it for a while; a later version counts."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    told_repaired(platform)
    assert set(platform.phases().values()) == {"ENDED"}
    platform.clock.advance(seconds=120)
    platform.treatments.sweep()
    assert platform.treatments.reconcile(CODE).is_nothing
    assert set(platform.phases().values()) == {"ENDED"}
    platform.disclose(replace(a_penalty(), version=2))
    assert "credit-reminder" in {c for c, phase in platform.phases().items() if phase == "IN_FORCE"}


def test_i4_a_repair_that_is_told_between_the_answer_and_the_imposition_is_not_overlooked(
    platform, monkeypatch
):
    """The answer was fresh when it came; what was told meanwhile counts."""
    platform.disclose(a_penalty())
    platform.treatments.enrol([CODE])
    ask = platform.client.check_afresh

    def ask_and_hear(code):
        status = ask(code)
        monkeypatch.setattr(platform.client, "check_afresh", ask)
        told_repaired(platform)
        return status

    monkeypatch.setattr(platform.client, "check_afresh", ask_and_hear)
    platform.treatments.reconcile(CODE)
    assert not {"NOTICED", "IN_FORCE"} & set(platform.phases().values())


def test_i1_a_change_of_a_kind_that_is_not_known_gives_nothing_back(platform):
    """What was told to be gone stays so, until it is known to be disclosed again."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    told_repaired(platform)
    platform.treatments.on_change(
        Change(
            seq=10,
            at=platform.clock.now(),
            code=CODE,
            record_id="P1",
            version=1,
            kind=ChangeKind.OTHER,
        )
    )
    assert platform.treatments.reconcile(CODE).is_nothing
    assert set(platform.phases().values()) == {"ENDED"}


def test_every_change_that_takes_a_record_away_ends_what_rests_on_it():
    """What is gone for whoever looks a subject up is gone for its measures."""
    assert set(GONE) == TAKES_AWAY


def test_a_record_that_the_source_gives_back_counts_again(platform):
    """A shield that is lifted is told, too."""
    platform.disclose(a_penalty())
    platform.treatments.reconcile(CODE)
    platform.disclose(change=ChangeKind.SHIELDED, about=a_penalty())
    assert set(platform.phases().values()) == {"ENDED"}
    platform.disclose(a_penalty(), change=ChangeKind.RESTORED)
    assert "IN_FORCE" in platform.phases().values()
