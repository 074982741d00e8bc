"""What is refused of signatures and of key sets, and as what."""

import base64
import json

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey, RSAKey

from chengxin.errors import ConfigurationError, SignatureRefused
from chengxin.signing import Algorithm, KeySigner, SignatureFault, Verifier, generate_key, public_jwks

SIGNER = KeySigner.from_pem(generate_key(), kid="k1")
OTHER = KeySigner.from_pem(generate_key(Algorithm.ES256), kid="k2")
VERIFIER = Verifier.of(SIGNER, OTHER)
TYPE = "test+jws"


def encoded(data):
    """Return data as a part of a token."""
    written = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def with_header(header):
    """Return a good token under another header."""
    return ".".join([encoded(header), *SIGNER.sign(b"{}", TYPE).split(".")[1:]])


def fault_of(token, typ=TYPE):
    """Return as what a token is refused."""
    with pytest.raises(SignatureRefused) as caught:
        VERIFIER.verify(token, typ=typ)
    return caught.value.fault


GOOD = {"alg": "EdDSA", "kid": "k1", "typ": TYPE}
HEADERS = {
    "none": (GOOD | {"alg": "none"}, SignatureFault.ALGORITHM),
    "None": (GOOD | {"alg": "None"}, SignatureFault.ALGORITHM),
    "HS256": (GOOD | {"alg": "HS256"}, SignatureFault.ALGORITHM),
    "RS256": (GOOD | {"alg": "RS256"}, SignatureFault.ALGORITHM),
    "no alg": ({"kid": "k1", "typ": TYPE}, SignatureFault.ALGORITHM),
    "alg no text": (GOOD | {"alg": 1}, SignatureFault.ALGORITHM),
    "another's alg": (GOOD | {"alg": "ES256"}, SignatureFault.ALGORITHM),
    "no kid": ({"alg": "EdDSA", "typ": TYPE}, SignatureFault.NO_KEY_ID),
    "empty kid": (GOOD | {"kid": ""}, SignatureFault.NO_KEY_ID),
    "kid no text": (GOOD | {"kid": ["k1"]}, SignatureFault.NO_KEY_ID),
    "unknown kid": (GOOD | {"kid": "k3"}, SignatureFault.UNKNOWN_KEY),
    "another's kid": (GOOD | {"kid": "k2", "alg": "ES256"}, SignatureFault.BAD_SIGNATURE),
    "no typ": ({"alg": "EdDSA", "kid": "k1"}, SignatureFault.TYPE),
    "another typ": (GOOD | {"typ": "JWT"}, SignatureFault.TYPE),
    "a key": (GOOD | {"jwk": SIGNER.public_jwk()}, SignatureFault.KEY_IN_HEADER),
    "an address": (GOOD | {"jku": "https://example.com"}, SignatureFault.KEY_IN_HEADER),
    "crit": (GOOD | {"crit": ["b64"], "b64": False}, SignatureFault.KEY_IN_HEADER),
    "no object": ([], SignatureFault.MALFORMED),
    "not JSON": (b"{", SignatureFault.MALFORMED),
    "not UTF-8": (b"\xff", SignatureFault.MALFORMED),
    "too long": (GOOD | {"kid": "k" * 400}, SignatureFault.MALFORMED),
    "too deep": (b'{"a":' * 60 + b"1" + b"}" * 60, SignatureFault.ALGORITHM),
    "twice": (b'{"alg":"EdDSA","alg":"EdDSA","kid":"k1","typ":"test+jws"}', SignatureFault.DUPLICATE_MEMBER),
    "inside twice": (b'{"alg":"EdDSA","kid":"k1","typ":"test+jws","x":{"a":1,"a":1}}', "duplicate_member"),
    "written otherwise": (GOOD | {"x": 1}, SignatureFault.BAD_SIGNATURE),
}


@pytest.mark.parametrize(("header", "fault"), HEADERS.values(), ids=HEADERS)
def test_a_header_is_not_believed(header, fault):
    """Algorithm, key and purpose are the verifier's; anything else is refused before a key is tried."""
    assert fault_of(with_header(header)) == fault


@pytest.mark.parametrize(
    "token",
    ["", "a", "a.b", "a.b.c.d", "..", "eyJ9..", "é.é.é", "a b.c.d", "a=.b.c", None, 7],
)
def test_what_is_no_token_is_malformed(token):
    """Whatever was received."""
    assert fault_of(token) == SignatureFault.MALFORMED


def test_a_secret_shared_as_a_public_key_signs_nothing():
    """The classic confusion: HS256 under the bytes of a public key."""
    pem = OKPKey.import_key(SIGNER.public_jwk()).as_pem()
    header = {"alg": "HS256", "kid": "k1", "typ": TYPE}
    token = jws.serialize_compact(header, b"{}", OctKey.import_key(base64.b64encode(pem).decode()))
    assert fault_of(token) == SignatureFault.ALGORITHM


def test_the_purpose_is_compared_as_a_media_type():
    """With and without application/, in either case (RFC 7515, section 4.1.9)."""
    token = SIGNER.sign(b"{}", "application/Test+JWS")
    assert VERIFIER.verify(token, typ=TYPE).kid == "k1"


def test_every_key_of_the_set_is_tried_by_its_name_alone():
    """Two signers, two kinds of key."""
    for signer in (SIGNER, OTHER):
        assert VERIFIER.verify(signer.sign(b"x", TYPE), typ=TYPE).kid == signer.kid
    assert VERIFIER.kids == {"k1", "k2"}
    assert repr(VERIFIER) == "Verifier(kids=['k1', 'k2'])"


def test_a_key_set_is_read_from_text_and_leaves_out_what_it_does_not_know():
    """An RSA key beside ours is no fault of the set (RFC 7517, section 5)."""
    rsa = RSAKey.generate_key(2048, private=False).as_dict() | {"kid": "rsa"}
    jwks = {"keys": [rsa, {"kty": "future", "kid": "f"}, *public_jwks(SIGNER)["keys"]]}
    assert Verifier(json.dumps(jwks)).kids == Verifier(json.dumps(jwks).encode()).kids == {"k1"}


JWK = SIGNER.public_jwk()
SETS = {
    "not JSON": "{",
    "no object": "[]",
    "no keys": {},
    "keys no list": {"keys": {}},
    "key no object": {"keys": [1]},
    "empty": {"keys": []},
    "none of ours": {"keys": [{"kty": "future"}]},
    "no kid": {"keys": [{name: value for name, value in JWK.items() if name != "kid"}]},
    "twice": {"keys": [JWK, JWK]},
    "private": {"keys": [JWK | {"d": "x"}]},
    "secret": {"keys": [JWK, {"kty": "oct", "k": "x"}]},
    "broken": {"keys": [JWK | {"x": "x"}]},
}


@pytest.mark.parametrize("jwks", SETS.values(), ids=SETS)
def test_a_key_set_that_is_none_is_refused(jwks):
    """At once, and not when the first signature comes."""
    with pytest.raises(ConfigurationError):
        Verifier(jwks)
