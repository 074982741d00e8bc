"""Conditions in Chinese, as clauses about a merchant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chengxin.policy.condition import (
    AgeRange,
    Condition,
    ConstraintCondition,
    EvaluationCondition,
    FactCondition,
    RecordCondition,
)
from chengxin.policy.document import PolicyDocument
from chengxin.policy.quantity import say_title, say_value
from chengxin.policy.text import Language
from chengxin.policy.wording import (
    KINDS,
    ROLES,
    SEVERITIES,
    SUBJECT_KINDS,
    alternatives,
    counted,
    quoted,
    worded,
)
from chengxin.records import Standing


class Chinese:
    """What Chinese knows to say of conditions.

    Args:
        document: declares the titles of facts.
    """

    language: Final[Language] = "zh"

    def __init__(self, document: PolicyDocument) -> None:
        self._document = document

    def plain(self, condition: Condition, *, negated: bool) -> str:
        """Return the clause of a condition that holds no others, or of its contrary."""
        if condition.record is not None:
            return _record(condition.record, negated=negated)
        if condition.evaluation is not None:
            return _evaluation(condition.evaluation, negated=negated)
        if condition.fact is not None:
            return self._fact(condition.fact, negated=negated)
        if condition.constraint is not None:
            return _constraint(condition.constraint, negated=negated)
        return _circumstance(condition, negated=negated)

    def joined(self, clauses: Sequence[str], *, is_any: bool) -> str:
        """Return clauses as one: all of them, or any."""
        return ("，或者" if is_any else "，并且").join(clauses)

    def heading(self, condition: Condition) -> str:
        """Return what comes before the items of a list: how many of them have to be so."""
        count = len(condition.children)
        if condition.none is not None:
            return "以下情形不存在：" if count == 1 else f"以下{counted(count, 'zh')}种情形均不存在："
        if condition.needed == count:
            return f"同时符合以下{counted(count, 'zh')}项条件："
        if condition.needed == 1:
            return f"至少符合以下{counted(count, 'zh')}项条件之一："
        return f"以下{counted(count, 'zh')}项条件中至少符合{counted(condition.needed, 'zh')}项："

    def items(self, items: Sequence[str]) -> str:
        """Return the items of a list as one text."""
        return "；".join(items)

    def _fact(self, condition: FactCondition, *, negated: bool) -> str:
        name = condition.name
        declared = self._document.facts.get(name)
        title = say_title(name, declared.title, "zh") if declared else quoted(name)
        if condition.equals is not None:
            return f"{title}{'不' if negated else ''}为{say_value(name, condition.equals, 'zh')}"
        bounds = []
        if condition.at_least is not None:
            bounds.append(f"不少于{say_value(name, condition.at_least, 'zh')}")
        if condition.less_than is not None:
            bounds.append(f"少于{say_value(name, condition.less_than, 'zh')}")
        compared = f"{title}{'且'.join(bounds)}"
        return f"并非已知{compared}" if negated else compared


def _circumstance(condition: Condition, *, negated: bool) -> str:
    """Standing, role and kind of subject."""
    if condition.standing is not None:
        clause = (
            "公示信息中有失信信息" if condition.standing == Standing.ADVERSE else "公示信息中没有失信信息"
        )
        return f"并非{clause}" if negated else clause
    if condition.role is not None:
        roles = alternatives([word.zh for word in worded(ROLES, condition.role)], "zh")
        return f"在平台上的角色{'不是' if negated else '是'}{roles}"
    kinds = alternatives([noun.zh for noun in worded(SUBJECT_KINDS, condition.subject_kind or ())], "zh")
    return f"主体类型{'不是' if negated else '是'}{kinds}"


def _record(condition: RecordCondition, *, negated: bool) -> str:
    narrowed = []
    if condition.severity is not None:
        narrowed.append(f"失信程度{_severity(condition)}")
    if condition.authority is not None:
        narrowed.append(f"由{alternatives([quoted(name) for name in condition.authority], 'zh')}作出")
    if condition.disputed:
        narrowed.append("正在异议中")
    if condition.age_days is not None:
        narrowed.append(f"作出或列入{_age(condition.age_days)}")
    kinds = alternatives([noun.zh for noun in worded(KINDS, condition.kind)], "zh")
    aside = "（异议中的除外）" if condition.disputed is False else ""
    count = condition.count.at_least if condition.count else 1
    many = f"{counted(count, 'zh')}项以上" if count > 1 else ""
    what = f"{'、'.join(narrowed)}的{kinds}" if narrowed else kinds
    return f"{'没有' if negated else '有'}{many}{what}信息正在公示{aside}"


def _severity(condition: RecordCondition) -> str:
    words = [word.zh for word in worded(SEVERITIES, condition.severity or ())]
    return ("" if len(words) == 1 else "为") + alternatives(words, "zh")


def _age(age: AgeRange) -> str:
    bounds = [f"已满{age.at_least}天"] if age.at_least is not None else []
    bounds += [f"不满{age.less_than}天"] if age.less_than is not None else []
    return "且".join(bounds)


def _evaluation(condition: EvaluationCondition, *, negated: bool) -> str:
    grades = alternatives([quoted(value) for value in condition.value], "zh")
    said = f"没有取得{grades}的评价结果" if negated else f"取得的评价结果为{grades}"
    return f"在{quoted(condition.scheme)}中{said}（当日有效）"


def _constraint(condition: ConstraintCondition, *, negated: bool) -> str:
    narrowed = []
    if condition.category is not None:
        narrowed.append(f"涉及{alternatives([quoted(name) for name in condition.category], 'zh')}")
    if condition.age_days is not None:
        narrowed.append(f"生效{_age(condition.age_days)}")
    if condition.verified is not None:
        narrowed.append(f"{'已' if condition.verified else '未'}在公共信用信息源核实")
    count = condition.platforms.at_least if condition.platforms else 1
    many = f"{counted(count, 'zh')}家以上" if count > 1 else ""
    narrowing = f"{'、'.join(narrowed)}的" if narrowed else ""
    return f"{'没有' if negated else '有'}{many}其他平台的{narrowing}联合约束正在生效"
