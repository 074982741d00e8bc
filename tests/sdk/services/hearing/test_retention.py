"""What is kept of people, and for how long: until the term all of it is there, and then nothing of it anywhere."""

import sqlite3
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from chengxin.errors import AppealRefused, ConfigurationError, PledgeRefused
from chengxin.ledger import EntryKind
from chengxin.policy import Text
from chengxin.procedure.appeal import NewFact, NewFactKind, ObjectionEnd, receive_evidence
from chengxin.procedure.pledge import NamedFact
from chengxin.procedure.retention import Retention
from chengxin.records import ChangeKind, PenaltyDetail
from chengxin.services.appeals import Attachment
from chengxin.services.upkeep import Upkeep
from chengxin.store import check, clear_remains, downgrade, upgrade
from chengxin.store.sql.schema import EVIDENCE, EVIDENCE_USE
from tests.sdk.services.hearing.conftest import (
    FILED,
    MERCHANT,
    REASONS,
    RECEIPT,
    REVIEWER,
    TICK,
    granted,
    rejected,
    serious,
)
from tests.sdk.services.hearing.kept import in_export, in_files, in_tables, uncompressed
from tests.sdk.services.treatments.conftest import CODE

YEAR = timedelta(days=365)
APPELLANT, OBJECTOR, PLEDGER, DECLARER = "陈金丝雀", "林金丝雀", "何金丝雀", "郭金丝雀"
SAID = ("申诉正文金丝雀", "补充正文金丝雀", "异议正文金丝雀", "承诺正文金丝雀", "申报正文金丝雀")
PAPER = Attachment(name="凭证金丝雀.pdf", content=b"%PDF-1.7 canary-3e81 " + b"x" * 5_000)
OTHER_PAPER = Attachment(name="另一凭证.pdf", content=b"%PDF-1.7 canary-77d0")
ASKED = Text(zh="请补充材料金丝雀", en="canary-b002 please add")
WHY = Text(zh="决定理由金丝雀", en="canary-c113 for these reasons")
WORDS = [
    *(word.encode() for word in (APPELLANT, OBJECTOR, PLEDGER, DECLARER, *SAID, "金丝雀")),
    *(b"canary-3e81", b"canary-77d0", b"canary-b002", b"canary-c113"),
]


def upkeep(house, **days):
    """Return what erases for a platform."""
    return Upkeep(house.store, clock=house.clock, retention=Retention(**days))


def server_of(request, database_kind):
    """Return the server whose files are looked at."""
    return request.getfixturevalue("shared_postgres") if database_kind == "postgresql" else None


def heard(house):
    """Hear an appeal from beginning to end."""
    appeal_id = house.file(by=APPELLANT, statement=SAID[0], attachments=[PAPER])
    house.appeals.acknowledge(appeal_id)
    house.appeals.take(appeal_id, by=REVIEWER)
    house.appeals.ask(appeal_id, by=REVIEWER, asks=ASKED)
    house.appeals.add_evidence(appeal_id, by=APPELLANT, statement=SAID[1], attachments=[OTHER_PAPER])
    result = granted()
    house.appeals.decide(appeal_id, by=REVIEWER, result=type(result)(outcome=result.outcome, reasons=WHY))
    return appeal_id


def pledged(house):
    """Make a commitment that is fulfilled, and a declaration that is verified."""
    made = house.pledges.make(
        CODE, by=PLEDGER, terms=Text(zh=SAID[3], en="canary-b002"), due_on=date(2026, 10, 31)
    )
    house.pledges.fulfil(made.commitment_id, by=REVIEWER, reasons=WHY, attachments=[PAPER])
    declared = house.pledges.declare(
        CODE,
        by=DECLARER,
        fact=NamedFact(name="registered_days", value=400),
        pledge=Text(zh=SAID[4], en="canary-b002"),
        valid_until_on=date(2026, 10, 31),
        attachments=[OTHER_PAPER],
    )
    house.pledges.verify(declared.declaration_id, is_true=True, by=REVIEWER, reasons=WHY)


def objected(house):
    """Object to a record, and take it back."""
    raised = house.appeals.objections.raise_one(CODE, "P1", by=OBJECTOR, statement=SAID[2])
    house.appeals.objections.end(raised.objection.objection_id, ObjectionEnd.WITHDRAWN, by=OBJECTOR)
    return raised.objection.objection_id


