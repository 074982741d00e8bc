"""The site profile (``/private-api``), for gateways and mirrors that an operator is authorised to use.

It is the shape that the public site's own front end is known to speak. It knows no signature, no entity tag, no
state that pages belong to, no change feed and no health; so every subject costs some twenty requests, and what it
says is kept for a minute. Nothing is done to get around its walls: a captcha or a firewall page is an answer of
the kind "unknown". An operator who has the open interface uses that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from pydantic import BaseModel

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, SourceError, SourceRefused, UnknownReason, UnusableAnswer
from chengxin.identifiers import Uscc
from chengxin.records import RuleTable, shipped_rule_table
from chengxin.sources.caller import Caller
from chengxin.sources.life import max_age_seconds
from chengxin.sources.source import ChangeFeed, Fetched, SourceHealth
from chengxin.transport import Deadline, Gate, Lane, Request, Transport
from chengxin.wire import Answer
from chengxin.wire.site import (
    ADVERSE_SECTIONS,
    SITE_PAGE_SIZE,
    SITE_SECTIONS,
    SiteDetail,
    SiteHit,
    SiteListing,
    SitePage,
    SiteSearch,
    decode_site,
    find_subject,
)
from chengxin.wire.site_listing import assemble_site, unregistered

_BATCH: Final = 10
_MOST_PAGES: Final = 200
_ENTITY_TYPES: Final = "1,2,4,5,6,7,8"

Model = TypeVar("Model", bound=BaseModel)


class SiteSource:
    """Speaks the site profile over a transport.

    ``feed`` is None: the site tells of no changes, so a repair is learnt of when what is known of a subject has
    ended its short life, and not before. ``as_of`` of an answer is the instant before it was asked for, since the
    site does not say as of when its data is.

    Args:
        transport: carries requests to the gateway or mirror.
        gate: lets them through.
        clock: time.
        name: name of the source in statuses.
        prefix: path before ``/private-api``, such as ``/mirror``.
        sections: the site's sections to ask for. Those that hold adverse records cannot be left out; where a
            gateway serves more (重点关注, 司法判决, 其他), add them: what is not asked for is not seen.
        rule_table: bounds records whose end the source leaves out; the shipped one where None.

    Raises:
        ConfigurationError: a section that holds adverse records is left out.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        gate: Gate,
        clock: Clock,
        name: str,
        prefix: str = "",
        sections: Sequence[str] = SITE_SECTIONS,
        rule_table: RuleTable | None = None,
    ) -> None:
        missing = ADVERSE_SECTIONS.difference(sections)
        if missing:
            raise ConfigurationError(
                f"The sections {', '.join(sorted(missing))} of the site cannot be left out: without them nobody "
                "can be said to have no adverse record."
            )
        self._caller = Caller(transport, gate=gate, clock=clock)
        self._clock = clock
        self._name = name
        self._base = f"{prefix.rstrip('/')}/private-api"
        self._sections = tuple(dict.fromkeys(sections))
        self._rule_table = shipped_rule_table() if rule_table is None else rule_table

    @property
    def name(self) -> str:
        """Name of the source."""
        return self._name

    @property
    def batch_size(self) -> int:
        """Most subjects of one batch; they are asked for one by one."""
        return _BATCH

    @property
    def feed(self) -> ChangeFeed | None:
        """No change feed: the site has none."""
        return None

    def fetch_credit(
        self,
        code: Uscc,
        *,
        deadline: Deadline,
        lane: Lane = Lane.DECISION,
        known: str | None = None,  # noqa: ARG002  # the site has no entity tags
    ) -> Fetched:
        """Fetch the head and all sections of a subject.

        The first page of each section is asked for again at the end: totals that agree, no row twice, and a first
        page that is as it was are the least that makes a section complete.

        Args:
            code: whom to ask for.
            deadline: covers all requests of it.
            lane: what the question is for.
            known: left aside; the site renews nothing.

        Raises:
            SourceError: no complete, valid answer could be had within the deadline.
        """
        asked_at = self._clock.now()
        reading = _Reading(self._caller, self._base, deadline=deadline, lane=lane)
        hit = find_subject(reading.search(code), code)
        if hit is None:
            answer = unregistered(code, source=self._name, at=asked_at)
        else:
            detail = reading.detail(hit, code)
            pages = {section: reading.section(hit, code, section) for section in self._sections}
            listings = [
                SiteListing(
                    section=section,
                    pages=of_section,
                    again=reading.page(hit, code, section, 1),
                )
                for section, of_section in pages.items()
            ]
            answer = assemble_site(
                detail,
                listings,
                asked=code,
                source=self._name,
                at=asked_at,
                rule_table=self._rule_table,
            )
        return Fetched(
            answer=answer,
            asked_at=asked_at,
            max_age_seconds=reading.max_age_seconds,
            ahead_seconds=reading.ahead_seconds,
        )

    def fetch_credit_many(
        self, codes: Sequence[Uscc], *, deadline: Deadline, lane: Lane = Lane.BULK
    ) -> list[Fetched | SourceError]:
        """Fetch subjects one by one; what is wrong with one is in its row.

        Once the site refuses (a captcha, a firewall, a permission) it is not asked for the rest, whose rows say
        the same.
        """
        rows: list[Fetched | SourceError] = []
        refused: SourceRefused | None = None
        for code in codes:
            try:
                rows.append(refused or self.fetch_credit(code, deadline=deadline, lane=lane))
            except SourceError as error:
                rows.append(error)
                refused = error if isinstance(error, SourceRefused) else None
        return rows

    def fetch_health(self, *, deadline: Deadline) -> SourceHealth:
        """Refuse: the site says nothing of its health or of the age of its data, and none is made up.

        Raises:
            SourceRefused: always, with reason ``REQUEST_REJECTED``; the site was not asked.
        """
        deadline.require("asking for the health of the source")
        raise SourceRefused(
            "The site profile does not tell how its source is or as of when its data is. Look at the age of "
            "statuses instead, or use the open interface.",
            reason=UnknownReason.REQUEST_REJECTED,
        )

    def close(self) -> None:
        """Close the connections of this process."""
        self._caller.close()


