"""What the types alone refuse: treatments, decisions and parts that would take a right away (I2, I3, I8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chengxin.errors import InvalidMeasure, InvalidRecord
from chengxin.policy import (
    ActionEffect,
    Decision,
    Direction,
    Ground,
    LegalBasis,
    Outcome,
    PlatformRule,
    Reason,
    SettingEffect,
    Text,
    UnknownMode,
)
from chengxin.policy.text import is_blank
from chengxin.records import RecordKind, Role, Standing, SubjectKind
from tests.sdk.policy.material import (
    AT,
    COMPANY,
    PENALISED,
    PERSON,
    penalty,
    rule,
    run,
    small_policy,
    status_of,
)
from tests.sdk.policy.test_measure import END, GROUND, TEXT, WHOLE, measure

POLICY = small_policy(
    rule(PENALISED, "listing-stop", "stream-decision", tier="watch"),
    rule({"standing": "NO_ADVERSE_RECORD"}, "deposit-relief", rule_id="good", tier="preferred"),
)
RESTRICTED = run(POLICY, status_of(penalty()))
RELIEVED = run(POLICY, status_of())
UNKNOWN = run(POLICY, status_of(registered=False))
(STOP,) = RESTRICTED.measures
(RELIEF,) = RELIEVED.measures
INVISIBLE = [
    "",
    " ",
    "\t\n",
    "\u200b",
    "\u2060\ufeff",
    "\u3000",
    "\u00ad",
    "\u3164",
    "\u2800",
    "\ufe0f",
    "\x00",
]


# ---- roles ----


def test_i8_a_role_given_as_text_is_the_role():
    """The word ANCHOR limits an anchor no more than the role does."""
    told = POLICY.evaluate(status_of(penalty()), facts=POLICY.platform_facts({}), role="ANCHOR", at=AT)
    assert told == run(POLICY, status_of(penalty()), role=Role.ANCHOR)
    assert (told.role, told.tier, told.restrictions) == (Role.ANCHOR, None, ())
    assert type(told.role) is Role


def test_a_role_that_is_none_is_refused_with_advice():
    """Nobody is taken for a merchant by mistake."""
    with pytest.raises(InvalidRecord, match="MERCHANT, ROOM_OPERATOR, ANCHOR, MCN"):
        run(POLICY, status_of(penalty()), role="anchor")
    with pytest.raises(InvalidRecord, match="role"):
        run(POLICY, status_of(registered=False), role=None)


# ---- treatments ----


@pytest.mark.parametrize("changes", [{"subject": PERSON}, {"role": Role.ANCHOR}])
def test_i8_a_treatment_of_a_person_holds_no_restriction_that_nobody_decided(changes):
    """Neither of a natural person nor of an anchor; one that a named human decided may stand."""
    kind = changes.get("subject", COMPANY).kind
    mine = replace(STOP, subject_kind=kind, decided_by="王某")
    bare = {"tier": None, "tier_title": None}
    assert replace(RESTRICTED, **changes, **bare, measures=(mine,)).restrictions == (mine,)
    if kind is not SubjectKind.PERSON:  # of a person such a measure cannot even be constructed
        with pytest.raises(InvalidMeasure, match="natural person"):
            replace(RESTRICTED, **changes, **bare)
    with pytest.raises(InvalidMeasure, match="no grade"):
        replace(RESTRICTED, **changes, measures=())


def test_a_treatment_holds_measures_of_its_subject_and_its_policy():
    """A measure made for a person or under another policy is not this one's."""
    with pytest.raises(InvalidMeasure, match="kind of subject"):
        replace(RESTRICTED, measures=(replace(STOP, subject_kind=SubjectKind.ORGANISATION),))
    with pytest.raises(InvalidMeasure, match="policy"):
        replace(RESTRICTED, policy=replace(POLICY.ref, digest="sha256:other"))


def test_i3_a_treatment_is_not_valid_beyond_the_end_of_a_measure_in_it():
    """What would be held longer could bite longer."""
    with pytest.raises(InvalidMeasure, match="valid"):
        replace(RESTRICTED, valid_until=STOP.ends_at + timedelta(seconds=1))
    with pytest.raises(InvalidMeasure, match="valid"):
        replace(UNKNOWN, valid_until=AT - timedelta(seconds=1))


@pytest.mark.parametrize("field", ["tier", "measures", "reviews", "reasons"])
def test_i2_an_unknown_treatment_holds_nothing(field):
    """No tier, no measure, no review and no reason."""
    with pytest.raises(InvalidMeasure, match="unknown"):
        replace(UNKNOWN, **{field: getattr(RESTRICTED, field)})


@pytest.mark.parametrize("changes", [{"standing": "UNKNOWN"}, {"role": "ANCHOR"}, {"measures": [STOP]}])
def test_i2_i8_words_for_standing_and_role_are_no_way_round(changes):
    """They are refused: a word is compared with nothing here."""
    with pytest.raises(InvalidMeasure, match="type"):
        replace(RESTRICTED, **changes)


def test_only_restrictions_refuse():
    """A relief that refuses cannot exist, and decide looks at restrictions alone."""
    with pytest.raises(InvalidMeasure, match="relieves and refuses"):
        measure(direction=Direction.RELIEVE)
    assert RELIEVED.decide("listing.create", AT).outcome is Outcome.ALLOWED


# ---- decisions ----

