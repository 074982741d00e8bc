"""Statements: they say what their measure is, show what is disclosed, and keep nothing of what has ended."""

import json
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord, InvalidStatement
from chengxin.policy import Direction, SettingEffect, Text
from chengxin.procedure.statement import (
    Circumstances,
    EndCause,
    StatementEnding,
    StatementStatus,
    amend,
    as_json,
    as_text,
    contradictions,
    shorten,
    state_reasons,
    withdraw,
)
from chengxin.records import DisclosureStatus, RecordKind, Role, SubjectKind
from tests.sdk.policy.material import AT, COMPANY, day, shipped
from tests.sdk.procedure.statement.material import (
    MARKED,
    STATEMENTS,
    SUBJECTS,
    cases,
    grounded_records,
    measures_on,
    stated,
)
from tests.sdk.procedure.statement.plain import plain_case

SECOND = timedelta(seconds=1)
OTHER_TEXT = Text(zh="另", en="other")


def ended(at=AT, cause=EndCause.REPAIRED):
    """Return an ending."""
    return StatementEnding(cause=cause, ended_at=at)


@given(cases())
def test_i3_a_statement_never_contradicts_its_measure(case):
    """Whatever the measure, its first, amended and withdrawn versions say the same of it."""
    measure, records, about = case
    first = stated(case)
    second = amend(first, measure, records, about=about, at=AT + SECOND)
    last = withdraw(second, ended(), AT + 2 * SECOND)
    for statement in (first, second, last):
        assert contradictions(statement, measure) == ()
        assert statement.measure is measure
    assert [s.version for s in (first, second, last)] == [1, 2, 3]
    assert [s.supersedes for s in (first, second, last)] == [None, 1, 2]
    assert [s.status for s in (first, second, last)] == [*StatementStatus]


CHANGES = {
    "measure.code": {"code": "other"},
    "measure.title": {"title": OTHER_TEXT},
    "measure.effect": {"effect": SettingEffect(setting="other", value=7)},
    "rule.id": {"rule_id": "other"},
    "rule.reason": {"reason": OTHER_TEXT},
    "legal_basis": {"legal_basis": ()},
    "decided_by": {"decided_by": "李某"},
    "appeal.url": {"appeal_url": "https://other.example.com"},
    "starts_at": {"starts_at": AT - timedelta(days=1)},
    "grounds": {"grounds": ()},
    "platform_rule": {"platform_rule": None},
}


@given(
    cases(direction=Direction.RELIEVE, kind=SubjectKind.ENTERPRISE).filter(
        lambda c: c[0].legal_basis and c[0].platform_rule
    ),
    st.sampled_from(sorted(CHANGES)),
)
def test_a_contradiction_is_named(case, path):
    """Each member that is changed in the measure is found, and no other."""
    statement = stated(case)
    other = replace(case[0], **CHANGES[path])
    found = contradictions(statement, other)
    assert path in found
    assert set(found) <= {path, "automated.decision"}


def test_what_equals_and_is_not_the_same_is_a_contradiction():
    """True is not 1."""
    measure, records, about = plain_case()
    switched = replace(measure, effect=SettingEffect(setting="notice", value=True))
    statement = stated((switched, records, about))
    assert contradictions(statement, switched) == ()
    counted = replace(measure, effect=SettingEffect(setting="notice", value=1))
    assert contradictions(statement, counted) == ("measure.effect",)


@given(cases(), st.integers(-2, 1000))
def test_i1_at_no_instant_is_anything_shown_of_a_record_past_its_end(case, days):
    """Facts, numbers and names go with the disclosure of their ground, in both languages."""
    measure, records, _ = case
    statement = stated(case)
    at = AT + timedelta(days=days)
    shown = statement.shown_at(at)
    for ground, one in zip(shown.grounds, records, strict=True):
        is_over = one.period.ends_at is not None and one.period.ends_at <= at
        assert (ground.content is None) is is_over
    if all(ground.content is None for ground in shown.grounds):
        assert shown.subject.name is None
    assert contradictions(shown, measure) == ()
    ends = [one.period.ends_at for one in records if one.period.ends_at is not None]
    assert statement.content_ends_at == min(ends, default=None)
    if statement.content_ends_at is not None:
        before = statement.content_ends_at - timedelta(microseconds=1)
        assert statement.shown_at(before) is statement
        assert statement.shown_at(statement.content_ends_at) != statement


