"""管理措施和激励: a measure that a treatment holds, which cannot exist without what it must rest on.

Invariants I3 and I8 are held here, at the type: a measure that limits a merchant without ground, legal basis,
platform rule, term and appeal route (令116 arts. 19, 28, 29; 令117 arts. 12, 14), or that limits a natural
person without a named human who decided it (个人信息保护法 art. 24), raises instead of existing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from chengxin.errors import InvalidMeasure
from chengxin.policy.instant import as_utc, is_utc
from chengxin.policy.making import become, draft_of
from chengxin.policy.text import Text, is_blank
from chengxin.records import ADVERSE_KINDS, RecordKind, SubjectKind


class Direction(StrEnum):
    """Whether a measure limits a subject or eases its way."""

    RESTRICT = "RESTRICT"
    """约束: limits rights or adds duties."""
    RELIEVE = "RELIEVE"
    """激励: gives more convenience."""


class Category(StrEnum):
    """What a measure touches; the same four words are used between platforms."""

    VISIBILITY = "VISIBILITY"
    """展示: how a merchant is shown or promoted."""
    MONETARY = "MONETARY"
    """资金: deposits, fees, settlement."""
    PROVISION = "PROVISION"
    """服务: what a merchant may offer, and how it is checked."""
    ACCOUNT = "ACCOUNT"
    """账号: the account itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """An article of law, or of policy, that a measure rests on.

    Attributes:
        law: name of the instrument.
        article: article or item as it is cited, e.g. ``28(6)``.
    """

    law: Text
    article: str

    def __post_init__(self) -> None:
        if type(self.law) is not Text or is_blank(self.article):
            raise InvalidMeasure("A legal basis names the law, as a Text, and the article. Give both.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformRule:
    """The clause of the platform's own published rules that holds a measure (电子商务法 art. 32).

    Attributes:
        title: title of the published rules.
        clause: the clause in them.
        url: where they are published.
    """

    title: Text
    clause: str
    url: str

    def __post_init__(self) -> None:
        if type(self.title) is not Text or is_blank(self.clause) or is_blank(self.url):
            raise InvalidMeasure(
                "A platform rule names its title, as a Text, its clause and its url. Give all."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRef:
    """Which policy decided: name, version, and the digest of its content.

    Attributes:
        name: name of the policy.
        version: its owner's version of it.
        digest: ``sha256:…`` of its canonical form.
    """

    name: str
    version: str
    digest: str

    def __post_init__(self) -> None:
        if is_blank(self.name) or is_blank(self.version) or is_blank(self.digest):
            raise InvalidMeasure(
                "A policy is referred to by name, version and digest. Take Policy.ref, which has all three."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A public credit record that a measure rests on, by reference: no content of it is kept.

    Attributes:
        record_id: the source's id of the record.
        version: the source's version of it.
        kind: kind of record.
        ends_at: first instant at which it is no longer disclosed, aware UTC; None where no end is known.
    """

    record_id: str
    version: int
    kind: RecordKind
    ends_at: datetime | None

    def __post_init__(self) -> None:
        if is_blank(self.record_id) or type(self.version) is not int or self.version < 0:
            raise InvalidMeasure("A ground names its record by id, and by a version of 0 or more. Give both.")
        if type(self.kind) is not RecordKind:
            raise InvalidMeasure("The kind of a ground is a RecordKind. Pass the record's own.")
        if self.ends_at is not None and not is_utc(self.ends_at):
            raise InvalidMeasure(
                "The end of a ground needs the time zone UTC. Pass an aware datetime in UTC."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEffect:
    """The measure refuses a platform action while it is in effect.

    Attributes:
        action: name of the action, e.g. ``listing.create``.
    """

    action: str

    def __post_init__(self) -> None:
        if is_blank(self.action):
            raise InvalidMeasure("A measure that refuses an action names it. Give its name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingEffect:
    """The measure gives a platform setting a value while it is in effect.

    Attributes:
        setting: name of the setting, e.g. ``deposit_fen``.
        value: the value it gives.
    """

    setting: str
    value: int | bool | str

    def __post_init__(self) -> None:
        if is_blank(self.setting) or type(self.value) not in (int, bool, str):
            raise InvalidMeasure(
                "A measure that changes a setting names it and gives it an integer, a boolean or a text."
            )


Effect: TypeAlias = ActionEffect | SettingEffect

_EFFECTS: Final = (ActionEffect, SettingEffect)
_RULES: Final = (PlatformRule, type(None))
_WORDS: Final = frozenset({"code", "rule_id", "appeal_url"})

_GROUNDING: Final = ADVERSE_KINDS | {RecordKind.EVALUATION}
"""Kinds of record that a restriction can rest on: adverse ones, and grades."""
_ALWAYS: Final = (
    ("code", "Name the measure as the catalogue does."),
    ("rule_id", "Name the rule that gives it."),
    ("policy", "Refer to the policy with Policy.ref."),
    ("starts_at", "Say from when it holds."),
    ("ends_at", "Say until when it holds: a measure ends by itself."),
)
_RESTRICTING: Final = (
    ("grounds", "Name at least one disclosed record that it rests on."),
    ("legal_basis", "Name at least one article of law or policy that it rests on."),
    ("platform_rule", "Name the clause of the platform's published rules that holds it."),
    ("appeal_url", "Say where the merchant can appeal."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """管理措施 or 激励: one measure about one subject, with everything it rests on.

    Attributes:
        code: name of the measure in the catalogue.
        direction: whether it limits or relieves.
        title: what the merchant is told it is.
        category: what it touches.
        effect: the action it refuses or the setting it changes.
        subject_kind: kind of the subject it is about.
        rule_id: the rule that gives it.
        policy: the policy that holds the rule.
        grounds: the records it rests on; at least one where it limits.
        legal_basis: articles it rests on; at least one where it limits.
        platform_rule: clause of the platform's published rules; never None where it limits.
        reason: why, in a sentence.
        starts_at: first instant at which it holds, aware UTC.
        ends_at: first instant at which it no longer holds, aware UTC; never later than the grounds end.
        appeal_url: where to appeal; never None where it limits.
        decided_by: the named human who decided it; None where it is automatic.

    Raises:
        InvalidMeasure: where any of that is missing or contradicts itself (invariants I3, I8).
    """

    code: str
    direction: Direction
    title: Text
    category: Category
    effect: Effect
    subject_kind: SubjectKind
    rule_id: str
    policy: PolicyRef
    grounds: tuple[Ground, ...]
    legal_basis: tuple[LegalBasis, ...]
    platform_rule: PlatformRule | None
    reason: Text
    starts_at: datetime
    ends_at: datetime
    appeal_url: str | None
    decided_by: str | None = None

    def __post_init__(self) -> None:
        if (
            is_blank(self.code)
            or is_blank(self.rule_id)
            or not (self.policy and self.starts_at and self.ends_at)
        ):
            raise self._lacking(_ALWAYS)
        self._check_types()
        self._check_life()

    def about(
        self, subject_kind: SubjectKind, grounds: tuple[Ground, ...], starts_at: datetime, ends_at: datetime
    ) -> Measure:
        """Return the same measure about another subject: on other grounds, for another time.

        What the two share has been checked with this one; everything that is new, or depends on it, is checked anew.

        Args:
            subject_kind: kind of the subject it is about.
            grounds: the records it rests on.
            starts_at: first instant at which it holds, aware UTC.
            ends_at: first instant at which it no longer holds, aware UTC.

        Raises:
            InvalidMeasure: where they cannot bear it (invariants I3, I8).
        """
        draft = _MeasureDraft()
        draft.code = self.code
        draft.direction = self.direction
        draft.title = self.title
        draft.category = self.category
        draft.effect = self.effect
        draft.subject_kind = subject_kind
        draft.rule_id = self.rule_id
        draft.policy = self.policy
        draft.grounds = grounds
        draft.legal_basis = self.legal_basis
        draft.platform_rule = self.platform_rule
        draft.reason = self.reason
        draft.starts_at = starts_at
        draft.ends_at = ends_at
        draft.appeal_url = self.appeal_url
        draft.decided_by = self.decided_by
        made = become(draft, Measure)
        is_right = type(subject_kind) is SubjectKind and type(grounds) is tuple
        for ground in grounds if is_right else ():
            if type(ground) is not Ground:
                is_right = False
        if not is_right:
            raise Measure._mistyped(made)
        Measure._check_life(made)
        return made

    def _check_life(self) -> None:
        """Check grounds, start and end, and whether they and the subject let the measure be what it is."""
        if not (is_utc(self.starts_at) and is_utc(self.ends_at)):
            raise InvalidMeasure(
                f"The measure {self.code} needs the time zone UTC. Pass aware datetimes in UTC."
            )
        if self.ends_at <= self.starts_at:
            raise InvalidMeasure(f"The measure {self.code} ends before it starts. Do not construct it.")
        if self.grounds:
            self._check_grounds()
        if self.decided_by is not None and is_blank(self.decided_by):
            raise InvalidMeasure(
                f"The measure {self.code} names nobody in decided_by. Pass the name of the human who decides; "
                "None where it is automatic, which nothing that limits a natural person is."
            )
        if self.direction is Direction.RESTRICT:
            self._check_restriction()
        elif type(self.effect) is ActionEffect:
            raise InvalidMeasure(
                f"The measure {self.code} relieves and refuses an action. Change a setting, or restrict."
            )

    def _check_types(self) -> None:
        """Refuse words in place of values: a word is no member of an enum, and would pass its checks by."""
        is_right = (
            type(self.direction) is Direction
            and type(self.category) is Category
            and type(self.subject_kind) is SubjectKind
            and type(self.effect) in _EFFECTS
            and type(self.title) is Text
            and type(self.reason) is Text
            and type(self.policy) is PolicyRef
            and type(self.platform_rule) in _RULES
            and type(self.grounds) is tuple
            and type(self.legal_basis) is tuple
        )
        for ground in self.grounds if is_right else ():
            if type(ground) is not Ground:
                is_right = False
        for basis in self.legal_basis if is_right else ():
            if type(basis) is not LegalBasis:
                is_right = False
        if not is_right:
            raise self._mistyped()

    def _mistyped(self) -> InvalidMeasure:
        return InvalidMeasure(
            f"The measure {self.code} has a part of the wrong type. Pass members of the enums, not their "
            "words, and texts, effects, rules, and tuples of grounds and articles as the values they are."
        )

    def _check_grounds(self) -> None:
        latest, is_bound, is_grounded = self.starts_at, True, self.direction is Direction.RELIEVE
        for ground in self.grounds:
            is_grounded = is_grounded or ground.kind in _GROUNDING
            if ground.ends_at is None:
                is_bound = False
            elif ground.ends_at > latest:
                latest = ground.ends_at
        if is_bound and self.ends_at > latest:
            raise InvalidMeasure(
                f"The measure {self.code} ends later ({self.ends_at}) than what it rests on ({latest}). "
                "End it with its grounds, at the latest."
            )
        if not is_grounded:
            raise InvalidMeasure(
                f"The measure {self.code} rests on nothing adverse. Name an adverse record or a grade."
            )

    def _check_restriction(self) -> None:
        if not (self.grounds and self.legal_basis and self.platform_rule) or is_blank(self.appeal_url):
            raise self._lacking(_RESTRICTING)
        if self.subject_kind is SubjectKind.PERSON and self.decided_by is None:
            raise InvalidMeasure(
                f"The measure {self.code} limits a natural person and nobody decided it. "
                "Raise a review, and pass decided_by with the name of the human who decides."
            )

    def _lacking(self, needs: tuple[tuple[str, str], ...]) -> InvalidMeasure:
        given = {name: getattr(self, name) for name, _ in needs}
        missing = [
            (name, advice)
            for name, advice in needs
            if not given[name] or (name in _WORDS and is_blank(given[name]))
        ]
        names, advice = ", ".join(n for n, _ in missing), " ".join(a for _, a in missing)
        code = "?" if is_blank(self.code) else self.code
        return InvalidMeasure(f"The measure {code} lacks {names}. {advice}")

    def is_in_effect(self, at: datetime) -> bool:
        """Tell whether the measure holds at ``at`` (invariant I4: at its end it is over, by itself).

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        return self.starts_at <= at < self.ends_at


GroundDraft: Final = draft_of(Ground)
_MeasureDraft: Final = draft_of(Measure)
