"""Whether the texts and addresses of a document are fit for those who read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from chengxin.errors import Finding
from chengxin.identifiers.resident import mask_identity_numbers
from chengxin.policy.document import PolicyDocument
from chengxin.policy.messages import found
from chengxin.syntax import child, item

_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LATIN: Final = re.compile(r"[A-Za-z]")
SAMPLE_HOST: Final = "rules.example.com"
"""Stands in the shipped policies where a platform puts its own address."""


def check_prose(document: PolicyDocument) -> Iterator[Finding]:
    """Yield texts in another language than they claim, identity numbers, and addresses that are still a sample's."""
    sample: str | None = None
    for path, text in _texts(document.content, ""):
        if mask_identity_numbers(text) != text:
            yield found("text.identity_number", path)
        elif path.endswith(".zh") and not _HAN.search(text):
            yield found("text.no_chinese", path)
        elif path.endswith(".en") and not _LATIN.search(text):
            yield found("text.no_english", path)
        elif sample is None and text.startswith(f"https://{SAMPLE_HOST}"):
            sample = path
    is_extending = document.origin is not None and document.origin.extends is not None
    if sample is not None and is_extending:
        yield found("address.sample", sample, host=SAMPLE_HOST)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  # plain data
    """Yield every text in plain data with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, child(path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, item(path, index))
