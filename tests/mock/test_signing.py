"""Request signing: what is let in, what is refused, and with what."""

from datetime import timedelta

import pytest

from mock_credit_china.signature import SignedRequest, canonical_query, signature_of
from tests.mock.client import Client

SHARED = "vector-secret"
KNOWN = SignedRequest(
    method="GET",
    path="/open-api/v1/subjects/91350100M000100Y43/credit",
    query="pageSize=10&page=1",
    body=b"",
    headers={},
)


def test_signature_agrees_with_openssl() -> None:
    """The signature of a fixed request equals what `openssl dgst -sha256 -hmac` gives for the same message."""
    found = signature_of(KNOWN, secret=SHARED, timestamp="1795312800000", nonce="0123456789abcdef")
    assert found == "Dy9DmKyYV4cYEh7UoW9w0OJxlbQPPcnM+3PI8oe/NbA="


def test_signature_covers_the_body() -> None:
    """A body enters the message as the hex of its SHA-256."""
    request = SignedRequest(
        method="POST",
        path="/open-api/v1/subjects/credit:batch",
        query="",
        body=b'{"codes":["91350100M000100Y43"]}',
        headers={},
    )
    found = signature_of(request, secret=SHARED, timestamp="1795312800000", nonce="0123456789abcdef")
    assert found == "40z7OCNa0yoTyZFfYvkHl53f+NIWEvX8/3nUWrCAFUQ="


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("pageSize=10&page=1", "page=1&pageSize=10"),
        ("b=2&a=2&a=1", "a=1&a=2&b=2"),
        ("a=%e8%af%9a&b=x%20y", "a=%E8%AF%9A&b=x%20y"),
        ("a=~-._", "a=~-._"),
        ("a=", "a="),
        ("a=1%2B1", "a=1%2B1"),
    ],
)
def test_canonical_query_is_encoded_and_sorted(query: str, canonical: str) -> None:
    """Pairs are percent-encoded by RFC 3986 and sorted by name, then value."""
    assert canonical_query(query) == canonical


def test_signed_request_is_let_in(client: Client) -> None:
    """A request signed by the contract is answered with success."""
    answer = client.credit(page=1, pageSize=5)
    assert (answer.status_code, answer.json()["status"]) == (200, 1)


@pytest.mark.parametrize("missing", ["X-App-Key", "X-Timestamp", "X-Nonce", "X-Signature"])
def test_unsigned_request_is_refused(client: Client, missing: str) -> None:
    """Each of the four headers is needed."""
    answer = client.credit(headers={missing: ""})
    assert (answer.status_code, answer.json()["status"]) == (401, 40101)


@pytest.mark.parametrize(
    "changes",
    [{"secret": SHARED}, {"nonce": "short"}, {"nonce": "x" * 65}, {"nonce": "no spaces allowed"}],
)
def test_wrong_signature_is_refused(client: Client, changes: dict[str, str]) -> None:
    """Another secret or a malformed nonce gives 40101."""
    answer = client.ask("GET", "/subjects/91350100M000100Y43/credit", **changes)
    assert (answer.status_code, answer.json()["status"]) == (401, 40101)


def test_unknown_key_is_refused(client: Client) -> None:
    """A key nobody gave out gives 40101."""
    client.key = "unknown-key"
    assert client.credit().json()["status"] == 40101


def test_tampered_query_is_refused(client: Client) -> None:
    """A signature for another query does not open this one."""
    headers = client.headers("GET", "/open-api/v1/changes", "limit=1", b"")
    answer = client.session.get(f"{client.server.url}/open-api/v1/changes?limit=2", headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (401, 40101)


@pytest.mark.parametrize(("seconds", "status"), [(-301, 40102), (-300, 1), (300, 1), (301, 40102)])
def test_timestamp_is_held_to_the_mock_clock(client: Client, seconds: int, status: int) -> None:
    """A clock at most 300 s off is let in; beyond that 40102 says the source's time."""
    sent_at = client.server.source.clock.now() + timedelta(seconds=seconds)
    answer = client.ask("GET", "/changes", timestamp=int(sent_at.timestamp() * 1000))
    body = answer.json()
    assert body["status"] == status
    if status == 40102:
        assert answer.status_code == 401
        assert body["data"]["serverTime"] == "2026-11-22T10:00:00+08:00"
        assert "2026-11-22T10:00:00+08:00" in body["message"]


def test_timestamp_that_is_no_number_is_refused(client: Client) -> None:
    """A timestamp must be epoch milliseconds."""
    assert client.ask("GET", "/changes", timestamp="yesterday").json()["status"] == 40102


def test_nonce_is_taken_once_in_ten_minutes(client: Client) -> None:
    """The same nonce again gives 40103 within ten minutes of the mock clock and is forgotten after."""
    nonce = "abcdefghijklmnop"
    assert client.ask("GET", "/changes", nonce=nonce).json()["status"] == 1
    again = client.ask("GET", "/changes", nonce=nonce)
    assert (again.status_code, again.json()["status"]) == (401, 40103)
    client.move_clock(advance_seconds=600)
    assert client.ask("GET", "/changes", nonce=nonce).json()["status"] == 40103
    client.move_clock(advance_seconds=1)
    assert client.ask("GET", "/changes", nonce=nonce).json()["status"] == 1


def test_refused_request_spends_no_nonce(client: Client) -> None:
    """A nonce that came with a wrong signature can still be used."""
    nonce = "abcdefghijklmnop"
    client.ask("GET", "/changes", nonce=nonce, secret=SHARED)
    assert client.ask("GET", "/changes", nonce=nonce).json()["status"] == 1


def test_disabled_key_is_refused(client: Client) -> None:
    """A key that is switched off gives 40301 with 403."""
    client.key = "mock-disabled-key"
    answer = client.credit()
    assert (answer.status_code, answer.json()["status"]) == (403, 40301)


def test_health_needs_no_signature(client: Client) -> None:
    """Health is open to all."""
    answer = client.session.get(f"{client.server.url}/open-api/v1/health")
    body = answer.json()
    assert body["status"] == 1
    assert body["data"] == {"dataDate": "2026-11-21T23:00:00+08:00", "lagSeconds": 39600, "maintenance": []}
