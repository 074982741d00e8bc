"""Receipts: of every outcome, without anything that must be erased, and proof of what was shown."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidReceipt, InvalidRecord, UnknownReason
from chengxin.procedure.receipt import (
    Asked,
    ReceiptRecord,
    content_digest,
    content_of,
    decode_claims,
    encode_claims,
    receipt_of,
)
from chengxin.procedure.statement.ground import ground_digest
from chengxin.records import (
    Freshness,
    LastKnown,
    PenaltyDetail,
    RecordKind,
    Severity,
    Standing,
    unknown,
)
from tests.sdk.policy.material import AT, CODE, MICROSECOND, penalty, status_of
from tests.sdk.procedure.receipt.material import (
    MARKS,
    NUMBER,
    PERSON,
    PSEUDONYM,
    SALT,
    asked_about,
    receipt_for,
    receipts,
    statuses,
    unasked,
)

EARLIER = AT - timedelta(seconds=1)
RECEIPT = receipt_for(status_of(penalty()))


@given(receipts())
def test_claims_come_back_without_loss(receipt):
    """Each member; and the registered claims repeat number, instant and end, cut to the second."""
    claims = encode_claims(receipt)
    assert decode_claims(claims) == decode_claims(claims.decode()) == receipt
    plain = json.loads(claims)
    assert plain["jti"] == receipt.receipt_id
    for name, at in (("iat", receipt.checked_at), ("exp", receipt.expires_at)):
        assert timedelta(0) <= at - datetime.fromtimestamp(plain[name], UTC) < timedelta(seconds=1)


@given(statuses, st.sampled_from([None, b"a key of the platform"]))
def test_i1_a_receipt_holds_nothing_that_must_vanish(status, key):
    """No word, number, id or amount of a record, and no name, but its keyed digest, kind, severity and end."""
    receipt = receipt_for(status, digest_key=key)
    claims = encode_claims(receipt).decode()
    plain = json.loads(claims)
    assert set(plain) == {
        *(
            "jti",
            "iat",
            "exp",
            "format",
            "subject",
            "source",
            "as_of",
            "fetched_at",
            "checked_at",
            "expires_at",
        ),
        *("standing", "reason", "records", "content_digest", "purpose", "operator"),
    }
    assert not [mark for mark in (*MARKS, "示例商贸", "刘小明", NUMBER) if mark in claims]
    for one, record in zip(plain["records"], status.records, strict=True):
        assert set(one) == {"digest", "version", "kind", "severity", "ends_at"}
        assert one["digest"] == ground_digest(record, key=key or SALT)
        assert one["digest"] != ground_digest(record, key=None)


@given(statuses)
def test_i2_unknown_stays_unknown(status):
    """With its reason, and never as present knowledge; what is known is so until the status ends."""
    receipt = receipt_for(status)
    assert (receipt.standing, receipt.reason) == (status.standing, status.reason)
    is_known = status.reason is None
    assert receipt.is_present(AT) is is_known
    assert receipt.is_present(status.valid_until - MICROSECOND) is is_known
    assert not receipt.is_present(status.valid_until)
    assert not receipt.is_present(AT - MICROSECOND)


@given(statuses, st.binary(min_size=16, max_size=20))
def test_a_receipt_proves_what_was_shown_and_nothing_else(status, salt):
    """By content and salt together, in whatever order members come back."""
    receipt, content = receipt_for(status, salt=salt), content_of(status)
    read = json.loads(json.dumps(dict(reversed(content.items()))))
    assert receipt.proves(read, salt)
    assert not receipt.proves(content, salt + b"x")
    assert not receipt.proves(content, b"")
    assert not receipt.proves(content | {"standing": "?"}, salt)
    assert not receipt.proves(content | {"source": float("nan")}, salt)


def test_a_content_holds_all_that_is_disclosed():
    """Amounts and words as they may be shown; an amount beyond what JSON readers agree on as text."""
    detail = PenaltyDetail(fine_fen=2**53, confiscated_fen=5, facts=f"当事人\n{NUMBER}", decided_on=AT.date())
    (record,) = content_of(status_of(replace(penalty(), detail=detail)))["records"]
    assert record["detail"] == {
        "fine_fen": str(2**53),
        "confiscated_fen": 5,
        "facts": "当事人 〔身份号码已隐去〕",
        "decided_on": "2026-06-15",
    }
    assert (record["kind"], record["severity"], record["status"]) == ("PENALTY", "GENERAL", "SHOWN")


def test_i2_what_was_known_last_is_no_part_of_a_receipt():
    """It is for display alone: the receipt is that of a question that was not answered."""
    last = LastKnown(standing=Standing.ADVERSE, records=(penalty(),), as_of=EARLIER, fetched_at=EARLIER)
    stale = unknown(CODE, reason=UnknownReason.STALE, detail="", at=AT, source="s", last_known=last)
    assert stale.freshness is Freshness.STALE
    bare = replace(stale, last_known=None)
    assert receipt_for(stale) == receipt_for(bare)
    assert receipt_for(stale).records == ()


def test_i8_a_natural_person_stands_under_a_pseudonym():
    """Never under a name or an identity number, and never under nothing."""
    status = status_of(penalty(), subject=PERSON)
    receipt = receipt_for(status)
    assert (receipt.code, receipt.pseudonym) == (None, PSEUDONYM)
    for pseudonym in (None, NUMBER, f"psn:{NUMBER}", "刘小明刘小明刘小明", "short"):
        with pytest.raises(InvalidReceipt, match="pseudonym"):
            receipt_for(status, asked=Asked(pseudonym=pseudonym))
    with pytest.raises(InvalidReceipt, match="pseudonym"):
        receipt_for(status_of(), asked=Asked(pseudonym=PSEUDONYM))


def test_who_asked_and_what_for_is_said_in_clean_words():
    """On one line, identity numbers masked; what is blank is not said."""
    receipt = receipt_for(status_of(), asked=Asked(purpose=f"入驻\n审核{NUMBER}", operator=" \u200b"))
    assert receipt.purpose == "入驻 审核〔身份号码已隐去〕"
    assert receipt.operator is None
    with pytest.raises(InvalidReceipt, match="purpose"):
        receipt_for(status_of(), asked=Asked(purpose="长" * 501))


@given(unasked, st.timedeltas(timedelta(0), timedelta(seconds=30)))
def test_a_question_that_was_not_answered_has_a_receipt_of_its_moment_and_later(status, after):
    """Its status is over as soon as it is given."""
    asked = asked_about(status)
    receipt = receipt_of(status, at=AT + after, receipt_id="R", salt=SALT, asked=asked)
    assert receipt.checked_at == AT + after
    assert not receipt.is_present(AT + after)


@pytest.mark.parametrize("at", [EARLIER, AT + timedelta(hours=6), AT + timedelta(days=400)])
@pytest.mark.parametrize("records", [(), (penalty(),)])
def test_i1_a_status_that_is_not_of_the_instant_has_no_receipt(at, records):
    """It is asked again."""
    with pytest.raises(InvalidReceipt, match="Check again"):
        receipt_of(status_of(*records), at=at, receipt_id="R-1", salt=SALT)


def test_an_answer_without_a_standing_is_over_when_its_life_is():
    """The source does not know the subject: that is told for as long as it is valid."""
    status = status_of(registered=False)
    assert receipt_for(status).reason is UnknownReason.NOT_FOUND
    with pytest.raises(InvalidReceipt, match="Check again"):
        receipt_of(status, at=status.valid_until, receipt_id="R-1", salt=SALT)


def test_an_instant_without_a_time_zone_is_refused():
    """It could be any of them."""
    with pytest.raises(InvalidRecord, match="aware"):
        receipt_of(status_of(), at=datetime(2026, 6, 15), receipt_id="R-1", salt=SALT)


@pytest.mark.parametrize("salt", [b"", b"fifteen bytes..", "sixteen letters.", None])
def test_a_salt_is_long_enough_not_to_be_guessed(salt):
    """Of sixteen bytes at least."""
    with pytest.raises(InvalidReceipt, match="16 random bytes"):
        content_digest({}, salt)


def test_a_version_that_readers_of_json_disagree_on_is_refused():
    """Beyond 2^53, where the source counts so: by the digest of the content, and by the claims."""
    with pytest.raises(InvalidReceipt, match="written as JSON"):
        receipt_for(status_of(replace(penalty(), version=2**60)))
    one = replace(RECEIPT.records[0], version=2**60)
    with pytest.raises(InvalidReceipt, match="written as JSON"):
        encode_claims(replace(RECEIPT, records=(one,)))


def test_an_empty_digest_key_is_none():
    """It would key nothing."""
    with pytest.raises(InvalidReceipt, match="digest key"):
        receipt_for(status_of(), digest_key=b"")


WRONG = {
    "number": {"receipt_id": "a b"},
    "number no text": {"receipt_id": 1},
    "digest": {"content_digest": "sha256:x"},
    "source": {"source": ""},
    "no source": {"source": None},
    "source unseen": {"source": "信用\u202e中国"},
    "operator with a number": {"operator": NUMBER},
    "purpose blank": {"purpose": ""},
    "kind": {"subject_kind": "ENTERPRISE"},
    "no code": {"code": None},
    "code no code": {"code": "91350100M000100Y43"},
    "standing": {"standing": "ADVERSE"},
    "praise": {"standing": Standing.NO_ADVERSE_RECORD},
    "unknown without reason": {"standing": Standing.UNKNOWN},
    "reason": {"reason": UnknownReason.TIMEOUT},
    "reason no reason": {"reason": "timeout"},
    "nothing adverse": {"records": ()},
    "records": {"records": [*RECEIPT.records]},
    "naive": {"checked_at": datetime(2026, 6, 15)},
    "no data date": {"as_of": None},
    "naive data date": {"as_of": datetime(2026, 6, 15)},
    "over at once": {"expires_at": AT},
    "a record that is over": {"records": (replace(RECEIPT.records[0], ends_at=AT),)},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_a_receipt_that_contradicts_itself_cannot_be(changes):
    """An instance that exists is right."""
    with pytest.raises(InvalidReceipt):
        replace(RECEIPT, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": "sha256:" + "0" * 64},
        {"digest": None},
        {"version": -1},
        {"version": True},
        {"kind": "PENALTY"},
        {"severity": "MINOR"},
        {"ends_at": datetime(2026, 6, 15)},
    ],
    ids=str,
)
def test_a_record_on_a_receipt_is_of_its_form(changes):
    """Its digest is keyed: numbers of decisions can be tried one by one."""
    good = {"digest": "hmac-sha256:" + "0" * 64, "version": 1, "kind": RecordKind.PENALTY}
    good |= {"severity": Severity.MINOR, "ends_at": None}
    assert ReceiptRecord(**good)
    with pytest.raises(InvalidReceipt):
        ReceiptRecord(**good | changes)
