"""For tests, ours and users': a still clock, a scripted source, builders of facts, every way of evaluating. No network.

Modules that need pytest are imported by name: ``chengxin.testing.fixtures``, and the contracts of the seams in
``source_contract``, ``tier_contract``, ``transport_contract``, ``policy_store_contract``, ``signer_contract`` and
``notifier_contract``, which implementations of one's own run too.
"""

from chengxin.testing.build import (
    CODES,
    a_commendation,
    a_listing,
    a_penalty,
    an_answer,
    an_evaluation,
)
from chengxin.testing.clock import FrozenClock
from chengxin.testing.path import PATHS
from chengxin.testing.source import ScriptedFeed, ScriptedSource, scripted_client

__all__ = [
    "CODES",
    "PATHS",
    "FrozenClock",
    "ScriptedFeed",
    "ScriptedSource",
    "a_commendation",
    "a_listing",
    "a_penalty",
    "an_answer",
    "an_evaluation",
    "scripted_client",
]
