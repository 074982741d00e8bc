"""The policy document: rules that a trust team owns, as data.

A document that exists has the right shape; ``chengxin.policy.check`` says whether it also makes sense.
"""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from chengxin.policy.condition import LARGEST, Condition, NonEmpty, Part
from chengxin.policy.facts import FactType
from chengxin.policy.measure import Category, Direction, LegalBasis, PlatformRule
from chengxin.policy.text import Text
from chengxin.policy.treatment import UnknownMode
from chengxin.records import Severity

_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FIRST_DAY, _LAST_DAY = date(1949, 10, 1), date(9998, 12, 31)
"""No disclosure begins earlier; a year of the calendar is left, so that ends can be counted."""
_ADDRESS = re.compile(r"https://[^\W_](?:[\w.-]*[^\W_])?(?::[0-9]{1,5})?(?:[/?#][^\s\"'`<>\\^{|}]*)?")
"""No user name, no quotes, spaces or backslashes: what stands in a link is what is opened."""


def _day(value: Any) -> Any:  # noqa: ANN401  # whatever the document holds
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise PydanticCustomError("day", "Input should be a day as YYYY-MM-DD")


def _countable(day: date) -> date:
    if _FIRST_DAY <= day <= _LAST_DAY:
        return day
    raise PydanticCustomError("day_range", "Input should be a day from 1949-10-01 to 9998-12-31")


def _setting_value(value: Any) -> int | bool | str:  # noqa: ANN401  # whatever the document holds
    if type(value) is bool or (type(value) is int and abs(value) <= LARGEST):
        return value
    if type(value) is str and _WORD.fullmatch(value):
        return value
    raise PydanticCustomError("setting_value", "Input should be a whole number, true, false or a name")


def _address(value: str) -> str:
    if value.isprintable() and _ADDRESS.fullmatch(value):
        return value
    raise PydanticCustomError("address", "Input should be a web address: https://, a host, and a path")


def _cited(value: Any) -> Any:  # noqa: ANN401  # whatever the document holds
    return str(value) if type(value) is int else value


Day = Annotated[date, BeforeValidator(_day), AfterValidator(_countable)]
SettingValue = Annotated[int | bool | str, PlainValidator(_setting_value)]
Amount = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
Flag = Annotated[bool, Field(strict=True)]
WebAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(_address)
]
Cited = Annotated[NonEmpty, BeforeValidator(_cited)]
Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
DottedName = Annotated[
    str, StringConstraints(max_length=64, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")
]
DashedName = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]


class BothLanguages(Part):
    """A text in Chinese and in English."""

    zh: NonEmpty
    en: NonEmpty

    @property
    def text(self) -> Text:
        """The text as a value."""
        return Text(zh=self.zh, en=self.en)


class LegalReference(Part):
    """An article of law, or of policy."""

    law: BothLanguages
    article: Cited

    @property
    def basis(self) -> LegalBasis:
        """The article as a value."""
        return LegalBasis(law=self.law.text, article=self.article)


class RuleReference(Part):
    """A clause of the platform's own published rules."""

    title: BothLanguages
    clause: Cited
    url: WebAddress

    @property
    def rule(self) -> PlatformRule:
        """The clause as a value."""
        return PlatformRule(title=self.title.text, clause=self.clause, url=self.url)


class FactDeclaration(Part):
    """A fact that the platform supplies."""

    type: FactType
    title: BothLanguages


class ActionDeclaration(Part):
    """A platform action that measures may refuse, and what it does on an unknown."""

    title: BothLanguages
    unknown: UnknownMode = UnknownMode.HOLD


class Combine(StrEnum):
    """How several measures on one setting resolve; the default does not compete."""

    MAX = "max"
    """The highest value given; true over false."""
    MIN = "min"
    """The lowest value given; false over true."""
    STRICTEST = "strictest"
    """The strictest value given, in the order in which the setting lists its values."""
    SUM = "sum"
    """The default and all amounts given, added up; the higher, the stricter, and never beyond the cap."""


class SettingDeclaration(Part):
    """A platform setting that measures may change; ``combine`` names the stricter end.

    Attributes:
        title: what it is called.
        default: its value where no measure changes it.
        combine: how several measures on it resolve.
        values: with ``strictest``: the values it can have, the mildest first.
        value_titles: what each value that is a name is called, where a merchant reads it.
        cap: with ``sum``: the strictest total.
        floor: with ``sum``: the mildest total; without one, the default.
    """

    title: BothLanguages
    default: SettingValue
    combine: Combine
    values: Annotated[tuple[SettingValue, ...], Field(min_length=2)] | None = None
    value_titles: dict[NonEmpty, BothLanguages] = Field(default_factory=dict)
    cap: Amount | None = None
    floor: Amount | None = None


class Tier(Part):
    """A tier of treatment; the document lists the best first."""

    id: DashedName
    title: BothLanguages
    default: Flag = False


class SettingChange(Part):
    """The value that a measure gives a setting; with ``sum``, the amount that it adds to the default."""

    name: NonEmpty
    value: SettingValue


