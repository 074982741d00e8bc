"""One message of the catalogue: what a finding of some code says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import NamedTuple, TypeAlias

from chengxin.errors import Finding, FindingSeverity, Wording


class Message(NamedTuple):
    """What the findings of one code say; named placeholders stand where the document's own words go.

    Attributes:
        severity: what follows from such a finding.
        problem: what is wrong.
        why: why it matters: the law, or the reason of the invariant.
        fix: what to do about it.
    """

    severity: FindingSeverity
    problem: Wording
    why: Wording
    fix: Wording

    @property
    def sentences(self) -> Wording:
        """The three together, for what is asked of all of them alike."""
        parts = (self.problem, self.why, self.fix)
        return Wording(zh="\n".join(p.zh for p in parts), en="\n".join(p.en for p in parts))

    def finding(self, code: str, path: str, values: Mapping[str, object]) -> Finding:
        """Return a finding that says this of a place.

        Args:
            code: the code of this message.
            path: the place in the document.
            values: what to put for each placeholder; a ``Wording`` is put in its own language.
        """
        return Finding(
            code=code,
            severity=self.severity,
            path=path,
            problem=_filled(self.problem, values),
            why=_filled(self.why, values),
            fix=_filled(self.fix, values),
        )


Messages: TypeAlias = Mapping[str, Message]


def error(*, problem: tuple[str, str], why: tuple[str, str], fix: tuple[str, str]) -> Message:
    """Return a message that refuses a policy; each pair is Chinese, English."""
    return Message(FindingSeverity.ERROR, Wording(*problem), Wording(*why), Wording(*fix))


def warning(*, problem: tuple[str, str], why: tuple[str, str], fix: tuple[str, str]) -> Message:
    """Return a message that warns; each pair is Chinese, English."""
    return Message(FindingSeverity.WARNING, Wording(*problem), Wording(*why), Wording(*fix))


def note(*, problem: tuple[str, str], why: tuple[str, str], fix: tuple[str, str]) -> Message:
    """Return a message that only tells; each pair is Chinese, English."""
    return Message(FindingSeverity.NOTE, Wording(*problem), Wording(*why), Wording(*fix))


def placeholders(template: str) -> frozenset[str]:
    """Return the names of the placeholders in a template.

    >>> sorted(placeholders("{code} of {kind}"))
    ['code', 'kind']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def _filled(template: Wording, values: Mapping[str, object]) -> Wording:
    if not values:
        return template
    zh = {name: value.zh if isinstance(value, Wording) else value for name, value in values.items()}
    en = {name: value.en if isinstance(value, Wording) else value for name, value in values.items()}
    return Wording(zh=template.zh.format(**zh), en=template.en.format(**en))
