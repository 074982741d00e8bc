"""Values as the plain data of a document, and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from chengxin.policy.text import Text

_T = TypeVar("_T")


def maybe(of: Callable[[Any], _T], value: Any) -> _T | None:  # noqa: ANN401  # any part
    """Return what becomes of a part; None where there is none."""
    return None if value is None else of(value)


def write_instant(at: datetime) -> str:
    """Return an instant in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(text: str) -> datetime:
    """Return the instant that was written."""
    return datetime.fromisoformat(text).astimezone(UTC)


def write_text(text: Text) -> dict[str, str]:
    """Return a text in both languages."""
    return {"zh": text.zh, "en": text.en}


def read_text(plain: dict[str, str]) -> Text:
    """Return the text that was written."""
    return Text(zh=plain["zh"], en=plain["en"])
