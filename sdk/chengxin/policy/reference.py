"""How a document refers to others: shipped policies by name, local files by a path within its directory.

Reading is somebody else's work: nothing here opens a file. What a document may refer to is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

_LOCAL: Final = re.compile(r"\./(?:[^/\\:\s][^/\\:]*/)*[^/\\:\s][^/\\:]*\.(?:yaml|yml|json)")
"""Below the directory itself: no address, no drive, no absolute path."""
_SHIPPED: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class Refusal(StrEnum):
    """Why a local file is not read, as the code of the finding that says so."""

    OUTSIDE = "reference.outside"
    """It leads out of the directory by a link."""
    NOT_FOUND = "reference.not_found"
    """There is no such file."""
    UNREADABLE = "reference.unreadable"
    """It cannot be read, or is no UTF-8 text."""
    OF_TEXT = "reference.of_text"
    """The document that refers to it is a text without a directory."""


class NamedText(NamedTuple):
    """The text of a document.

    Attributes:
        key: which document it is: the same for the same one, however it is referred to.
        name: what findings call it.
        text: its text.
    """

    key: str
    name: str
    text: str


ReadBeside: TypeAlias = Callable[[str, str], NamedText | Refusal]


def _of_text(key: str, reference: str) -> Refusal:  # noqa: ARG001  # a text has no directory to look in
    return Refusal.OF_TEXT


class Library(NamedTuple):
    """What documents may refer to.

    Attributes:
        shipped: text of each shipped policy by name.
        read_beside: reads a local file; takes the key of the document that refers to it, and the reference, which
            ``is_local``.
    """

    shipped: Mapping[str, str] = MappingProxyType({})
    read_beside: ReadBeside = _of_text


NO_LIBRARY: Final = Library()
"""For texts that stand alone."""


def is_local(reference: str) -> bool:
    """Tell whether a reference is a path to a policy file within the directory.

    >>> is_local("./catalogue.yaml"), is_local("./../catalogue.yaml"), is_local("https://x.example/a.yaml")
    (True, False, False)
    """
    fits = reference.isprintable() and _LOCAL.fullmatch(reference) is not None
    return fits and not {"..", "."} & set(reference.removeprefix("./").split("/"))


def is_shipped_name(reference: str) -> bool:
    """Tell whether a reference has the form of the name of a shipped policy."""
    return _SHIPPED.fullmatch(reference) is not None
