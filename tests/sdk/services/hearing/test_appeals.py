"""Appeals walked through as merchant and as reviewer, to each of their ends (acceptance 8 of due process)."""

import threading
from datetime import timedelta

import pytest

from chengxin.errors import (
    AppealRefused,
    ConfigurationError,
    SourceUnavailable,
    TreatmentRefused,
    UnknownReason,
)
from chengxin.notifier import decode_notice
from chengxin.policy import Text
from chengxin.procedure.appeal import AppealStage, NewFact, NewFactKind, content_digest
from chengxin.procedure.imposition import Ending, Stay, WaveLimits
from chengxin.procedure.statement import StatementStatus, contradictions
from chengxin.records import ChangeKind
from chengxin.services.appeals import AppealOptions, Attachment
from chengxin.services.treatments import act as acting
from chengxin.store.sql.statements import StatementRows
from chengxin.store.sql.treatments import TreatmentRows
from tests.sdk.services.hearing.conftest import (
    DUE,
    FILED,
    MERCHANT,
    OTHER,
    RECEIPT,
    REVIEWER,
    TICK,
    granted,
    partly,
    rejected,
    serious,
)
from tests.sdk.services.treatments.conftest import CODE, CODES, DAY

DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)


def is_published(house, one):
    """Tell whether the statement of a measure is public."""
    with house.store.reading() as connection:
        return StatementRows(connection).is_published(one.imposition_id)


def statement_of(house, one):
    """Return the latest statement of a measure."""
    with house.store.reading() as connection:
        return StatementRows(connection).latest_of(one.imposition_id)


def exemptions(house):
    """Return the exemptions of the merchant."""
    with house.store.reading() as connection:
        return TreatmentRows(connection).exemptions_of(CODE, house.clock.now())


def refused(fault):
    """Return what expects a refusal for a reason."""
    return pytest.raises(AppealRefused, check=lambda error: error.fault == fault)


def test_an_appeal_that_is_granted_from_filing_to_result(house):
    """Merchant and reviewer in turn; clocks run over National Day and its worked Saturday, and nothing pauses them."""
    one = house.limited()
    assert not house.is_open()
    assert is_published(house, one)
    appeal = house.appeals.file(
        one.imposition_id, by=MERCHANT, statement="罚款已经缴清。", attachments=[RECEIPT], wants_human=True
    )
    assert house.is_open()
    assert house.one().suspension.stay is Stay.APPEAL
    assert appeal.acknowledgement.due.on.isoformat() == "2026-09-30"
    assert appeal.decision.due.at == DUE
    house.appeals.acknowledge(appeal.appeal_id)
    assert [each.appeal_id for each in house.appeals.waiting()] == [appeal.appeal_id]
    house.appeals.take(appeal.appeal_id, by=REVIEWER)
    house.appeals.ask(
        appeal.appeal_id, by=REVIEWER, asks=Text(zh="请补充凭证。", en="Please add the receipt.")
    )
    house.clock.advance(seconds=8 * 86_400)
    house.appeals.add_evidence(appeal.appeal_id, by=MERCHANT, statement="见附件。")
    house.clock.advance(to=DUE - TICK)
    assert house.appeals.overdue() == []
    decided = house.appeals.decide(appeal.appeal_id, by=REVIEWER, result=granted())
    assert (decided.stage, decided.is_overdue(house.clock.now())) == (AppealStage.DECIDED, False)
    assert house.phases()["listing-suspended"] == "ENDED"
    house.clock.advance(to=DUE + DAY)
    assert house.appeals.overdue() == house.appeals.waiting() == []
    assert [each.appeal_id for each in house.appeals.about(CODE)] == [appeal.appeal_id]
    assert [kind for kind in house.kinds() if kind.startswith("appeal.")] == [
        "appeal.filed",
        "appeal.acknowledged",
        "appeal.assigned",
        "appeal.asked",
        "appeal.answered",
        "appeal.decided",
    ]
    told = [decode_notice(event.payload) for event in house.events() if "imposition_id" not in event.payload]
    assert [notice.kind for notice in told] == [kind for kind in house.kinds() if kind.startswith("appeal.")]
    assert "2026年10月14日" in told[0].text.zh
    assert "申诉成立" in told[-1].text.zh
    assert {notice.recipient for notice in told} == {CODE}


