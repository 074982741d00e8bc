"""Find and read policy documents: shipped ones by name, the platform's own by path."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Final

from chengxin.errors import ConfigurationError, Finding
from chengxin.policy import (
    Library,
    NamedText,
    Policy,
    Reading,
    Refusal,
    compile_reading,
    draft_text,
    lint,
    read_document,
)
from chengxin.records import RuleTable

_SHIPPED: Final = resources.files("chengxin.policy") / "shipped"
_SUFFIXES: Final = (".yaml", ".yml", ".json")


def shipped_policies() -> list[str]:
    """Return the names of the policies that come with chengxin."""
    return sorted(_shipped_texts())


def load_policy(name_or_path: str | Path, *, rule_table: RuleTable | None = None) -> Policy:
    """Read, check and compile a policy.

    Args:
        name_or_path: the name of a shipped policy, or a path to a YAML or JSON document. The document may extend a
            shipped policy, or one beside it, and include files beside it.
        rule_table: the law that it is checked against; the shipped table where None.

    Raises:
        ConfigurationError: there is no such policy, or the file cannot be read.
        InvalidPolicy: the document was refused, with all findings.
    """
    return compile_reading(read_policy(name_or_path), name=str(name_or_path), rule_table=rule_table)


def read_policy(name_or_path: str | Path) -> Reading:
    """Read the document of a policy, flat, with the place of each of its parts; its meaning is not checked.

    Args:
        name_or_path: as of ``load_policy``.

    Raises:
        ConfigurationError: there is no such policy, or the file cannot be read.
        InvalidPolicy: the text, a reference or the shape is wrong; with all findings.
    """
    return read_document(_named(name_or_path), _library())


def read_policy_text(text: str, *, name: str) -> Reading:
    """Read a policy document that is no file: it may extend a shipped policy, and refers to nothing else.

    Args:
        text: the document.
        name: what to call it in errors.

    Raises:
        InvalidPolicy: the text, a reference or the shape is wrong; with all findings.
    """
    return read_document(NamedText("", name, text), _library())


def lint_policy(
    name_or_path: str | Path,
    *,
    announced_on: date | None = None,
    is_important: bool = False,
    rule_table: RuleTable | None = None,
) -> tuple[Finding, ...]:
    """Return everything that there is to say of a policy, each finding with its line; empty where nothing is.

    Args:
        name_or_path: as of ``load_policy``.
        announced_on: China day on which the policy is made public; None where that is not decided.
        is_important: it touches important interests, or many users: it is announced 15 days ahead, and not 7.
        rule_table: the law that it is checked against; the shipped table where None.

    Raises:
        ConfigurationError: there is no such policy, or the file cannot be read.
        InvalidPolicy: the text, a reference or the shape is wrong, so that there is no policy to look at.
    """
    reading = read_policy(name_or_path)
    findings = lint(
        reading.document, announced_on=announced_on, is_important=is_important, rule_table=rule_table
    )
    return reading.places.locate(findings)


def begin_policy(path: str | Path, *, extends: str, name: str, today: date) -> None:
    """Write a commented document that extends a shipped policy, to start from.

    Args:
        path: the file to write; one that is there is left as it is.
        extends: name of the shipped policy.
        name: name of the policy to be, like-this.
        today: today's China day.

    Raises:
        ConfigurationError: the file exists or cannot be written, or there is no such shipped policy.
        InvalidPolicy: the name cannot be that of a policy.
    """
    path = Path(path)
    if extends not in _shipped_texts():
        raise _no_such_policy(extends)
    text = draft_text(name=name, base=extends, file=path.name, today=today)
    read_policy_text(text, name=path.name)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigurationError(f"The file {str(path)!r} is there already. Choose another name.") from None
    except OSError as error:
        raise ConfigurationError(f"The file {str(path)!r} cannot be written: {error}.") from error


def _no_such_policy(name: str) -> ConfigurationError:
    return ConfigurationError(
        f"There is no shipped policy {name!r}: take one of {', '.join(shipped_policies())}, "
        "or give the path of a .yaml or .json document."
    )


def _named(name_or_path: str | Path) -> NamedText:
    name = str(name_or_path)
    if isinstance(name_or_path, str) and not name.endswith(_SUFFIXES):
        if name not in _shipped_texts():
            raise _no_such_policy(name)
        return NamedText(f"shipped:{name}", name, _shipped_texts()[name])
    path = Path(name_or_path)
    try:
        return NamedText(str(path.resolve()), name, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The policy {name!r} cannot be read as UTF-8 text: {error}.") from error


def _library() -> Library:
    return Library(_shipped_texts(), _read_beside)


@cache
def _shipped_texts() -> Mapping[str, str]:
    return MappingProxyType(
        {
            item.name.removesuffix(".yaml"): item.read_text(encoding="utf-8")
            for item in _SHIPPED.iterdir()
            if item.name.endswith(".yaml")
        }
    )


def _read_beside(key: str, reference: str) -> NamedText | Refusal:
    """Read a local file that a document refers to; what lies outside its directory is not read."""
    if not key or key.startswith("shipped:"):
        return Refusal.OF_TEXT
    directory = Path(key).parent
    path = (directory / reference).resolve()
    if not path.is_relative_to(directory):
        return Refusal.OUTSIDE
    if not path.is_file():
        return Refusal.NOT_FOUND
    try:
        return NamedText(str(path), reference.removeprefix("./"), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return Refusal.UNREADABLE
