"""What an author writes beside the members of a policy: what it extends, includes, replaces and removes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chengxin.policy.condition import NonEmpty, Part
from chengxin.policy.document import (
    ActionDeclaration,
    CatalogueEntry,
    DashedName,
    DottedName,
    FactDeclaration,
    Rule,
    SettingDeclaration,
)

_Listed = Annotated[tuple[NonEmpty, ...], Field(max_length=500)]


class Building(Part):
    """How a document builds on others.

    Attributes:
        extends: name of a shipped policy, or path of a local one.
        include: local files that facts, actions, settings, measures and rules are taken from.
        overrides: every entry of the base that this document replaces, e.g. ``catalogue.deposit-raised``.
        removes: every entry of the base that does not apply here, e.g. ``rules.general-penalty``.
    """

    extends: NonEmpty | None = None
    include: Annotated[tuple[NonEmpty, ...], Field(max_length=20)] = ()
    overrides: _Listed = ()
    removes: _Listed = ()


class IncludedParts(Part):
    """A file that documents include: parts of a policy, and nothing of whose it is or when it applies."""

    facts: dict[DottedName, FactDeclaration] = Field(default_factory=dict)
    actions: dict[DottedName, ActionDeclaration] = Field(default_factory=dict)
    settings: dict[DottedName, SettingDeclaration] = Field(default_factory=dict)
    catalogue: dict[DashedName, CatalogueEntry] = Field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
