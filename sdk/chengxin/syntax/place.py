"""Where each part of a document stands in what its author wrote: file and line by path.

A path names a part of the document as plain data: ``rules[2].when.all[0]``, ``actions.listing.create.title``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import NamedTuple, Self

from chengxin.errors import Finding


class Place(NamedTuple):
    """A line of a text.

    Attributes:
        file: the text, as its author names it.
        line: 1-based line in it.
    """

    file: str
    line: int

    def of(self, finding: Finding) -> Finding:
        """Return a finding with this as its place."""
        return replace(finding, file=self.file, line=self.line)


class Places:
    """The place of each part of a document.

    Args:
        by_path: place by path; the empty path is the document itself.
    """

    __slots__ = ("_by_path",)

    def __init__(self, by_path: Mapping[str, Place]) -> None:
        self._by_path = dict(by_path)

    def at(self, path: str) -> Place | None:
        """Return the place of a part, or of the nearest part around it that is there."""
        while path and path not in self._by_path:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._by_path.get(path)

    def locate(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return findings with file and line, where they have none yet."""
        return tuple(self._located(finding) for finding in findings)

    def _located(self, finding: Finding) -> Finding:
        place = None if finding.file else self.at(finding.path)
        return place.of(finding) if place else finding

    def within(self, path: str, *, moved_to: str) -> dict[str, Place]:
        """Return the places of a part and all in it, as they are called once the part stands elsewhere.

        The document itself, whose path is empty, is one place.
        """
        inside = (f"{path}.", f"{path}[") if path else ()
        return {
            moved_to + known[len(path) :]: place
            for known, place in self._by_path.items()
            if known == path or known.startswith(inside)
        }

    def beside(self, others: Iterable[Mapping[str, Place]]) -> Places:
        """Return these places with those of other parts."""
        return Places.joined([*others, self._by_path])

    @classmethod
    def joined(cls, parts: Iterable[Mapping[str, Place]]) -> Self:
        """Return the places of several parts as those of one document; later ones prevail."""
        return cls({path: place for part in parts for path, place in part.items()})


def child(path: str, name: str) -> str:
    """Return the path of a member of a mapping."""
    return f"{path}.{name}" if path else name


def item(path: str, index: int) -> str:
    """Return the path of an item of a list."""
    return f"{path}[{index}]"
