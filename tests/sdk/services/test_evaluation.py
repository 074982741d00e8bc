"""Remembered treatments and shipped policies."""

import gc
import threading
from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest

from chengxin import CreditClient, PlatformFacts, Role, load_policy, shipped_policies
from chengxin.errors import ConfigurationError, InvalidPolicy
from chengxin.policy import ActiveConstraint, Ground, Outcome
from chengxin.records import CreditStatus, Freshness, Record, Standing, Subject, SubjectKind, end_of_china_day
from chengxin.testing import (
    CODES,
    a_commendation,
    a_listing,
    a_penalty,
    scripted_client,
)

CODE = CODES[0].code


@pytest.fixture
def client(source, clock):
    """A client of it."""
    with scripted_client(source, clock=clock) as made:
        yield made


@pytest.fixture(scope="module")
def policy():
    """The shipped policy for marketplaces."""
    return load_policy("marketplace")


def test_a_treatment_is_remembered_for_the_very_status_and_facts(client, source, policy, clock):
    """Evaluating again is a look-up; another status, fact, role or constraint is evaluated."""
    source.disclose(CODE, a_commendation())
    status = client.check(CODE)
    facts = PlatformFacts({"registered_days": 400})
    first = client.evaluate(status, policy, facts)
    assert client.evaluate(status, policy, facts) is first
    assert client.evaluate(status, policy, PlatformFacts({"registered_days": 400})) is first
    assert client.evaluate(status, policy).tier != first.tier
    assert client.evaluate(status, policy, facts, role=Role.ROOM_OPERATOR) is not first
    assert client.evaluate(status, policy, facts) is first
    constraint = ActiveConstraint(
        platform="甲平台", category="虚假宣传", effective_from=clock.now(), effective_until=status.valid_until
    )
    constrained = client.evaluate(status, policy, facts, constraints=(constraint,))
    assert constrained is not first
    assert client.evaluate(status, policy, facts, constraints=(constraint,)) is constrained
    client.forget(CODE)
    assert client.evaluate(client.check(CODE), policy, facts) is not first


def test_i1_a_treatment_of_another_status_is_never_served(client, source, policy, clock):
    """Although subject, policy, facts and role are the same."""
    source.disclose(CODE, a_listing())
    before = client.evaluate(client.check(CODE), policy)
    source.disclose(CODE)
    clock.advance(seconds=3600)
    after = client.evaluate(client.check(CODE), policy)
    assert (before.decide("listing.create", before.evaluated_at).outcome) is Outcome.REFUSED
    assert after.restrictions == ()


def test_i1_forgetting_a_subject_leaves_nothing_of_it(client, source, policy):
    """Neither status nor treatment stays in the process."""
    source.disclose(CODE, a_listing("FORGOTTEN-1"))
    client.evaluate(client.check(CODE), policy)
    client.forget(CODE.lower())
    source.disclose(CODE)
    gc.collect()
    assert not [o for o in gc.get_objects() if isinstance(o, Ground) and o.record_id == "FORGOTTEN-1"]
    assert not [o for o in gc.get_objects() if isinstance(o, Record) and o.record_id == "FORGOTTEN-1"]


def test_few_treatments_of_one_status_are_remembered(client, source, policy):
    """Changing facts do not fill the memory."""
    source.disclose(CODE)
    status = client.check(CODE)
    for days in range(50):
        client.evaluate(status, policy, PlatformFacts({"registered_days": days}))
    assert len(client.evaluate.__self__._map.get(CODE, client.clock.epoch())) <= 8


def test_i4_a_remembered_treatment_ends_with_its_ground(client, source, clock, policy):
    """The instant the disclosure ends the refusal is gone, with nobody asked."""
    clock.advance(to=datetime(2026, 11, 30, 15, 30, tzinfo=UTC))
    source.disclose(CODE, a_listing(end_on=date(2026, 11, 30)))
    outcomes = []
    end = end_of_china_day(date(2026, 11, 30))
    for at in (end - timedelta(milliseconds=1), end, end + timedelta(milliseconds=1)):
        clock.advance(to=at)
        treatment = client.evaluate(client.check(CODE), policy)
        outcomes.append(treatment.decide("listing.create", at).outcome)
    assert outcomes == [Outcome.REFUSED, Outcome.ALLOWED, Outcome.ALLOWED]
    assert len(source.asked) == 1


def test_i2_an_unknown_is_evaluated_anew_every_time(client, source, policy):
    """Nothing is remembered of what is not known."""
    status = client.check(CODE)
    assert status.standing is Standing.UNKNOWN
    assert client.evaluate(status, policy).tier is None


def test_i8_a_person_is_evaluated_without_grade_and_nothing_is_remembered(client, clock, policy):
    """There is no code to remember a natural person by."""
    now = clock.now()
    status = CreditStatus(
        subject=Subject(kind=SubjectKind.PERSON, code=None),
        standing=Standing.ADVERSE,
        records=(a_penalty(),),
        fetched_at=now,
        shown_at=now,
        valid_until=now + timedelta(hours=1),
        freshness=Freshness.FRESH,
        source="test",
    )
    first, second = (client.evaluate(status, policy) for _ in range(2))
    assert first is not second
    assert (first.tier, first.restrictions) == (None, ())


def test_the_client_knows_its_clock(client, clock):
    """The plugin takes all instants from it."""
    assert client.clock is clock


