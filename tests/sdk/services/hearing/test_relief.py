"""Conditional relief of a commitment, from the pledge to what a guard does, by the jobs of a platform."""

import json
import pickle
from datetime import UTC, date, datetime, timedelta

import pytest

from chengxin.errors import InvalidRecord
from chengxin.platform import Platform, PlatformSettings
from chengxin.policy import NO_FACTS, PlatformFacts, Situation
from chengxin.records import ChangeKind
from chengxin.services import LookupOptions, Member, load_policy, simulate
from chengxin.services.treatments import TreatmentOptions
from chengxin.testing import scripted_client
from chengxin.worker import platform_jobs
from tests.sdk.services.hearing.conftest import MERCHANT, OTHER, REASONS, RECEIPT, TICK, serious
from tests.sdk.services.hearing.test_pledges import BREACH, STANDS, TERMS, minding_pledges
from tests.sdk.services.treatments.conftest import CODE

DUE_ON = date(2026, 10, 31)
DUE_AT = datetime(2026, 10, 31, 16, tzinfo=UTC)
DAY = timedelta(days=1)


class Shop:
    """A platform of its settings, its jobs, and what everybody sees of one merchant."""

    def __init__(self, platform, client, source):
        self.platform, self.client, self.source = platform, client, source
        self.jobs = platform_jobs(platform)
        self.clock, self.pledges = platform.clock, platform.pledges
        self.own = {}

    def work(self):
        """Run every job once."""
        assert set(self.jobs.run_all().values()) == {True}

    def pledge(self, **parts):
        """Pledge for the merchant, with relief and with what a breach counts as."""
        given = {"by": MERCHANT, "terms": TERMS, "due_on": DUE_ON, "relief": STANDS, "breach": BREACH}
        return self.pledges.make(CODE, **(given | parts)).commitment_id

    def at_hand(self):
        """Return the facts that pages and guards go by."""
        return self.platform.treatments.bases.of(CODE).facts

    def evaluated(self):
        """Return what an evaluation gives now: shown, simulated, and remembered it is the same."""
        self.clock.advance(seconds=2)  # longer than pledges are kept at hand
        now, status = self.clock.now(), self.client.check(CODE)
        policy, facts = self.platform.policy(now), self.platform.facts(CODE)
        assert self.at_hand() == facts
        shown = self.client.evaluate(status, policy, facts)
        anew = Situation(status=status, facts=facts).evaluate(policy, now)
        assert [(m.code, m.effect, m.ends_at) for m in anew.measures] == [
            (m.code, m.effect, m.ends_at) for m in shown.measures
        ]
        member = Member(status=status, facts=PlatformFacts(dict(facts.values)))
        report = simulate(policy, [member], at=now)
        limited = {code for code in simulated(report) if code in {m.code for m in shown.measures}}
        assert limited == {m.code for m in shown.measures}
        return {measure.code for measure in shown.measures}

    def in_force(self):
        """Return the measures that apply now, as they are on record."""
        now = self.clock.now()
        return {one.measure.code for one in self.platform.treatments.of(CODE) if one.applies(now)}

    def may_list(self):
        """Tell whether a guard lets the merchant list goods."""
        self.clock.advance(seconds=2)
        status = self.client.check(CODE)
        policy = self.platform.policy(self.clock.now())
        treatment = self.client.evaluate(status, policy, self.at_hand())
        decided = self.platform.treatments.in_force.decide("listing.create", CODE, treatment, status)
        return decided.outcome.value == "ALLOWED"

    def deposit(self):
        """Return the deposit that is asked of the merchant now."""
        status = self.client.check(CODE)
        policy = self.platform.policy(self.clock.now())
        treatment = self.client.evaluate(status, policy, self.at_hand())
        return self.platform.treatments.in_force.settings(CODE, policy, treatment, status)["deposit_fen"]


