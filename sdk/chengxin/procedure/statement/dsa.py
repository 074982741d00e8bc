"""Statements in the schema of the EU DSA Transparency Database (Regulation (EU) 2022/2065 arts. 17 and 24(5)).

That database publishes what it receives, keeps it for years, and neither corrects nor withdraws a statement. What a
public source discloses for a time may stay nowhere for longer (invariant I1), and no personal data may be sent there.
So an export says which kinds of records a measure rests on, of which severity and until when they are disclosed, and
nothing of what they say: no name, code, number, authority, conduct or amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from chengxin.errors import InvalidStatement
from chengxin.policy.citation import cite_clause
from chengxin.policy.measure import ActionEffect, Category, Direction
from chengxin.policy.text import Text, is_blank
from chengxin.policy.wording import KINDS, SUBJECT_KINDS, severity_word, together, until, until_end_of
from chengxin.procedure.document.clean import clean
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.dsa_rule import (
    CATEGORIES,
    CONTENT_TYPES,
    COUNTRIES,
    DECISIONS,
    END_DATES,
    FIRST_CONTENT_ON,
    FIRST_ON,
    INCOMPATIBLE,
    LAST_ON,
    LONGEST,
    WEB,
)
from chengxin.procedure.statement.statement import StatementOfReasons, last_day
from chengxin.records import SubjectKind, china_day

SHORTENED: Final = " […]"
"""Stands where a text was cut."""
_SENTENCE_END: Final = re.compile(r"[.!?](?=\s)|[。！？]")
_KEPT_OUT: Final = (
    "What the source says of it is not repeated here, because this database keeps what it receives for longer than the "
    "source discloses it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DsaTerms:
    """What the platform says beside a statement, in the codes of the database.

    Attributes:
        content_on: day on which the account that is restricted was opened.
        content_types: what is restricted.
        content_type_other: what it is, where it is ``CONTENT_TYPE_OTHER``.
        category: kind of violation; the platform's rules on credit are among the rest of its terms.
        territorial_scope: countries of the EEA in which it holds; none where it is confined to none.
        decision: the kind of restriction; None for the one that follows from the measure, where one does.
    """

    content_on: date
    content_types: tuple[str, ...] = ("CONTENT_TYPE_OTHER",)
    content_type_other: str | None = "Merchant account"
    category: str = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
    territorial_scope: tuple[str, ...] = ()
    decision: str | None = None

    def __post_init__(self) -> None:
        codes = {code for field in DECISIONS.values() for code in field}
        is_right = (
            FIRST_CONTENT_ON <= self.content_on <= LAST_ON
            and bool(self.content_types)
            and set(self.content_types) <= set(CONTENT_TYPES)
            and self.category in CATEGORIES
            and set(self.territorial_scope) <= set(COUNTRIES)
            and (self.decision is None or self.decision in codes)
        )
        if not is_right:
            raise InvalidStatement(
                "A day or a code is none that the DSA Transparency Database takes. Take those of dsa_rule."
            )
        if ("CONTENT_TYPE_OTHER" in self.content_types) == is_blank(self.content_type_other):
            raise InvalidStatement("CONTENT_TYPE_OTHER is told in content_type_other, and nothing else is.")


@dataclass(frozen=True, slots=True, kw_only=True)
class DsaExport:
    """A statement as the database takes it.

    Attributes:
        members: its fields, in order.
        remarks: what was shortened or left out, by field, each with why.
    """

    members: tuple[tuple[str, str | tuple[str, ...]], ...]
    remarks: tuple[tuple[str, Text], ...]

    @property
    def fields(self) -> dict[str, Any]:
        """The members of the JSON object that is sent."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in self.members}


