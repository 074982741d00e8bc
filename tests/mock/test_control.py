"""The control plane: what it refuses and how it says so, the clock, the request log, the way back."""

import json
from typing import Any

import pytest

from mock_credit_china import Settings, create_app
from tests.mock.client import NOTHING, ONE_PENALTY, START, THREE_PAGES, UNREGISTERED, Client

REC_ID = "A" * 32


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/scenario", {}, "rules"),
        ("/scenario", {"rules": []}, "at least 1"),
        ("/scenario", {"rules": [{"fault": {"kind": "explode"}}]}, "'latency', 'error'"),
        (
            "/scenario",
            {"rules": [{"fault": {"kind": "reset", "how": 1}}]},
            "unknown: how; allowed: kind, when",
        ),
        ("/scenario", {"rules": [{"fault": {"kind": "error", "status": 1}}]}, "allowed: 40001, 40002"),
        ("/scenario", {"rules": [{"fault": {"kind": "reset"}, "share": 2}]}, "less than or equal to 1"),
        ("/scenario", {"rules": [{"fault": {"kind": "reset"}, "since": "2026-11-22T10:00:00"}]}, "timezone"),
        (
            "/scenario",
            {"rules": [{"fault": {"kind": "reset"}, "match": {"route": "home"}}]},
            "'credit', 'batch'",
        ),
        ("/records", {}, "action"),
        ("/records", {"action": "erase", "code": ONE_PENALTY}, "'impose', 'correct', 'dispute'"),
        ("/records", {"action": "impose", "code": "nonsense"}, "no lawful code"),
        (
            "/records",
            {"action": "impose", "code": ONE_PENALTY, "record": {"colour": 1}},
            "allowed: recId, version",
        ),
        (
            "/records",
            {"action": "impose", "code": ONE_PENALTY, "record": {"state": "已修复"}},
            "'公示中', '异议中'",
        ),
        (
            "/records",
            {"action": "impose", "code": ONE_PENALTY, "record": {"disclosedUntil": "2026-11-21"}},
            "past_end",
        ),
        (
            "/records",
            {"action": "correct", "code": ONE_PENALTY, "record": {"catalog": None}},
            "catalog cannot be null",
        ),
        ("/subjects", {"code": "91350100M000100Y44"}, "check character"),
        ("/clock", {}, "give now, advance_seconds or frozen"),
        ("/clock", {"now": "2026-11-22T10:00:00+08:00", "advance_seconds": 1}, "not both"),
        ("/clock", {"now": "1999-11-22T10:00:00+08:00"}, "from 2000-01-01"),
        ("/clock", {"advance_seconds": 3.1e9}, "from 2000-01-01"),
        ("/clock", {"advance_seconds": "soon"}, "number"),
        ("/clock", [], "valid dictionary"),
    ],
)
def test_instruction_that_is_not_valid_is_refused(client: Client, path: str, body: object, says: str) -> None:
    """400 says what is wrong and what is allowed, and nothing has changed."""
    answer = client.control("POST", path, body)
    assert answer.status_code == 400
    assert says in answer.text
    assert client.control("GET", "/scenario").json() == {"rules": []}
    assert client.server.source.clock.now() == START


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":"\\ud800"}', b"[" * 100_000, b"\xff"])
def test_body_must_be_json(client: Client, body: bytes) -> None:
    """What cannot be read is refused, not tripped over."""
    answer = client.session.post(f"{client.server.url}/mock/clock", data=body)
    assert answer.status_code == 400
    assert "not JSON" in answer.json()["error"]


@pytest.mark.parametrize(
    ("instruction", "http", "says"),
    [
        ({"action": "repair", "code": UNREGISTERED}, 404, "POST /mock/subjects"),
        ({"action": "repair", "code": NOTHING}, 404, "has 0 listed records"),
        ({"action": "repair", "code": THREE_PAGES}, 404, "has 23 listed records; give recId, one of:"),
        ({"action": "repair", "code": ONE_PENALTY, "recId": REC_ID}, 404, f"no record {REC_ID}"),
        ({"action": "restore", "code": ONE_PENALTY}, 409, "only one that is 暂时屏蔽"),
        ({"action": "undispute", "code": ONE_PENALTY}, 409, "only one that is 异议中"),
    ],
)
def test_instruction_that_finds_nothing_is_refused(
    client: Client, instruction: dict[str, Any], http: int, says: str
) -> None:
    """404 and 409 say what there is and what would do."""
    answer = client.control("POST", "/records", instruction)
    assert (answer.status_code, says in answer.json()["error"]) == (http, True), answer.text


def test_ended_record_is_left_alone(client: Client) -> None:
    """A repaired record can be neither repaired nor corrected again, an expired one not repaired."""
    rec_id = client.record("repair")["record"]["recId"]
    again = {"code": ONE_PENALTY, "recId": rec_id}
    assert client.control("POST", "/records", {"action": "repair", **again}).status_code == 409
    assert client.control("POST", "/records", {"action": "correct", "record": {}, **again}).status_code == 409
    other = client.record("impose", record={"disclosedUntil": "2026-11-22"})["record"]["recId"]
    client.move_clock(advance_seconds=86400)
    over = client.control("POST", "/records", {"action": "repair", "code": ONE_PENALTY, "recId": other})
    assert (over.status_code, "is over" in over.text) == (409, True)


def test_record_id_is_given_once(client: Client) -> None:
    """An id that is taken cannot be imposed again, alone or with a subject."""
    client.record("impose", NOTHING, record={"recId": REC_ID})
    once = {"action": "impose", "code": NOTHING, "record": {"recId": REC_ID}}
    assert client.control("POST", "/records", once).status_code == 409
    twice = {"code": UNREGISTERED, "records": [{"recId": REC_ID}, {"recId": REC_ID}]}
    assert client.control("POST", "/subjects", twice).status_code == 409


def test_far_away_ends_are_lasting(client: Client) -> None:
    """`9999-12-31` in `CF_GSJZQ`, or what is no day at all, is no end."""
    for text in ("9999-12-31", "2026/11/30", "长期"):
        client.record("impose", NOTHING, record={"fields": {"CF_GSJZQ": text}, "disclosedUntil": None})
    client.move_clock(advance_seconds=86400 * 365)
    assert client.listing(NOTHING)["total"] == 3


def test_field_end_counts_where_it_stands_alone(client: Client) -> None:
    """Without `disclosedUntil`, `CF_GSJZQ` ends the disclosure."""
    client.record("impose", NOTHING, record={"fields": {"CF_GSJZQ": "2026-11-23"}, "disclosedUntil": None})
    client.move_clock(now="2026-11-23T23:59:59+08:00")
    assert client.listing(NOTHING)["total"] == 1
    client.move_clock(advance_seconds=1)
    assert client.listing(NOTHING)["total"] == 0


def test_clock_is_set_advanced_frozen_and_shown(client: Client) -> None:
    """The clock does what it is told and says where it stands."""
    client.move_clock(now="2026-12-01T00:00:00Z")
    client.move_clock(advance_seconds=-1.5)
    shown = client.control("GET", "/clock").json()
    assert shown == {"now": "2026-12-01T07:59:58.500+08:00", "frozen": True}
    client.move_clock(frozen=False)
    assert client.control("GET", "/clock").json()["frozen"] is False


def test_replacing_drops_earlier_rules(client: Client) -> None:
    """`replace` puts rules in the place of all others, DELETE drops them."""
    client.script({"kind": "error", "status": 50001})
    rules = {"rules": [{"fault": {"kind": "error", "status": 50301}}], "replace": True}
    client.control("POST", "/scenario", rules)
    assert client.credit().json()["status"] == 50301
    assert client.control("DELETE", "/scenario").json() == {"rules": []}
    assert client.credit().json()["status"] == 1


def test_request_log_holds_no_secret(client: Client) -> None:
    """The log has route, query, answer and codes; no signature, no nonce, no secret, no key."""
    client.credit(THREE_PAGES, page=2)
    client.batch(ONE_PENALTY, NOTHING)
    client.credit(headers={"If-None-Match": client.credit().headers["ETag"]})
    text = client.control("GET", "/requests").text
    rows = json.loads(text)["requests"]
    assert [row["route"] for row in rows] == ["credit", "batch", "credit", "credit"]
    assert rows[0]["query"] == "page=2"
    assert rows[1]["codes"] == [ONE_PENALTY, NOTHING]
    assert [row["conditional"] for row in rows] == [False, False, False, True]
    assert [row["http"] for row in rows] == [200, 200, 200, 304]
    assert [row["number"] for row in rows] == [1, 2, 3, 4]
    assert "mock-app" not in text
    assert "ignature" not in text
    assert str(10**15) not in text


def test_request_log_is_cleared_and_numbers_go_on(client: Client) -> None:
    """DELETE forgets the entries, not the numbers."""
    client.credit()
    assert client.control("DELETE", "/requests").json() == {"requests": []}
    client.credit()
    assert [row["number"] for row in client.control("GET", "/requests").json()["requests"]] == [2]


def test_control_requests_are_not_logged(client: Client) -> None:
    """The log is about the open interface alone."""
    client.control("GET", "/cast")
    assert client.control("GET", "/requests").json() == {"requests": []}


def test_reset_restores_the_seeded_state(client: Client) -> None:
    """Records, subjects, change log, clock, scenario and log are as at the start."""
    before = client.credit().content
    client.record("repair")
    client.control("POST", "/subjects", {"code": UNREGISTERED})
    client.script({"kind": "error", "status": 50001})
    client.move_clock(advance_seconds=86400 * 90)
    client.control("POST", "/reset")
    client.nonces = iter(["nonce-after-reset-1", "nonce-after-reset-2", "nonce-after-reset-3"])
    assert client.credit().content == before
    assert client.listing(UNREGISTERED)["subject"] is None
    assert client.changes()["cursor"] == "c000000001000"


def test_cast_is_listed(client: Client) -> None:
    """Every member of the cast is registered under its name and code, whatever the seed."""
    shown = client.control("GET", "/cast").json()
    roles = {part["role"] for part in shown["cast"]}
    assert {"general-penalty", "preferred", "serious-listing", "sole-trader", "nothing", "last-day"} <= roles
    assert shown["unregistered"] == UNREGISTERED
    for part in shown["cast"]:
        subject = client.listing(part["code"])["subject"]
        assert (subject["tyshxydm"], subject["jgmc"]) == (part["code"], part["name"])


def test_control_plane_is_for_this_machine() -> None:
    """Who comes from elsewhere is turned away; the open interface is not closed to them."""
    app = create_app(Settings(subjects=0, start_at=START))
    with app.test_client() as client:
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        assert client.get("/mock/cast", environ_base=elsewhere).status_code == 403
        assert client.get("/mock/cast").status_code == 200
        assert client.get("/open-api/v1/health", environ_base=elsewhere).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"subjects": -1},
        {"subjects": 31**6},
        {"start_at": START.replace(tzinfo=None)},
        {"max_age": -1},
        {"retained_changes": 0},
        {"app_key": ""},
        {"app_key": "mock-disabled-key"},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    """A mock is not started with settings it cannot serve."""
    with pytest.raises(ValueError, match=r"must|needs"):
        Settings(**wrong)