def simulated(report):
    """Return the measures that a simulation of one merchant gives."""
    return set(json.dumps(report.dump()).replace('"', " ").split())


@pytest.fixture
def shop(database_url, source, clock, tmp_path):
    """A platform whose merchant is suspended from listing for a serious penalty, by notice and in force."""
    file = tmp_path / "policy.json"
    content = minding_pledges(load_policy("marketplace"), "inspection-raised").document.content
    file.write_text(json.dumps(content), encoding="utf-8")
    settings = PlatformSettings(
        source_url="http://127.0.0.1:1", database_url=database_url, wave_share=1.0, policy=str(file)
    )
    own = {}
    options = TreatmentOptions(facts=lambda _: PlatformFacts(own) if own else NO_FACTS)
    with (
        scripted_client(source, clock=clock, options=LookupOptions(followed_life_seconds=3600.0)) as client,
        Platform(settings, client=client, clock=clock, options=options) as platform,
    ):
        made = Shop(platform, client, source)
        made.own = own
        platform.treatments.enrol([CODE])
        source.disclose(CODE, serious(end_on=date(2027, 8, 31)))
        made.work()
        clock.advance(seconds=10 * 86_400)
        made.work()
        yield made


def test_i5_a_pledge_eases_a_measure_and_a_breach_takes_that_back(shop):
    """Shown, simulated and enforced alike, on record in the ledger, and gone by the merchant's own doing alone."""
    assert "listing-suspended" in shop.in_force() & shop.evaluated()
    assert not shop.may_list()
    before = shop.deposit()
    commitment_id = shop.pledge()
    assert shop.may_list()  # no job has run: nothing waits for one to be eased
    shop.work()
    assert "listing-suspended" not in shop.in_force() | shop.evaluated()
    assert shop.deposit() == before - 30_000
    shop.clock.advance(seconds=60)
    shop.pledges.breach(commitment_id, by=OTHER, reasons=REASONS, attachments=[RECEIPT])
    assert shop.platform.facts(CODE).values == {"commitment_breached": True}
    shop.work()
    assert {"listing-suspended", "inspection-raised"} <= shop.evaluated()
    assert shop.may_list()  # it is noticed anew, with its lead time
    assert shop.deposit() >= before
    shop.clock.advance(seconds=10 * 86_400)
    shop.work()
    assert {"listing-suspended", "inspection-raised"} <= shop.in_force()
    assert not shop.may_list()


def test_relief_ends_with_the_last_day_by_time_alone(shop):
    """To the instant, by no job but the look that is due then; and what expired is no breach."""
    shop.pledge()
    shop.work()
    shop.clock.advance(to=DUE_AT - timedelta(minutes=1))
    assert "listing-suspended" not in shop.evaluated()
    shop.clock.advance(to=DUE_AT - TICK)
    shop.work()
    assert shop.clock.now() == DUE_AT - TICK
    status, policy = shop.client.check(CODE), shop.platform.policy(shop.clock.now())
    assert shop.client.evaluate(status, policy, shop.platform.facts(CODE)).valid_until == DUE_AT
    shop.clock.advance(to=DUE_AT)
    assert shop.jobs.run("look")
    assert "listing-suspended" in shop.evaluated()
    (noticed,) = [
        one
        for one in shop.platform.treatments.of(CODE)
        if one.measure.code == "listing-suspended" and one.end is None
    ]
    assert noticed.noticed_at == DUE_AT
    assert shop.platform.facts(CODE) == NO_FACTS


def test_what_is_fulfilled_relieves_as_the_terms_say_and_what_is_taken_back_no_longer(shop):
    """Until its last day, and until it is taken back."""
    done = shop.pledge()
    shop.clock.advance(seconds=60)
    shop.pledges.fulfil(done, by=OTHER, reasons=REASONS, attachments=[RECEIPT])
    shop.work()
    assert "listing-suspended" not in shop.in_force() | shop.evaluated()
    shop.clock.advance(to=DUE_AT)
    assert "listing-suspended" in shop.evaluated()
    again = shop.pledge(due_on=date(2026, 11, 30))
    assert "listing-suspended" not in shop.evaluated()
    shop.pledges.withdraw(again, by=MERCHANT)
    assert "listing-suspended" in shop.evaluated()


