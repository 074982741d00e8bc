"""Explanations: everything that matters is told, in both languages, and nothing else."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import UnknownReason
from chengxin.policy import Section
from chengxin.policy.record_sentence import record_sentence
from chengxin.policy.wording import KINDS, UNKNOWN_REASONS, until
from chengxin.records import (
    CommitmentDetail,
    EvaluationDetail,
    ListingDetail,
    PenaltyDetail,
    RecordKind,
    Role,
    Severity,
    Standing,
    Subject,
    SubjectKind,
)
from chengxin.services import account_of
from tests.examples import tried
from tests.sdk.policy.explained import BLOCK, DOCUMENT, rendered
from tests.sdk.policy.material import (
    AT,
    CODE,
    FACTS,
    PENALISED,
    PERSON,
    ROLES,
    answers,
    day,
    marketplace,
    penalty,
    policies,
    record,
    rule,
    shown,
    small_policy,
    status_of,
)
from tests.sdk.policy.situation import unknown_of
from tests.sdk.policy.test_trace import ranked_policies

TODAY_EN = "disclosed until the end of 15 June 2026"
LEAK = re.compile(r"[A-Z]{4,}|None|True|False|[{}_]|\bR\d\b")


def explained(policy, status, language="zh", *, role=Role.MERCHANT, at=AT, **facts):
    """Return an explanation."""
    return account_of(policy, status, policy.platform_facts(facts), at=at, role=role).explain(language)


def in_words(answer):
    """Return an answer whose catalogues are named as the source names them."""
    return replace(answer, records=tuple(replace(r, catalogue=KINDS[r.kind].zh) for r in answer.records))


def changes(policy, *records, language="zh", **facts):
    """Return what is told would change, as a list."""
    return [p.text for p in explained(policy, status_of(*records), language, **facts).of(Section.CHANGE)]


# ---- the laws ----


@tried(0.4)
@given(
    policies() | ranked_policies(),
    answers() | answers(subject=PERSON),
    ROLES,
    FACTS,
    st.sampled_from(["zh", "en"]),
)
def test_whatever_is_evaluated_is_explained_without_codes(policy, answer, role, facts, language):
    """Total, in whole sentences, in the words of the language; each measure, record and review is told once."""
    status = shown(in_words(answer))
    account = account_of(policy, status, policy.platform_facts(facts), at=AT, role=role)
    explanation, treatment = account.explain(language), account.trace.treatment
    for paragraph in explanation.paragraphs:
        assert not LEAK.search(paragraph.text), paragraph.text
        assert paragraph.text.isprintable()
        assert paragraph.text in explanation.text
    told = [p.about for p in explanation.of(Section.FACTS) if p.about]
    resting = {i for reason in treatment.reasons for i in reason.record_ids}
    assert len(told) == len(set(told))
    if status.standing is Standing.UNKNOWN:
        assert told == []
        return
    assert set(told) == {r.record_id for r in status.records if r.is_adverse or r.record_id in resting}
    items = {p.about: p.text for p in explanation.of(Section.TREATMENT) if p.is_item}
    for measure in treatment.restrictions:
        assert until(measure.ends_at, language) in items[measure.code]
    asked = {p.about for p in explanation.of(Section.REVIEW) if p.is_item}
    assert asked == {review.measure_code for review in treatment.reviews}
    disputed = [r for r in status.adverse_records if r.is_disputed]
    facts_told = explanation.of(Section.FACTS)
    for one in disputed:
        (item,) = [p.text for p in facts_told if p.about == one.record_id]
        assert ("异议中" if language == "zh" else "disputed") in item


@tried(0.4)
@given(policies(), answers(subject=PERSON) | answers(), FACTS, st.sampled_from(["zh", "en"]))
def test_i8_a_person_is_told_of_no_grade_and_of_whom_decides(policy, answer, facts, language):
    """An anchor too; no measure is told as taken that limits them."""
    status = shown(in_words(answer))
    explanation = explained(policy, status, language, role=Role.ANCHOR, **facts)
    if status.standing is Standing.UNKNOWN:
        return
    (tier,) = explanation.of(Section.TIER)
    assert ("不评等级" if language == "zh" else "gets no tier") in tier.text
    assert ("等级变为" if language == "zh" else "the tier becomes") not in explanation.text
    assert ("自动采取以下" if language == "zh" else "apply automatically") not in explanation.text


@pytest.mark.parametrize("reason", UnknownReason)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_i2_an_unknown_says_why_and_concludes_nothing(reason, language):
    """Neither a record, nor a tier, nor a measure, nor what would change it."""
    nobody = unknown_of(reason)
    explanation = explained(marketplace(), nobody, language)
    sections = {paragraph.section for paragraph in explanation.paragraphs}
    assert sections == {Section.SUBJECT, Section.UNKNOWN, Section.SOURCE}
    why, neither, meanwhile = explanation.of(Section.UNKNOWN)
    assert UNKNOWN_REASONS[reason].in_language(language) in why.text
    said = (
        "不说明有失信信息，也不说明没有"
        if language == "zh"
        else "says neither that there are adverse records nor"
    )
    assert said in neither.text
    assert len(re.findall("“[^”]*”", meanwhile.text)) == len(marketplace().document.actions)


def test_i2_a_status_past_its_end_is_an_unknown():
    """Also where it was known a moment ago; a policy without actions has none to tell of."""
    policy = small_policy(rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief"))
    relief = policy.document.catalogue["deposit-relief"].model_dump(mode="json", exclude_none=True)
    bare = small_policy(
        rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief"),
        actions={},
        catalogue={"deposit-relief": relief},
    )
    for given_policy, paragraphs in ((policy, 3), (bare, 2)):
        late = explained(given_policy, status_of(penalty()), at=AT + timedelta(days=1))
        assert len(late.of(Section.UNKNOWN)) == paragraphs
        assert "已过有效期" in late.of(Section.UNKNOWN)[0].text


# ---- the document ----


def test_the_cases_of_the_document_are_explained_as_it_shows_them():
    """Who changes a word reads all of them anew: python -m tests.sdk.policy.explained."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == 6
    assert rendered() == text


