"""Statements are made here and nowhere else: from the measure itself, and from the very records it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from chengxin.errors import InvalidStatement
from chengxin.policy.engine import Policy
from chengxin.policy.instant import as_utc
from chengxin.policy.measure import Direction, Measure
from chengxin.policy.predicate import ends_at
from chengxin.policy.record_sentence import record_sentence
from chengxin.policy.redress import ShortestMonths, repair_hint
from chengxin.policy.rule_sentence import effect_clause
from chengxin.policy.text import Text
from chengxin.procedure.document.clean import clean, clean_or_none, clean_text
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.ending import StatementEnding
from chengxin.procedure.statement.ground import (
    GroundContent,
    RepairPath,
    StatedGround,
    conduct_of,
    decision_number,
    ground_digest,
)
from chengxin.procedure.statement.statement import AppealRoute, Automation, StatedSource, StatementOfReasons
from chengxin.records import Record, Role, Subject, SubjectKind

_ALONE = Text(
    zh="信息源停止公示后，本措施随即自动解除，无需另行申请",
    en="once the source stops disclosing it, this measure ends by itself at once; you need not ask for it",
)
_AMONG_OTHERS = Text(
    zh="信息源停止公示后，本措施不再以其为依据；其余依据不足以支持本措施的，随即自动解除",
    en=(
        "once the source stops disclosing it, this measure no longer rests on it, and it ends by itself at once "
        "where what remains is not enough for it"
    ),
)
_RELIEF = Text(
    zh="信息源停止公示后，本项激励不受影响",
    en="once the source stops disclosing it, this relief stays as it is",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a statement says beside its measure and its records.

    Attributes:
        subject: whom it is about.
        source: name of the source that disclosed the records.
        as_of: its data date, aware.
        role: role on the platform; an anchor is a natural person.
        is_detected_automatically: the records were found by asking the source automatically.
        file_working_days: working days within which to appeal; None where there is no limit.
        decide_working_days: working days within which an appeal is decided; None where the rules set none.
        policy: the policy that gave the measure, from which its effect is told in words; left out, its title tells it.
        shortest_months: shortest disclosure periods by law, from which the earliest day of repair follows.
        digest_key: a secret of the platform for the digests that stay; None for plain ones.
    """

    subject: Subject
    source: str
    as_of: datetime
    role: Role = Role.MERCHANT
    is_detected_automatically: bool = True
    file_working_days: int | None = None
    decide_working_days: int | None = None
    policy: Policy | None = None
    shortest_months: ShortestMonths | None = None
    digest_key: bytes | None = None


def state_reasons(
    measure: Measure,
    records: Iterable[Record],
    *,
    about: Circumstances,
    at: datetime,
    imposition_id: str,
    statement_id: str,
) -> StatementOfReasons:
    """Return the first version of the statement of a measure.

    Args:
        measure: the measure that comes into force.
        records: the records that it rests on, as the source discloses them at ``at``; others are left aside.
        about: subject, source, and what else it says.
        at: when it is stated, aware.
        imposition_id: the measure in force that it belongs to.
        statement_id: name of the chain of versions.

    Raises:
        InvalidStatement: a ground has no record, or one of another version, or one that is not disclosed at ``at``;
            or the measure has ended, or is of another policy than the one given.
        InvalidRecord: the instant has no time zone.
    """
    at = as_utc(at)
    return StatementOfReasons(
        statement_id=statement_id,
        imposition_id=imposition_id,
        version=1,
        status=StatementStatus.ISSUED,
        issued_at=at,
        subject=_subject(about),
        role=about.role,
        measure=measure,
        does=_does(measure, about.policy),
        grounds=_grounds(measure, records, about, at),
        source=StatedSource(name=clean(about.source), as_of=as_utc(about.as_of)),
        automated=Automation(detection=about.is_detected_automatically, decision=measure.decided_by is None),
        appeal=_appeal(measure, about),
    )


def amend(
    statement: StatementOfReasons,
    measure: Measure,
    records: Iterable[Record],
    *,
    about: Circumstances,
    at: datetime,
) -> StatementOfReasons:
    """Return the next version, of the measure as it is now: after a correction, or when one of its grounds is gone.

    Args:
        statement: the version that it replaces.
        measure: the measure as it is now.
        records: the records that it rests on now.
        about: subject, source, and what else it says.
        at: when it is stated, aware; not before the version that it replaces.

    Raises:
        InvalidStatement: as ``state_reasons``; or the chain has ended, or is about another subject or measure.
        InvalidRecord: the instant has no time zone.
    """
    at = _next_in(statement, at)
    is_same = (
        about.subject.kind is statement.subject.kind
        and about.subject.code == statement.subject.code
        and about.role is statement.role
        and measure.code == statement.measure.code
        and measure.direction is statement.measure.direction
    )
    if not is_same:
        raise InvalidStatement(
            "An amended statement is about the same subject and the same measure. Withdraw this one, and state another."
        )
    stated = state_reasons(
        measure,
        records,
        about=about,
        at=at,
        imposition_id=statement.imposition_id,
        statement_id=statement.statement_id,
    )
    return replace(stated, version=statement.version + 1, status=StatementStatus.AMENDED)


