"""The reader of a page: their language, and how it writes instants."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import has_request_context, request

from chengxin.policy import Language, LegalBasis, PlatformRule, Text, cite, cite_clause, severity_word
from chengxin.records import CHINA, Severity
from flask_chengxin.proxies.state import State

_LANGUAGES: Final[dict[str, Language]] = {"zh": "zh", "en": "en"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Says things in the language of one reader; templates get it as ``reader``.

    Attributes:
        language: the language.
    """

    language: Language

    @property
    def tag(self) -> str:
        """The language as a BCP 47 tag."""
        return "zh-CN" if self.language == "zh" else "en"

    @property
    def turned(self) -> Reader:
        """The reader of the other language."""
        return Reader(language="en" if self.language == "zh" else "zh")

    def say(self, zh: str, en: str) -> str:
        """Return the one of two texts that the reader understands."""
        return zh if self.language == "zh" else en

    def text(self, text: Text) -> str:
        """Return a text in the reader's language."""
        return text.in_language(self.language)

    def law(self, bases: Iterable[LegalBasis]) -> str:
        """Return articles and items of law, cited as in the statement of reasons."""
        return cite(bases, self.language)

    def clause(self, rule: PlatformRule) -> str:
        """Return a clause of the platform's own rules, cited as in the statement of reasons."""
        return cite_clause(rule, self.language)

    def severity(self, severity: Severity) -> str:
        """Return a severity in the reader's language, in the words of the house."""
        return self.text(severity_word(severity))

    def when(self, at: datetime) -> str:
        """Return an instant in China time, to the minute."""
        moment = at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        return self.say(f"{moment}（北京时间）", f"{moment} (China time)")

    def until(self, at: datetime) -> str:
        """Return the end of a period, given its first instant after: midnight is 24:00 of the last day."""
        moment = at.astimezone(CHINA)
        if moment.hour or moment.minute or moment.second or moment.microsecond:
            return self.when(at)
        last = f"{(moment - timedelta(days=1)).date().isoformat()} 24:00"
        return self.say(f"{last}（北京时间）", f"{last} (China time)")


def current_reader(state: State, language: str | None = None) -> Reader:
    """Return the reader of the current request.

    Args:
        state: the app's state.
        language: language that the address or the template asks for; then what the host's selector says counts,
            then what the browser prefers, then the app's default.
    """
    if language not in _LANGUAGES and has_request_context():
        select = state.hooks.select_language
        language = select() if select is not None else None
        if language not in _LANGUAGES:
            language = request.accept_languages.best_match(_LANGUAGES)
    return Reader(language=_LANGUAGES.get(language or "", state.settings.language))


def prefers_html() -> bool:
    """Tell whether the client of the current request would rather have a page than JSON; nobody outside one would."""
    if not has_request_context():
        return False
    offers = ("application/problem+json", "application/json", "text/html")
    return request.accept_mimetypes.best_match(offers) == "text/html"
