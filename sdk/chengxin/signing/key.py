"""Keys that sign. A private half goes in and never comes out: not by repr, pickle, copy, or in an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, Protocol, Self

from chengxin.errors import ConfigurationError
from chengxin.signing.algorithm import Algorithm

if TYPE_CHECKING:
    from types import ModuleType

    from chengxin.signing.jose import Key

_NAME: Final = re.compile(r"[A-Za-z0-9._~:+/=-]{1,200}", re.ASCII)
_UNREADABLE: Final = (
    "This is no private key to sign with. Give an Ed25519 or P-256 key, as PKCS #8 PEM or as a JWK, with the right "
    "password where it has one."
)


class Signer(Protocol):
    """What signs: a key of ours, or a user's own key service. ``chengxin.testing.signer_contract`` holds it to it."""

    @property
    def kid(self) -> str:
        """Name of the key, under which verifiers find its public half."""
        ...

    def sign(self, payload: bytes | Mapping[str, Any], typ: str) -> str:
        """Return a JWS in compact form, whose header is exactly ``alg``, ``kid`` and ``typ``.

        Args:
            payload: bytes as they are, or an object that is written as JSON.
            typ: what it is for, e.g. ``secevent+jwt``; a verifier of something else refuses it.
        """
        ...

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half as a JWK with ``kid``, ``alg`` and ``use``."""
        ...


class KeySigner:
    """Signs with a private key in this process. Made by ``from_pem`` or ``from_jwk``."""

    __slots__ = ("_algorithm", "_key", "_kid")

    def __init__(self, key: Key, algorithm: Algorithm, kid: str) -> None:
        self._key = key
        self._algorithm = algorithm
        self._kid = kid

    @classmethod
    def from_pem(cls, pem: bytes | str, *, kid: str | None = None, password: str | None = None) -> Self:
        """Return a signer with the key of a PEM text.

        Args:
            pem: a private key, PKCS #8 or SEC 1.
            kid: its name; without one its thumbprint (RFC 7638).
            password: of a text that is encrypted.

        Raises:
            ConfigurationError: there is no such key in it.
        """
        data = pem.encode("ascii", "replace") if isinstance(pem, str) else pem
        return cls._of(_jose().read_pem(data, password), kid)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any] | str, *, kid: str | None = None) -> Self:
        """Return a signer with the key of a JWK, which may hold its own ``kid``.

        Raises:
            ConfigurationError: it is no private key to sign with.
        """
        values = _object(jwk) if isinstance(jwk, str) else jwk
        if values is None:
            raise ConfigurationError(_UNREADABLE)
        return cls._of(_jose().read_jwk(values), kid or values.get("kid"))

    @classmethod
    def _of(cls, key: Key | None, kid: object) -> Self:
        algorithm = None if key is None or not key.is_private else _jose().curve_of(key)
        if key is None or algorithm is None:
            raise ConfigurationError(_UNREADABLE)
        name = _jose().thumbprint(key) if kid is None else kid
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            raise ConfigurationError(
                "The name of a key (kid) has 1 to 200 letters, digits and signs of a URL."
            )
        return cls(key, algorithm, name)

    @property
    def kid(self) -> str:
        """Name of the key."""
        return self._kid

    @property
    def algorithm(self) -> Algorithm:
        """What it signs with."""
        return self._algorithm

    def sign(self, payload: bytes | Mapping[str, Any], typ: str) -> str:
        """Return a JWS in compact form."""
        header = {"alg": self._algorithm.value, "kid": self._kid, "typ": typ}
        return _signed(self._key, header, payload if isinstance(payload, bytes) else _json(payload))

    def public_jwk(self) -> dict[str, Any]:
        """Return the public half as a JWK with ``kid``, ``alg`` and ``use``."""
        half: dict[str, Any] = _jose().public_half(self._key)
        return half | {"kid": self._kid, "alg": self._algorithm.value, "use": "sig"}

    def __repr__(self) -> str:
        return f"KeySigner(kid={self._kid!r}, algorithm={self._algorithm.value!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A private key is neither copied nor pickled. Load it where it is used.")


def generate_key(algorithm: Algorithm = Algorithm.EDDSA) -> bytes:
    """Return a new private key as PKCS #8 PEM, to be kept where secrets are."""
    pem: bytes = _jose().generate(algorithm)
    return pem


def public_jwks(*signers: Signer) -> dict[str, Any]:
    """Return the public halves as a JWK set (RFC 7517), to be published; the new key first when one is renewed."""
    return {"keys": [signer.public_jwk() for signer in signers]}


def _signed(key: Key, header: Mapping[str, str], payload: bytes) -> str:
    token: str = _jose().sign(key, header, payload)
    return token


def _json(payload: Mapping[str, Any]) -> bytes:
    text = json.dumps(payload, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def _object(text: str) -> Mapping[str, Any] | None:
    try:
        values = json.loads(text)
    except ValueError:
        return None
    return values if isinstance(values, dict) else None


def _jose() -> ModuleType:
    from chengxin.signing import jose  # noqa: PLC0415 -- who signs nothing does not wait for it

    return jose
