"""Rules that trust teams own: from a status to a treatment, with every reason, ground and end. Pure."""

from chengxin.policy.check import check_document
from chengxin.policy.citation import cite, cite_clause
from chengxin.policy.condition import Condition
from chengxin.policy.constraint import NO_CONSTRAINTS, ActiveConstraint, Constraints
from chengxin.policy.deciding import decided_measure, grounds_of
from chengxin.policy.document import PolicyDocument, Precedence
from chengxin.policy.draft import document_text, draft_text
from chengxin.policy.engine import Policy, compile_policy
from chengxin.policy.essence import Essence
from chengxin.policy.explanation import Explanation, Paragraph, Section
from chengxin.policy.facts import NO_FACTS, FactType, FactValue, PlatformFacts
from chengxin.policy.identity import policy_ref
from chengxin.policy.lint import lint
from chengxin.policy.loader import Reading, compile_reading, parse_document, parse_policy, read_document
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
from chengxin.policy.outlook import Outlook
from chengxin.policy.redress import APPEAL, REPAIR, RepairHint, repair_hint
from chengxin.policy.reference import Library, NamedText, Refusal
from chengxin.policy.scope import Question, Scope
from chengxin.policy.setting import Scale
from chengxin.policy.shift import Shift, Verdict, Yardstick, compare
from chengxin.policy.situation import Basis, Situation
from chengxin.policy.text import Language, Text
from chengxin.policy.trace import Trace
from chengxin.policy.treatment import Decision, Outcome, Reason, Review, Treatment, UnknownMode
from chengxin.policy.vector import FactVector, gap_in, replay
from chengxin.policy.wording import severity_word

__all__ = [
    "APPEAL",
    "NO_CONSTRAINTS",
    "NO_FACTS",
    "REPAIR",
    "ActionEffect",
    "ActiveConstraint",
    "Basis",
    "Category",
    "Condition",
    "Constraints",
    "Decision",
    "Direction",
    "Effect",
    "Essence",
    "Explanation",
    "FactType",
    "FactValue",
    "FactVector",
    "Ground",
    "Language",
    "LegalBasis",
    "Library",
    "Measure",
    "NamedText",
    "Outcome",
    "Outlook",
    "Paragraph",
    "PlatformFacts",
    "PlatformRule",
    "Policy",
    "PolicyDocument",
    "PolicyRef",
    "Precedence",
    "Question",
    "Reading",
    "Reason",
    "Refusal",
    "RepairHint",
    "Review",
    "Scale",
    "Scope",
    "Section",
    "SettingEffect",
    "Shift",
    "Situation",
    "Text",
    "Trace",
    "Treatment",
    "UnknownMode",
    "Verdict",
    "Yardstick",
    "check_document",
    "cite",
    "cite_clause",
    "compare",
    "compile_policy",
    "compile_reading",
    "decided_measure",
    "document_text",
    "draft_text",
    "gap_in",
    "grounds_of",
    "lint",
    "parse_document",
    "parse_policy",
    "policy_ref",
    "read_document",
    "repair_hint",
    "replay",
    "severity_word",
]
