"""Money as whole fen, from the source's 万元."""

from __future__ import annotations

import re
from typing import Final

from chengxin.errors import InvalidRecord

_WAN: Final = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6})0*)?")


def parse_wan(text: str) -> int:
    """Convert an amount in 万元 (10,000 yuan) with up to six places into fen, without a float on the way.

    Raises:
        InvalidRecord: not a plain decimal number, negative, finer than a fen, or of 10^12 万元 and more.

    >>> parse_wan("0.2")
    200000
    """
    match = _WAN.fullmatch(text.strip())
    if match is None:
        raise InvalidRecord(
            "An amount in 万元 is a decimal number below 10^12 with at most six places (a fen)."
        )
    whole, places = match.groups()
    return int(whole) * 1_000_000 + int((places or "").ljust(6, "0"))
