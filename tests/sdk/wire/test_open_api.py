"""Pages and batches become one complete answer, or none."""

import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceError, UnknownReason, UnusableAnswer
from chengxin.identifiers import Uscc
from chengxin.records import (
    DisclosureStatus,
    EvaluationDetail,
    ListingDetail,
    PenaltyDetail,
    RecordKind,
    Severity,
    shipped_rule_table,
    show,
)
from chengxin.wire import (
    Answer,
    Truncated,
    assemble,
    decode_batch,
    decode_credit_page,
    decode_health,
    decode_manifest,
    decode_rows,
    encode_status,
)
from chengxin.wire.record import KINDS
from tests.sdk.wire.page import CODE, a_page, a_row, an_envelope

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
USCC = Uscc(CODE)


def read(*pages, at=NOW):
    """Decode and assemble pages as the source does."""
    decoded = [decode_credit_page(an_envelope(page)) for page in pages]
    return assemble(decoded, asked=USCC, source="test", at=at, rule_table=shipped_rule_table())


def refused(*pages, at=NOW):
    """Return the reason for which pages are no answer."""
    with pytest.raises(SourceError) as caught:
        read(*pages, at=at)
    return caught.value.reason


def several(count, *, size=10):
    """Return the pages of a listing of ``count`` rows."""
    rows = [a_row(f"R{i}") for i in range(count)]
    pages = [rows[i : i + size] for i in range(0, count, size)]
    return [
        a_page(*page, total=count, totalSize=len(pages), page=number)
        for number, page in enumerate(pages, start=1)
    ]


def test_a_penalty_comes_over_field_by_field():
    """What the source says of a penalty is what the record says, money in fen."""
    answer = read(a_page(a_row()))
    assert (answer.registered, answer.subject.name) == (True, "福建示例商贸有限公司")
    assert answer.as_of == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    (record,) = answer.records
    assert (record.record_id, record.version, record.kind) == ("R1", 3, RecordKind.PENALTY)
    assert (record.severity, record.status) == (Severity.GENERAL, DisclosureStatus.SHOWN)
    assert (record.period.start_on, record.period.end_on) == (date(2026, 5, 11), date(2026, 11, 30))
    assert record.detail == PenaltyDetail(
        decision_no="闽市监处罚〔2026〕17号",
        violation_type="虚假宣传",
        penalty_class="罚款",
        content="罚款人民币2000元",
        fine_fen=200_000,
        decided_on=date(2026, 5, 6),
        authority="福州市市场监督管理局",
    )


def test_i8_names_and_numbers_of_persons_are_left_behind():
    """The allow-list of fields holds no legal representative and no identity number."""
    assert "110108199001011231" not in repr(read(a_page(a_row())))
    assert "张示例" not in repr(read(a_page(a_row())))


@pytest.mark.parametrize("count", [0, 1, 10, 11, 23])
def test_a_listing_of_several_pages_is_complete(count):
    """All rows of all pages are in the answer, each once."""
    pages = several(count) or [a_page()]
    assert [r.record_id for r in read(*pages).records] == [f"R{i}" for i in range(count)]


@given(st.data())
def test_i2_a_listing_with_anything_missing_doubled_or_moved_is_no_answer(data):
    """Lost rows, doubled rows, a missing page, a moved snapshot: never a shorter answer."""
    pages = several(23)
    victim = data.draw(st.sampled_from(range(3)), label="page")
    match data.draw(
        st.sampled_from(["lost", "doubled", "missing", "moved", "total", "again"]), label="fault"
    ):
        case "lost":
            pages[victim]["list"].pop()
        case "doubled":
            pages[victim]["list"][0] = pages[(victim + 1) % 3]["list"][0]
        case "missing":
            del pages[victim]
        case "moved":
            pages[victim]["snapshotId"] = "20261121-000001"
        case "total":
            pages[victim]["total"] += 1
        case "again":
            pages[victim] = pages[(victim + 1) % 3]
    assert refused(*pages) is UnknownReason.INCOMPLETE


