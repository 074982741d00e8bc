"""Rows of a snapshot and changes under hostile values: an answer or an error of ours, never anything else."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceError, UnknownReason, UnusableAnswer
from chengxin.records import shipped_rule_table
from chengxin.wire import (
    Answer,
    decode_changes,
    decode_line,
    decode_manifest,
    decode_piece,
    decode_receipt,
    decode_row,
    read_change,
)
from tests.sdk.wire.page import CODE, a_row, an_envelope

AT = datetime(2026, 11, 21, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
CHANGE = {
    "seq": 1,
    "at": "2026-11-20T10:00:00+08:00",
    "tyshxydm": CODE,
    "recId": "R1",
    "version": 1,
    "change": "新增",
}
FILE = {"url": "/a", "format": "ndjson.gz", "rows": 1, "bytes": 1, "sha256": "ab" * 32}
MANIFEST = {
    "snapshotId": "S",
    "dataDate": "2026-11-20T23:00:00+08:00",
    "seq": 1,
    "cursor": "1",
    "files": [FILE],
}
RECEIPT = {"reportId": "r", "receiptId": "q", "receivedAt": "2026-11-20T10:00:00+08:00"}


@given(st.sampled_from(sorted({*a_row(), "tyshxydm"})), VALUES)
def test_i2_one_hostile_value_in_a_row_never_raises_anything_else(name, value):
    """Wherever it stands."""
    row = {**a_row(), "tyshxydm": CODE, name: value}
    try:
        decode_row(row, number=0, at=AT, rule_table=shipped_rule_table())
    except UnusableAnswer as error:
        assert (error.__cause__, error.__context__) == (None, None)


@given(VALUES | st.sampled_from(sorted(CHANGE)).flatmap(lambda n: VALUES.map(lambda v: {**CHANGE, n: v})))
def test_i2_one_hostile_value_in_a_change_never_raises_anything_else(change):
    """Whatever stands in a piece of the feed."""
    data = {"cursor": "c", "more": False, "changes": [change]}
    try:
        for row in decode_changes(an_envelope(data), cursor=None).changes:
            read_change(row)
    except SourceError as error:
        assert error.__context__ is None


@given(st.sampled_from(sorted(MANIFEST)), VALUES, st.sampled_from(sorted(FILE)), st.booleans())
def test_i2_one_hostile_value_in_a_manifest_never_raises_anything_else(name, value, inner, deep):
    """At its top or in a file."""
    data = {**MANIFEST, "files": [{**FILE, inner: value}]} if deep else {**MANIFEST, name: value}
    try:
        decode_manifest(an_envelope(data), at=AT)
    except SourceError as error:
        assert error.__context__ is None


@given(st.sampled_from(sorted(RECEIPT)), VALUES)
def test_i2_one_hostile_value_in_a_receipt_never_raises_anything_else(name, value):
    """Wherever it stands."""
    try:
        decode_receipt(an_envelope({**RECEIPT, name: value}))
    except SourceError as error:
        assert error.__context__ is None


@given(st.binary(max_size=60))
def test_i2_any_bytes_are_a_row_or_an_error_of_ours(line):
    """No JSON, half a character, a number where an object belongs."""
    with pytest.raises(UnusableAnswer):
        decode_line(line, number=0, at=AT, rule_table=shipped_rule_table())


def test_a_line_is_a_row():
    """As JSON, with ``fields`` as an object or as JSON in a text; amounts are exact."""
    row = {**a_row(), "tyshxydm": CODE}
    found = decode_line(json.dumps(row).encode(), number=0, at=AT, rule_table=shipped_rule_table())
    assert (found.code, found.record_id, found.anomalies) == (CODE, "R1", ())
    assert found.record is not None
    assert found.record.detail.fine_fen == 200_000
    nested = {**row, "fields": json.dumps(row["fields"])}
    assert decode_line(json.dumps(nested).encode(), number=0, at=AT, rule_table=shipped_rule_table()) == found


@given(
    st.integers(100, 599),
    st.sampled_from(
        ["", "bytes 0-3/9", "bytes 0-8/9", "bytes 1-4/9", "bytes 0-3/8", "bytes 0-4/9", "items 0-3/9"]
    ),
    st.sampled_from([b"", b"abcd", b"abcdefghi"]),
    st.sampled_from(["application/gzip", "application/json", "text/html; charset=utf-8"]),
)
def test_i2_only_the_part_that_was_asked_for_is_a_piece(status, extent, body, media_type):
    """The first four bytes of nine, or the nine."""
    answer = Answer(
        http_status=status, headers={"content-range": extent, "content-type": media_type}, body=body
    )
    try:
        piece = decode_piece(answer, start=0, most=4, size=9)
    except SourceError:
        return
    assert media_type == "application/gzip"
    if piece.whole:
        assert (status, len(piece.data)) == (200, 9)
    else:
        assert (status, extent, piece.data) == (206, "bytes 0-3/9", b"abcd")


def test_a_business_error_in_place_of_a_file_is_that_error():
    """Also where it comes with HTTP 200."""
    answer = an_envelope(None, status=42902)
    with pytest.raises(SourceError) as caught:
        decode_piece(answer, start=0, most=4, size=9)
    assert caught.value.reason is UnknownReason.QUOTA_EXHAUSTED