class CatalogueEntry(Part):
    """A measure that rules may give.

    Attributes:
        title: what the merchant is told it is.
        direction: whether it limits or relieves.
        action: the action it refuses; either this or ``setting``.
        setting: the setting it changes.
        category: what it touches.
        legal_basis: articles it rests on.
        platform_rule: clause of the platform's published rules.
        longest_days: the widest duration, from the day on which all its grounds were disclosed, or the policy
            began to apply; it ends earlier with its grounds. Of a relief: from each evaluation.
        human_decides: it is never automatic; a named human decides.
        notice_days: how long before it takes effect the merchant is told. It works where measures are persisted,
            which the services of a store do; a guard that acts on a fresh evaluation knows no notice.
        public: the platform publishes it while it lasts (电子商务法 art. 36); as ``notice_days``, only of measures
            that are persisted.
        gravity: the least severity of a record that it is in proportion to; left out, it follows from what the
            measure does (令116 art. 29).
        appeal_suspends: the first appeal against it suspends it until it is decided; as ``notice_days``, only where
            measures are persisted.
    """

    title: BothLanguages
    direction: Direction
    action: NonEmpty | None = None
    setting: SettingChange | None = None
    category: Category
    legal_basis: tuple[LegalReference, ...] = ()
    platform_rule: RuleReference | None = None
    longest_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] | None = None
    human_decides: Flag = False
    notice_days: Annotated[int, Field(strict=True, ge=0, le=365)] = 0
    public: Flag = False
    gravity: Severity | None = None
    appeal_suspends: Flag = False


class Precedence(StrEnum):
    """Which of several rules prevails where they cannot all have their way."""

    DISCRETIONARY = "DISCRETIONARY"
    """裁量: the platform's own published rules."""
    TRUST_TEAM = "TRUST_TEAM"
    """专项决定: a decision of the trust team for a time, by a named person."""
    REQUIRED_BY_LAW = "REQUIRED_BY_LAW"
    """法定: what a law demands of the platform."""


class Rule(Part):
    """A rule: when its condition holds it gives a tier, measures, or both, for a reason.

    Attributes:
        id: stable name.
        when: the condition.
        tier: the tier it puts a subject in; of several of the highest precedence, the worst counts.
        measures: codes of the catalogue.
        waives: codes of measures that rules of its own precedence or a lower one do not give meanwhile.
        reason: why, in a sentence that the merchant reads.
        precedence: what prevails: what the law demands, then the trust team's decision, then the rest.
        legal_basis: articles that demand it; of a rule that the law requires.
        decided_by: the named person who decided it; of a rule of the trust team.
        until: last China day on which it applies; of a rule of the trust team, always.
    """

    id: DashedName
    when: Condition
    tier: NonEmpty | None = None
    measures: tuple[NonEmpty, ...] = ()
    waives: tuple[NonEmpty, ...] = ()
    reason: BothLanguages
    precedence: Precedence = Precedence.DISCRETIONARY
    legal_basis: tuple[LegalReference, ...] = ()
    decided_by: NonEmpty | None = None
    until: Day | None = None


class Persons(Part):
    """What may be automatic for natural persons. A restriction never is (invariant I8)."""

    relief: Flag = True


class Base(Part):
    """The policy that a document extends, as it was."""

    name: DashedName
    version: Cited
    digest: Digest


class Included(Part):
    """A file that a document includes, as it was."""

    name: NonEmpty
    digest: Digest


class Origin(Part):
    """What a document was made of; everything in it stands in the document itself.

    Attributes:
        extends: the policy that it extends.
        overrides: entries of that policy that it replaces.
        removes: entries of that policy that it leaves out.
        includes: files that it takes entries from.
    """

    extends: Base | None = None
    overrides: tuple[NonEmpty, ...] = ()
    removes: tuple[NonEmpty, ...] = ()
    includes: tuple[Included, ...] = ()


class PolicyDocument(Part):
    """A policy as its owner writes it.

    Attributes:
        format: version of this document format.
        name: name of the policy.
        version: its owner's version of it.
        title: what it is called.
        owner: who answers for it.
        effective_from: first China day on which it applies.
        effective_until: last China day on which it applies; None means until it is replaced.
        terms_since: first China day from which longest durations count; None means ``effective_from``. A new version
            keeps the day of the one that it replaces, so that a term that is over stays over (invariant I4).
        appeal_url: where a merchant appeals against any restriction (令116 art. 19).
        facts: platform facts that conditions use.
        actions: platform actions that measures refuse.
        settings: platform settings that measures change.
        tiers: tiers, the best first.
        catalogue: measures that rules give.
        rules: the rules.
        persons: what may be automatic for natural persons.
        origin: what it was made of, where it extends another or includes files.
    """

    format: Literal[1]
    name: DashedName
    version: Cited
    title: BothLanguages
    owner: NonEmpty
    effective_from: Day
    effective_until: Day | None = None
    terms_since: Day | None = None
    appeal_url: WebAddress | None = None
    facts: dict[DottedName, FactDeclaration] = Field(default_factory=dict)
    actions: dict[DottedName, ActionDeclaration] = Field(default_factory=dict)
    settings: dict[DottedName, SettingDeclaration] = Field(default_factory=dict)
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1)]
    catalogue: dict[DashedName, CatalogueEntry] = Field(default_factory=dict)
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    persons: Persons = Persons()
    origin: Origin | None = None

    @property
    def terms_on(self) -> date:
        """First China day from which longest durations count."""
        return self.terms_since or self.effective_from

    @property
    def content(self) -> dict[str, Any]:
        """What the document says as plain data; what it leaves as it is by itself is not in it.

        So its digest does not change where the format learns a field that the document does not use.
        """
        return self.model_dump(mode="json", exclude_defaults=True)
