"""The envelope of the open interface: what a response means, before what it says.

``status`` 1 in a JSON body alone is success, whatever the HTTP code; business errors arrive with HTTP 200 or
500; a firewall answers anything with an HTML page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, from_json

from chengxin.errors import (
    CursorTooOld,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.identifiers import mask_identity_numbers

SUCCESS: Final = 1
_MOST_PROBLEMS: Final = 3
_DEEPEST: Final = 8
_LONGEST_INTEGER: Final = 40
_LONGEST_NUMBER: Final = 128
"""Characters of a number with a point or an exponent: a binary fraction written out has some sixty."""
_LARGEST_EXPONENT: Final = 40
Model = TypeVar("Model", bound=BaseModel)


class Misfit(ValueError):
    """A value does not fit; its text is a fixed one of ours, so that an error may say it."""


class WireModel(BaseModel):
    """A shape of the source: unknown fields are tolerated, mistyped ones are not coerced."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True, hide_input_in_errors=True)


_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def is_opaque(text: str) -> bool:
    """Tell whether a text that is kept and sent back as it is holds no identity number (invariant I8)."""
    return mask_identity_numbers(text) == text


def require_opaque(text: str) -> str:
    """Return such a text.

    Raises:
        Misfit: an identity number is in it.
    """
    if not is_opaque(text):
        raise Misfit("should be an opaque id")
    return text


def _request_id(value: object) -> str | None:
    """Return an id that may be logged and quoted as it is; any other is none."""
    return value if isinstance(value, str) and _REQUEST_ID.fullmatch(value) and is_opaque(value) else None