def entries_of(house, kind):
    """Return the entries of a kind."""
    return [entry for entry in house.entries() if entry.kind is kind]


def test_i8_the_ledger_names_who_decides_and_not_who_acts_for_the_merchant(house):
    """A pseudonym of one procedure alone; under the same key the same person is seen to be the same."""
    house.limited()
    objected(house)
    heard(house)
    pledged(house)
    exported = in_export(house.store)
    assert [word for word in WORDS if word in exported] == []
    steps = [entry for entry in house.entries() if entry.kind.value.startswith("appeal.")]
    filed, _, taken, asked, answered, decided = steps
    assert filed.actor == answered.actor
    assert filed.actor.startswith("person:")
    assert {taken.actor, asked.actor, decided.actor} == {REVIEWER}
    raised, ended = entries_of(house, EntryKind.OBJECTION_RAISED) + entries_of(
        house, EntryKind.OBJECTION_ENDED
    )
    assert raised.actor == ended.actor
    (made,) = entries_of(house, EntryKind.COMMITMENT_MADE)
    (declared,) = entries_of(house, EntryKind.DECLARATION_MADE)
    assert len({filed.actor, raised.actor, made.actor, declared.actor}) == 4
    for kind in (EntryKind.COMMITMENT_FULFILLED, EntryKind.DECLARATION_VERIFIED):
        assert [entry.actor for entry in entries_of(house, kind)] == [REVIEWER]


def test_i8_a_pseudonym_ties_no_two_procedures_together(house):
    """The same person, twice."""
    house.limited()
    house.file(by=MERCHANT)
    house.file("promotion-suspended", by=MERCHANT)
    one, other = entries_of(house, EntryKind.APPEAL_FILED)
    assert one.actor != other.actor


def test_i8_who_reads_the_answer_at_the_source_is_named_and_who_takes_back_is_not(house):
    """And who takes back stands in the row."""
    house.limited()
    first = house.appeals.objections.raise_one(CODE, "P1", by=MERCHANT, statement="有误").objection
    house.appeals.objections.end(first.objection_id, ObjectionEnd.CONFIRMED, by=REVIEWER)
    second = objected(house)
    read, taken_back = entries_of(house, EntryKind.OBJECTION_ENDED)
    assert read.actor == REVIEWER
    assert taken_back.actor.startswith("person:")
    ended = {one.objection_id: one.ended_by for one in house.appeals.objections.of(CODE)}
    assert ended == {first.objection_id: REVIEWER, second: OBJECTOR}
    declared = house.pledges.declare(
        CODE,
        by=MERCHANT,
        fact=NamedFact(name="registered_days", value=400),
        pledge=REASONS,
        valid_until_on=date(2026, 10, 31),
    )
    assert house.pledges.take_back(declared.declaration_id, by=OBJECTOR).withdrawn_by == OBJECTOR
    assert entries_of(house, EntryKind.DECLARATION_WITHDRAWN)[0].actor.startswith("person:")


