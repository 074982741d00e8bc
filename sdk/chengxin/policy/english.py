"""Conditions in English, as clauses about a merchant."""

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
from chengxin.policy.quantity import say_amount, say_title
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


class English:
    """What English knows to say of conditions.

    Args:
        document: declares the titles of facts.
    """

    language: Final[Language] = "en"

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
        return (", or else " if is_any else ", and also ").join(clauses)

    def heading(self, condition: Condition) -> str:
        """Return what comes before the items of a list: how many of them have to be so."""
        count = len(condition.children)
        if condition.none is not None:
            return "this is not so: " if count == 1 else f"none of these {counted(count, 'en')} is so: "
        if condition.needed == count == 2:
            return "both of these are so: "
        if condition.needed == count:
            return f"all {counted(count, 'en')} of these are so: "
        is_so = "is so" if condition.needed == 1 else "are so"
        return f"at least {counted(condition.needed, 'en')} of these {counted(count, 'en')} {is_so}: "

    def items(self, items: Sequence[str]) -> str:
        """Return the items of a list as one text."""
        return "; ".join(items)

    def _fact(self, condition: FactCondition, *, negated: bool) -> str:
        name = condition.name
        declared = self._document.facts.get(name)
        said = say_title(name, declared.title, "en") if declared else name
        title = quoted(said)
        if condition.equals is not None:
            return f"{title} is {'not ' if negated else ''}{say_amount(name, condition.equals, said)}"
        bounds = []
        if condition.at_least is not None:
            bounds.append(f"at least {say_amount(name, condition.at_least, said)}")
        if condition.less_than is not None:
            bounds.append(f"less than {say_amount(name, condition.less_than, said)}")
        return f"{title} is {'not known to be ' if negated else ''}{' and '.join(bounds)}"


def _circumstance(condition: Condition, *, negated: bool) -> str:
    """Standing, role and kind of subject."""
    if condition.standing is not None:
        is_adverse = condition.standing == Standing.ADVERSE
        clause = f"{'an' if is_adverse else 'no'} adverse record is being disclosed"
        return f"it is not so that {clause}" if negated else clause
    not_ = "not " if negated else ""
    if condition.role is not None:
        roles = alternatives([word.en for word in worded(ROLES, condition.role)], "en")
        return f"the role on the platform is {not_}that of a {roles}"
    kinds = alternatives([noun.one for noun in worded(SUBJECT_KINDS, condition.subject_kind or ())], "en")
    return f"the business is {not_}{kinds}"


def _record(condition: RecordCondition, *, negated: bool) -> str:
    narrowed = []
    if condition.authority is not None:
        narrowed.append(f"decided by {alternatives([quoted(name) for name in condition.authority], 'en')}")
    if condition.age_days is not None:
        narrowed.append(f"decided or listed {_age(condition.age_days)} ago")
    count = condition.count.at_least if condition.count else 1
    nouns, severity = worded(KINDS, condition.kind), ""
    if condition.disputed:
        narrowed.append(f"which {'are' if count > 1 else 'is'} disputed")
    if condition.severity is not None:
        words = [word.en for word in worded(SEVERITIES, condition.severity)]
        severity = f"of {alternatives(words, 'en')} severity"
    if severity and len(nouns) > 1:  # beside the last of several nouns it would be about that alone
        narrowed.insert(0, severity)
    if count > 1:
        many = alternatives([noun.many for noun in nouns], "en")
        what = (
            f"fewer than {counted(count, 'en')} {many}"
            if negated
            else f"{counted(count, 'en')} or more {many}"
        )
    elif negated:
        what = f"no {alternatives([noun.bare for noun in nouns], 'en')}"
    else:
        what = alternatives([noun.one for noun in nouns], "en")
    aside = f", {', '.join(narrowed)}," if narrowed else ""
    close = f" {severity}" if severity and len(nouns) == 1 else ""
    remark = " (disputed ones aside)" if condition.disputed is False else ""
    return f"{what}{close}{aside} {'are' if count > 1 else 'is'} being disclosed{remark}"


def _age(age: AgeRange) -> str:
    bounds = [f"at least {age.at_least}"] if age.at_least is not None else []
    bounds += [f"less than {age.less_than}"] if age.less_than is not None else []
    last = age.less_than if age.less_than is not None else age.at_least
    return f"{' and '.join(bounds)} day{'' if last == 1 else 's'}"


def _evaluation(condition: EvaluationCondition, *, negated: bool) -> str:
    grades = alternatives([quoted(value) for value in condition.value], "en")
    article = "no grade" if negated else "the grade"
    return f"{article} {grades} of the scheme {quoted(condition.scheme)} is valid on the day"


def _constraint(condition: ConstraintCondition, *, negated: bool) -> str:
    narrowed = []
    if condition.category is not None:
        narrowed.append(f"about {alternatives([quoted(name) for name in condition.category], 'en')}")
    if condition.age_days is not None:
        narrowed.append(f"in effect for {_age(condition.age_days)}")
    if condition.verified is not None:
        narrowed.append(f"{'' if condition.verified else 'not '}verified at the public source")
    count = condition.platforms.at_least if condition.platforms else 1
    aside = f", {', '.join(narrowed)}," if narrowed else ""
    if count > 1:
        some = "fewer than " + counted(count, "en") if negated else f"{counted(count, 'en')} or more"
        return f"joint constraints of {some} other platforms{aside} are active"
    return f"{'no' if negated else 'a'} joint constraint of another platform{aside} is active"
