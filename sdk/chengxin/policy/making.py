"""Frozen values in the making: what an evaluation makes by the dozen costs most in setting its fields.

A frozen dataclass sets each field by a call. A draft has the very same slots and is not frozen, so its fields are set
as those of any object, and then it becomes the value: the class of an object may be assigned where the layout is the
same. ``finish`` runs the checks of the value; where ``become`` does not, its caller runs those that are left.
"""

from __future__ import annotations

from typing import Any, TypeVar

_T = TypeVar("_T")


def draft_of(value: type) -> Any:  # noqa: ANN401  # it has the fields of the value, whatever they are
    """Return the class of drafts of a frozen dataclass with slots."""
    return type(f"{value.__name__}Draft", (), {"__slots__": value.__slots__})  # type: ignore[attr-defined]


def finish(draft: Any, value: type[_T]) -> _T:  # noqa: ANN401  # as above
    """Return a draft whose fields are all set as the value that it is a draft of, checked.

    Raises:
        Exception: whatever the value raises where it is wrong.
    """
    draft.__class__ = value
    draft.__post_init__()
    return draft  # type: ignore[no-any-return]  # it is one now


def become(draft: Any, value: type[_T]) -> _T:  # noqa: ANN401  # as above
    """Return a draft whose fields are all set as the value that it is a draft of, unchecked."""
    draft.__class__ = value
    return draft  # type: ignore[no-any-return]  # it is one now
