"""Conditions, rules and measures as sentences: total, without codes, and different where the meaning is."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.errors import UnknownReason
from chengxin.policy import PolicyDocument, compile_policy
from chengxin.policy.citation import cite, cite_clause, titled
from chengxin.policy.condition import Condition
from chengxin.policy.measure import LegalBasis, PlatformRule
from chengxin.policy.quantity import say_amount, say_title, say_value
from chengxin.policy.rule_sentence import effect_clause, measure_sentence, rule_sentence
from chengxin.policy.sentence import contrary, is_listed, sentence
from chengxin.policy.text import Text
from chengxin.policy.wording import KINDS, ROLES, SUBJECT_KINDS, UNKNOWN_REASONS, ordinal, until, when
from chengxin.records import CHINA, RecordKind, Role, SubjectKind
from chengxin.services import shipped_policies
from tests.examples import tried
from tests.sdk.policy.material import (
    AT,
    BOTH,
    EVALUATION_CONDITIONS,
    FACT_CONDITIONS,
    OTHER_CONDITIONS,
    RECORD_CONDITIONS,
    _compound,
    marketplace,
    policies,
    rule,
    small_document,
    small_policy,
)
from tests.sdk.policy.sentences import GOLDEN, golden_file, rendered

LANGUAGES = st.sampled_from(["zh", "en"])
AGES = st.sampled_from([{"at_least": 5}, {"less_than": 20}, {"at_least": 3, "less_than": 30}])
CONSTRAINT_CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "category": st.lists(st.sampled_from(["虚假宣传", "售假”或“假冒"]), min_size=1),
        "platforms": st.integers(1, 3).map(lambda n: {"at_least": n}),
        "verified": st.booleans(),
        "age_days": AGES,
    },
).map(lambda condition: {"constraint": condition})
MORE_FACTS = st.sampled_from(
    [
        {"fact": {"name": "registered_days", "at_least": 100, "less_than": 300}},
        {"fact": {"name": "is_flagship", "equals": False}},
        {"fact": {"name": "city", "equals": "厦门"}},
    ]
)
LEAVES = (
    RECORD_CONDITIONS
    | EVALUATION_CONDITIONS
    | FACT_CONDITIONS
    | OTHER_CONDITIONS
    | CONSTRAINT_CONDITIONS
    | MORE_FACTS
)
CONDITIONS = st.recursive(LEAVES, _compound, max_leaves=12)
FEW = st.recursive(  # so few that two of them often differ in how they are nested alone
    st.sampled_from([{"standing": "ADVERSE"}, {"role": "MCN"}, {"fact": {"name": "city", "equals": "福州"}}]),
    _compound,
    max_leaves=6,
)
FACTS = {
    "registered_days": {"type": "integer", "title": {"zh": "入驻天数", "en": "Days on the platform"}},
    "is_flagship": {"type": "boolean", "title": {"zh": "旗舰店", "en": "Flagship store"}},
    "city": {"type": "text", "title": {"zh": "所在城市", "en": "City"}},
}
EXAMPLES = json.loads((GOLDEN / "sentences.json").read_text(encoding="utf-8"))
LEAK = re.compile(r"[A-Z]{4,}|None|True|False|[{}_]|at_least|less_than|<|Text\(")


def document(*rules, **changes):
    """Return a document whose facts have titles of their own."""
    data = small_document(*(rules or [rule({"role": "MCN"}, tier="watch")]), facts=FACTS, **changes)
    return PolicyDocument.model_validate(data)


DOCUMENT = document()


def said(condition, language="zh", of=DOCUMENT):
    """Return the sentence of a condition given as data."""
    return sentence(Condition.model_validate(condition), of, language)


def normal(data):
    """Return a condition as data without what adds nothing to its meaning."""
    ((operator, inner),) = data.items()
    if operator in ("all", "any", "at_least"):
        of = inner["of"] if operator == "at_least" else inner
        needed = inner["n"] if operator == "at_least" else len(of) if operator == "all" else 1
        return normal(of[0]) if len(of) == 1 else {"needed": needed, "of": [normal(one) for one in of]}
    if operator == "none":
        return {"none": [normal(one) for one in inner]}
    if operator in ("role", "subject_kind"):
        return {operator: sorted({inner} if isinstance(inner, str) else set(inner))}
    if not isinstance(inner, dict):
        return data
    kept = {name: value for name, value in inner.items() if value != {"at_least": 1} or name == "age_days"}
    return {operator: {n: sorted(set(v)) if isinstance(v, list) else v for n, v in kept.items()}}


@tried(0.5)
@given(CONDITIONS, LANGUAGES)
def test_every_condition_has_a_sentence_that_holds_no_code(condition, language):
    """Total, deterministic, on one line, without a name of the machine's."""
    text = said(condition, language)
    assert text == said(json.loads(json.dumps(condition)), language)
    assert text.isprintable()
    assert text == text.strip()
    assert not LEAK.search(text), text
    assert bool(re.search(r"[\u4e00-\u9fff]", re.sub("“(?:[^”]|””)*”(?!”)", "", text))) is (language == "zh")


