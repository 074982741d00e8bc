"""The change feed and the control plane's power over records."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from mock_credit_china import MockServer, Settings
from mock_credit_china.record import Change
from mock_credit_china.source import Source
from tests.mock.client import LAST_DAY, NOTHING, ONE_PENALTY, START, THREE_PAGES, UNREGISTERED, Client

EVERY_MEMBER = {
    "recId": "0123456789ABCDEF0123456789ABCDEF",
    "version": 7,
    "catalog": "行政处罚",
    "severity": "严重",
    "state": "异议中",
    "publishedOn": "2026-11-01",
    "disclosedUntil": "2028-10-25",
    "dataSource": "示例数据来源单位",
    "fields": {
        "CF_WSH": "示监处罚〔2026〕1号",
        "CF_NR_FK": "0.123456",
        "CF_GSJZQ": "2028-10-25",
        "X_NEW": [1, {"a": None}],
    },
}


def only(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the one change there is."""
    (change,) = changes["changes"]
    return change


def test_feed_starts_at_now(client: Client) -> None:
    """Without a cursor there is nothing but the place to go on from."""
    client.record("dispute")
    data = client.changes()
    assert (data["changes"], data["more"]) == ([], False)
    client.record("undispute")
    assert only(client.changes(cursor=data["cursor"]))["change"] == "异议解除"


@pytest.mark.parametrize(
    ("steps", "change", "state"),
    [
        (["dispute"], "异议", "异议中"),
        (["dispute", "undispute"], "异议解除", "公示中"),
        (["shield"], "屏蔽", "暂时屏蔽"),
        (["shield", "restore"], "恢复", "公示中"),
        (["repair"], "修复", None),
        (["withdraw"], "撤销", None),
    ],
)
def test_marking_a_record_is_listed_and_fed(
    client: Client, steps: list[str], change: str, state: str | None
) -> None:
    """Each step gives its change, a new version and a new snapshot id; ended records leave the listing."""
    before = client.listing()
    cursor = client.changes()["cursor"]
    for step in steps:
        told = client.record(step)
    last = client.changes(cursor=cursor)["changes"][-1]
    after = client.listing()
    assert last == told["change"]
    assert (last["change"], last["tyshxydm"]) == (change, ONE_PENALTY)
    assert last["version"] == before["list"][0]["version"] + len(steps)
    assert after["snapshotId"] == told["snapshotId"] != before["snapshotId"]
    assert [row["state"] for row in after["list"]] == ([state] if state else [])


def test_imposing_takes_every_member_as_it_is(client: Client) -> None:
    """A wholly specified record is listed as given, on a subject that had nothing."""
    cursor = client.changes()["cursor"]
    client.record("impose", NOTHING, record=EVERY_MEMBER)
    assert client.listing(NOTHING)["list"] == [EVERY_MEMBER]
    change = only(client.changes(cursor=cursor))
    assert (change["change"], change["recId"], change["version"]) == ("新增", EVERY_MEMBER["recId"], 7)


def test_imposing_makes_up_what_is_left_out(client: Client) -> None:
    """Without a record a penalty published today is imposed, its two ends agreeing."""
    row = client.record("impose", NOTHING)["record"]
    assert (row["catalog"], row["publishedOn"]) == ("行政处罚", "2026-11-22")
    assert row["disclosedUntil"] == row["fields"]["CF_GSJZQ"] == "2027-11-22"
    assert row["fields"]["CF_XDR_SHXYM"] == NOTHING


@pytest.mark.parametrize(
    ("record", "until"),
    [
        ({"severity": "轻微"}, "2027-02-22"),
        ({"severity": "一般"}, "2027-11-22"),
        ({"severity": "严重"}, "2029-11-22"),
        ({"severity": "一般", "disclosedUntil": None}, None),
        ({"catalog": "经营异常名录"}, None),
        ({"catalog": "严重失信主体名单"}, "2029-11-22"),
        ({"catalog": "未来的目录"}, None),
    ],
)
def test_term_left_out_is_the_longest_of_the_class(
    client: Client, record: dict[str, Any], until: str | None
) -> None:
    """Terms follow catalogue and severity; a null means until removed."""
    assert client.record("impose", NOTHING, record=record)["record"]["disclosedUntil"] == until


def test_correcting_merges_fields(client: Client) -> None:
    """A correction changes what it names, takes out what it nulls, and leaves the rest."""
    before = client.listing()["list"][0]
    patch = {
        "severity": "轻微",
        "disclosedUntil": "2026-12-31",
        "fields": {"CF_NR_FK": "0.05", "CF_SY": None},
    }
    told = client.record("correct", record=patch)
    after = client.listing()["list"][0]
    expected = {**before["fields"], "CF_NR_FK": "0.05"}
    del expected["CF_SY"]
    assert told["change"]["change"] == "更新"
    assert after == {
        **before,
        "version": before["version"] + 1,
        "severity": "轻微",
        "disclosedUntil": "2026-12-31",
        "fields": expected,
    }


