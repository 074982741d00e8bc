"""What lint says beyond what refuses a policy: proportion, terms, announcement, what rests on others' word."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import FindingSeverity
from chengxin.policy import PolicyDocument, lint
from chengxin.policy.condition import Condition, is_grounded
from chengxin.policy.peer import rests_on_peers, withheld_by_peers
from chengxin.policy.proportion import least_gravity, weight_of
from chengxin.records import NoticePeriod, RuleTable, shipped_rule_table
from chengxin.services import lint_policy, shipped_policies
from tests.sdk.policy.material import ADVERSE_CONDITIONS, CONDITIONS, rule, small_document

GENERAL = {"record": {"kind": "PENALTY", "severity": "GENERAL", "disputed": False}}
MINOR = {"record": {"kind": "PENALTY", "severity": "MINOR"}}
SERIOUS = {"record": {"kind": "SERIOUS_LISTING"}}
UNCLASSED = {"record": {"kind": "PENALTY"}}
FACT = {"fact": {"name": "registered_days", "at_least": 1}}
PEERS = {"constraint": {"platforms": {"at_least": 2}}}
LICENCE = {"record": {"kind": "LICENCE"}}


def condition(data):
    """Return a condition."""
    return Condition.model_validate(data)


def document_of(*rules, **changes):
    """Return a small document."""
    return PolicyDocument.model_validate(small_document(*rules, **changes))


def codes(document, **options):
    """Return the codes of what lint says, without what is never used."""
    return [f.code for f in lint(document, **options) if not f.code.endswith(".unused")]


@pytest.mark.parametrize("name", shipped_policies())
def test_shipped_policies_lint_clean(name):
    """They are examples; announced long enough ahead, there is nothing to say of them."""
    assert lint_policy(name, announced_on=date(2025, 12, 1), is_important=True) == ()


@pytest.mark.parametrize(
    ("when", "gravity"),
    [
        (MINOR, 1),
        (GENERAL, 2),
        (SERIOUS, 3),
        (UNCLASSED, 1),
        ({"record": {"kind": "PENALTY", "severity": ["SERIOUS", "GENERAL"]}}, 2),
        ({"record": {"kind": "PENALTY", "severity": "absent"}}, 1),
        ({"record": {"kind": ["PENALTY", "LICENCE"], "severity": "SERIOUS"}}, 0),
        ({"record": {"kind": "ABNORMAL_LISTING"}}, 2),
        ({"record": {"kind": "JUDGMENT_DEFAULT"}}, 2),
        ({"evaluation": {"scheme": "纳税", "value": "D"}}, 2),
        ({"standing": "ADVERSE"}, 1),
        ({"standing": "NO_ADVERSE_RECORD"}, 0),
        (FACT, 0),
        (PEERS, 0),
        ({"all": [MINOR, SERIOUS, FACT]}, 3),
        ({"any": [MINOR, SERIOUS]}, 1),
        ({"at_least": {"n": 2, "of": [MINOR, GENERAL, SERIOUS]}}, 2),
        ({"at_least": {"n": 1, "of": [GENERAL, FACT]}}, 0),
        ({"none": [SERIOUS]}, 0),
    ],
)
def test_a_rule_deserves_what_its_mildest_case_deserves(when, gravity):
    """The gravest record in the mildest way in which the condition holds."""
    assert least_gravity(condition(when)) == gravity


@given(ADVERSE_CONDITIONS, ADVERSE_CONDITIONS)
def test_proportion_follows_the_shape_of_a_condition(one, other):
    """Both together deserve no less than each, either of them no more than each."""
    both, either = (
        least_gravity(condition({"all": [one, other]})),
        least_gravity(condition({"any": [one, other]})),
    )
    alone = least_gravity(condition(one))
    assert either <= alone <= both
    assert least_gravity(condition({"none": [one]})) == 0


@pytest.mark.parametrize(
    ("changes", "weight"),
    [
        ({}, 2),
        ({"category": "ACCOUNT"}, 3),
        ({"gravity": "MINOR"}, 1),
        ({"category": "ACCOUNT", "gravity": "GENERAL"}, 2),
        ({"action": None, "setting": {"name": "notice", "value": True}}, 1),
        ({"direction": "RELIEVE"}, 0),
    ],
)
def test_a_measure_weighs_what_it_says_or_what_it_does(changes, weight):
    """Its gravity where it is given; else accounts weigh most, and refusals more than settings."""
    data = small_document()
    data["catalogue"]["listing-stop"] |= changes
    assert weight_of(PolicyDocument.model_validate(data).catalogue["listing-stop"]) == weight


def test_a_measure_that_is_decided_by_a_human_is_in_proportion_too():
    """What is put before a human is no graver than what may be automatic."""
    assert "rule.disproportionate" in codes(document_of(rule(MINOR, "stream-decision")))


@pytest.mark.parametrize(
    ("when", "severity_months"),
    [
        (GENERAL, 12),
        ({"record": {"kind": "PENALTY", "severity": ["GENERAL", "SERIOUS"], "disputed": False}}, 36),
        ({"all": [GENERAL, {"none": [{"record": {"kind": "PENALTY", "severity": "SERIOUS"}}]}]}, 12),
        ({"any": [GENERAL, {"record": {"kind": "ABNORMAL_LISTING", "disputed": False}}]}, None),
        ({"any": [GENERAL, {"evaluation": {"scheme": "纳税", "value": "D"}}]}, None),
        ({"any": [GENERAL, {"standing": "ADVERSE"}]}, None),
        ({"all": [GENERAL, LICENCE]}, 12),
    ],
)
def test_a_term_is_held_to_the_longest_disclosure_of_what_it_rests_on(when, severity_months):
    """By the rules of law of the day on which the policy takes effect; what has no known end bounds nothing."""
    longest = {12: 365, 36: 1096, None: 1095}[severity_months]
    for days, is_told in ((min(longest, 1095), False), (longest + 1, severity_months == 12)):
        data = small_document(rule(when, "slots-cut", tier="watch"), effective_from="2026-05-01")
        data["catalogue"]["slots-cut"]["longest_days"] = days
        found = [f.code for f in lint(PolicyDocument.model_validate(data))]
        assert ("measure.past_disclosure" in found) is is_told


ANNOUNCED = date(2026, 4, 1)


@given(st.integers(-5, 30), st.booleans(), st.booleans())
def test_a_policy_is_announced_as_long_as_the_rules_of_law_say(days, is_important, restricts):
    """7 days, 15 where important; a shorter announcement than that of what restricts is worth a look."""
    measures = ["slots-cut"] if restricts else []
    document = document_of(
        rule(GENERAL, *measures, tier="watch"), effective_from=(ANNOUNCED + timedelta(days=days)).isoformat()
    )
    if not restricts:
        document = document.model_copy(update={"catalogue": {}})
    found = lint(document, announced_on=ANNOUNCED, is_important=is_important)
    told = [f.code for f in found if f.code.startswith("period.")]
    if days < (15 if is_important else 7):
        assert told == ["period.announcement"]
    else:
        assert told == (["period.announcement_short"] if days < 15 and restricts else [])


def test_the_rules_of_law_that_are_given_count():
    """An operator's counsel corrects a period without a change of code."""
    rows = [row for row in shipped_rule_table().rows if not isinstance(row, NoticePeriod)]
    document = document_of(rule(GENERAL, "slots-cut", tier="watch"), effective_from="2026-04-02")
    assert "period.announcement" in codes(document, announced_on=ANNOUNCED)
    assert "period.announcement" not in codes(
        document, announced_on=ANNOUNCED, rule_table=RuleTable(tuple(rows))
    )


