"""What changes between two treatments, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from chengxin.policy.document import PolicyDocument
from chengxin.policy.quantity import say_setting, say_title
from chengxin.policy.shift import Shift, Verdict
from chengxin.policy.text import Language, Text
from chengxin.policy.upshot import Upshot
from chengxin.policy.wording import quoted, together

VERDICTS: Final = {
    Verdict.STRICTER: Text(zh="从严", en="Stricter"),
    Verdict.LOOSER: Text(zh="从宽", en="Looser"),
    Verdict.CHANGED_IN_KIND: Text(zh="有增有减", en="Changed in kind"),
    Verdict.UNCHANGED: Text(zh="不变", en="Unchanged"),
}


class _Verb(NamedTuple):
    """What becomes of measures: in Chinese before them, in English after one or several."""

    zh: str
    one: str
    many: str


_GAINED: Final = _Verb("增加", "applies as well", "apply as well")
_LOST: Final = _Verb("不再适用", "no longer applies", "no longer apply")
_ASKED: Final = _Verb("另由专人研究", "is put before a person", "are put before a person")
_ASKED_NO_LONGER: Final = _Verb(
    "不再由专人研究", "is no longer put before a person", "are no longer put before a person"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change of what is given, with all that is needed to say it.

    Attributes:
        shift: what changes.
        upshots: what is given before and after.
        documents: the policies that give it.
    """

    shift: Shift
    upshots: tuple[Upshot, Upshot]
    documents: tuple[PolicyDocument, PolicyDocument]

    def say(self, language: Language) -> list[str]:
        """Return what changes, a clause each; empty where nothing does."""
        return list(_Teller(self, language).clauses())


class _Teller:
    """Says one change in one language."""

    def __init__(self, change: Change, language: Language) -> None:
        self._shift = change.shift
        self._before, self._after = change.upshots
        self._old, self._new = change.documents
        self._language: Language = language

    def clauses(self) -> Iterator[str]:
        shift = self._shift
        aspects = sorted({*shift.stricter, *shift.looser, *shift.otherwise})
        if "tier" in aspects:
            before, after = self._tier(self._before, self._old), self._tier(self._after, self._new)
            yield self._say(f"等级由{before}变为{after}", f"the tier is {after} instead of {before}")
        yield from self._list(_GAINED, shift.gained, self._new)
        yield from self._list(_LOST, shift.lost, self._old)
        for aspect in aspects:
            kind, _, name = aspect.partition(":")
            if kind == "setting":
                yield self._setting(name)
            elif kind == "action":
                yield self._action(name)
        if any(aspect.startswith("review:") for aspect in aspects):
            before_, after_ = self._before.reviews, self._after.reviews
            yield from self._list(_ASKED, sorted(after_ - before_), self._new)
            yield from self._list(_ASKED_NO_LONGER, sorted(before_ - after_), self._old)

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en

    def _tier(self, upshot: Upshot, document: PolicyDocument) -> str:
        title = next((tier.title for tier in document.tiers if tier.id == upshot.tier), None)
        return (
            self._say("无等级", "none") if title is None else quoted(title.text.in_language(self._language))
        )

    def _list(self, said: _Verb, codes: Sequence[str], document: PolicyDocument) -> Iterator[str]:
        titles = [quoted(document.catalogue[code].title.text.in_language(self._language)) for code in codes]
        if titles:
            yield self._say(
                f"{said.zh}{'、'.join(titles)}",
                f"{together(titles, 'en')} {said.one if len(titles) == 1 else said.many}",
            )

    def _setting(self, name: str) -> str:
        declared = self._new.settings.get(name) or self._old.settings[name]
        title = quoted(say_title(name, declared.title, self._language))
        before, after = (
            say_setting(name, declared, dict(upshot.settings).get(name, declared.default), self._language)
            for upshot in (self._before, self._after)
        )
        return self._say(f"{title}由{before}变为{after}", f"{title} is {after} instead of {before}")

    def _action(self, name: str) -> str:
        is_refused = name in self._after.refused
        document = self._new if is_refused else self._old
        title = quoted(document.actions[name].title.text.in_language(self._language))
        if is_refused:
            return self._say(f"{title}不可用", f"{title} is not available")
        return self._say(f"{title}恢复可用", f"{title} is available again")
