"""Who checks a signature decides by what: trusted keys by name, two algorithms, one purpose."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from chengxin.errors import ConfigurationError
from chengxin.signing.algorithm import Algorithm
from chengxin.signing.fault import SignatureFault, refusal
from chengxin.signing.key import Signer, public_jwks

if TYPE_CHECKING:
    from chengxin.signing.jose import Key

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members that a set of public keys does not hold (RFC 7518, section 6)."""
_BRINGS_A_KEY: Final = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64"})
_LONGEST_HEADER: Final = 512
_BASE64: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a good signature says.

    Attributes:
        kid: name of the key that made it.
        algorithm: what it was made with.
        payload: what was signed.
    """

    kid: str
    algorithm: Algorithm
    payload: bytes

    def json(self) -> Any:  # noqa: ANN401  # any JSON value
        """Return the payload as the JSON value that it is.

        Raises:
            ValueError: it is none.
        """
        return json.loads(self.payload)


class Verifier:
    """Checks signatures against public keys.

    Args:
        jwks: a JWK set, as values or as JSON text; keys of kinds that nothing is signed with here are left out.

    Raises:
        ConfigurationError: it is none, holds no key of ours, a name twice, a key without a name, or a private key.
    """

    def __init__(self, jwks: Mapping[str, Any] | str | bytes) -> None:
        self._keys = _read(jwks)

    @classmethod
    def of(cls, *signers: Signer) -> Self:
        """Return a verifier of what these signers sign."""
        return cls(public_jwks(*signers))

    @property
    def kids(self) -> frozenset[str]:
        """Names of the keys that are trusted."""
        return frozenset(self._keys)

    def verify(self, token: str, *, typ: str) -> Verified:
        """Return what a signature says that a trusted key made for this purpose.

        Args:
            token: a JWS in compact form.
            typ: the purpose it must have been made for; compared without case and without ``application/``.

        Raises:
            SignatureRefused: it is not such a signature; ``fault`` says why.
        """
        encoded_header, encoded_payload = _split(token)
        header = _header(encoded_header)
        algorithm, kid = _accept(header, typ)
        found = self._keys.get(kid)
        if found is None:
            raise refusal(SignatureFault.UNKNOWN_KEY, kid)
        key, of_key = found
        if algorithm is not of_key:
            raise refusal(SignatureFault.ALGORITHM, kid)
        if not _is_signed_by(key, token):
            raise refusal(SignatureFault.BAD_SIGNATURE, kid)
        return Verified(kid=kid, algorithm=algorithm, payload=_decode(encoded_payload))

    def __repr__(self) -> str:
        return f"Verifier(kids={sorted(self._keys)!r})"


def _read(jwks: Mapping[str, Any] | str | bytes) -> dict[str, tuple[Key, Algorithm]]:
    from chengxin.signing import jose  # noqa: PLC0415 -- who verifies nothing does not wait for it

    keys: dict[str, tuple[Key, Algorithm]] = {}
    for jwk in _members(jwks):
        key = jose.read_jwk(jwk)
        algorithm = None if key is None else jose.curve_of(key)
        if key is None or algorithm is None:
            continue
        kid = jwk.get("kid")
        if not isinstance(kid, str) or not kid:
            raise ConfigurationError("A key in the JWK set has no kid. Give each key a name of its own.")
        if kid in keys:
            raise ConfigurationError(
                f"Two keys in the JWK set are named {kid[:80]!r}. Give each a name of its own."
            )
        keys[kid] = (key, algorithm)
    if not keys:
        raise ConfigurationError(
            "The JWK set holds no Ed25519 or P-256 key. Nothing could be verified with it."
        )
    return keys


def _members(jwks: Mapping[str, Any] | str | bytes) -> list[Mapping[str, Any]]:
    try:
        values = json.loads(jwks) if isinstance(jwks, str | bytes) else jwks
    except ValueError:
        values = None
    keys = values.get("keys") if isinstance(values, Mapping) else None
    if not isinstance(keys, list) or not all(isinstance(jwk, Mapping) for jwk in keys):
        raise ConfigurationError('This is no JWK set (RFC 7517): it is an object with a list "keys".')
    if any(_PRIVATE & set(jwk) for jwk in keys):
        raise ConfigurationError(
            "The JWK set holds a private key. Give the public halves alone, and renew a key that others have seen."
        )
    return keys


def _split(token: str) -> tuple[str, str]:
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3 or not all(part and _BASE64.issuperset(part) for part in parts):
        raise refusal(SignatureFault.MALFORMED)
    return parts[0], parts[1]


def _header(encoded: str) -> dict[str, Any]:
    pairs: list[list[tuple[str, Any]]] = []

    def keep(found: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs.append(found)
        return dict(found)

    if len(encoded) > _LONGEST_HEADER:
        raise refusal(SignatureFault.MALFORMED)
    try:
        header = json.loads(_decode(encoded), object_pairs_hook=keep)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise refusal(SignatureFault.MALFORMED)
    if any(len(found) != len(dict(found)) for found in pairs):
        raise refusal(SignatureFault.DUPLICATE_MEMBER)
    return header


def _accept(header: Mapping[str, Any], typ: str) -> tuple[Algorithm, str]:
    if _BRINGS_A_KEY & set(header):
        raise refusal(SignatureFault.KEY_IN_HEADER)
    kid = header.get("kid")
    name = kid if isinstance(kid, str) and kid else None
    algorithm = header.get("alg")
    if algorithm not in set(Algorithm):
        raise refusal(SignatureFault.ALGORITHM, name)
    given = header.get("typ")
    if not isinstance(given, str) or _purpose(given) != _purpose(typ):
        raise refusal(SignatureFault.TYPE, name)
    if name is None:
        raise refusal(SignatureFault.NO_KEY_ID)
    return Algorithm(algorithm), name


def _purpose(typ: str) -> str:
    """Return a media type as RFC 7515, section 4.1.9, compares it."""
    return typ.lower().removeprefix("application/")


def _decode(encoded: str) -> bytes:
    return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def _is_signed_by(key: Key, token: str) -> bool:
    from chengxin.signing import jose  # noqa: PLC0415 -- loaded with the key

    return jose.is_signed_by(key, token)
