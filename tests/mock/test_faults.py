"""Scripted faults of answers, data and headers, as a client meets them."""

import gzip
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from tests.mock.client import NOTHING, ONE_PENALTY, OVER_FIFTY, THREE_PAGES, Client


@pytest.mark.parametrize(
    ("status", "http"),
    [
        (40001, 200),
        (40002, 400),
        (40101, 401),
        (40102, 401),
        (40103, 401),
        (40301, 403),
        (40302, 403),
        (41001, 410),
        (42901, 429),
        (42902, 429),
        (50001, 500),
        (50301, 503),
    ],
)
def test_every_error_can_be_scripted(client: Client, status: int, http: int) -> None:
    """Each status of the envelope table comes with its HTTP status, once, and leaves no trace."""
    client.script({"kind": "error", "status": status}, count=1)
    answer = client.credit()
    assert (answer.status_code, answer.json()["status"]) == (http, status)
    assert (answer.json()["data"] is None) is (status != 40102)
    assert "ETag" not in answer.headers
    assert client.credit().json()["status"] == 1


@pytest.mark.parametrize("http", [200, 500])
def test_challenge_comes_with_any_http_status(client: Client, http: int) -> None:
    """40001 is seen with 200 and with 500."""
    client.script({"kind": "error", "status": 40001, "http": http})
    answer = client.credit()
    assert (answer.status_code, answer.json()["status"], answer.json()["message"]) == (
        http,
        40001,
        "请刷新后重试",
    )


@pytest.mark.parametrize(("status", "http"), [(42901, 429), (50301, 503)])
def test_retry_after_comes_in_both_forms(client: Client, status: int, http: int) -> None:
    """`Retry-After` is a number of seconds, or a date by the mock clock."""
    error = {"kind": "error", "status": status, "retry_after": 7}
    client.script(error, count=1)
    client.script({**error, "retry_after_form": "date"}, count=1)
    seconds, dated = client.credit(), client.credit()
    assert (seconds.status_code, seconds.headers["Retry-After"]) == (http, "7")
    assert parsedate_to_datetime(dated.headers["Retry-After"]) == datetime(2026, 11, 22, 2, 0, 7, tzinfo=UTC)


