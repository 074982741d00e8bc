"""Checkpoints: what they hold, how they are signed, how they come back."""

from dataclasses import replace
from datetime import datetime

import pytest

from chengxin.errors import InvalidRecord, LedgerDamaged, SignatureRefused
from chengxin.ledger import (
    CHECKPOINT_TYPE,
    GENESIS,
    ChainHead,
    Checkpoint,
    Damage,
    DamageKind,
    sign_checkpoint,
)
from tests.sdk.ledger.material import AT, SIGNER, VERIFIER, a_book

HEAD = a_book().head
SIGNED = sign_checkpoint(HEAD, at=AT, signer=SIGNER)


def test_a_checkpoint_is_signed_and_comes_back():
    """Its signature is of this purpose, by the key that it names."""
    SIGNED.verify_signature(VERIFIER)
    assert Checkpoint.decode(SIGNED.encode()) == SIGNED
    assert VERIFIER.verify(SIGNED.jws, typ=CHECKPOINT_TYPE).kid == SIGNED.kid
    with pytest.raises(SignatureRefused):
        VERIFIER.verify(SIGNED.jws, typ="another+jws")


@pytest.mark.parametrize(
    "changes",
    [{"seq": 0}, {"seq": True}, {"hash": "x"}, {"at": datetime(2026, 6, 1)}, {"kid": ""}, {"jws": ""}],
    ids=str,
)
def test_a_checkpoint_holds_what_one_does(changes):
    """One that is not of its form cannot be constructed, and is not read."""
    with pytest.raises(InvalidRecord):
        replace(SIGNED, **changes)


@pytest.mark.parametrize(
    "values", [{}, {"at": 1}, {"at": "yesterday"}, SIGNED.encode() | {"seq": 0}, SIGNED.encode() | {"x": 1}]
)
def test_what_is_no_checkpoint_is_damage(values):
    """Also where it nearly is one."""
    with pytest.raises(LedgerDamaged):
        Checkpoint.decode(values)


@pytest.mark.parametrize("payload", [b"not JSON", b"[]", b'{"seq":12}'])
def test_a_signature_of_something_else_is_none_of_a_checkpoint(payload):
    """Though it is a good one, of the same key and purpose."""
    with pytest.raises(LedgerDamaged, match="says else"):
        replace(SIGNED, jws=SIGNER.sign(payload, CHECKPOINT_TYPE)).verify_signature(VERIFIER)


def test_there_is_nothing_to_sign_in_an_empty_ledger():
    """A checkpoint is of an entry."""
    with pytest.raises(InvalidRecord, match="no entries"):
        sign_checkpoint(ChainHead(seq=0, hash=GENESIS), at=AT, signer=SIGNER)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({}, "entry 7"),
        ({"seq": None, "until": None}, "entry of unknown number"),
        ({"until": 9}, "entries 7 to 9"),
        ({"columns": ("stub",)}, "entry 7, column stub"),
        ({"columns": ("at", "stub")}, "entry 7, one of the columns at, stub"),
    ],
)
def test_a_place_is_said_as_far_as_it_is_known(changes, place):
    """In words for people."""
    damage = Damage(kind=DamageKind.CHANGED, seq=7, until=7, columns=(), detail="")
    assert replace(damage, **changes).place == place
