"""Rules that trust teams own: from a status to a treatment, with every reason, ground and end. Pure."""

from chengxin.policy.check import check_document
from chengxin.policy.condition import Condition
from chengxin.policy.constraint import NO_CONSTRAINTS, ActiveConstraint, Constraints
from chengxin.policy.document import PolicyDocument, Precedence
from chengxin.policy.engine import Policy, compile_policy
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
from chengxin.policy.setting import Scale
from chengxin.policy.text import Language, Text
from chengxin.policy.treatment import Decision, Outcome, Reason, Review, Treatment, UnknownMode

__all__ = [
    "NO_CONSTRAINTS",
    "NO_FACTS",
    "ActionEffect",
    "ActiveConstraint",
    "Category",
    "Condition",
    "Constraints",
    "Decision",
    "Direction",
    "Effect",
    "FactType",
    "FactValue",
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
    "Precedence",
    "Reason",
    "Review",
    "Scale",
    "SettingEffect",
    "Text",
    "Treatment",
    "UnknownMode",
    "check_document",
    "compile_policy",
    "parse_document",
    "parse_policy",
]
