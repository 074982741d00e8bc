"""The message catalogue: every code a finding can have, with what it says in Chinese and in English.

A code is stable: a platform's own tools and its reviewers refer to it. What it says may be worded better at any
time; snapshots in the tests show each change.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from chengxin.errors import Finding
from chengxin.message import Message, Messages, placeholders
from chengxin.policy.messages.advice import ADVICE
from chengxin.policy.messages.document import DOCUMENT
from chengxin.policy.messages.field import FIELD
from chengxin.policy.messages.measure import MEASURE
from chengxin.policy.messages.resolution import RESOLUTION
from chengxin.policy.messages.rule import RULE
from chengxin.policy.messages.setting import SETTING
from chengxin.syntax.messages import YAML

__all__ = ["CATALOGUE", "Message", "Messages", "found", "placeholders"]

CATALOGUE: Final[Mapping[str, Message]] = MappingProxyType(
    {**YAML, **FIELD, **RESOLUTION, **DOCUMENT, **SETTING, **MEASURE, **RULE, **ADVICE}
)
"""Every message by its code."""


def found(code: str, path: str, **values: object) -> Finding:
    """Return a finding of a catalogued code at a place.

    Args:
        code: a code of the catalogue.
        path: where, as a path into the document.
        values: what stands for each placeholder of the message; a ``Wording`` differs by language.
    """
    return CATALOGUE[code].finding(code, path, values)