def test_an_appeal_that_is_rejected_late_is_overdue_and_stays_so(house):
    """The measure goes on to its own end; that nobody was in time is a fact."""
    one = house.limited()
    appeal_id = house.reviewed()
    house.clock.advance(to=DUE)
    assert [each.appeal_id for each in house.appeals.overdue()] == [appeal_id]
    assert house.appeals.overdue(DUE - TICK) == []
    assert house.is_open()
    decided = house.appeals.decide(appeal_id, by=REVIEWER, result=rejected())
    assert decided.is_overdue(house.clock.now())
    assert house.appeals.overdue() == []
    assert not house.is_open()
    assert house.one().measure == one.measure
    assert exemptions(house) == []
    assert house.kinds()[-2:] == ["appeal.decided", "measure.resumed"]


def test_i4_granting_reverses_everything_in_one_transaction(house):
    """Measure, statement, publicity, lift, exemption: at one instant, and with the result."""
    one = house.limited()
    appeal_id = house.reviewed()
    house.clock.advance(seconds=3600)
    before = len(house.entries())
    house.appeals.decide(appeal_id, by=REVIEWER, result=granted())
    entries = house.entries()[before:]
    assert [entry.kind.value for entry in entries] == [
        "appeal.decided",
        "measure.ended",
        "statement.withdrawn",
        "override.set",
    ]
    assert {entry.at for entry in entries} == {house.clock.now()}
    assert {entry.actor for entry in entries[:2]} == {REVIEWER}
    assert house.one().end.ending is Ending.APPEAL_GRANTED
    assert statement_of(house, one).status is StatementStatus.WITHDRAWN
    assert not is_published(house, one)
    lifted = [e.payload["imposition_id"] for e in house.events() if e.payload["kind"] == "lifted"]
    assert lifted == [one.imposition_id]
    (exemption,) = exemptions(house)
    assert exemption.record_ids == {"P1"}
    assert exemption.until == max(ground.ends_at for ground in one.measure.grounds)


@pytest.mark.parametrize("place", ["OutboxRows", "LedgerRows"])
def test_i7_a_crash_in_the_middle_leaves_nothing(house, monkeypatch, place):
    """Neither the result nor any of its effects; then it is decided after all."""
    one = house.limited()
    appeal_id = house.reviewed()
    before = house.kinds(), [event.event_id for event in house.events()], house.one()

    def fail(*_):
        raise RuntimeError("killed here")

    rows = getattr(acting, place)
    with monkeypatch.context() as patch:
        patch.setattr(rows, "put" if place == "OutboxRows" else "append", fail)
        with pytest.raises(RuntimeError, match="killed here"):
            house.appeals.decide(appeal_id, by=REVIEWER, result=granted())
    assert (house.kinds(), [event.event_id for event in house.events()], house.one()) == before
    assert house.appeals.find(appeal_id).stage is AppealStage.IN_REVIEW
    assert statement_of(house, one).status is not StatementStatus.WITHDRAWN
    assert exemptions(house) == []
    house.appeals.decide(appeal_id, by=REVIEWER, result=granted())
    assert house.phases()["listing-suspended"] == "ENDED"


def test_what_was_granted_is_not_imposed_again_on_the_same_grounds(house):
    """However often somebody looks; on a new record it is."""
    house.limited()
    house.appeals.decide(house.reviewed(), by=REVIEWER, result=granted())
    assert house.treatments.reconcile(CODE).is_nothing
    house.clock.advance(seconds=3600)
    house.treatments.sweep()
    assert house.phases()["listing-suspended"] == "ENDED"
    house.disclose(serious(), serious("P2"))
    assert house.phases()["listing-suspended"] == "NOTICED"
    assert house.one().record_ids == {"P1", "P2"}


