"""Notices as JSON: how they wait in the outbox, and what a webhook posts."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidNotice
from chengxin.notifier.notice import Notice
from chengxin.policy import Text


class _Text(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    zh: str
    en: str


class _Notice(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    notice_id: str
    subject: str
    kind: str
    title: _Text
    text: _Text
    link: str | None = None
    at: AwareDatetime
    recipient: str


def encode_notice(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON values, with its recipient."""
    return {
        "notice_id": notice.notice_id,
        "kind": notice.kind,
        "at": notice.at.astimezone(UTC).isoformat(),
        "recipient": notice.recipient,
        **_content(notice),
    }


def decode_notice(document: object) -> Notice:
    """Return the notice that JSON values stand for.

    Raises:
        InvalidNotice: they stand for none. The message holds nothing of them.
    """
    try:
        read = _Notice.model_validate(document)
    except ValidationError as invalid:
        places = sorted({str(problem["loc"][:1]) for problem in invalid.errors(include_input=False)})
        fault = f"A stored notice cannot be read; wrong are {', '.join(places)[:200]}."
    else:
        return Notice(
            notice_id=read.notice_id,
            subject=read.subject,
            kind=read.kind,
            title=Text(zh=read.title.zh, en=read.title.en),
            text=Text(zh=read.text.zh, en=read.text.en),
            link=read.link,
            at=read.at,
            recipient=read.recipient,
        )
    raise InvalidNotice(fault)


def webhook_body(notice: Notice) -> bytes:
    """Return what a webhook posts: ``type``, ``timestamp`` and ``data`` (Standard Webhooks, payload structure)."""
    return canonical_bytes(
        {
            "type": f"chengxin.{notice.kind}",
            "timestamp": notice.at.astimezone(UTC).isoformat(),
            "data": {"id": notice.notice_id, **_content(notice)},
        }
    )


def _content(notice: Notice) -> dict[str, Any]:
    return {
        "subject": notice.subject,
        "title": {"zh": notice.title.zh, "en": notice.title.en},
        "text": {"zh": notice.text.zh, "en": notice.text.en},
        "link": notice.link,
    }
