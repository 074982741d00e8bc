"""The jobs of a platform, run one by one on a real database and a scripted source."""

import logging
import threading
from datetime import date, timedelta

import pytest

from chengxin.config import OF_PLATFORMS, Settings
from chengxin.errors import ConfigurationError, SourceUnavailable, StoreUnavailable, UnknownReason
from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.notifier import EmailAddress, LogNotifier, SmtpNotifier, WebhookNotifier, WebhookSecret
from chengxin.platform import Platform, PlatformSettings
from chengxin.platform.carrier import Desk, open_notifier
from chengxin.policy import Text
from chengxin.procedure.appeal import AppealStage
from chengxin.procedure.pledge import NamedFact
from chengxin.records import ChangeKind, Severity, china_day
from chengxin.services import FollowOptions, LookupOptions, PolicyVersions, Publishing
from chengxin.services.policy_in_force import PolicyInForce
from chengxin.signing import generate_key
from chengxin.store import DirectoryPolicyStore, OutboxEvent
from chengxin.store.sql import OutboxRows
from chengxin.store.sql.ledger import LedgerRows
from chengxin.testing import FrozenClock, ScriptedSource, a_penalty, scripted_client
from chengxin.worker import platform_jobs
from tests.bench.codes import lawful_codes

CODES = lawful_codes(20)
CODE = CODES[0]
SECRET = WebhookSecret.new().reveal()


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture
def source(clock):
    """A scripted source."""
    return ScriptedSource(clock=clock)


@pytest.fixture
def open_platform(database_url, source, clock):
    """Return what opens platforms; they are closed in the end."""
    opened = []

    def open_platform(**settings):
        client = scripted_client(source, clock=clock, options=LookupOptions(followed_life_seconds=3600.0))
        given = PlatformSettings(
            source_url="http://127.0.0.1:1",
            database_url=database_url,
            shares=True,
            wave_share=1.0,
            **settings,
        )
        opened.append((Platform(given, client=client, clock=clock), client))
        return opened[-1][0]

    yield open_platform
    for platform, client in opened:
        platform.close()
        client.close()


def impose(source, *codes):
    """Have a penalty of each disclosed."""
    for code in codes:
        source.disclose(code, a_penalty(f"P{code}", severity=Severity.SERIOUS))


def open_measures(platform, code=CODE):
    """Return the codes of measures that are not over."""
    now = platform.clock.now()
    return {one.measure.code for one in platform.treatments.of(code) if one.is_open(now)}


def test_run_once_each_job_does_what_is_due(open_platform, source, clock):
    """Follow, look, tell; then a repair on the feed ends everything, and what others would be told stays, counted."""
    platform = open_platform()
    platform.treatments.enrol([CODE])
    impose(source, CODE)
    jobs = platform_jobs(platform)
    assert set(jobs.run_all().values()) == {True}
    assert "listing-suspended" in open_measures(platform)
    source.disclose(CODE, change=ChangeKind.REPAIRED, about=a_penalty(f"P{CODE}"))
    assert set(jobs.run_all().values()) == {True}
    assert open_measures(platform) == set()
    with platform.store.reading() as connection:
        waiting = OutboxRows(connection).waiting()
    assert list(waiting) == ["constraint"]
    assert waiting["constraint"].pending > 0


def test_what_merchants_asked_for_is_seen_to_without_anybody_asking(open_platform, source, clock):
    """An appeal is acknowledged, the mark of an objection ends, who is late is reminded once; all jobs twice."""
    platform = open_platform(
        appeal_decide_days=2, declaration_verify_days=2, unverified_facts="registered_days, "
    )
    platform.treatments.enrol([CODE])
    impose(source, CODE)
    jobs = platform_jobs(platform)
    jobs.run_all()
    measure = next(one for one in platform.treatments.of(CODE) if one.noticed_at is not None)
    statement = {"by": "陈店主", "statement": "罚款已经缴清。"}
    appeal_id = platform.appeals.file(measure.imposition_id, **statement).appeal_id
    platform.appeals.objections.raise_one(CODE, f"P{CODE}", **statement)
    words = Text(zh="承诺属实。", en="Pledged to be true.")
    fact = NamedFact(name="registered_days", value=400)
    platform.pledges.declare(
        CODE, by="陈店主", fact=fact, pledge=words, valid_until_on=china_day(clock.now()) + timedelta(days=99)
    )
    assert platform.facts(CODE).values == {"registered_days": 400}
    due_on = china_day(clock.now()) + timedelta(days=5)
    platform.pledges.make(CODE, by="陈店主", terms=words, due_on=due_on)
    jobs.run_all()
    assert platform.appeals.find(appeal_id).stage is AppealStage.ACKNOWLEDGED
    source.disclose(CODE, change=ChangeKind.REPAIRED, about=a_penalty(f"P{CODE}"))
    jobs.run_all()
    assert platform.appeals.objections.open_subjects() == []
    clock.advance(seconds=8 * 86_400)
    jobs.run_all()
    with platform.store.reading() as connection:
        before = OutboxRows(connection).backlog().pending
        told = {row.about: row.what for row in connection.exec_driver_sql("SELECT * FROM chengxin_reminder")}
    assert set(told.values()) >= {"appeal.late", "commitment.due", "declaration.late"}
    jobs.run_all()
    with platform.store.reading() as connection:
        assert OutboxRows(connection).backlog().pending == before