@tried(0.6)
@given(st.lists(CONDITIONS | FEW, min_size=2, max_size=40), LANGUAGES)
def test_different_conditions_have_different_sentences(conditions, language):
    """And those that mean the same by their form have the same one."""
    told = {}
    for condition in conditions:
        told.setdefault(said(condition, language), set()).add(json.dumps(normal(condition), sort_keys=True))
    assert all(len(meanings) == 1 for meanings in told.values()), told


@settings(deadline=None)
@given(st.lists(LEAVES, min_size=2, max_size=20), LANGUAGES)
def test_a_plain_condition_its_contrary_and_those_of_others_all_differ(leaves, language):
    """What is not so is told apart from what is."""
    told = {}
    for leaf in leaves:
        condition = Condition.model_validate(leaf)
        meaning = json.dumps(normal(leaf), sort_keys=True)
        told.setdefault(sentence(condition, DOCUMENT, language), set()).add(("is", meaning))
        told.setdefault(contrary(condition, DOCUMENT, language), set()).add(("is not", meaning))
    assert all(len(meanings) == 1 for meanings in told.values()), told


def test_a_condition_that_holds_others_has_no_contrary():
    """It is said by none of it."""
    with pytest.raises(ValueError, match="plain"):
        contrary(Condition.model_validate({"all": [{"role": "MCN"}]}), DOCUMENT, "zh")


@settings(deadline=None)
@given(policies(), LANGUAGES)
def test_every_rule_and_measure_has_a_sentence_that_holds_no_code(policy, language):
    """Whatever a policy says."""
    for one in policy.document.rules:
        text = rule_sentence(one, policy.document, language)
        assert not LEAK.search(text), text
        assert text.endswith("。" if language == "zh" else ".")
    for code in policy.document.catalogue:
        assert not LEAK.search(measure_sentence(code, policy.document, language))