@pytest.mark.parametrize(
    ("when", "rests"),
    [
        (PEERS, True),
        ({"all": [PEERS, FACT]}, True),
        ({"all": [PEERS, GENERAL]}, False),
        ({"all": [PEERS, LICENCE]}, True),
        ({"any": [PEERS, GENERAL]}, True),
        ({"any": [FACT, {"all": [PEERS, GENERAL]}]}, False),
        ({"at_least": {"n": 2, "of": [PEERS, GENERAL, FACT]}}, True),
        ({"at_least": {"n": 2, "of": [PEERS, GENERAL, SERIOUS]}}, False),
        ({"all": [{"any": [PEERS, FACT]}, {"any": [GENERAL, PEERS]}]}, True),
        ({"none": [PEERS]}, False),
        (FACT, False),
    ],
)
def test_i10_a_peers_word_alone_is_told_apart_from_what_is_beside_it(when, rests):
    """A way to hold that uses a constraint and no record of one's own."""
    assert rests_on_peers(condition(when)) is rests


@given(CONDITIONS)
def test_i10_a_condition_with_a_ground_never_rests_on_peers_alone(data):
    """Grounded is grounded in every way to hold."""
    whole = condition({"any": [{"all": [data, PEERS]}, data]})
    if is_grounded(condition(data)):
        assert not rests_on_peers(whole)