def test_i7_a_process_with_a_cache_of_its_own_goes_on_where_the_last_one_left(open_platform, source):
    """What was told in between takes effect, and nobody else is looked at."""
    platform = open_platform()
    platform.treatments.enrol([CODE, CODES[1]])
    impose(source, CODE, CODES[1])
    platform_jobs(platform).run_all()
    assert open_measures(platform)
    source.disclose(CODE, change=ChangeKind.REPAIRED, about=a_penalty(f"P{CODE}"))
    asked = len(source.asked)
    later = platform_jobs(open_platform())
    assert later.run("feed")
    assert open_measures(platform) == set()
    assert later.run("look")
    assert {code.code for code in source.asked[asked:]} == {CODE}
    assert open_measures(platform, CODES[1])


def test_i4_where_the_store_is_an_older_copy_everybody_is_looked_at(open_platform, source):
    """Whoever shares the cache has read on in the feed: what the copy does not know of the next look finds."""
    platform = open_platform()
    platform.treatments.enrol([CODE])
    impose(source, CODE)
    jobs = platform_jobs(platform)
    jobs.run_all()
    assert open_measures(platform)
    source.disclose(CODE, change=ChangeKind.REPAIRED, about=a_penalty(f"P{CODE}"))
    other = platform.client.follower(options=FollowOptions(wait_seconds=0))
    other.step()
    other.release()
    assert jobs.run("feed")
    assert open_measures(platform)
    assert jobs.run("look")
    assert open_measures(platform) == set()


def test_a_source_without_a_feed_is_looked_at_by_the_clock(open_platform, source, caplog):
    """And that is said."""
    source.feed = None
    jobs = platform_jobs(open_platform())
    assert "feed" not in {job.name for job in jobs}
    assert "no change feed" in caplog.text


def test_what_time_brings_is_put_on_record_though_the_source_is_down(open_platform, source, clock):
    """The end of a term asks nobody."""
    platform = open_platform()
    platform.treatments.enrol([CODE])
    source.disclose(CODE, a_penalty("P1", severity=Severity.SERIOUS, end_on=date(2026, 12, 31)))
    jobs = platform_jobs(platform)
    jobs.run_all()
    source.fail(SourceUnavailable("down", reason=UnknownReason.UNREACHABLE))
    clock.advance(to=max(one.measure.ends_at for one in platform.treatments.of(CODE)))
    assert jobs.run("time")
    assert all(one.end is not None for one in platform.treatments.of(CODE))


def test_with_an_event_the_feed_is_followed_until_it_is_set(open_platform, source):
    """A second run of the same job leaves at once; the place is given back in the end."""
    platform, stop = open_platform(), threading.Event()
    jobs = platform_jobs(platform, stop=stop)
    thread = threading.Thread(target=jobs.run, args=("feed",))
    thread.start()
    assert jobs.run("feed")
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert jobs.run("look")


def test_checkpoints_are_signed_where_something_is_new(open_platform, source, tmp_path):
    """Twice in a row signs once: the entry that names a checkpoint needs none of its own."""
    key = tmp_path / "key.pem"
    key.write_bytes(generate_key())
    assert "sign" not in {job.name for job in platform_jobs(open_platform())}
    platform = open_platform(ledger_key=str(key), ledger_kid="k1")
    jobs = platform_jobs(platform)
    assert platform.upkeep.sign() is None
    platform.treatments.enrol([CODE])
    impose(source, CODE)
    jobs.run_all()
    assert platform.upkeep.sign() is None
    with platform.store.reading() as connection:
        (checkpoint,) = LedgerRows(connection).checkpoints()
    assert checkpoint.kid == "k1"