@pytest.mark.parametrize(
    "page",
    [
        a_page(a_row(), subject={"tyshxydm": "N2110108MF01ABCD18"}),
        a_page(a_row(fields={"CF_XDR_SHXYM": "N2110108MF01ABCD18"})),
        a_page(a_row(catalog="行政许可", fields={"XK_XDR_SHXYM": "N2110108MF01ABCD18"})),
    ],
)
def test_i2_an_answer_about_another_subject_is_no_answer(page):
    """The subject asked for is compared with the listing and with each row."""
    assert refused(page) is UnknownReason.WRONG_SUBJECT


@pytest.mark.parametrize(
    "page",
    [
        a_page(a_row(), snapshotId=...),
        a_page(a_row(), snapshotId=""),
        a_page(a_row(), total="1"),
        a_page(a_row(), total=...),
        a_page(a_row(), total=-1, totalSize=0),
        a_page(a_row(), dataDate="2026-11-20T23:00:00"),
        a_page(a_row(), dataDate=1763650800),
        a_page(a_row(), list=...),
        a_page(a_row(), subject=...),
        a_page(a_row(), subject=None),
        a_page(a_row(recId=...)),
        a_page(a_row(recId=7)),
        a_page(a_row(version="3")),
        a_page(a_row(catalog=...)),
        a_page(a_row(state=...)),
        a_page(a_row(state="复核中")),
        a_page(a_row(publishedOn="2026/05/11")),
        a_page(a_row(publishedOn="20260511")),
        a_page(a_row(publishedOn=1778457600000)),
        a_page(a_row(publishedOn="2026-13-01")),
        a_page(a_row(publishedOn="1900-01-01")),
        a_page(a_row(publishedOn="2027-01-01")),
        a_page(a_row(disclosedUntil=...)),
        a_page(a_row(disclosedUntil="")),
        a_page(a_row(fields=...)),
        a_page(a_row(fields={"CF_NR_FK": "两千"})),
        a_page(a_row(fields={"CF_NR_FK": True})),
        a_page(a_row(fields={"CF_JDRQ": "5月6日"})),
        a_page(a_row(fields={"CF_SY": ["…"]})),
        a_page(a_row(fields={"CF_SY": True})),
        a_page(a_row(catalog="信用评价", fields={"scheme": "纳税信用评价"})),
        a_page(a_row(), dataDate="0001-01-01T00:00:00+08:00"),
        a_page(a_row(), dataDate="9999-12-31T23:59:59-08:00"),
        a_page(a_row(), dataDate="2026-11-23T23:00:00+08:00"),
        a_page(a_row(fields={"CF_XDR_SHXYM": True})),
        a_page(a_row(disclosedUntil="1970-01-01", fields={})),
        a_page(a_row(disclosedUntil="2026-05-10", fields={})),
        a_page(a_row(disclosedUntil=None, fields={"CF_JDRQ": "1026-05-06"})),
        a_page(a_row(disclosedUntil=None, fields={"CF_JDRQ": "2026-12-06"})),
        a_page(a_row(recId="110108199001011231")),
        a_page(a_row(recId="R 1")),
        a_page(*[0] * 201, total=201, totalSize=21),
        [],
        "成功",
        None,
    ],
)
def test_i2_an_answer_without_the_agreed_shape_is_no_answer(page):
    """Missing, renamed and mistyped members are drift; nothing of such an answer is used."""
    assert refused(page) is UnknownReason.SCHEMA_DRIFT


@pytest.mark.parametrize(
    "renamed",
    [{"snapshotId": "snapshot_id"}, {"dataDate": "data_date"}, {"list": "rows"}, {"totalSize": "pages"}],
)
def test_i2_names_of_ours_are_no_names_of_the_source(renamed):
    """What the fields are called in here is nothing that an answer may say."""
    page = {renamed.get(name, name): value for name, value in a_page(a_row()).items()}
    assert refused(page) is UnknownReason.SCHEMA_DRIFT


def test_i2_pages_are_of_one_subject_and_one_date():
    """A later page without a subject, or of another day, does not belong to the first."""
    for change in ({"subject": None}, {"dataDate": "2026-11-19T23:00:00+08:00"}):
        first, second = several(11)
        assert refused(first, second | change) is UnknownReason.INCOMPLETE


@pytest.mark.parametrize("change", [{"totalSize": 1}, {"totalSize": 3}, {"pageSize": 20}, {"page": 2}])
def test_i2_a_listing_whose_pages_do_not_add_up_is_no_answer(change):
    """Rows, pages and page size are compared, and pages come in their order."""
    first, second = several(11)
    assert refused(first | change, second | change) is UnknownReason.INCOMPLETE


