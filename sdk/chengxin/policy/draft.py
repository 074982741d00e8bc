"""Frozen values in the making: what an evaluation makes by the dozen costs most in setting its fields.

A frozen dataclass sets each field by a call. A draft has the very same slots and is not frozen, so its fields are set
as those of any object, and then it becomes the value: the class of an object may be assigned where the layout is the
same. Whoever drafts a value runs its checks, all that depend on anything new, before anybody else sees it.
"""

from __future__ import annotations

from typing import Any


def draft_of(value: type) -> Any:  # noqa: ANN401  # it has the fields of the value, whatever they are
    """Return the class of drafts of a frozen dataclass with slots."""
    return type(f"{value.__name__}Draft", (), {"__slots__": value.__slots__})  # type: ignore[attr-defined]