ALLOWED = Decision(
    action="listing.create", outcome=Outcome.ALLOWED, measures=(), is_review_wanted=False, unknown_mode=None
)


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": Outcome.REFUSED},
        {"measures": (STOP,)},
        {"outcome": Outcome.REFUSED, "measures": (RELIEF,)},
        {"outcome": Outcome.REFUSED, "measures": (STOP,), "action": "livestream.start"},
        {"outcome": Outcome.REFUSED, "measures": (STOP,), "unknown_mode": UnknownMode.HOLD},
        {
            "outcome": Outcome.REFUSED,
            "measures": (replace(STOP, effect=SettingEffect(setting="slots", value=1)),),
        },
        {"outcome": "REFUSED", "measures": (STOP,)},
        {"unknown_mode": "hold"},
        {"outcome": "ALLOWED"},
    ],
)
def test_i2_i3_a_decision_refuses_exactly_where_measures_refuse(changes):
    """Nothing is refused on an unknown, without a measure, by a relief, or by a measure on something else."""
    with pytest.raises(InvalidMeasure, match=r"decision|type"):
        replace(ALLOWED, **changes)


def test_a_decision_may_be_made_by_hand_where_it_is_right():
    """Both outcomes."""
    assert replace(ALLOWED, unknown_mode=UnknownMode.REVIEW, is_review_wanted=True)
    assert replace(ALLOWED, outcome=Outcome.REFUSED, measures=(STOP,)).measures == (STOP,)


# ---- words in place of enums ----


@pytest.mark.parametrize(
    "changes",
    [
        {"direction": "RESTRICT", "grounds": ()},
        {"subject_kind": "PERSON"},
        {"category": "PROVISION"},
        {"effect": None},
        {"effect": "listing.create"},
        {"title": "t"},
        {"reason": None},
        {"policy": "small"},
        {"grounds": [GROUND]},
        {"grounds": ("P1",)},
        {"legal_basis": ("32",)},
        {"platform_rule": "4"},
    ],
)
def test_i3_i8_words_in_place_of_values_do_not_skip_the_checks(changes):
    """A restriction of a person given as text is not constructed, nor anything else of the wrong type."""
    with pytest.raises(InvalidMeasure, match=r"type|Policy\.ref"):
        measure(**changes)


@pytest.mark.parametrize(
    "kind", [RecordKind.LICENCE, RecordKind.COMMENDATION, RecordKind.COMMITMENT, RecordKind.OTHER]
)
def test_i3_what_is_not_adverse_is_no_ground_of_a_restriction(kind):
    """A licence may stand beside a penalty, and is no ground by itself."""
    mild = Ground(record_id="L1", version=1, kind=kind, ends_at=END)
    with pytest.raises(InvalidMeasure, match="adverse"):
        measure(grounds=(mild,))
    assert measure(grounds=(GROUND, mild))
    assert measure(grounds=(replace(mild, kind=RecordKind.EVALUATION),))


# ---- blanks ----


@pytest.mark.parametrize("blank", INVISIBLE)
def test_i3_what_cannot_be_seen_is_not_there(blank):
    """Spaces, controls, zero-width and filler characters name no rule, no clause and no human."""
    assert is_blank(blank)
    for field in ("code", "rule_id", "appeal_url"):
        with pytest.raises(InvalidMeasure, match=f"lacks {field}"):
            measure(**{field: blank})
    with pytest.raises(InvalidMeasure, match="decided_by"):
        measure(subject_kind=SubjectKind.PERSON, decided_by=blank)
    for make in (
        lambda: ActionEffect(action=blank),
        lambda: SettingEffect(setting=blank, value=1),
        lambda: LegalBasis(law=TEXT, article=blank),
        lambda: PlatformRule(title=TEXT, clause=blank, url="https://rules.example.com"),
        lambda: PlatformRule(title=TEXT, clause="4", url=blank),
        lambda: Ground(record_id=blank, version=1, kind=RecordKind.PENALTY, ends_at=None),
        lambda: replace(WHOLE["policy"], digest=blank),
        lambda: Text(zh=blank, en="text"),
    ):
        with pytest.raises(InvalidMeasure):
            make()


def test_visible_text_is_not_blank():
    """Whatever the script."""
    assert not [
        text for text in ("a", "文", " 文", "\u200ba", "é", "!", "2", "\U0002070e", "「") if is_blank(text)
    ]
    assert is_blank(None)
    assert is_blank(7)


def test_i8_a_human_who_decides_has_a_name():
    """True is nobody."""
    for nobody in (True, 7, b"x"):
        with pytest.raises(InvalidMeasure, match="decided_by"):
            measure(decided_by=nobody)


@pytest.mark.parametrize("changes", [{"version": -1}, {"version": "1"}, {"kind": "PENALTY"}])
def test_a_ground_is_whole(changes):
    """Its version counts from 0, and its kind is a kind."""
    with pytest.raises(InvalidMeasure, match="ground"):
        replace(GROUND, **changes)


@pytest.mark.parametrize("value", [1.5, None, [1]])
def test_a_setting_is_given_a_plain_value(value):
    """An integer, a boolean or a text."""
    with pytest.raises(InvalidMeasure, match="setting"):
        SettingEffect(setting="slots", value=value)


def test_a_reason_stays_what_it_was():
    """Reasons and standing are kept as given."""
    assert RESTRICTED.reasons == (Reason(rule_id="r", text=Text(zh="文", en="text"), record_ids=("P1",)),)
    assert RESTRICTED.standing is Standing.ADVERSE
    assert RESTRICTED.role is Role.MERCHANT
