"""平台对违法违规行为采取措施的公示: which measures are made public, what is said, and until when.

A platform that warns a merchant, or suspends or ends its service, publishes it promptly (电子商务法 art. 36). What is
published goes when the measure ends, and earlier where a record it speaks of is not disclosed any more (invariant I1).
Natural persons are off by default; where a platform's counsel turns them on, names are masked and nothing else of them
is said (个人信息保护法 arts. 6, 25). The operator of a sole trader is masked always.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from chengxin.errors import InvalidStatement
from chengxin.policy.citation import cite_clause
from chengxin.policy.instant import as_utc, is_utc
from chengxin.policy.measure import Direction
from chengxin.policy.text import Text, is_blank
from chengxin.policy.wording import (
    DISPUTED,
    KINDS,
    SUBJECT_KINDS,
    Noun,
    from_when,
    on_day,
    quoted,
    severity_word,
    together,
    until,
    when,
)
from chengxin.procedure.document.clean import clean, clean_text
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.name import mask_name, mask_within
from chengxin.procedure.statement.statement import StatementOfReasons
from chengxin.records import SubjectKind, china_day


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicityDuty:
    """How soon a measure is published, as data: counsel confirms it, or gives another.

    Attributes:
        rule_id: stable name.
        law: the instrument.
        article: the article.
        working_days: working days after the day of the decision; None where the law says promptly.
        verified: whether the article itself was read.
        note: what is open.
    """

    rule_id: str
    law: Text
    article: str
    working_days: int | None
    verified: bool
    note: str | None = None


PROMPTLY: Final = PublicityDuty(
    rule_id="ecl-publicity",
    law=Text(zh="中华人民共和国电子商务法", en="E-Commerce Law"),
    article="36",
    working_days=None,
    verified=True,
    note="Promptly; it says no number of days.",
)
ONE_WORKING_DAY: Final = PublicityDuty(
    rule_id="o37-publicity",
    law=Text(
        zh="网络交易监督管理办法（市场监管总局令第37号）",
        en="Measures for the Supervision of Online Trade (SAMR Order 37)",
    ),
    article="30",
    working_days=1,
    verified=False,
    note="Neither the order nor its amendment of 2025 was read: article, days and content are recalled.",
)
"""What is taken as long as nothing else is given; it is the shorter of the two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publicity:
    """One measure, as it is made public.

    Attributes:
        statement_id: the statement it is made of.
        version: its version.
        shop_name: name of the shop, the operator masked where it is a natural person.
        subject_kind: kind of the subject.
        subject_name: registered name; of a natural person and of a sole trader masked, or None.
        code: unified social credit code; None of natural persons and sole traders.
        conduct: what the source discloses, in a sentence.
        measure: what is done.
        rule: the clause of the platform's rules.
        decided_on: China day of the decision.
        starts_at: from when the measure holds, aware UTC.
        ends_at: first instant at which it does not hold any more, aware UTC.
        published_at: from when it is public, aware UTC.
        shown_until: first instant at which it may not be shown any more, aware UTC.
        duty: how soon it had to be published.
    """

    statement_id: str
    version: int
    shop_name: str
    subject_kind: SubjectKind
    subject_name: str | None
    code: str | None
    conduct: Text
    measure: Text
    rule: Text
    decided_on: date
    starts_at: datetime
    ends_at: datetime
    published_at: datetime
    shown_until: datetime
    duty: PublicityDuty

    def __post_init__(self) -> None:
        instants = (self.starts_at, self.ends_at, self.published_at, self.shown_until)
        if is_blank(self.shop_name) or not all(map(is_utc, instants)):
            raise InvalidStatement(
                "What is published names a shop, and has instants that are aware UTC. Give them."
            )
        if not self.published_at < self.shown_until <= self.ends_at:
            raise InvalidStatement("What is published is gone when the measure ends, at the latest.")
        if self.subject_kind in _NATURAL and self.code is not None:
            raise InvalidStatement("The code of a sole trader is not published with a measure. Leave it out.")

    def is_public(self, at: datetime) -> bool:
        """Tell whether it is shown at ``at``: from its publication until the measure ends, and then not any more.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        return self.published_at <= as_utc(at) < self.shown_until


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicityPage:
    """What a list of published measures shows at one instant, in both languages.

    Attributes:
        title: title of the page.
        note: what it is, as of when.
        columns: headings of the columns.
        rows: one row for each measure, the latest decision first; a cell for each column.
    """

    title: Text
    note: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


_NATURAL: Final = frozenset({SubjectKind.PERSON, SubjectKind.SOLE_TRADER})
_COLUMNS: Final = (
    Text(zh="店铺", en="Shop"),
    Text(zh="经营主体", en="Business"),
    Text(zh="违法违规情形", en="Conduct"),
    Text(zh="采取的措施", en="Measure"),
    Text(zh="平台规则", en="Platform rule"),
    Text(zh="决定日期", en="Decided on"),
    Text(zh="措施期限", en="Term"),
)


def publicity_of(
    statement: StatementOfReasons,
    *,
    shop_name: str,
    is_due: bool,
    published_at: datetime,
    decided_at: datetime | None = None,
    operator_name: str | None = None,
    are_persons_public: bool = False,
) -> Publicity | None:
    """Return a measure as it is made public, or None where it is not.

    It is not where the catalogue does not have it published, where it is a relief, where it has ended or nothing that
    it rests on is disclosed any more, and of natural persons unless that is turned on.

    Args:
        statement: the latest version of its statement; of a withdrawn one nothing is public.
        shop_name: name of the shop on the platform.
        is_due: whether the catalogue has it published, ``CatalogueEntry.public``.
        published_at: when it is published, aware.
        decided_at: when the measure was decided, aware; None for the issue of this version.
        operator_name: name of the natural person behind the shop, so that it can be masked.
        are_persons_public: whether measures about natural persons are published, with masked names; counsel decides.

    Raises:
        InvalidRecord: an instant has no time zone.
    """
    at, measure, rule = as_utc(published_at), statement.measure, statement.measure.platform_rule
    shown = statement.shown_at(at)
    is_public = is_due and (are_persons_public or not statement.is_about_person)
    if not is_public or rule is None or not _is_to_be_told(shown, at):
        return None
    code = statement.subject.code
    is_natural = _is_natural(statement)
    return Publicity(
        statement_id=statement.statement_id,
        version=statement.version,
        shop_name=mask_within(shop_name, operator_name) if is_natural else clean(shop_name),
        subject_kind=statement.subject.kind,
        subject_name=_subject_name(statement, operator_name),
        code=None if code is None or is_natural else code.code,
        conduct=Text(zh=_conduct_zh(shown), en=_conduct_en(shown)),
        measure=clean_text(measure.title),
        rule=clean_text(Text(zh=cite_clause(rule, "zh"), en=cite_clause(rule, "en"))),
        decided_on=china_day(statement.issued_at if decided_at is None else as_utc(decided_at)),
        starts_at=measure.starts_at,
        ends_at=measure.ends_at,
        published_at=at,
        shown_until=min(measure.ends_at, shown.content_ends_at or measure.ends_at),
        duty=ONE_WORKING_DAY,
    )


def _is_to_be_told(shown: StatementOfReasons, at: datetime) -> bool:
    """Tell whether it is a restriction that lasts, and rests on something that is disclosed."""
    return (
        shown.measure.direction is Direction.RESTRICT
        and shown.status is not StatementStatus.WITHDRAWN
        and shown.has_content
        and at < shown.measure.ends_at
    )


def _is_natural(statement: StatementOfReasons) -> bool:
    return statement.is_about_person or statement.subject.kind in _NATURAL


def publicity_page(published: Iterable[Publicity], *, at: datetime) -> PublicityPage:
    """Return the list of what is public at an instant.

    Args:
        published: what was published, in any order; what is not public at ``at`` is left out.
        at: the instant of showing, aware.

    Raises:
        InvalidRecord: the instant has no time zone.
    """
    shown = sorted(
        (one for one in published if one.is_public(at)),
        key=lambda one: (one.decided_on, one.statement_id),
        reverse=True,
    )
    none = Text(zh="目前没有正在公示的措施。", en="No measure is public at present.")
    some = Text(
        zh=(
            f"截至{when(at, 'zh')}（北京时间）正在执行、依法公示的措施（电子商务法第三十六条）。措施结束后即不再展示。"
        ),
        en=(
            f"Measures in force as of {when(at, 'en')}, published as the E-Commerce Law, article 36, demands. "
            "Each is gone from here when it ends."
        ),
    )
    return PublicityPage(
        title=Text(zh="对违法违规行为采取措施的公示", en="Measures against violations, made public"),
        note=some if shown else none,
        columns=_COLUMNS,
        rows=tuple(tuple(_cells(one)) for one in shown),
    )


def _cells(one: Publicity) -> Iterator[Text]:
    yield Text(zh=one.shop_name, en=one.shop_name)
    kind = SUBJECT_KINDS[one.subject_kind]
    name, code = one.subject_name, one.code
    yield Text(
        zh=(name or kind.zh) + (f"（{code}）" if code else ""),
        en=(name or kind.bare) + (f" ({code})" if code else ""),
    )
    yield one.conduct
    yield one.measure
    yield one.rule
    yield Text(zh=on_day(one.decided_on, "zh"), en=on_day(one.decided_on, "en"))
    yield Text(
        zh=f"{from_when(one.starts_at, 'zh')}，{until(one.ends_at, 'zh')}",
        en=f"{from_when(one.starts_at, 'en')}, {until(one.ends_at, 'en')}",
    )


def _subject_name(statement: StatementOfReasons, operator_name: str | None) -> str | None:
    """Return the registered name; of natural persons masked, and none where it could not be masked."""
    name = statement.subject.name
    if statement.is_about_person:
        return None if is_blank(operator_name) else mask_name(operator_name or "")
    if statement.subject.kind is SubjectKind.SOLE_TRADER:
        return None if name is None or is_blank(operator_name) else mask_within(name, operator_name)
    return name


def _conduct_zh(statement: StatementOfReasons) -> str:
    """Return what the source discloses, in a sentence; of natural persons without what the source words freely."""
    told = []
    for kind, severity, remarks in _told(statement):
        words = [quoted(word) if isinstance(word, str) else word.zh for word in remarks]
        aside = f"（{'，'.join(words)}）" if words else ""
        told.append(f"{f'失信程度{severity.zh}的' if severity else ''}{kind.zh}信息{aside}")
    return clean(f"有{together(told, 'zh')}正在{quoted(statement.source.name)}公示。")


def _conduct_en(statement: StatementOfReasons) -> str:
    told = []
    for kind, severity, remarks in _told(statement):
        words = [quoted(word) if isinstance(word, str) else word.en for word in remarks]
        aside = f" ({', '.join(words)})" if words else ""
        told.append(f"{kind.one}{f' of {severity.en} severity' if severity else ''}{aside}")
    return clean(f"{quoted(statement.source.name)} discloses {together(told, 'en')}.")


def _told(statement: StatementOfReasons) -> Iterator[tuple[Noun, Text | None, list[str | Text]]]:
    """Yield each ground that is shown: its kind, its severity, and what is remarked of it."""
    for ground, stated in zip(statement.measure.grounds, statement.grounds, strict=True):
        if stated.content is not None:
            conduct = None if _is_natural(statement) else stated.content.conduct
            remarks: list[str | Text] = [conduct] if conduct else []
            remarks += [DISPUTED] if stated.content.is_disputed else []
            yield KINDS[ground.kind], severity_word(stated.severity) if stated.severity else None, remarks