@given(cases(most=1).filter(lambda c: c[1][0].period.end_on is not None))
def test_i1_the_telling_of_an_ended_record_holds_none_of_its_words(case):
    """From the first instant after its disclosure."""
    _, records, _ = case
    statement = stated(case)
    at = records[0].period.ends_at
    for language in ("zh", "en"):
        said = as_text(statement, language, at=at)
        assert not [word for word in MARKED if word in said]
        assert "福建示例商贸有限公司" not in said
        before = as_text(statement, language, at=at - timedelta(microseconds=1))
        assert ("福建示例商贸有限公司" in before) is (statement.subject.name == "福建示例商贸有限公司")


@given(cases())
def test_i1_nothing_of_a_record_is_in_the_stub(case):
    """Digest, source, severity, rule, times and outcome stay; facts, names, codes, record ids and numbers do not."""
    statement = stated(case)
    for version in (statement, withdraw(statement, ended(), AT)):
        stub = version.without_content()
        kept = json.dumps([repr(getattr(stub, field.name)) for field in fields(stub)], ensure_ascii=False)
        gone = [*MARKED, "福建示例商贸有限公司", "刘小明", str(COMPANY.code)]
        gone += [repr(ground.record_id) for ground in statement.grounds]
        assert not [word for word in gone if word in kept]
        assert [g.severity for g in stub.grounds] == [one.severity for one in case[1]]
        assert [g.ends_at for g in stub.grounds] == [one.period.ends_at for one in case[1]]
        assert stub.ending == version.ending


@given(cases())
def test_withdrawn_holds_no_facts_and_says_what_ended(case):
    """Neither as data nor in words."""
    statement = withdraw(stated(case), ended(cause=EndCause.APPEAL_GRANTED), AT + SECOND)
    assert not statement.has_content
    assert statement.subject.name is None
    assert statement.content_ends_at is None
    assert [g.digest for g in statement.grounds] == [g.digest for g in stated(case).grounds]
    said = as_json(statement) + as_text(statement, "zh", at=AT) + as_text(statement, "en", at=AT)
    assert not [word for word in MARKED if word in said]
    assert "申诉成立" in said
    assert "an appeal against it was granted" in said
    with pytest.raises(InvalidStatement, match="last of its chain"):
        withdraw(statement, ended(), AT + SECOND)
    with pytest.raises(InvalidStatement, match="last of its chain"):
        amend(statement, case[0], case[1], about=case[2], at=AT + SECOND)


@given(STATEMENTS)
def test_i8_an_identity_number_is_in_no_statement_and_a_persons_name_neither(statement):
    """Whatever the source wrote."""
    said = as_json(statement)
    assert "110108199001011231" not in said
    assert "刘小明" not in said
    assert statement.is_about_person is (statement.subject.kind is SubjectKind.PERSON)


def test_a_digest_with_a_key_is_another_one_than_without():
    """And the decision number alone decides it."""
    plain, keyed = plain_case(), plain_case(digest_key=b"k")
    assert stated(plain).grounds[0].digest.startswith("sha256:")
    assert stated(keyed).grounds[0].digest.startswith("hmac-sha256:")


@pytest.mark.parametrize(
    "change",
    [
        {"version": 9},
        {"status": DisclosureStatus.REPAIRED},
        {"status": DisclosureStatus.SHIELDED},
        {"status": DisclosureStatus.WITHDRAWN},
    ],
)
def test_i1_a_ground_that_is_not_disclosed_states_nothing(change):
    """A corrected, repaired, shielded or withdrawn record is no fact."""
    measure, (one,), about = plain_case()
    with pytest.raises(InvalidStatement, match="records as they are"):
        stated((measure, (replace(one, **change),), about))


def test_i1_a_ground_without_its_record_or_past_its_end_states_nothing():
    """Nor one whose period is another than the measure takes it to be."""
    measure, (one,), about = plain_case()
    with pytest.raises(InvalidStatement, match="no record of its version"):
        stated((measure, (), about))
    with pytest.raises(InvalidStatement, match="not for so long"):
        stated((measure, (one,), about), at=one.period.ends_at)
    shorter = replace(one, period=replace(one.period, end_on=one.period.start_on))
    with pytest.raises(InvalidStatement, match="not for so long"):
        stated((measure, (shorter,), about))


def test_other_records_are_left_aside():
    """A statement holds the facts of its grounds alone."""
    measure, (one,), about = plain_case()
    other = replace(one, record_id="other")
    assert stated((measure, (other, one), about)) == stated((measure, (one,), about))


def test_an_ended_measure_is_not_stated():
    """Its statement is withdrawn instead."""
    measure, records, about = plain_case(days=3)
    with pytest.raises(InvalidStatement, match="has ended"):
        stated((measure, records, about), at=measure.ends_at)


