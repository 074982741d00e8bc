"""A statement, and the list of what is public, each as one page that needs nothing else."""

from __future__ import annotations

from datetime import datetime

from chengxin.errors import InvalidStatement
from chengxin.policy.text import Language
from chengxin.procedure.document.block import Block, Line, Telling
from chengxin.procedure.document.page import is_nonce, page_of
from chengxin.procedure.statement.publicity import PublicityPage
from chengxin.procedure.statement.statement import StatementOfReasons
from chengxin.procedure.statement.telling import tell


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
    _check(nonce)
    return page_of(tell(statement, language, at=at), statement.statement_id, nonce=nonce)


def publicity_html(page: PublicityPage, language: Language, *, nonce: str | None = None) -> str:
    """Return the list of what is public as a complete page; keep it no longer than the list itself.

    Args:
        page: the list, as ``publicity_page`` gives it.
        language: the language of the page.
        nonce: see ``as_html``.

    Raises:
        InvalidStatement: the nonce is none.
    """
    _check(nonce)
    colon = "：" if language == "zh" else ": "
    blocks = [Block(heading="", lines=(Line(text=page.note.in_language(language)),))]
    for shop, *cells in page.rows:
        told = zip(page.columns[1:], cells, strict=True)
        lines = tuple(
            Line(text=f"{name.in_language(language)}{colon}{cell.in_language(language)}", is_item=True)
            for name, cell in told
        )
        blocks.append(Block(heading=shop.in_language(language), lines=lines))
    telling = Telling(language=language, title=page.title.in_language(language), blocks=tuple(blocks))
    return page_of(telling, "", nonce=nonce)


def _check(nonce: str | None) -> None:
    if nonce is not None and not is_nonce(nonce):
        raise InvalidStatement(
            "A nonce is 8 to 256 characters of base64. Pass the one of the response's policy."
        )