def test_i1_what_was_said_is_there_until_the_term_and_nowhere_afterwards(house, database_kind, request):
    """Tables, export and files; ids, digests, times and outcomes stay, and the chain is whole before and after."""
    server = server_of(request, database_kind)
    uncompressed(house.store)
    house.limited()
    objection_id = objected(house)
    appeal_id = heard(house)
    pledged(house)
    house.entries()
    assert clear_remains(house.store)
    assert [word for word in WORDS if word not in in_files(house.store, server)] == []
    assert [word for word in WORDS if word not in in_tables(house.store)] == []
    term = upkeep(house, appeals_days=100, pledges_days=100, objections_days=100)
    house.clock.advance(to=FILED + timedelta(days=100) - TICK)
    assert term.erase() == 0
    assert house.appeals.find(appeal_id).appellants == (APPELLANT,)
    assert [word for word in WORDS if word not in in_tables(house.store)] == []
    house.clock.advance(to=FILED + YEAR)
    before = len(house.entries())
    assert term.erase() == 4
    assert clear_remains(house.store, is_rewriting=True)
    for held in (in_tables(house.store), in_export(house.store), in_files(house.store, server)):
        assert [word for word in WORDS if word in held] == []
    assert term.erase() == 0
    entries = house.entries()[before:]
    assert {entry.kind for entry in entries} == {EntryKind.HEARING_ERASED}
    assert sorted(name for entry in entries for name in entry.stub) == [
        "commitment_id",
        "declaration_id",
        "imposition_id",
        "objection_id",
    ]
    (stays,) = house.appeals.erased(CODE)
    assert (stays.id, stays.outcome, stays.begun_at, stays.erased_at) == (
        appeal_id,
        "GRANTED",
        FILED,
        house.clock.now(),
    )
    assert len(stays.evidence) == 2
    (stays,) = house.appeals.objections.erased(CODE)
    assert (stays.id, stays.outcome, stays.over_at) == (objection_id, "WITHDRAWN", FILED)
    assert {(one.outcome, len(one.evidence)) for one in house.pledges.erased(CODE)} == {
        ("FULFILLED", 1),
        ("LAPSED", 1),
    }


def test_what_is_erased_is_told_to_be_so(house):
    """It is neither listed nor gone on with."""
    one = house.limited()
    objection_id = objected(house)
    appeal_id = heard(house)
    pledged(house)
    (commitment,), (declaration,) = house.pledges.of(CODE)
    house.clock.advance(to=FILED + 4 * YEAR)
    assert upkeep(house).erase() == 4
    assert house.appeals.about(CODE) == house.appeals.objections.of(CODE) == house.appeals.overdue() == []
    assert house.pledges.of(CODE) == ([], [])
    assert house.pledges.unsettled() == house.pledges.unverified() == []
    assert house.pledges.facts_for(CODE).values == {}
    for call in (
        lambda: house.appeals.find(appeal_id),
        lambda: house.appeals.of(one.imposition_id),
        lambda: house.appeals.acknowledge(appeal_id),
        lambda: house.appeals.evidence(appeal_id, "sha256:" + "0" * 64),
        lambda: house.appeals.file(one.imposition_id, by=MERCHANT, statement="再次申诉"),
        lambda: house.appeals.objections.end(objection_id, ObjectionEnd.WITHDRAWN, by=MERCHANT),
    ):
        with pytest.raises(AppealRefused, check=lambda error: error.fault == "erased"):
            call()
    for call in (
        lambda: house.pledges.withdraw(commitment.commitment_id, by=MERCHANT),
        lambda: house.pledges.take_back(declaration.declaration_id, by=MERCHANT),
    ):
        with pytest.raises(PledgeRefused, check=lambda error: error.fault == "erased"):
            call()


def test_an_appeal_is_kept_as_long_as_anything_may_come_of_it(house):
    """While the measure lasts, while another one against it is open, and while one may still be filed."""
    one = house.limited(serious(end_on=date(2029, 3, 31)))
    house.appeals.decide(house.reviewed(by=APPELLANT), by=REVIEWER, result=rejected())
    term = upkeep(house, appeals_days=1)
    house.clock.advance(seconds=200 * 86_400)
    house.treatments.sweep()
    assert house.one().end is None
    assert term.erase() == 0
    second = house.file(by=APPELLANT, attachments=[RECEIPT], new_facts=(new_evidence(),))
    house.clock.advance(to=house.one().measure.ends_at + YEAR)
    house.treatments.sweep()
    assert house.one().end is not None
    assert term.erase() == 0
    assert len(house.appeals.about(CODE)) == 2
    house.appeals.withdraw(second, by=APPELLANT)
    house.clock.advance(seconds=86_400 - 1)
    assert term.erase() == 0
    house.clock.advance(seconds=1)
    assert term.erase() == 1
    assert [each.outcome for each in house.appeals.erased(CODE)] == ["REJECTED", "WITHDRAWN"]
    assert APPELLANT.encode() not in in_tables(house.store)
    assert house.one().imposition_id == one.imposition_id


def new_evidence():
    """Return the new fact that there is a receipt."""
    piece = receive_evidence(RECEIPT.name, RECEIPT.content)
    return NewFact(kind=NewFactKind.EVIDENCE, what="缴款凭证", digests=(piece.digest,))