def test_the_program_of_the_document_works(capsys):
    """Copied as it stands."""
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(program, "explain.md", "exec"), {})  # noqa: S102
    assert "these four restrictions apply automatically" in capsys.readouterr().out


# ---- what is told ----


@pytest.mark.parametrize(
    ("one", "zh", "en"),
    [
        (
            penalty(severity=None, text="较重", end=None),
            "行政处罚（失信程度原文为“较重”）：公示至信息源移除为止",
            "An administrative penalty (severity in the source's words “较重”): disclosed until the source removes it",
        ),
        (
            replace(
                record("J", RecordKind.JUDGMENT_DEFAULT, end=0),
                detail=ListingDetail(case_no="（2026）示执1号", reason="拒不履行"),
            ),
            "失信被执行人：案号“（2026）示执1号”，事由“拒不履行”，公示至2026年6月15日24时止",
            f"A listing for default on a judgment: case “（2026）示执1号”, because of “拒不履行”, {TODAY_EN}",
        ),
        (
            replace(
                record("K", RecordKind.COMMITMENT, end=0),
                detail=CommitmentDetail(made_on=day(0), authority="甲局"),
            ),
            "信用承诺：向甲局于2026年6月15日作出，公示至2026年6月15日24时止",
            "A public credit commitment: made to “甲局” on 15 June 2026, disclosed until the end of 15 June 2026",
        ),
        (
            replace(
                record("E", RecordKind.EVALUATION, end=0),
                detail=EvaluationDetail(scheme="纳税", value="A", issued_on=day(0), authority="甲局"),
            ),
            "信用评价：由甲局于2026年6月15日评定，“纳税”评价结果为“A”，公示至2026年6月15日24时止",
            f"A credit evaluation: issued by “甲局” on 15 June 2026, grade “A” of the scheme “纳税”, {TODAY_EN}",
        ),
        (
            replace(
                penalty(severity=Severity.SERIOUS, disputed=True, end=0),
                detail=PenaltyDetail(decision_no="1号"),
                catalogue="税收违法",
            ),
            "行政处罚（税收违法）（失信程度严重，异议中）：文号“1号”，公示至2026年6月15日24时止",
            f"An administrative penalty (“税收违法”, serious severity, disputed): number “1号”, {TODAY_EN}",
        ),
    ],
    ids=["worded", "judgment", "commitment", "grade", "disputed"],
)  # fmt: skip
def test_a_record_is_told_in_the_words_of_the_source(one, zh, en):
    """With what it is, by whom, and until when."""
    if one.catalogue.isascii():
        one = replace(one, catalogue=KINDS[one.kind].zh)
    assert record_sentence(one, "zh") == zh
    assert record_sentence(one, "en") == en


def test_an_end_that_was_inferred_is_said_to_be():
    """The source gave none."""
    one = penalty()
    one = replace(one, period=replace(one.period, inferred=True))
    assert "按法定最长期限计算" in record_sentence(one, "zh")
    assert "the longest the law allows" in record_sentence(one, "en")


def test_a_policy_that_is_not_in_force_says_from_when_or_since_when():
    """Nothing is done, and that is told."""
    future = small_policy(rule(PENALISED, "listing-stop"), effective_from=day(1).isoformat())
    past = small_policy(rule(PENALISED, "listing-stop"), effective_until=day(-1).isoformat())
    assert "自2026年6月16日起才适用" in explained(future, status_of(penalty())).text
    assert "does not apply from 15 June 2026" in explained(past, status_of(penalty()), "en").text


