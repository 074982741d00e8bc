"""Bodies counted and decoded as they come."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import UnknownReason, UnusableAnswer
from chengxin.transport.body import Body


@given(st.binary(max_size=2000), st.integers(1, 400), st.sampled_from(["gzip", ""]), st.integers(1, 3))
def test_however_it_is_cut_the_same_body_comes_out(data: bytes, step: int, coding: str, members: int) -> None:
    """Pieces of any size and any number of gzip members decode to the same bytes."""
    size = len(data) // members + 1
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    coded = b"".join(map(gzip.compress, parts)) if coding else data
    body = Body(coding=coding, max_bytes=4000)
    for start in range(0, len(coded), step):
        body.feed(coded[start : start + step])
    assert body.finish() == data


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_gzip_body_that_lacks_any_of_its_end_is_incomplete(data: bytes, draw: st.DataObject) -> None:
    """Wherever it is cut, it is not an answer."""
    coded = gzip.compress(data)
    cut = draw.draw(st.integers(1, len(coded) - 1))
    body = Body(coding="gzip", max_bytes=4000)
    body.feed(coded[:cut])
    with pytest.raises(UnusableAnswer) as caught:
        body.finish()
    assert caught.value.reason is UnknownReason.INCOMPLETE


def test_a_body_without_a_byte_is_empty_in_any_coding() -> None:
    """A renewal names the coding of a body that it does not send."""
    assert Body(coding="gzip", max_bytes=10).finish() == b""
    assert Body(coding="br", max_bytes=10).finish() == b""


def test_a_bomb_stops_at_the_cap_and_takes_no_memory_beyond_it() -> None:
    """Two hundred megabytes in two hundred kilobytes unfold to a megabyte and no further."""
    bomb = gzip.compress(bytes(200_000_000), compresslevel=1)
    body = Body(coding="gzip", max_bytes=1_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(UnusableAnswer) as caught:
            body.feed(bomb[:65_536])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT
    assert peak < 5_000_000
