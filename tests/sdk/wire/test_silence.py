"""Invariant I8 in errors and ids: nothing that a source wrote is repeated, and no number of a person gets through."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord, SourceError
from chengxin.identifiers import Uscc
from chengxin.records import shipped_rule_table
from chengxin.wire import (
    assemble,
    decode_changes,
    decode_credit_page,
    decode_health,
    decode_manifest,
    decode_receipt,
    decode_row,
    parse_etag,
)
from chengxin.wire.site import SitePage, SiteSearch, decode_site
from tests.sdk.wire.page import CODE, a_page, a_row, an_envelope

PERSON = "110108199001011231"
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
IN_TIMES = (PERSON, f"2026-11-{PERSON}", f"{PERSON}T00:00:00+08:00", "张示例")


def listed(data):
    """Read a listing to its end."""
    return assemble(
        [decode_credit_page(an_envelope(data))],
        asked=Uscc(CODE),
        source="test",
        at=NOW,
        rule_table=shipped_rule_table(),
    )


def told(call):
    """Return what an error says, all of it."""
    with pytest.raises((SourceError, InvalidRecord)) as caught:
        call()
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return f"{caught.value} {caught.value!r}"


def a_change(**changes):
    """Return a piece of the feed with one change."""
    change = {"seq": 1, "at": "2026-11-20T10:00:00+08:00", "tyshxydm": CODE, "recId": "R1", "change": "更新"}
    return {"cursor": "c", "more": False, "changes": [change | changes]}


def a_manifest(**changes):
    """Return a manifest of one file."""
    file = {"url": "/f", "format": "ndjson.gz", "rows": 1, "bytes": 1, "sha256": "0" * 64}
    return {"snapshotId": "S", "dataDate": "2026-11-20T23:00:00+08:00", "seq": 1, "files": [file]} | changes


@pytest.mark.parametrize("value", IN_TIMES)
@pytest.mark.parametrize(
    "read",
    [
        lambda value: listed(a_page(dataDate=value)),
        lambda value: listed(a_page(a_row(publishedOn=value))),
        lambda value: listed(a_page(a_row(disclosedUntil=value))),
        lambda value: decode_changes(an_envelope(a_change(at=value)), cursor=None),
        lambda value: decode_manifest(an_envelope(a_manifest(dataDate=value)), at=NOW),
        lambda value: decode_health(an_envelope({"dataDate": value, "lagSeconds": 1})),
        lambda value: decode_receipt(an_envelope({"receivedAt": value})),
        lambda value: decode_row(
            a_row(tyshxydm=CODE, publishedOn=value), number=1, at=NOW, rule_table=shipped_rule_table()
        ),
    ],
)
def test_i8_no_error_of_a_time_repeats_it(read, value):
    """The library's own texts do, so only ours are passed on."""
    assert value not in told(lambda: read(value))


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01"])
def test_i8_a_day_that_no_calendar_has_is_told_in_our_words(day):
    """Shaped as a date, and none."""
    text = told(lambda: listed(a_page(a_row(publishedOn=day))))
    assert "should be a date yyyy-MM-dd" in text
    assert day not in text


def test_a_time_with_an_offset_that_leaves_the_calendar_is_none():
    """Not an error of another kind."""
    for value in ("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        assert "should be a time" in told(lambda value=value: listed(a_page(dataDate=value)))


@pytest.mark.parametrize(
    "read",
    [
        lambda key: decode_site(SitePage, an_envelope(page_of(sencesMap={key: 5}))),
        lambda key: decode_site(SitePage, an_envelope(page_of(entity={"a": 1}, sencesMap={"x": {key: 5}}))),
    ],
)
@pytest.mark.parametrize("key", [PERSON, "张示例", "k" * 100_000])
def test_i8_no_error_names_a_member_that_the_source_named(read, key):
    """Only places of ours, by number and name."""
    text = told(lambda: read(key))
    assert key not in text
    assert "list.0.sencesMap" in text
    assert len(text) < 2000


def page_of(**changes):
    """Return a page of the site with one row."""
    row = {"table_name": "t", "entity": {}, "sencesMap": {}} | changes
    return {"total": 1, "page": 1, "list": [row]}


@given(key=st.text(alphabet="0123456789张示例 {}<>'…", min_size=1, max_size=40))
def test_i8_whatever_a_member_is_called_it_is_not_repeated(key):
    """Nor is what stood in it."""
    plain = told(lambda: decode_site(SitePage, an_envelope(page_of(sencesMap={"字段": 5}))))
    assert told(lambda: decode_site(SitePage, an_envelope(page_of(sencesMap={key: 5})))) == plain


def test_places_of_ours_are_named():
    """So that whoever reads an error finds the place."""
    text = told(lambda: listed(a_page(a_row(), total="1")))
    assert "total: input should be a valid integer" in text


WITH_PERSON = (PERSON, f"R-{PERSON}", f"a.{PERSON[:6]}-{PERSON[6:14]}-{PERSON[14:]}", f"9{PERSON}")


@pytest.mark.parametrize("text", WITH_PERSON)
@pytest.mark.parametrize(
    "read",
    [
        lambda text: listed(a_page(snapshotId=text)),
        lambda text: listed(a_page(a_row(text))),
        lambda text: decode_changes(an_envelope(a_change(recId=text)), cursor=None),
        lambda text: decode_changes(an_envelope(a_change() | {"cursor": text}), cursor=None),
        lambda text: decode_manifest(an_envelope(a_manifest(snapshotId=text)), at=NOW),
        lambda text: decode_manifest(an_envelope(a_manifest(cursor=text)), at=NOW),
        lambda text: decode_receipt(an_envelope({"receiptId": text})),
        lambda text: decode_row(
            a_row(text, tyshxydm=CODE), number=1, at=NOW, rule_table=shipped_rule_table()
        ),
    ],
)
def test_i8_an_id_with_a_persons_number_in_it_is_none(read, text):
    """Ids are kept, logged and sent back."""
    assert "should be an opaque" in (said := told(lambda: read(text)))
    assert text not in said


@pytest.mark.parametrize("text", WITH_PERSON)
def test_i8_a_request_id_and_a_validator_with_a_persons_number_are_left_aside(text):
    """The answer stands without them."""
    with pytest.raises(SourceError) as caught:
        decode_credit_page(an_envelope(None, status=50001, requestId=text))
    assert caught.value.request_id is None
    assert parse_etag(f'"{text}"') is None


def found(**changes):
    """Return the one subject that a search found."""
    hit = {
        "accurate_entity_name_query": "示例公司",
        "accurate_entity_code": CODE,
        "entityType": 1,
        "uuid": "U",
    }
    search = decode_site(SiteSearch, an_envelope({"total": 1, "list": [hit | changes]}))
    return search.hits[0]


@pytest.mark.parametrize("name", [PERSON, f"个体户({PERSON})", "当事人１１０１０８ 19900101-1231"])
def test_i8_a_name_with_a_persons_number_is_none(name):
    """It would be sent back in a query."""
    assert found(accurate_entity_name_query=name).name is None
    assert found().name == "示例公司"


@pytest.mark.parametrize(
    "changes",
    [
        *({"uuid": text} for text in WITH_PERSON),
        {"uuid": "u" * 129},
        {"entityType": PERSON},
        {"entityType": int(PERSON)},
        {"entityType": -1},
        {"entityType": "1,2"},
        {"accurate_entity_code": "9" * 65},
        {"accurate_entity_name_query": "名" * 401},
    ],
)
def test_i8_what_a_search_found_is_bounded_and_opaque(changes):
    """All of it goes back to the site."""
    assert "list.0." in told(lambda: found(**changes))


@pytest.mark.parametrize(("given_", "kept"), [(1, 1), ("1", "1"), (12, 12), ("", None), (None, None)])
def test_a_type_of_subject_is_a_small_number(given_, kept):
    """As a number or a text."""
    assert found(entityType=given_).entity_type == kept