def test_a_chain_stays_with_its_subject_and_measure_and_never_runs_backwards():
    """Another measure has a statement of its own."""
    measure, records, about = plain_case()
    statement = stated((measure, records, about))
    with pytest.raises(InvalidStatement, match="same subject"):
        amend(statement, replace(measure, code="other"), records, about=about, at=AT)
    with pytest.raises(InvalidStatement, match="same subject"):
        amend(statement, measure, records, about=replace(about, role=Role.MCN), at=AT)
    with pytest.raises(InvalidStatement, match="not older"):
        amend(statement, measure, records, about=about, at=AT - SECOND)
    with pytest.raises(InvalidStatement, match="once its measure has ended"):
        withdraw(statement, ended(AT + SECOND), AT)
    with pytest.raises(InvalidRecord):
        withdraw(statement, ended(), datetime(2026, 6, 16))
    with pytest.raises(InvalidRecord):
        stated((measure, records, about), at=datetime(2026, 6, 15))


def test_an_amended_statement_rests_on_what_is_left():
    """When one of two grounds is over, the next version holds the other alone."""
    measure, records, about = plain_case(grounds=2, days=150)
    first = stated((measure, records, about))
    at = first.content_ends_at
    less = replace(measure, grounds=measure.grounds[1:])
    second = amend(first, less, records[1:], about=about, at=at)
    assert [ground.record_id for ground in second.grounds] == ["P2"]
    assert "替代第1版" in as_text(second, "zh", at=at)
    assert "it replaces version 1" in as_text(second, "en", at=at)


def test_a_statement_of_an_earlier_end_says_nothing_else_anew():
    """It needs no record, and shows none whose disclosure is over."""
    measure, records, about = plain_case(grounds=2, days=150)
    first = stated((measure, records, about))
    ends_at = AT + timedelta(days=120)
    second = shorten(first, ends_at, AT + SECOND)
    assert (second.version, second.status) == (2, StatementStatus.AMENDED)
    assert second.grounds == first.grounds
    assert contradictions(second, replace(measure, ends_at=ends_at)) == ()
    late = shorten(first, ends_at, first.content_ends_at)
    assert [ground.content is None for ground in late.grounds] == [True, False]


@pytest.mark.parametrize("days", [30, 31])
def test_an_end_that_is_no_earlier_is_no_shortening(days):
    """Nor is one that is over."""
    first = stated(plain_case(days=30))
    with pytest.raises(InvalidStatement, match="no earlier"):
        shorten(first, AT + timedelta(days=days), AT)
    with pytest.raises(InvalidStatement, match="has ended"):
        shorten(first, AT + SECOND, AT + SECOND)
    with pytest.raises(InvalidStatement, match="last of its chain"):
        shorten(withdraw(first, ended(), AT), AT + SECOND, AT)


def test_i8_what_limits_an_anchor_is_decided_by_a_human():
    """An anchor is a natural person, also one who has a code; the statement holds no name."""
    measure, records, about = plain_case(role=Role.ANCHOR)
    with pytest.raises(InvalidStatement, match="named human"):
        stated((measure, records, about))
    statement = stated((replace(measure, decided_by="张某"), records, about))
    assert statement.subject.name is None
    assert statement.is_about_person


def faulty(**changes):
    """Return what makes a faulty statement."""
    return pytest.param(changes, id="-".join(changes))


@pytest.mark.parametrize(
    "changes",
    [
        faulty(statement_id="no spaces"),
        faulty(statement_id="-"),
        faulty(statement_id=7),
        faulty(imposition_id=" "),
        faulty(version=0),
        faulty(version=2),
        faulty(version=True),
        faulty(status="ISSUED"),
        faulty(status=StatementStatus.AMENDED),
        faulty(status=StatementStatus.WITHDRAWN, version=2),
        faulty(ending=ended()),
        faulty(issued_at=datetime(2026, 6, 15)),
        faulty(issued_at=datetime(2029, 1, 1, tzinfo=UTC)),
        faulty(grounds=()),
        faulty(grounds=[]),
        faulty(appeal=None),
        faulty(role="MERCHANT"),
        faulty(subject=SUBJECTS[SubjectKind.PERSON]),
        faulty(measure=None),
        faulty(does="其间"),
        faulty(source="信用中国"),
    ],
)
def test_what_contradicts_itself_is_no_statement(changes):
    """Each is refused where it is made."""
    statement = stated(plain_case())
    with pytest.raises(InvalidStatement):
        replace(statement, **changes)


