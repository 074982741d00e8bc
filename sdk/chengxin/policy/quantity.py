"""Values of settings and facts as people say them: money in yuan, days, hours, percents, yes and no.

The unit is the last word of a name (``deposit_fen``, ``settlement_days``), as everywhere in this house.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from chengxin.policy.document import BothLanguages
from chengxin.policy.facts import FactValue
from chengxin.policy.text import Language
from chengxin.policy.wording import quoted


class _Unit(NamedTuple):
    """How a unit is written after a number, and how titles name it."""

    zh: str
    one: str
    many: str
    in_titles: re.Pattern[str]


def _unit(zh: str, one: str, many: str, *, named: str) -> _Unit:
    return _Unit(zh, one, many, re.compile(rf"\s*[（(](?:{named})[）)]$|,? in (?:{named})$", re.IGNORECASE))


_UNITS: Final[Mapping[str, _Unit]] = MappingProxyType(
    {
        "fen": _unit("元", "", "", named="分|元|人民币|fen|yuan|cny|rmb"),
        "days": _unit("天", " day", " days", named="天|日|days?"),
        "hours": _unit("小时", " hour", " hours", named="小时|时|hours?"),
        "minutes": _unit("分钟", " minute", " minutes", named="分钟|minutes?"),
        "percent": _unit("%", "%", "%", named="%|％|百分比|per ?cent|%"),
    }
)


def say_value(name: str, value: FactValue, language: Language) -> str:
    """Return a value of a setting or a fact in words.

    Args:
        name: name of the setting or the fact; its last word is the unit.
        value: the value.
        language: the language.

    >>> say_value("deposit_fen", 100000, "zh"), say_value("deposit_fen", 100050, "en")
    ('1,000元', 'CNY 1,000.50')
    >>> say_value("settlement_days", 1, "en"), say_value("is_flagship", True, "zh")
    ('1 day', '是')
    """
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if isinstance(value, str):
        return quoted(value)
    word = _unit_of(name)
    if word == "fen":
        return _money(value, language)
    if word is None:
        return f"{value:,}"
    unit = _UNITS[word]
    return f"{value:,}{unit.zh if language == 'zh' else unit.one if abs(value) == 1 else unit.many}"


def say_amount(name: str, value: FactValue, title: str) -> str:
    """Return a value in English beside its title: without the unit where the title says it.

    >>> say_amount("settlement_days", 7, "Days until settlement"), say_amount("review_hours", 1, "Time to review")
    ('7', '1 hour')
    """
    unit = _UNITS.get(_unit_of(name) or "")
    if (
        unit is not None
        and type(value) is int
        and unit.many.strip(" %")
        and unit.many.strip() in title.lower()
    ):
        return f"{value:,}"
    return say_value(name, value, "en")


def say_title(name: str, title: BothLanguages, language: Language) -> str:
    """Return the title of a setting or a fact without the unit, where its values are said with one.

    >>> say_title("deposit_fen", BothLanguages(zh="保证金（分）", en="Deposit, in fen"), "en")
    'Deposit'
    """
    said = title.zh if language == "zh" else title.en
    word = _unit_of(name)
    return said if word is None else _UNITS[word].in_titles.sub("", said) or said


def _unit_of(name: str) -> str | None:
    word = re.split(r"[._]", name)[-1]
    return word if word in _UNITS else None


def _money(fen: int, language: Language) -> str:
    yuan, rest = divmod(abs(fen), 100)
    amount = f"{'-' if fen < 0 else ''}{yuan:,}" + (f".{rest:02d}" if rest else "")
    return f"{amount}元" if language == "zh" else f"CNY {amount}"
