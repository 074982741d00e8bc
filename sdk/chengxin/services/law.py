"""Find and read rule tables: the shipped one, and the operator's own over it."""

from __future__ import annotations

from pathlib import Path

from chengxin.errors import ConfigurationError
from chengxin.records import RuleTable, parse_rule_table, shipped_rule_table


def load_rule_table(path: str | Path) -> RuleTable:
    """Return the shipped rule table with the rows of an operator's document over it.

    Rows of the document take the place of shipped rows of the same id; others are added. See ``docs/law.md``.

    Args:
        path: a YAML or JSON document.

    Raises:
        ConfigurationError: the file cannot be read.
        InvalidRuleTable: the document was refused, with all findings.
    """
    name = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The rule table {name!r} cannot be read as UTF-8 text: {error}.") from error
    return parse_rule_table(text, name=name, over=shipped_rule_table())
