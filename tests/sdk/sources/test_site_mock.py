"""The site profile against the mock source, whose reading of it was written by another hand."""

import json
import urllib.request

import pytest
from pydantic import SecretStr

from chengxin.clock import SystemClock
from chengxin.errors import SourceError, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.records import RecordKind, Standing, show
from chengxin.sources.locator import open_source
from chengxin.transport import Credentials, Deadline
from mock_credit_china import MockServer, Settings

CLOCK = SystemClock()


@pytest.fixture(scope="module")
def server():
    """A mock source of few subjects."""
    with MockServer(Settings(subjects=60)) as server:
        yield server


def control(server, path, body=None):
    """Ask the control plane."""
    request = urllib.request.Request(  # noqa: S310  # loopback
        server.url + path,
        method="GET" if body is None else "POST",
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
        return json.loads(response.read() or b"null")


@pytest.fixture
def both(server):
    """The mock by its site profile, and by its open interface."""
    control(server, "/mock/reset", {})
    settings = server.settings
    site = open_source("site+" + server.url, clock=CLOCK)
    interface = open_source(
        server.url,
        clock=CLOCK,
        credentials=Credentials(app_key=settings.app_key, secret=SecretStr(settings.secret)),
    )
    yield site, interface
    site.close()
    interface.close()


def answer_of(source, code):
    """Fetch an answer."""
    return source.fetch_credit(Uscc(code), deadline=Deadline.after(30, CLOCK)).answer


def standing(answer):
    """Return what an answer shows now."""
    now = CLOCK.now()
    return show(answer, at=now, fetched_at=now, fresh_until=now).standing


def gist(answer):
    """Return what both profiles tell of each record; only 双公示 rows carry an end on the site."""
    return sorted(
        (
            record.kind,
            record.catalogue,
            record.status,
            record.authority or "",
            str(record.period.end_on) if record.catalogue in {"行政处罚", "行政许可"} else "",
        )
        for record in answer.records
    )


def test_both_profiles_tell_the_same_of_everybody(server, both):
    """One data set, two shapes: kinds, states, ends and authorities agree for the whole cast."""
    site, interface = both
    kinds = set()
    for member in control(server, "/mock/cast")["cast"]:
        told, agreed = answer_of(site, member["code"]), answer_of(interface, member["code"])
        assert told.subject == agreed.subject
        assert gist(told) == gist(agreed), member
        assert standing(told) is standing(agreed)
        kinds |= {record.kind for record in told.records}
    assert kinds >= {RecordKind.PENALTY, RecordKind.LICENCE, RecordKind.JUDGMENT_DEFAULT}


def test_i2_a_subject_the_mock_does_not_know_is_unknown(both):
    """Not registered is no good standing."""
    answer = answer_of(both[0], "N2110108MF01ABCD18")
    assert not answer.registered
    assert standing(answer) is Standing.UNKNOWN


FAULTS = [
    ({"kind": "error", "status": 40001, "http": 500}, "CHALLENGED"),
    ({"kind": "challenge_page"}, "CHALLENGED"),
    ({"kind": "challenge_page", "http": 412}, "CHALLENGED"),
    ({"kind": "content_type"}, "CHALLENGED"),
    ({"kind": "lost_rows"}, "INCOMPLETE"),
    ({"kind": "repeated_rows"}, "INCOMPLETE"),
    ({"kind": "total_moves"}, "INCOMPLETE"),
    ({"kind": "cut_short"}, "INCOMPLETE"),
    ({"kind": "cut_short", "declare_length": False}, "SCHEMA_DRIFT"),
    ({"kind": "garbled"}, "SCHEMA_DRIFT"),
    ({"kind": "reset"}, "UNREACHABLE"),
]


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_i2_what_the_mock_does_to_its_answers_is_no_answer(server, both, fault, reason):
    """Walls, faults and drift of the site: a reason, and never a standing."""
    code = next(m["code"] for m in control(server, "/mock/cast")["cast"] if m["role"] == "three-pages")
    rule = {"fault": fault, "match": {"route": "site"}}
    control(server, "/mock/scenario", {"rules": [rule], "replace": True})
    with pytest.raises(SourceError) as caught:
        answer_of(both[0], code)
    assert caught.value.reason is UnknownReason[reason]