def why_unmapped(statement: StatementOfReasons, terms: DsaTerms, *, at: datetime) -> Text | None:
    """Return why a statement has no place in the database, or None where it has one.

    Args:
        statement: the statement.
        terms: what the platform says beside it.
        at: the instant of sending, aware.
    """
    measure = statement.measure
    if measure.direction is Direction.RELIEVE:
        return Text(zh="激励不是限制，无须报送。", en="A relief restricts nothing, and is not sent.")
    if statement.status is StatementStatus.WITHDRAWN:
        return Text(
            zh="该数据库不能更正或者撤回已报送的说明。",
            en="The database can neither correct nor withdraw what it has received.",
        )
    if not statement.shown_at(at).has_content:
        return Text(
            zh="所依据的信息已不再公示。",
            en="What it rests on is not disclosed any more; nothing is sent about it.",
        )
    if not FIRST_ON <= china_day(measure.starts_at) <= LAST_ON:
        return Text(
            zh="措施开始之日不在该数据库接受的范围内。",
            en="The day on which it starts is none that the database takes.",
        )
    if _decision(statement, terms) is None:
        return Text(
            zh="该数据库没有与本措施相应的限制类型；确需报送的，请由法务指定。",
            en="The database has no kind of restriction for what this measure does; counsel may name one.",
        )
    return None


def dsa_of(statement: StatementOfReasons, terms: DsaTerms, *, at: datetime) -> DsaExport | None:
    """Return a statement as the database takes it, or None where it has no place there (see ``why_unmapped``).

    Args:
        statement: the statement.
        terms: what the platform says beside it.
        at: the instant of sending, aware; a record that is not disclosed then is not mentioned.
    """
    code = _decision(statement, terms)
    if code is None or why_unmapped(statement, terms, at=at) is not None:
        return None
    writer = _Writer()
    writer.add("puid", puid_of(statement))
    _add_decision(writer, statement, code)
    _add_ground(writer, statement)
    writer.add("content_type", tuple(sorted(set(terms.content_types))))
    if "CONTENT_TYPE_OTHER" in terms.content_types:
        writer.add_text("content_type_other", terms.content_type_other or "")
    writer.add("content_date", terms.content_on.isoformat())
    writer.add("category", terms.category)
    if terms.territorial_scope:
        writer.add("territorial_scope", tuple(sorted(set(terms.territorial_scope))))
    if statement.subject.kind is not SubjectKind.PERSON:
        writer.add("account_type", "ACCOUNT_TYPE_BUSINESS")
    writer.add_text("decision_facts", _facts(statement.shown_at(at)))
    writer.add("source_type", "SOURCE_VOLUNTARY")
    writer.add("automated_detection", "Yes" if statement.automated.detection else "No")
    writer.add("automated_decision", _automated(statement))
    return DsaExport(members=tuple(writer.members), remarks=tuple(writer.remarks))


def puid_of(statement: StatementOfReasons) -> str:
    """Return the identifier of one version of a statement: the database takes each of them once."""
    return f"{statement.statement_id}-{statement.version}"


def shorten(text: str, longest: int) -> str:
    """Return a text of at most so many characters: cut behind a sentence, else a word, with a mark.

    >>> shorten("It is so. It ends by itself then.", 20)
    'It is so. […]'
    """
    if len(text) <= longest:
        return text
    room = longest - len(SHORTENED)
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if match.end() <= room]
    cut = ends[-1] if ends else max(text.rfind(" ", 0, room), 0) or room
    return text[:cut] + SHORTENED


class _Writer:
    """Collects fields, and says what of them is shortened or left out."""

    def __init__(self) -> None:
        self.members: list[tuple[str, str | tuple[str, ...]]] = []
        self.remarks: list[tuple[str, Text]] = []

    def add(self, field: str, value: str | tuple[str, ...]) -> None:
        self.members.append((field, value))

    def add_text(self, field: str, text: str) -> None:
        given = clean(text)
        kept = shorten(given, LONGEST[field])
        self.add(field, kept)
        if kept != given:
            self.remark(
                field,
                Text(
                    zh=f"超过{LONGEST[field]}个字符，已在句末截短。",
                    en=f"It was cut behind a sentence to {LONGEST[field]} characters.",
                ),
            )

    def remark(self, field: str, text: Text) -> None:
        self.remarks.append((field, text))


