"""Find and read policy documents: shipped ones by name, the platform's own by path."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from chengxin.errors import ConfigurationError
from chengxin.policy import Policy, parse_policy
from chengxin.records import RuleTable

_SHIPPED = resources.files("chengxin.policy") / "shipped"
_SUFFIXES = (".yaml", ".yml", ".json")


def shipped_policies() -> list[str]:
    """Return the names of the policies that come with chengxin."""
    return sorted(
        item.name.removesuffix(".yaml") for item in _SHIPPED.iterdir() if item.name.endswith(".yaml")
    )


def load_policy(name_or_path: str | Path, *, rule_table: RuleTable | None = None) -> Policy:
    """Read, check and compile a policy.

    Args:
        name_or_path: the name of a shipped policy, or a path to a YAML or JSON document.
        rule_table: the law that it is checked against; the shipped table where None.

    Raises:
        ConfigurationError: there is no such policy, or the file cannot be read.
        InvalidPolicy: the document was refused, with all findings.
    """
    name = str(name_or_path)
    if isinstance(name_or_path, str) and not name.endswith(_SUFFIXES):
        if name not in shipped_policies():
            raise ConfigurationError(
                f"There is no shipped policy {name!r}: take one of {', '.join(shipped_policies())}, "
                "or give the path of a .yaml or .json document."
            )
        shipped = (_SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
        return parse_policy(shipped, name=name, rule_table=rule_table)
    try:
        text = Path(name_or_path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The policy {name!r} cannot be read as UTF-8 text: {error}.") from error
    return parse_policy(text, name=name, rule_table=rule_table)