def test_another_appeal_may_be_filed_while_there_is_time(house):
    """What the one before it was decided on is known then: an ended measure is contestable for sixty days."""
    house.limited()
    first = house.file(by=APPELLANT)
    house.source.disclose(CODE, change=ChangeKind.REPAIRED, about=serious())
    house.hear()
    assert house.one().end is not None
    house.appeals.withdraw(first, by=APPELLANT)
    term = upkeep(house, appeals_days=1)
    house.clock.advance(seconds=3 * 86_400)
    assert term.erase() == 0
    house.appeals.withdraw(house.file(by=APPELLANT), by=APPELLANT)
    house.clock.advance(seconds=90 * 86_400)
    assert term.erase() == 1


def test_a_file_that_two_hold_goes_with_the_last_of_them(house):
    """The same receipt, attached to an appeal and to a declaration."""
    house.limited()
    house.appeals.withdraw(house.file(attachments=[PAPER]), by=MERCHANT)
    pledged_until = date(2027, 12, 31)
    declared = house.pledges.declare(
        CODE,
        by=DECLARER,
        fact=NamedFact(name="registered_days", value=400),
        pledge=REASONS,
        valid_until_on=pledged_until,
        attachments=[PAPER],
    )
    house.source.disclose(CODE, change=ChangeKind.REPAIRED, about=serious())
    house.hear()
    term = upkeep(house, appeals_days=1, pledges_days=1)
    house.clock.advance(to=FILED + YEAR)
    assert term.erase() == 1
    assert b"canary-3e81" in in_tables(house.store)
    house.pledges.take_back(declared.declaration_id, by=DECLARER)
    house.clock.advance(seconds=86_400)
    assert term.erase() == 1
    assert b"canary-3e81" not in in_tables(house.store)
    with house.store.reading() as connection:
        assert (
            connection.execute(select(EVIDENCE_USE)).all() == connection.execute(select(EVIDENCE)).all() == []
        )


_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_file_that_is_attached_while_it_is_erased_is_kept(house, shared_postgres):
    """Whoever comes second waits for the first: it is never lost from under who attached it."""
    house.limited()
    house.appeals.withdraw(house.file(attachments=[PAPER]), by=MERCHANT)
    house.source.disclose(CODE, change=ChangeKind.REPAIRED, about=serious())
    house.hear()
    house.clock.advance(to=FILED + 4 * YEAR)
    errors = []

    def attach():
        try:
            house.pledges.declare(
                CODE,
                by=DECLARER,
                fact=NamedFact(name="registered_days", value=400),
                pledge=REASONS,
                valid_until_on=date(2031, 12, 31),
                attachments=[PAPER],
            )
        except Exception as error:  # noqa: BLE001 -- told below
            errors.append(error)

    with house.store.engine.connect() as other, other.begin():
        other.execute(text("SELECT 1 FROM chengxin_evidence FOR UPDATE"))
        threads = [threading.Thread(target=attach), threading.Thread(target=upkeep(house).erase)]
        for thread in threads:
            thread.start()
        assert any(shared_postgres.execute(_WAITING) == [(2,)] for _ in range(200))
    for thread in threads:
        thread.join(timeout=60)
    assert errors == []
    assert [len(one.evidence) for one in house.pledges.of(CODE)[1]] == [1]
    assert len(house.appeals.erased(CODE)) == 1
    assert PAPER.content in in_tables(house.store)


def test_steps_are_erased_as_they_stand_and_change_in_no_other_way(house):
    """Nobody puts words in their place, brings one back, or moves it."""
    house.limited()
    heard(house)
    for statement in (
        "UPDATE chengxin_appeal_step SET step = '{}'",
        "UPDATE chengxin_appeal_step SET step = NULL, number = number + 10",
        "DELETE FROM chengxin_appeal_step",
    ):
        with pytest.raises(Exception, match="only added to"), house.store.transaction() as connection:
            connection.exec_driver_sql(statement)
    house.clock.advance(to=FILED + 4 * YEAR)
    assert upkeep(house).erase() == 1
    for statement in (
        "UPDATE chengxin_appeal_step SET step = '{}'",
        "DELETE FROM chengxin_appeal_step",
    ):
        with pytest.raises(Exception, match="only added to"), house.store.transaction() as connection:
            connection.exec_driver_sql(statement)


