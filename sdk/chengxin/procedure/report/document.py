"""A report as a document: canonical JSON of a published schema, a page that needs nothing else, plain text."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any, Final

from rfc8785 import CanonicalizationError

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidReceipt
from chengxin.policy.text import Language
from chengxin.policy.wording import KINDS
from chengxin.procedure.document.clean import clean
from chengxin.procedure.document.page import is_nonce, page_of, text_of
from chengxin.procedure.document.plain import maybe, write_instant, write_text
from chengxin.procedure.receipt.content import content_of
from chengxin.procedure.report.report import CreditReport
from chengxin.procedure.report.telling import sentence_of, standing_text, tell

FORMAT: Final = 1
"""Version of this format."""


def document_of(report: CreditReport, *, at: datetime) -> dict[str, Any]:
    """Return a report as plain data of the published schema ``urn:chengxin:credit-report:1``.

    Args:
        report: the report.
        at: the instant of showing, aware; nothing of a record whose disclosure is over is in it (invariant I1).
    """
    shown = report.shown_at(at)
    return {
        "format": FORMAT,
        "generated_at": write_instant(shown.generated_at),
        "valid_until": write_instant(shown.valid_until),
        "keep_until": maybe(write_instant, shown.content_ends_at),
        "is_whole": shown.is_whole,
        "pseudonym": shown.pseudonym,
        "receipt": None
        if shown.receipt_id is None
        else {
            "id": shown.receipt_id,
            "salt": maybe(lambda salt: urlsafe_b64encode(salt).decode().rstrip("="), shown.salt),
        },
        "content": content_of(shown),
        "words": {
            "standing": maybe(write_text, standing_text(shown)),
            "groups": [
                {
                    "kind": kind.value,
                    "title": write_text(KINDS[kind].text),
                    "records": [
                        {"record_id": clean(record.record_id), "text": write_text(sentence_of(record))}
                        for record in records
                    ],
                }
                for kind, records in shown.grouped()
            ],
        },
    }


def as_json(report: CreditReport, *, at: datetime) -> str:
    """Return a report as canonical JSON (RFC 8785), as it may be kept at an instant.

    Its member ``content`` is what the receipt vouches for: ``receipt.proves(content, salt)``.

    Args:
        report: the report.
        at: the instant of showing, aware.

    Raises:
        InvalidReceipt: a number or a text in it cannot be written.
    """
    try:
        return canonical_bytes(document_of(report, at=at)).decode()
    except (CanonicalizationError, UnicodeError) as fault:
        raise InvalidReceipt("A number or a text of the report cannot be written as JSON.") from fault


def as_html(report: CreditReport, language: Language, *, at: datetime, nonce: str | None = None) -> str:
    """Return a report as a complete page, as it may be shown at an instant.

    Args:
        report: the report.
        language: the language of the page.
        at: the instant of showing, aware.
        nonce: the nonce of the response's Content-Security-Policy for ``style-src``; None for a page without style.

    Raises:
        InvalidReceipt: the nonce is none: it would break out of its attribute, or let nothing through.
        InvalidRecord: the instant has no time zone.
    """
    if nonce is not None and not is_nonce(nonce):
        raise InvalidReceipt(
            "A nonce is 8 to 256 characters of base64. Pass the one of the response's policy."
        )
    return page_of(tell(report, language, at=at), report.receipt_id or "", nonce=nonce)


def as_text(report: CreditReport, language: Language, *, at: datetime) -> str:
    """Return a report as plain text that reads well aloud, as it may be shown at an instant.

    Args:
        report: the report.
        language: the language.
        at: the instant of showing, aware.
    """
    return text_of(tell(report, language, at=at))
