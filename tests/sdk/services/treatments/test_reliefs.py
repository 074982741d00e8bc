"""Reliefs that a named human decides on: on record, in effect once granted, and never on an unknown (I2, I6, I8)."""

from dataclasses import replace

import pytest

from chengxin.errors import InvalidMeasure, SourceUnavailable, TreatmentRefused, UnknownReason
from chengxin.policy import Direction, PlatformFacts, compile_policy
from chengxin.policy.document import PolicyDocument
from chengxin.procedure.imposition import Ending
from chengxin.procedure.review import ReviewOutcome
from chengxin.records import ChangeKind, Role, Severity
from chengxin.testing import a_commendation, a_penalty
from tests.sdk.services.treatments.conftest import CODE
from tests.sdk.services.treatments.test_reviews import human

DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)
BY = {"by": "王敏", "reason": "已核实"}
FEE = "service_fee_basis_points"


class Known:
    """What the platform knows of merchants."""

    def __init__(self):
        self.days = 400

    def __call__(self, code):
        """Return the facts of a merchant."""
        return PlatformFacts({"registered_days": self.days})


@pytest.fixture
def known():
    """What the platform knows."""
    return Known()


@pytest.fixture
def house(make_platform, known):
    """A platform on which a human decides whether a fee is lowered, and a merchant of whom good is disclosed."""
    made = make_platform(facts=known, reviewers="trust-team")
    made.policy = human(made.policy, "fee-relief")
    made.disclose(a_commendation("C1"))
    made.treatments.reconcile(CODE)
    return made


def settings(platform, role=Role.MERCHANT):
    """Return the settings of the merchant as guards have them now."""
    status = platform.client.check(CODE)
    facts = platform.treatments._reconciler._options.facts(CODE)
    treatment = platform.client.evaluate(status, platform.policy, facts=facts, role=role)
    return platform.treatments.in_force.settings(CODE, platform.policy, treatment, status)


def usual(platform):
    """Return the fee without a relief."""
    return platform.policy.scales[FEE].default


def asked(platform):
    """Return the one review that waits."""
    (one,) = platform.treatments.reviews.open()
    return one


def decide(platform, *, is_granted=True):
    """Have a named human decide on what waits."""
    return platform.treatments.reviews.decide(asked(platform).review_id, is_imposed=is_granted, **BY)


def notices(platform):
    """Return whom what was told of reviews, in order."""
    told = [event.payload for event in platform.events() if event.payload["kind"].startswith("review")]
    return [(one["recipient"], one["kind"]) for one in told]


def test_i6_a_relief_that_a_human_decides_on_is_on_record_and_without_effect(house):
    """Asked once, in the ledger, and nothing is eased by it."""
    one = asked(house)
    assert (one.measure_code, one.record_ids, one.direction) == ("fee-relief", {"C1"}, "RELIEVE")
    assert house.kinds().count("review.opened") == 1
    assert settings(house)[FEE] == usual(house)
    assert house.treatments.reconcile(CODE).is_nothing


def test_i6_who_grants_it_is_on_record_and_it_applies_from_then_on(house):
    """No measure is made of it: it applies as long as a fresh evaluation asks for it on the same records."""
    decided = decide(house)
    assert (decided.close.outcome, decided.close.by) == (ReviewOutcome.GRANTED, "王敏")
    assert not house.treatments.of(CODE)
    assert settings(house)[FEE] != usual(house)
    assert settings(house, Role.ANCHOR)[FEE] == usual(house)
    (entry,) = [e for e in house.entries() if e.kind == "review.closed"]
    assert (entry.actor, entry.stub["outcome"]) == ("王敏", "GRANTED")
    assert house.treatments.reconcile(CODE).is_nothing
    with pytest.raises(TreatmentRefused) as refused:
        house.treatments.reviews.decide(decided.review_id, is_imposed=False, **BY)
    assert refused.value.fault == "decided"


def test_i2_a_granted_relief_does_not_apply_on_an_unknown(house):
    """And does again when the source answers."""
    decide(house)
    house.clock.advance(seconds=7_200)
    house.source.fail(DOWN)
    assert settings(house)[FEE] == usual(house)
    house.source.recover()
    house.clock.advance(seconds=600)
    assert settings(house)[FEE] != usual(house)


def test_i1_a_granted_relief_is_gone_with_its_record_and_asked_anew_on_another(house):
    """It was decided on this one."""
    decide(house)
    house.disclose(change=ChangeKind.WITHDRAWN, about=a_commendation("C1"))
    assert settings(house)[FEE] == usual(house)
    house.disclose(a_commendation("C2"))
    house.treatments.reconcile(CODE)
    assert settings(house)[FEE] == usual(house)
    assert asked(house).record_ids == {"C2"}


