"""Which of two treatments is the stricter."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.policy import Shift, Verdict, Yardstick, compare
from chengxin.policy.document import SettingDeclaration
from chengxin.records import RecordKind
from tests.sdk.policy.material import (
    BOTH,
    COMPANY,
    PENALISED,
    PERSON,
    ROLES,
    answers,
    penalty,
    policies,
    record,
    rule,
    run,
    shown,
    small_document,
    small_policy,
    status_of,
)

OPPOSITE = {
    Verdict.STRICTER: Verdict.LOOSER,
    Verdict.LOOSER: Verdict.STRICTER,
    Verdict.CHANGED_IN_KIND: Verdict.CHANGED_IN_KIND,
    Verdict.UNCHANGED: Verdict.UNCHANGED,
}


def shift_of(before, after, status=None, **facts):
    """Return what becomes of a penalised company's treatment where one policy takes another's place."""
    found = status_of(penalty()) if status is None else status
    by = Yardstick.between(before.document, after.document)
    return compare(run(before, found, **facts), run(after, found, **facts), by=by)


def giving(*measures, tier=None, **changes):
    """Return a policy that gives these measures to the penalised."""
    return small_policy(rule(PENALISED, *measures, tier=tier), **changes)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "stricter", "looser"),
    [
        (("deposit-raise",), ("deposit-raise", "listing-stop"), Verdict.STRICTER, ("action:listing.create",), ()),
        (("deposit-raise", "listing-stop"), ("deposit-raise",), Verdict.LOOSER, (), ("action:listing.create",)),
        (("deposit-raise",), ("deposit-raise-more",), Verdict.STRICTER, ("setting:deposit_fen",), ()),
        (("deposit-raise",), ("deposit-relief",), Verdict.LOOSER, (), ("setting:deposit_fen",)),
        (("slots-relief",), ("slots-cut",), Verdict.STRICTER, ("setting:slots",), ()),
        (("deposit-raise",), ("slots-cut",), Verdict.CHANGED_IN_KIND, ("setting:slots",), ("setting:deposit_fen",)),
        (("slots-cut",), ("slots-cut", "stream-decision"), Verdict.STRICTER, ("review:livestream.start",), ()),
        (("slots-cut", "stream-decision"), ("slots-cut",), Verdict.LOOSER, (), ("review:livestream.start",)),
        (("deposit-raise-more",), ("deposit-raise-more", "deposit-raise"), Verdict.UNCHANGED, (), ()),
    ],
)  # fmt: skip
def test_each_thing_has_its_stricter_end(before, after, verdict, stricter, looser):
    """A restriction that a stricter one covers is told among the measures, and changes nothing."""
    shift = shift_of(giving(*before), giving(*after))
    assert (shift.verdict, shift.stricter, shift.looser, shift.otherwise) == (verdict, stricter, looser, ())
    assert shift.gained == tuple(sorted({*after} - {*before} - {"stream-decision"}))
    assert shift.lost == tuple(sorted({*before} - {*after} - {"stream-decision"}))


def test_the_names_of_things_do_not_count():
    """Nor how long they last, nor whose words they are in."""
    document = small_document(rule(PENALISED, "listing-stop", rule_id="one"))
    renamed = small_document(rule(PENALISED, "listing-ban", rule_id="two"))
    renamed["catalogue"]["listing-ban"] = document["catalogue"]["listing-stop"] | {"longest_days": 60}
    shift = shift_of(giving("listing-stop"), small_policy(**{k: renamed[k] for k in ("catalogue", "rules")}))
    assert (shift.verdict, shift.gained, shift.lost) == (
        Verdict.UNCHANGED,
        ("listing-ban",),
        ("listing-stop",),
    )


def test_a_relief_to_be_decided_on_is_looser():
    """A review of a relief is the hope of one."""
    catalogue = small_document()["catalogue"]
    asked = catalogue | {"slots-relief": catalogue["slots-relief"] | {"human_decides": True}}
    before, after = giving("slots-cut", catalogue=asked), giving("slots-cut", "slots-relief", catalogue=asked)
    assert (shift_of(before, after).verdict, shift_of(before, after).looser) == (
        Verdict.LOOSER,
        ("review:slots",),
    )
    assert shift_of(after, before).stricter == ("review:slots",)


def tiered(*names, default, put_in):
    """Return a policy with these tiers, the best first, that puts the penalised in one of them."""
    tiers = [{"id": name, "title": BOTH, "default": name == default} for name in names]
    return giving(tier=put_in, tiers=tiers)


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((("a", "b", "c"), "a", "b"), (("a", "b", "c"), "a", "c"), Verdict.STRICTER),
        ((("a", "b", "c"), "a", "c"), (("a", "b", "c"), "a", "b"), Verdict.LOOSER),
        ((("a", "b"), "a", "b"), (("a", "b", "c"), "a", "c"), Verdict.STRICTER),
        ((("a", "b", "c"), "a", "c"), (("a", "b"), "a", "b"), Verdict.LOOSER),
        ((("a", "b"), "a", "b"), (("a", "x"), "a", "x"), Verdict.CHANGED_IN_KIND),
        ((("a", "b"), "a", "a"), (("a", "x"), "a", "x"), Verdict.STRICTER),
        ((("a", "b"), "a", "b"), (("a", "x"), "a", "a"), Verdict.LOOSER),
        ((("a", "b"), "a", "a"), (("x", "y"), "x", "x"), Verdict.UNCHANGED),
        ((("a", "b"), "a", "b"), (("x", "y"), "x", "x"), Verdict.LOOSER),
        ((("a", "b"), "a", "b"), (("x", "y"), "x", "y"), Verdict.CHANGED_IN_KIND),
        ((("a", "b"), "a", "a"), (("b", "a"), "a", "b"), Verdict.CHANGED_IN_KIND),
        ((("a", "b", "c"), "b", "a"), (("x", "y", "z"), "y", "z"), Verdict.STRICTER),
    ],
)
def test_tiers_compare_by_way_of_those_that_both_have(before, after, verdict):
    """What no such way connects, and what is ordered otherwise, differs in kind."""
    one, two = (tiered(*names, default=default, put_in=tier) for names, default, tier in (before, after))
    assert shift_of(one, two).verdict is verdict


def test_a_setting_that_only_one_declares_is_at_its_default_with_the_other():
    """To declare one changes nothing; what a measure makes of it counts from the default."""
    settings, catalogue = small_document()["settings"], small_document()["catalogue"]
    more = settings | {"fee": {"title": BOTH, "default": 3, "combine": "max"}}
    assert shift_of(giving("slots-cut"), giving("slots-cut", settings=more)).verdict is Verdict.UNCHANGED
    raised = catalogue["deposit-raise"] | {"setting": {"name": "fee", "value": 5}}
    raising = giving("slots-cut", "fee-raise", settings=more, catalogue=catalogue | {"fee-raise": raised})
    shift = shift_of(giving("slots-cut"), raising)
    assert (shift.verdict, shift.stricter) == (Verdict.STRICTER, ("setting:fee",))
    assert shift_of(raising, giving("slots-cut")).looser == ("setting:fee",)


def test_a_setting_that_is_ordered_otherwise_differs_in_kind():
    """Nobody can say which is the stricter."""
    settings, catalogue = small_document()["settings"], small_document()["catalogue"]
    turned = settings | {"deposit_fen": {"title": BOTH, "default": 10_000, "combine": "min"}}
    shift = shift_of(
        giving("deposit-raise-more"),
        giving("deposit-raise", settings=turned, catalogue={"deposit-raise": catalogue["deposit-raise"]}),
    )
    assert (shift.verdict, shift.otherwise) == (Verdict.CHANGED_IN_KIND, ("setting:deposit_fen",))
    flags = settings | {"slots": {"title": BOTH, "default": True, "combine": "max"}}
    catalogue = {k: v for k, v in small_document()["catalogue"].items() if k == "deposit-raise"}
    shift = shift_of(
        giving("deposit-raise", catalogue=catalogue),
        giving("deposit-raise", catalogue=catalogue, settings=flags),
    )
    assert shift.otherwise == ("setting:slots",)


def test_an_order_of_values_is_obeyed():
    """A setting that lists its values lists the mildest first; one that is not listed differs in kind."""
    policy = giving("deposit-raise")
    listed = SettingDeclaration.model_validate(
        {"title": BOTH, "default": "none", "combine": "strictest", "values": ["none", "some", "all"]}
    )
    document = policy.document.model_copy(update={"settings": {"level": listed}})
    by = Yardstick.between(document, document)
    assert by.setting("level", "none", "all") == 1
    assert by.setting("level", "all", "some") == -1
    assert by.setting("level", "all", "all") is None
    assert by.setting("level", "all", "else") == 0


def test_on_an_unknown_the_modes_compare():
    """They are all that a treatment says then."""
    actions = small_document()["actions"] | {"listing.create": {"title": BOTH, "unknown": "review"}}
    unknown = status_of(record("O", RecordKind.OTHER))
    shift = shift_of(giving("slots-cut"), giving("slots-cut", actions=actions), unknown)
    assert (shift.verdict, shift.otherwise) == (Verdict.CHANGED_IN_KIND, ("unknown:listing.create",))
    assert shift.tiers == (None, None)
    assert shift_of(giving("slots-cut"), giving("slots-cut", actions=actions)).verdict is Verdict.UNCHANGED


def test_becoming_unknown_differs_in_kind():
    """There is no tier any more."""
    policy = giving("listing-stop", tier="watch")
    by = Yardstick.between(policy.document, policy.document)
    shift = compare(
        run(policy, status_of(penalty())), run(policy, status_of(record("O", RecordKind.OTHER))), by=by
    )
    assert (shift.verdict, shift.otherwise) == (Verdict.CHANGED_IN_KIND, ("tier",))


@settings(max_examples=150, deadline=None)
@given(
    policies(), policies(), st.sampled_from([COMPANY, PERSON]).flatmap(lambda s: answers(subject=s)), ROLES
)
def test_turning_a_comparison_round_turns_its_verdict(one, two, answer, role):
    """Total, the same each time, and nothing is stricter than itself."""
    status = shown(answer)
    first, second = (run(policy, status, role=role) for policy in (one, two))
    there = compare(first, second, by=Yardstick.between(one.document, two.document))
    back = compare(second, first, by=Yardstick.between(two.document, one.document))
    assert back == Shift(
        verdict=OPPOSITE[there.verdict],
        tiers=there.tiers[::-1],
        stricter=there.looser,
        looser=there.stricter,
        otherwise=there.otherwise,
        gained=there.lost,
        lost=there.gained,
    )
    assert (
        compare(first, first, by=Yardstick.between(one.document, one.document)).verdict is Verdict.UNCHANGED
    )


@settings(max_examples=150, deadline=None)
@given(policies(), answers(), ROLES)
def test_taking_a_restriction_away_is_never_stricter(policy, answer, role):
    """Leaving tier and settings as they are."""
    treatment = run(policy, shown(answer), role=role)
    by = Yardstick.between(policy.document, policy.document)
    for gone in treatment.restrictions:
        rest = tuple(measure for measure in treatment.measures if measure is not gone)
        assert compare(treatment, replace(treatment, measures=rest), by=by).verdict in (
            Verdict.LOOSER,
            Verdict.UNCHANGED,
        )
