"""The text of a document that people write as plain data: a small, strict YAML, of which JSON is a part.

With it comes the line of each part of the document.

Refused are what makes two readers see two documents: duplicate keys, anchors and aliases, several documents
in one text, tags. ``true``, ``false``, ``null`` and whole numbers are what they look like; everything else is
text, so ``no``, ``010``, ``1:30``, ``2026.1`` and ``2026-02-01`` stay as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

import yaml

from chengxin.errors import Finding, Wording
from chengxin.syntax.messages import YAML
from chengxin.syntax.place import Place, Places, child, item

LARGEST_TEXT: Final = 262_144
"""Longest text, in characters."""
DEEPEST: Final = 48
"""Deepest nesting."""


class Sheet(NamedTuple):
    """A text that was read: its data, and where each part of it stands.

    Attributes:
        data: the mapping at its top, as plain data.
        places: file and line by path.
    """

    data: dict[str, Any]
    places: Places


class _Reader(yaml.SafeLoader):
    """A safe loader that resolves null, booleans and whole numbers, and nothing else."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's shape


_Reader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(?:null|~|)$"), ["n", "~", ""])
_Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|false)$"), list("tf"))
_Reader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"-?(?:0|[1-9][0-9]{0,17})$"), list("-0123456789")
)


def read_sheet(text: str, *, name: str) -> tuple[Sheet | None, list[Finding]]:
    """Return what a text holds, and what is wrong with the text; the former only if nothing is.

    Args:
        text: a document in YAML or JSON.
        name: what its author calls it, e.g. the name of its file.
    """
    if len(text) > LARGEST_TEXT:
        finding = _found("yaml.too_large", "", count=len(text), most=LARGEST_TEXT)
        return None, [replace(finding, file=name)]
    try:
        findings = _scan(text, name)
        if findings:
            return None, findings
        node = yaml.compose(text, Loader=_Reader)  # _Reader is a SafeLoader
        if not isinstance(node, yaml.MappingNode):
            return None, [replace(_found("yaml.no_mapping", ""), file=name, line=1)]
        places, findings = _survey(node, name)
        return (None, findings) if findings else (Sheet(_Reader("").construct_document(node), places), [])
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # the latter of escapes and of directives
        return None, [_unreadable(error, name)]


def _unreadable(error: Exception, name: str) -> Finding:
    mark = getattr(error, "problem_mark", None)
    detail = getattr(error, "problem", None) or " ".join(str(error).split())
    told = Wording(zh="", en=f" ({detail})")  # what the reader says, it says in English
    line = mark.line + 1 if mark else None
    return replace(_found("yaml.syntax", "", detail=told), file=name, line=line)


def _scan(text: str, name: str) -> list[Finding]:
    """Look at the text event by event, before anything is built from it."""
    findings: list[Finding] = []
    depth = documents = 0
    second: int | None = None
    for event in yaml.parse(text, Loader=_Reader):
        line = event.start_mark.line + 1 if event.start_mark else None
        findings.extend(replace(finding, file=name, line=line) for finding in _faults(event))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > DEEPEST:
            return [*findings, replace(_found("yaml.too_deep", "", most=DEEPEST), file=name, line=line)]
        if documents == 2 and isinstance(event, yaml.DocumentStartEvent):
            second = line
    if documents > 1:
        findings.append(replace(_found("yaml.several", "", count=documents), file=name, line=second))
    return findings


def _faults(event: yaml.Event) -> Iterator[Finding]:
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        yield _found("yaml.anchor", "")
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        yield _found("yaml.tag", "", tag=event.tag)
    if isinstance(event, yaml.ScalarEvent) and not _is_encodable(event.value):
        yield _found("yaml.character", "")


def _is_encodable(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _survey(top: yaml.MappingNode, name: str) -> tuple[Places, list[Finding]]:
    """Return where each part stands, and the keys that are none or stand twice."""
    places = {"": Place(name, top.start_mark.line + 1)}
    findings: list[Finding] = []

    def enter(node: yaml.Node, path: str) -> None:
        if isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                places[item(path, index)] = Place(name, value.start_mark.line + 1)
                enter(value, item(path, index))
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                word, place = str(key.value), Place(name, key.start_mark.line + 1)
                where = child(path, word)
                if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                    findings.append(place.of(_found("yaml.key", path)))
                elif word in seen:
                    findings.append(place.of(_found("yaml.duplicate_key", where, key=word)))
                else:
                    places[where] = place
                seen.add(word)
                enter(value, where)

    enter(top, "")
    return Places(places), findings


def _found(code: str, path: str, **values: object) -> Finding:
    return YAML[code].finding(code, path, values)
