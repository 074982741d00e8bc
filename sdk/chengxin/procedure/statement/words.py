"""Sentences that follow from a measure alone: what happens at its end."""

from __future__ import annotations

from typing import Final

from chengxin.policy.measure import Direction, Measure
from chengxin.policy.text import Text

_ONE: Final = Text(
    zh="到期自动解除，无需申请。所依据的信息提前停止公示的（例如修复、更正、撤销、暂时屏蔽），随即自动解除。",
    en=(
        "It ends by itself then; you need not ask for it. Where the record it rests on stops being disclosed "
        "earlier, as by repair, correction, withdrawal or shielding, it ends by itself at once."
    ),
)
_SEVERAL: Final = Text(
    zh=(
        "到期自动解除，无需申请。所依据的信息提前停止公示（例如修复、更正、撤销、暂时屏蔽），其余依据不足以支持本措施的，"
        "随即自动解除。"
    ),
    en=(
        "It ends by itself then; you need not ask for it. Where records it rests on stop being disclosed "
        "earlier, as by repair, correction, withdrawal or shielding, and what remains is not enough for it, it ends "
        "by itself at once."
    ),
)
_RELIEF: Final = Text(
    zh="到期自动终止；不再符合条件的，随即终止。",
    en="It ends by itself then, and at once where its conditions are no longer met.",
)


def at_the_end(measure: Measure) -> Text:
    """Return what happens when a measure ends, as sentences (invariant I4: it ends by itself)."""
    if measure.direction is Direction.RELIEVE:
        return _RELIEF
    return _ONE if len(measure.grounds) == 1 else _SEVERAL