def test_i8_every_text_of_the_source_is_masked():
    """Names, states, catalogues, severities and departments may hold a number as well as facts do."""
    number = "110108199001011231"
    answer = read(
        a_page(
            a_row(catalog=f"新目录{number}", severity=f"严重({number})", dataSource=number, fields={}),
            subject={"tyshxydm": CODE, "jgmc": f"张{number}店", "status": f"存续 {number}"},
        )
    )
    assert number not in repr(answer)
    assert repr(answer).count("已隐去") == 5


def test_i8_no_error_travels_with_what_the_source_said():
    """Neither in words nor in the chain of errors behind it."""
    number = "110108199001011231"
    for page in (a_page(a_row(version=number)), a_page(a_row(fields={"CF_NR_FK": f"证{number}"}))):
        with pytest.raises(UnusableAnswer) as caught:
            read(page)
        error = caught.value
        assert number not in str(error) + str(error.__context__) + str(error.__cause__)


def test_drift_names_places_and_never_values():
    """A refusal helps to find the fault and gives nothing away."""
    with pytest.raises(UnusableAnswer) as caught:
        read(a_page(a_row(version="110108199001011231", recId=...)))
    assert "list.0.version" in str(caught.value)
    assert "110108199001011231" not in str(caught.value)
    assert caught.value.request_id == "Q1"


def test_many_places_of_drift_are_counted():
    """Three places are named and the rest is counted."""
    with pytest.raises(UnusableAnswer, match="and 2 more"):
        read(a_page(a_row(recId=..., version=..., catalog=..., state=..., fields=...)))


@pytest.mark.parametrize("body", [b"[0" + b",0" * 500_000 + b"]", b"[{}" + b",{}" * 500_000 + b"]"])
@pytest.mark.parametrize("member", [b"list", b"results"])
def test_i9_a_large_body_without_sense_is_refused_at_once(body, member):
    """A megabyte of rows that are none costs no more than reading it."""
    text = b'{"status":1,"data":{"' + member + b'":' + body + b"}}"
    answer = Answer(http_status=200, headers={"content-type": "application/json"}, body=text)
    started = time.process_time()
    with pytest.raises(UnusableAnswer):
        (decode_batch if member == b"results" else decode_credit_page)(answer)
    assert time.process_time() - started < 1.0


def test_unknown_fields_are_tolerated():
    """The source may add members."""
    assert read(a_page(a_row(nova="…"), extra=1)).records


def test_a_subject_that_is_not_there_is_not_registered():
    """``subject`` null is an answer: the source does not know it."""
    answer = read(a_page(subject=None))
    assert (answer.registered, answer.records) == (False, ())


@pytest.mark.parametrize(("catalogue", "kind"), KINDS.items())
def test_every_catalogue_of_the_source_has_its_kind(catalogue, kind):
    """No catalogue of source-api.md is unknown to us."""
    fields = {"scheme": "纳税信用评价", "value": "A", "issuedOn": "2026-04-01"}
    (record,) = read(
        a_page(a_row(catalog=catalogue, fields=fields, disclosedUntil=None, severity=None))
    ).records
    assert (record.kind, record.catalogue) == (kind, catalogue)


def test_unknown_catalogues_and_severities_are_kept_as_they_are():
    """What cannot be classed is neither dropped nor harmless."""
    (record,) = read(a_page(a_row(catalog="新目录", severity="特别严重", fields={}))).records
    assert (record.kind, record.catalogue) == (RecordKind.OTHER, "新目录")
    assert (record.severity, record.severity_text) == (None, "特别严重")


def test_listings_and_evaluations_come_over():
    """Their fields are the ones that the site shows."""
    listing = a_row(
        "L",
        catalog="失信被执行人",
        severity=None,
        disclosedUntil=None,
        fields={"案号": "(2026)闽01执1号", "执行法院": "示例法院", "立案时间": "2026-03-01", "列入日期": ""},
    )
    grade = a_row(
        "E",
        catalog="信用评价",
        severity=None,
        fields={"scheme": "纳税信用评价", "value": "A", "issuedOn": "2026-04-01", "validUntil": "2027-03-31"},
    )
    first, second = read(a_page(listing, grade)).records
    assert first.detail == ListingDetail(
        list_name="失信被执行人", listed_on=date(2026, 3, 1), authority="示例法院", case_no="(2026)闽01执1号"
    )
    assert second.detail == EvaluationDetail(
        scheme="纳税信用评价", value="A", issued_on=date(2026, 4, 1), valid_until_on=date(2027, 3, 31)
    )
    assert second.severity_text is None


