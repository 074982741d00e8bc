"""Receipts as tokens: genuine, or refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidReceipt, SignatureRefused
from chengxin.procedure.receipt import RECEIPT_TYPE, encode_claims, sign_receipt, verify_receipt
from chengxin.procedure.receipt.codec import decode_claims
from chengxin.signing import Algorithm, KeySigner, SignatureFault, Verifier, generate_key
from tests.examples import tried
from tests.sdk.policy.material import penalty, status_of
from tests.sdk.procedure.receipt.material import SIGNER, VERIFIER, receipt_for, receipts

ES256 = KeySigner.from_pem(generate_key(Algorithm.ES256), kid="k2")
RECEIPT = receipt_for(status_of(penalty()))
TOKEN = sign_receipt(RECEIPT, SIGNER)
CLAIMS = json.loads(encode_claims(RECEIPT))


def fault_of(token, verifier=VERIFIER):
    """Return as what a token is refused."""
    with pytest.raises(SignatureRefused) as caught:
        verify_receipt(token, verifier)
    return caught.value.fault


@given(receipts(), st.sampled_from([SIGNER, ES256]))
def test_a_signed_receipt_is_verified_offline(receipt, signer):
    """With the public half of its key and nothing else."""
    assert verify_receipt(sign_receipt(receipt, signer), Verifier.of(signer)) == receipt


@pytest.mark.parametrize("signer", [SIGNER, ES256], ids=["EdDSA", "ES256"])
@given(data=st.data())
@tried(4)
def test_a_token_with_any_byte_changed_is_refused(signer, data):
    """Wherever it is, the last one included, and whatever it becomes."""
    token = sign_receipt(RECEIPT, signer)
    place = data.draw(st.integers(0, len(token) - 1) | st.just(len(token) - 1))
    other = data.draw(
        st.sampled_from("AEIQgw-_.= ") | st.characters().filter(lambda character: character != token[place])
    )
    changed = token[:place] + other + token[place + 1 :]
    if changed != token:
        fault_of(changed, Verifier.of(signer))


@pytest.mark.parametrize("token", ["", "a.b", TOKEN[:-1], TOKEN + "A", TOKEN + ".", "." + TOKEN, TOKEN * 2])
def test_what_is_not_the_whole_token_is_refused(token):
    """A part of it, or more than it."""
    fault_of(token)


def test_a_token_for_another_purpose_is_refused():
    """A badge, a checkpoint or a plain JWT of the same key is no receipt."""
    for typ in ("JWT", "chengxin-checkpoint+jws", "chengxin-receipt+jws", "secevent+jwt"):
        assert fault_of(SIGNER.sign(encode_claims(RECEIPT), typ)) == SignatureFault.TYPE


def test_a_forged_token_is_refused():
    """Signed by a key that is not trusted, under its own name or a trusted one."""
    pem = generate_key()
    stranger, impostor = KeySigner.from_pem(pem, kid="k9"), KeySigner.from_pem(pem, kid="k1")
    assert fault_of(sign_receipt(RECEIPT, stranger)) == SignatureFault.UNKNOWN_KEY
    assert fault_of(sign_receipt(RECEIPT, impostor)) == SignatureFault.BAD_SIGNATURE


CLAIMED = {
    "no object": [],
    "empty": {},
    "one more": CLAIMS | {"note": "x"},
    "one less": {name: value for name, value in CLAIMS.items() if name != "purpose"},
    "another format": CLAIMS | {"format": 2},
    "exp of another instant": CLAIMS | {"exp": CLAIMS["exp"] + 1},
    "instant of another form": CLAIMS | {"checked_at": "2026-06-15T04:30:00+00:00"},
    "a word for a standing": CLAIMS | {"standing": "GOOD"},
    "praise": CLAIMS | {"standing": "NO_ADVERSE_RECORD"},
    "a name in the subject": CLAIMS | {"subject": CLAIMS["subject"] | {"name": "x"}},
    "a fact in a record": CLAIMS | {"records": [CLAIMS["records"][0] | {"fact": "x"}]},
    "no code": CLAIMS | {"subject": CLAIMS["subject"] | {"code": "91350100M000100Y44"}},
    "half a character": CLAIMS | {"purpose": "\ud800"},
}


@pytest.mark.parametrize("claims", CLAIMED.values(), ids=CLAIMED)
def test_what_a_trusted_key_signed_and_is_no_receipt_is_refused(claims):
    """A member more or less, another form, or a receipt that cannot be."""
    token = SIGNER.sign(json.dumps(claims, separators=(",", ":")).encode(), RECEIPT_TYPE)
    with pytest.raises(InvalidReceipt):
        verify_receipt(token, VERIFIER)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, b"\xff", "1", '{"jti":1,"jti":1}'])
def test_what_is_no_claims_is_refused(text):
    """Whatever it is."""
    with pytest.raises((InvalidReceipt, ValueError)):
        decode_claims(text)


def test_claims_are_read_as_they_were_written_alone():
    """Another order or a space is another text than the one that was signed."""
    written = encode_claims(RECEIPT)
    with pytest.raises(InvalidReceipt):
        decode_claims(written.replace(b'{"', b'{ "', 1))
    doubled = written.replace(b'"purpose":null', b'"purpose":null,"purpose":null')
    with pytest.raises(InvalidReceipt):
        decode_claims(doubled)
