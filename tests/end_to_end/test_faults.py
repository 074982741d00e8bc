"""Every scripted fault of the source, on real HTTP: its typed reason, in time, with nothing kept."""

import re
import socket
import time
from pathlib import Path

import pytest

from chengxin import CreditClient, LookupOptions, Standing, UnknownReason
from chengxin.wire import encode_status

DEADLINE = 1.0
ALLOWANCE = 0.05

FAULTS = {
    "latency": ({"kind": "latency", "seconds": 30}, "timeout"),
    "headers dripped": ({"kind": "drip", "part": "headers", "interval": 0.05}, "timeout"),
    "body dripped": ({"kind": "drip", "part": "body", "interval": 0.05}, "timeout"),
    "reset before": ({"kind": "reset", "when": "before"}, "unreachable"),
    "reset during": ({"kind": "reset", "when": "during"}, "incomplete"),
    "cut short": ({"kind": "cut_short", "declare_length": True}, "incomplete"),
    "cut short without a length": ({"kind": "cut_short", "declare_length": False}, "schema_drift"),
    "rate limited": ({"kind": "error", "status": 42901, "retry_after": 9}, "rate_limited"),
    "quota used up": ({"kind": "error", "status": 42902}, "quota_exhausted"),
    "internal error": ({"kind": "error", "status": 50001}, "source_fault"),
    "internal error in HTTP 200": ({"kind": "error", "status": 50001, "http": 200}, "source_fault"),
    "maintenance": (
        {"kind": "error", "status": 50301, "retry_after": 9, "retry_after_form": "date"},
        "maintenance",
    ),
    "challenge": ({"kind": "error", "status": 40001, "http": 200}, "challenged"),
    "challenge in HTTP 500": ({"kind": "error", "status": 40001, "http": 500}, "challenged"),
    "challenge page": ({"kind": "challenge_page", "http": 200}, "challenged"),
    "challenge page in HTTP 412": ({"kind": "challenge_page", "http": 412}, "challenged"),
    "redirect": ({"kind": "redirect", "location": "http://127.0.0.1:9/elsewhere"}, "challenged"),
    "bad parameter": ({"kind": "error", "status": 40002}, "request_rejected"),
    "signature refused": ({"kind": "error", "status": 40101}, "unauthenticated"),
    "clock refused": ({"kind": "error", "status": 40102}, "clock_refused"),
    "nonce seen before": ({"kind": "error", "status": 40103}, "unauthenticated"),
    "no permission": ({"kind": "error", "status": 40301}, "forbidden"),
    "authorisation over": ({"kind": "error", "status": 40302}, "forbidden"),
    "challenge page in HTTP 403": ({"kind": "challenge_page", "http": 403}, "challenged"),
    "wrong content type": ({"kind": "content_type", "value": "text/plain"}, "schema_drift"),
    "not UTF-8": ({"kind": "garbled", "how": "encoding"}, "schema_drift"),
    "half a JSON text": ({"kind": "garbled", "how": "json"}, "schema_drift"),
    "field missing": ({"kind": "drift", "field": "list.*.recId", "how": "missing"}, "schema_drift"),
    "field renamed": ({"kind": "drift", "field": "snapshotId", "how": "renamed"}, "schema_drift"),
    "field mistyped": ({"kind": "drift", "field": "total", "how": "mistyped"}, "schema_drift"),
    "gzip bomb": ({"kind": "gzip_bomb", "megabytes": 12}, "schema_drift"),
    "oversized body": ({"kind": "oversized", "megabytes": 9}, "schema_drift"),
    "page 2 fails": ({"kind": "error", "status": 50001}, "source_fault"),
    "snapshot moves between pages": ({"kind": "snapshot_moves"}, "incomplete"),
    "rows lost": ({"kind": "lost_rows"}, "incomplete"),
    "rows repeated": ({"kind": "repeated_rows"}, "incomplete"),
    "another subject": ({"kind": "other_subject"}, "wrong_subject"),
}
MATCHES = {"page 2 fails": {"route": "credit", "page": 2}}


