"""A telling as plain text, and as one page that needs nothing else: no script, font or picture, and nothing fetched.

Everything that comes from outside is escaped; addresses become links only where they are web addresses. Style stands in
one element, and only where the page's Content-Security-Policy lets it by a nonce; without one the page is plain and
reads as well. Runs of Chinese on an English page are marked as such, so that a screen reader speaks them rightly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from chengxin.policy.text import Language
from chengxin.procedure.document.block import Block, Line, Telling

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


def is_nonce(text: str) -> bool:
    """Tell whether a text can be the nonce of a Content-Security-Policy, and stays within its attribute."""
    return _NONCE.fullmatch(text) is not None


def text_of(telling: Telling) -> str:
    """Return a telling as plain text that reads well aloud."""
    lines = [telling.title]
    for block in telling.blocks:
        lines.append("")
        if block.heading:
            lines.append(f"【{block.heading}】" if telling.language == "zh" else f"{block.heading}:")
        lines += [f"  {line.whole}" if line.is_item else line.whole for line in block.lines]
    return "\n".join(lines) + "\n"


def page_of(telling: Telling, number: str, *, nonce: str | None) -> str:
    """Return a telling as a complete page.

    Args:
        telling: what is told.
        number: what it is known by, behind the title of the window.
        nonce: the nonce of the response's policy for ``style-src``, one by ``is_nonce``; None for a page without style.
    """
    language = telling.language
    style = "" if nonce is None else f'<style nonce="{escape(nonce)}">{_STYLE}</style>\n'
    body = "\n".join(_block(index, block, language) for index, block in enumerate(telling.blocks))
    title = f"{telling.title} {number}".strip()
    return (
        "<!doctype html>\n"
        f'<html lang="{_TAGS[language]}" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n{style}"
        f"</head>\n<body>\n<main>\n<h1>{_spoken(telling.title, language)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
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
