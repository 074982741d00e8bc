"""Names of natural persons, masked as they are when a measure is made public: the family name, and 某."""

from __future__ import annotations

import re
from typing import Final

from chengxin.procedure.document.clean import clean

_COMPOUND: Final = frozenset(
    {
        *("欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟"),
        *("闻人", "夏侯", "诸葛", "尉迟", "公羊", "赫连", "澹台", "皇甫", "宗政"),
        *("濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙"),
        *("宇文", "司徒", "鲜于", "司空", "闾丘", "令狐", "百里", "呼延", "东郭"),
        *("南门", "西门", "轩辕", "第五", "拓跋", "夹谷", "宰父", "段干", "左丘"),
    }
)
"""Family names of two characters."""
_HAN: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_BETWEEN: Final = re.compile(r"[\s·•・.]+")


def mask_name(name: str) -> str:
    """Return a natural person's name so that it tells the family name alone.

    The length of what is hidden is not told beyond two characters. A name that is not in Chinese keeps its first
    letter.

    >>> mask_name("刘小明"), mask_name("刘明"), mask_name("欧阳小明"), mask_name("阿依古丽·买买提")
    ('刘某某', '刘某', '欧阳某某', '阿某某')
    >>> mask_name("John Smith")
    'J***'
    """
    parts = [part for part in _BETWEEN.split(clean(name)) if part]
    first = "".join(parts[:1])
    if not first:
        return "某"
    if not _HAN.fullmatch(first):
        return f"{first[0]}***"
    is_compound = first[:2] in _COMPOUND and len(first) > 2
    family = first[: 2 if is_compound else 1]
    hidden = sum(len(part) for part in parts) - len(family)
    return family + ("某" if hidden <= 1 else "某某")


def mask_within(text: str, name: str | None) -> str:
    """Return a text in which a natural person's name is masked wherever it stands.

    >>> mask_within("鼓楼区刘小明小吃店", "刘小明")
    '鼓楼区刘某某小吃店'
    """
    text, name = clean(text), clean(name or "")
    return text.replace(name, mask_name(name)) if name else text
