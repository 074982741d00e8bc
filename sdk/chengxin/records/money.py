"""Money as whole fen, from the source's 万元."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from chengxin.errors import InvalidRecord

_FEN_PER_WAN: Final = 1_000_000
_MOST_WAN: Final = Decimal(10) ** 12


def parse_wan(text: str) -> int:
    """Convert an amount in 万元 (10,000 yuan) with up to six places into fen, without a float on the way.

    Raises:
        InvalidRecord: not a decimal number, negative, finer than a fen, or beyond 10^12 万元.

    >>> parse_wan("0.2")
    200000
    """
    try:
        wan = Decimal(text.strip())
    except InvalidOperation:
        raise InvalidRecord(f"An amount in 万元 is a decimal number, not {text[:32]!r}.") from None
    if not wan.is_finite() or not 0 <= wan <= _MOST_WAN:
        raise InvalidRecord(f"An amount in 万元 lies between 0 and 10^12, unlike {text[:32]!r}.")
    fen = wan * _FEN_PER_WAN
    if fen != fen.to_integral_value():
        raise InvalidRecord(f"An amount in 万元 has at most six places (a fen), unlike {text[:32]!r}.")
    return int(fen)
