"""A statement as one page that needs nothing else: no script, no font, no picture, no address that is fetched.

Everything that comes from outside is escaped; addresses become links only where they are web addresses. Style stands in
one element, and only where the page's Content-Security-Policy lets it by a nonce; without one the page is plain and
reads as well. Runs of Chinese on an English page are marked as such, so that a screen reader speaks them rightly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

from chengxin.errors import InvalidStatement
from chengxin.policy.text import Language
from chengxin.procedure.statement.block import Block, Line
from chengxin.procedure.statement.statement import StatementOfReasons
from chengxin.procedure.statement.telling import tell

_TAGS: Final = {"zh": "zh-Hans-CN", "en": "en"}
_NONCE: Final = re.compile(r"[A-Za-z0-9+/_-]{8,256}={0,2}")
_WEB: Final = re.compile(r"https?://[^\s/?#@\"'<>\\]+(?:[/?#][^\s\"'<>\\]*)?", re.IGNORECASE)
_CHINESE: Final = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
    "[\u2e80-\u2fdf\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff0-9A-Za-z（）〔〕]*"
)
_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{margin:0;font:1.0625rem/1.7 system-ui,sans-serif}"
    "main{max-width:42rem;margin:0 auto;padding:1rem 1rem 3rem;overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.3}"
    "h2{font-size:1.125rem;margin:2rem 0 .25rem}"
    "p,ul{margin:.5rem 0}"
    "ul{padding-left:1.25rem}"
    "a{min-height:1.5rem}"
    "@media print{main{max-width:none;padding:0}}"
)


def as_html(
    statement: StatementOfReasons, language: Language, *, at: datetime, nonce: str | None = None
) -> str:
    """Return a statement as a complete page, as it may be shown at an instant.

    Args:
        statement: the statement.
        language: the language of the page.
        at: the instant of showing, aware.
        nonce: the nonce of the response's Content-Security-Policy for ``style-src``; None for a page without style.

    Raises:
        InvalidStatement: the nonce is none: it would break out of its attribute, or let nothing through.
        InvalidRecord: the instant has no time zone.
    """
    if nonce is not None and not _NONCE.fullmatch(nonce):
        raise InvalidStatement(
            "A nonce is 8 to 256 characters of base64. Pass the one of the response's policy."
        )
    telling = tell(statement, language, at=at)
    style = "" if nonce is None else f'<style nonce="{escape(nonce)}">{_STYLE}</style>\n'
    body = "\n".join(_block(number, block, language) for number, block in enumerate(telling.blocks))
    title = _spoken(telling.title, language)
    return (
        "<!doctype html>\n"
        f'<html lang="{_TAGS[language]}" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(telling.title)} {escape(statement.statement_id)}</title>\n{style}"
        f"</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _block(number: int, block: Block, language: Language) -> str:
    lines = "\n".join(_lines(block.lines, language))
    if not block.heading:
        return lines
    name = f"part-{number}"
    heading = f'<h2 id="{name}">{_spoken(block.heading, language)}</h2>'
    return f'<section aria-labelledby="{name}">\n{heading}\n{lines}\n</section>'


def _lines(lines: tuple[Line, ...], language: Language) -> Iterator[str]:
    is_open = False
    for line in lines:
        if line.is_item != is_open:
            yield "<ul>" if line.is_item else "</ul>"
            is_open = line.is_item
        tag = "li" if line.is_item else "p"
        yield f"<{tag}>{_line(line, language)}</{tag}>"
    if is_open:
        yield "</ul>"


def _line(line: Line, language: Language) -> str:
    before, after = _spoken(line.text, language), _spoken(line.tail, language)
    if not line.link:
        return before + after
    address = escape(line.link)
    if _WEB.fullmatch(line.link):
        address = f'<a href="{address}" rel="noreferrer">{address}</a>'
    return f"{before}{address}{after}"


def _spoken(text: str, language: Language) -> str:
    """Return a text escaped, with what is in Chinese on a page that is not marked as Chinese."""
    if language == "zh":
        return escape(text)
    parts, done = [], 0
    for match in _CHINESE.finditer(text):
        parts += [escape(text[done : match.start()]), f'<span lang="zh-Hans-CN">{escape(match[0])}</span>']
        done = match.end()
    return "".join([*parts, escape(text[done:])])
