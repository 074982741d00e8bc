"""Statements as JSON and back: canonical (RFC 8785), without loss, and strict."""

from __future__ import annotations

import json
from typing import Any, Final

from rfc8785 import CanonicalizationError

from chengxin.canonical import canonical_bytes
from chengxin.errors import ChengxinError, InvalidStatement
from chengxin.identifiers import Uscc
from chengxin.policy.measure import (
    Category,
    Direction,
    Ground,
    LegalBasis,
    Measure,
    PolicyRef,
)
from chengxin.procedure.document.plain import maybe, read_instant, read_text, write_instant, write_text
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.part_codec import (
    read_appeal,
    read_effect,
    read_ending,
    read_ground,
    read_rule,
    write_appeal,
    write_ending,
    write_ground,
    write_measure,
    write_policy,
    write_rule,
    write_subject,
)
from chengxin.procedure.statement.statement import Automation, StatedSource, StatementOfReasons
from chengxin.procedure.statement.words import at_the_end
from chengxin.records import RecordKind, Role, Subject, SubjectKind

FORMAT: Final = 1
"""Version of this format."""
_REFUSED: Final = (
    "The text is no statement of reasons as this version writes it. Keep what as_json gives, unchanged."
)


READING_FAULTS: Final = (
    ChengxinError,
    CanonicalizationError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What is raised where plain data is not of the shape that is read."""


def content_of(statement: StatementOfReasons) -> dict[str, Any]:
    """Return a statement as plain data, of the published schema ``urn:chengxin:statement:1``."""
    measure = statement.measure
    return {
        "format": FORMAT,
        "statement_id": statement.statement_id,
        "imposition_id": statement.imposition_id,
        "version": statement.version,
        "status": statement.status.value,
        "supersedes": statement.supersedes,
        "issued_at": write_instant(statement.issued_at),
        "subject": write_subject(statement.subject, statement.role),
        "measure": write_measure(measure, statement.does),
        "grounds": [
            write_ground(ground, stated)
            for ground, stated in zip(measure.grounds, statement.grounds, strict=True)
        ],
        "source": {"name": statement.source.name, "as_of": write_instant(statement.source.as_of)},
        "rule": {"id": measure.rule_id, "reason": write_text(measure.reason)},
        "policy": write_policy(measure.policy),
        "legal_basis": [{"law": write_text(b.law), "article": b.article} for b in measure.legal_basis],
        "platform_rule": maybe(write_rule, measure.platform_rule),
        "automated": {
            "detection": statement.automated.detection,
            "decision": statement.automated.decision,
        },
        "decided_by": measure.decided_by,
        "starts_at": write_instant(measure.starts_at),
        "ends_at": write_instant(measure.ends_at),
        "at_the_end": write_text(at_the_end(measure)),
        "appeal": maybe(write_appeal, statement.appeal),
        "ending": maybe(write_ending, statement.ending),
    }


def as_json(statement: StatementOfReasons) -> str:
    """Return a statement as canonical JSON; equal statements give equal texts.

    Raises:
        InvalidStatement: a number or a text in it cannot be written.
    """
    try:
        return canonical_bytes(content_of(statement)).decode()
    except (CanonicalizationError, UnicodeError) as fault:
        raise InvalidStatement("A number or a text of the statement cannot be written as JSON.") from fault


def from_json(text: str | bytes) -> StatementOfReasons:
    """Return the statement that ``as_json`` wrote; the order of members and spaces between them do not matter.

    Raises:
        InvalidStatement: it is anything else: a member more or less, another format, or a statement that cannot be.
    """
    try:
        plain = distinct_members(text)
        statement = _statement(plain)
        is_same = canonical_bytes(content_of(statement)) == canonical_bytes(plain)
    except InvalidStatement:
        raise
    except READING_FAULTS as fault:
        raise InvalidStatement(_REFUSED) from fault
    if not is_same:
        raise InvalidStatement(_REFUSED)
    return statement


def distinct_members(text: str | bytes) -> Any:  # noqa: ANN401  # any JSON value
    """Return plain data in which no member stands twice.

    Raises:
        InvalidStatement: one does.
        ValueError: it is no JSON.
    """
    return json.loads(text, object_pairs_hook=_distinct)


def _distinct(members: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(members)
    if len(plain) < len(members):
        raise InvalidStatement("A member stands twice in one object. Keep what was written, unchanged.")
    return plain


def _statement(plain: dict[str, Any]) -> StatementOfReasons:
    subject = plain["subject"]
    return StatementOfReasons(
        statement_id=plain["statement_id"],
        imposition_id=plain["imposition_id"],
        version=plain["version"],
        status=StatementStatus(plain["status"]),
        issued_at=read_instant(plain["issued_at"]),
        subject=Subject(
            kind=SubjectKind(subject["kind"]), code=maybe(Uscc.parse, subject["code"]), name=subject["name"]
        ),
        role=Role(subject["role"]),
        measure=_measure(plain),
        does=maybe(read_text, plain["measure"]["does"]),
        grounds=tuple(read_ground(ground) for ground in plain["grounds"]),
        source=StatedSource(name=plain["source"]["name"], as_of=read_instant(plain["source"]["as_of"])),
        automated=Automation(**plain["automated"]),
        appeal=maybe(read_appeal, plain["appeal"]),
        ending=maybe(read_ending, plain["ending"]),
    )


def _measure(plain: dict[str, Any]) -> Measure:
    measure, appeal = plain["measure"], plain["appeal"]
    return Measure(
        code=measure["code"],
        direction=Direction(measure["direction"]),
        title=read_text(measure["title"]),
        category=Category(measure["category"]),
        effect=read_effect(measure["effect"]),
        subject_kind=SubjectKind(plain["subject"]["kind"]),
        rule_id=plain["rule"]["id"],
        policy=PolicyRef(**plain["policy"]),
        grounds=tuple(
            Ground(
                record_id=ground["record_id"],
                version=ground["version"],
                kind=RecordKind(ground["kind"]),
                ends_at=maybe(read_instant, ground["ends_at"]),
            )
            for ground in plain["grounds"]
        ),
        legal_basis=tuple(
            LegalBasis(law=read_text(basis["law"]), article=basis["article"])
            for basis in plain["legal_basis"]
        ),
        platform_rule=maybe(read_rule, plain["platform_rule"]),
        reason=read_text(plain["rule"]["reason"]),
        starts_at=read_instant(plain["starts_at"]),
        ends_at=read_instant(plain["ends_at"]),
        appeal_url=None if appeal is None else appeal["url"],
        decided_by=plain["decided_by"],
    )
