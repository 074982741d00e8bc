"""What cannot exist: a measure without what it must rest on (invariants I3, I8)."""

import pickle
from dataclasses import FrozenInstanceError
from datetime import datetime, timedelta

import pytest

from chengxin.errors import InvalidMeasure
from chengxin.policy import (
    ActionEffect,
    Category,
    Direction,
    Ground,
    LegalBasis,
    Measure,
    PlatformRule,
    PolicyRef,
    SettingEffect,
    Text,
)
from chengxin.records import RecordKind, SubjectKind
from tests.sdk.policy.material import AT

TEXT = Text(zh="文", en="text")
END = AT + timedelta(days=30)
GROUND = Ground(record_id="P1", version=1, kind=RecordKind.PENALTY, ends_at=END)
OPEN_GROUND = Ground(record_id="P2", version=1, kind=RecordKind.PENALTY, ends_at=None)
WHOLE = {
    "code": "listing-stop",
    "direction": Direction.RESTRICT,
    "title": TEXT,
    "category": Category.PROVISION,
    "effect": ActionEffect(action="listing.create"),
    "subject_kind": SubjectKind.ENTERPRISE,
    "rule_id": "penalised",
    "policy": PolicyRef(name="small", version="1", digest="sha256:00"),
    "grounds": (GROUND,),
    "legal_basis": (LegalBasis(law=TEXT, article="32"),),
    "platform_rule": PlatformRule(title=TEXT, clause="4", url="https://rules.example.com/4"),
    "reason": TEXT,
    "starts_at": AT,
    "ends_at": END,
    "appeal_url": "https://rules.example.com/appeals",
}


def measure(**changes):
    """Return a whole restriction with changes."""
    return Measure(**(WHOLE | changes))


@pytest.mark.parametrize(
    ("field", "nothing", "advice"),
    [
        ("rule_id", "", "Name the rule"),
        ("policy", None, "Policy.ref"),
        ("starts_at", None, "from when"),
        ("ends_at", None, "until when"),
        ("grounds", (), "at least one disclosed record"),
        ("legal_basis", (), "at least one article"),
        ("platform_rule", None, "published rules"),
        ("appeal_url", None, "can appeal"),
        ("appeal_url", "", "can appeal"),
    ],
)
def test_i3_a_restriction_without_any_one_of_its_parts_cannot_be_constructed(field, nothing, advice):
    """Each missing part is named, with what to do."""
    with pytest.raises(InvalidMeasure, match=f"listing-stop lacks {field}") as caught:
        measure(**{field: nothing})
    assert advice in str(caught.value)


def test_i3_everything_that_is_missing_is_said_at_once():
    """One message for all the gaps."""
    with pytest.raises(InvalidMeasure, match="lacks grounds, legal_basis, platform_rule, appeal_url"):
        measure(grounds=(), legal_basis=(), platform_rule=None, appeal_url=None)


@pytest.mark.parametrize("part", ["name", "version", "digest"])
def test_i3_a_policy_is_referred_to_whole(part):
    """A reference without digest could mean any document."""
    with pytest.raises(InvalidMeasure, match=r"Policy\.ref"):
        PolicyRef(**({"name": "small", "version": "1", "digest": "sha256:00"} | {part: ""}))


def test_i3_a_measure_never_ends_later_than_what_it_rests_on():
    """The latest end among the grounds is the latest end of the measure."""
    with pytest.raises(InvalidMeasure, match="later"):
        measure(ends_at=END + timedelta(microseconds=1))
    later = Ground(record_id="P3", version=1, kind=RecordKind.PENALTY, ends_at=END + timedelta(days=9))
    assert measure(grounds=(GROUND, later), ends_at=END + timedelta(days=9))
    assert measure(grounds=(GROUND, OPEN_GROUND), ends_at=END + timedelta(days=99))


def test_i3_a_measure_whose_grounds_are_over_cannot_be_constructed():
    """It would end before it starts."""
    over = Ground(record_id="P1", version=1, kind=RecordKind.PENALTY, ends_at=AT)
    with pytest.raises(InvalidMeasure, match="later"):
        measure(grounds=(over,))


@pytest.mark.parametrize("end", [AT, AT - timedelta(days=1)])
def test_i3_a_measure_ends_after_it_starts(end):
    """An empty term is no term."""
    with pytest.raises(InvalidMeasure, match="ends before it starts"):
        measure(ends_at=end)


@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
def test_a_measure_needs_time_zones(field):
    """A naive instant is refused."""
    with pytest.raises(InvalidMeasure, match="time zone"):
        measure(**{field: datetime(2026, 6, 20)})  # naive on purpose