def test_a_mass_change_is_held_told_and_carried_out_when_it_is_decided(open_platform, source, caplog):
    """The policy is looked at for everybody once; what a person lets through is done by any worker."""
    caplog.set_level(logging.WARNING)
    platform = open_platform(wave_number=3)
    platform.treatments.enrol(CODES)
    impose(source, *CODES[:10])
    jobs = platform_jobs(platform)
    assert jobs.run("policy")
    assert "would limit 10 of 20" in caplog.text
    caplog.clear()
    assert jobs.run("policy")
    assert caplog.text == ""
    (wave,) = platform.treatments.waves.waves()
    platform.treatments.waves.decide(wave.wave_id, is_approved=True, by="王敏", reason="已核对")
    assert jobs.run("waves")
    assert "listing-suspended" in open_measures(platform)


@pytest.fixture
def versions(tmp_path, clock):
    """A store of policies, in which one is published by two people."""
    return DirectoryPolicyStore(tmp_path / "policies")


def publish(kept, clock, name="shop"):
    """Publish a policy that is in force a week later."""
    text = f"""\
format: 1
name: {name}
version: "1"
title: {{ zh: 本店政策, en: Our policy }}
owner: 治理组
effective_from: 2026-12-15
extends: marketplace
"""
    service = Publishing(kept, clock=clock)
    service.publish(text, by="李雷", why="首版", filename="shop.yaml")
    digest = service.history(name).steps[-1].digest
    service.approve(digest, by="韩梅梅", why="同意")
    service.publish(text, by="李雷", why="首版", filename="shop.yaml")
    return digest


def test_the_version_in_force_counts_from_its_first_instant_on(versions, clock):
    """Before that, and where none is, nobody is limited; a store that is gone changes nothing."""
    digest = publish(versions, clock)
    current = PolicyInForce(PolicyVersions(versions, clock=clock), "shop", clock=clock)
    assert current(clock.now()).ref.name == "observe"
    day = clock.now() + timedelta(days=60)
    assert current(day).ref.digest == digest
    versions.steps = lambda name: (_ for _ in ()).throw(StoreUnavailable("gone", location="here"))
    clock.advance(seconds=60)
    assert current(day).ref.digest == digest


def test_a_policy_that_the_store_does_not_know_is_told(versions, clock):
    """With those that it does; a store that never answered raises."""
    publish(versions, clock)
    with pytest.raises(ConfigurationError, match="shop"):
        PolicyInForce(PolicyVersions(versions, clock=clock), "shoop", clock=clock)(clock.now())
    versions.steps = lambda name: (_ for _ in ()).throw(StoreUnavailable("gone", location="here"))
    with pytest.raises(StoreUnavailable):
        PolicyInForce(PolicyVersions(versions, clock=clock), "shop", clock=clock)(clock.now())


def test_a_platform_takes_the_policy_of_its_store(open_platform, versions, tmp_path, clock):
    """By name, from where versions are kept."""
    publish(versions, clock)
    platform = open_platform(policy="shop", policy_store=str(tmp_path / "policies"))
    assert platform.policy(clock.now()).ref.name == "observe"
    assert platform.policy(clock.now() + timedelta(days=60)).ref.name == "shop"


MAIL = {"smtp_host": "mail.shop.example", "smtp_sender": "no-reply@shop.example"}
HOOK = {"notice_webhook_url": "http://127.0.0.1:9/n", "notice_webhook_secret": f"{SECRET}, {SECRET}"}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, LogNotifier),
        ({"notifier": "smtp", **MAIL, "notice_email": "desk@shop.example"}, SmtpNotifier),
        ({"notifier": "webhook", **HOOK}, WebhookNotifier),
    ],
)
def test_notices_are_carried_as_the_settings_say(given, kind, clock):
    """By the log alone where nothing is said."""
    assert (
        type(open_notifier(PlatformSettings(source_url="http://127.0.0.1:1", **given), clock=clock)) is kind
    )


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"notifier": "smtp"}, "CHENGXIN_SMTP_HOST"),
        ({"notifier": "smtp", **MAIL}, "CHENGXIN_NOTICE_EMAIL"),
        ({"notifier": "webhook"}, "CHENGXIN_NOTICE_WEBHOOK_URL"),
    ],
)
def test_a_setting_that_the_notifier_needs_is_named(given, missing, clock):
    """Before anything is handed out."""
    with pytest.raises(ConfigurationError, match=missing):
        open_notifier(PlatformSettings(source_url="http://127.0.0.1:1", **given), clock=clock)


