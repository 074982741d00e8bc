"""Receipts in one call, on record where there is a store, and nothing of a record kept with that."""

from datetime import timedelta

import pytest

from chengxin.errors import ConfigurationError, SourceUnavailable, StoreUnavailable, UnknownReason
from chengxin.ledger import EntryKind
from chengxin.platform import Platform, PlatformSettings
from chengxin.procedure.receipt import Asked, verify_receipt
from chengxin.procedure.report import document_of, report_of
from chengxin.records import Severity, Standing
from chengxin.services.receipts import Receipts
from chengxin.signing import KeySigner, Verifier, generate_key
from chengxin.store.sql.ledger import LedgerRows
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty, scripted_client

CODE, OTHER, THIRD = (code.code for code in CODES[:3])
SECRET = "canary-digest-key-of-the-platform-0"
ASKED = Asked(purpose="商家入驻审核", operator="onboarding")


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def source(clock):
    """A scripted source."""
    return ScriptedSource(clock=clock)


@pytest.fixture
def client(source, clock):
    """A client of it."""
    with scripted_client(source, clock=clock) as client:
        yield client


@pytest.fixture
def platform(database_url, client, clock, tmp_path):
    """A platform with a key for receipts and a secret for digests."""
    key = tmp_path / "key.pem"
    key.write_bytes(generate_key())
    settings = PlatformSettings(
        source_url="http://127.0.0.1:1",
        database_url=database_url,
        wave_share=1.0,
        receipt_key=str(key),
        digest_key=SECRET,
    )
    with Platform(settings, client=client, clock=clock) as platform:
        yield platform


def entries(platform):
    """Return what the ledger holds of receipts."""
    with platform.store.reading() as connection:
        return [one for one in LedgerRows(connection).read() if one.kind is EntryKind.RECEIPT_ISSUED]


def test_one_call_gives_a_receipt_that_is_verified_offline(source, client):
    """Adverse, nothing adverse, and could not ask; without a store nothing is put on record."""
    signer = KeySigner.from_pem(generate_key())
    receipts = Receipts(signer, clock=client.clock)
    source.disclose(CODE, a_penalty())
    issued = receipts.of(client.check(CODE), asked=ASKED)
    receipt = verify_receipt(issued.token, Verifier.of(signer))
    assert (receipt, receipt.standing, receipt.purpose) == (issued.receipt, Standing.ADVERSE, "商家入驻审核")
    report = report_of(client.check(CODE), at=client.clock.now(), receipt=receipt, salt=issued.salt)
    assert receipt.proves(document_of(report, at=client.clock.now())["content"], issued.salt)
    source.disclose(OTHER)
    assert receipts.of(client.check(OTHER)).receipt.standing is Standing.NO_ADVERSE_RECORD
    source.fail(SourceUnavailable("down", reason=UnknownReason.UNREACHABLE))
    unknown = receipts.of(client.check(THIRD)).receipt
    assert (unknown.standing, unknown.reason) == (Standing.UNKNOWN, UnknownReason.UNREACHABLE)
    assert len({receipts.of(client.check(CODE)).receipt.receipt_id for _ in range(9)}) == 9
    with pytest.raises(ConfigurationError, match="no store"):
        receipts.is_on_record(issued.token, code=CODE)
    with pytest.raises(ConfigurationError, match="CHENGXIN_RECEIPT_KEY"):
        Receipts(None, clock=client.clock).of(client.check(CODE))


def test_i1_what_a_platform_keeps_of_a_receipt_holds_nothing_of_a_record(source, client, platform):
    """Its number, when and where was asked, and a digest by which a token is known again; in whole or not at all."""
    source.disclose(CODE, a_penalty("P1"))
    issued = platform.receipts.of(client.check(CODE), asked=ASKED)
    (entry,) = entries(platform)
    assert (entry.subject, entry.actor, entry.content) == (CODE, "onboarding", None)
    assert set(entry.stub) == {"receipt_id", "token", "source", "checked_at"}
    assert not any(issued.receipt.records[0].digest in str(value) for value in entry.stub.values())
    assert issued.token not in str(entry)
    assert platform.receipts.is_on_record(issued.token, code=CODE)
    assert not platform.receipts.is_on_record(issued.token + "x", code=CODE)
    assert not platform.receipts.is_on_record(issued.token, code=OTHER)


def test_i6_what_cannot_be_put_on_record_is_not_issued(client, platform, monkeypatch):
    """Back-pressure, and never a receipt that nobody knows of."""

    def down():
        raise StoreUnavailable("down", location="here")

    monkeypatch.setattr(platform.store, "transaction", down)
    with pytest.raises(StoreUnavailable):
        platform.receipts.of(client.check(CODE))


def test_statements_and_receipts_name_a_record_by_one_keyed_digest(source, client, platform):
    """By the platform's secret, which is in no representation of its settings; and they say when repair is possible."""
    source.disclose(CODE, a_penalty("P1", severity=Severity.SERIOUS))
    platform.treatments.reconcile(CODE)
    (digest,) = {one.digest for one in platform.receipts.of(client.check(CODE)).receipt.records}
    statements = platform.treatments.statements_of(CODE)
    assert {ground.digest for one in statements for ground in one.grounds} == {digest}
    assert digest.startswith("hmac-sha256:")
    repairs = [ground.content.repair for one in statements for ground in one.grounds]
    earliest = {repair.earliest_on for repair in repairs}
    assert all(
        day is not None and day > a_penalty().period.start_on + timedelta(days=300) for day in earliest
    )
    assert SECRET not in repr(platform.settings)
    with pytest.raises(ConfigurationError, match="CHENGXIN_DIGEST_KEY"):
        PlatformSettings.parse({"source_url": "http://127.0.0.1:1", "digest_key": "short"})
