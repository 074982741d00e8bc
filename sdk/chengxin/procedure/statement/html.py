"""A statement as one page that needs nothing else."""

from __future__ import annotations

from datetime import datetime

from chengxin.errors import InvalidStatement
from chengxin.policy.text import Language
from chengxin.procedure.document.page import is_nonce, page_of
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
    if nonce is not None and not is_nonce(nonce):
        raise InvalidStatement(
            "A nonce is 8 to 256 characters of base64. Pass the one of the response's policy."
        )
    return page_of(tell(statement, language, at=at), statement.statement_id, nonce=nonce)