class Envelope(WireModel):
    """What every answer is wrapped in."""

    status: int
    message: str = ""
    request_id: Annotated[str | None, BeforeValidator(_request_id)] = Field(default=None, alias="requestId")
    data: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response of the source as it came, so far not understood.

    Attributes:
        http_status: HTTP status code.
        headers: headers with lower-case names.
        body: body in full, content-decoded.
        retry_after_seconds: what ``Retry-After`` asks for, where it was sane.
        ahead_seconds: how far the source's clock was ahead of ours; None where the answer does not tell.
    """

    http_status: int
    headers: Mapping[str, str]
    body: bytes
    retry_after_seconds: float | None = None
    ahead_seconds: float | None = None


_MEANING: Final[dict[int, tuple[type[SourceError], UnknownReason, str]]] = {
    40001: (SourceRefused, UnknownReason.CHALLENGED, "It asks for a captcha, which is never passed."),
    40002: (
        SourceRefused,
        UnknownReason.REQUEST_REJECTED,
        "It refuses a parameter: report this.",
    ),
    40101: (SourceRefused, UnknownReason.UNAUTHENTICATED, "Check the app key and the secret."),
    40102: (SourceRefused, UnknownReason.CLOCK_REFUSED, "Set this machine's clock."),
    40103: (SourceRefused, UnknownReason.UNAUTHENTICATED, "The nonce was seen before."),
    40301: (SourceRefused, UnknownReason.FORBIDDEN, "The key has no permission: ask the source's operator."),
    40302: (SourceRefused, UnknownReason.FORBIDDEN, "The authorisation is missing or over: renew it."),
    41001: (
        CursorTooOld,
        UnknownReason.INCOMPLETE,
        "It has forgotten what comes after the cursor: begin again from a snapshot.",
    ),
    42901: (SourceUnavailable, UnknownReason.RATE_LIMITED, "Fewer requests, or a wait, are needed."),
    42902: (SourceUnavailable, UnknownReason.QUOTA_EXHAUSTED, "It is renewed at midnight in China."),
    50001: (SourceUnavailable, UnknownReason.SOURCE_FAULT, "It may pass by itself."),
    50301: (SourceUnavailable, UnknownReason.MAINTENANCE, "It passes when the maintenance is over."),
}

_WITHOUT_ENVELOPE: Final[dict[int, tuple[type[SourceError], UnknownReason]]] = {
    400: (SourceRefused, UnknownReason.REQUEST_REJECTED),
    401: (SourceRefused, UnknownReason.UNAUTHENTICATED),
    403: (SourceRefused, UnknownReason.FORBIDDEN),
    408: (SourceUnavailable, UnknownReason.SOURCE_FAULT),
    412: (SourceRefused, UnknownReason.CHALLENGED),
    425: (SourceUnavailable, UnknownReason.SOURCE_FAULT),
    429: (SourceUnavailable, UnknownReason.RATE_LIMITED),
}


_GATEWAY: Final = frozenset({500, 502, 503, 504})
"""Statuses that gateways dress in a page of their own when the source behind them fails."""


def decode_answer(model: type[Model], answer: Answer) -> Model:
    """Return the ``data`` of a successful answer.

    Raises:
        SourceUnavailable: the source says that it fails, or that it was asked too often.
        SourceRefused: the source says no, or a challenge stands in the way.
        UnusableAnswer: the answer does not have the agreed shape.
    """
    envelope = open_envelope(Envelope, answer)
    if envelope.status != SUCCESS:
        raise refusal(envelope.status, answer, request_id=envelope.request_id)
    try:
        return model.model_validate(envelope.data)
    except ValidationError as invalid:
        problem = describe(invalid)
    # Raised outside the handler: the error of the validation holds the input and must not travel along.
    raise drift(problem, answer, request_id=envelope.request_id)


def refusal(status: int, answer: Answer, *, request_id: str | None = None) -> SourceError:
    """Return the error that a business status other than success stands for."""
    known = _MEANING.get(status)
    if known is None and not 50000 <= status < 60000:
        return drift(f"the undocumented status {status}", answer, request_id=request_id)
    error, reason, advice = known or _MEANING[50001]
    return error(
        f"The source answered with status {status}. {advice}",
        reason=reason,
        http_status=answer.http_status,
        source_status=status,
        request_id=request_id,
        retry_after_seconds=answer.retry_after_seconds,
    )


def drift(problem: str, answer: Answer, *, request_id: str | None = None) -> UnusableAnswer:
    """Return the error for an answer without the agreed shape; ``problem`` names places, never values."""
    return UnusableAnswer(
        f"The answer of the source does not have the agreed shape: {problem}. Nothing of it is used.",
        reason=UnknownReason.SCHEMA_DRIFT,
        http_status=answer.http_status,
        request_id=request_id,
    )


def incomplete(problem: str) -> UnusableAnswer:
    """Return the error for an answer of which something is missing; ``problem`` holds no values of it."""
    return UnusableAnswer(
        f"The answer of the source is not complete: {problem}. Nothing of it is used.",
        reason=UnknownReason.INCOMPLETE,
    )


def contradiction(problem: str) -> UnusableAnswer:
    """Return the error for an answer that cannot be true; ``problem`` holds no values of it."""
    return UnusableAnswer(
        f"The answer of the source contradicts itself: {problem}. Nothing of it is used.",
        reason=UnknownReason.SCHEMA_DRIFT,
    )


def wrong_subject() -> UnusableAnswer:
    """Return the error for an answer about another subject."""
    return UnusableAnswer(
        "The source answered about another subject than the one asked for. Nothing of it is used.",
        reason=UnknownReason.WRONG_SUBJECT,
    )


def describe(invalid: ValidationError) -> str:
    """Name the first few places that do not fit, without what stood there and what the source called them."""
    errors = invalid.errors(include_input=False, include_url=False)[:_MOST_PROBLEMS]
    ours = _names(WireModel)
    problems = [f"{_place(error['loc'], ours)}: {_problem(error)}" for error in errors]
    more = invalid.error_count() - len(problems)
    return "; ".join(problems) + (f" and {more} more" if more else "")


def _names(model: type[BaseModel]) -> set[str]:
    """Return what the fields of a model and of all made of it are called, by us and by the source."""
    names = {name for field in model.model_fields.items() for name in (field[0], field[1].alias) if name}
    return names.union(*(_names(made) for made in model.__subclasses__()))


def _place(path: tuple[int | str, ...], ours: set[str]) -> str:
    """Return where something does not fit; members that the source named itself are a star."""
    parts = [str(part) if isinstance(part, int) or part in ours else "*" for part in path]
    return ".".join(parts[:_DEEPEST]) or "data"


def _problem(error: ErrorDetails) -> str:
    """Return what does not fit; texts of a library that may repeat a value are not passed on."""
    cause = error.get("ctx", {}).get("error")
    if cause is None:
        return error["msg"].lower()
    return str(cause) if isinstance(cause, Misfit) else "is not as agreed"


def open_envelope(envelope: type[Model], answer: Answer) -> Model:
    """Return what an answer is wrapped in, its shape checked.

    Raises:
        SourceError: it is no envelope of that shape; judged by its HTTP status, and HTML as what it is: a wall.
    """
    if not is_json(answer.headers.get("content-type", "")):
        raise not_an_envelope(answer, "it is not JSON")
    try:
        return envelope.model_validate(read_json(answer.body))
    except ValidationError as invalid:
        problem = describe(invalid)
    except (ValueError, RecursionError):
        problem = "it is no JSON text, or one that says a thing twice"
    raise not_an_envelope(answer, problem)


def read_json(body: bytes) -> Any:  # noqa: ANN401  # any JSON value
    """Read a JSON text in UTF-8 strictly: no member twice, no NaN, no half characters; numbers exactly.

    Raises:
        ValueError: it is anything else.
    """
    from_json(body, allow_inf_nan=False, cache_strings="none")
    return _DECODER.decode(body.decode("utf-8"))


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def _whole(text: str) -> int:
    if len(text) > _LONGEST_INTEGER:
        raise ValueError("a number is absurdly long")
    return int(text)


def _exact(text: str) -> Decimal:
    """Return a number as it stands, where writing it out costs nothing."""
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("a number is absurdly long")
    try:
        number = Decimal(text)
    except ArithmeticError:
        number = None
    if number is None or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise ValueError("a number is absurdly large or small")
    return number


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once_each, parse_float=_exact, parse_int=_whole)


def is_json(content_type: str) -> bool:
    """Tell whether a ``Content-Type`` says JSON."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def not_an_envelope(answer: Answer, problem: str) -> SourceError:
    """Judge an answer that is none of the source's own by its HTTP status, and HTML as what it is: a wall."""
    status = answer.http_status
    error: type[SourceError]
    if _is_page(answer) and status not in _GATEWAY:
        error, reason = SourceRefused, UnknownReason.CHALLENGED
    elif status >= 500:
        error, reason = SourceUnavailable, UnknownReason.SOURCE_FAULT
    elif status in _WITHOUT_ENVELOPE:
        error, reason = _WITHOUT_ENVELOPE[status]
    else:
        return drift(f"HTTP {status}, {problem}", answer)
    return error(
        f"Something answered in place of the source (HTTP {status}, {problem}). Nothing of it is used.",
        reason=reason,
        http_status=status,
        retry_after_seconds=answer.retry_after_seconds,
    )


def _is_page(answer: Answer) -> bool:
    return "html" in answer.headers.get("content-type", "").lower() or answer.body.lstrip()[:1] == b"<"
