"""Whether declared settings make sense: what several measures make of one is told by its values and bounds."""

from __future__ import annotations

from collections.abc import Iterator

from chengxin.errors import Finding
from chengxin.policy.document import Combine, PolicyDocument, SettingDeclaration
from chengxin.policy.messages import found


def check_settings(document: PolicyDocument) -> Iterator[Finding]:
    """Yield what is wrong with the declared settings, in document order."""
    for name, declared in document.settings.items():
        yield from check_setting(declared, f"settings.{name}")


def check_setting(declared: SettingDeclaration, path: str) -> Iterator[Finding]:
    """Yield what is wrong with one declared setting."""
    kind = type(declared.default)
    is_ordered = declared.combine is Combine.STRICTEST
    if (kind is str and not is_ordered) or (declared.combine is Combine.SUM and kind is not int):
        yield found(
            "setting.combine_type",
            f"{path}.combine",
            combine=declared.combine.value,
            default=as_written(declared.default),
        )
        return
    yield from _values(declared, path, is_ordered=is_ordered)
    yield from _bounds(declared, path)


def as_written(value: int | bool | str) -> str:
    """Return a value as an author writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(declared: SettingDeclaration, path: str, *, is_ordered: bool) -> Iterator[Finding]:
    values = declared.values
    if is_ordered and values is None:
        yield found("setting.no_values", path)
    if values is None:
        return
    if not is_ordered:
        yield found("setting.idle_values", f"{path}.values", combine=declared.combine.value)
    elif {type(value) for value in values} != {type(declared.default)}:
        yield found("setting.values_mixed", f"{path}.values", default=as_written(declared.default))
    elif len(set(values)) < len(values):
        yield found("setting.values_repeated", f"{path}.values")
    elif declared.default not in values:
        yield found("setting.default_unlisted", f"{path}.default", default=as_written(declared.default))


def _bounds(declared: SettingDeclaration, path: str) -> Iterator[Finding]:
    cap, floor, default = declared.cap, declared.floor, declared.default
    if declared.combine is not Combine.SUM:
        for name in ("cap", "floor"):
            if getattr(declared, name) is not None:
                yield found(
                    "setting.idle_bound", f"{path}.{name}", bound=name, combine=declared.combine.value
                )
        return
    if cap is None:
        yield found("setting.no_cap", path)
    elif int(default) > cap:
        yield found("setting.bounds", f"{path}.cap", default=default)
    if floor is not None and int(default) < floor:
        yield found("setting.bounds", f"{path}.floor", default=default)
