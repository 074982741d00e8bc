"""Reports of platforms: taken once for each key."""

from typing import Any

import pytest

from tests.mock.client import ONE_PENALTY, Client

REPORT: dict[str, Any] = {
    "reportId": "R-2026-10-1",
    "tyshxydm": ONE_PENALTY,
    "kind": "履约",
    "period": "2026-10",
    "facts": {"orders": 120, "fulfilledOnTime": 118},
    "evidenceDigest": "sha256:" + "0" * 64,
}


def send(client: Client, report: Any = REPORT, key: str | None = "key-1") -> Any:
    """Send one report."""
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/platform-reports", report, **headers)


def test_report_is_taken_once(client: Client) -> None:
    """The same again, however written, gets the first answer, marked; it is listed once."""
    first = send(client)
    client.move_clock(advance_seconds=60)
    again = send(client, dict(reversed(REPORT.items())))
    assert (first.status_code, set(first.json()["data"])) == (200, {"reportId", "receiptId", "receivedAt"})
    assert again.json()["data"] == first.json()["data"]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    (row,) = client.control("GET", "/platform-reports").json()["reports"]
    assert (row["report"], row["idempotencyKey"], row["replays"]) == (REPORT, "key-1", 1)


def test_key_with_another_body_is_a_conflict(client: Client) -> None:
    """Another body under the same key gives 409; under another key it is another report."""
    send(client)
    other = {**REPORT, "facts": {}}
    conflict = send(client, other)
    assert (conflict.status_code, conflict.json()["status"]) == (409, 40901)
    assert send(client, other, key="key-2").json()["status"] == 1
    assert len(client.control("GET", "/platform-reports").json()["reports"]) == 2


@pytest.mark.parametrize("key", [None, "", "k" * 129, "two words"])
def test_key_is_needed(client: Client, key: str | None) -> None:
    """No key, or one that is none, gives 40002."""
    assert send(client, key=key).json()["status"] == 40002


@pytest.mark.parametrize(
    "wrong",
    [
        {"reportId": ""},
        {"tyshxydm": "91350100M000100Y44"},
        {"kind": "其他"},
        {"period": "2026-13"},
        {"period": "2026-10-31/2026-10-01"},
        {"facts": []},
        {"evidenceDigest": "abc"},
        {"extra": 1},
    ],
)
def test_report_must_be_whole(client: Client, wrong: dict[str, Any]) -> None:
    """What is missing or wrong is named, and the key is free again."""
    answer = send(client, {**REPORT, **wrong}).json()
    assert answer["status"] == 40002
    assert next(iter(wrong)) in answer["message"]
    assert send(client).json()["status"] == 1


@pytest.mark.parametrize("period", ["2026-10", "2026-10-05", "2026-10-01/2026-10-31"])
def test_period_is_a_month_a_day_or_from_to(client: Client, period: str) -> None:
    """A period has one of three forms."""
    assert send(client, {**REPORT, "period": period}).json()["status"] == 1


def test_retry_after_a_lost_answer_is_a_replay(client: Client) -> None:
    """The report was taken though the answer was lost; the retry gets that answer."""
    client.script({"kind": "reset"}, match={"route": "reports"}, count=1)
    with pytest.raises(OSError, match=r"reset|aborted"):
        send(client)
    assert send(client).headers["Idempotent-Replayed"] == "true"
