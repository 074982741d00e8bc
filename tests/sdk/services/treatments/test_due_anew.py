"""What is put down to be looked at while a look is under way is looked at once more (invariants I3, I7)."""

from datetime import UTC, datetime, timedelta

import pytest

from chengxin.policy import ActiveConstraint, PlatformFacts
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE
from tests.sdk.services.treatments.test_overtaken import only_new_merchants

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)


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


@pytest.mark.parametrize(("begins", "ends"), [(-60, 600), (600, 7_200)], ids=["ends", "begins"])
def test_i10_who_is_under_a_constraint_is_looked_at_when_it_begins_and_ends(make_platform, begins, ends):
    """What it brings about is over on record with it, and not at some later look."""
    now = NOON
    one = ActiveConstraint(
        platform="https://peer.example",
        category="fraud",
        effective_from=now + timedelta(seconds=begins),
        effective_until=now + timedelta(seconds=ends),
    )
    platform = make_platform(constraints=lambda _: (one,))
    assert platform.clock.now() == now
    platform.source.disclose(CODE)
    platform.treatments.enrol([CODE])
    platform.treatments.reconcile(CODE)
    assert check_at(platform) == now + timedelta(seconds=600)


def test_i7_a_gap_that_is_told_just_after_the_answer_came_has_the_subject_looked_at_again(
    platform, monkeypatch
):
    """What the answer lacks is in what was missed."""
    platform.treatments.reconcile(CODE)
    platform.clock.advance(seconds=2 * 86_400)
    check = platform.client.check

    def check_and_lose(code):
        status = check(code)
        platform.treatments.look_again()
        platform.clock.advance(seconds=1)
        return status

    with monkeypatch.context() as patch:
        patch.setattr(platform.client, "check", check_and_lose)
        platform.treatments.reconcile(CODE)
    assert check_at(platform) <= platform.clock.now()