def shorten(statement: StatementOfReasons, ends_at: datetime, at: datetime) -> StatementOfReasons:
    """Return the next version, of the same measure with an earlier end.

    Nothing else of it is another, so nobody has to ask the source for it: what eases waits for nothing (I4).

    Args:
        statement: the version that it replaces.
        ends_at: when the measure ends now, aware UTC.
        at: when it is stated, aware; not before the version that it replaces.

    Raises:
        InvalidStatement: the chain has ended already, or the end is no earlier or over.
        InvalidRecord: the instant has no time zone.
    """
    at = _next_in(statement, at)
    if statement.measure.ends_at <= ends_at:
        raise InvalidStatement("The measure ends no earlier than it did. State what else has changed.")
    shown = statement.shown_at(at)
    return replace(
        shown,
        version=statement.version + 1,
        status=StatementStatus.AMENDED,
        issued_at=at,
        measure=replace(statement.measure, ends_at=ends_at),
    )


def withdraw(statement: StatementOfReasons, ending: StatementEnding, at: datetime) -> StatementOfReasons:
    """Return the last version: it says what ended the measure, and holds neither facts nor names.

    Args:
        statement: the version that it replaces.
        ending: what ended the measure, and when.
        at: when it is withdrawn, aware; not before the measure ended.

    Raises:
        InvalidStatement: the chain has ended already, or time would run backwards in it.
        InvalidRecord: the instant has no time zone.
    """
    return replace(
        statement,
        version=statement.version + 1,
        status=StatementStatus.WITHDRAWN,
        issued_at=_next_in(statement, at),
        subject=replace(statement.subject, name=None),
        grounds=tuple(replace(ground, content=None) for ground in statement.grounds),
        ending=ending,
    )


def _next_in(statement: StatementOfReasons, at: datetime) -> datetime:
    at = as_utc(at)
    if statement.status is StatementStatus.WITHDRAWN:
        raise InvalidStatement("A withdrawn statement is the last of its chain. State another measure anew.")
    if at < statement.issued_at:
        raise InvalidStatement(
            "A version of a statement is not older than the one it replaces. Pass a later instant."
        )
    return at


def _subject(about: Circumstances) -> Subject:
    subject = about.subject
    is_person = subject.kind is SubjectKind.PERSON or about.role is Role.ANCHOR
    name = None if is_person else clean_or_none(subject.name)
    return Subject(kind=subject.kind, code=subject.code, name=name)


def _does(measure: Measure, policy: Policy | None) -> Text | None:
    """Return what a measure does, in the words of the policy that gave it."""
    if policy is None:
        return None
    if policy.ref != measure.policy:
        raise InvalidStatement("The policy is not the one that gave the measure. Pass the version that did.")
    entry = policy.document.catalogue[measure.code]
    zh, en = (effect_clause(entry, policy.document, language) for language in ("zh", "en"))
    return Text(zh=zh, en=en) if zh and en else None


def _appeal(measure: Measure, about: Circumstances) -> AppealRoute | None:
    if measure.appeal_url is None:
        return None
    return AppealRoute(
        url=measure.appeal_url,
        file_working_days=about.file_working_days,
        decide_working_days=about.decide_working_days,
    )


def _grounds(
    measure: Measure, records: Iterable[Record], about: Circumstances, at: datetime
) -> tuple[StatedGround, ...]:
    by_id = {record.record_id: record for record in records}
    stated = []
    for ground in measure.grounds:
        record = by_id.get(ground.record_id)
        if record is None or (record.version, record.kind) != (ground.version, ground.kind):
            raise InvalidStatement(
                "A ground of the measure has no record of its version. Evaluate the measure on the records as they are."
            )
        ends = (ends_at(record), ground.ends_at)
        if not record.is_shown(at) or ends[0] != ends[1] or (ends[1] is not None and ends[1] <= at):
            raise InvalidStatement(
                "A ground of the measure is not disclosed, or not for so long as the measure takes it to be. "
                "Evaluate the measure on the records as they are."
            )
        stated.append(
            StatedGround(
                record_id=ground.record_id,
                digest=ground_digest(record, key=about.digest_key),
                severity=record.severity,
                content=_content(measure, record, about.shortest_months),
            )
        )
    return tuple(stated)


def _content(measure: Measure, record: Record, shortest_months: ShortestMonths | None) -> GroundContent:
    return GroundContent(
        fact=clean_text(Text(zh=record_sentence(record, "zh"), en=record_sentence(record, "en"))),
        decision_no=clean_or_none(decision_number(record)),
        authority=clean_or_none(record.authority),
        conduct=clean_or_none(conduct_of(record)),
        is_disputed=record.is_disputed,
        repair=_repair(measure, record, shortest_months),
    )


def _repair(measure: Measure, record: Record, shortest_months: ShortestMonths | None) -> RepairPath | None:
    hint = repair_hint(record, shortest_months=shortest_months)
    if hint is None:
        return None
    if measure.direction is Direction.RELIEVE:
        effect = _RELIEF
    else:
        effect = _ALONE if len(measure.grounds) == 1 else _AMONG_OTHERS
    return RepairPath(
        text=clean_text(hint.text),
        earliest_on=hint.earliest_on,
        latest_on=record.period.end_on,
        effect=effect,
    )
