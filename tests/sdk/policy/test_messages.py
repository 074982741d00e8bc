"""The message catalogue: every code once, in both languages, with a reason and a way out."""

import pickle
import re
from pathlib import Path

import pytest

import chengxin
from chengxin.errors import Wording
from chengxin.message import placeholders
from chengxin.policy import condition, document
from chengxin.policy.messages import CATALOGUE, found
from chengxin.policy.shape import known_kinds

PACKAGE = Path(chengxin.__file__).parent
SOURCES = [
    path
    for folder in ("policy", "syntax", "services")
    for path in sorted((PACKAGE / folder).rglob("*.py"))
    if "messages" not in path.parts and path.name != "messages.py"
]
CODE = re.compile(
    r'"((?:yaml|field|text|condition|count|fact|range|extends|include|reference|period|tier|setting|'
    r'policy|measure|rule|action|address|analysis)\.[a-z_]+)"'
)
BUILT = {f"{kind}.unused" for kind in ("fact", "action", "setting", "tier", "measure")}
"""Codes that are put together where they are used."""


def test_every_code_that_is_used_is_catalogued_and_the_reverse():
    """A finding without words would be a fault of ours; words without a finding mislead."""
    used = {code for path in SOURCES for code in CODE.findall(path.read_text("utf-8"))}
    assert used | BUILT == CATALOGUE.keys()


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_message_says_the_same_in_both_languages(code):
    """The same placeholders, problem, reason and fix, none of them empty; Chinese in Chinese."""
    message = CATALOGUE[code]
    for part in (message.problem, message.why, message.fix):
        assert placeholders(part.zh) == placeholders(part.en)
        assert part.zh.strip()
        assert part.en.strip()
    assert re.search(r"[\u4e00-\u9fff]", message.problem.zh + message.fix.zh)
    assert not re.search(r"[\u4e00-\u9fff]", message.sentences.en)
    assert message.problem.zh.endswith("。")
    assert message.problem.en.endswith(".")


@pytest.mark.parametrize("code", CATALOGUE)
def test_a_chinese_message_is_set_as_chinese_is(code):
    """Full-width punctuation and quotes; no half-width comma, colon or quote in running text."""
    zh = CATALOGUE[code].sentences.zh
    assert not re.search(r"[\u4e00-\u9fff][,;:?!'\"()]", zh)
    assert not re.search(r"[,;?!'\"][\u4e00-\u9fff]", zh)


def test_a_finding_survives_pickling():
    """Reports cross processes."""
    finding = found("rule.unknown_tier", "rules[0].tier", tier="x", hint=Wording(zh="是否？", en="Is it?"))
    assert pickle.loads(pickle.dumps(finding)) == finding  # noqa: S301  # our own
    assert finding.fix == Wording(zh="是否？", en="Is it?")


def test_words_of_an_author_are_repeated_as_they_are():
    """Braces in a name are no placeholders."""
    assert found("tier.unused", "tiers[0]", name="{x}").problem.en == "No rule gives the tier '{x}'."


def test_every_kind_of_error_that_a_part_raises_has_words():
    """What parts ask of themselves is told in both languages, and not in pydantic's."""
    raised = {
        kind
        for module in (condition, document)
        for kind in re.findall(
            r'PydanticCustomError\(\s*"([a-z_.]+)"', Path(module.__file__).read_text("utf-8")
        )
    }
    assert raised
    assert raised <= known_kinds()
