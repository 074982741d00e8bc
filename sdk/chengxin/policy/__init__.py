"""Rules that trust teams own: from a status to a treatment, with every reason, ground and end. Pure."""

from chengxin.policy.check import check_document
from chengxin.policy.condition import Condition
from chengxin.policy.document import PolicyDocument
from chengxin.policy.engine import Policy, compile_policy
from chengxin.policy.essence import Essence
from chengxin.policy.facts import NO_FACTS, FactType, FactValue, PlatformFacts
from chengxin.policy.loader import parse_document, parse_policy
from chengxin.policy.measure import (
    ActionEffect,
    Category,
    Direction,
    Effect,
    Ground,
    LegalBasis,
    Measure,
    PlatformRule,
    PolicyRef,
    SettingEffect,
)
from chengxin.policy.scope import Question, Scope
from chengxin.policy.shift import Shift, Verdict, Yardstick, compare
from chengxin.policy.text import Language, Text
from chengxin.policy.treatment import Decision, Outcome, Reason, Review, Treatment, UnknownMode
from chengxin.policy.vector import FactVector, gap_in, replay

__all__ = [
    "NO_FACTS",
    "ActionEffect",
    "Category",
    "Condition",
    "Decision",
    "Direction",
    "Effect",
    "Essence",
    "FactType",
    "FactValue",
    "FactVector",
    "Ground",
    "Language",
    "LegalBasis",
    "Measure",
    "Outcome",
    "PlatformFacts",
    "PlatformRule",
    "Policy",
    "PolicyDocument",
    "PolicyRef",
    "Question",
    "Reason",
    "Review",
    "Scope",
    "SettingEffect",
    "Shift",
    "Text",
    "Treatment",
    "UnknownMode",
    "Verdict",
    "Yardstick",
    "check_document",
    "compare",
    "compile_policy",
    "gap_in",
    "parse_document",
    "parse_policy",
    "replay",
]
