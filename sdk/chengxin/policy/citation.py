"""Articles of law and clauses of a platform's rules, cited as each language cites them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from chengxin.policy.measure import LegalBasis, PlatformRule
from chengxin.policy.text import Language, Text
from chengxin.policy.wording import han, together

_ARTICLE: Final = re.compile(r"([0-9]{1,3})(?:\(([0-9]{1,2})\))?", re.ASCII)
_REMARK: Final = re.compile(r"(（[^（）]*）)$")
_IN_ITEMS: Final = ("意见", "方案", "通知", "规划")
"""Documents that are divided into numbered items, 第…项, and not into articles, 第…条."""


def cite(bases: Iterable[LegalBasis], language: Language) -> str:
    """Return articles as one text, those of one law together.

    Args:
        bases: the articles, in order.
        language: the language.

    >>> law = Text(zh="电子商务法", en="E-Commerce Law")
    >>> cite([LegalBasis(law=law, article="32"), LegalBasis(law=law, article="38(2)")], "zh")
    '《电子商务法》第三十二条、第三十八条第二项'
    """
    articles: dict[Text, list[str]] = {}
    for basis in bases:
        articles.setdefault(basis.law, []).append(basis.article)
    if language == "zh":
        return "；".join(_in_chinese(law.zh, cited) for law, cited in articles.items())
    return "; ".join(_in_english(law, cited) for law, cited in articles.items())


def cite_clause(rule: PlatformRule, language: Language) -> str:
    """Return a clause of the platform's own published rules, without its address.

    >>> rule = PlatformRule(title=Text(zh="管理规则", en="Rules"), clause="4.1", url="https://rules.example.com")
    >>> cite_clause(rule, "zh"), cite_clause(rule, "en")
    ('《管理规则》第4.1条', 'clause 4.1 of the Rules')
    """
    if language == "zh":
        return f"{titled(rule.title.zh)}第{rule.clause}条"
    return f"clause {rule.clause} of the {rule.title.en}"


def titled(name: str) -> str:
    """Return the name of an instrument in its title marks, a remark at its end outside them.

    >>> titled("关于健全社会信用体系的意见（2025年）")
    '《关于健全社会信用体系的意见》（2025年）'
    """
    if name.startswith("《"):
        return name
    remark = _REMARK.search(name)
    if remark is None or remark.start() == 0:
        return f"《{name}》"
    return f"《{name[: remark.start()]}》{remark.group(1)}"


def _in_chinese(law: str, articles: list[str]) -> str:
    is_in_items = _REMARK.sub("", law).endswith(_IN_ITEMS)
    return titled(law) + "、".join(_article(article, is_in_items=is_in_items) for article in articles)


def _article(article: str, *, is_in_items: bool) -> str:
    match = _ARTICLE.fullmatch(article)
    if match is None:
        return article
    number, item = match.groups()
    if is_in_items:
        return f"第{han(int(number))}项" + (f"第{han(int(item))}点" if item else "")
    return f"第{han(int(number))}条" + (f"第{han(int(item))}项" if item else "")


def _in_english(law: Text, articles: list[str]) -> str:
    is_in_items = _REMARK.sub("", law.zh).endswith(_IN_ITEMS)
    word = "item" if is_in_items else "article"
    return f"{law.en}, {word}{'' if len(articles) == 1 else 's'} {together(articles, 'en')}"
