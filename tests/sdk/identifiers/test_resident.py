"""Identity numbers are known in order to keep them out."""

import pytest

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