@pytest.mark.parametrize("state", ["已修复", "已撤销"])
def test_i1_an_ended_record_in_a_listing_is_reported_and_not_used(state):
    """Repaired and withdrawn records do not belong in a listing."""
    answer = read(a_page(a_row(state=state)))
    assert answer.records == ()
    assert [a.code for a in answer.anomalies] == ["ended_record_in_listing"]


def test_i1_a_shielded_record_leaves_nothing_behind():
    """It counts for completeness and is neither shown, used nor kept."""
    answer = read(a_page(a_row(state="暂时屏蔽")))
    assert (answer.records, answer.anomalies) == ((), ())


def test_a_disputed_record_is_marked():
    """异议中 is shown, with its mark."""
    (record,) = read(a_page(a_row(state="异议中"))).records
    assert record.is_disputed


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 30, 15, 59, 59, 999000, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 16, 0, tzinfo=UTC), False),
    ],
)
def test_i1_a_record_past_its_end_is_reported_and_not_used(at, shown):
    """The boundary is midnight in China."""
    answer = read(a_page(a_row()), at=at)
    assert bool(answer.records) is shown
    assert [a.code for a in answer.anomalies] == ([] if shown else ["record_past_its_end"])


@pytest.mark.parametrize(("outer", "inner"), [("2026-11-30", "2026-12-31"), ("2026-12-31", "2026-11-30")])
def test_i1_of_two_ends_the_earlier_counts(outer, inner):
    """``disclosedUntil`` and ``CF_GSJZQ`` that differ are an anomaly."""
    answer = read(a_page(a_row(disclosedUntil=outer, fields={"CF_GSJZQ": inner})))
    assert answer.records[0].period.end_on == date(2026, 11, 30)
    assert [a.code for a in answer.anomalies] == ["ends_differ"]


def test_i1_a_missing_end_is_bounded_by_the_law_and_marked():
    """A general penalty of May 2026 is shown for a year at most."""
    (record,) = read(a_page(a_row(disclosedUntil=None, fields={"CF_JDRQ": "2026-05-06"}))).records
    assert (record.period.end_on, record.period.inferred) == (date(2027, 5, 6), True)
    (record,) = read(a_page(a_row(disclosedUntil=None, fields={}, severity=None))).records
    assert (record.period.end_on, record.period.inferred) == (date(2029, 5, 11), True)


def test_the_end_may_stand_in_the_fields_alone():
    """``CF_GSJZQ`` counts where ``disclosedUntil`` is null."""
    (record,) = read(a_page(a_row(disclosedUntil=None, fields={"CF_GSJZQ": "2026-12-01"}))).records
    assert (record.period.end_on, record.period.inferred) == (date(2026, 12, 1), False)


def batch(*rows, codes=(CODE,)):
    """Decode a batch that was asked for ``codes``."""
    answer = an_envelope({"results": list(rows)})
    return decode_rows(
        decode_batch(answer),
        answer,
        asked=[Uscc(code) for code in codes],
        source="test",
        at=NOW,
        rule_table=shipped_rule_table(),
    )


