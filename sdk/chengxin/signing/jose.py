"""The door to joserfc, loaded when the first key is: it takes a tenth of a second.

Errors of joserfc may quote what they were given, so none of them leaves this module, not as a cause either.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry, deserialize_compact, serialize_compact

from chengxin.signing.algorithm import Algorithm

Key: TypeAlias = OKPKey | ECKey

_CURVES: Final[Mapping[str, Algorithm]] = {"Ed25519": Algorithm.EDDSA, "P-256": Algorithm.ES256}
_KINDS: Final[Mapping[str, type[OKPKey | ECKey]]] = {"OKP": OKPKey, "EC": ECKey}
_LONGEST_PAYLOAD: Final = 4_000_000
"""Characters of an encoded payload: a report of a subject with thousands of records."""
_FAILURES: Final = (JoseError, ValueError, TypeError, KeyError, AttributeError, AssertionError)
"""What joserfc and the library below it raise for keys and tokens that are not as they should be."""


class _Registry(JWSRegistry):
    """The two algorithms of ours. EdDSA is named as every peer names it, and is Ed25519 by its key."""

    max_payload_length = _LONGEST_PAYLOAD

    def get_alg(self, name: str) -> Any:  # noqa: ANN401  # joserfc's own model of an algorithm
        if name not in set(Algorithm):
            raise UnsupportedAlgorithmError("It is not on the list")
        return self.algorithms[name]


_REGISTRY: Final = _Registry()


def generate(algorithm: Algorithm) -> bytes:
    """Return a new private key as PKCS #8 PEM."""
    key: Key = OKPKey.generate_key("Ed25519") if algorithm is Algorithm.EDDSA else ECKey.generate_key("P-256")
    return key.as_pem(private=True)


def read_pem(pem: bytes, password: str | None) -> Key | None:
    """Return the key of a PEM text; None where it holds none that is signed with."""
    if b"-----BEGIN " not in pem:
        return None
    for kind in (OKPKey, ECKey):
        try:
            # The kind is told from the key itself: read as another kind it has no curve of ours.
            key: Key = kind.import_key(pem, password=password)
            if curve_of(key) is not None:
                return key
        except _FAILURES:
            continue
    return None


def read_jwk(jwk: Mapping[str, Any]) -> Key | None:
    """Return the key of a JWK; None where it is none that is signed with."""
    kind = _KINDS.get(str(jwk.get("kty")))
    if kind is None:
        return None
    try:
        key: Key = kind.import_key(dict(jwk))
        return None if curve_of(key) is None else key
    except _FAILURES:
        return None


def curve_of(key: Key) -> Algorithm | None:
    """Return the algorithm that goes with a key's curve; None where the curve is none of ours."""
    return _CURVES.get(key.curve_name)


def thumbprint(key: Key) -> str:
    """Return the thumbprint of a key (RFC 7638), which is the same for both its halves."""
    return key.thumbprint()


def public_half(key: Key) -> dict[str, Any]:
    """Return the public half of a key as a JWK, without any member but those that make it up."""
    values = key.as_dict(private=False)
    return {name: values[name] for name in ("kty", "crv", "x", "y") if name in values}


def sign(key: Key, header: Mapping[str, str], payload: bytes) -> str:
    """Return a JWS in compact form."""
    return serialize_compact(dict(header), payload, key, registry=_REGISTRY)


def is_signed_by(key: Key, token: str) -> bool:
    """Tell whether a key made a JWS in compact form."""
    try:
        deserialize_compact(token, key, registry=_REGISTRY)
    except _FAILURES:
        return False
    return True
