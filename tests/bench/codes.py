"""Lawful codes by the thousand; invented, nobody holds them."""

from __future__ import annotations

from random import Random

from chengxin.identifiers import check_character

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_KINDS = ("91",) * 7 + ("92", "52", "12")


def lawful_codes(count: int, *, seed: int = 1) -> list[str]:
    """Return different codes in random order: mostly enterprises, some sole traders and other bodies.

    None is of the authorities A, N and Y, which are as lawful: ``stdnum`` refuses those.
    """
    rng = Random(seed)
    codes: dict[str, None] = {}
    while len(codes) < count:
        division = f"{rng.randrange(110000, 659000):06d}"
        body = "M" + "".join(rng.choices(ALPHABET, k=8))
        first = rng.choice(_KINDS) + division + body
        codes[first + check_character(first)] = None
    return list(codes)
