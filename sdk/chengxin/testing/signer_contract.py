"""What every signer must do, as tests to inherit: of our keys, and of a user's own key service.

::

    from chengxin.testing.signer_contract import SignerContract

    class TestMySigner(SignerContract):
        @pytest.fixture
        def signer(self):
            return MySigner(...)

        @pytest.fixture
        def secret(self):
            return "…"       # a text of the private key, or of what gives access to it

The contract needs pytest.
"""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chengxin.errors import SignatureRefused
from chengxin.signing import Algorithm, SignatureFault, Signer, Verifier, public_jwks
from chengxin.testing.fork import in_forked_child

TYPE = "chengxin-contract+jws"


class SignerContract:
    """What holds of every signer."""

    @pytest.fixture
    def signer(self) -> Signer:
        """Return the signer; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture signer.")

    @pytest.fixture
    def secret(self) -> str:
        """Return a text that nobody may see."""
        raise NotImplementedError("Give the class a fixture secret.")

    @pytest.fixture
    def verifier(self, signer: Signer) -> Verifier:
        """Return a verifier of what it signs."""
        return Verifier.of(signer)

    @pytest.mark.parametrize("payload", [b"{}", b"\x00\xff", "诚信".encode(), b"x" * 100_000])
    def test_bytes_come_back_as_they_were(self, payload: bytes, signer: Signer, verifier: Verifier) -> None:
        """Whatever they are."""
        verified = verifier.verify(signer.sign(payload, TYPE), typ=TYPE)
        assert (verified.payload, verified.kid) == (payload, signer.kid)

    def test_an_object_is_signed_as_json(self, signer: Signer, verifier: Verifier) -> None:
        """With its text as it is."""
        payload = {"b": [1, None, True], "a": "诚信\n"}
        assert verifier.verify(signer.sign(payload, TYPE), typ=TYPE).json() == payload

    def test_the_header_says_algorithm_key_and_purpose(self, signer: Signer) -> None:
        """And nothing else: no key is sent along."""
        encoded = signer.sign(b"{}", TYPE).split(".")[0]
        header = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        assert header == {"alg": header["alg"], "kid": signer.kid, "typ": TYPE}
        assert header["alg"] in set(Algorithm)

    def test_another_purpose_is_refused(self, signer: Signer, verifier: Verifier) -> None:
        """A badge is no receipt, though the same key signs both."""
        with pytest.raises(SignatureRefused) as caught:
            verifier.verify(signer.sign(b"{}", TYPE), typ="another+jws")
        assert caught.value.fault == SignatureFault.TYPE

    @pytest.mark.parametrize("part", [0, 1, 2])
    def test_a_changed_signature_is_refused(self, part: int, signer: Signer, verifier: Verifier) -> None:
        """In its header, in its payload, and in itself."""
        parts = signer.sign(b'{"n":1}', TYPE).split(".")
        middle = len(parts[part]) // 2
        other = "A" if parts[part][middle] != "A" else "B"
        parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
        with pytest.raises(SignatureRefused):
            verifier.verify(".".join(parts), typ=TYPE)

    def test_its_public_half_is_public(self, signer: Signer, secret: str) -> None:
        """It names the key and what it is used with, and holds nothing of the private one."""
        jwk = signer.public_jwk()
        assert (jwk["kid"], jwk["use"]) == (signer.kid, "sig")
        assert "d" not in jwk
        assert secret not in json.dumps(public_jwks(signer))

    def test_nobody_sees_its_secret(
        self, signer: Signer, secret: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not by repr, in a log, in an error with all that hangs on it, by pickle or by copying."""
        caplog.set_level(logging.DEBUG)
        logging.getLogger().debug("%s %r", signer, signer)
        unwritable: Any = {"a": object()}
        with pytest.raises(TypeError) as caught:
            signer.sign(unwritable, TYPE)
        told = "".join(traceback.format_exception(caught.value))
        assert secret not in repr(signer) + str(signer) + caplog.text + told
        for carry in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError):
                carry(signer)

    def test_threads_and_a_forked_child_sign(self, signer: Signer, verifier: Verifier) -> None:
        """At once, and each its own."""
        payloads = [f"{number}".encode() for number in range(40)]
        with ThreadPoolExecutor(8) as pool:
            tokens = list(pool.map(lambda payload: signer.sign(payload, TYPE), payloads))
        assert [verifier.verify(token, typ=TYPE).payload for token in tokens] == payloads
        token = in_forked_child(lambda: signer.sign(b"child", TYPE))
        assert verifier.verify(token, typ=TYPE).payload == b"child"
