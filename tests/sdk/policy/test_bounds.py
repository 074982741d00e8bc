"""What goes in is bounded and what comes out is whole: instants, sizes, pickles, the wire."""

import copy
import pickle
import time
from datetime import datetime, timedelta, timezone

import pytest

from chengxin.errors import InvalidMeasure, InvalidRecord
from chengxin.policy import NO_FACTS, PlatformFacts, engine, loader
from chengxin.records import RecordKind, Role
from chengxin.wire import encode_measure, encode_treatment
from tests.sdk.policy.material import (
    AT,
    PENALISED,
    penalty,
    record,
    rule,
    run,
    small_document,
    small_policy,
    status_of,
)
from tests.sdk.policy.test_loader import findings_of, places, text_of
from tests.sdk.policy.test_measure import measure

POLICY = small_policy(
    rule(PENALISED, "listing-stop", "stream-decision", tier="watch"),
    rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief", rule_id="good", tier="preferred"),
)
RESTRICTED = run(POLICY, status_of(penalty()))
NAIVE = datetime(2026, 6, 20)  # naive on purpose
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize("name", ["is_valid", "decide", "is_in_effect"])
def test_a_naive_instant_is_refused_wherever_one_is_asked(name):
    """It could be any of 26 hours."""
    with pytest.raises(InvalidRecord, match="aware"):
        {
            "is_valid": lambda: RESTRICTED.is_valid(NAIVE),
            "decide": lambda: RESTRICTED.decide("listing.create", NAIVE),
            "is_in_effect": lambda: measure().is_in_effect(NAIVE),
        }[name]()


def test_instants_that_are_kept_are_in_utc():
    """One instant, one form: what is compared, hashed and written is the same everywhere."""
    zoned = AT.astimezone(CHINA)
    with pytest.raises(InvalidMeasure, match="UTC"):
        measure(starts_at=zoned)
    assert run(POLICY, status_of(), at=zoned).evaluated_at.utcoffset() == timedelta(0)
    assert RESTRICTED.decide("listing.create", zoned) == RESTRICTED.decide("listing.create", AT)


def test_i2_a_treatment_says_nothing_of_the_time_before_it():
    """The mode for the unknown answers, as after its end."""
    decision = RESTRICTED.decide("listing.create", AT - timedelta(microseconds=1))
    assert decision.unknown_mode is POLICY.unknown_modes["listing.create"]


@pytest.mark.parametrize(
    "text", ['a: "\\UFFFFFFFF"', 'a: "\\U00110000"', "%YAML 1." + "9" * 5000 + "\n--- a"]
)
def test_what_yaml_itself_chokes_on_is_a_finding(text):
    """No error of the parser leaves the loader."""
    assert places(text) == [("yaml.syntax", "")]


@pytest.mark.parametrize("day", ["0001-01-01", "1949-09-30", "9999-01-01", "9999-12-31"])
@pytest.mark.parametrize("field", ["effective_from", "effective_until"])
def test_days_lie_where_days_can_be_counted(day, field):
    """From the founding of the state to a year before the calendar ends."""
    assert ("field.day_range", field) in places(text_of(small_document(**{field: day})))


def test_conditions_are_not_without_number():
    """Neither in one rule nor in one document."""
    many = {"any": [PENALISED] * 200}
    assert places(text_of(small_document(rule(many, tier="watch")))) == [
        ("rule.too_many_conditions", "rules[0].when")
    ]
    fit = {"any": [PENALISED] * 199}
    rules = [rule(fit, rule_id=f"r{n}", tier="watch") for n in range(11)]
    assert places(text_of(small_document(*rules))) == [("policy.too_many_conditions", "rules")]
    assert small_policy(*rules[:10])


def test_only_the_first_findings_come_with_suggestions():
    """A document that is wrong throughout is refused as fast as any other."""
    rules = [rule(PENALISED, tier=f"tier-{n}", rule_id=f"r{n}") for n in range(60)]
    found = findings_of(text_of(small_document(*rules)))
    assert sum("Known here" in finding.fix.en or "Did you mean" in finding.fix.en for finding in found) == 20
    assert found[-1].fix.en == "Write a name that is declared."
    shapes = small_document()
    shapes["tiers"] += [{"id": "a", "titel": "x"} for _ in range(60)]
    assert sum("Did you mean" in finding.fix.en for finding in findings_of(text_of(shapes))) <= 20


def test_only_ages_of_records_that_may_match_are_looked_at():
    """Below none, records of another kind do not multiply with its ages."""
    ageing = [{"record": {"kind": "LICENCE", "age_days": {"less_than": n}}} for n in range(1, 190)]
    policy = small_policy(rule({"all": [PENALISED, {"none": ageing}]}, "listing-stop"))
    status = status_of(*[penalty(f"P{n}", start=-(n % 300) - 1) for n in range(300)])
    started = time.perf_counter()
    assert run(policy, status).measures
    assert time.perf_counter() - started < 2


def test_a_document_is_checked_once(monkeypatch):
    """Reading a policy looks at its meaning one time."""
    calls = []
    for module in (engine, loader):
        check = module.check_document
        monkeypatch.setattr(
            module, "check_document", lambda d, check=check, **law: calls.append(d) or check(d, **law)
        )
    assert loader.parse_policy(text_of(small_document()), name="small")
    assert len(calls) == 1


def test_treatments_and_facts_survive_pickle_and_copy():
    """They go to other processes, equal and still read-only."""
    facts = PlatformFacts({"registered_days": 3})
    for value in (RESTRICTED, run(POLICY, status_of()), facts, NO_FACTS):
        again = pickle.loads(pickle.dumps(value))  # noqa: S301  # our own bytes
        assert again == value == copy.deepcopy(value)
    restored = pickle.loads(pickle.dumps(RESTRICTED))  # noqa: S301  # our own bytes
    with pytest.raises(TypeError):
        restored.settings["slots"] = 1
    assert pickle.loads(pickle.dumps(facts)).values == {"registered_days": 3}  # noqa: S301  # our own bytes


def test_the_wire_holds_what_a_statement_of_reasons_needs():
    """Whose policy, who decided, for whom, and what a review would do."""
    sent = encode_treatment(run(POLICY, status_of(penalty()), role=Role.MCN))
    assert (sent["standing"], sent["role"]) == ("ADVERSE", "MCN")
    assert list(sent["settings"]) == sorted(sent["settings"])
    assert [review["effect"] for review in sent["reviews"]] == [{"action": "livestream.start"}]
    assert sent["measures"][0]["policy"] == sent["policy"]
    assert sent["measures"][0]["decided_by"] is None
    decided = encode_measure(measure(decided_by="王某"))
    assert (decided["decided_by"], decided["automated"]) == ("王某", False)
    assert decided["policy"] == {"name": "small", "version": "1", "digest": "sha256:00"}


def test_a_grade_is_a_ground_too():
    """A measure may rest on a grade alone."""
    graded = rule({"evaluation": {"scheme": "纳税", "value": "D"}}, "listing-stop")
    status = status_of(record("E1", RecordKind.EVALUATION, grade=("纳税", "D", None, None)))
    assert run(small_policy(graded), status).measures[0].grounds[0].kind is RecordKind.EVALUATION