def test_who_decided_the_measure_does_not_review_it(make_house):
    """Nor who let the mass change through that it was part of."""
    house = make_house(waves=WaveLimits(share=0.01, least=0))
    house.treatments.enrol(CODES)
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    (wave,) = house.treatments.waves.waves()
    with refused("not_noticed"):
        house.file()
    house.treatments.waves.decide(wave.wave_id, is_approved=True, by="李 明", reason="已抽查")
    house.clock.advance(to=FILED)
    house.treatments.sweep()
    appeal_id = house.file()
    house.appeals.acknowledge(appeal_id)
    with refused("decider_reviews"):
        house.appeals.take(appeal_id, by="李明")
    with refused("appellant_reviews"):
        house.appeals.take(appeal_id, by=MERCHANT)
    house.appeals.take(appeal_id, by=REVIEWER)
    with refused("not_reviewer"):
        house.appeals.decide(appeal_id, by=OTHER, result=granted())
    house.appeals.take(appeal_id, by=OTHER, reason="休假")
    house.appeals.request_human(appeal_id, by=MERCHANT)
    house.appeals.decide(appeal_id, by=OTHER, result=granted())
    assert house.phases()["listing-suspended"] == "ENDED"


def test_a_suspended_measure_that_has_not_begun_is_not_due(house):
    """It begins when the appeal is rejected, and the sweep is not kept busy by it meanwhile."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    assert house.phases()["listing-suspended"] == "NOTICED"
    appeal_id = house.reviewed()
    house.clock.advance(to=FILED)
    house.treatments.sweep()
    with house.store.reading() as connection:
        assert TreatmentRows(connection).due(house.clock.now(), limit=10) == []
    assert not house.one().is_begun
    assert house.is_open()
    house.appeals.decide(appeal_id, by=REVIEWER, result=rejected())
    assert not house.is_open()
    house.treatments.sweep()
    assert house.one().is_begun


def test_granted_in_part_it_ends_earlier_and_is_not_prolonged(house):
    """The statement says so; on a new record it goes on."""
    one = house.limited()
    earlier = FILED + 30 * DAY
    house.appeals.decide(house.reviewed(), by=REVIEWER, result=partly(ends_at=earlier))
    assert house.one().measure.ends_at == earlier
    assert not contradictions(statement_of(house, one), house.one().measure)
    assert statement_of(house, one).status is StatementStatus.AMENDED
    assert [e.payload["kind"] for e in house.events() if e.topic == "constraint"][-1] == "updated"
    assert not house.is_open()
    assert house.treatments.reconcile(CODE).is_nothing
    house.clock.advance(to=earlier - TICK)
    assert not house.is_open()
    house.clock.advance(to=earlier)
    assert house.is_open()
    house.treatments.sweep()
    house.treatments.reconcile(CODE)
    assert house.phases()["listing-suspended"] == "ENDED"
    assert len([o for o in house.treatments.of(CODE) if o.measure.code == "listing-suspended"]) == 1
    house.disclose(serious(), serious("P2"))
    assert house.phases()["listing-suspended"] == "NOTICED"


def test_what_would_end_before_it_takes_effect_is_granted_instead(house):
    """An earlier end leaves something, or it is refused."""
    house.disclose(serious())
    house.treatments.reconcile(CODE)
    appeal_id = house.reviewed("deposit-raised")
    starts_at = house.one("deposit-raised").measure.starts_at
    for result in (partly(ends_at=starts_at), partly(replaced_by="listing-paused-7", ends_at=starts_at)):
        with refused("not_milder"):
            house.appeals.decide(appeal_id, by=REVIEWER, result=result)
    house.appeals.decide(appeal_id, by=REVIEWER, result=partly(ends_at=starts_at + TICK))
    assert house.one("deposit-raised").measure.ends_at == starts_at + TICK


def test_granted_in_part_it_is_prolonged_by_a_new_record_alone(house):
    """A new record is a new ground, and what was decided was not about it."""
    house.limited()
    earlier = FILED + 30 * DAY
    house.appeals.decide(house.reviewed(), by=REVIEWER, result=partly(ends_at=earlier))
    house.disclose(serious(), serious("P2"))
    assert house.one().measure.ends_at > earlier
    assert house.one().record_ids == {"P1", "P2"}


def test_granted_in_part_a_milder_measure_takes_its_place(house):
    """On the same grounds, decided by the reviewer; the statement of the first is withdrawn, another is given."""
    one = house.limited()
    house.appeals.decide(house.reviewed(), by=REVIEWER, result=partly(replaced_by="listing-paused-30"))
    assert house.phases()["listing-suspended"] == "ENDED"
    milder = house.one("listing-paused-30")
    assert (milder.measure.decided_by, milder.record_ids) == (REVIEWER, one.record_ids)
    assert milder.measure.ends_at == FILED + 30 * DAY
    assert not contradictions(statement_of(house, milder), milder.measure)
    assert statement_of(house, one).status is StatementStatus.WITHDRAWN
    assert not house.is_open()
    assert house.treatments.reconcile(CODE).is_nothing
    appeal_id = house.file("listing-paused-30")
    house.appeals.acknowledge(appeal_id)
    with refused("decider_reviews"):
        house.appeals.take(appeal_id, by=REVIEWER)
    house.disclose(change=ChangeKind.REPAIRED, about=serious())
    assert set(house.phases().values()) == {"ENDED"}


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ("listing-suspended", "no-such-measure"),
        ("listing-suspended", "deposit-relief"),
        ("inspection-intensified", "inspection-intensified"),
        ("inspection-prolonged", "inspection-intensified"),
    ],
)
def test_what_is_no_milder_takes_no_place(house, measure, code):
    """What can be seen without judgement: not there, a relief, the same, or a stricter value."""
    house.limited()
    appeal_id = house.reviewed(measure)
    before = house.kinds()
    with refused("not_milder"):
        house.appeals.decide(appeal_id, by=REVIEWER, result=partly(replaced_by=code))
    assert house.kinds() == before


def test_a_milder_measure_that_applies_already_is_not_imposed_twice(house):
    """The other one just ends."""
    house.limited()
    house.appeals.decide(house.reviewed(), by=REVIEWER, result=partly(replaced_by="promotion-suspended"))
    assert house.phases()["listing-suspended"] == "ENDED"
    assert [o.measure.code for o in house.treatments.of(CODE)].count("promotion-suspended") == 1


def test_i2_a_milder_measure_is_imposed_on_a_fresh_answer_alone(house):
    """Where the source cannot be asked it waits; granting, and an earlier end, do not."""
    house.limited()
    appeal_id = house.reviewed()
    house.source.fail(DOWN)
    with refused("source_unknown"):
        house.appeals.decide(appeal_id, by=REVIEWER, result=partly(replaced_by="listing-paused-30"))
    assert house.appeals.find(appeal_id).is_open
    house.appeals.decide(appeal_id, by=REVIEWER, result=partly(ends_at=FILED + DAY))
    assert house.one().measure.ends_at == FILED + DAY


def test_i1_a_milder_measure_rests_on_no_answer_that_is_older_than_what_the_feed_told(house):
    """The source may lag behind its own feed, and the tier may have lost that it was told."""
    house.limited()
    appeal_id = house.reviewed()
    (ground,) = house.one().measure.grounds
    with house.store.transaction() as connection:
        rows = TreatmentRows(connection)
        rows.put_told(CODE, ground.record_id, ground.version, at=house.clock.now())
    with refused("source_unknown"):
        house.appeals.decide(appeal_id, by=REVIEWER, result=partly(replaced_by="listing-paused-30"))
    assert house.appeals.find(appeal_id).is_open


def test_i3_a_milder_measure_needs_its_grounds_as_they_were(house):
    """What the source no longer shows bears nothing."""
    house.limited()
    appeal_id = house.reviewed()
    house.source.disclose(CODE, change=ChangeKind.REPAIRED, about=serious())
    with refused("ground_changed"):
        house.appeals.decide(appeal_id, by=REVIEWER, result=partly(replaced_by="listing-paused-30"))


@pytest.mark.parametrize(
    "result", [granted(), rejected(), partly(ends_at=DUE + DAY), partly(replaced_by="listing-paused-30")]
)
def test_a_measure_that_ends_meanwhile_is_still_decided_on(house, result):
    """What ended stays so, whatever comes of the appeal."""
    house.limited()
    appeal_id = house.reviewed()
    house.disclose(change=ChangeKind.REPAIRED, about=serious())
    ended = house.one()
    assert ended.end.ending is Ending.REPAIRED
    decided = house.appeals.decide(appeal_id, by=REVIEWER, result=result)
    assert decided.result == result
    assert house.one() == ended
    assert set(house.phases().values()) == {"ENDED"}


def test_an_appeal_against_a_measure_that_is_over_is_in_time_and_suspends_nothing(house):
    """For sixty days from its notice."""
    house.limited()
    house.treatments.override(house.one().imposition_id, by=OTHER, reason="核实有误", until=FILED + DAY)
    appeal_id = house.reviewed()
    house.appeals.withdraw(appeal_id, by=MERCHANT)
    assert house.one().end.ending is Ending.OVERRIDDEN
    house.clock.advance(seconds=100 * 86_400)
    with refused("too_late"):
        house.file()


def test_a_withdrawal_lets_it_apply_again_and_the_next_appeal_does_not_suspend(house):
    """Else who withdraws and appeals again would suspend it for ever."""
    house.limited()
    appeal_id = house.file()
    assert house.is_open()
    house.appeals.withdraw(appeal_id, by=MERCHANT)
    assert not house.is_open()
    house.file()
    assert not house.is_open()


def test_after_a_rejection_only_new_facts_are_heard(house):
    """New evidence is one."""
    house.limited()
    house.appeals.decide(house.reviewed(), by=REVIEWER, result=rejected())
    with refused("no_new_facts"):
        house.file()
    new = NewFact(kind=NewFactKind.EVIDENCE, what="缴款凭证", digests=(content_digest(RECEIPT.content),))
    second = house.file(attachments=[RECEIPT], new_facts=(new,))
    house.appeals.acknowledge(second)
    with refused("decider_reviews"):
        house.appeals.take(second, by=REVIEWER)
    assert len(house.appeals.of(house.one().imposition_id).appeals) == 2


def test_a_stay_of_a_named_person_goes_on_beneath_an_appeal(house):
    """And nobody's stay cuts an appeal short."""
    house.limited()
    until = FILED + 20 * DAY
    house.treatments.snooze(house.one().imposition_id, by=OTHER, reason="核实中", until=until)
    appeal_id = house.reviewed()
    assert house.one().suspension.stay is Stay.APPEAL
    with pytest.raises(TreatmentRefused, check=lambda error: error.fault == "suspended"):
        house.treatments.snooze(house.one().imposition_id, by=OTHER, reason="核实中", until=until)
    house.appeals.decide(appeal_id, by=REVIEWER, result=rejected())
    assert house.one().suspension.stay is Stay.SNOOZE
    assert house.is_open()
    house.clock.advance(to=until)
    assert not house.is_open()


