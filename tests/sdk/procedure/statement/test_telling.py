"""Statements told: in both languages, to be read aloud, and as a page that does nothing else."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidStatement
from chengxin.policy import Direction, PlatformRule, SettingEffect, Text
from chengxin.policy.wording import until
from chengxin.procedure.statement import (
    EndCause,
    StatementEnding,
    as_html,
    as_text,
    withdraw,
)
from chengxin.procedure.statement.telling import tell
from chengxin.records import SubjectKind
from tests.sdk.policy.material import AT, BOTH
from tests.sdk.procedure.statement.golden import GOLDEN, golden_cases
from tests.sdk.procedure.statement.material import HOSTILE, STATEMENTS, SUBJECTS, cases, stated
from tests.sdk.procedure.statement.plain import plain_case

LANGUAGES = ("zh", "en")
VOID = {"meta"}


class Page(HTMLParser):
    """Reads a page: its tags with their attributes, its text, and whether every tag is closed in order."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.tags, self.words, self.open = [], [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        """Note an opened tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Close what was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Keep the text."""
        if self.open and self.open[-1] != "style":
            self.words.append(data)


@given(STATEMENTS, st.sampled_from(LANGUAGES), st.sampled_from([None, "n0nce/+_-abc=="]))
def test_a_page_holds_what_is_told_and_no_more(statement, language, nonce):
    """Whatever names hold: closed tags of a short list, no script, style by nonce alone, links to the web."""
    page = Page(as_html(statement, language, at=AT, nonce=nonce))
    allowed = {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "main",
        "h1",
        "h2",
        "section",
        "p",
        "ul",
        "li",
    }
    assert {tag for tag, _ in page.tags} <= allowed | {"a", "span"}
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "src")]
        if tag == "style":
            assert attributes == {"nonce": nonce}
        if tag == "a":
            assert attributes["href"].startswith("https://")
    assert ("style" in dict(page.tags)) is (nonce is not None)
    said = "".join(page.words)
    telling = tell(statement, language, at=AT)
    for block in telling.blocks:
        for line in block.lines:
            assert line.whole in said
    assert dict(page.tags)["html"]["lang"] == ("zh-Hans-CN" if language == "zh" else "en")


def test_chinese_on_an_english_page_is_marked():
    """So that a screen reader speaks it; nothing is marked on a Chinese page."""
    statement = stated(plain_case())
    for words in ("福建示例商贸有限公司", "闽示监处罚〔2026〕896号", "信用中国"):
        assert f'“<span lang="zh-Hans-CN">{words}</span>”' in as_html(statement, "en", at=AT)
    assert "<span" not in as_html(statement, "zh", at=AT)


@given(cases(), st.sampled_from(LANGUAGES))
def test_i3_what_is_told_names_end_rule_basis_and_appeal(case, language):
    """Of every restriction and relief."""
    measure = case[0]
    said = as_text(stated(case), language, at=AT)
    assert until(measure.ends_at, language) in said
    assert measure.rule_id in said
    assert measure.policy.version in said
    is_restriction = measure.direction is Direction.RESTRICT
    assert (("不收取任何费用" if language == "zh" else "It costs nothing") in said) is (
        measure.appeal_url is not None
    )
    if is_restriction:
        assert ("自动解除" if language == "zh" else "ends by itself") in said
        assert measure.decided_by is None or measure.decided_by in said
    for mark in ("\u202e", "\u2066", "\x00", "\ud800"):
        assert mark not in said
    assert "  " not in said.replace("\n  ", "\n")


@pytest.mark.parametrize("nonce", ["", "short", 'abcdefgh"><script>', "a" * 300, "空空空空空空空空"])
def test_what_is_no_nonce_makes_no_page(nonce):
    """It would break out of its attribute."""
    with pytest.raises(InvalidStatement, match="nonce"):
        as_html(stated(plain_case()), "zh", at=AT, nonce=nonce)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://u@host/", 'https://a"b', "//host", "https://"]
)
def test_an_address_that_is_none_is_shown_and_not_linked(url):
    """Links are web addresses without a user name."""
    measure, records, about = plain_case()
    rule = PlatformRule(title=Text(**BOTH), clause="1", url=url)
    statement = stated((replace(measure, platform_rule=rule, appeal_url=url), records, about))
    page = Page(as_html(statement, "en", at=AT))
    assert "a" not in dict(page.tags)
    assert url in "".join(page.words)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_a_name(name):
    """It is told, without what deceives the eye, and is nothing but text."""
    measure, records, about = plain_case()
    subject = replace(about.subject, name=name)
    statement = stated((measure, records, replace(about, subject=subject)))
    page = Page(as_html(statement, "zh", at=AT))
    assert statement.subject.name in "".join(page.words)
    assert "script" not in dict(page.tags)
    assert "img" not in dict(page.tags)


def test_a_withdrawn_statement_tells_what_was_and_not_that_it_is():
    """The reason says what is being disclosed; that is not so any more."""
    measure, records, about = plain_case()
    ending = StatementEnding(cause=EndCause.REPAIRED, ended_at=AT)
    statement = withdraw(stated((measure, records, about)), ending, AT)
    for language, reason in (("zh", measure.reason.zh), ("en", measure.reason.en)):
        assert reason not in as_text(statement, language, at=AT)
    over = stated((measure, records, about)).shown_at(records[0].period.ends_at)
    assert measure.reason.zh not in as_text(over, "zh", at=records[0].period.ends_at)


def test_a_relief_and_a_setting_are_told():
    """Without words of the policy, by name and value."""
    measure, records, about = plain_case()
    effect = SettingEffect(setting="deposit_fen", value=50000)
    relief = replace(measure, direction=Direction.RELIEVE, effect=effect, appeal_url=None)
    said = as_text(stated((relief, records, about)), "zh", at=AT)
    assert "本平台给予" in said
    assert "涉及平台设置“deposit_fen”（500元）" in said
    assert "【怎样申诉】" not in said
    assert "the setting “deposit_fen” (CNY 500)" in as_text(stated((relief, records, about)), "en", at=AT)


def test_a_statement_that_nothing_rests_on_any_more_says_so():
    """One of two, and both."""
    measure, records, about = plain_case(grounds=2, days=200)
    statement = stated((measure, records, about))
    one, both = (record.period.ends_at for record in records)
    assert "另有一条依据已不再公示" in as_text(statement, "zh", at=one)
    assert "One record it rested on is not disclosed any more, and what it said" in as_text(
        statement, "en", at=one
    )
    assert "【事实】\n两条依据已不再公示，其内容已经删除。" in as_text(statement, "zh", at=both)
    assert "Two records it rested on are not disclosed" in as_text(statement, "en", at=both)
    assert "贵方（统一社会信用代码" in as_text(statement, "zh", at=both)
    assert "怎样修复" not in as_text(statement, "zh", at=both)


def test_a_reason_has_one_full_stop():
    """Whether its author wrote one or not."""
    measure, records, about = plain_case()
    for reason, said in (
        ("有信息", "有信息。适用"),
        ("有“信息。”", "有“信息。”适用"),
        ("有“信息”", "有“信息”。适用"),
    ):
        statement = stated((replace(measure, reason=Text(zh=reason, en="so")), records, about))
        assert said in as_text(statement, "zh", at=AT)
        assert "so. The rule is" in as_text(statement, "en", at=AT)


def test_appeals_are_told_with_the_clocks_that_there_are():
    """None, one, or both; a day is a day."""
    measure, records, about = plain_case()
    bare = replace(about, file_working_days=None, decide_working_days=None)
    said = as_text(stated((measure, records, bare)), "en", at=AT)
    assert "working day" not in said
    assert "tells you the result and the reasons." in said
    one = replace(about, file_working_days=1, decide_working_days=1)
    said = as_text(stated((measure, records, one)), "en", at=AT)
    assert "within 1 working day of the day of issue" in said


def test_a_person_is_spoken_to_and_not_named():
    """Neither name nor code."""
    measure, records, about = plain_case()
    person = replace(measure, subject_kind=SubjectKind.PERSON, decided_by="张某")
    about = replace(about, subject=SUBJECTS[SubjectKind.PERSON])
    said = as_text(stated((person, records, about)), "zh", at=AT)
    assert "本平台对您采取以下管理措施" in said
    assert "本措施由张某决定。" in said


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_the_golden_statements_are_as_they_were_read_aloud(name):
    """Each was read, in both languages; run the module golden to write them anew, and read them."""
    assert golden_cases()[name] == GOLDEN[name].read_text("utf-8")