def test_a_book_of_recipients_comes_before_the_desk(clock):
    """Neither needs the desk's address then."""
    book = Desk(EmailAddress(address="owner@shop.example"))
    for given in ({"notifier": "smtp", **MAIL}, {"notifier": "webhook"}):
        settings = PlatformSettings(source_url="http://127.0.0.1:1", **given)
        assert open_notifier(settings, recipients=book, clock=clock)


def test_a_platform_closes_what_it_opened(database_url, clock):
    """Its client, and its webhooks' connections."""
    with Platform(
        PlatformSettings(
            source_url="http://127.0.0.1:1", database_url=database_url, notifier="webhook", **HOOK
        )
    ) as platform:
        assert platform.client.health().tier == "memory"


def test_what_is_due_goes_from_ledger_and_outbox(open_platform, clock):
    """Contents whose term is over, and events that were handed out a month ago."""
    platform = open_platform()
    now = clock.now()
    draft = LedgerDraft(
        at=now, kind=EntryKind.APPEAL_FILED, stub={}, content={"text": "x"}, erase_at=now + timedelta(days=1)
    )
    event = OutboxEvent.new("e-1", "notice", key="k", payload={}, at=now)
    with platform.store.transaction() as connection:
        LedgerRows(connection).append(draft)
        rows = OutboxRows(connection)
        rows.put([event])
        rows.claim(at=now, limit=1, lease_seconds=60, owner="o")
        rows.done("e-1", "o", at=now)
    assert (platform.upkeep.erase(), platform.upkeep.forget()) == (0, 0)
    clock.advance(seconds=31 * 86_400)
    assert (platform.upkeep.erase(), platform.upkeep.forget()) == (1, 1)
    with platform.store.reading() as connection:
        assert LedgerRows(connection).verify().erased == 1


def test_what_people_said_goes_after_the_terms_of_the_settings(open_platform, clock):
    """By the job that erases; the job that clears has nothing to wait for."""
    platform = open_platform(pledges_kept_days=2)
    pledges = platform.pledges
    words = Text(zh="承诺缴清罚款。", en="The fine will be paid.")
    pledges.make(CODE, by="陈店主", terms=words, due_on=clock.now().date())
    jobs = platform_jobs(platform)
    clock.advance(seconds=2 * 86_400)
    assert jobs.run("erase")
    assert len(pledges.of(CODE)[0]) == 1
    clock.advance(seconds=86_400)
    assert jobs.run("erase")
    assert jobs.run("clear")
    assert pledges.of(CODE) == ([], [])
    assert [one.outcome for one in pledges.erased(CODE)] == ["EXPIRED"]


def test_what_a_platform_reads_is_no_mistake_in_the_settings_of_a_client():
    """One environment serves both; what is written wrongly is still told."""
    added = PlatformSettings.model_fields.keys() - Settings.model_fields.keys()
    assert added == OF_PLATFORMS | {"policy", "policy_store"}
    given = {
        "CHENGXIN_SOURCE_URL": "http://127.0.0.1:1",
        "CHENGXIN_SMTP_HOST": "m",
        "CHENGXIN_POLICY": "observe",
    }
    assert Settings.from_env(given).source_url == "http://127.0.0.1:1"
    assert PlatformSettings.from_env(given | {"CHENGXIN_PLATFORM": "a:b"}).policy == "observe"
    for wrong in ({"CHENGXIN_SMTP_HOTS": "m"}, {"CHENGXIN_NOTICE_URL": "http://shop.example/"}):
        with pytest.raises(ConfigurationError, match=next(iter(wrong))):
            PlatformSettings.from_env(given | wrong)


def test_a_key_that_cannot_be_read_is_told_at_the_start(open_platform, tmp_path):
    """With the file; one that holds no key, too."""
    with pytest.raises(ConfigurationError, match="cannot be read"):
        open_platform(ledger_key=str(tmp_path / "none.pem"))


def test_a_sweep_tells_that_there_is_more(open_platform, source, clock):
    """However few it was to do."""
    platform = open_platform()
    impose(source, CODE)
    platform.treatments.reconcile(CODE)
    clock.advance(seconds=20 * 86_400)
    assert platform.treatments.sweep(limit=1, is_looking=False).is_more
    assert not platform.treatments.sweep(is_looking=False).is_more
