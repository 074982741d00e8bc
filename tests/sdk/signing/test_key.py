"""Keys that sign: loaded from PEM and JWK, named, and never shown."""

import json
import subprocess
import sys
import traceback

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from chengxin.errors import ConfigurationError
from chengxin.signing import Algorithm, KeySigner, Verifier, generate_key, public_jwks
from chengxin.testing.signer_contract import SignerContract

CANARY = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
"""The private half of the example in RFC 8037, appendix A.1."""
RFC_8037 = {"kty": "OKP", "crv": "Ed25519", "d": CANARY, "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


class TestEd25519(SignerContract):
    @pytest.fixture
    def signer(self):
        """Return a signer with a known key."""
        return KeySigner.from_jwk(RFC_8037)

    @pytest.fixture
    def secret(self):
        """Return its private half."""
        return CANARY


class TestP256(SignerContract):
    @pytest.fixture
    def key(self):
        """Return a key."""
        return ECKey.generate_key("P-256")

    @pytest.fixture
    def signer(self, key):
        """Return a signer with it."""
        return KeySigner.from_pem(key.as_pem(private=True))

    @pytest.fixture
    def secret(self, key):
        """Return its private half."""
        return key.as_dict(private=True)["d"]


def test_the_example_of_rfc_8037_is_signed_as_it_says():
    """A signature of Ed25519 is the same every time; the header is ours, the key and its thumbprint are the RFC's."""
    signer = KeySigner.from_jwk(RFC_8037)
    assert signer.kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert signer.sign(b"Example", "x") == signer.sign(b"Example", "x")


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_new_key_is_kept_as_pem(algorithm):
    """What is generated is loaded, signs, and is another key every time."""
    pem = generate_key(algorithm)
    assert pem.startswith(b"-----BEGIN PRIVATE KEY-----")
    signer, again = KeySigner.from_pem(pem), KeySigner.from_pem(pem.decode())
    assert (signer.algorithm, signer.kid) == (algorithm, again.kid)
    assert Verifier.of(again).verify(signer.sign(b"x", "t"), typ="t").algorithm is algorithm
    assert KeySigner.from_pem(generate_key(algorithm)).kid != signer.kid


def test_a_key_has_the_name_that_it_is_given():
    """As an argument, in its JWK, or by its thumbprint."""
    named = RFC_8037 | {"kid": "2026-06"}
    assert KeySigner.from_jwk(json.dumps(named)).kid == "2026-06"
    assert KeySigner.from_jwk(named, kid="other").kid == "other"
    assert repr(KeySigner.from_jwk(named)) == "KeySigner(kid='2026-06', algorithm='EdDSA')"
    for kid in ("", "with space", "x" * 201, "换"):
        with pytest.raises(ConfigurationError, match="kid"):
            KeySigner.from_pem(generate_key(), kid=kid)


def test_a_key_under_a_password_is_read_with_it():
    """And not without, nor with another."""
    pem = OKPKey.generate_key("Ed25519").as_pem(private=True, password="geheim")
    assert KeySigner.from_pem(pem, password="geheim").algorithm is Algorithm.EDDSA
    for password in (None, "falsch"):
        with pytest.raises(ConfigurationError):
            KeySigner.from_pem(pem, password=password)


UNFIT = {
    "public": OKPKey.generate_key("Ed25519").as_pem(),
    "RSA": RSAKey.generate_key(2048).as_pem(private=True),
    "P-384": ECKey.generate_key("P-384").as_pem(private=True),
    "secp256k1": ECKey.generate_key("secp256k1").as_pem(private=True),
    "X25519": OKPKey.generate_key("X25519").as_pem(private=True),
    "Ed448": OKPKey.generate_key("Ed448").as_pem(private=True),
    "text": b"secret",
    "nothing": b"",
    "cut": generate_key()[:60],
}


@pytest.mark.parametrize("pem", UNFIT.values(), ids=UNFIT)
def test_no_other_key_signs(pem):
    """Neither public halves nor other curves nor what is no key."""
    with pytest.raises(ConfigurationError, match="no private key to sign with"):
        KeySigner.from_pem(pem)


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "OKP"},
        OctKey.generate_key(256).as_dict(private=True),
        RFC_8037 | {"crv": "X25519"},
        RFC_8037 | {"d": 7},
        RFC_8037 | {"d": CANARY + "!"},
        {name: value for name, value in RFC_8037.items() if name != "d"},
        "{",
        "[]",
    ],
    ids=["nothing", "no_key", "secret", "exchange", "number", "no_base64", "public", "cut", "list"],
)
def test_no_other_jwk_signs(jwk):
    """And the error holds nothing of it, however deep one looks."""
    with pytest.raises(ConfigurationError) as caught:
        KeySigner.from_jwk(jwk)
    error = caught.value
    assert error.__context__ is error.__cause__ is None
    assert CANARY not in "".join(traceback.format_exception(error))


def test_public_halves_are_published_together():
    """The order is kept, so that the new key stands first when one is renewed."""
    old, new = (
        KeySigner.from_jwk(RFC_8037, kid="old"),
        KeySigner.from_pem(generate_key(Algorithm.ES256), kid="new"),
    )
    keys = public_jwks(new, old)["keys"]
    assert [(key["kid"], key["alg"], sorted(key)) for key in keys] == [
        ("new", "ES256", ["alg", "crv", "kid", "kty", "use", "x", "y"]),
        ("old", "EdDSA", ["alg", "crv", "kid", "kty", "use", "x"]),
    ]


def test_joserfc_is_loaded_with_the_first_key():
    """It takes a tenth of a second, which other commands do not wait for; nor do they for SQL."""
    code = (
        "import sys, chengxin.cli.app, chengxin.signing\n"
        "assert not {'joserfc', 'sqlalchemy'} & set(sys.modules)\n"
        "chengxin.signing.generate_key()\n"
        "assert 'joserfc' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