def test_parts_validate_themselves():
    """Blank names, naive instants, clocks that do not run."""
    statement = stated(plain_case())
    content = statement.grounds[0].content
    for part, changes in (
        (statement.source, {"name": " "}),
        (statement.source, {"as_of": datetime(2026, 6, 15)}),
        (statement.automated, {"detection": 1}),
        (statement.automated, {"decision": None}),
        (statement.appeal, {"url": ""}),
        (statement.appeal, {"file_working_days": 0}),
        (statement.appeal, {"decide_working_days": True}),
        (statement.grounds[0], {"record_id": ""}),
        (statement.grounds[0], {"digest": "sha256:00"}),
        (statement.grounds[0], {"severity": "GENERAL"}),
        (statement.grounds[0], {"content": "text"}),
        (content, {"fact": "text"}),
        (content, {"authority": ""}),
        (content, {"is_disputed": 0}),
        (content, {"repair": "text"}),
        (content.repair, {"effect": "text"}),
        (ended(), {"cause": "REPAIRED"}),
        (ended(), {"ended_at": datetime(2026, 6, 15)}),
    ):
        with pytest.raises(InvalidStatement):
            replace(part, **changes)
    later = replace(content.repair, latest_on=day(1))
    with pytest.raises(InvalidStatement, match="until its disclosure ends"):
        replace(
            statement,
            grounds=(replace(statement.grounds[0], content=replace(content, repair=later)),),
        )
    with pytest.raises(InvalidStatement, match="by a machine exactly"):
        replace(statement, automated=replace(statement.automated, decision=False))


def test_a_name_goes_with_the_last_content():
    """A statement that shows no ground any more names nobody."""
    statement = stated(plain_case())
    empty = tuple(replace(ground, content=None) for ground in statement.grounds)
    with pytest.raises(InvalidStatement, match="name goes"):
        replace(statement, grounds=empty)


def test_a_statement_is_a_value():
    """It is frozen, and pickles."""
    statement = stated(plain_case())
    assert pickle.loads(pickle.dumps(statement)) == statement  # noqa: S301  # our own
    with pytest.raises(FrozenInstanceError):
        statement.version = 2


def test_another_policy_tells_no_effect():
    """Words come from the version that gave the measure, or from none."""
    measure, records, about = plain_case()
    with pytest.raises(InvalidStatement, match="not the one that gave"):
        stated((measure, records, replace(about, policy=shipped("marketplace"))))


@given(grounded_records(), st.data())
def test_a_relief_is_stated_too(records, data):
    """Also one that rests on no record, and has no appeal route."""
    measure = data.draw(measures_on((), Direction.RELIEVE, SubjectKind.ENTERPRISE))
    about = Circumstances(subject=SUBJECTS[SubjectKind.ENTERPRISE], source="信用中国", as_of=AT)
    statement = state_reasons(measure, records, about=about, at=AT, imposition_id="I", statement_id="S")
    assert statement.grounds == ()
    assert not [word for word in MARKED if word in as_json(statement)]
    assert RecordKind.PENALTY not in as_json(statement)


def test_what_is_no_day_any_more_is_not_stated():
    """Nor a name in which nothing can be seen, nor an ended record."""
    measure, (one,), about = plain_case()
    endless = replace(one, period=replace(one.period, end_on=None))
    last = datetime(9999, 12, 31, tzinfo=UTC)
    beyond = replace(measure, grounds=(replace(measure.grounds[0], ends_at=None),), ends_at=last)
    with pytest.raises(InvalidStatement, match="beyond the calendar"):
        stated((beyond, (endless,), about))
    statement = stated((measure, (one,), about))
    with pytest.raises(InvalidStatement, match="can be seen"):
        replace(statement, subject=replace(statement.subject, name=" "))
    with pytest.raises(InvalidStatement, match="holds no name"):
        replace(statement, role=Role.ANCHOR)
    short = replace(measure.grounds[0], ends_at=AT, record_id="P0")
    content = replace(statement.grounds[0].content, repair=None)
    over = {
        "measure": replace(measure, grounds=(short, *measure.grounds)),
        "grounds": (replace(statement.grounds[0], record_id="P0", content=content), *statement.grounds),
    }
    with pytest.raises(InvalidStatement, match="not disclosed any more"):
        replace(statement, **over)


@given(cases(), st.lists(st.integers(1, 40), max_size=5))
def test_i1_a_chain_only_ever_shows_less_as_time_goes_by(case, days):
    """Each version counts up, and what was erased does not come back by showing it."""
    measure, _, _ = case
    statement, at, shown_before = stated(case), AT, None
    for step in days:
        at += timedelta(days=step)
        shown = statement.shown_at(at)
        now = {ground.record_id for ground in shown.grounds if ground.content is not None}
        assert shown_before is None or now <= shown_before
        assert shown.shown_at(AT) == shown
        shown_before = now
    last = withdraw(statement.shown_at(at), ended(at), at)
    assert (last.version, last.has_content) == (2, False)
    assert contradictions(last, measure) == ()
