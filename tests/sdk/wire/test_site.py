"""The site profile: shapes, completeness, spellings, and what hostile values must not do."""

import copy
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import (
    InvalidRecord,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.identifiers import Uscc
from chengxin.records import (
    DisclosureStatus,
    RecordKind,
    Severity,
    Standing,
    end_of_china_day,
    shipped_rule_table,
    show,
)
from chengxin.wire import Answer
from chengxin.wire.site import SiteDetail, SiteListing, SitePage, SiteSearch, decode_site, find_subject
from chengxin.wire.site_listing import assemble_site, unregistered
from chengxin.wire.site_row import SiteRow, derive_id, parse_site_day, to_wire_record

CODE = "91350100M000100Y43"
ASKED = Uscc(CODE)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
JSON = {"content-type": "application/json; charset=utf-8"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def a_penalty(number=1, **columns):
    """Return a row of the section 行政管理; a column set to ``...`` is left out."""
    entity = {
        "cf_wsh": f"示市监处罚〔2026〕{number}号",
        "cf_xdr_mc": "福建示例商贸有限公司",
        "cf_xdr_shxym": CODE,
        "cf_zjhm": "110108199001011231",
        "cf_wfxw": "虚假宣传",
        "cf_cflb": "罚款",
        "cf_nr": "罚款人民币2000元",
        "cf_nr_fk": "0.2",
        "cf_jdrq": "2026/05/06",
        "cf_gsjzq": "2026-11-30",
        "cf_cfjg": "示例市场监督管理局",
    }
    return a_row("credit_xyzx_fr_xzcf_new", entity | columns)


def a_row(table, entity, labels=None, **changes):
    """Return a row; a column set to ``...`` is left out."""
    entity = {name: value for name, value in entity.items() if value is not ...}
    row = {"table_name": table, "entity": entity, "columnList": list(entity), "sencesMap": labels or {}}
    return row | {"dataSource": "示例市场监督管理局"} | changes


def a_page(*rows, total=None, page=1):
    """Return the ``data`` of a page of a section."""
    return {"total": len(rows) if total is None else total, "page": page, "list": list(rows)}


def an_answer(data, *, status=200, http_status=200, headers=JSON, **members):
    """Return an answer of the site."""
    body = {"status": status, "message": "成功", "data": data} | members
    body = {name: value for name, value in body.items() if value is not ...}
    return Answer(http_status=http_status, headers=headers, body=json.dumps(body).encode())


HEAD = {"headEntity": {"jgmc": "福建示例商贸有限公司", "tyshxydm": CODE, "status": "存续"}, "data": {}}


def listing(*pages, section="行政管理", again=...):
    """Return a section as it was asked for, its first page twice."""
    decoded = tuple(decode_site(SitePage, an_answer(page)) for page in pages)
    if again is ...:
        again = decoded[0]
    elif again is not None:
        again = decode_site(SitePage, an_answer(again))
    return SiteListing(section=section, pages=decoded, again=again)


def answer_with(*listings, head=HEAD, at=NOW):
    """Assemble an answer."""
    detail = decode_site(SiteDetail, an_answer(head))
    return assemble_site(detail, listings, asked=ASKED, source="test", at=at, rule_table=shipped_rule_table())


def record_of(row, section="行政管理", at=NOW):
    """Return the one record that a row becomes."""
    (record,) = answer_with(listing(a_page(row), section=section), at=at).records
    return record


def fault(call):
    """Return the error that a call raises."""
    with pytest.raises(SourceError) as caught:
        call()
    return caught.value


def test_a_penalty_of_the_site_reads_as_one_of_the_open_interface():
    """The same fields, the same rules; what the site does not say stays unsaid."""
    record = record_of(a_penalty())
    assert (record.kind, record.catalogue, record.version) == (RecordKind.PENALTY, "行政处罚", 0)
    assert (record.severity, record.severity_text) == (None, None)
    assert (record.period.start_on, record.period.end_on) == (date(2026, 5, 6), date(2026, 11, 30))
    assert not record.period.inferred
    assert (record.detail.fine_fen, record.detail.decided_on) == (200000, date(2026, 5, 6))
    assert record.data_source == "示例市场监督管理局"


def test_an_end_that_is_not_given_is_inferred():
    """By the table of longest periods."""
    period = record_of(a_penalty(cf_gsjzq=...)).period
    assert (period.end_on, period.inferred) == (date(2029, 5, 6), True)


def test_the_end_of_disclosure_is_known_by_its_label_too():
    """Columns of lists are opaque; their label says what they are."""
    row = a_row("credit_x", {"c7": "2026/12/31", "c8": "2026-05-01"}, {"c7": "公示截止期", "c8": "列入日期"})
    record = record_of(row, section="严重失信主体名单")
    assert (record.period.start_on, record.period.end_on) == (date(2026, 5, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("section", "row", "kind", "catalogue"),
    [
        ("行政管理", a_row("credit_xyzx_fr_xzxk_new", {"xk_wsh": "1", "cf_cfmc": ""}), "LICENCE", "行政许可"),
        ("行政管理", a_row("credit_other", {"cf_wsh": "1"}), "PENALTY", "行政处罚"),
        ("行政管理", a_row("credit_other", {"x": "1"}), "OTHER", "行政管理"),
        ("其他", a_row("credit_xyzx_fr_xzcf_new", {}), "PENALTY", "行政处罚"),
        ("严重失信主体名单", a_row("t", {"cf_wsh": "1"}), "SERIOUS_LISTING", "严重失信主体名单"),
        ("严重失信主体名单", a_row("t", {"a": "1"}, {"a": "案号"}), "JUDGMENT_DEFAULT", "失信被执行人"),
        ("严重失信主体名单", a_row("t", {"案件性质": "偷税"}), "PENALTY", "税收违法"),
        (
            "严重失信主体名单", a_row("t", {"名单名称": "拖欠农民工工资失信联合惩戒对象"}),
            "SERIOUS_LISTING", "拖欠农民工工资失信联合惩戒名单",
        ),
        ("经营异常", a_row("t", {"x": "1"}), "ABNORMAL_LISTING", "经营异常名录"),
        ("重点关注", a_row("t", {"列入经营异常名录原因类型名称": "1"}), "ABNORMAL_LISTING", "经营异常名录"),
        ("重点关注", a_row("t", {"x": "1"}), "OTHER", "重点关注"),
        ("司法判决", a_row("t", {"执行法院": "示例法院"}), "JUDGMENT_DEFAULT", "失信被执行人"),
        ("诚实守信", a_row("t", {"评价年度": "2025"}), "COMMENDATION", "守信激励"),
        ("信用承诺", a_row("t", {"x": "1"}), "COMMITMENT", "信用承诺"),
        (
            "信用评价",
            a_row("t", {"scheme": "纳税信用评价", "value": "A", "issuedon": "2026/05/01", "validuntil": None}),
            "EVALUATION", "信用评价",
        ),
    ],
)  # fmt: skip
def test_rows_are_classed_by_section_table_and_columns(section, row, kind, catalogue):
    """What cannot be told is of no known kind, which is neither adverse nor harmless."""
    record = record_of(row, section=section)
    assert (record.kind, record.catalogue) == (kind, catalogue)


@pytest.mark.parametrize(
    ("section", "row"),
    [
        ("行政管理", a_row("credit_xyzx_fr_xzxk_new", {"cf_wsh": "1"})),
        ("行政管理", a_row("t", {"cf_wsh": "1", "xk_wsh": "2"})),
        ("诚实守信", a_penalty()),
        ("信用评价", a_row("t", {"x": "1"})),
        ("行政管理", a_penalty(CF_WSH="另一号")),
        ("行政管理", a_penalty(cf_jdrq="6 May 2026")),
        ("行政管理", a_penalty(cf_jdrq="2026-11-23")),
        ("行政管理", a_penalty(cf_gsjzq="2026-05-01")),
        ("行政管理", a_penalty(repairState="7")),
        ("行政管理", a_penalty(repairState=0)),
        ("行政管理", a_penalty(cf_sxyzcd=2)),
        ("行政管理", a_penalty(cf_nr=["x"])),
        ("经营异常", a_row("t", {"a": "2026-01-01", "b": "2026-01-02"}, {"a": "列入日期", "b": "列入日期"})),
    ],
)
def test_i2_a_row_that_contradicts_itself_is_no_answer(section, row):
    """Nothing of the whole answer is used."""
    error = fault(lambda: record_of(row, section=section))
    assert error.reason is UnknownReason.SCHEMA_DRIFT
    assert "110108199001011231" not in str(error)


def test_severity_is_the_sources_or_absent():
    """失信严重程度 alone gives it."""
    assert record_of(a_penalty(cf_sxyzcd="严重")).severity is Severity.SERIOUS
    assert record_of(a_penalty(cf_sxyzcd="未定")).severity_text == "未定"


def test_a_section_without_a_name_lists_nothing_that_could_be_shown():
    """What does not have the open interface's shape in the end is refused."""
    row = SiteRow.model_validate(a_row("t", {"x": "1"}))
    with pytest.raises(InvalidRecord, match="catalog"):
        to_wire_record(row, section="", asked=ASKED, at=NOW)


def test_older_codes_fill_gaps_and_overrule_nothing():
    """Rows from before 2018 call some columns otherwise."""
    detail = record_of(a_penalty(cf_nr=..., cf_jg="警告", cf_xzjg="另一机关")).detail
    assert (detail.content, detail.authority) == ("警告", "示例市场监督管理局")


def test_an_objection_that_is_pending_stands_in_the_remark():
    """A disputed record is shown, and marked."""
    assert record_of(a_penalty(cf_bz="异议处理中")).status is DisclosureStatus.DISPUTED
    assert record_of(a_penalty(cf_bz="异议不成立")).status is DisclosureStatus.SHOWN


def test_i1_what_is_said_to_be_repaired_is_not_used():
    """It is reported instead."""
    answer = answer_with(listing(a_page(a_penalty(1, repairState="已修复"), a_penalty(2))))
    assert [anomaly.code for anomaly in answer.anomalies] == ["ended_record_in_listing"]
    assert len(answer.records) == 1


def test_what_is_shown_without_a_day_is_disclosed_from_today():
    """The site shows it, so it is disclosed; and by a decision of tomorrow's clock no later than today."""
    assert record_of(a_row("t", {}), section="经营异常").period.start_on == date(2026, 11, 21)
    assert record_of(a_penalty(cf_jdrq="2026-11-22")).is_shown(NOW)


def test_another_subjects_code_in_a_row_spoils_the_answer():
    """In a field code, by label, or as the site's own column."""
    other = "N2110108MF01ABCD18"
    for row in (
        a_penalty(cf_xdr_shxym=other),
        a_penalty(tyshxydm=other),
        a_row("credit_xyzx_fr_xzcf_new", {"a": other}, {"a": "统一社会信用代码"}),
    ):
        assert fault(lambda row=row: record_of(row)).reason is UnknownReason.WRONG_SUBJECT
    head = {"headEntity": {"tyshxydm": other}}
    assert fault(lambda: answer_with(head=head)).reason is UnknownReason.WRONG_SUBJECT


def test_ids_are_stable_and_hold_no_identity_number():
    """A correction leaves the id; the spelling of a date does; another number does not."""
    first = record_of(a_penalty()).record_id
    same = record_of(a_penalty(cf_jdrq="2026-05-06", cf_nr="罚款人民币3000元", cf_gsjzq="2027/01/01"))
    assert same.record_id == first != record_of(a_penalty(2)).record_id
    assert derive_id("t", {"CF_WSH": "110108199001011231"}, ASKED) == derive_id(
        "t", {"CF_WSH": "11010819900101123 1"}, ASKED
    )


def test_sections_overlap_and_a_record_is_kept_once():
    """The one that could be classed is kept, wherever it comes."""
    row = a_row("t", {"列入日期": "2026-05-01"})
    both = (listing(a_page(row), section="其他"), listing(a_page(row), section="经营异常"))
    for order in (both, both[::-1]):
        (record,) = answer_with(*order).records
        assert record.kind is RecordKind.ABNORMAL_LISTING


@pytest.mark.parametrize("status", [1, 200])
def test_both_ways_of_saying_success_are_success(status):
    """Whatever the HTTP code."""
    assert decode_site(SitePage, an_answer(a_page(), status=status, http_status=500)).total == 0


@pytest.mark.parametrize(
    ("members", "http_status", "error", "reason"),
    [
        ({"status": 40001}, 200, SourceRefused, "CHALLENGED"),
        ({"status": 40001}, 500, SourceRefused, "CHALLENGED"),
        ({"status": ..., "code": 40001}, 500, SourceRefused, "CHALLENGED"),
        ({"status": 200, "code": 40001}, 200, SourceRefused, "CHALLENGED"),
        ({"status": 500, "message": "请输入验证码"}, 500, SourceRefused, "CHALLENGED"),
        ({"status": 500, "message": "请刷新后重试"}, 200, SourceRefused, "CHALLENGED"),
        ({"status": 412}, 200, SourceRefused, "CHALLENGED"),
        ({"status": 403}, 200, SourceRefused, "FORBIDDEN"),
        ({"status": 429}, 200, SourceUnavailable, "RATE_LIMITED"),
        ({"status": 500}, 200, SourceUnavailable, "SOURCE_FAULT"),
        ({"status": 50301}, 503, SourceUnavailable, "MAINTENANCE"),
        ({"status": 40002}, 500, SourceRefused, "REQUEST_REJECTED"),
        ({"status": 200, "code": 7}, 200, UnusableAnswer, "SCHEMA_DRIFT"),
        ({"status": ...}, 200, UnusableAnswer, "SCHEMA_DRIFT"),
        ({"status": "200"}, 200, UnusableAnswer, "SCHEMA_DRIFT"),
        ({"status": True}, 200, UnusableAnswer, "SCHEMA_DRIFT"),
    ],
)
def test_every_code_of_the_site_has_its_meaning(members, http_status, error, reason):
    """40001 in either member, and a message that asks for a captcha, is a wall."""
    caught = fault(lambda: decode_site(SitePage, an_answer(a_page(), http_status=http_status, **members)))
    assert (type(caught), caught.reason) == (error, UnknownReason[reason])


@pytest.mark.parametrize("http_status", [200, 403, 412])
def test_i2_a_firewall_page_is_a_challenge(http_status):
    """An HTML page in place of an answer is never got around."""
    page = Answer(http_status=http_status, headers={"content-type": "text/html"}, body=b"<html>")
    assert fault(lambda: decode_site(SitePage, page)).reason is UnknownReason.CHALLENGED


def search(*hits, total=None):
    """Return what the site's search found."""
    rows = [{"accurate_entity_code": code, "entityType": "1", "uuid": "U"} for code in hits]
    return decode_site(SiteSearch, an_answer(a_page(*rows, total=total)))


def test_a_subject_is_found_by_its_code_alone():
    """Names do not matter; not to be found is not a good standing."""
    assert find_subject(search("X", CODE), ASKED).code == CODE
    assert find_subject(search(), ASKED) is None
    answer = unregistered(ASKED, source="test", at=NOW)
    status = show(answer, at=NOW, fetched_at=NOW, fresh_until=NOW + timedelta(seconds=60))
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.NOT_FOUND)


def test_i2_a_search_that_may_hide_the_subject_is_no_answer():
    """More hits than are shown, or the code twice."""
    assert fault(lambda: find_subject(search("X", total=12), ASKED)).reason is UnknownReason.INCOMPLETE
    assert fault(lambda: find_subject(search(CODE, CODE), ASKED)).reason is UnknownReason.SCHEMA_DRIFT


def rows(count):
    """Return so many rows."""
    return [a_penalty(number) for number in range(count)]


def test_all_pages_of_a_section_are_one_answer():
    """Ten a page, and a rest; two totals that agree."""
    many = rows(23)
    pages = [a_page(*many[i : i + 10], total=23, page=i // 10 + 1) for i in (0, 10, 20)]
    assert len(answer_with(listing(*pages)).records) == 23
    assert answer_with(listing(a_page())).records == ()


@pytest.mark.parametrize(
    "make",
    [
        lambda many: listing(a_page(*many[:3]), again=None),
        lambda many: listing(a_page(*many[:10], total=11), a_page(many[10], total=11, page=2), again=None),
        lambda many: listing(
            a_page(*many[:10], total=11),
            a_page(many[10], total=11, page=2),
            again=a_page(*many[:10], total=12),
        ),
        lambda many: listing(
            a_page(*many[:10], total=11),
            a_page(many[10], total=11, page=2),
            again=a_page(many[11], *many[:9], total=11),
        ),
        lambda many: listing(
            a_page(*many[:10], total=11),
            a_page(many[10], total=11, page=2),
            again=a_page(a_penalty(0, cf_nr="警告"), *many[1:10], total=11),
        ),
        lambda many: listing(a_page(*many[:3]), again=a_page(*many[:4])),
        lambda many: listing(a_page(*many[:3]), again=a_page(*many[:2], many[5])),
        lambda many: listing(a_page(*many[:3], total=4)),
        lambda many: listing(a_page(*many[:10], total=11)),
        lambda many: listing(a_page(*many[:10], total=11), a_page(many[9], total=11, page=2)),
        lambda many: listing(a_page(*many[:10], total=11), a_page(many[10], total=12, page=2)),
        lambda many: listing(a_page(*many[:10], total=11), a_page(many[10], total=11, page=1)),
        lambda many: listing(a_page(*many[:9], total=11), a_page(*many[9:11], total=11, page=2)),
        lambda many: listing(a_page(*many[:10], total=10), a_page(many[10], total=10, page=2)),
    ],
)
def test_i2_anything_less_than_two_totals_and_every_row_once_is_no_answer(make):
    """One total, two that disagree, a row lost, doubled or moved."""
    assert fault(lambda: answer_with(make(rows(12)))).reason is UnknownReason.INCOMPLETE


days = st.dates(min_value=date(1990, 1, 1), max_value=date(2199, 12, 30))


@given(days, st.integers(0, 86_399_999))
def test_i1_all_spellings_of_a_date_are_one_china_day(day, of_day):
    """Hyphens, slashes, and any millisecond of the day in China, as a number and as text."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    milliseconds = (moment - EPOCH) // timedelta(milliseconds=1) + of_day
    spelt = (day.isoformat(), day.isoformat().replace("-", "/"), milliseconds, str(milliseconds))
    assert {parse_site_day(value) for value in spelt} == {day}


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, 1, 20260506, 1_777_996_800, 1.5, "2026/5/6", "2026-05/06", "2026.05.06", "", " ", "0",
        "1777996800", "2026-02-30", 10**13, -(10**12), "２０２６-05-06", [], {},
    ],
)  # fmt: skip
def test_what_is_none_of_the_spellings_is_no_date(value):
    """Seconds for milliseconds above all: they would read as a day of 1970, long past its end."""
    with pytest.raises(ValueError, match=r"should be|out of range"):
        parse_site_day(value)


@given(days.filter(lambda day: day > date(2026, 5, 6)), st.sampled_from(["-", "/", "ms"]))
def test_i1_a_record_of_the_site_is_last_shown_on_its_last_china_day(end_on, spelling):
    """Gone at 24:00 of China, whatever way the site writes the day."""
    start = int((datetime(end_on.year, end_on.month, end_on.day, tzinfo=UTC) - EPOCH).total_seconds()) * 1000
    written = start - 8 * 3_600_000 if spelling == "ms" else end_on.isoformat().replace("-", spelling)
    at = min(NOW, end_of_china_day(end_on) - timedelta(hours=1))
    record = record_of(a_penalty(cf_gsjzq=written), at=max(at, datetime(2026, 5, 6, 4, tzinfo=UTC)))
    gone = end_of_china_day(end_on)
    assert record.is_shown(gone - timedelta(microseconds=1))
    assert not record.is_shown(gone)


LICENCE = a_row("credit_xyzx_fr_xzxk_new", {"xk_xdr_shxym": CODE, "xk_jdrq": "2026-05-01", "xk_nr": "…"})
PAGE = {"status": 200, "message": "成功", "data": a_page(a_penalty(repairState=""), LICENCE)}
HOSTILE = [
    None, True, False, 0, 1, -1, 200, 2**70, 1.5, 1e308, "", " ", "x", "0", "1", "\x00", "\U0001f600", "9" * 5000,
    "2026-01-01", "2026/01/01", "0001-01-01", "9999-12-31", "1777996800", 1_777_996_800, 1_767_196_800_000,
    "1767196800000", "已修复", "已撤销", "暂时屏蔽", [], [[]], {}, {"a": 1}, ["x"], ...,
]  # fmt: skip
ENDED = {"已修复", "已撤销", "暂时屏蔽"}


def places(value, path=()):
    """Yield the path to every place of a JSON value."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from places(child, (*path, key))


def with_place(value, path, new):
    """Return a copy with one place set, or left out."""
    if not path:
        return None if new is ... else new
    value = copy.deepcopy(value)
    place = value
    for key in path[:-1]:
        place = place[key]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return value


def read(value):
    """Read a page and the same page once more, or None where it is refused."""
    body = json.dumps(value).encode("utf-8", "surrogatepass")
    try:
        page = decode_site(SitePage, Answer(http_status=200, headers=JSON, body=body))
        return answer_with(SiteListing(section="行政管理", pages=(page,), again=page))
    except SourceError:
        return None


def check_not_harmless(path, new):
    """Require that a value at a place leaves the adverse record, or ends it by the site's own word."""
    answer = read(with_place(PAGE, path, new))
    if answer is None or (isinstance(new, str) and path[-1:] == ("repairState",) and new in ENDED):
        return
    status = show(answer, at=NOW, fetched_at=NOW, fresh_until=NOW + timedelta(seconds=60))
    assert status.standing is not Standing.NO_ADVERSE_RECORD, (path, new)


def test_i2_one_hostile_value_anywhere_never_raises_and_never_makes_a_page_harmless():
    """Every place of a page, every hostile value."""
    assert any(record.is_adverse for record in read(PAGE).records)
    for path in places(PAGE):
        for new in HOSTILE:
            check_not_harmless(path, new)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(list(places(PAGE))), json_values)
def test_i2_any_value_anywhere_never_raises_and_never_makes_a_page_harmless(path, new):
    """Whatever JSON can say."""
    check_not_harmless(path, new)


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=5), st.dictionaries(st.text(), st.text()))
def test_i2_any_columns_and_labels_are_a_record_or_an_error(entity, labels):
    """A row of a section is never lost: it becomes one record, or the answer is refused."""
    row = SiteRow.model_validate({"table_name": "t", "entity": entity, "sencesMap": labels})
    try:
        shaped = to_wire_record(row, section="经营异常", asked=ASKED, at=NOW)
    except (ValueError, SourceError):
        return
    assert shaped.catalogue == "经营异常名录"


@pytest.mark.parametrize("message", ["请刷新后重试", "请输入验证码", " 请刷新后重试。"])
@pytest.mark.parametrize("members", [{"status": 200}, {"status": 1}, {"status": 200, "code": 0}])
def test_i2_a_challenge_in_the_dress_of_a_success_is_no_empty_answer(message, members):
    """Its message is heard before its status."""
    answer = an_answer({"total": 0, "list": []}, message=message, **members)
    caught = fault(lambda: decode_site(SitePage, answer))
    assert (type(caught), caught.reason) == (SourceRefused, UnknownReason.CHALLENGED)


@pytest.mark.parametrize("label", ["修复状态", "信用修复状态", " 修复状态 "])
@pytest.mark.parametrize("value", ["已修复", "暂时屏蔽", "已撤销"])
def test_i1_a_state_that_a_label_alone_names_is_heard(label, value):
    """Columns of lists are opaque; what is repaired is not shown, whatever its column is called."""
    row = a_row("credit_x", {"c1": "2026-05-01", "c2": value}, {"c1": "列入日期", "c2": label})
    assert answer_with(listing(a_page(row), section="严重失信主体名单")).records == ()
    named = a_row("credit_x", {"c1": "2026-05-01", label.strip(): value}, {"c1": "列入日期"})
    assert answer_with(listing(a_page(named), section="严重失信主体名单")).records == ()


@pytest.mark.parametrize("value", ["未修复", "修复中", "", None, " "])
def test_a_labelled_state_that_is_not_over_leaves_a_row_shown(value):
    """As a column of that name does."""
    row = a_row("credit_x", {"c1": "2026-05-01", "c2": value}, {"c1": "列入日期", "c2": "修复状态"})
    assert record_of(row, section="严重失信主体名单").status is DisclosureStatus.SHOWN


@pytest.mark.parametrize("entity", [{"c2": "看情况"}, {"c2": 7}, {"c2": "未修复", "repairState": "已修复"}])
def test_i2_a_labelled_state_that_is_not_known_or_disagrees_is_no_answer(entity):
    """It is not guessed at."""
    row = a_row("credit_x", {"c1": "2026-05-01"} | entity, {"c1": "列入日期", "c2": "修复状态"})
    error = fault(lambda: record_of(row, section="严重失信主体名单"))
    assert error.reason is UnknownReason.SCHEMA_DRIFT