def test_a_relief_that_is_refused_is_not_asked_again_on_the_same_records(house):
    """And nothing is eased."""
    decided = decide(house, is_granted=False)
    assert decided.close.outcome is ReviewOutcome.REFUSED
    assert house.treatments.reconcile(CODE).asked == ()
    assert settings(house)[FEE] == usual(house)


def test_i2_nothing_is_granted_where_the_source_cannot_be_asked(house):
    """It waits."""
    house.clock.advance(seconds=7_200)
    house.source.fail(DOWN)
    with pytest.raises(TreatmentRefused) as refused:
        decide(house)
    assert refused.value.fault == "source_unknown"


def test_nothing_is_granted_that_the_policy_does_not_ask_for_any_longer(house):
    """Something adverse was disclosed meanwhile, and nobody was told yet."""
    house.source.disclose(CODE, a_commendation("C1"), a_penalty("P1", severity=Severity.SERIOUS))
    with pytest.raises(TreatmentRefused) as refused:
        decide(house)
    assert refused.value.fault == "not_proposed"
    assert settings(house)[FEE] == usual(house)


def test_a_relief_that_rests_on_what_the_platform_knows_alone_rests_on_no_record(make_platform, known):
    """It is asked, granted, and gone when the platform knows otherwise."""
    platform = make_platform(facts=known)
    given = human(platform.policy, "fee-relief").document.model_dump(mode="json", by_alias=True)
    (rule,) = [one for one in given["rules"] if "fee-relief" in one["measures"]][:1]
    rule["when"] = {"fact": {"name": "registered_days", "at_least": 180}}
    platform.policy = compile_policy(PolicyDocument.model_validate(given))
    platform.disclose(a_commendation("C1"))
    platform.treatments.reconcile(CODE)
    one = asked(platform)
    assert one.grounds == ()
    with pytest.raises(InvalidMeasure):
        replace(one, direction=Direction.RESTRICT)
    decide(platform)
    assert settings(platform)[FEE] != usual(platform)
    known.days = 10
    assert settings(platform)[FEE] == usual(platform)


def test_an_outcome_is_of_the_direction(house):
    """What relieves is granted, and never imposed."""
    granted = decide(house)
    with pytest.raises(InvalidMeasure):
        replace(granted, direction=Direction.RESTRICT)
    imposed = replace(granted.close, outcome=ReviewOutcome.IMPOSED, imposition_id="n1")
    with pytest.raises(InvalidMeasure):
        replace(granted, close=imposed)


def test_i7_a_review_that_opens_is_told_and_so_is_its_close(house):
    """The merchant, and who has to decide; in the transaction of the review, without any fact."""
    assert notices(house) == [(CODE, "review.opened"), ("trust-team", "review.waits")]
    decide(house)
    assert notices(house)[2:] == [(CODE, "review.closed")]
    said = str([dict(event.payload) for event in house.events()])
    assert "The relief is granted." in said
    assert "C1" not in said


@pytest.mark.parametrize("is_imposed", [True, False])
def test_a_review_that_becomes_a_measure_is_told_as_the_measure(platform, is_imposed):
    """And one that does not, as closed; nobody else is told by default."""
    platform.policy = human(platform.policy, "listing-suspended")
    platform.disclose(a_penalty("P1", severity=Severity.SERIOUS))
    platform.treatments.reconcile(CODE)
    assert notices(platform) == [(CODE, "review.opened")]
    platform.treatments.reviews.decide(asked(platform).review_id, is_imposed=is_imposed, **BY)
    kinds = [event.payload["kind"] for event in platform.events()]
    assert ("review.closed" in kinds) is not is_imposed
    about = [e for e in platform.events() if e.payload.get("measure") == "listing-suspended"]
    assert len(about) == is_imposed


def test_a_review_that_lapses_is_told_as_closed(platform):
    """Nobody has to decide any longer."""
    platform.policy = human(platform.policy, "listing-suspended")
    platform.disclose(a_penalty("P1", severity=Severity.SERIOUS))
    platform.treatments.reconcile(CODE)
    platform.disclose(change=ChangeKind.REPAIRED, about=a_penalty("P1", severity=Severity.SERIOUS))
    assert notices(platform) == [(CODE, "review.opened"), (CODE, "review.closed")]
    (one,) = platform.treatments.reviews.of(CODE)
    assert one.close.ending is Ending.REPAIRED
