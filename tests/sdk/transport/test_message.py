"""Requests that exist can be sent exactly as they are signed."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.transport import Request, Response


def test_a_request_keeps_its_headers_from_later_changes() -> None:
    """What was given as headers is copied and cannot be written to."""
    headers = {"If-None-Match": '"a"'}
    request = Request(method="GET", path="/a", headers=headers)
    headers["If-None-Match"] = '"b"'
    assert request.headers["If-None-Match"] == '"a"'
    with pytest.raises(TypeError):
        request.headers["X"] = "y"  # type: ignore[index]


def test_a_response_lowers_the_names_of_its_headers() -> None:
    """A lookup by lower-case name never misses by case."""
    assert Response(status=200, headers={"ETag": '"a"'}).headers == {"etag": '"a"'}


@given(st.lists(st.text(min_size=1), min_size=1))
def test_every_path_of_quoted_segments_is_taken(segments: list[str]) -> None:
    """Whatever the segments hold, their percent-encoded path is canonical, but for dots alone."""
    path = "/" + "/".join(
        quote("x" + segment.replace("\ud800", ""), safe="", errors="replace") for segment in segments
    )
    assert Request(method="GET", path=path).path == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "open-api",
        "//other.example/a",
        "/a/../b",
        "/a/.",
        "/a?b=1",
        "/a#b",
        "/a b",
        "/公司",
        "/%e5",
        "/%41",
        "/%7E",
        "/%2E%2E/a",
        "/%",
        "/a\r\n",
        "http://other.example/",
    ],
)
def test_a_path_with_a_second_spelling_is_refused(path: str) -> None:
    """What a library would rewrite, or read as another host, never gets as far as being signed."""
    with pytest.raises(ValueError, match="path"):
        Request(method="GET", path=path)


@pytest.mark.parametrize("method", ["get", "PUT", "DELETE", ""])
def test_other_methods_are_refused(method: str) -> None:
    """The source knows GET and POST."""
    with pytest.raises(ValueError, match="GET or POST"):
        Request(method=method, path="/a")  # type: ignore[arg-type]


def test_a_get_with_a_body_is_refused() -> None:
    """A body of a GET would be signed and dropped on the way."""
    with pytest.raises(ValueError, match="no body"):
        Request(method="GET", path="/a", body=b"x")


@pytest.mark.parametrize(
    ("name", "value"), [("A", "b\r\nC: d"), ("A\n", "b"), ("", "b"), ("A", "公司"), ("A", " b")]
)
def test_a_header_that_could_split_the_message_is_refused(name: str, value: str) -> None:
    """Line ends, control characters and other alphabets have no place in a header."""
    with pytest.raises(ValueError, match="cannot be sent"):
        Request(method="GET", path="/a", headers={name: value})


@pytest.mark.parametrize("name", ["Host", "X-Signature", "content-length", "Accept-Encoding", "Cookie"])
def test_a_header_of_the_transport_is_refused(name: str) -> None:
    """The caller cannot override signature, framing or host."""
    with pytest.raises(ValueError, match="set by the transport"):
        Request(method="GET", path="/a", headers={name: "x"})


def test_a_request_may_ask_for_a_body_as_it_is() -> None:
    """Parts of a file cannot be decoded; no other coding may be asked for."""
    asked = Request(method="GET", path="/a", headers={"Accept-Encoding": "identity"})
    assert asked.headers == {"Accept-Encoding": "identity"}
    with pytest.raises(ValueError, match="set by the transport"):
        Request(method="GET", path="/a", headers={"Accept-Encoding": "br"})


def test_bodies_and_headers_stay_out_of_the_repr() -> None:
    """A body may hold an identity number; printing a request must not show it."""
    request = Request(method="POST", path="/a", headers={"Idempotency-Key": "canary-1"}, body=b"canary-2")
    assert "canary" not in repr(request)
    assert "canary" not in repr(Response(status=200, body=b"canary-3"))