def test_record_ends_by_itself(client: Client) -> None:
    """When the mock clock passes the last day, 到期 is fed, at midnight China time."""
    cursor = client.changes()["cursor"]
    rec_id = client.listing(LAST_DAY)["list"][0]["recId"]
    client.move_clock(now="2026-11-22T23:59:59.999+08:00")
    assert client.changes(cursor=cursor)["changes"] == []
    client.move_clock(advance_seconds=0.001)
    change = next(row for row in client.changes(cursor=cursor)["changes"] if row["tyshxydm"] == LAST_DAY)
    assert (change["change"], change["recId"]) == ("到期", rec_id)
    assert change["at"] == "2026-11-23T00:00:00.000+08:00"


def test_ends_are_fed_in_order_and_once(client: Client) -> None:
    """Everything that ends in two years comes in the order of its end, under strictly growing seqs, once."""
    client.server.source.register._log._retained = 10_000
    cursor = client.changes()["cursor"]
    client.move_clock(advance_seconds=2 * 365 * 86400)
    rows = client.changes(cursor=cursor, limit=1000)["changes"]
    assert len(rows) > 50
    assert {row["change"] for row in rows} == {"到期"}
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert [row["seq"] for row in rows] == list(range(rows[0]["seq"], rows[0]["seq"] + len(rows)))
    assert len({row["recId"] for row in rows}) == len(rows)


def test_repaired_record_does_not_end_again(client: Client) -> None:
    """What was repaired before its end yields no 到期."""
    client.record("repair", LAST_DAY)
    cursor = client.changes()["cursor"]
    client.move_clock(advance_seconds=86400)
    assert LAST_DAY not in {row["tyshxydm"] for row in client.changes(cursor=cursor)["changes"]}


def test_corrected_end_moves_the_expiry(client: Client) -> None:
    """A record whose end was moved ends then, and only then."""
    client.record("correct", LAST_DAY, record={"disclosedUntil": "2026-11-25"})
    cursor = client.changes()["cursor"]
    client.move_clock(now="2026-11-25T12:00:00+08:00")
    assert LAST_DAY not in {row["tyshxydm"] for row in client.changes(cursor=cursor)["changes"]}
    client.move_clock(now="2026-11-26T00:00:00+08:00")
    ended = [row for row in client.changes(cursor=cursor)["changes"] if row["tyshxydm"] == LAST_DAY]
    assert [row["change"] for row in ended] == ["到期"]


def test_limit_leaves_more(client: Client) -> None:
    """A limited answer says there is more and where to go on."""
    cursor = client.changes()["cursor"]
    for step in ("dispute", "undispute", "shield"):
        client.record(step)
    first = client.changes(cursor=cursor, limit=2)
    second = client.changes(cursor=first["cursor"], limit=2)
    assert ([row["change"] for row in first["changes"]], first["more"]) == (["异议", "异议解除"], True)
    assert ([row["change"] for row in second["changes"]], second["more"]) == (["屏蔽"], False)


def test_same_cursor_gives_the_same_again(client: Client) -> None:
    """Reading does not consume."""
    cursor = client.changes()["cursor"]
    client.record("dispute")
    assert client.changes(cursor=cursor) == client.changes(cursor=cursor)


@pytest.mark.parametrize(
    "query", [{"cursor": "x"}, {"cursor": ""}, {"limit": 0}, {"limit": 1001}, {"wait": 61}]
)
def test_bad_parameter_is_refused(client: Client, query: dict[str, object]) -> None:
    """A cursor of another make or a number out of bounds gives 40002."""
    answer = client.ask("GET", "/changes", query)
    assert (answer.status_code, answer.json()["status"]) == (400, 40002)


@pytest.mark.parametrize("cursor", ["c000000000999", "c000000009999"])
def test_cursor_the_log_does_not_know_is_too_old(client: Client, cursor: str) -> None:
    """A place before the log, or one it never reached, gives 41001 with 410."""
    answer = client.ask("GET", "/changes", {"cursor": cursor})
    assert (answer.status_code, answer.json()["status"]) == (410, 41001)


def test_old_changes_are_forgotten(client: Client) -> None:
    """Beyond the changes retained, a cursor becomes too old."""
    cursor = client.changes()["cursor"]
    for _ in range(30):
        client.record("dispute")
        client.record("undispute")
    assert client.ask("GET", "/changes", {"cursor": cursor}).json()["status"] == 41001


