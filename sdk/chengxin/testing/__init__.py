"""For tests, ours and users': a clock that stands still, a scripted source, builders of facts. No network."""

from chengxin.testing.build import (
    CODES,
    a_commendation,
    a_listing,
    a_penalty,
    an_answer,
    an_evaluation,
)
from chengxin.testing.clock import FrozenClock
from chengxin.testing.source import ScriptedSource, scripted_client

__all__ = [
    "CODES",
    "FrozenClock",
    "ScriptedSource",
    "a_commendation",
    "a_listing",
    "a_penalty",
    "an_answer",
    "an_evaluation",
    "scripted_client",
]
