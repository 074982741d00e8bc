"""Shadow: a candidate beside the live policy, noted and of no effect."""

import json
import threading
from datetime import timedelta

import pytest
from hypothesis import given, settings

from chengxin import CreditClient
from chengxin.errors import ConfigurationError
from chengxin.policy import NO_FACTS, PlatformFacts, Verdict
from chengxin.records import Role
from chengxin.services import Shadow
from chengxin.testing import FrozenClock, ScriptedSource, a_penalty
from tests.sdk.policy.material import (
    AT,
    FACTS,
    PENALISED,
    PERSON,
    ROLES,
    answers,
    penalty,
    policies,
    rule,
    shown,
    small_policy,
)
from tests.sdk.policy.material import status_of as status_of_company
from tests.sdk.services.vectors import code_of, status_of

LIVE = small_policy(rule(PENALISED, "deposit-raise", tier="watch"))
CANDIDATE = small_policy(rule(PENALISED, "deposit-raise", "listing-stop", tier="restricted"), version="2")


class Failing:
    """A candidate that cannot be evaluated."""

    ref, document = CANDIDATE.ref, CANDIDATE.document

    def evaluate(self, *_, **__):
        """Fail."""
        raise ZeroDivisionError("91350100M000100Y43")


def see(shadow, number, *records, role=Role.MERCHANT, at=AT):
    """Evaluate a subject through a shadow."""
    return shadow.evaluate(status_of(code_of(number), *records, at=at), facts=NO_FACTS, role=role, at=at)


@settings(max_examples=80, deadline=None)
@given(policies(), policies(), answers(), FACTS, ROLES)
def test_i5_a_shadow_alters_nothing(live, candidate, answer, facts, role):
    """Whatever is in it, also where it fails."""
    status, values = shown(answer), PlatformFacts(facts)
    treatment = live.evaluate(status, facts=values, role=role, at=AT)
    for other in (candidate, Failing()):
        shadow = Shadow(live, other)
        assert shadow.evaluate(status, facts=values, role=role, at=AT) == treatment
        report = shadow.report(AT)
        assert report.flips.compared + sum(report.failed.values()) == 1


def test_i9_an_error_of_the_candidate_is_told_once_and_counted(caplog):
    """By its type alone: its words may name somebody."""
    shadow = Shadow(LIVE, Failing())
    assert [see(shadow, 1, penalty()).tier for _ in range(3)] == ["watch"] * 3
    assert shadow.report(AT).failed == {"ZeroDivisionError": 3}
    assert caplog.text.count("could not be evaluated (ZeroDivisionError)") == 1
    assert "9135" not in caplog.text


def test_differences_are_counted_and_some_named():
    """By verdict, tier and measure; the latest names, while they hold."""
    shadow = Shadow(LIVE, CANDIDATE, most_named=2)
    for number in range(3):
        see(shadow, number, penalty())
    see(shadow, 9)
    report = shadow.report(AT)
    assert report.flips.verdicts == {Verdict.STRICTER: 3, Verdict.UNCHANGED: 1}
    assert report.flips.tiers == {("watch", "restricted"): 3}
    assert [e.code for e in report.examples[Verdict.STRICTER]] == [code_of(1).code, code_of(2).code]
    assert json.loads(json.dumps(report.dump()))["flips"]["gained"] == {"listing-stop": 3}


def test_i1_names_go_with_what_they_rest_on():
    """With the treatments, with what is forgotten, and with the next evaluation."""
    shadow = Shadow(LIVE, CANDIDATE)
    for number in range(4):
        see(shadow, number, penalty())
    shadow.forget(code_of(0).code)
    see(shadow, 1)
    assert [e.code for e in shadow.report(AT).examples[Verdict.STRICTER]] == [
        code_of(2).code,
        code_of(3).code,
    ]
    assert shadow.report(AT + timedelta(hours=6)).examples == {}
    assert shadow._named == {}
    see(shadow, 1, penalty())
    shadow.forget(None)
    see(shadow, 2, penalty())
    shadow.close()
    assert shadow.report(AT).examples == {}


def test_i1_whose_treatment_is_over_is_held_no_longer():
    """With the next evaluation of anybody, whether or not a report is asked for."""
    shadow = Shadow(LIVE, CANDIDATE)
    see(shadow, 0, penalty())
    assert [code for code, _ in shadow._named] == [code_of(0).code]
    see(shadow, 1, at=AT + timedelta(days=2))
    assert not shadow._named


def test_i8_no_natural_person_is_named():
    """They are counted."""
    shadow = Shadow(LIVE, CANDIDATE)
    shadow.evaluate(status_of_company(penalty(), subject=PERSON), facts=NO_FACTS, role=Role.MERCHANT, at=AT)
    see(shadow, 1, penalty(), role=Role.ANCHOR)
    report = shadow.report(AT)
    assert (report.flips.changed, report.examples) == (2, {})


def test_fewer_than_none_are_not_named():
    """It is told."""
    with pytest.raises(ConfigurationError, match="0 or more"):
        Shadow(LIVE, CANDIDATE, most_named=-1)


def test_beside_a_client_the_live_policy_alone_is_shadowed():
    """Other policies of the host are none of its business, nor is what is remembered."""
    clock = FrozenClock()
    source = ScriptedSource(clock=clock)
    source.disclose(code_of(1).code, a_penalty())
    shadow = Shadow(LIVE, CANDIDATE)
    with CreditClient(source, clock=clock, observers=[shadow]) as client:
        status = client.check(code_of(1))
        assert client.evaluate(status, LIVE) is client.evaluate(status, LIVE)
        client.evaluate(status, small_policy(name="other"))
        assert shadow.report(clock.now()).flips.verdicts == {Verdict.STRICTER: 1}
        client.forget(code_of(1))
        assert shadow.report(clock.now()).examples == {}


def test_threads_lose_no_count():
    """Eight of them at once."""
    shadow = Shadow(LIVE, CANDIDATE, most_named=3)
    threads = [
        threading.Thread(target=lambda: [see(shadow, n, penalty()) for n in range(50)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shadow.report(AT).flips.compared == 400