def read_in_thread(client: Client, cursor: str) -> tuple[threading.Thread, list[dict[str, Any]]]:
    """Start a long poll and return once the source has it."""
    found: list[dict[str, Any]] = []
    other = Client(client.server)

    def read() -> None:
        with other.session:
            other.nonces = iter(["long-poll-nonce-1"])
            found.append(other.changes(cursor=cursor, wait=60))

    thread = threading.Thread(target=read)
    asked = len(client.server.source.journal.rows())
    thread.start()
    while len(client.server.source.journal.rows()) == asked:
        pass
    return thread, found


def test_long_poll_wakes_on_a_change(client: Client) -> None:
    """Who waits is answered when something happens, not when the time is up."""
    thread, found = read_in_thread(client, client.changes()["cursor"])
    client.record("repair")
    thread.join(timeout=20)
    assert only(found[0])["change"] == "修复"


def test_long_poll_wakes_when_the_clock_is_moved(client: Client) -> None:
    """Moving the clock past an end is something happening."""
    thread, found = read_in_thread(client, client.changes()["cursor"])
    client.move_clock(advance_seconds=86400)
    thread.join(timeout=20)
    assert LAST_DAY in {row["tyshxydm"] for row in found[0]["changes"]}


def test_long_poll_wakes_when_a_record_ends_on_a_running_clock(client: Client) -> None:
    """A running clock that passes an end wakes who waits, without anybody's hand."""
    client.move_clock(now="2026-11-22T23:59:59.800+08:00")
    cursor = client.changes()["cursor"]
    client.move_clock(frozen=False)
    assert LAST_DAY in {row["tyshxydm"] for row in client.changes(cursor=cursor, wait=20)["changes"]}


def test_long_poll_ends_when_the_server_stops() -> None:
    """Stopping does not wait for who waits."""
    with MockServer(Settings(subjects=0, start_at=START, frozen=True)) as server:
        client = Client(server)
        with client.session:
            thread, found = read_in_thread(client, client.changes()["cursor"])
    thread.join(timeout=10)
    assert not thread.is_alive()
    assert found[0]["changes"] == []


def test_adding_a_subject(client: Client) -> None:
    """A new subject is registered with its records, and fed as 主体变更 and 新增."""
    cursor = client.changes()["cursor"]
    body = {
        "code": UNREGISTERED,
        "name": "福建示例新设有限公司",
        "records": [EVERY_MEMBER, {"severity": "轻微"}],
    }
    answer = client.control("POST", "/subjects", body)
    data = client.listing(UNREGISTERED)
    assert answer.status_code == 201, answer.text
    assert data["subject"]["jgmc"] == "福建示例新设有限公司"
    assert {row["recId"] for row in data["list"]} == set(answer.json()["recIds"])
    assert EVERY_MEMBER in data["list"]
    assert [row["change"] for row in client.changes(cursor=cursor)["changes"]] == ["主体变更", "新增", "新增"]


def test_changing_a_subject(client: Client) -> None:
    """A known subject keeps its records and what is not named."""
    before = client.listing(THREE_PAGES)
    client.control("POST", "/subjects", {"code": THREE_PAGES, "status": "注销"})
    after = client.listing(THREE_PAGES)
    assert after["subject"] == {**before["subject"], "status": "注销"}
    assert after["list"] == before["list"]
    assert after["snapshotId"] != before["snapshotId"]


def ended_over(steps: int) -> list[Change]:
    """Return what ends in 360 days that pass in so many steps."""
    source = Source(Settings(subjects=300, start_at=START, frozen=True))
    rows: list[Change] = []
    position = source.register.read_changes(None, limit=1, wait=0).cursor
    for _ in range(steps):
        source.clock.advance(timedelta(days=360) / steps)
        found = source.register.read_changes(position, limit=1000, wait=0)
        rows += found.changes
        position = found.cursor
    return rows


def test_ends_are_the_same_however_time_passes() -> None:
    """A year in one step, in twelve or in a hundred gives the same ends in the same order, each once."""
    rows = ended_over(12)
    assert len({row.rec_id for row in rows}) == len(rows) > 20
    assert rows == sorted(rows, key=lambda row: (row.at, row.code, row.rec_id))
    assert ended_over(1) == ended_over(100) == rows


def test_record_that_was_changed_ends_once(client: Client) -> None:
    """A record noted several times has one end."""
    for step in ("dispute", "undispute", "shield", "restore"):
        client.record(step, LAST_DAY)
    cursor = client.changes()["cursor"]
    client.move_clock(now="2026-11-23T00:00:00+08:00")
    ends = [row for row in client.changes(cursor=cursor)["changes"] if row["tyshxydm"] == LAST_DAY]
    assert [row["change"] for row in ends] == ["到期"]


def test_seq_of_a_snapshot_is_a_cursor(client: Client) -> None:
    """A decimal seq leads on like the cursor it stands for."""
    client.record("dispute")
    assert client.changes(cursor="1000")["changes"] == client.changes(cursor="c000000001000")["changes"]
    assert client.ask("GET", "/changes", {"cursor": "999"}).json()["status"] == 41001
