"""The rules of law that commands go by."""

from __future__ import annotations

import os

from chengxin.config import PREFIX
from chengxin.records import RuleTable, shipped_rule_table
from chengxin.services import load_rule_table


def operator_rule_table() -> RuleTable:
    """Return the rule table that the environment names, over the shipped one; the shipped one where it names none.

    Raises:
        ConfigurationError: the file cannot be read.
        InvalidRuleTable: the document was refused, with all findings.
    """
    path = os.environ.get(f"{PREFIX}RULE_TABLE")
    return load_rule_table(path) if path else shipped_rule_table()
