"""What a response means: every code of the source, and everything that is not the source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import (
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.wire import Answer, decode_credit_page
from tests.sdk.wire.page import JSON, a_page, an_envelope

HTML = {"content-type": "text/html; charset=utf-8"}
PAGE = "<!DOCTYPE html><title>访问验证</title>".encode()


def refusal(answer):
    """Return the error that an answer stands for."""
    with pytest.raises(SourceError) as caught:
        decode_credit_page(answer)
    return caught.value


@pytest.mark.parametrize(
    ("status", "http_status", "error", "reason"),
    [
        (40001, 200, SourceRefused, UnknownReason.CHALLENGED),
        (40001, 500, SourceRefused, UnknownReason.CHALLENGED),
        (40002, 400, SourceRefused, UnknownReason.REQUEST_REJECTED),
        (40101, 401, SourceRefused, UnknownReason.UNAUTHENTICATED),
        (40102, 401, SourceRefused, UnknownReason.CLOCK_REFUSED),
        (40103, 401, SourceRefused, UnknownReason.UNAUTHENTICATED),
        (40301, 403, SourceRefused, UnknownReason.FORBIDDEN),
        (40302, 403, SourceRefused, UnknownReason.FORBIDDEN),
        (42901, 429, SourceUnavailable, UnknownReason.RATE_LIMITED),
        (42902, 429, SourceUnavailable, UnknownReason.QUOTA_EXHAUSTED),
        (50001, 500, SourceUnavailable, UnknownReason.SOURCE_FAULT),
        (50001, 200, SourceUnavailable, UnknownReason.SOURCE_FAULT),
        (50301, 503, SourceUnavailable, UnknownReason.MAINTENANCE),
        (51234, 500, SourceUnavailable, UnknownReason.SOURCE_FAULT),
        (200, 200, UnusableAnswer, UnknownReason.SCHEMA_DRIFT),
        (0, 200, UnusableAnswer, UnknownReason.SCHEMA_DRIFT),
    ],
)
def test_every_code_of_the_source_has_its_meaning_whatever_the_http_status(
    status, http_status, error, reason
):
    """The table of source-api.md §1, row by row."""
    caught = refusal(an_envelope(None, status=status, http_status=http_status))
    assert (type(caught), caught.reason, caught.http_status) == (error, reason, http_status)
    assert caught.request_id == "Q1"


@pytest.mark.parametrize("http_status", [200, 203, 400, 500])
def test_status_one_alone_is_success(http_status):
    """Whatever the HTTP code."""
    assert decode_credit_page(an_envelope(a_page(), http_status=http_status)).total == 0


@pytest.mark.parametrize(
    ("http_status", "headers", "body", "reason"),
    [
        (200, HTML, PAGE, UnknownReason.CHALLENGED),
        (412, HTML, PAGE, UnknownReason.CHALLENGED),
        (403, HTML, PAGE, UnknownReason.CHALLENGED),
        (412, {}, b"", UnknownReason.CHALLENGED),
        (200, JSON, PAGE, UnknownReason.CHALLENGED),
        (200, {"content-type": "text/plain"}, b"ok", UnknownReason.SCHEMA_DRIFT),
        (200, {}, b'{"status": 1}', UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b"", UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b'{"status": 1, "da', UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b'{"status": true}', UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b'{"status": "1"}', UnknownReason.SCHEMA_DRIFT),
        (200, JSON, '{"status": 1, "message": "成功"}'.encode("gbk"), UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b"[]", UnknownReason.SCHEMA_DRIFT),
        (304, {}, b"", UnknownReason.SCHEMA_DRIFT),
        (404, JSON, b"{}", UnknownReason.SCHEMA_DRIFT),
        (401, {}, b"", UnknownReason.UNAUTHENTICATED),
        (403, {}, b"", UnknownReason.FORBIDDEN),
        (400, {}, b"", UnknownReason.REQUEST_REJECTED),
        (408, {}, b"", UnknownReason.SOURCE_FAULT),
        (425, {}, b"", UnknownReason.SOURCE_FAULT),
        (429, {}, b"", UnknownReason.RATE_LIMITED),
        (502, HTML, PAGE, UnknownReason.SOURCE_FAULT),
        (521, HTML, PAGE, UnknownReason.CHALLENGED),
        (200, JSON, b'{"status": 50001, "status": 1, "data": {}}', UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b'{"status": 1, "message": NaN}', UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b'{"status": 1, "message": "\\ud800"}', UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b"[" * 100_000, UnknownReason.SCHEMA_DRIFT),
        (200, JSON, b'{"status": ' + b"9" * 5000 + b"}", UnknownReason.SCHEMA_DRIFT),
        (200, JSON, '{"status": 1}'.encode("utf-16"), UnknownReason.SCHEMA_DRIFT),
        (503, {}, b"", UnknownReason.SOURCE_FAULT),
    ],
)
def test_what_is_not_the_source_is_judged_by_what_it_is(http_status, headers, body, reason):
    """Firewalls, gateways and half answers are never an answer."""
    assert refusal(Answer(http_status=http_status, headers=headers, body=body)).reason is reason


@pytest.mark.parametrize("request_id", ["a\nERROR forged", "x" * 65, "110108 19900101 1231", 7, None])
def test_an_id_that_could_forge_a_log_line_is_none(request_id):
    """What is logged and quoted is short and plain."""
    answer = an_envelope(None, status=50001, requestId=request_id)
    assert refusal(answer).request_id is None


def test_what_the_source_asks_to_wait_is_kept():
    """The retry decision finds it in the error."""
    answer = an_envelope(None, status=42901, http_status=429)
    asked = Answer(http_status=429, headers=JSON, body=answer.body, retry_after_seconds=7.0)
    assert refusal(asked).retry_after_seconds == 7.0


@given(
    st.integers(100, 599),
    st.sampled_from(["application/json", "application/problem+json", "text/html", "text/plain", ""]),
    st.binary(max_size=200),
)
def test_i2_no_garbage_is_ever_an_answer(http_status, content_type, body):
    """Random bytes under any status end in a typed error."""
    refusal(Answer(http_status=http_status, headers={"content-type": content_type}, body=body))
