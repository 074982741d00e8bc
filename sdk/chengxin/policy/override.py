"""Whether a document lists exactly what it replaces and removes of its base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from chengxin.errors import Finding
from chengxin.policy.building import Building
from chengxin.policy.entry import MERGED, WHOLE, Entry, entries_of, whole
from chengxin.policy.messages import found
from chengxin.suggestion import suggestion
from chengxin.syntax import Sheet


def nameable(sheet: Sheet) -> dict[str, Entry]:
    """Return what can be replaced in a document, by the name it has in ``overrides`` and ``removes``."""
    entries: dict[str, Entry] = {field: whole(sheet, field) for field in WHOLE if field in sheet.data}
    for section in MERGED:
        entries |= {f"{section}.{name}": e for name, e in (entries_of(sheet, section) or {}).items()}
    return entries


def check_lists(own: Sheet, base: Sheet, building: Building) -> Iterator[Finding]:
    """Yield what the lists say and the documents do not, and the reverse.

    Args:
        own: what the author writes, with what it includes.
        base: the base, resolved.
        building: the lists.
    """
    given, known = nameable(own), nameable(base)
    removed = {name for name in building.removes if _is_of_section(name)}
    for name, entry in given.items():
        if name in known and name not in building.overrides and name not in removed:
            yield found("extends.unlisted_override", entry.path, entry=name)
    for index, name in enumerate(building.overrides):
        yield from _override(name, f"overrides[{index}]", given, known)
    for index, name in enumerate(building.removes):
        yield from _removal(name, f"removes[{index}]", given, known)
    for field in ("overrides", "removes"):
        for name, times in Counter(getattr(building, field)).items():
            if times > 1:
                yield found("extends.listed_twice", field, entry=name)


def _override(
    name: str, path: str, given: Mapping[str, Entry], known: Mapping[str, Entry]
) -> Iterator[Finding]:
    if name not in WHOLE and not _is_of_section(name):
        yield found("extends.unknown_entry", path, entry=name)
    elif name not in given or name not in known or given[name].value == known[name].value:
        yield found("extends.idle_override", path, entry=name)


def _removal(
    name: str, path: str, given: Mapping[str, Entry], known: Mapping[str, Entry]
) -> Iterator[Finding]:
    if not _is_of_section(name):
        yield found("extends.unknown_entry", path, entry=name)
    elif name not in known:
        section = name.partition(".")[0]
        near = [entry for entry in known if entry.startswith(f"{section}.")]
        yield found("extends.unknown_removal", path, entry=name, hint=suggestion(name, near))
    elif name in given:
        yield found("extends.removed_and_given", path, entry=name)


def _is_of_section(name: str) -> bool:
    section, dot, entry = name.partition(".")
    return section in MERGED and bool(dot and entry)