def test_a_better_tier_may_rest_on_peers():
    """What is worse than another tier takes that one away: only the best does not."""
    assert "rule.peer_tier" in codes(document_of(rule(PEERS, tier="watch")))
    assert "rule.peer_tier" in codes(document_of(rule(PEERS, tier="standard")))
    assert "rule.peer_tier" not in codes(document_of(rule(PEERS, tier="preferred")))


@pytest.mark.parametrize(
    ("when", "withheld"),
    [
        ({"none": [PEERS]}, True),
        ({"all": [LICENCE, {"none": [GENERAL, PEERS]}]}, True),
        ({"all": [LICENCE, {"none": [{"any": [FACT, PEERS]}]}]}, True),
        ({"all": [LICENCE, {"none": [{"all": [GENERAL, PEERS]}]}]}, False),
        ({"none": [{"all": [FACT, {"none": [{"none": [PEERS]}]}]}]}, True),
        ({"none": [{"none": [PEERS]}]}, False),
        ({"all": [LICENCE, PEERS]}, False),
    ],
)
def test_i10_a_relief_that_peers_alone_withhold_is_found(when, withheld):
    """Absence of a constraint as a condition lets the word of others take relief away."""
    assert withheld_by_peers(condition(when)) is withheld
    assert ("rule.peer_relief" in codes(document_of(rule(when, "deposit-relief")))) is withheld


def test_i10_a_relief_that_peers_alone_waive_is_found():
    """A waiver of a relief needs a record; one of a restriction harms nobody."""
    eased, limited = (
        rule(LICENCE, "deposit-relief", rule_id="eased"),
        rule(GENERAL, "slots-cut", rule_id="cut"),
    )
    for when, code, is_found in (
        (PEERS, "deposit-relief", True),
        ({"all": [PEERS, GENERAL]}, "deposit-relief", False),
        (PEERS, "slots-cut", False),
    ):
        waiving = rule(when, rule_id="waiving") | {"waives": [code]}
        assert ("rule.peer_relief" in codes(document_of(eased, limited, waiving))) is is_found


def test_a_short_suspension_may_be_published_at_once():
    """Of a term of a week little would be left after a notice."""
    data = small_document(rule(SERIOUS, "listing-stop"))
    for days, is_told in ((7, False), (8, True)):
        data["catalogue"]["listing-stop"] |= {"public": True, "longest_days": days}
        assert ("measure.public_without_notice" in codes(PolicyDocument.model_validate(data))) is is_told


def test_a_policy_that_only_observes_may_declare_what_nothing_changes():
    """Its settings are defaults that the platform reads."""
    observing = small_document(rule(GENERAL, tier="watch"), catalogue={})
    unused = {f.code for f in lint(PolicyDocument.model_validate(observing))}
    assert "setting.unused" not in unused
    assert "action.unused" not in unused
    assert "fact.unused" in unused


def test_nothing_is_said_of_taste_where_the_meaning_is_wrong():
    """Errors of meaning come alone: what follows from them is no news."""
    findings = lint(document_of(rule(UNCLASSED, "listing-stopp")))
    assert [f.code for f in findings] == ["rule.unknown_measure"]
    assert findings[0].severity is FindingSeverity.ERROR


@given(CONDITIONS, st.sampled_from(["listing-stop", "slots-cut", "stream-decision", "slots-relief"]))
def test_lint_says_something_of_every_condition_without_failing(data, code):
    """It is total: whatever a rule asks for, findings come out, each with a place in the document."""
    for finding in lint(document_of(rule(data, code, tier="watch"))):
        assert finding.path
        assert finding.problem.zh
        assert finding.problem.en