def test_a_measure_that_no_policy_lets_be_suspended_goes_on(house):
    """Suspensive effect is the policy's."""
    house.limited()
    assert house.phases()["inspection-intensified"] == "IN_FORCE"
    house.file("inspection-intensified")
    assert house.phases()["inspection-intensified"] == "IN_FORCE"


def test_of_two_who_decide_at_once_one_wins(house):
    """One result, carried out once."""
    house.limited()
    appeal_id = house.reviewed()
    gate, said = threading.Barrier(2), []

    def decide(result):
        gate.wait(timeout=30)
        try:
            house.appeals.decide(appeal_id, by=REVIEWER, result=result)
            said.append(result.outcome.value)
        except AppealRefused as error:
            said.append(error.fault)

    threads = [threading.Thread(target=decide, args=(result,)) for result in (granted(), rejected())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(said) == 2
    assert "closed" in said
    outcome = house.appeals.find(appeal_id).result.outcome.value
    assert outcome in said
    assert house.kinds().count("appeal.decided") == 1
    assert (house.phases()["listing-suspended"] == "ENDED") == (outcome == "GRANTED")


def test_evidence_is_bytes_that_nothing_renders(house):
    """Named by its content, handed out as an attachment, and only for the appeal that holds it."""
    house.limited()
    appeal_id = house.file(attachments=[Attachment(name="../..\\决定书.html", content=RECEIPT.content)])
    (piece,) = house.appeals.find(appeal_id).evidence
    heard = house.appeals.evidence(appeal_id, piece.digest)
    assert (heard.content, heard.piece.name) == (RECEIPT.content, "决定书.html.pdf")
    assert heard.headers["Content-Type"] == "application/octet-stream"
    assert heard.headers["Content-Disposition"].startswith("attachment;")
    assert heard.headers["X-Content-Type-Options"] == "nosniff"
    other = house.file("promotion-suspended")
    with refused("unknown_evidence"):
        house.appeals.evidence(other, piece.digest)
    with refused("unknown_appeal"):
        house.appeals.evidence("nobody", piece.digest)
    assert "receipt" not in repr(heard)


def test_evidence_that_is_not_what_it_says_is_refused(house):
    """A page with the name of a document; nothing is kept of it."""
    house.limited()
    before = house.kinds()
    with refused("evidence_type"):
        house.file(attachments=[Attachment(name="决定书.pdf", content=b"<html>\x01<script>")])
    assert house.kinds() == before
    # What is plain text is taken, as text: whatever it says, nothing runs it.
    appeal_id = house.file(
        attachments=[Attachment(name="决定书.pdf", content=b"<html><script>alert(1)</script>")]
    )
    (piece,) = house.appeals.find(appeal_id).evidence
    assert piece.name == "决定书.pdf.txt"


def test_evidence_has_a_size(make_house):
    """Of each file, and of all files together."""
    house = make_house(appeals={"most_bytes": 20, "most_bytes_in_all": 30})
    house.limited()
    with refused("evidence_too_large"):
        house.file(attachments=[Attachment(name="a.txt", content=b"x" * 21)])
    appeal_id = house.file(attachments=[Attachment(name="a.txt", content=b"x" * 20)])
    before = house.kinds()
    with refused("too_much_evidence"):
        house.appeals.add_evidence(
            appeal_id, by=MERCHANT, attachments=[Attachment(name="b.txt", content=b"y" * 11)]
        )
    assert house.kinds() == before
    house.appeals.add_evidence(
        appeal_id, by=MERCHANT, attachments=[Attachment(name="b.txt", content=b"y" * 10)]
    )
    with pytest.raises(ConfigurationError):
        AppealOptions(most_bytes=2, most_bytes_in_all=1)


def test_steps_are_only_added(house):
    """The database itself refuses to change what was said."""
    house.limited()
    house.file()
    for statement in ("UPDATE chengxin_appeal_step SET number = 2", "DELETE FROM chengxin_appeal_step"):
        with pytest.raises(Exception, match="only added to"), house.store.transaction() as connection:
            connection.exec_driver_sql(statement)


def test_evidence_that_was_changed_in_the_store_is_not_handed_out(house):
    """What comes out is what went in, or nothing."""
    house.limited()
    appeal_id = house.file(attachments=[RECEIPT])
    (piece,) = house.appeals.find(appeal_id).evidence
    with house.store.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM chengxin_evidence_use")
        connection.exec_driver_sql("DELETE FROM chengxin_evidence")
    with pytest.raises(Exception, match="not there as it was attached"):
        house.appeals.evidence(appeal_id, piece.digest)


def test_what_nobody_knows_is_refused(house):
    """A measure, an appeal."""
    with pytest.raises(TreatmentRefused):
        house.appeals.file("nothing", by=MERCHANT, statement="错了")
    with refused("unknown_appeal"):
        house.appeals.acknowledge("nothing")
    assert house.appeals.of("nothing").appeals == {}


def test_i8_what_people_write_keeps_no_identity_number(house):
    """It is masked before anything keeps it."""
    house.limited()
    appeal_id = house.file(statement="本人身份证11010519491231002X，罚款已缴。")
    (step,) = house.appeals.of(house.one().imposition_id).steps
    assert "11010519491231002X" not in step.statement
    assert house.appeals.find(appeal_id).is_open


def test_the_clock_of_an_appeal_is_found_without_reading_all(house):
    """Only what is late is read."""
    house.limited()
    late = house.file()
    house.clock.advance(seconds=timedelta(days=9).total_seconds())
    house.file("promotion-suspended")
    assert [each.appeal_id for each in house.appeals.overdue()] == [late]
