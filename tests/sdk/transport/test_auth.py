"""The signature, against values computed here by hand, and the one spelling of a query."""

from __future__ import annotations

import base64
import hmac
from random import Random
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from chengxin.errors import ConfigurationError
from chengxin.transport import Credentials, Request, canonical_query, sign

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
PAIRS = st.lists(st.tuples(TEXT, TEXT))
KEY = Credentials(app_key="platform-1", secret=SecretStr("s3cret-诚信"))
NONCE = "abcdefghijklmnop"


def test_the_signature_is_the_one_computed_by_hand() -> None:
    """The message of source-api.md §1, written out line by line, gives the same signature."""
    request = Request(
        method="POST",
        path="/open-api/v1/subjects/credit:batch",
        query=(("b", "2 1"), ("a", "公司&~")),
        body=b'{"codes":[]}',
    )
    message = (
        "POST\n"
        "/open-api/v1/subjects/credit:batch\n"
        "a=%E5%85%AC%E5%8F%B8%26~&b=2%201\n"
        "b493ace7a47296b70394dcae7e53acb1190a88cfb2f559cb9aa9ee5f70487e1d\n"
        "1795161600123\n"
        "abcdefghijklmnop"
    )
    expected = base64.b64encode(hmac.digest("s3cret-诚信".encode(), message.encode(), "sha256")).decode()
    assert sign(request, credentials=KEY, timestamp_ms=1795161600123, nonce=NONCE) == {
        "X-App-Key": "platform-1",
        "X-Timestamp": "1795161600123",
        "X-Nonce": NONCE,
        "X-Signature": expected,
    }


def test_the_signature_of_a_plain_get_is_a_known_value() -> None:
    """A value computed once with the openssl command pins the whole chain."""
    request = Request(method="GET", path="/open-api/v1/health")
    key = Credentials(app_key="k", secret=SecretStr("secret"))
    headers = sign(request, credentials=key, timestamp_ms=1, nonce="0123456789abcdef")
    assert headers["X-Signature"] == "3ofhuj/P8Uyy35FaXP7Jk+QO/uhmW3FitQaIs9jr2XA="


@given(PAIRS)
def test_the_canonical_query_says_the_same_pairs_sorted(pairs: list[tuple[str, str]]) -> None:
    """It decodes back to the same multiset, and its encoded pairs stand in order."""
    query = canonical_query(pairs)
    assert query.isascii()
    assert sorted(parse_qsl(query, keep_blank_values=True)) == sorted(pairs)
    encoded = [tuple(pair.split("=")) for pair in query.split("&")] if pairs else []
    assert encoded == sorted(encoded)


@given(PAIRS, st.randoms())
def test_the_order_of_the_pairs_does_not_matter(pairs: list[tuple[str, str]], random: Random) -> None:
    """However the pairs are shuffled, one query comes out."""
    shuffled = list(pairs)
    random.shuffle(shuffled)
    assert canonical_query(shuffled) == canonical_query(pairs)


@given(TEXT.filter(bool), TEXT)
def test_only_unreserved_characters_stay(name: str, value: str) -> None:
    """RFC 3986: letters, digits and -._~ stand as they are, everything else as upper-case escapes."""
    unreserved = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
    assert set(canonical_query([(name, value)])) <= unreserved | {"%", "="}


@pytest.mark.parametrize("nonce", ["short", "a" * 65, "with blanks in it", "abcdefghijklmno\n", "诚" * 20])
def test_a_nonce_of_another_form_is_refused(nonce: str) -> None:
    """The source would refuse it; the developer hears it from us, with what to do."""
    with pytest.raises(ConfigurationError, match="nonce"):
        sign(Request(method="GET", path="/a"), credentials=KEY, timestamp_ms=1, nonce=nonce)


@pytest.mark.parametrize("app_key", ["", "two words", "key\n", "密钥", "k" * 257])
def test_an_app_key_that_cannot_stand_in_a_header_is_refused(app_key: str) -> None:
    """A key copied with a blank or a line end is found at start."""
    with pytest.raises(ConfigurationError, match="app key"):
        Credentials(app_key=app_key, secret=SecretStr("s"))


def test_an_empty_secret_is_refused() -> None:
    """Signing with nothing is not signing."""
    with pytest.raises(ConfigurationError, match="secret"):
        Credentials(app_key="k", secret=SecretStr(""))


def test_the_secret_is_not_in_the_repr() -> None:
    """Printing credentials shows whose they are and no more."""
    assert "s3cret" not in repr(KEY)
    assert "platform-1" in repr(KEY)
