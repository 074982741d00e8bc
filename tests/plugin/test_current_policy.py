"""A shop with a store of policies shows and enforces by the version in force, as measures are decided."""

import json
import threading
from datetime import date, timedelta

import pytest

from chengxin.errors import PolicyStoreUnavailable, StoreUnavailable
from chengxin.policy import ActiveConstraint, PlatformFacts
from chengxin.records import Severity, start_of_china_day
from chengxin.services import PolicyVersions, Publishing, read_policy
from chengxin.services.policy_in_force import PolicyInForce
from chengxin.store.sql import SqlStore
from chengxin.store.sql.policies import SqlPolicyStore
from chengxin.testing import FrozenClock, a_penalty
from flask_chengxin import Merchant, current_credit
from tests.plugin.shop import CODE

LISTING = "/listing.create"
FIRST, SECOND = date(2026, 12, 10), date(2027, 1, 10)
MOMENT = timedelta(microseconds=1)
SECONDS = 2.0
"""How long after it is on record a step is known everywhere."""
SERIOUS = {"record": {"kind": ["PENALTY"], "severity": ["SERIOUS"], "disputed": False}}
GENERAL = {"record": {"kind": ["PENALTY"], "severity": ["GENERAL", "SERIOUS"], "disputed": False}}


def version(name, day, when, *, drop=()):
    """Return a version of the shop's policy that stops new listings at once under a condition, as text."""
    document = dict(json.loads(json.dumps(dict(read_policy("marketplace").document.content))))
    stopped = document["catalogue"]["listing-suspended"]
    for word in ("notice_days", "gravity"):
        del stopped[word]
    (rule,) = (rule for rule in document["rules"] if rule["id"] == "serious-penalty")
    rule |= {"id": "stops", "measures": ["listing-suspended"], "when": when}
    document |= {"name": "shop", "version": name, "effective_from": day.isoformat(), "rules": [rule]}
    document["terms_since"] = FIRST.isoformat()
    document["catalogue"] = {"listing-suspended": stopped}
    document["actions"] = {name: one for name, one in document["actions"].items() if name not in drop}
    return json.dumps(document, ensure_ascii=False)


class Office:
    """Publishes versions of the shop's policy with a second pair of eyes.

    Args:
        kept: the store of policies.
        clock: time.
    """

    def __init__(self, kept, clock):
        self.kept = kept
        self._publishing = Publishing(kept, clock=clock)

    def publish(self, text):
        """Take a version to its first day in force, and return its digest."""
        told = {"by": "李雷", "why": "按季度评估调整"}
        digest = self._publishing.publish(text, **told)[-1].digest
        self._publishing.approve(digest, by="韩梅梅", why="同意")
        self._publishing.publish(text, **told)
        return digest

    def roll_back(self):
        """Take one step back."""
        self._publishing.rollback("shop", by="李雷", why="误伤商家")


@pytest.fixture
def store(database_url):
    """A database with the tables."""
    with SqlStore(database_url) as opened:
        yield opened


@pytest.fixture
def open_current(open_shop, store, database_url):
    """Return what opens shops whose policy is the one in force in the database; and the office that publishes it."""
    with SqlStore(database_url) as other:

        def open_one(**options):
            kept, clock = SqlPolicyStore(other), FrozenClock()
            policy_at = PolicyInForce(PolicyVersions(kept, clock=clock), "shop", clock=clock)
            return open_shop(store=store, clock=clock, policy_at=policy_at, **options), Office(kept, clock)

        yield open_one


def shown(shop):
    """Return the digest of the policy that the merchant is shown a treatment of, and the measures in it."""
    treatment = shop.browser.get("/chengxin/me").json["treatment"]
    return treatment["policy"]["digest"], [measure["code"] for measure in treatment["measures"]]


def refused(shop):
    """Tell whether new listings are refused."""
    return shop.browser.post(LISTING).status_code == 403