def test_what_a_rule_does_not_get_through_is_told():
    """Given by another rule, over, waived, outranked."""
    policy = small_policy(
        rule(PENALISED, "slots-cut", "deposit-raise", "listing-stop", rule_id="a", tier="watch"),
        rule(PENALISED, "listing-stop", rule_id="b", tier="restricted"),
        rule(PENALISED, "deposit-relief", rule_id="c", tier="standard") | {"precedence": "TRUST_TEAM"},
        rule(PENALISED, rule_id="d", tier="preferred"),
        rule({"standing": "ADVERSE"}, rule_id="e") | {"waives": ["stream-decision"]},
        rule(PENALISED, "stream-decision", rule_id="f"),
    )
    told = explained(policy, status_of(penalty(start=-80, end=500)))
    texts = {p.about: [] for p in told.of(Section.TREATMENT)}
    for paragraph in told.of(Section.TREATMENT):
        texts[paragraph.about].append(paragraph.text)
    assert "“文”的最长期限已满，不再采取。" in texts["a"]
    assert "“文”由优先的规则另作安排。" in texts["a"]
    assert "“文”也由这里的另一条规则给出，其期限更长或者相同，不重复计算。" in texts["b"]
    assert texts["d"][0].endswith("其等级由更优先或更严的规则决定。")
    assert texts["f"][0].endswith("目前没有另外的措施。")
    assert "“文”依另一条规则免除。" in texts["f"]
    english = explained(policy, status_of(penalty(start=-80, end=500)), "en").text
    assert "the longest duration is over, so it is not given again." in english


def test_what_would_change_it_is_told_of_time_and_repair():
    """Alike repairs together, the instants in order, and how many more there are."""
    policy = small_policy(
        *(
            rule(
                {"record": {"kind": "PENALTY", "age_days": {"at_least": n, "less_than": n + 1}}},
                tier="watch" if n % 2 else "restricted",
                rule_id=f"r{n}",
            )
            for n in range(40, 46)
        ),
        rule({"none": [PENALISED]}, "slots-relief", rule_id="good"),
    )
    told = changes(policy, penalty("A", on=-30, end=300), penalty("B", on=-900, end=300))
    assert told[0] == "记录1和记录2中仅有一条修复并停止公示的，本平台目前的处理不变。"
    assert told[1] == "上述失信信息全部修复并停止公示的，给予“文”。"
    assert told[2] == "其他情况不变的，自2026年6月25日起，等级变为“文”。"
    assert told[7] == "此后随时间推移还有三次变化。"
    lacking = "没有行政处罚信息正在公示（其他情况不变的，自2027年4月12日起符合）"
    assert told[8] == f"还可以获得“文”，只差一项条件：{lacking}。"
    english = changes(policy, penalty("A", on=-30, end=300), penalty("B", on=-900, end=300), language="en")
    assert english[7] == "After that time brings three more changes."


def test_what_ends_in_an_unknown_and_what_comes_before_a_human_is_told():
    """When the record is over, an unclassed one is left; an age brings a review."""
    aged = {"record": {"kind": "PENALTY", "age_days": {"at_least": 40}}}
    policy = small_policy(
        rule(PENALISED, "listing-stop", tier="watch"), rule(aged, "stream-decision", rule_id="b")
    )
    kept = [penalty(on=-30, end=50), record("O", RecordKind.OTHER, end=None)]
    told = changes(policy, *kept)
    assert "提请专人决定“文”" in told[1]
    assert "公共信用状况将不能确定，不再据此处理，解除“文”，“文”不再需要专人决定。" in told[2]
    assert "the tier becomes" not in changes(policy, *kept, language="en")[2]


def test_of_several_conditions_any_one_of_which_would_do_all_are_told():
    """And what a human decides, or is no automatic relief, is not promised."""
    policy = small_policy(
        rule({"any": [{"record": {"kind": "COMMENDATION"}}, {"record": {"kind": "COMMITMENT"}}]}, "slots-relief"),
        rule({"role": "MCN"}, tier="preferred", rule_id="b"),
    )  # fmt: skip
    (told,) = changes(policy)
    assert (
        told == "还可以获得“文”，只差以下任何一项条件：有守信激励信息正在公示，或者有信用承诺信息正在公示。"
    )
    assert "any one of these would do" in changes(policy, language="en")[0]
    closed = small_policy(rule({"record": {"kind": "COMMITMENT"}}, "slots-relief"), persons={"relief": False})
    assert not explained(closed, status_of(subject=PERSON)).of(Section.CHANGE)


def test_whom_it_is_about_is_named_as_far_as_it_is_known():
    """Name and code, the code alone, or a person without either."""
    named = Subject.of(CODE, name="示例公司")
    assert (
        "示例公司（统一社会信用代码91350100M000100Y43）"
        in explained(marketplace(), status_of(subject=named)).text
    )
    assert "对统一社会信用代码91350100M000100Y43的处理" in explained(marketplace(), status_of()).text
    assert "该自然人" in explained(marketplace(), status_of(subject=PERSON)).text
    person = Subject(kind=SubjectKind.PERSON, code=None, name="张某")
    assert "对张某的处理" in explained(marketplace(), status_of(subject=person)).text


def test_all_disputed_and_a_tier_alone_can_be_appealed():
    """The mark is on the whole where it is on each; below the default tier there is something to appeal."""
    disputed = [penalty("A", disputed=True), penalty("B", disputed=True)]
    text = explained(marketplace(), status_of(*disputed)).text
    assert "失信信息两条，均在异议中：" in text
    assert not explained(marketplace(), status_of(*disputed)).of(Section.APPEAL)
    graded = small_policy(rule(PENALISED, tier="watch"))
    assert explained(graded, status_of(penalty())).of(Section.APPEAL)
