"""The site profile over a scripted transport: what is asked, in which order, and what is made of it."""

import json

import pytest

from chengxin.errors import ConfigurationError, SourceError, SourceUnavailable, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.sources import Fetched
from chengxin.sources.site import SiteSource
from chengxin.testing import CODES, FrozenClock
from chengxin.transport import Deadline, Gate, GateOptions, Response, RetryPolicy
from tests.sdk.wire.test_site import CODE, HEAD, a_page, a_penalty

USCC = Uscc(CODE)
SECTIONS = ["行政管理", "严重失信主体名单", "经营异常", "诚实守信", "信用承诺", "信用评价"]
HIT = {
    "accurate_entity_name_query": "福建示例商贸有限公司",
    "accurate_entity_code": CODE,
    "entityType": 1,
    "uuid": "U1",
}


class FakeSite:
    """A transport that answers as the site does, from lists of rows by section."""

    def __init__(self, clock, **rows):
        self.clock = clock
        self.rows = rows
        self.hits = [HIT]
        self.requests = []
        self.headers = {}
        self.faults = {}
        self.takes_seconds = 0.0
        self.closed = False

    def send(self, request, *, deadline):
        """Answer, or do what was scripted for the number of the request."""
        self.clock.advance(seconds=self.takes_seconds)
        deadline.require("testing")
        self.requests.append(request)
        fault = self.faults.get(len(self.requests))
        if isinstance(fault, Exception):
            raise fault
        body = {"status": 200 if len(self.requests) % 2 else 1, "data": self.data(request)} | (fault or {})
        headers = {"content-type": "application/json;charset=UTF-8", **self.headers}
        return Response(status=200, headers=headers, body=json.dumps(body).encode())

    def data(self, request):
        """Return what the site would hold out."""
        query = dict(request.query)
        match request.path.rpartition("/")[2]:
            case "catalogSearchHome":
                return {"total": len(self.hits), "totalSize": 1, "page": 1, "list": self.hits}
            case "getTyshxydmDetailsContent":
                return HEAD
            case _:
                rows, page = self.rows.get(query["type"], []), int(query["page"])
                return a_page(*rows[page * 10 - 10 : page * 10], total=len(rows), page=page)

    def close(self):
        """Remember that it was closed."""
        self.closed = True


@pytest.fixture
def clock():
    """Time that stands still."""
    return FrozenClock()


@pytest.fixture
def site(clock):
    """A site with twelve penalties of one subject."""
    return FakeSite(clock, 行政管理=[a_penalty(number) for number in range(12)])


def make(site, clock, *, attempts=1, **options):
    """Return a source of the site."""
    gate = Gate("test", clock=clock, options=GateOptions(retry=RetryPolicy(attempts=attempts)))
    return SiteSource(site, gate=gate, clock=clock, name="gateway", **options)


@pytest.fixture
def source(site, clock):
    """A source that asks once."""
    return make(site, clock)


def soon(clock):
    """Return a deadline."""
    return Deadline.after(5, clock)


def test_the_head_and_every_section_are_asked_for(source, site, clock):
    """The first page of each twice: at the beginning and at the end."""
    fetched = source.fetch_credit(USCC, deadline=soon(clock))
    assert len(fetched.answer.records) == 12
    asked = [request.path.removeprefix("/private-api/") for request in site.requests]
    assert asked == ["catalogSearchHome", "getTyshxydmDetailsContent"] + ["typeSourceSearch"] * 13
    pages = [(dict(r.query)["type"], dict(r.query)["page"]) for r in site.requests[2:]]
    firsts = [(section, "1") for section in SECTIONS]
    assert pages == [firsts[0], ("行政管理", "2"), *firsts[1:], *firsts]
    assert {dict(r.query)["tyshxydm"] for r in site.requests[1:]} == {CODE}
    assert dict(site.requests[2].query)["keyword"] == "福建示例商贸有限公司"


def test_an_answer_is_as_of_the_instant_before_it_was_asked_for(source, site, clock):
    """The site does not say as of when its data is, so nothing later is claimed."""
    before, site.takes_seconds = clock.now(), 0.1
    fetched = source.fetch_credit(USCC, deadline=soon(clock))
    assert (fetched.asked_at, fetched.answer.as_of) == (before, before)
    assert (fetched.answer.source, fetched.etag) == ("gateway", None)


@pytest.mark.parametrize(("control", "seconds"), [(None, 60), ("max-age=5", 5), ("no-store", 0)])
def test_what_the_site_says_is_kept_for_a_minute_at_most(source, site, clock, control, seconds):
    """Unless it says otherwise."""
    site.headers = {"cache-control": control} if control else {}
    assert source.fetch_credit(USCC, deadline=soon(clock)).max_age_seconds == seconds


def test_a_prefix_and_more_sections_are_the_operators(site, clock):
    """A mirror may live anywhere and show more."""
    source = make(site, clock, prefix="/mirror/", sections=[*SECTIONS, "重点关注"])
    source.fetch_credit(USCC, deadline=soon(clock))
    assert {r.path.rpartition("/")[0] for r in site.requests} == {"/mirror/private-api"}
    assert dict(site.requests[-1].query)["type"] == "重点关注"