def test_what_a_statement_said_leaves_the_files(house, database_kind, request):
    """Erased at the end of the disclosure by a sweep, and written anew at a repair: it is nobody's to read."""
    server = server_of(request, database_kind)
    uncompressed(house.store)
    detail = PenaltyDetail(decision_no="文金丝雀〔2026〕7号", decided_on=date(2026, 5, 11), authority="某局")
    house.disclose(serious(detail=detail, end_on=date(2026, 12, 31)))
    house.treatments.reconcile(CODE)
    assert "金丝雀".encode() in in_files(house.store, server)
    house.clock.advance(to=FILED + YEAR)
    assert house.treatments.sweep().ended
    house.treatments.sweep()
    assert "金丝雀".encode() not in in_tables(house.store)
    assert upkeep(house).clear()
    if server is not None:
        clear_remains(house.store, is_rewriting=True)
    assert "金丝雀".encode() not in in_files(house.store, server)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_somebody_was_in_the_way_of_is_cleared_the_next_time(house):
    """It is told, and not forgotten: nothing has to be erased for that."""
    house.limited()
    heard(house)
    house.clock.advance(to=FILED + 4 * YEAR)
    reader = sqlite3.connect(house.store.engine.url.database)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM chengxin_appeal").fetchone()
    term = upkeep(house)
    assert term.erase() == 1
    assert b"canary-3e81" in in_files(house.store)
    assert not term.clear()
    reader.close()
    assert term.clear()
    assert b"canary-3e81" not in in_files(house.store)


def test_terms_are_days():
    """At least one, at most ten years."""
    for days in (0, -1, 3_654, 1.5, True):
        with pytest.raises(ConfigurationError):
            Retention(appeals_days=days)


def test_what_an_earlier_version_kept_gets_its_terms(house, database_url):
    """Tables back and forward with what is in them: every word is there, and goes when its term is over."""
    house.limited()
    objected(house)
    appeal_id = heard(house)
    pledged(house)
    said = house.appeals.find(appeal_id), house.appeals.objections.of(CODE), house.pledges.of(CODE)
    house.store.close()
    assert downgrade(database_url, "0007_told") == "0007_told"
    with house.store.engine.connect() as connection, pytest.raises(Exception, match="only added to"):
        connection.exec_driver_sql("UPDATE chengxin_appeal_step SET step = '{}'")
    upgrade(database_url)
    assert check(database_url).differences == ()
    assert said == (house.appeals.find(appeal_id), house.appeals.objections.of(CODE), house.pledges.of(CODE))
    assert house.appeals.evidence(appeal_id, said[0].evidence[0].digest).content == PAPER.content
    (pledge,) = said[2][0]
    house.clock.advance(to=pledge.over_at + timedelta(days=100) - TICK)
    term = upkeep(house, appeals_days=3_000, pledges_days=100)
    assert term.erase() == 0
    house.clock.advance(to=house.clock.now() + TICK)
    assert term.erase() == 2
    house.clock.advance(to=FILED + 10 * YEAR)
    assert term.erase() == 2
    assert [word for word in WORDS if word in in_tables(house.store)] == []
    assert downgrade(database_url, "0007_told") == "0007_told"
    upgrade(database_url)
    assert house.appeals.about(CODE) == house.appeals.erased(CODE) == []


def test_a_key_is_made_for_what_an_earlier_version_kept(house, database_url):
    """Steps that follow are under a pseudonym, too."""
    house.limited()
    appeal_id = house.file(by=APPELLANT)
    house.store.close()
    downgrade(database_url, "0007_told")
    upgrade(database_url)
    house.appeals.add_evidence(appeal_id, by=APPELLANT, statement=SAID[1])
    house.appeals.withdraw(appeal_id, by=APPELLANT)
    (answered,) = entries_of(house, EntryKind.APPEAL_ANSWERED)
    (withdrawn,) = entries_of(house, EntryKind.APPEAL_WITHDRAWN)
    assert answered.actor == withdrawn.actor
    assert answered.actor.startswith("person:")
