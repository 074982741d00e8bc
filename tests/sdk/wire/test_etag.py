"""Validators: the source's own, strong or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import UnknownReason, UnusableAnswer
from chengxin.wire import Answer, is_unchanged, parse_etag


@pytest.mark.parametrize("text", ['"a"', '"20261120-417/x=+"', f'"{"x" * 126}"', '"\x21\x7e"', '"\'"'])
def test_a_strong_validator_is_kept_as_it_came(text):
    """Quotes and all, up to 128 characters."""
    assert parse_etag(text) == text


@pytest.mark.parametrize(
    "text",
    [None, "", "a", '"', '""', '"a', 'W/"a"', ' "a"', '"a"\n', '"a\x7f"', '"码"', f'"{"x" * 127}"', '"a""b"'],
)
def test_what_is_none_is_none(text):
    """Weak, bare, cut off, with blanks or controls, too long."""
    assert parse_etag(text) is None


@given(st.text(max_size=140))
def test_whatever_is_kept_can_stand_in_a_header(text):
    """Visible ASCII in quotes."""
    kept = parse_etag(text)
    assert kept is None or (kept.isascii() and kept.isprintable() and kept[0] == kept[-1] == '"')


def not_modified(**headers):
    """Return a 304."""
    return Answer(http_status=304, headers=headers, body=b"")


def test_only_304_says_that_what_is_known_stands():
    """Of what was asked about, or of nothing in particular."""
    assert is_unchanged(not_modified(), known='"a"')
    assert is_unchanged(not_modified(etag='"a"'), known='"a"')
    assert not is_unchanged(Answer(http_status=200, headers={"etag": '"a"'}, body=b""), known='"a"')


@pytest.mark.parametrize("etag", ['"b"', 'W/"a"', "a", ""])
def test_i2_a_304_of_something_else_is_no_answer(etag):
    """It says nothing of what is known."""
    with pytest.raises(UnusableAnswer) as caught:
        is_unchanged(not_modified(etag=etag), known='"a"')
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT
