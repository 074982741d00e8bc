"""Carrying out what the control plane says about records and subjects."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random
from typing import Any

from mock_credit_china.clock import china_day
from mock_credit_china.content import Decision, content_of, data_source_of
from mock_credit_china.instruction import Correct, Impose, Mark, RecordBody, RecordPatch, SubjectBody
from mock_credit_china.naming import invent_subject
from mock_credit_china.period import CLASS_MONTHS, add_months
from mock_credit_china.record import (
    Catalogue,
    Change,
    ChangeKind,
    Record,
    Severity,
    State,
    Subject,
    SubjectFile,
)
from mock_credit_china.source import Source

_TERMS = {
    Catalogue.PENALTY: 12,
    Catalogue.SERIOUS_LISTING: 36,
    Catalogue.JUDGMENT_DEFAULT: 24,
    Catalogue.WAGE_ARREARS: 36,
    Catalogue.TAX_VIOLATION: 36,
}


class NoSuchThingError(Exception):
    """Raised when there is no such subject or record; says what there is."""


class NotNowError(Exception):
    """Raised when a record's state does not allow what is asked; says what would."""


@dataclass(frozen=True, slots=True)
class _Step:
    kind: ChangeKind
    allowed_from: tuple[State, ...]
    to: State


_ANY_LISTED = (State.SHOWN, State.DISPUTED, State.SHIELDED)
_STEPS: Mapping[str, _Step] = {
    "dispute": _Step(ChangeKind.DISPUTED, (State.SHOWN,), State.DISPUTED),
    "undispute": _Step(ChangeKind.DISPUTE_RESOLVED, (State.DISPUTED,), State.SHOWN),
    "shield": _Step(ChangeKind.SHIELDED, (State.SHOWN, State.DISPUTED), State.SHIELDED),
    "restore": _Step(ChangeKind.RESTORED, (State.SHIELDED,), State.SHOWN),
    "repair": _Step(ChangeKind.REPAIRED, _ANY_LISTED, State.REPAIRED),
    "withdraw": _Step(ChangeKind.WITHDRAWN, _ANY_LISTED, State.WITHDRAWN),
}


def conduct(source: Source, instruction: Impose | Correct | Mark) -> Change:
    """Impose, correct or mark a record now.

    Raises:
        NoSuchThingError: the subject or the record is not there.
        NotNowError: the record's state does not allow it, or its id is taken.
        ValueError: the record would have ended before it began.
    """
    code = instruction.code
    if source.register.find(code) is None:
        raise NoSuchThingError(f"no subject {code}; POST /mock/subjects adds one")
    match instruction:
        case Impose():
            return _impose(source, code, instruction.record)
        case Correct(record=patch):
            return source.register.change_record(
                code,
                lambda file: _corrected(_meant(file, instruction.rec_id, source), patch),
                ChangeKind.CORRECTED,
            )
        case Mark(action=action):
            step = _STEPS[action]
            return source.register.change_record(
                code, lambda file: _marked(_meant(file, instruction.rec_id, source), action, step), step.kind
            )


def enter_subject(source: Source, body: SubjectBody) -> list[Change]:
    """Add a subject with its records, or change one.

    Raises:
        NotNowError: a record's id is taken.
        ValueError: a record would have ended before it began.
    """
    file = source.register.find(body.code)
    before = file.subject if file else invent_subject(body.code, 0)
    subject = replace(
        before,
        name=body.name or before.name,
        entity_type=body.entity_type or before.entity_type,
        status=body.status or before.status,
    )
    now = source.clock.now()
    records = tuple(_drawn_up(source, subject, each, now) for each in body.records)
    taken = {record.rec_id for record in file.records} if file else set()
    ids = [record.rec_id for record in records]
    if len(set(ids)) < len(ids) or taken & set(ids):
        raise NotNowError("every recId must be new to the subject, and given once")
    return source.register.enter_subject(subject, records)


def _impose(source: Source, code: str, body: RecordBody) -> Change:
    def make(file: SubjectFile) -> Record:
        if body.rec_id is not None and file.record(body.rec_id) is not None:
            raise NotNowError(f"recId {body.rec_id} is taken; correct the record instead")
        return _drawn_up(source, file.subject, body, source.clock.now())

    return source.register.change_record(code, make, ChangeKind.ADDED)


