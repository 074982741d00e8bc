"""Problems that the plugin tells a client (RFC 9457), and the HTTP exceptions that carry them.

A guard answers with a problem of its own accord. The exceptions are for code that asked to be stopped (``with
chengxin.guard(…)``) or that asked for a decision about nobody: Flask turns them into the same answer, and a host
may register a handler for them. They are no ``Forbidden`` and no ``Unauthorized``, so that a general 403 page
of the host does not swallow the reasons.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

from flask import Response
from werkzeug.exceptions import HTTPException

from chengxin.policy import Decision, Language, Text

PROBLEM_TYPE: Final = "application/problem+json"


def _new_instance() -> str:
    return uuid4().urn


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem as RFC 9457 describes it, in both languages.

    Attributes:
        type: URI of the kind of problem.
        status: HTTP status code.
        title: what kind of problem it is.
        detail: what happened this time, and what to do.
        instance: URI of this occurrence, to quote to the platform; it stands in the log too.
        members: further members, as JSON values.
    """

    type: str
    status: int
    title: Text
    detail: Text
    instance: str = field(default_factory=_new_instance)
    members: Mapping[str, Any] = field(default_factory=dict)

    def encode(self, language: Language) -> dict[str, Any]:
        """Return the problem as JSON values; ``texts`` has title and detail in both languages."""
        return {
            "type": self.type,
            "title": self.title.in_language(language),
            "status": self.status,
            "detail": self.detail.in_language(language),
            "instance": self.instance,
            "texts": {
                "title": {"zh": self.title.zh, "en": self.title.en},
                "detail": {"zh": self.detail.zh, "en": self.detail.en},
            },
            **self.members,
        }

    def respond(self, language: Language, *, html: str | None = None) -> Response:
        """Return the problem as a response that is kept nowhere: as JSON, or as the page ``html``."""
        body = html if html is not None else json.dumps(self.encode(language), ensure_ascii=False) + "\n"
        mimetype = "text/html" if html is not None else PROBLEM_TYPE
        response = Response(body, status=self.status, mimetype=mimetype)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
        response.vary.update(("Accept", "Accept-Language"))
        return response


def nobody_problem() -> Problem:
    """Return the problem that nobody is logged in."""
    return Problem(
        type="urn:chengxin:problem:no-merchant",
        status=401,
        title=Text(zh="请先登录", en="Log in first"),
        detail=Text(
            zh="此操作需要先确认是哪个商家。请以商家身份登录后重试。",
            en="This is for merchants, and nobody is logged in as one. Log in as a merchant and try again.",
        ),
    )


class NoMerchant(HTTPException):
    """Nobody is logged in, and the action is for merchants."""

    code = 401


class ActionRefused(HTTPException):
    """An action was refused, with the statement of its reasons as the response.

    Attributes:
        decision: the decision, with the measures that refuse it.
    """

    code = 403

    def __init__(self, decision: Decision, *, response: Response) -> None:
        super().__init__(f"The action {decision.action} is refused for now.", response=response)
        self.decision = decision