def test_i5_a_policy_takes_effect_while_the_app_runs_and_at_its_instant(open_current):
    """Before it nobody is limited; guard and page go by the version that measures are decided by."""
    shop, office = open_current()
    first = office.publish(version("1", FIRST, GENERAL))
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    assert shown(shop)[1] == []
    shop.clock.advance(to=start_of_china_day(FIRST) - timedelta(seconds=1))
    assert shown(shop)[0] != first
    shop.clock.advance(to=start_of_china_day(FIRST) - MOMENT)
    assert shown(shop)[0] != first
    shop.clock.advance(to=start_of_china_day(FIRST))
    assert shown(shop) == (first, ["listing-suspended"])
    assert not refused(shop), "what is merely proposed refuses nothing"
    shop.treatments.reconcile(CODE.code)
    assert refused(shop)
    assert shop.browser.post(LISTING).json["measures"][0]["policy"]["digest"] == first


def test_i4_a_policy_that_gives_a_measure_no_longer_opens_the_guard_at_its_first_instant(open_current):
    """Before any worker has put the end on record; a rollback brings back no measure by itself."""
    shop, office = open_current()
    first = office.publish(version("1", FIRST, GENERAL))
    shop.clock.advance(to=start_of_china_day(FIRST))
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    shop.treatments.reconcile(CODE.code)
    second = office.publish(version("2", SECOND, SERIOUS))
    shop.clock.advance(to=start_of_china_day(SECOND) - MOMENT)
    assert (refused(shop), shown(shop)) == (True, (first, ["listing-suspended"]))
    shop.clock.advance(seconds=MOMENT.total_seconds())
    assert (refused(shop), shown(shop)) == (False, (second, []))
    shop.treatments.reconcile(CODE.code)
    office.roll_back()
    shop.clock.advance(seconds=SECONDS)
    assert (refused(shop), shown(shop)) == (False, (first, ["listing-suspended"]))
    shop.treatments.reconcile(CODE.code)
    assert refused(shop)


def test_what_a_request_knew_ends_with_the_policy_it_was_evaluated_by(open_current):
    """A policy may take effect inside of a request."""
    shop, office = open_current()
    first = office.publish(version("1", FIRST, GENERAL))
    shop.clock.advance(to=start_of_china_day(FIRST) - MOMENT)
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    with shop.request():
        assert current_credit.treatment.policy.name == "observe"
        shop.clock.advance(seconds=MOMENT.total_seconds())
        assert current_credit.treatment.policy.digest == first


def test_requests_ask_the_store_of_policies_no_more_than_once_in_a_moment(open_current, monkeypatch):
    """However many there are, and none again for a document that was read."""
    shop, office = open_current()
    office.publish(version("1", FIRST, GENERAL))
    shop.clock.advance(to=start_of_china_day(FIRST))
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    asked = []
    for name in ("steps", "get"):
        read = getattr(SqlPolicyStore, name)
        monkeypatch.setattr(
            SqlPolicyStore,
            name,
            lambda self, key, read=read, name=name: asked.append(name) or read(self, key),
        )
    for _ in range(20):
        refused(shop), shown(shop)
    documents = asked.count("get")
    assert (asked[0], asked.count("steps")) == ("steps", 1)
    shop.clock.advance(seconds=SECONDS)
    for _ in range(20):
        refused(shop)
    assert (asked.count("steps"), asked.count("get")) == (2, documents)


def test_i9_a_store_that_fails_lets_the_policy_that_was_read_last_go_on(open_current, monkeypatch):
    """What is in force stays so, and a version that was known to come takes effect all the same."""
    shop, office = open_current()
    first = office.publish(version("1", FIRST, GENERAL))
    shop.clock.advance(to=start_of_china_day(FIRST))
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    shop.treatments.reconcile(CODE.code)
    second = office.publish(version("2", SECOND, SERIOUS))
    shop.clock.advance(to=start_of_china_day(SECOND) - timedelta(seconds=1))
    assert (refused(shop), shown(shop)[0]) == (True, first)

    def down(*_, **__):
        raise PolicyStoreUnavailable("down")

    for name in ("steps", "get"):
        monkeypatch.setattr(SqlPolicyStore, name, down)
    shop.clock.advance(to=start_of_china_day(SECOND) - MOMENT)
    assert (refused(shop), shown(shop)[0]) == (True, first)
    shop.clock.advance(seconds=3600)
    assert (refused(shop), shown(shop)[0]) == (False, second)


