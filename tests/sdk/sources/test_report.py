"""Reports of a platform to the source: sent once however often, and never with a person's number."""

import json
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from chengxin.errors import InvalidRecord, ReportConflict, SourceError, SourceUnavailable, UnknownReason
from chengxin.sources import OpenApiSource
from chengxin.sources.report import PlatformReport, ReportKind, ReportReceipt
from chengxin.testing import CODES, FrozenClock
from chengxin.transport import Deadline, Gate, GateOptions, Response, RetryPolicy

KEY = "report-2026-11-0001"
PERSON = "110108199001011231"


def a_report(**changes):
    """Return a report."""
    given_ = {
        "report_id": "r-1",
        "code": CODES[0],
        "kind": ReportKind.COMPLAINTS,
        "since_on": date(2026, 10, 1),
        "until_on": date(2026, 10, 31),
        "facts": {"complaints": 12, "resolved_share": 0.75, "note": "按期办结", "open": False, "rest": None},
        "evidence_sha256": sha256(b"evidence").hexdigest(),
    }
    return PlatformReport(**(given_ | changes))


class Transport:
    """Answers in turn."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def send(self, request, *, deadline):
        """Give the next answer."""
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        """Have nothing to close."""


def ok(data, status=1, http_status=200):
    """Return an answer of the source."""
    body = json.dumps({"status": status, "data": data}).encode()
    return Response(status=http_status, headers={"content-type": "application/json"}, body=body)


def send(*answers, report=None, key=KEY, attempts=3):
    """Send a report; return the receipt and the requests."""
    clock = FrozenClock()
    transport = Transport(*answers)
    gate = Gate("test", clock=clock, options=GateOptions(retry=RetryPolicy(attempts=attempts)))
    source = OpenApiSource(transport, clock=clock, name="test", gate=gate)
    try:
        found = source.send_report(
            report or a_report(), idempotency_key=key, deadline=Deadline.after(9, clock)
        )
    except SourceError as error:
        found = error
    return found, transport.requests


def test_a_report_is_sent_as_agreed():
    """Path, key, and the fields of source-api.md."""
    data = {"reportId": "r-1", "receiptId": "Q-9", "receivedAt": "2026-11-21T12:00:00+08:00"}
    receipt, (request,) = send(ok(data))
    assert receipt == ReportReceipt(
        report_id="r-1", receipt_id="Q-9", received_at=datetime(2026, 11, 21, 4, tzinfo=UTC)
    )
    assert (request.method, request.path) == ("POST", "/open-api/v1/platform-reports")
    assert request.headers == {"content-type": "application/json", "idempotency-key": KEY}
    assert json.loads(request.body) == {
        "reportId": "r-1",
        "tyshxydm": CODES[0].code,
        "kind": "投诉处理",
        "period": "2026-10-01/2026-10-31",
        "facts": {"complaints": 12, "resolved_share": 0.75, "note": "按期办结", "open": False, "rest": None},
        "evidenceDigest": sha256(b"evidence").hexdigest(),
    }


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (ReportKind.COMPLIANCE, "交易合规"),
        (ReportKind.PERFORMANCE, "履约"),
        (ReportKind.COMPLAINTS, "投诉处理"),
        (ReportKind.MEASURES, "平台措施"),
        (ReportKind.COMMITMENTS, "信用承诺履行"),
    ],
)
def test_each_kind_has_the_sources_word(kind, word):
    """As the 2025 Opinions name them."""
    _, (request,) = send(ok({}), report=a_report(kind=kind))
    assert json.loads(request.body)["kind"] == word


def test_its_key_makes_it_safe_to_repeat():
    """The same key and the same body, byte for byte."""
    reset = SourceUnavailable("reset", reason=UnknownReason.UNREACHABLE)
    receipt, requests = send(reset, ok(None, 50001, 500), ok({}))
    assert receipt == ReportReceipt(report_id="r-1", receipt_id=None, received_at=None)
    assert len({(request.body, request.headers["idempotency-key"]) for request in requests}) == 1
    assert len(requests) == 3
    other_order = dict(reversed(a_report().facts.items()))
    _, (again,) = send(ok({}), report=a_report(facts=other_order))
    assert again.body == requests[0].body


@pytest.mark.parametrize("status", [40901, 1, 40002])
def test_a_key_of_another_report_is_an_error_of_its_own(status):
    """409, whatever stands in it; it is not sent again."""
    error, requests = send(ok({}, status, 409))
    assert isinstance(error, ReportConflict)
    assert (error.code, error.reason) == ("report_conflict", UnknownReason.REQUEST_REJECTED)
    assert len(requests) == 1


def test_a_receipt_of_another_report_is_none():
    """It says nothing of ours."""
    error, _ = send(ok({"reportId": "r-2"}))
    assert error.reason is UnknownReason.SCHEMA_DRIFT


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {"owner": PERSON}},
        {"facts": {"owner": int(PERSON)}},
        {"facts": {PERSON: 1}},
        {"facts": {"note": "当事人１１０１０８ 19900101-1231。"}},
        {"report_id": PERSON},
    ],
)
def test_i8_no_identity_number_is_sent(change):
    """In no fact, name or id; and the refusal repeats none."""
    with pytest.raises(InvalidRecord) as caught:
        a_report(**change)
    assert "110108" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"report_id": ""},
        {"report_id": "a b"},
        {"evidence_sha256": "ab"},
        {"evidence_sha256": "A" * 64},
        {"until_on": date(2026, 9, 30)},
        {"facts": {"": 1}},
        {"facts": {"list": [1]}},
        {"facts": {"share": float("nan")}},
        {"facts": {"note": "x" * 2001}},
        {"facts": {str(n): n for n in range(101)}},
        {"facts": {"note": "\ud800"}},
        {"facts": {"\udfff": 1}},
        {"facts": {"count": 10**5000}},
        {"facts": {"count": -(10**40)}},
        {"facts": {7: 1}},
    ],
)
def test_a_report_that_could_not_be_sent_cannot_be_made(change):
    """An instance that exists is right."""
    with pytest.raises(InvalidRecord):
        a_report(**change)


@pytest.mark.parametrize("key", ["", "short", "a" * 65, "with blank", PERSON, "码" * 8])
def test_a_key_has_its_form(key):
    """Checked before anything is sent, and not repeated."""
    with pytest.raises(InvalidRecord) as caught:
        send(key=key)
    assert not key or key not in str(caught.value)


def test_facts_are_kept_as_they_were_and_out_of_sight():
    """Later changes of the caller's mapping do not matter; a repr shows none of them."""
    facts = {"note": "内部"}
    report = a_report(facts=facts)
    facts["note"] = PERSON
    assert report.facts == {"note": "内部"}
    assert "内部" not in repr(report)