class _Reading:
    """One subject as it is read: its requests, and what their answers have in common.

    Attributes:
        max_age_seconds: the shortest that any answer may be kept.
        ahead_seconds: how far the source's clock was ahead by the first answer.
    """

    __slots__ = ("_base", "_caller", "_deadline", "_lane", "ahead_seconds", "max_age_seconds")

    def __init__(self, caller: Caller, base: str, *, deadline: Deadline, lane: Lane) -> None:
        self._caller = caller
        self._base = base
        self._deadline = deadline
        self._lane = lane
        self.max_age_seconds = float("inf")
        self.ahead_seconds: float | None = None

    def search(self, code: Uscc) -> SiteSearch:
        """Search for a code."""
        query = {
            "keyword": code.code,
            "scenes": "defaultScenario",
            "tableName": "credit_xyzx_tyshxydm",
            "searchState": "2",
            "entityType": _ENTITY_TYPES,
            "templateId": "",
            "page": "1",
            "pageSize": str(SITE_PAGE_SIZE),
        }
        return self._ask("catalogSearchHome", query, SiteSearch)

    def detail(self, hit: SiteHit, code: Uscc) -> SiteDetail:
        """Fetch the head of a subject."""
        return self._ask("getTyshxydmDetailsContent", _about(hit, code) | {"searchState": "1"}, SiteDetail)

    def section(self, hit: SiteHit, code: Uscc, section: str) -> tuple[SitePage, ...]:
        """Fetch all pages of a section, as many as its first page announces."""
        first = self.page(hit, code, section, 1)
        if first.pages > _MOST_PAGES:
            raise UnusableAnswer(
                f"The site announces {first.pages} pages for one subject; {_MOST_PAGES} are the most believed.",
                reason=UnknownReason.SCHEMA_DRIFT,
            )
        rest = (self.page(hit, code, section, number) for number in range(2, first.pages + 1))
        return (first, *rest)

    def page(self, hit: SiteHit, code: Uscc, section: str, number: int) -> SitePage:
        """Fetch one page of a section."""
        query = {
            "source": "",
            "type": section,
            "searchState": "1",
            "page": str(number),
            "pageSize": str(SITE_PAGE_SIZE),
            "pubSort": "desc",
        }
        return self._ask("typeSourceSearch", _about(hit, code) | query, SitePage)

    def _ask(self, what: str, query: dict[str, str], model: type[Model]) -> Model:
        request = Request(method="GET", path=f"{self._base}/{what}", query=tuple(query.items()))

        def read(answer: Answer) -> tuple[Answer, Model]:
            return answer, decode_site(model, answer)

        answer, found = self._caller.ask(request, read, deadline=self._deadline, lane=self._lane)
        if self.ahead_seconds is None:
            self.ahead_seconds = answer.ahead_seconds
        self.max_age_seconds = min(self.max_age_seconds, max_age_seconds(answer.headers))
        return found


def _about(hit: SiteHit, code: Uscc) -> dict[str, str]:
    """Return what names a subject to the site: its code, and how the search found it."""
    return {
        "keyword": hit.name or code.code,
        "scenes": "defaultscenario",
        "entityType": "1" if hit.entity_type is None else str(hit.entity_type),
        "uuid": hit.uuid or "",
        "tyshxydm": code.code,
    }