def test_a_breach_stops_counting_by_time_alone(shop):
    """The measure that rests on it ends at that instant."""
    commitment_id = shop.pledge(breach_days=20)
    shop.clock.advance(seconds=60)
    over = shop.pledges.breach(commitment_id, by=OTHER, reasons=REASONS).breach_ends_at
    shop.work()
    shop.clock.advance(to=over - TICK)
    shop.work()
    assert "inspection-raised" in shop.in_force()
    shop.clock.advance(to=over)
    assert shop.jobs.run("look")
    assert "inspection-raised" not in shop.in_force()


def test_i4_what_a_repair_ends_does_not_wait_for_a_pledge(shop):
    """Nor come back with one."""
    shop.pledge()
    shop.source.disclose(CODE, change=ChangeKind.REPAIRED, about=serious())
    shop.work()
    assert {one.end is not None for one in shop.platform.treatments.of(CODE)} == {True}


def test_what_the_platform_knows_is_beside_what_is_pledged(shop):
    """Its own code says so, and a pledge adds to it."""
    shop.own["registered_days"] = 400
    shop.pledge()
    assert shop.platform.facts(CODE).values == {"registered_days": 400, "fine_pledged": True}


def test_i9_a_guard_goes_by_what_was_read_last_where_the_database_is_down(shop, monkeypatch):
    """To the end of the pledges in it; from then on, and of who was never read, nothing is known."""
    shop.pledge()
    assert shop.may_list()
    monkeypatch.setattr(shop.pledges, "of", lambda *_, **__: 1 / 0)
    shop.clock.advance(seconds=60)
    assert shop.at_hand().values == {"fine_pledged": True}
    with pytest.raises(ZeroDivisionError):
        shop.platform.treatments.bases.of("91110000802100433B")
    shop.clock.advance(to=DUE_AT)
    with pytest.raises(ZeroDivisionError):
        shop.at_hand()


def test_who_pledges_while_a_look_is_under_way_is_looked_at_once_more(shop, monkeypatch):
    """What the look went by is older than the pledge."""
    reconciler = shop.platform.treatments.reconcile.__self__
    see = reconciler.see

    def slow(*given, **named):
        seen = see(*given, **named)
        shop.clock.advance(seconds=1)
        if not shop.pledges.of(CODE)[0]:
            shop.pledge()
            shop.clock.advance(seconds=1)
        return seen

    monkeypatch.setattr(reconciler, "see", slow)
    shop.platform.treatments.reconcile(CODE)
    assert "listing-suspended" in shop.in_force()
    assert shop.jobs.run("look")
    assert "listing-suspended" not in shop.in_force()


def test_facts_that_are_over_hold_for_the_instant_they_were_read_for(shop):
    """An evaluation on them can be kept by nobody; facts of different terms are not the same."""
    now, status = shop.clock.now(), shop.client.check(CODE)
    policy = shop.platform.policy(now)
    for until, valid_until in ((now, now + TICK), (now - DAY, now + TICK), (now + TICK, now + TICK)):
        facts = PlatformFacts({"fine_pledged": True}, until)
        found = Situation(status=status, facts=facts).evaluate(policy, now)
        assert found.valid_until == valid_until
        assert {m.ends_at for m in found.reliefs} == {valid_until}
        assert pickle.loads(pickle.dumps(facts)) == facts  # noqa: S301  # of our own making
        assert facts != PlatformFacts({"fine_pledged": True})
    with pytest.raises(InvalidRecord, match="in UTC"):
        PlatformFacts({}, datetime(2026, 9, 1))