@pytest.mark.parametrize("name", FAULTS)
def test_i2_a_fault_is_an_unknown_with_its_reason_in_time_and_nothing_is_kept(name, source, make_client):
    """No fault reads as a standing, none outlasts the deadline, and the next check asks the source."""
    fault, reason = FAULTS[name]
    code = source.cast["three-pages"]
    client = make_client(deadline_seconds=DEADLINE)
    client.source_health()
    source.script(fault, match=MATCHES.get(name, {"route": "credit"}))
    elapsed = []
    # A machine that is busy elsewhere can hold up any one attempt; the code cannot be slow by luck.
    while not elapsed or (min(elapsed) > DEADLINE + ALLOWANCE and len(elapsed) < 3):
        started = time.perf_counter()
        status = client.check(code)
        elapsed.append(time.perf_counter() - started)
        assert (status.standing, status.reason, status.records) == (
            Standing.UNKNOWN,
            UnknownReason(reason),
            (),
        )
    assert min(elapsed) <= DEADLINE + ALLOWANCE
    source.control("DELETE", "/mock/scenario")
    asked = len(source.asked())
    healed = client.check(code)
    assert (healed.standing, len(healed.records)) == (Standing.ADVERSE, 23)
    assert len(source.asked()) == asked + 3


def test_nobody_listens():
    """A source that is not there is unreachable."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with CreditClient(f"http://127.0.0.1:{port}", options=LookupOptions(deadline_seconds=DEADLINE)) as client:
        assert client.check("91350100M000100Y43").reason is UnknownReason.UNREACHABLE


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_short_wait_that_the_source_asks_for_is_kept_and_then_it_answers(form, source, make_client):
    """``Retry-After`` is obeyed where it fits the deadline."""
    source.script(
        {"kind": "error", "status": 42901, "retry_after": 1, "retry_after_form": form},
        count=1,
        match={"route": "credit"},
    )
    assert (
        make_client(deadline_seconds=5).check(source.cast["nothing"]).standing is Standing.NO_ADVERSE_RECORD
    )
    assert len(source.asked()) == 2


@pytest.mark.parametrize("kind", ["reset", "cut_short"])
def test_a_passing_fault_is_got_over(kind, source, make_client):
    """One broken connection is asked again within the deadline."""
    source.script({"kind": kind}, count=1, match={"route": "credit"})
    assert make_client().check(source.cast["nothing"]).standing is Standing.NO_ADVERSE_RECORD


def test_a_seen_nonce_is_asked_again_once_with_a_new_one(source, make_client):
    """40103 is retried once, at once."""
    source.script({"kind": "error", "status": 40103}, match={"route": "credit"})
    make_client().check(source.cast["nothing"])
    assert len(source.asked()) == 2


@pytest.mark.parametrize(
    ("fault", "anomaly", "shown"),
    [
        ({"kind": "past_end"}, "record_past_its_end", 0),
        ({"kind": "ended_state"}, "ended_record_in_listing", 0),
        ({"kind": "ends_disagree"}, "ends_differ", 1),
    ],
)
def test_i1_what_the_source_sends_against_its_rules_is_reported_and_not_used(
    fault, anomaly, shown, source, make_client, caplog
):
    """Ended records are left out, and of two ends the earlier counts; the operator is told, nobody else."""
    source.script(fault, match={"route": "credit"})
    status = make_client().check(source.cast["general-penalty"])
    assert f"source anomaly: {anomaly}" in caplog.text
    assert len(status.records) == shown
    assert anomaly not in str(encode_status(status))


def test_i2_an_unknown_catalogue_is_neither_adverse_nor_harmless(source, make_client):
    """A record that cannot be classed makes the standing unknown, and is shown in the source's words."""
    source.script({"kind": "unknown_catalogue"}, match={"route": "credit"})
    status = make_client().check(source.cast["general-penalty"])
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.UNRECOGNISED_RECORD)
    assert status.records[0].catalogue == "数据要素信用承诺"


@pytest.mark.parametrize(
    ("seconds", "reason"), [(-250, None), (250, None), (-7200, "clock_refused"), (7200, "clock_refused")]
)
def test_a_skewed_date_of_the_source_concludes_nothing_beyond_what_it_accepts(
    seconds, reason, source, make_client
):
    """By as much as the source accepts records go early and come late; beyond that it is not known which are shown."""
    source.script({"kind": "clock_skew", "seconds": seconds}, match={"route": "credit"})
    status = make_client().check(source.cast["general-penalty"])
    assert (status.reason, len(status.records)) == (reason, 0 if reason else 1)


def test_the_documented_table_is_the_tested_one():
    """Every fault of the docs is tested here with the reason it names, and every test is documented."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "failures.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `([^`]+)`([^|]*)\| `?([a-z_]+)", text, re.MULTILINE)
    names = []
    for name, rest, reason in documented:
        in_http = re.search(r"in HTTP (403|412|500)", rest)
        key = (
            name
            + (" without a length" if "without a length" in rest else "")
            + (f" {in_http[0]}" if in_http else "")
        )
        names.append(key)
        if key in FAULTS and key != "page 2 fails":
            assert FAULTS[key][1] == reason, key
    assert set(names) == {*FAULTS, "nobody listens", "unknown catalogue"}
