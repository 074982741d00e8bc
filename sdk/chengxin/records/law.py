"""The rule table that comes with chengxin: what its authors know of the law, and how surely."""

from __future__ import annotations

from functools import cache
from importlib import resources

from chengxin.records.rule_document import parse_rule_table
from chengxin.records.rule_table import RuleTable


@cache
def shipped_rule_table() -> RuleTable:
    """Return the shipped table; it is read from the package at the first call.

    >>> shipped_rule_table().row("o117-change-report").days
    3
    """
    text = (resources.files("chengxin.records") / "law.yaml").read_text(encoding="utf-8")
    return parse_rule_table(text, name="law.yaml")