def test_i2_sections_of_adverse_records_cannot_be_left_out(site, clock):
    """Without them nobody can be said to have no adverse record."""
    with pytest.raises(ConfigurationError, match="经营异常"):
        make(site, clock, sections=["行政管理", "严重失信主体名单"])


def test_i2_a_subject_that_is_not_found_is_not_registered(source, site, clock):
    """One request, and no good standing."""
    site.hits = []
    fetched = source.fetch_credit(USCC, deadline=soon(clock))
    assert (fetched.answer.registered, len(site.requests)) == (False, 1)


@pytest.mark.parametrize("number", range(1, 16))
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"status": 40001, "message": "请刷新后重试"}, "CHALLENGED"),
        ({"status": 500}, "SOURCE_FAULT"),
        ({"data": None}, "SCHEMA_DRIFT"),
        (SourceUnavailable("reset", reason=UnknownReason.UNREACHABLE), "UNREACHABLE"),
    ],
)
def test_i2_any_request_failing_is_no_answer(source, site, clock, number, fault, reason):
    """A part of what is disclosed is nothing, whichever part is missing."""
    site.faults = {number: fault}
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=soon(clock))
    assert caught.value.reason is UnknownReason[reason]
    assert len(site.requests) == number


@pytest.mark.parametrize(
    ("number", "page"),
    [
        (15, a_page(a_penalty())),
        (10, a_page(*(a_penalty(n) for n in range(10)), total=13)),
        (10, a_page(*(a_penalty(n) for n in range(1, 11)), total=12)),
        (10, a_page(*(a_penalty(n, cf_nr="警告") for n in range(10)), total=12)),
        (10, a_page(*(a_penalty(n, repairState="暂时屏蔽") for n in range(10)), total=12)),
    ],
)
def test_i2_a_section_that_changes_under_way_is_no_answer(source, site, clock, number, page):
    """Its first page, asked for again at the end, has another total or other rows."""
    site.faults = {number: {"data": page}}
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=soon(clock))
    assert caught.value.reason is UnknownReason.INCOMPLETE


def test_an_absurd_number_of_pages_is_not_followed(source, site, clock):
    """What no subject has is drift, not work."""
    site.faults = {3: {"data": a_page(total=100_000)}}
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=soon(clock))
    assert (caught.value.reason, len(site.requests)) == (UnknownReason.SCHEMA_DRIFT, 3)


def test_a_passing_failure_is_asked_again(site, clock):
    """Only the request that failed."""
    site.faults = {4: {"status": 500}}
    assert make(site, clock, attempts=2).fetch_credit(USCC, deadline=soon(clock)).answer.records
    assert len(site.requests) == 16


def test_the_deadline_covers_all_requests(source, site, clock):
    """Fifteen requests that take half a second each do not fit into five."""
    site.takes_seconds = 0.5
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=soon(clock))
    assert caught.value.reason is UnknownReason.TIMEOUT


def test_rows_of_a_batch_fail_alone(source, site, clock):
    """One by one; a fault is its row's."""
    site.faults = {1: {"status": 40002}, 2: {"status": 500}}
    site.faults = {1: {"status": 500}}
    first, second = source.fetch_credit_many([USCC, USCC], deadline=soon(clock))
    assert first.reason is UnknownReason.SOURCE_FAULT
    assert isinstance(second, Fetched)
    assert source.batch_size == 10


def test_once_refused_the_rest_of_a_batch_is_not_asked_for(source, site, clock):
    """A captcha is not run against again."""
    site.faults = {16: {"status": 40001}}
    first, *rest = source.fetch_credit_many([USCC, *CODES[1:]], deadline=soon(clock))
    assert isinstance(first, Fetched)
    assert [row.reason for row in rest] == [UnknownReason.CHALLENGED] * 3
    assert len(site.requests) == 16


def test_there_is_no_feed_no_health_and_nothing_to_renew(source, site, clock):
    """None is made up."""
    assert source.feed is None
    with pytest.raises(SourceError, match="does not tell"):
        source.fetch_health(deadline=soon(clock))
    assert not site.requests
    assert isinstance(source.fetch_credit(USCC, deadline=soon(clock), known='"E1"'), Fetched)


def test_closing_gives_back_connections(source, site):
    """The transport is closed with the source."""
    source.close()
    assert site.closed


def test_i8_a_name_with_a_persons_number_is_not_sent_back(source, site, clock):
    """The code stands for it."""
    site.hits = [HIT | {"accurate_entity_name_query": "个体户(110108 19900101 1231)"}]
    assert source.fetch_credit(USCC, deadline=soon(clock)).answer.records
    assert {dict(request.query)["keyword"] for request in site.requests} == {CODE}


def test_i8_a_subject_under_a_persons_number_is_not_asked_for(source, site, clock):
    """Its id would go back in every query."""
    site.hits = [HIT | {"uuid": "u-110108199001011231"}]
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(USCC, deadline=soon(clock))
    assert (caught.value.reason, len(site.requests)) == (UnknownReason.SCHEMA_DRIFT, 1)
