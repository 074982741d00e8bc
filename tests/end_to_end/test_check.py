"""Checks against the mock source on real HTTP: complete answers, batches, ends, secrets."""

import logging
from datetime import datetime, timedelta

import pytest

from chengxin import CreditClient, RecordKind, Standing, UnknownReason
from chengxin.records import CHINA
from chengxin.testing import FrozenClock


def test_a_listing_over_three_pages_is_complete(source, make_client):
    """Twenty-three records on three pages are twenty-three records."""
    status = make_client().check(source.cast["three-pages"])
    assert len({record.record_id for record in status.records}) == 23
    assert [request["query"] for request in source.asked()] == [f"page={n}&pageSize=10" for n in (1, 2, 3)]


def test_i2_page_two_failing_is_unknown_and_nothing_is_kept(source, make_client):
    """The next check begins with page one again, as the source's own log shows."""
    source.script({"kind": "error", "status": 40301}, match={"route": "credit", "page": 2}, count=1)
    client = make_client()
    assert client.check(source.cast["three-pages"]).standing is Standing.UNKNOWN
    assert client.check(source.cast["three-pages"]).standing is Standing.ADVERSE
    assert [request["query"][5:6] for request in source.asked()] == ["1", "2", "1", "2", "3"]


@pytest.mark.parametrize(
    ("role", "standing", "kinds"),
    [
        ("preferred", Standing.NO_ADVERSE_RECORD, {RecordKind.COMMENDATION, RecordKind.EVALUATION}),
        ("minor-penalty", Standing.ADVERSE, {RecordKind.PENALTY}),
        ("serious-listing", Standing.ADVERSE, {RecordKind.SERIOUS_LISTING}),
        ("judgment-default", Standing.ADVERSE, {RecordKind.JUDGMENT_DEFAULT}),
        ("abnormal-listing", Standing.ADVERSE, {RecordKind.ABNORMAL_LISTING}),
        ("wage-arrears", Standing.ADVERSE, {RecordKind.SERIOUS_LISTING}),
        ("tax-violation", Standing.ADVERSE, {RecordKind.PENALTY}),
        ("disputed", Standing.ADVERSE, {RecordKind.PENALTY}),
        ("sole-trader", Standing.NO_ADVERSE_RECORD, {RecordKind.LICENCE}),
        ("rural-collective", Standing.NO_ADVERSE_RECORD, {RecordKind.LICENCE}),
        ("other-body", Standing.NO_ADVERSE_RECORD, {RecordKind.LICENCE}),
        ("service-body", Standing.NO_ADVERSE_RECORD, {RecordKind.LICENCE}),
        ("nothing", Standing.NO_ADVERSE_RECORD, set()),
        ("shielded", Standing.NO_ADVERSE_RECORD, set()),
    ],
)
def test_every_member_of_the_cast_stands_as_the_source_discloses(
    role, standing, kinds, source, make_client, caplog
):
    """All kinds of subjects and records come over."""
    status = make_client().check(source.cast[role])
    assert status.standing is standing
    assert {record.kind for record in status.records} >= kinds
    assert "anomaly" not in caplog.text


@pytest.mark.parametrize(
    ("role", "field"),
    [
        ("tax-violation", "facts"),
        ("wage-arrears", "reason"),
        ("serious-listing", "reason"),
        ("judgment-default", "case_no"),
    ],
)
def test_a_merchant_can_read_what_a_record_is_about(role, field, source, make_client):
    """What happened and who decided comes over for every adverse catalogue."""
    for record in make_client().check(source.cast[role]).adverse_records[:1]:
        assert getattr(record.detail, field)
        assert record.authority


def test_a_batch_keeps_order_and_rows_stand_alone(source, make_client):
    """One batch call, one single listing for the subject with too many records, one fault of one row."""
    codes = [source.cast[role] for role in ("preferred", "over-fifty", "nothing", "general-penalty")]
    source.script({"kind": "error", "status": 50001}, match={"route": "batch", "code": codes[2]})
    rows = make_client().check_many([*codes, "9135O100M000100Y43", "N2110108MF01ABCD18"])
    assert [row.status.standing if row.status else row.error.fault for row in rows] == [
        Standing.NO_ADVERSE_RECORD,
        Standing.ADVERSE,
        Standing.UNKNOWN,
        Standing.ADVERSE,
        "character",
        Standing.UNKNOWN,
    ]
    assert len(rows[1].status.records) == 64
    assert (rows[2].status.reason, rows[5].status.reason) == (
        UnknownReason.SOURCE_FAULT,
        UnknownReason.NOT_FOUND,
    )
    assert len(source.asked("batch")) == 1
    assert len(source.asked("credit")) == 7


def test_the_rows_of_a_batch_serve_the_checks_that_follow(source, make_client):
    """What was fetched together is known singly."""
    client, codes = make_client(), [source.cast["preferred"], source.cast["nothing"]]
    rows = client.check_many(codes)
    assert [client.check(code) for code in codes] == [row.status for row in rows]
    assert len(source.asked("batch")) == 1
    assert source.asked("credit") == []


def test_i1_a_record_is_gone_at_midnight_in_china_with_nobody_asked(source):
    """−1 ms, 0 and +1 ms around the end, on an answer that came over real HTTP."""
    end = datetime.fromisoformat(source.control("GET", "/mock/clock")["now"]).astimezone(CHINA).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + timedelta(days=2)
    evening = end - timedelta(minutes=30)
    source.control("POST", "/mock/clock", {"now": evening.isoformat(), "frozen": True})
    code, last_day = source.cast["general-penalty"], str((end - timedelta(days=1)).date())
    source.control(
        "POST",
        "/mock/records",
        {
            "action": "correct",
            "code": code,
            "record": {"disclosedUntil": last_day, "fields": {"CF_GSJZQ": last_day}},
        },
    )
    clock = FrozenClock(evening)
    with CreditClient(source.url, app_key="mock-app-key", secret="mock-app-secret", clock=clock) as client:
        assert client.check(code).standing is Standing.ADVERSE
        clock.advance(to=end - timedelta(milliseconds=1))
        assert client.check(code).standing is Standing.ADVERSE
        for _ in range(2):
            clock.advance(seconds=0.001)
            assert client.check(code).standing is Standing.NO_ADVERSE_RECORD
    assert len(source.asked()) == 1


def test_a_repair_at_the_source_shows_when_it_is_asked_again(source, make_client):
    """A repaired record is gone with the next answer."""
    client, code = make_client(), source.cast["general-penalty"]
    assert client.check(code).standing is Standing.ADVERSE
    source.control("POST", "/mock/records", {"action": "repair", "code": code})
    client.forget(code)
    assert client.check(code).standing is Standing.NO_ADVERSE_RECORD


def test_i8_secrets_and_identity_numbers_are_in_no_log_at_debug(source, make_client, caplog):
    """Through every library, at DEBUG, whatever happens."""
    number = "110108199001011231"
    code = source.cast["nothing"]
    with caplog.at_level(logging.DEBUG):
        source.control(
            "POST",
            "/mock/records",
            {
                "action": "impose",
                "code": code,
                "record": {"fields": {"CF_FR_ZJHM": number, "CF_SY": f"当事人({number})虚假宣传"}},
            },
        )
        client = make_client()
        status = client.check(code)
        source.script({"kind": "error", "status": 40101})
        client.forget(code)
        refused = client.check(code)
    assert status.standing is Standing.ADVERSE
    everything = caplog.text + repr(status) + repr(refused) + repr(client) + repr(client.__dict__)
    assert "mock-app-secret" not in everything
    assert number not in everything
