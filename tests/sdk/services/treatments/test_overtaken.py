"""Facts of the host that change between being read and being decided on: no measure stands on them (invariant I3)."""

import pytest

from chengxin.errors import TreatmentRefused
from chengxin.policy import PlatformFacts, compile_policy
from chengxin.policy.document import PolicyDocument
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE
from tests.sdk.services.treatments.test_reviews import human


def only_new_merchants(policy):
    """Return the policy with a reminder for those alone who are new on the platform."""
    given = policy.document.model_dump(mode="json", by_alias=True, exclude_none=True)
    for rule in given["rules"]:
        rule["when"] = {
            "all": [rule["when"], {"none": [{"fact": {"name": "registered_days", "at_least": 90}}]}]
        }
    return compile_policy(PolicyDocument.model_validate(given))


class Host:
    """What the platform knows of a merchant, and how often it was asked."""

    def __init__(self):
        self.days = 10
        self.asked = 0

    def __call__(self, code):
        """Return the facts of a merchant."""
        self.asked += 1
        return PlatformFacts({"registered_days": self.days})


@pytest.fixture
def host():
    """A host."""
    return Host()


@pytest.fixture
def platform(make_platform, host):
    """A platform on which new merchants alone are limited, with one who is new and has a penalty."""
    made = make_platform(facts=host)
    made.policy = only_new_merchants(made.policy)
    made.source.disclose(CODE, a_penalty())
    made.treatments.enrol([CODE])
    return made


def change_while_waiting(platform, monkeypatch, change):
    """Have something happen while the subject's lock is waited for, to decide on a fresh answer."""
    lock, ask, answered = TreatmentRows.lock, platform.client.check_afresh, []

    def ask_and_remember(code):
        answered.append(code)
        return ask(code)

    def wait(rows, code):
        if code in answered:
            answered.clear()
            change()
        lock(rows, code)

    monkeypatch.setattr(platform.client, "check_afresh", ask_and_remember)
    monkeypatch.setattr(TreatmentRows, "lock", wait)


def is_limited(platform):
    """Tell whether the merchant is under a measure, or is to be."""
    return bool({"NOTICED", "IN_FORCE", "HELD"} & set(platform.phases().values()))


def test_i3_facts_that_change_while_the_lock_is_waited_for_leave_no_measure(platform, host, monkeypatch):
    """The merchant is no longer new when it is decided: whatever was imposed is over when the look is."""

    def grow():
        host.days = 100

    change_while_waiting(platform, monkeypatch, grow)
    done = platform.treatments.reconcile(CODE)
    assert host.days == 100
    assert not is_limited(platform)
    assert set(done.noticed) == set(done.ended)
    assert platform.treatments.reconcile(CODE).is_nothing


def test_i3_a_review_is_decided_on_what_is_known_when_it_is(platform, host, monkeypatch):
    """A named human decides for it while the merchant is no longer new: the policy does not ask for it any longer."""
    platform.policy = human(platform.policy)
    platform.treatments.reconcile(CODE)
    one = platform.treatments.reviews.open()[0]

    def grow():
        host.days = 100

    change_while_waiting(platform, monkeypatch, grow)
    with pytest.raises(TreatmentRefused) as refused:
        platform.treatments.reviews.decide(one.review_id, is_imposed=True, by="王敏", reason="已核实")
    assert refused.value.fault == "not_proposed"
    assert not is_limited(platform)


def test_facts_that_never_stand_still_are_looked_at_again_when_it_is_due(platform, host, monkeypatch):
    """Not for ever at once."""

    def flicker():
        host.days = 110 - host.days

    with monkeypatch.context() as patch:
        change_while_waiting(platform, patch, flicker)
        before = host.asked
        platform.treatments.reconcile(CODE)
        assert host.asked - before < 12
    host.days = 100
    platform.clock.advance(seconds=61)
    platform.treatments.sweep()
    assert not is_limited(platform)


def test_a_look_that_does_nothing_asks_the_host_once(platform, host):
    """What is as it should be costs no more than before."""
    platform.treatments.reconcile(CODE)
    before = host.asked
    assert platform.treatments.reconcile(CODE).is_nothing
    assert host.asked - before == 1