def test_i9_a_store_that_never_answered_limits_nobody_and_the_badge_is_true(
    open_current, monkeypatch, caplog
):
    """Of what is in force nothing is known: each action is in its mode for that. What is disclosed is known."""
    shop, _ = open_current()

    def down(*_, **__):
        raise StoreUnavailable("down", location="here")

    monkeypatch.setattr(SqlPolicyStore, "steps", down)
    shop.disclose(a_penalty(severity=Severity.SERIOUS))
    assert not refused(shop)
    me = shop.browser.get("/chengxin/me").json
    assert (me["treatment"], me["badge"]["state"]) == (None, "adverse-record")
    assert "the policy in force could not be read" in caplog.text
    assert "Traceback" not in caplog.text


def test_i9_a_store_that_hangs_costs_a_request_its_budget_and_no_more(open_shop, store):
    """What takes longer goes on behind, and serves the request after."""
    let_go = threading.Event()

    def hang(_):
        assert let_go.wait(30)
        raise StoreUnavailable("down", location="here")

    shop = open_shop(store=store, policy_at=hang, config={"CHENGXIN_BUDGET_SECONDS": 0.02})
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    with shop.request():
        shop.credit.check(CODE)
        assert current_credit.treatment is None
        assert "within" in str(current_credit.fault)
        assert shop.chengxin.decide("listing.create").outcome == "ALLOWED"
    let_go.set()


def test_i5_facts_and_constraints_are_those_that_measures_are_decided_on(open_current, caplog):
    """A measure that takes them to be given bites; what the loader alone knows decides nothing, which is said once."""
    known = {}
    shop, office = open_current(
        facts=lambda code: PlatformFacts({"registered_days": 10} if code == CODE.code else {}),
        constraints=lambda code: known.get(code, ()),
    )
    day = start_of_china_day(FIRST)
    constrained = {"constraint": {"verified": True, "platforms": {"at_least": 1}}}
    young = {"fact": {"name": "registered_days", "less_than": 90}}
    office.publish(version("1", FIRST, {"all": [GENERAL, constrained, young]}))
    known[CODE.code] = (
        ActiveConstraint(
            platform="peer.example",
            category="counterfeit",
            effective_from=day - timedelta(days=1),
            effective_until=day + timedelta(days=90),
            is_verified=True,
        ),
    )
    shop.clock.advance(to=day)
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    shop.merchant = Merchant(code=CODE.code, facts={"registered_days": 4000})
    shop.treatments.reconcile(CODE.code)
    assert (refused(shop), shown(shop)[1]) == (True, ["listing-suspended"])
    assert (refused(shop), shown(shop)[1]) == (True, ["listing-suspended"])
    assert caplog.text.count("Facts of the merchant loader are not used") == 1
    del known[CODE.code]
    shop.clock.advance(seconds=SECONDS)
    assert (refused(shop), shown(shop)[1]) == (False, [])


def test_i9_facts_that_cannot_be_told_any_more_stay_what_they_were(open_current):
    """Of whom none were ever told nothing is known."""
    is_down = []

    def facts(_):
        if is_down:
            raise LookupError("the host's database is down")
        return PlatformFacts({"registered_days": 10})

    shop, office = open_current(facts=facts)
    young = {"fact": {"name": "registered_days", "less_than": 90}}
    office.publish(version("1", FIRST, {"all": [GENERAL, young]}))
    shop.clock.advance(to=start_of_china_day(FIRST))
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    shop.treatments.reconcile(CODE.code)
    assert refused(shop)
    is_down.append(True)
    shop.clock.advance(seconds=SECONDS)
    assert (refused(shop), shown(shop)[1]) == (True, ["listing-suspended"])


def test_an_action_that_the_policy_in_force_leaves_out_is_limited_by_nothing(open_current, caplog):
    """The app's own policy declares it, so the host's guards work; the log says what the trust team has to mend."""
    shop, office = open_current()
    office.publish(version("1", FIRST, GENERAL, drop={"livestream.start"}))
    shop.clock.advance(to=start_of_china_day(FIRST))
    shop.disclose(a_penalty(severity=Severity.GENERAL))
    shop.treatments.reconcile(CODE.code)
    assert shop.browser.post("/livestream.start").status_code == 200
    with shop.request():
        assert shop.chengxin.decide("livestream.start").outcome == "ALLOWED"
    assert "declares no action 'livestream.start'" in caplog.text