@pytest.mark.parametrize("http", [200, 403, 412])
def test_firewall_answers_with_a_page(client: Client, http: int) -> None:
    """HTML comes where JSON was asked for."""
    client.script({"kind": "challenge_page", "http": http})
    answer = client.credit()
    assert (answer.status_code, answer.headers["Content-Type"]) == (http, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


def test_redirect_leads_elsewhere(client: Client) -> None:
    """A redirection names another host."""
    client.script({"kind": "redirect", "location": "http://elsewhere.invalid/"})
    answer = client.credit()
    assert (answer.status_code, answer.headers["Location"]) == (302, "http://elsewhere.invalid/")


def test_one_page_can_fail(client: Client) -> None:
    """A rule about page 2 leaves the others alone."""
    client.script({"kind": "error", "status": 50001}, match={"route": "credit", "page": 2})
    assert [client.credit(THREE_PAGES, page=page).status_code for page in (1, 2, 3)] == [200, 500, 200]


def test_one_subject_and_route_can_fail(client: Client) -> None:
    """A rule about a code and a route leaves other codes and routes alone."""
    client.script({"kind": "error", "status": 50001}, match={"route": "credit", "code": NOTHING})
    assert client.credit(NOTHING).status_code == 500
    assert client.credit().status_code == 200
    assert client.batch(NOTHING).json()["data"]["results"][0]["status"] == 1
    assert client.ask("GET", "/changes").status_code == 200


def test_one_row_of_a_batch_can_fail(client: Client) -> None:
    """In a batch a rule with a code is about that row; one without is about the answer."""
    client.script({"kind": "error", "status": 50001, "message": "稍后再试"}, match={"code": NOTHING}, count=1)
    first, second = client.batch(NOTHING, ONE_PENALTY).json()["data"]["results"]
    assert (first["status"], first["message"], first["credit"]) == (50001, "稍后再试", None)
    assert second["status"] == 1
    client.script({"kind": "error", "status": 50001}, match={"route": "batch"})
    assert client.batch(NOTHING).status_code == 500


def test_count_and_skip_bound_a_rule(client: Client) -> None:
    """A rule passes over the first requests, bites so many times and is spent."""
    client.script({"kind": "error", "status": 50001}, skip=1, count=2)
    assert [client.credit().status_code for _ in range(5)] == [200, 500, 500, 200, 200]
    (rule,) = client.control("GET", "/scenario").json()["rules"]
    assert (rule["bites"], rule["spent"]) == (2, True)


def test_share_is_drawn_reproducibly(client: Client) -> None:
    """About the share of requests is bitten, and the same ones each time."""
    runs = []
    for _ in range(2):
        client.control("POST", "/reset")
        client.script({"kind": "error", "status": 50001}, share=0.3)
        runs.append([client.credit().status_code for _ in range(100)])
    assert runs[0] == runs[1]
    assert 15 <= runs[0].count(500) <= 45


def test_window_is_by_the_mock_clock(client: Client) -> None:
    """A rule bites from `since` until just before `until`."""
    client.script(
        {"kind": "error", "status": 50001},
        since="2026-11-22T10:01:00+08:00",
        until="2026-11-22T10:02:00+08:00",
    )
    seen = []
    for _ in range(3):
        seen.append(client.credit().status_code)
        client.move_clock(advance_seconds=60)
    assert seen == [200, 500, 200]


def test_first_answer_wins_and_the_next_waits(client: Client) -> None:
    """Two answers scripted for the same request come one after the other."""
    client.script({"kind": "error", "status": 42901}, count=1)
    client.script({"kind": "error", "status": 50301}, count=1)
    assert [client.credit().json()["status"] for _ in range(3)] == [42901, 50301, 1]


def test_latency_is_waited_for(client: Client) -> None:
    """A latency delays the answer and changes nothing in it."""
    plain = client.listing()
    client.script({"kind": "latency", "seconds": 0.15, "jitter": 0.05})
    answer = client.credit()
    assert answer.elapsed.total_seconds() >= 0.15
    assert answer.json()["data"] == plain


@pytest.mark.parametrize(
    "field", ["snapshotId", "total", "list", "subject.tyshxydm", "list.*.recId", "list.*.fields"]
)
@pytest.mark.parametrize("how", ["missing", "renamed", "mistyped"])
def test_schema_drifts(client: Client, field: str, how: str) -> None:
    """A member on the path is missing, has another name or another type."""
    *way, name = field.split(".")
    plain: Any = client.listing()
    client.script({"kind": "drift", "field": field, "how": how})
    drifted: Any = client.listing()
    for step in way:
        plain, drifted = (holder[0 if step == "*" else step] for holder in (plain, drifted))
    match how:
        case "missing":
            assert name not in drifted
        case "renamed":
            assert drifted[f"{name}_v2"] == plain[name]
            assert name not in drifted
        case _:
            assert type(drifted[name]) is not type(plain[name])


def test_snapshot_moves_between_pages(client: Client) -> None:
    """With the fault on page 2, pages 1 and 2 never agree; bitten once, the second attempt does."""
    client.script({"kind": "snapshot_moves"}, match={"page": 2}, count=1)
    ids = [client.listing(THREE_PAGES, page=page)["snapshotId"] for page in (1, 2, 1, 2)]
    assert ids[0] != ids[1]
    assert ids[2] == ids[3]


def test_snapshot_can_move_without_end(client: Client) -> None:
    """Without a count every answer has another snapshot id."""
    client.script({"kind": "snapshot_moves"})
    assert len({client.listing()["snapshotId"] for _ in range(4)}) == 4


def test_rows_are_lost_and_repeated(client: Client) -> None:
    """Totals stay, rows do not agree with them."""
    client.script({"kind": "lost_rows", "rows": 2}, count=1)
    client.script({"kind": "repeated_rows"}, count=1, skip=1)
    client.script({"kind": "repeated_rows", "extra": True}, count=1, skip=2)
    lost, repeated, extra = (client.listing(THREE_PAGES) for _ in range(3))
    assert (lost["total"], len(lost["list"])) == (23, 8)
    assert (len(repeated["list"]), len({row["recId"] for row in repeated["list"]})) == (10, 9)
    assert (len(extra["list"]), len({row["recId"] for row in extra["list"]})) == (11, 10)


def test_answer_is_about_another_subject(client: Client) -> None:
    """The subject in the answer is not the one asked for."""
    client.script({"kind": "other_subject"})
    assert client.listing()["subject"]["tyshxydm"] == "91330100M000101Y04"


@pytest.mark.parametrize(
    ("fault", "member", "value"),
    [
        ({"kind": "past_end"}, "disclosedUntil", "2026-11-21"),
        ({"kind": "past_end", "days": 30}, "disclosedUntil", "2026-10-23"),
        ({"kind": "ends_disagree"}, "disclosedUntil", "2027-01-01"),
        ({"kind": "ended_state"}, "state", "已修复"),
        ({"kind": "ended_state", "state": "已撤销"}, "state", "已撤销"),
        ({"kind": "unknown_catalogue"}, "catalog", "数据要素信用承诺"),
        ({"kind": "unknown_severity", "value": "极重"}, "severity", "极重"),
    ],
)
@pytest.mark.parametrize("code", [ONE_PENALTY, NOTHING])
def test_row_that_should_not_be(
    client: Client, code: str, fault: dict[str, Any], member: str, value: str
) -> None:
    """The first row is spoilt; a listing without rows is given one."""
    client.script(fault)
    data = client.listing(code)
    assert (data["total"], data["totalSize"], len(data["list"])) == (1, 1, 1)
    assert data["list"][0][member] == value
    if fault["kind"] == "past_end":
        assert data["list"][0]["fields"]["CF_GSJZQ"] == value
    if fault["kind"] == "ends_disagree":
        assert data["list"][0]["fields"]["CF_GSJZQ"] == "2026-12-02"


def test_listing_faults_bite_in_a_batch(client: Client) -> None:
    """A row of a batch is a listing too."""
    client.script({"kind": "past_end"}, match={"code": ONE_PENALTY})
    rows = client.batch(ONE_PENALTY, THREE_PAGES).json()["data"]["results"]
    assert rows[0]["credit"]["list"][0]["disclosedUntil"] == "2026-11-21"
    assert not any(row["disclosedUntil"] == "2026-11-21" for row in rows[1]["credit"]["list"])


def test_batch_drifts(client: Client) -> None:
    """The path of a drift leads into a batch's rows as well."""
    client.script({"kind": "drift", "field": "results.*.credit.total"})
    assert "total" not in client.batch(ONE_PENALTY).json()["data"]["results"][0]["credit"]


def test_faulty_answer_leaves_the_register_alone(client: Client) -> None:
    """What was spoilt in an answer is right again in the next."""
    plain = client.listing()
    for kind in ("past_end", "unknown_severity", "ended_state", "lost_rows"):
        client.script({"kind": kind}, count=1)
        assert client.listing() != plain
    assert client.listing() == plain


def test_seq_has_a_gap(client: Client) -> None:
    """A change is lost and its seq with it; waiting for changes does not spend the rule."""
    client.script({"kind": "seq_gap"}, count=1)
    cursor = client.changes()["cursor"]
    assert client.changes(cursor=cursor)["changes"] == []
    for step in ("dispute", "undispute"):
        client.record(step)
    lossy, whole = client.changes(cursor=cursor), client.changes(cursor=cursor)
    assert [row["change"] for row in lossy["changes"]] == ["异议解除"]
    assert [row["change"] for row in whole["changes"]] == ["异议", "异议解除"]
    assert lossy["cursor"] == whole["cursor"]


def test_seq_is_repeated(client: Client) -> None:
    """A change comes twice under one seq."""
    client.script({"kind": "repeated_seq"})
    cursor = client.changes()["cursor"]
    client.record("dispute")
    first, second = client.changes(cursor=cursor)["changes"]
    assert first == second


def test_clock_skew_is_in_the_date_alone(client: Client) -> None:
    """`Date` is off; the data is not."""
    client.script({"kind": "clock_skew", "seconds": -120})
    answer = client.credit()
    assert answer.headers["Date"] == "Sun, 22 Nov 2026 01:58:00 GMT"
    assert answer.json()["data"]["dataDate"] == "2026-11-21T23:00:00+08:00"


def test_content_type_is_wrong(client: Client) -> None:
    """Good JSON says it is something else."""
    client.script({"kind": "content_type", "value": "text/plain"})
    answer = client.credit()
    assert (answer.headers["Content-Type"], answer.json()["status"]) == ("text/plain", 1)


def test_body_is_garbled(client: Client) -> None:
    """JSON stops in the middle, or bytes are no UTF-8; the length agrees all the same."""
    client.script({"kind": "garbled", "how": "json"}, count=1)
    client.script({"kind": "garbled", "how": "encoding"}, count=1, skip=1)
    stopped, undecodable = client.credit(), client.credit()
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        stopped.json()
    with pytest.raises(UnicodeDecodeError):
        undecodable.content.decode()


@pytest.mark.parametrize("seconds", [3600, -3600])
def test_clock_jumps_on_a_request(client: Client, seconds: int) -> None:
    """The mock's own clock moves before the request is looked at, so its signature is off; it stays moved."""
    client.script({"kind": "clock_jump", "seconds": seconds}, match={"route": "credit"}, count=1)
    refused = client.credit().json()
    assert refused["status"] == 40102
    hour = 10 + seconds // 3600
    assert refused["data"]["serverTime"] == f"2026-11-22T{hour:02}:00:00+08:00"
    assert client.credit().json()["status"] == 1
    assert client.control("GET", "/clock").json()["now"] == f"2026-11-22T{hour:02}:00:00.000+08:00"


def test_clock_jumps_no_further_than_it_reaches(client: Client) -> None:
    """A jump ends within the years the clock knows."""
    client.move_clock(now="2099-12-31T00:00:00+08:00")
    client.script({"kind": "clock_jump", "seconds": 31536000}, match={"route": "health"}, count=1)
    client.session.get(f"{client.server.url}/open-api/v1/health")
    assert client.control("GET", "/clock").json()["now"].startswith("2100-01-01T07:59:59")


def test_gzip_bomb_unpacks(client: Client) -> None:
    """A few kilobytes on the wire are megabytes in memory."""
    client.script({"kind": "gzip_bomb", "megabytes": 4})
    with client.session.get(
        f"{client.server.url}/open-api/v1/health", headers={"Accept-Encoding": "gzip"}, stream=True
    ) as answer:
        packed = answer.raw.read(decode_content=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 10_000
    assert len(gzip.decompress(packed)) > 4 * 1024 * 1024


def test_body_is_oversized(client: Client) -> None:
    """Megabytes come where kilobytes are expected."""
    client.script({"kind": "oversized", "megabytes": 3}, match={"code": OVER_FIFTY})
    assert len(client.credit(OVER_FIFTY).content) > 3 * 1024 * 1024


def test_faults_are_in_the_request_log(client: Client) -> None:
    """The log says what bit."""
    client.script({"kind": "latency", "seconds": 0})
    client.script({"kind": "error", "status": 50001})
    client.credit()
    (row,) = client.control("GET", "/requests").json()["requests"]
    assert (row["faults"], row["http"], row["status"]) == (["latency", "error"], 500, 50001)