def _drawn_up(source: Source, subject: Subject, body: RecordBody, now: datetime) -> Record:
    today = china_day(now)
    until = body.disclosed_until
    if "disclosed_until" not in body.model_fields_set:
        until = _longest_term(body, today)
    if until is not None and until < today:
        raise ValueError(
            f"disclosedUntil {until} is over by the mock clock ({today}); use the fault past_end"
        )
    rec_id = body.rec_id or source.register.next_rec_id(subject.code)
    fields: Mapping[str, Any] | None = body.fields
    if fields is None:
        fields = _invented_fields(body, subject, today=today, until=until, rec_id=rec_id)
    return Record(
        rec_id=rec_id,
        version=body.version,
        catalogue=body.catalog,
        severity=body.severity,
        state=State(body.state),
        published_on=body.published_on or today,
        disclosed_until=until,
        data_source=body.data_source or _data_source(body.catalog, subject.code),
        fields=_invented_fields(body, subject, today=today, until=until, rec_id=rec_id)
        if body.fields is None
        else body.fields,
    )


def _longest_term(body: RecordBody, today: date) -> date | None:
    months = _TERMS.get(Catalogue(body.catalog)) if body.catalog in set(Catalogue) else None
    if months is None:
        return None
    severity = _known_severity(body.severity)
    if body.catalog == Catalogue.PENALTY and severity is not None:
        months = CLASS_MONTHS[severity][1]
    return add_months(today, months)


def _invented_fields(
    body: RecordBody, subject: Subject, *, today: date, until: date | None, rec_id: str
) -> Mapping[str, Any]:
    decision = Decision(
        catalogue=Catalogue(body.catalog) if body.catalog in set(Catalogue) else Catalogue.COMMITMENT,
        subject=subject,
        decided_on=body.published_on or today,
        disclosed_until=until,
        severity=_known_severity(body.severity),
    )
    return content_of(decision, Random(rec_id))  # noqa: S311 - sample data


def _known_severity(text: str | None) -> Severity | None:
    return Severity(text) if text in set(Severity) else None


def _data_source(catalogue: str, code: str) -> str:
    known = Catalogue(catalogue) if catalogue in set(Catalogue) else Catalogue.COMMITMENT
    return data_source_of(known, code)


def _meant(file: SubjectFile, rec_id: str | None, source: Source) -> Record:
    now = source.clock.now()
    listed = [record for record in file.records if record.is_listed_at(now)]
    known = ", ".join(record.rec_id for record in listed) or "none"
    if rec_id is not None:
        record = file.record(rec_id)
        if record is None:
            raise NoSuchThingError(f"no record {rec_id} on {file.subject.code}; listed: {known}")
        if record.state in _ANY_LISTED and record not in listed:
            raise NotNowError(f"the disclosure of {rec_id} is over; listed: {known}")
        return record
    if len(listed) != 1:
        raise NoSuchThingError(
            f"{file.subject.code} has {len(listed)} listed records; give recId, one of: {known}"
        )
    return listed[0]


def _marked(record: Record, action: str, step: _Step) -> Record:
    if record.state not in step.allowed_from:
        allowed = ", ".join(step.allowed_from)
        raise NotNowError(f"cannot {action} a record that is {record.state}; only one that is {allowed}")
    return replace(record, state=step.to, version=record.version + 1)


def _corrected(record: Record, patch: RecordPatch) -> Record:
    if record.state not in _ANY_LISTED:
        raise NotNowError(f"cannot correct a record that is {record.state}")
    fields = {**record.fields, **patch.fields}
    given = patch.model_fields_set
    return replace(
        record,
        version=record.version + 1,
        catalogue=patch.catalog or record.catalogue,
        severity=patch.severity if "severity" in given else record.severity,
        published_on=patch.published_on or record.published_on,
        disclosed_until=patch.disclosed_until if "disclosed_until" in given else record.disclosed_until,
        data_source=patch.data_source or record.data_source,
        fields={name: value for name, value in fields.items() if value is not None},
    )