def test_a_ground_needs_a_time_zone():
    """A naive end of a ground is refused."""
    with pytest.raises(InvalidMeasure, match="time zone"):
        Ground(record_id="P", version=1, kind=RecordKind.PENALTY, ends_at=datetime(2026, 1, 1))


@pytest.mark.parametrize("decided_by", [None, ""])
def test_i8_an_automatic_restriction_of_a_person_cannot_be_constructed(decided_by):
    """Only a named human limits a natural person."""
    with pytest.raises(InvalidMeasure, match="natural person"):
        measure(subject_kind=SubjectKind.PERSON, decided_by=decided_by)
    assert measure(subject_kind=SubjectKind.PERSON, decided_by="王某").decided_by == "王某"


def test_a_relief_needs_neither_ground_nor_appeal_but_rule_policy_and_end():
    """Relief is easy to give, also to persons, and ends by itself all the same."""
    bare = {"grounds": (), "legal_basis": (), "platform_rule": None, "appeal_url": None}
    relief = {"direction": Direction.RELIEVE, "effect": SettingEffect(setting="deposit_fen", value=1), **bare}
    assert measure(**relief, subject_kind=SubjectKind.PERSON)
    for field, nothing in (("rule_id", ""), ("policy", None), ("ends_at", None)):
        with pytest.raises(InvalidMeasure, match=field):
            measure(**relief, **{field: nothing})
    with pytest.raises(InvalidMeasure, match="later"):
        measure(**(relief | {"grounds": (GROUND,), "ends_at": END + timedelta(days=1)}))


def test_i4_a_measure_is_in_effect_from_its_start_until_just_before_its_end():
    """At the end it is over, by itself."""
    whole, moment = measure(), timedelta(microseconds=1)
    assert not whole.is_in_effect(AT - moment)
    assert whole.is_in_effect(AT)
    assert whole.is_in_effect(END - moment)
    assert not whole.is_in_effect(END)


def test_a_measure_is_a_value():
    """Equal content is equal, hashable, and survives pickling."""
    assert measure() == measure()
    assert hash(measure()) == hash(measure())
    assert pickle.loads(pickle.dumps(measure())) == measure()  # noqa: S301  # our own bytes


@pytest.mark.parametrize(("zh", "en"), [("", "text"), ("文", ""), (" ", "text")])
def test_a_text_is_in_both_languages(zh, en):
    """A merchant reads either."""
    with pytest.raises(InvalidMeasure, match="both languages"):
        Text(zh=zh, en=en)


def test_a_text_gives_the_language_asked_for():
    """Chinese or English."""
    assert (TEXT.in_language("zh"), TEXT.in_language("en")) == ("文", "text")


def test_a_measure_about_another_subject_is_what_constructing_it_gives():
    """Equal, frozen, of the very type; and the one it is made of stays as it is."""
    pattern = measure()
    grounds, end = (OPEN_GROUND,), END + timedelta(days=9)
    made = pattern.about(SubjectKind.SOLE_TRADER, grounds, AT, end)
    assert made == measure(subject_kind=SubjectKind.SOLE_TRADER, grounds=grounds, ends_at=end)
    assert type(made) is Measure
    assert hash(made) == hash(pickle.loads(pickle.dumps(made)))  # noqa: S301  # our own bytes
    assert pattern == measure()
    with pytest.raises(FrozenInstanceError):
        made.code = "another"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((SubjectKind.ENTERPRISE, (), AT, END), "lacks grounds"),
        ((SubjectKind.ENTERPRISE, [GROUND], AT, END), "wrong type"),
        ((SubjectKind.ENTERPRISE, ("P1",), AT, END), "wrong type"),
        (("ENTERPRISE", (GROUND,), AT, END), "wrong type"),
        ((SubjectKind.PERSON, (GROUND,), AT, END), "nobody decided"),
        ((SubjectKind.ENTERPRISE, (GROUND,), AT, END + timedelta(seconds=1)), "ends later"),
        ((SubjectKind.ENTERPRISE, (GROUND,), AT, AT), "ends before it starts"),
        ((SubjectKind.ENTERPRISE, (GROUND,), AT.replace(tzinfo=None), END), "time zone UTC"),
        ((SubjectKind.ENTERPRISE, (GROUND,), AT, None), "time zone UTC"),
        (
            (
                SubjectKind.ENTERPRISE,
                (Ground(record_id="C", version=1, kind=RecordKind.COMMENDATION, ends_at=None),),
                AT,
                END,
            ),
            "nothing adverse",
        ),
    ],
)
def test_i3_a_measure_about_another_subject_needs_what_every_measure_needs(given, problem):
    """What is new is checked as in the constructor (invariants I3, I8)."""
    with pytest.raises(InvalidMeasure, match=problem):
        measure().about(*given)
