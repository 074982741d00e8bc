"""Unified social credit codes: lawful ones are taken however they are written, others refused with the place."""

import time
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import uscc as stdnum_uscc

from chengxin.errors import InvalidUscc
from chengxin.identifiers import Uscc, UsccFault, check_character
from chengxin.identifiers.uscc import ALPHABET

LAWFUL = ("91350100M000100Y43", "N2110108MF01ABCD18", "Y1110000MA01ABCD10", "A1110000MA01ABCD1L")

codes = st.builds(
    lambda authority, digits, rest: (
        body := authority + digits + rest,
        body + check_character(body),
    )[1],
    st.sampled_from("9ANY"),
    st.text("0123456789", min_size=7, max_size=7),
    st.text(ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", [*LAWFUL, "91110000600037341L", "91330106673959654P"])
def test_lawful_codes_of_every_authority_are_valid(code):
    """Codes of N, A and Y are as lawful as those of market regulation."""
    assert Uscc.parse(code).code == code
    assert Uscc.is_valid(code)


@pytest.mark.parametrize("code", LAWFUL)
def test_each_of_the_540_single_character_changes_is_refused(code):
    """No substitution of one character by another of the alphabet passes."""
    changes = [
        code[:i] + character + code[i + 1 :]
        for i, character in product(range(18), ALPHABET)
        if character != code[i]
    ]
    assert len(changes) == 540
    for change in changes:
        with pytest.raises(InvalidUscc) as caught:
            Uscc.parse(change)
        assert caught.value.fault in set(UsccFault)
        assert caught.value.position is not None
        assert str(caught.value)


@given(codes)
def test_generated_codes_pass_and_agree_with_the_standard_library_of_numbers(code):
    """Where python-stdnum has an opinion on lawful codes (it refuses N, A, Y) it is ours."""
    assert Uscc.is_valid(code)
    if code[0] == "9":
        assert stdnum_uscc.is_valid(code)


@given(st.text(ALPHABET + "IOSVZabc中", max_size=24))
def test_what_is_refused_is_explained_and_what_is_taken_is_valid(text):
    """Parsing gives a lawful code or a typed refusal, never anything else."""
    try:
        code = Uscc.parse(text)
    except InvalidUscc as error:
        assert error.fault in set(UsccFault)
        # What may be an identity number, of 18 digits or of 15 as they once were, is not repeated.
        unsaid = {UsccFault.IDENTITY_NUMBER, UsccFault.REGISTRATION_NUMBER}
        assert error.given == text or error.fault in unsaid
    else:
        assert Uscc.is_valid(code.code)


@given(codes, st.data())
def test_width_case_and_separators_do_not_matter(code, data):
    """Full width, lower case, spaces and hyphens of any kind give the same code."""
    written = "".join(
        data.draw(st.sampled_from([c, c.lower(), chr(ord(c) + 0xFEE0), chr(ord(c.lower()) + 0xFEE0)]))
        + data.draw(st.sampled_from(["", "", " ", "-", "—", "\u3000", "-", "\u200b"]))
        for c in code
    )
    assume(len(written) <= 64)
    assert Uscc.parse(written) == Uscc(code)


@pytest.mark.parametrize(
    ("text", "fault", "position", "words"),
    [
        ("", UsccFault.EMPTY, None, "No code was given"),
        (" - ", UsccFault.EMPTY, None, "No code was given"),
        ("350100100012345", UsccFault.REGISTRATION_NUMBER, None, "注册号"),
        ("9135O100M000100Y43", UsccFault.CHARACTER, 5, "Is it 0?"),
        ("91350100M000100Y4²", UsccFault.CHARACTER, 18, "does not occur"),
        ("91350100M000100Y4\x07", UsccFault.CHARACTER, 18, "U+0007"),
        ("B1350100M000100Y43", UsccFault.AUTHORITY, 1, "registering authority"),
        ("9A350100M000100Y43", UsccFault.ENTITY_CLASS, 2, "class of entity"),
        ("9135010AM000100Y43", UsccFault.DIVISION, 8, "division"),
        ("91350100M000100Y4", UsccFault.LENGTH, None, "this has 17"),
        ("91350100M000100Y433", UsccFault.LENGTH, None, "this has 19"),
        ("9" * 1000, UsccFault.LENGTH, None, "more than 64"),
        ("91350100M000100Y44", UsccFault.CHECK, 18, "it would be 3, not 4"),
    ],
)
def test_a_refusal_names_fault_position_and_what_to_do(text, fault, position, words):
    """Each way to be wrong has its stable word, its place and a sentence."""
    with pytest.raises(InvalidUscc) as caught:
        Uscc.parse(text)
    error = caught.value
    assert (error.fault, error.position) == (fault, position)
    assert words in str(error)
    assert error.code == "invalid_uscc"
    assert len(error.given) <= 64


@pytest.mark.parametrize(
    ("code", "authority", "entity_class", "division", "organisation", "sole_trader", "consistent"),
    [
        ("91350100M000100Y43", "9", "1", "350100", "M000100Y4", False, True),
        ("N2110108MF01ABCD18", "N", "2", "110108", "MF01ABCD1", False, False),
    ],
)
def test_the_parts_of_a_code_are_told_apart(
    code, authority, entity_class, division, organisation, sole_trader, consistent
):
    """Authority, class, division and organisation code are properties of a code."""
    parsed = Uscc(code)
    assert (parsed.authority, parsed.entity_class, parsed.division) == (authority, entity_class, division)
    assert parsed.organisation_code == organisation
    assert parsed.is_sole_trader is sole_trader
    assert parsed.has_consistent_organisation_code is consistent
    assert str(parsed) == code


def test_i8_identity_numbers_are_refused_and_not_repeated():
    """A person's number is refused in every spelling, and the error holds nothing of it."""
    number = "110108199001011231"
    for text in (number, "110108 19900101 1231", number[:-1] + "X"):
        with pytest.raises(InvalidUscc) as caught:
            Uscc.parse(text)
        assert caught.value.fault == UsccFault.IDENTITY_NUMBER
        assert caught.value.given == ""
        assert "19900101" not in str(caught.value)


def test_i8_an_identity_number_with_a_fitting_check_character_is_still_refused():
    """One identity number in 31 passes as a code; none of them is taken for one."""
    weights, checks = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2), "10X98765432"
    found = 0
    for order in range(1000):
        body = f"11010819900101{order:03d}"
        number = body + checks[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]
        if number[-1] != "X" and check_character(number[:17]) == number[17]:
            found += 1
            assert not Uscc.is_valid(number)
    assert found > 0


def test_hostile_input_is_refused_in_linear_time():
    """A megabyte of anything is refused at once."""
    started = time.perf_counter()
    for text in ("9" * 1_000_000, "-" * 1_000_000, "９" * 1_000_000):
        with pytest.raises(InvalidUscc):
            Uscc.parse(text)
    assert time.perf_counter() - started < 0.5


def test_a_code_that_exists_is_lawful():
    """Constructing takes the normal form alone."""
    for text in ("91350100m000100y43", "91350100M000100Y44"):
        with pytest.raises(InvalidUscc):
            Uscc(text)