def test_i2_rows_of_a_batch_fail_alone():
    """One row is read, the others have the error that is theirs."""
    other = "N2110108MF01ABCD18"
    rows = batch(
        {"code": CODE, "status": 1, "message": "成功", "credit": a_page(a_row()), "truncated": False},
        {"code": other, "status": 50001, "message": "内部错误", "credit": None, "truncated": False},
        {"code": CODE, "status": 1, "credit": None, "truncated": True},
        {"code": other, "status": 1, "credit": None, "truncated": False},
        {"code": CODE, "status": 1, "credit": a_page(a_row(recId=...)), "truncated": False},
        {"code": CODE, "status": 1, "credit": a_page(a_row(), total=2), "truncated": False},
        {"code": CODE, "status": 1, "credit": a_page(a_row()), "truncated": False},
        {"code": other, "status": 1, "credit": a_page(a_row()), "truncated": False},
        {"code": other, "status": 1, "credit": a_page(a_row()), "truncated": False},
        {
            "code": CODE,
            "status": 1,
            "credit": a_page(a_row(fields={"CF_XDR_SHXYM": True})),
            "truncated": False,
        },
        codes=(CODE, other, CODE, other, CODE, CODE, other, other, CODE, CODE),
    )
    assert [r.record_id for r in rows[0].records] == ["R1"]
    assert isinstance(rows[2], Truncated)
    assert [row.reason for row in (rows[1], *rows[3:])] == [
        UnknownReason.SOURCE_FAULT,
        UnknownReason.SCHEMA_DRIFT,
        UnknownReason.SCHEMA_DRIFT,
        UnknownReason.INCOMPLETE,
        *[UnknownReason.WRONG_SUBJECT] * 3,
        UnknownReason.SCHEMA_DRIFT,
    ]


def test_i2_a_batch_with_a_row_missing_is_no_answer():
    """Rows are counted before they are read."""
    with pytest.raises(UnusableAnswer) as caught:
        batch(codes=(CODE,))
    assert caught.value.reason is UnknownReason.INCOMPLETE


def test_health_comes_over():
    """Data date, lag and announced maintenance."""
    health = decode_health(
        an_envelope(
            {
                "dataDate": "2026-11-20T23:00:00+08:00",
                "lagSeconds": 18_000,
                "maintenance": [{"from": "2026-11-22T02:00:00+08:00", "until": "2026-11-22T04:00:00+08:00"}],
            }
        )
    )
    assert health.data_date == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert health.maintenance[0].since == datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize("lag", [-1, True, "60", 10**400, 1e308, None])
def test_a_lag_that_is_none_is_drift(lag):
    """A number of seconds, and a finite one."""
    with pytest.raises(UnusableAnswer):
        decode_health(an_envelope({"dataDate": "2026-11-20T23:00:00+08:00", "lagSeconds": lag}))


def test_a_status_goes_out_as_json():
    """Our published shape holds what the command promises."""
    status = show(
        read(a_page(a_row())), at=NOW, fetched_at=NOW, fresh_until=datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
    )
    encoded = json.loads(json.dumps(encode_status(status)))
    assert set(encoded) >= {
        "standing",
        "reason",
        "records",
        "as_of",
        "fetched_at",
        "valid_until",
        "freshness",
        "subject",
    }
    assert encoded["valid_until"] == "2026-11-21T05:00:00.000Z"
    (record,) = encoded["records"]
    assert record["disclosed_until"] == "2026-11-30"
    assert record["detail"]["fine_fen"] == 200_000
    assert record["detail"]["decided_on"] == "2026-05-06"


@pytest.mark.parametrize(
    "age", [timedelta(days=400, seconds=1), timedelta(days=401), timedelta(days=36 * 365)]
)
def test_i2_data_of_long_ago_is_no_answer(age):
    """An empty listing of 1990 does not tell that nothing is disclosed today; nor does a row of a batch."""
    page = a_page(dataDate=(NOW - age).isoformat())
    with pytest.raises(UnusableAnswer, match="of long ago") as caught:
        read(page)
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT
    answer = an_envelope({"results": [{"code": CODE, "status": 1, "credit": page}]})
    (row,) = decode_rows(
        decode_batch(answer), answer, asked=[USCC], source="test", at=NOW, rule_table=shipped_rule_table()
    )
    assert isinstance(row, UnusableAnswer)
    file = {"url": "/f", "format": "ndjson.gz", "rows": 1, "bytes": 1, "sha256": "0" * 64}
    manifest = {"snapshotId": "S", "dataDate": page["dataDate"], "seq": 1, "files": [file]}
    with pytest.raises(UnusableAnswer, match="of long ago"):
        decode_manifest(an_envelope(manifest), at=NOW)


def test_data_of_a_year_ago_is_an_old_answer():
    """How old an answer may be for what is for the reader to say, up to there."""
    assert read(a_page(dataDate=(NOW - timedelta(days=400)).isoformat())).registered
