"""Conditions as sentences that a merchant understands, in Chinese and in English.

A clause says of a merchant what has to be so. Clauses of a few plain conditions are joined; where conditions hold
others, each becomes an item of a list that says how many of its items have to be so, and items within items carry
their whole number (2.1), so that nothing can be read in two ways, also aloud. Different meanings give different
sentences, as far as the titles that the document declares are different; pure and total.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from chengxin.policy.chinese import Chinese
from chengxin.policy.condition import Condition
from chengxin.policy.document import PolicyDocument
from chengxin.policy.english import English
from chengxin.policy.text import Language
from chengxin.policy.wording import ordinal

MOST_JOINED: Final = 3
"""So many plain clauses are joined to one; more become a list."""


class Tongue(Protocol):
    """What a language knows to say of conditions."""

    @property
    def language(self) -> Language:
        """The language."""
        ...

    def plain(self, condition: Condition, *, negated: bool) -> str:
        """Return the clause of a condition that holds no others, or of its contrary."""
        ...

    def joined(self, clauses: Sequence[str], *, is_any: bool) -> str:
        """Return clauses as one: all of them, or any."""
        ...

    def heading(self, condition: Condition) -> str:
        """Return what comes before the items of a list: how many of them have to be so."""
        ...

    def items(self, items: Sequence[str]) -> str:
        """Return the items of a list as one text."""
        ...


def sentence(condition: Condition, document: PolicyDocument, language: Language) -> str:
    """Return a condition as a clause about a merchant, without its full stop.

    Args:
        condition: the condition.
        document: the document that holds it; it declares the titles of facts.
        language: the language.
    """
    return _clause(condition, _tongue(document, language), ())


def contrary(condition: Condition, document: PolicyDocument, language: Language) -> str:
    """Return the clause that says that a plain condition is not so.

    Raises:
        ValueError: the condition holds others; give ``none`` of it to ``sentence``.
    """
    if condition.children:
        raise ValueError("only a plain condition has a contrary")
    return _tongue(document, language).plain(condition, negated=True)


def is_listed(condition: Condition) -> bool:
    """Tell whether the sentence of a condition is a list of items."""
    condition = simplest(condition)
    children = [simplest(child) for child in condition.children]
    if not children:
        return False
    is_counted = condition.at_least is not None and 1 < condition.needed < len(children)
    return is_counted or len(children) > MOST_JOINED or any(child.children for child in children)


def simplest(condition: Condition) -> Condition:
    """Return the condition inside wrappers that ask for one of one, which add nothing to what it means."""
    while len(condition.children) == 1 and condition.none is None:
        (condition,) = condition.children
    return condition


def _tongue(document: PolicyDocument, language: Language) -> Tongue:
    return Chinese(document) if language == "zh" else English(document)


def _clause(condition: Condition, tongue: Tongue, number: tuple[int, ...]) -> str:
    condition = simplest(condition)
    children = [simplest(child) for child in condition.children]
    if not children:
        return tongue.plain(condition, negated=False)
    if not is_listed(condition):
        is_none = condition.none is not None
        clauses = [tongue.plain(child, negated=is_none) for child in children]
        return tongue.joined(clauses, is_any=not is_none and condition.needed < len(children))
    numbers = [(*number, position) for position in range(1, len(children) + 1)]
    items = [
        _number(inner, tongue.language) + _clause(child, tongue, inner)
        for inner, child in zip(numbers, children, strict=True)
    ]
    return tongue.heading(condition) + tongue.items(items)


def _number(number: tuple[int, ...], language: Language) -> str:
    if len(number) == 1:
        return ordinal(number[0], language)
    path = ".".join(map(str, number))
    return f"（{path}）" if language == "zh" else f"({path}) "
