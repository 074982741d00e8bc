"""Treatments explained in words that a merchant understands, in Chinese and in English. Pure."""

from chengxin.policy.explanation.explain import explain
from chengxin.policy.explanation.paragraph import Explanation, Paragraph, Section

__all__ = ["Explanation", "Paragraph", "Section", "explain"]
