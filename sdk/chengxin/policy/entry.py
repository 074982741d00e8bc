"""The entries of a document that another one may replace or remove: facts, actions, settings, measures, rules.

An entry is called by its section and its name, ``catalogue.deposit-raised`` or ``rules.general-penalty``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from chengxin.syntax import Place, Places, Sheet, child, item

MERGED: Final = ("facts", "actions", "settings", "catalogue", "rules")
"""Sections that are merged entry by entry."""
WHOLE: Final = ("tiers", "appeal_url", "persons")
"""Members that are taken from a base, or replaced, as a whole."""
_UNNAMED: Final = "\0"
"""Begins what tells apart rules that have no id, or one that another has; no text holds it."""


class Entry(NamedTuple):
    """An entry as it is written.

    Attributes:
        value: its plain data.
        path: where it stands in its own document.
        places: the places of that document.
    """

    value: Any
    path: str
    places: Places


def entries_of(sheet: Sheet, section: str) -> dict[str, Entry] | None:
    """Return the entries of a section by name; None where the section is not of its shape."""
    content = sheet.data.get(section, [] if section == "rules" else {})
    entries: dict[str, Entry] = {}
    if section == "rules" and isinstance(content, list):
        for index, rule in enumerate(content):
            name = rule.get("id") if isinstance(rule, dict) else None
            is_own = isinstance(name, str) and name not in entries
            key = name if is_own and isinstance(name, str) else f"{_UNNAMED}{index}"
            entries[key] = Entry(rule, item(section, index), sheet.places)
        return entries
    if section != "rules" and isinstance(content, dict):
        return {name: Entry(value, child(section, name), sheet.places) for name, value in content.items()}
    return None


def whole(sheet: Sheet, field: str) -> Entry:
    """Return a member of a document as one entry."""
    return Entry(sheet.data[field], field, sheet.places)


def assembled(members: Mapping[str, Entry | Mapping[str, Entry]], places: Places) -> Sheet:
    """Return a document of these members, with the place of each part of it.

    Args:
        members: each as a whole, or by its entries.
        places: those of the document that its author wrote; it names the document itself.
    """
    data: dict[str, Any] = {}
    known: list[Mapping[str, Place]] = [places.within("", moved_to="")]
    for field, member in members.items():
        if isinstance(member, Entry):
            data[field] = member.value
            known.append(member.places.within(member.path, moved_to=field))
            continue
        is_list = field == "rules"
        data[field] = (
            [e.value for e in member.values()] if is_list else {n: e.value for n, e in member.items()}
        )
        known.extend(_moved(field, member.items(), is_list=is_list))
    return Sheet(data, Places.joined(known))


def _moved(
    field: str, entries: Iterable[tuple[str, Entry]], *, is_list: bool
) -> Iterable[Mapping[str, Place]]:
    for index, (name, entry) in enumerate(entries):
        moved_to = item(field, index) if is_list else child(field, name)
        yield entry.places.within(entry.path, moved_to=moved_to)