def _decision(statement: StatementOfReasons, terms: DsaTerms) -> str | None:
    """Return the kind of restriction; None where the database knows none for what the measure does."""
    if terms.decision is not None:
        return terms.decision
    measure = statement.measure
    refuses = isinstance(measure.effect, ActionEffect)
    match measure.category:
        case Category.VISIBILITY:
            return "DECISION_VISIBILITY_OTHER"
        case Category.MONETARY:
            return "DECISION_MONETARY_OTHER"
        case Category.PROVISION:
            return "DECISION_PROVISION_PARTIAL_SUSPENSION" if refuses else None
        case Category.ACCOUNT:
            return "DECISION_ACCOUNT_SUSPENDED" if refuses else None


def _add_decision(writer: _Writer, statement: StatementOfReasons, code: str) -> None:
    measure = statement.measure
    field = next(name for name, codes in DECISIONS.items() if code in codes)
    writer.add(field, (code,) if field == "decision_visibility" else code)
    if code in ("DECISION_VISIBILITY_OTHER", "DECISION_MONETARY_OTHER"):
        writer.add_text(f"{field}_other", _what(statement))
    writer.add("application_date", china_day(measure.starts_at).isoformat())
    end_on = china_day(measure.ends_at - timedelta(microseconds=1))
    writer.add(END_DATES[field], min(end_on, LAST_ON).isoformat())
    if end_on > LAST_ON:
        writer.remark(
            END_DATES[field],
            Text(
                zh=f"实际止于{end_on}，该数据库不接受。",
                en=f"It ends on {end_on}, which the database does not take.",
            ),
        )


def _add_ground(writer: _Writer, statement: StatementOfReasons) -> None:
    measure = statement.measure
    writer.add("decision_ground", INCOMPATIBLE)
    if measure.platform_rule is None:  # a restriction always has one
        return
    writer.add_text("incompatible_content_ground", _capital(cite_clause(measure.platform_rule, "en")))
    writer.add_text("incompatible_content_explanation", measure.reason.en)
    url = measure.platform_rule.url
    if len(url) <= LONGEST["decision_ground_reference_url"] and WEB.fullmatch(url):
        writer.add("decision_ground_reference_url", url)
    else:
        writer.remark(
            "decision_ground_reference_url",
            Text(
                zh="该数据库不接受平台规则的网址，已略去。",
                en="The database does not take the address; it is left out.",
            ),
        )


def _facts(statement: StatementOfReasons) -> str:
    measure = statement.measure
    records = together(_records(statement), "en")
    said = [
        f"A public credit source discloses about {SUBJECT_KINDS[statement.subject.kind].one}: {records}.",
        _KEPT_OUT,
        f"By the platform's published rules this leads to the following measure: {_what(statement)}.",
        f"It lasts {until(measure.ends_at, 'en')}.",
        "It ends by itself at once where what it rests on stops being disclosed earlier.",
    ]
    if statement.version > 1:
        said.append(f"This replaces the statement {statement.statement_id}-{statement.version - 1}.")
    return " ".join(said)


def _records(statement: StatementOfReasons) -> list[str]:
    told = []
    for ground, stated in zip(statement.measure.grounds, statement.grounds, strict=True):
        if stated.content is None:
            continue
        severity = f" of {severity_word(stated.severity).en} severity" if stated.severity else ""
        disputed = ", disputed" if stated.content.is_disputed else ""
        last_on = last_day(ground.ends_at)
        end = "" if last_on is None else f", disclosed {until_end_of(last_on, 'en')}"
        told.append(f"{KINDS[ground.kind].one}{severity}{disputed}{end}")
    return told


def _what(statement: StatementOfReasons) -> str:
    title = statement.measure.title.en
    return title if statement.does is None else f"{title}: {statement.does.en}"


def _automated(statement: StatementOfReasons) -> str:
    automated = statement.automated
    if automated.decision:
        return "AUTOMATED_DECISION_FULLY"
    return "AUTOMATED_DECISION_PARTIALLY" if automated.detection else "AUTOMATED_DECISION_NOT_AUTOMATED"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