@pytest.mark.parametrize("name", shipped_policies())
def test_the_shipped_rules_read_as_they_were_read_before(name):
    """Who changes a rule or a word reads all of them anew: python -m tests.sdk.policy.sentences."""
    assert rendered(name) == golden_file(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", EXAMPLES["conditions"], ids=lambda case: case["en"][:40])
def test_sentences_say_every_narrowing_and_what_is_nested_carries_its_whole_number(case):
    """Each narrowing is in the words of both languages, and a list can be read in one way alone."""
    assert said(case["condition"]) == case["zh"]
    assert said(case["condition"], "en") == case["en"]
    assert is_listed(Condition.model_validate(case["condition"])) is ("其一" in case["zh"])


SETTINGS = {
    "deposit_fen": {"title": {"zh": "保证金（分）", "en": "Deposit (fen)"}, "default": 1, "combine": "sum"},
    "checks": {
        "title": {"zh": "检查", "en": "Checks"},
        "default": "usual",
        "combine": "strictest",
        "values": ["usual", "all"],
    },
    "wait_minutes": {"title": {"zh": "等待时间", "en": "Waiting time"}, "default": 1, "combine": "max"},
    "open": {"title": {"zh": "开放注册", "en": "Open sign-up"}, "default": True, "combine": "min"},
    "hint": {"title": {"zh": "提示", "en": "A hint"}, "default": False, "combine": "max"},
}  # fmt: skip


def entry(title, direction="RESTRICT", **fields):
    """Return an entry of a catalogue as data."""
    both = {"zh": title, "en": title.title()}
    return {"title": both, "direction": direction, "category": "MONETARY", **fields}


CATALOGUE = {
    "more": entry("加收", setting={"name": "deposit_fen", "value": 250}, longest_days=1),
    "less": entry("减收", "RELIEVE", setting={"name": "deposit_fen", "value": -250}),
    "checked": entry("全检", setting={"name": "checks", "value": "all"}),
    "waiting": entry("等待", setting={"name": "wait_minutes", "value": 2}),
    "closed": entry("关闭", setting={"name": "open", "value": False}),
    "hinted": entry("提示", setting={"name": "hint", "value": True}),
    "nowhere": entry("别处", setting={"name": "elsewhere", "value": 1}),
    "refused": entry("停用", action="listing.create", human_decides=True),
    "bare": entry("空", action="nosuch"),
}


def worded(code, language):
    """Return the sentence of a measure of the catalogue above."""
    return measure_sentence(code, document(settings=SETTINGS, catalogue=CATALOGUE), language)


@pytest.mark.parametrize("case", EXAMPLES["measures"], ids=lambda case: case["code"])
def test_measures_say_what_they_do_with_value_and_unit(case):
    """Money in yuan; what the document does not declare is left unsaid."""
    assert worded(case["code"], "zh") == case["zh"]
    assert worded(case["code"], "en") == case["en"]


def test_a_rule_says_what_prevails_on_whose_word_and_until_when():
    """Law, trust team, and what is waived meanwhile."""
    penalised = {"record": {"kind": "PENALTY"}}
    law = {"legal_basis": [{"law": {"zh": "电子商务法", "en": "E-Commerce Law"}, "article": "38"}]}
    rules = [
        rule(penalised, "listing-stop", rule_id="a") | {"precedence": "REQUIRED_BY_LAW", **law},
        rule(penalised, rule_id="b")
        | {
            "precedence": "TRUST_TEAM",
            "waives": ["slots-cut", "gone"],
            "decided_by": "张三",
            "until": "2026-12-31",
        },
        rule(penalised, rule_id="c") | {"waives": ["slots-cut"]},
        rule(penalised, "stream-decision", rule_id="d") | {"precedence": "REQUIRED_BY_LAW", "waives": ["slots-cut"]},
        rule({"standing": "NO_ADVERSE_RECORD"}, "slots-relief", rule_id="e", tier="nosuch")
        | {"precedence": "TRUST_TEAM"},
    ]  # fmt: skip
    of = document(*rules)
    zh, en = ([rule_sentence(one, of, language) for one in of.rules] for language in ("zh", "en"))
    assert zh[0].endswith("随即解除。本规则是法律规定的要求（《电子商务法》第三十八条），优先于其他规则。")
    assert en[0].endswith("The law requires this (E-Commerce Law, article 38), before all other rules.")
    assert zh[1] == (
        "凡有行政处罚信息正在公示的，其间不再采取（法律规定的除外）：文、“gone”。"
        "本规则由信用治理团队（张三）专项决定，优先于平台一般规则。本规则适用至2026年12月31日24时止。"
    )
    assert en[1] == (
        "Where an administrative penalty is being disclosed, meanwhile nothing but the requirements of law gives: "
        "text, “gone”. This is a decision of the trust team (张三), before the general rules. This rule applies until "
        "the end of 31 December 2026."
    )
    assert "其间不再依平台一般规则采取：文。" in zh[2]
    assert "本规则是法律规定的要求，优先于其他规则。" in zh[3]
    assert "由专人研究决定是否采取：文（其间“文”操作不可用；最长365天）；其间不得采取：文；" in zh[3]
    assert "适用“nosuch”等级；给予以下激励：" in zh[4]
    assert "本规则由信用治理团队专项决定，优先于平台一般规则。" in zh[4]


@pytest.mark.parametrize(
    ("name", "title", "zh", "en"),
    [
        ("a_days", "账期（天）", "账期", "Period"),
        ("a_percent", "比例（%）", "比例", "Period"),
        ("a_fen", "（分）", "（分）", "Period"),
        ("a_count", "次数（天）", "次数（天）", "Period, in days"),
    ],
)
def test_a_title_loses_the_unit_that_its_values_are_said_with(name, title, zh, en):
    """And is never left empty."""
    both = small_policy(facts={"x": {"type": "text", "title": {"zh": title, "en": "Period, in days"}}})
    declared = both.document.facts["x"].title
    assert say_title(name, declared, "zh") == zh
    if name == "a_days":
        assert say_title(name, declared, "en") == en


def test_values_are_said_with_their_units():
    """Money, percents, days, and words."""
    assert say_value("x_fen", -5, "zh") == "-0.05元"
    assert say_value("x_percent", 20, "en") == "20%"
    assert say_value("x.hours", 1, "en") == "1 hour"
    assert say_value("x", 1234, "zh") == "1,234"
    assert say_value("x", "word", "en") == "“word”"
    assert (say_value("x", True, "en"), say_value("x", False, "en")) == ("yes", "no")
    assert say_amount("x_days", True, "Days") == "yes"


def test_articles_are_cited_as_each_language_does():
    """Articles of laws, items of opinions, and whatever is cited otherwise as it stands."""
    opinions = Text(zh="关于健全社会信用体系的意见（2025年）", en="Opinions (2025)")
    order = Text(zh="《平台规则办法》", en="Order 116")
    bases = [
        LegalBasis(law=opinions, article="11"),
        LegalBasis(law=order, article="28(6)"),
        LegalBasis(law=opinions, article="22(1)"),
        LegalBasis(law=order, article="附则"),
    ]
    assert cite(bases, "zh") == (
        "《关于健全社会信用体系的意见》（2025年）第十一项、第二十二项第一点；《平台规则办法》第二十八条第六项、附则"
    )
    assert cite(bases, "en") == "Opinions (2025), items 11 and 22(1); Order 116, articles 28(6) and 附则"
    assert titled("（试行）") == "《（试行）》"
    rule_of = PlatformRule(title=Text(zh="规则", en="Rules"), clause="3", url="https://rules.example.com")
    assert (cite_clause(rule_of, "zh"), cite_clause(rule_of, "en")) == (
        "《规则》第3条",
        "clause 3 of the Rules",
    )


def test_every_word_of_the_field_is_in_the_table():
    """No kind, role, kind of subject or reason is without a word in either language."""
    assert set(KINDS) == set(RecordKind)
    assert set(ROLES) == set(Role)
    assert set(SUBJECT_KINDS) == set(SubjectKind)
    assert set(UNKNOWN_REASONS) == set(UnknownReason)
    assert KINDS[RecordKind.PENALTY].text == Text(zh="行政处罚", en="administrative penalty")


def test_ends_of_periods_are_told_in_china_time():
    """Midnight is 24:00 of the day before; any other instant is told to the minute."""
    assert until(AT, "zh") == "至2026年6月15日12时30分止"
    assert until(AT, "en") == "until 12:30 on 15 June 2026, China time"
    assert when(AT.astimezone(CHINA).replace(minute=0), "zh") == "2026年6月15日12时"
    assert ordinal(11, "zh") == "其十一，"


def test_what_a_measure_does_is_told_of_the_shipped_catalogue():
    """Each entry does something that can be said."""
    of = marketplace().document
    for code, held in of.catalogue.items():
        assert effect_clause(held, of, "en")
        assert effect_clause(held, of, "zh") or code == "credit-reminder"
    assert compile_policy(of).ref == marketplace().ref
    assert BOTH == {"zh": "文", "en": "text"}