def test_shipped_policies_are_found_by_name_and_others_by_path(tmp_path):
    """A name, a YAML file and nothing else."""
    assert shipped_policies() == ["livestream", "marketplace", "observe"]
    copy = tmp_path / "mine.yaml"
    copy.write_text(_text_of("marketplace"), encoding="utf-8")
    assert load_policy(copy).ref.digest == load_policy("marketplace").ref.digest
    with pytest.raises(ConfigurationError, match="take one of livestream, marketplace, observe"):
        load_policy("nosuch")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_policy(tmp_path / "none.yaml")
    copy.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_policy(str(copy))
    copy.write_text("format: 1\n", encoding="utf-8")
    with pytest.raises(InvalidPolicy):
        load_policy(copy)


def test_a_source_of_one_s_own_serves(source, clock):
    """Anything that keeps the protocol is a source."""
    with CreditClient(source, clock=clock) as client:
        assert client.source_health().source == "scripted"


def _text_of(name):
    return (resources.files("chengxin.policy") / "shipped" / f"{name}.yaml").read_text(encoding="utf-8")


def test_what_is_remembered_is_what_evaluating_gives(client, source, policy, clock):
    """None before, the very treatment after, None again once it may have changed; and nobody is asked."""
    facts = PlatformFacts({"registered_days": 400})
    source.disclose(CODE, a_listing(end_on=date(2026, 11, 30)))
    assert client.remembered(CODE, policy) is None
    status = client.check(CODE)
    assert client.remembered(CODE, policy) is None
    treatment = client.evaluate(status, policy)
    assert client.remembered(CODE, policy) is treatment
    assert client.remembered(CODE, policy, facts) is None
    assert client.remembered(CODE, policy, role=Role.ROOM_OPERATOR) is None
    client.forget(CODE)
    assert client.remembered(CODE, policy) is None
    client.evaluate(client.check(CODE), policy)
    clock.advance(to=status.valid_until)
    assert client.remembered(CODE, policy) is None
    assert len(source.asked) == 2


def test_what_is_under_constraints_is_not_remembered_for_the_short_way(client, source, policy, clock):
    """Nor does it hide what was evaluated without, before it or after it."""
    source.disclose(CODE, a_listing())
    status = client.check(CODE)
    constraint = ActiveConstraint(
        platform="甲平台", category="虚假宣传", effective_from=clock.now(), effective_until=status.valid_until
    )
    constrained = client.evaluate(status, policy, constraints=(constraint,))
    assert client.remembered(CODE, policy) is None
    plain = client.evaluate(status, policy)
    assert plain is not constrained
    assert client.remembered(CODE, policy) is plain
    assert client.evaluate(status, policy, constraints=(constraint,)) is constrained
    facts = PlatformFacts({"registered_days": 400})
    latest = client.evaluate(status, policy, facts)
    assert client.remembered(CODE, policy) is plain
    assert client.remembered(CODE, policy, PlatformFacts({"registered_days": 400})) is latest
    assert client.evaluate(status, policy) is plain


def test_i4_a_remembered_treatment_is_over_at_the_very_instant(client, source, policy, clock):
    """Neither way serves it at its ``valid_until``, in which it is no longer valid."""
    source.disclose(CODE, a_listing(end_on=date(2026, 11, 30)))
    status = client.check(CODE)
    treatment = client.evaluate(status, policy)
    clock.advance(to=treatment.valid_until - timedelta(microseconds=1))
    assert client.remembered(CODE, policy) is treatment
    assert client.evaluate(status, policy) is treatment
    clock.advance(to=treatment.valid_until)
    assert client.remembered(CODE, policy) is None
    assert client.evaluate(status, policy) is not treatment


def test_i1_what_is_remembered_goes_when_something_else_is_known(client, source, policy, clock):
    """A new answer ends the treatments of the old one, evaluated before, meanwhile or after."""
    source.disclose(CODE, a_listing())
    old = client.check(CODE)
    client.evaluate(old, policy)
    client.forget(CODE)
    source.disclose(CODE)
    new = client.check(CODE)
    assert client.remembered(CODE, policy) is None
    assert client.evaluate(old, policy).restrictions
    assert client.remembered(CODE, policy) is None
    client.evaluate(new, policy)
    assert client.remembered(CODE, policy).restrictions == ()


def test_i1_a_change_in_the_midst_of_an_evaluation_is_not_overlooked(client, source, policy, monkeypatch):
    """Between evaluating and remembering another answer may arrive; while remembering, none does."""
    source.disclose(CODE, a_listing())
    old = client.check(CODE)
    evaluations = client.evaluate.__self__
    evaluate = type(policy).evaluate

    def change_first(*args, **options):
        source.disclose(CODE)
        client.forget(CODE)
        client.check(CODE)
        return evaluate(*args, **options)

    monkeypatch.setattr(type(policy), "evaluate", change_first)
    assert client.evaluate(old, policy).restrictions
    assert client.remembered(CODE, policy) is None
    monkeypatch.undo()

    forgetting = threading.Thread(target=client.forget, args=(CODE,))
    put = evaluations._map.put

    def forget_meanwhile(*args):
        forgetting.start()
        forgetting.join(0.05)
        assert forgetting.is_alive()
        put(*args)

    monkeypatch.setattr(evaluations._map, "put", forget_meanwhile)
    client.evaluate(client.check(CODE), policy)
    forgetting.join(10)
    assert client.remembered(CODE, policy) is None
