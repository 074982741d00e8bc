"""What appeals are made of: each value exists only where it is right."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import AppealRefused, InvalidRecord
from chengxin.policy import Text
from chengxin.procedure.appeal import (
    AppealMove,
    AppealTerms,
    Contested,
    Fault,
    Filing,
    NewFact,
    NewFactKind,
    Outcome,
    Result,
    clean_statement,
    is_clean_name,
    is_clean_statement,
)
from chengxin.procedure.calendar import Due, PlainWorkingDays
from tests.sdk.procedure.appeal.material import (
    CALENDAR,
    DAY,
    DECIDER,
    ENDS,
    FILED,
    MERCHANT,
    NOTICED,
    REASONS,
    TERMS,
    a_measure,
    contested,
    filing,
    piece,
    step,
)

NAIVE = datetime(2026, 9, 1)
HIDDEN = Text(zh="理由\u202e", en="reasons")


def refuses(make, fault):
    """See that a value cannot be made, for one reason."""
    with pytest.raises(AppealRefused) as refused:
        make()
    assert refused.value.fault == fault


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"measure_id": " "}, Fault.ILL_FORMED),
        ({"measure_code": ""}, Fault.ILL_FORMED),
        ({"subject_kind": "PERSON"}, Fault.ILL_FORMED),
        ({"suspends": 1}, Fault.ILL_FORMED),
        ({"deciders": ["李明"]}, Fault.NO_NAME),
        ({"deciders": ("\u200b",)}, Fault.NO_NAME),
        ({"noticed_at": NAIVE}, Fault.ILL_FORMED),
        ({"contestable_until": NAIVE}, Fault.ILL_FORMED),
        ({"ends_at": NAIVE}, Fault.ILL_FORMED),
    ],
)
def test_a_contested_measure_is_told_in_full(part, fault):
    """Whose, until when, and who decided it."""
    refuses(lambda: contested(**part), fault)


@pytest.mark.parametrize(("decided_by", "deciders"), [(None, ()), (DECIDER, (DECIDER,))])
def test_what_an_appeal_depends_on_is_taken_from_the_measure(decided_by, deciders):
    """Its own end, or the earlier one at which it ended."""
    measure = a_measure(decided_by=decided_by)
    taken = Contested.of("M-1", measure, noticed_at=NOTICED, terms=TERMS, suspends=True)
    assert (taken.measure_code, taken.deciders, taken.suspends) == (measure.code, deciders, True)
    assert taken.is_automatic == (decided_by is None)
    assert taken.ends_at == measure.ends_at
    assert taken.contestable_until == TERMS.contestable_until(NOTICED)
    over = Contested.of("M-1", measure, noticed_at=NOTICED, terms=TERMS, ended_at=FILED)
    assert over.ends_at == FILED
    late = Contested.of("M-1", measure, noticed_at=NOTICED, terms=TERMS, ended_at=measure.ends_at + DAY)
    assert late.ends_at == measure.ends_at


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"contested": None}, Fault.ILL_FORMED),
        ({"acknowledge_by": FILED}, Fault.ILL_FORMED),
        ({"decide_by": FILED}, Fault.ILL_FORMED),
        ({"decide_by": Due(on=FILED.date())}, Fault.ILL_FORMED),
        ({"wants_human": None}, Fault.ILL_FORMED),
        ({"new_facts": []}, Fault.ILL_FORMED),
        ({"new_facts": ("新",)}, Fault.ILL_FORMED),
        ({"earlier_deciders": [DECIDER]}, Fault.NO_NAME),
        ({"earlier_deciders": (" ",)}, Fault.NO_NAME),
    ],
)
def test_a_filing_has_its_measure_and_its_clocks_in_order(part, fault):
    """The acknowledgement is due before the result."""
    refuses(lambda: replace(filing(), **part), fault)


def test_a_filing_sets_its_clocks_by_the_terms_and_the_calendar():
    """And says where the calendar did not know."""
    assert filing().acknowledge_by == Due(on=(FILED + DAY).date())
    plain = Filing.at(FILED, contested(), terms=TERMS, calendar=PlainWorkingDays())
    assert plain.decide_by == Due(on=datetime(2026, 10, 8).date(), is_exact=False)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"kind": "EVIDENCE"}, Fault.ILL_FORMED),
        ({"what": " "}, Fault.NO_REASON),
        ({"what": "新\x00"}, Fault.NO_REASON),
        ({"digests": ()}, Fault.ILL_FORMED),
        ({"digests": ("sha256:0",)}, Fault.ILL_FORMED),
        ({"happened_on": FILED.date()}, Fault.ILL_FORMED),
        ({"kind": NewFactKind.SOURCE_CHANGED}, Fault.ILL_FORMED),
        ({"kind": NewFactKind.SOURCE_CHANGED, "digests": ()}, Fault.ILL_FORMED),
        ({"kind": NewFactKind.SOURCE_CHANGED, "digests": (), "happened_on": FILED}, Fault.ILL_FORMED),
    ],
)
def test_a_new_fact_is_typed(part, fault):
    """Evidence has digests; what happened has a day, and no time."""
    right = {"kind": NewFactKind.EVIDENCE, "what": "新凭证", "digests": (piece().digest,)}
    assert NewFact(**right)
    refuses(lambda: NewFact(**right | part), fault)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        ({"outcome": "GRANTED"}, Fault.ILL_FORMED),
        ({"reasons": None}, Fault.NO_REASON),
        ({"reasons": HIDDEN}, Fault.NO_REASON),
        ({"reasons": Text(zh="理由", en="\u202ereasons")}, Fault.NO_REASON),
        ({"outcome": Outcome.PARTLY_GRANTED}, Fault.ILL_FORMED),
        ({"replaced_by": "traffic-limit"}, Fault.ILL_FORMED),
        ({"ends_at": ENDS}, Fault.ILL_FORMED),
        ({"outcome": Outcome.PARTLY_GRANTED, "replaced_by": " "}, Fault.ILL_FORMED),
        ({"outcome": Outcome.PARTLY_GRANTED, "ends_at": NAIVE}, Fault.ILL_FORMED),
    ],
)
def test_a_result_has_reasons_in_both_languages(part, fault):
    """And what is milder, where and only where it is granted in part."""
    right = {"outcome": Outcome.REJECTED, "reasons": REASONS}
    assert Result(**right)
    refuses(lambda: Result(**right | part), fault)


@pytest.mark.parametrize(
    ("move", "part", "fault"),
    [
        (AppealMove.ADD, {"move": "add"}, Fault.ILL_FORMED),
        (AppealMove.ADD, {"measure_id": ""}, Fault.ILL_FORMED),
        (AppealMove.ADD, {"appeal_id": " "}, Fault.ILL_FORMED),
        (AppealMove.ADD, {"at": NAIVE}, Fault.ILL_FORMED),
        (AppealMove.ADD, {"by": None}, Fault.NO_NAME),
        (AppealMove.TAKE, {"by": None}, Fault.NO_NAME),
        (AppealMove.DECIDE, {"by": ""}, Fault.NO_NAME),
        (AppealMove.ADD, {"by": " 陈店主"}, Fault.NO_NAME),
        (AppealMove.ADD, {"by": "陈\n店主"}, Fault.NO_NAME),
        (AppealMove.ADD, {"by": "110108199001011231"}, Fault.NO_NAME),
        (AppealMove.ADD, {"by": "陈" * 101}, Fault.NO_NAME),
        (AppealMove.FILE, {"statement": None}, Fault.NO_REASON),
        (AppealMove.ADD, {"statement": " 附件 "}, Fault.NO_REASON),
        (AppealMove.ADD, {"statement": "字" * 10_001}, Fault.NO_REASON),
        (AppealMove.ADD, {"filing": filing()}, Fault.ILL_FORMED),
        (AppealMove.FILE, {"filing": None}, Fault.ILL_FORMED),
        (AppealMove.FILE, {"filing": filing(measure_id="M-2")}, Fault.ILL_FORMED),
        (AppealMove.ASK, {"asks": None}, Fault.ILL_FORMED),
        (AppealMove.ASK, {"asks": HIDDEN}, Fault.NO_REASON),
        (AppealMove.ADD, {"asks": REASONS}, Fault.ILL_FORMED),
        (AppealMove.DECIDE, {"result": None}, Fault.ILL_FORMED),
        (AppealMove.ADD, {"result": Result(outcome=Outcome.GRANTED, reasons=REASONS)}, Fault.ILL_FORMED),
        (AppealMove.ADD, {"evidence": [piece()]}, Fault.ILL_FORMED),
        (AppealMove.ADD, {"evidence": ("a.pdf",)}, Fault.ILL_FORMED),
        (AppealMove.TAKE, {"evidence": (piece(),)}, Fault.ILL_FORMED),
    ],
)
def test_a_step_has_what_its_move_needs_and_nothing_else(move, part, fault):
    """Who, when, what they say, and the parts of the move."""
    right = step(move, MERCHANT)
    refuses(lambda: replace(right, **part), fault)


@pytest.mark.parametrize(
    "terms",
    [
        {"acknowledge_within": 0},
        {"decide_within": 366},
        {"file_within_days": True},
        {"acknowledge_within": 8},
    ],
)
def test_the_times_of_appeals_are_in_order(terms):
    """From 1 to 365 days, the acknowledgement no later than the result."""
    with pytest.raises(InvalidRecord):
        AppealTerms(**terms)


def test_an_appeal_may_be_filed_for_sixty_days_unless_a_platform_says_more():
    """Whole China days."""
    assert TERMS.contestable_until(NOTICED) == datetime(2026, 10, 31, 16, tzinfo=NOTICED.tzinfo)
    assert TERMS.acknowledge_by(FILED, CALENDAR).on <= TERMS.decide_by(FILED, CALENDAR).on


@given(text=st.text() | st.text("1101082 \u202e-9900\r\n\t\x00\u2028X甲👨\u200d👩", max_size=60))
def test_what_people_write_is_cleaned_once(text):
    """Cleaning again changes nothing, and what is cleaned is either blank or a statement."""
    cleaned = clean_statement(text)
    assert clean_statement(cleaned) == cleaned
    assert is_clean_statement(cleaned) or not any(c.isalnum() for c in cleaned)
    assert not set(cleaned) & set("\r\x00\u2028\u202e\ufeff")


def test_a_statement_keeps_its_lines_and_signs_and_loses_identity_numbers():
    """No sign is a ground to refuse an appeal (令116 art. 20)."""
    assert clean_statement("第一\r\n第二\r第三 👨\u200d👩 ᠮᠣᠩ") == "第一\n第二\n第三 👨\u200d👩 ᠮᠣᠩ"
    assert clean_statement("法人1101\u202e08199001011231") == "法人〔身份号码已隐去〕"
    assert not is_clean_statement(None)
    assert not is_clean_name(7)
    assert not is_clean_name("a\tb")
    assert is_clean_name("Ada Lovelace")
