"""What is put down to be looked at while a look is under way is looked at once more (invariants I3, I7)."""

from datetime import timedelta

import pytest

from chengxin.policy import PlatformFacts
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE
from tests.sdk.services.treatments.test_overtaken import only_new_merchants


class Host:
    """What the platform knows of a merchant, and what happens just after it is asked."""

    def __init__(self):
        self.facts = PlatformFacts({"registered_days": 100})
        self.then = lambda: None

    def __call__(self, code):
        """Return the facts of a merchant as they stand, before anything happens."""
        told, then = self.facts, self.then
        self.then = lambda: None
        then()
        return told


@pytest.fixture
def host():
    """A host."""
    return Host()


@pytest.fixture
def platform(make_platform, host):
    """A platform on which new merchants alone are limited, with one who has a penalty and is no longer new."""
    made = make_platform(facts=host)
    made.policy = only_new_merchants(made.policy)
    made.source.disclose(CODE, a_penalty())
    made.treatments.enrol([CODE])
    made.hear()
    return made


def check_at(platform):
    """Return when the merchant is to be looked at next."""
    with platform.store.reading() as connection:
        (one,) = TreatmentRows(connection).to_check(platform.clock.now() + timedelta(days=400), limit=10)
    return one.check_at


@pytest.mark.parametrize("seconds", [0, 1.5], ids=["at once", "in a transaction that takes long"])
def test_i7_who_is_overdue_and_is_put_down_during_a_look_is_looked_at_again(platform, host, seconds):
    """As a breach of a commitment does: the look read what was so before that was on record."""
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=2 * 86_400)

    def breach():
        platform.clock.advance(seconds=1)
        host.facts = PlatformFacts({"registered_days": 10})
        with platform.store.transaction() as connection:
            TreatmentRows(connection).put_due(platform.clock.now() - timedelta(seconds=seconds), CODE)
        platform.clock.advance(seconds=1)

    host.then = breach
    assert platform.treatments.reconcile(CODE).is_nothing
    assert platform.treatments.sweep().looked_at == 1
    assert set(platform.phases().values()) & {"NOTICED", "IN_FORCE"}


def test_i3_facts_that_are_over_before_the_decision_are_asked_for_again_soon(platform, host):
    """Nothing is decided on them, and nobody waits for the next look of the day."""
    host.facts = PlatformFacts({"registered_days": 100}, platform.clock.now() + timedelta(seconds=1))

    def dawdle():
        platform.clock.advance(seconds=5)

    host.then = dawdle
    assert platform.treatments.reconcile(CODE).is_nothing
    assert check_at(platform) <= platform.clock.now() + timedelta(minutes=1)
