"""The text of a document that people write as plain data: a small, strict YAML (JSON is part of it).

Refused are what makes two readers see two documents: duplicate keys, anchors and aliases, several documents
in one text, tags. ``true``, ``false``, ``null`` and whole numbers are what they look like; everything else is
text, so ``no``, ``010``, ``1:30``, ``2026.1`` and ``2026-02-01`` stay as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

from chengxin.errors import Finding

LARGEST_TEXT: Final = 262_144
"""Longest text, in characters."""
DEEPEST: Final = 48
"""Deepest nesting."""


class _Reader(yaml.SafeLoader):
    """A safe loader that resolves null, booleans and whole numbers, and nothing else."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's shape


_Reader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:null|~|)$"), ["n", "~", ""])
_Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
_Reader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789")
)


def read_data(text: str) -> tuple[Any, list[Finding]]:
    """Return the data that a text holds, and what is wrong with the text; data only if nothing is.

    Args:
        text: a document in YAML or JSON.
    """
    if len(text) > LARGEST_TEXT:
        problem = f"The text has {len(text)} characters; the most is {LARGEST_TEXT}."
        return None, [Finding("yaml.too_large", "", problem, "Split the document, or shorten it.")]
    try:
        findings = _scan(text)
        if findings:
            return None, findings
        node = yaml.compose(text, Loader=_Reader)  # _Reader is a SafeLoader
        if not isinstance(node, yaml.MappingNode):
            fix = "Start with format: 1, then the other fields."
            return None, [Finding("yaml.no_mapping", "", "The text holds no mapping at its top.", fix)]
        findings = _duplicates(node, "")
        return (None, findings) if findings else (_Reader("").construct_document(node), [])
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the latter of escapes and of directives
        problem = " ".join(str(error).split())
        return None, [Finding("yaml.syntax", "", problem, "Correct the YAML at this place.")]


def _scan(text: str) -> list[Finding]:
    """Look at the text event by event, before anything is built from it."""
    findings: list[Finding] = []
    depth = documents = 0
    for event in yaml.parse(text, Loader=_Reader):
        line = f"line {event.start_mark.line + 1}" if event.start_mark else ""
        findings.extend(Finding(code, line, problem, fix) for code, problem, fix in _faults(event))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > DEEPEST:
            problem = f"The document is nested more than {DEEPEST} levels deep."
            return [*findings, Finding("yaml.too_deep", line, problem, "Flatten it.")]
    if documents > 1:
        problem = f"The text holds {documents} documents."
        findings.append(Finding("yaml.several", "", problem, "Keep one per text."))
    return findings


def _faults(event: yaml.Event) -> Iterator[tuple[str, str, str]]:
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        yield "yaml.anchor", "Anchors and aliases hide what a rule says.", "Write it out where it is used."
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        yield "yaml.tag", f"The tag {event.tag} is not read here.", "Remove the tag."
    if isinstance(event, yaml.ScalarEvent) and not _is_encodable(event.value):
        yield (
            "yaml.character",
            "It holds half of a surrogate pair, no character.",
            "Write the character itself.",
        )


def _is_encodable(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _duplicates(node: yaml.Node, path: str) -> list[Finding]:
    findings: list[Finding] = []
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            findings.extend(_duplicates(item, f"{path}[{index}]"))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            where = f"{path}.{name}" if path else name
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                line = key.start_mark.line + 1
                problem = f"The key on line {line} is not a text."
                findings.append(Finding("yaml.key", path, problem, "Put the key in quotes."))
            elif name in seen:
                problem = f"The key is given twice; the second is on line {key.start_mark.line + 1}."
                findings.append(Finding("yaml.duplicate_key", where, problem, "Keep one of them."))
            seen.add(name)
            findings.extend(_duplicates(value, where))
    return findings
