"""Identity numbers are known in order to keep them out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.identifiers import is_identity_number, mask_identity_numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("110108199001011231", True),
        ("110108199001011232", False),
        ("110108199013011231", False),
        ("91350100M000100Y43", False),
        ("", False),
    ],
)
def test_an_identity_number_has_a_date_and_a_check_character(text, expected):
    """Shape, date and check character make an identity number; divisions are not looked up."""
    assert is_identity_number(text) is expected


def test_i8_texts_lose_identity_numbers_and_keep_the_rest():
    """Free text of the source keeps its words, codes and amounts, and loses numbers of persons."""
    text = "当事人张某(110108199001011231)与 91350100M000100Y43,罚款 110108199001011232 分"
    masked = mask_identity_numbers(text)
    assert "110108199001011231" not in masked
    assert "91350100M000100Y43" in masked
    assert "110108199001011232" in masked


NUMBER = "110108199001011231"
HEX = st.text("0123456789abcdefABCDEF", max_size=64)


@pytest.mark.parametrize(
    "name",
    [
        f"ab{NUMBER}0123456789cd",
        f"{NUMBER}0123456789abcd",
        f"f0{NUMBER}{'0' * 20}",
        f"sha256:{'a' * 40}{NUMBER}{'0' * 6}",
        "8498c7d7-1101-0819-9001-0112310000ff",
    ],
)
def test_a_digest_holds_a_number_by_chance_and_stays_as_it_is(name):
    """Of millions of random names some read so, and refusing one would refuse its subject for good."""
    assert mask_identity_numbers(f"id {name}.") == f"id {name}."


@given(HEX, HEX)
def test_i8_a_number_among_hexadecimal_digits_goes_unless_they_are_a_digest(before, after):
    """A token of another length, or of decimal digits alone, is none; nor is one with a letter beside it."""
    token = before + NUMBER + after
    is_digest = len(token) in {32, 40, 64} and not token.isdecimal()
    assert (NUMBER in mask_identity_numbers(token)) is is_digest
    assert NUMBER not in mask_identity_numbers(f"证{token}z")
