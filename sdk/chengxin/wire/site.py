"""The site profile's shapes (``/private-api``), and what an answer means before what it says.

The shapes are those that the public site's front end is known to speak; they serve gateways and mirrors that an
operator is authorised to use. See ``chengxin.wire.site_listing`` for what pages are together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, ValidationError

from chengxin.errors import SourceError, SourceRefused, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.wire.envelope import (
    Answer,
    WireModel,
    contradiction,
    describe,
    drift,
    incomplete,
    is_opaque,
    not_an_envelope,
    open_envelope,
    refusal,
    require_opaque,
)
from chengxin.wire.record import WireText
from chengxin.wire.site_row import SiteRow

SITE_PAGE_SIZE: Final = 10
SITE_SECTIONS: Final = ("行政管理", "严重失信主体名单", "经营异常", "诚实守信", "信用承诺", "信用评价")
"""Sections (``type``) that hold the agreed catalogues. What is not asked for cannot be said to be absent."""
ADVERSE_SECTIONS: Final = frozenset({"行政管理", "严重失信主体名单", "经营异常"})
"""Sections without which nobody can be said to have no adverse record."""
_SUCCESSES: Final = frozenset({1, 200})
_CODES_OF_SUCCESS: Final = frozenset({None, 0, 1, 200})
_CHALLENGE: Final = 40001
_CHALLENGING: Final = ("验证码", "刷新后重试")
_MOST_ROWS: Final = 200

Model = TypeVar("Model", bound=BaseModel)


_EntityType = Annotated[
    Annotated[int, Field(ge=0, le=99)] | Annotated[str, Field(pattern="^[0-9]{1,2}$")] | None,
    BeforeValidator(lambda value: None if value == "" else value),
]


class SiteEnvelope(WireModel):
    """What every answer of the site is wrapped in."""

    status: int | None = None
    code: int | None = None
    message: str | None = None
    data: Any = None


def _speakable(name: str | None) -> str | None:
    """Return a name that may be sent back to the site; one with an identity number in it is none."""
    return name if name is not None and is_opaque(name) else None


class SiteHit(WireModel):
    """A subject that the site's search found; all of it is sent back, so no identity number is in it."""

    name: Annotated[str | None, Field(max_length=400), AfterValidator(_speakable)] = Field(
        default=None, alias="accurate_entity_name_query"
    )
    code: str | None = Field(default=None, alias="accurate_entity_code", max_length=64)
    entity_type: _EntityType = Field(default=None, alias="entityType")
    uuid: Annotated[str, Field(max_length=128), AfterValidator(require_opaque)] | None = None


class SiteSearch(WireModel):
    """The first page of what the site's search found."""

    total: int = Field(ge=0)
    hits: Annotated[list[SiteHit], Field(alias="list", max_length=_MOST_ROWS, fail_fast=True)]


class SiteHead(WireModel):
    """Whom a detail page is about."""

    tyshxydm: str
    jgmc: WireText | None = None
    status: WireText | None = None


class SiteDetail(WireModel):
    """The detail page of a subject, of which the head alone is read."""

    head: SiteHead = Field(alias="headEntity")


class SitePage(WireModel):
    """One page of a section of a subject's records."""

    total: int = Field(ge=0)
    page: int | None = Field(default=None, ge=1)
    rows: Annotated[list[SiteRow], Field(alias="list", max_length=_MOST_ROWS, fail_fast=True)]

    @property
    def pages(self) -> int:
        """How many pages the total makes; an empty section has one."""
        return max(1, -(-self.total // SITE_PAGE_SIZE))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteListing:
    """A section of a subject's records, as it was asked for.

    Attributes:
        section: the site's ``type``.
        pages: all pages in order, from the first.
        again: the first page asked for once more at the end, so that a change under way is seen.
    """

    section: str
    pages: tuple[SitePage, ...]
    again: SitePage | None = None


def decode_site(model: type[Model], answer: Answer) -> Model:
    """Return the ``data`` of a successful answer of the site.

    ``status`` 1 and 200 are both success, unless ``code`` says otherwise. 40001 in either, and a message that
    asks for a captcha, whatever the status, is a challenge, which is never passed.

    Raises:
        SourceUnavailable: the site fails, or was asked too often.
        SourceRefused: it says no, or a challenge or a firewall stands in the way.
        UnusableAnswer: the answer does not have the known shape.
    """
    envelope = open_envelope(SiteEnvelope, answer)
    if any(word in (envelope.message or "") for word in _CHALLENGING):
        raise refusal(_CHALLENGE, answer)
    if envelope.status not in _SUCCESSES or envelope.code not in _CODES_OF_SUCCESS:
        raise _refusal(envelope, answer)
    try:
        return model.model_validate(envelope.data)
    except ValidationError as invalid:
        problem = describe(invalid)
    # Raised outside the handler: the error of the validation holds the input and must not travel along.
    raise drift(problem, answer)


def find_subject(search: SiteSearch, asked: Uscc) -> SiteHit | None:
    """Return the hit that has the code asked for, or None where the site knows no such subject.

    Raises:
        UnusableAnswer: it may be on a page that is not here, or stands there more than once.
    """
    hits = [hit for hit in search.hits if hit.code == asked.code]
    if len(hits) > 1:
        raise contradiction("its search finds the code more than once")
    if not hits and len(search.hits) != search.total:
        raise incomplete("the search finds more than it shows, and not the code asked for")
    return hits[0] if hits else None


def _refusal(envelope: SiteEnvelope, answer: Answer) -> SourceError:
    """Return what an envelope without success means; the site's codes include those of HTTP."""
    codes = [code for code in (envelope.status, envelope.code) if code is not None]
    if _CHALLENGE in codes:
        return refusal(_CHALLENGE, answer)
    told = next((code for code in codes if code not in _CODES_OF_SUCCESS), None)
    if told is None:
        return drift("no status", answer)
    if told == 403:
        return SourceRefused(
            "The site answered with status 403: a firewall or a missing permission, which is never got around. "
            "Ask the operator of the gateway.",
            reason=UnknownReason.FORBIDDEN,
            http_status=answer.http_status,
            source_status=told,
        )
    if 400 <= told < 600:
        return not_an_envelope(replace(answer, http_status=told), f"status {told}")
    return refusal(told, answer)
