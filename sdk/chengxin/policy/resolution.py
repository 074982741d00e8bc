"""From what an author writes to a document that stands alone: ``extends``, ``overrides``, ``removes``, ``include``.

A document may extend a shipped policy or a local one, and take parts from local files. All of it is resolved on
plain data, before the policy is validated, into one flat document that refers to no other and says in ``origin``
where it comes from. What is replaced or removed has to be listed, so that who approves a policy reads in a few
lines how it differs from its base.

Mappings are merged by key and rules by id, a rule that is replaced keeping the place it has in the base. Each
entry is replaced as a whole. Whose a policy is, and when it applies, is never taken from a base.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from chengxin.canonical import digest
from chengxin.errors import Finding, InvalidPolicy, Wording
from chengxin.policy.building import Building, IncludedParts
from chengxin.policy.document import PolicyDocument
from chengxin.policy.entry import MERGED, Entry, assembled, entries_of, whole
from chengxin.policy.identity import policy_ref
from chengxin.policy.messages import found
from chengxin.policy.override import check_lists
from chengxin.policy.reference import Library, NamedText, Refusal, is_local, is_shipped_name
from chengxin.policy.shape import shape
from chengxin.suggestion import suggestion
from chengxin.syntax import Sheet, read_sheet

OWN: Final = frozenset(
    {
        "format",
        "name",
        "version",
        "title",
        "owner",
        "effective_from",
        "effective_until",
        "terms_since",
        "origin",
    }
)
"""Members that a document never takes from a base."""
MOST_EXTENDED: Final = 3
"""Most documents of which each extends the next."""
_ITSELF: Final = Wording(zh="本文档", en="this document")


class Source(NamedTuple):
    """A document as it is read.

    Attributes:
        name: what findings call it.
        key: which document it is; empty for a text.
        library: what it may refer to.
        above: keys of the documents that led to it by ``extends``.
    """

    name: str
    key: str
    library: Library
    above: tuple[str, ...] = ()


class _Included(NamedTuple):
    """A file that was included; ``digest`` is of its meaning."""

    name: str
    digest: str
    sheet: Sheet


def resolve(sheet: Sheet, source: Source) -> Sheet:
    """Return the flat document that a text amounts to, with the place of each of its parts.

    Raises:
        InvalidPolicy: a reference leads nowhere, or what is replaced is not what is listed; with all findings.
    """
    written = {name: sheet.data[name] for name in Building.model_fields if name in sheet.data}
    if not written:
        return sheet
    building = shape(Building, written, name=source.name, places=sheet.places)
    _refuse(source, sheet, _contradictions(sheet, building))
    included = [_include(wanted, index, sheet, source) for index, wanted in enumerate(building.include)]
    own = _with_included(sheet, included, source)
    origin: dict[str, Any] = {"includes": [{"name": part.name, "digest": part.digest} for part in included]}
    if building.extends is not None:
        base = _base(building.extends, sheet, source)
        ref = policy_ref(shape(PolicyDocument, base.data, name=source.name, places=base.places))
        _refuse(source, own, check_lists(own, base, building))
        own = _merged(own, base, removed=set(building.removes))
        origin |= {
            "extends": {"name": ref.name, "version": ref.version, "digest": ref.digest},
            "overrides": sorted(building.overrides),
            "removes": sorted(building.removes),
        }
    return Sheet(own.data | {"origin": origin}, own.places)


def _refuse(source: Source, sheet: Sheet, findings: Iterable[Finding]) -> None:
    located = sheet.places.locate(findings)
    if located:
        raise InvalidPolicy(source.name, located)


def _contradictions(sheet: Sheet, building: Building) -> Iterator[Finding]:
    if "origin" in sheet.data:
        field = next(name for name in Building.model_fields if name in sheet.data)
        yield found("extends.with_origin", "origin", field=field)
    if building.extends is None:
        for field in ("overrides", "removes"):
            if getattr(building, field):
                yield found("extends.no_base", field, field=field)


# ---- what is included ----


def _include(reference: str, index: int, sheet: Sheet, source: Source) -> _Included:
    text = _beside(reference, f"include[{index}]", sheet, source)
    included = _read(text)
    alien = [
        f
        for f in included.data
        if f not in MERGED and f in PolicyDocument.model_fields | Building.model_fields
    ]
    _refuse(source, included, [found("include.member", field, field=field) for field in alien])
    parts = shape(IncludedParts, included.data, name=source.name, places=included.places)
    return _Included(text.name, digest(parts.model_dump(mode="json", exclude_defaults=True)), included)


def _with_included(sheet: Sheet, included: list[_Included], source: Source) -> Sheet:
    """Return what the author writes with what it includes, ahead of its own entries."""
    members: dict[str, Any] = {
        field: whole(sheet, field) for field in sheet.data if field not in Building.model_fields
    }
    for section in MERGED:
        own = entries_of(sheet, section)
        if own is None:
            continue  # of another shape, which its own finding says
        holders = [
            (_ITSELF, own),
            *((Wording(p.name, p.name), entries_of(p.sheet, section) or {}) for p in included),
        ]
        _refuse(source, sheet, _clashes(section, holders))
        joined = {name: entry for _, entries in [*holders[1:], holders[0]] for name, entry in entries.items()}
        if joined or section in sheet.data:
            members[section] = joined
    whole_sheet = assembled(members, sheet.places)
    building = [sheet.places.within(field, moved_to=field) for field in Building.model_fields]
    return Sheet(whole_sheet.data, whole_sheet.places.beside(building))


def _clashes(section: str, holders: list[tuple[Wording, dict[str, Entry]]]) -> Iterator[Finding]:
    first: dict[str, Wording] = {}
    for holder, entries in holders:
        for name, entry in entries.items():
            if name in first:
                finding = found("include.clash", entry.path, entry=f"{section}.{name}", first=first[name])
                yield from entry.places.locate([finding])
            first.setdefault(name, holder)


# ---- what is extended ----


def _base(reference: str, sheet: Sheet, source: Source) -> Sheet:
    """Return the base that a document extends, resolved."""
    library = source.library
    if not is_shipped_name(reference):
        text = _beside(reference, "extends", sheet, source)
    elif reference in library.shipped:
        text = NamedText(f"shipped:{reference}", reference, library.shipped[reference])
    else:
        hint = suggestion(reference, library.shipped)
        raise _refusal(source, sheet, found("extends.unknown_policy", "extends", name=reference, hint=hint))
    chain = (*source.above, source.key)
    if text.key in chain:
        raise _refusal(source, sheet, found("extends.cycle", "extends", name=text.name))
    if len(chain) >= MOST_EXTENDED:
        raise _refusal(source, sheet, found("extends.too_deep", "extends", most=MOST_EXTENDED))
    return resolve(_read(text), Source(text.name, text.key, library, chain))


def _merged(own: Sheet, base: Sheet, *, removed: set[str]) -> Sheet:
    """Return a document over its base; what is listed was looked at before."""
    members: dict[str, Any] = {}
    for field in [*base.data, *(field for field in own.data if field not in base.data)]:
        over, under = entries_of(own, field), entries_of(base, field)
        if field in MERGED and over is not None and under is not None:
            kept = {name: entry for name, entry in under.items() if f"{field}.{name}" not in removed}
            members[field] = kept | over
        elif field in own.data:
            members[field] = whole(own, field)
        elif field not in OWN:
            members[field] = whole(base, field)
    return assembled(members, own.places)


# ---- reading ----


def _beside(reference: str, path: str, sheet: Sheet, source: Source) -> NamedText:
    if not is_local(reference):
        raise _refusal(source, sheet, found("reference.not_local", path, reference=reference))
    text = source.library.read_beside(source.key, reference)
    if isinstance(text, Refusal):
        raise _refusal(source, sheet, found(text.value, path, reference=reference))
    return text


def _refusal(source: Source, sheet: Sheet, finding: Finding) -> InvalidPolicy:
    return InvalidPolicy(source.name, sheet.places.locate([finding]))


def _read(text: NamedText) -> Sheet:
    sheet, findings = read_sheet(text.text, name=text.name)
    if sheet is None:
        raise InvalidPolicy(text.name, findings)
    return sheet
