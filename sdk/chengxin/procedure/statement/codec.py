"""Statements as JSON and back: canonical (RFC 8785), without loss, and strict."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Final, TypeVar

from rfc8785 import CanonicalizationError

from chengxin.canonical import canonical_bytes
from chengxin.errors import ChengxinError, InvalidStatement
from chengxin.identifiers import Uscc
from chengxin.policy.measure import (
    ActionEffect,
    Category,
    Direction,
    Effect,
    Ground,
    LegalBasis,
    Measure,
    PlatformRule,
    PolicyRef,
    SettingEffect,
)
from chengxin.policy.text import Text
from chengxin.procedure.statement.ending import EndCause, StatementEnding
from chengxin.procedure.statement.ground import GroundContent, RepairPath, StatedGround
from chengxin.procedure.statement.statement import (
    AppealRoute,
    Automation,
    StatedSource,
    StatementOfReasons,
    StatementStatus,
)
from chengxin.procedure.statement.words import at_the_end
from chengxin.records import RecordKind, Role, Severity, Subject, SubjectKind

FORMAT: Final = 1
"""Version of this format."""
_T = TypeVar("_T")
_REFUSED: Final = (
    "The text is no statement of reasons as this version writes it. Keep what as_json gives, unchanged."
)


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
        "issued_at": _instant(statement.issued_at),
        "subject": _subject(statement.subject, statement.role),
        "measure": _told(measure, statement.does),
        "grounds": [
            _ground(ground, stated) for ground, stated in zip(measure.grounds, statement.grounds, strict=True)
        ],
        "source": {"name": statement.source.name, "as_of": _instant(statement.source.as_of)},
        "rule": {"id": measure.rule_id, "reason": _text(measure.reason)},
        "policy": _policy(measure.policy),
        "legal_basis": [{"law": _text(b.law), "article": b.article} for b in measure.legal_basis],
        "platform_rule": _maybe(_rule, measure.platform_rule),
        "automated": {
            "detection": statement.automated.detection,
            "decision": statement.automated.decision,
        },
        "decided_by": measure.decided_by,
        "starts_at": _instant(measure.starts_at),
        "ends_at": _instant(measure.ends_at),
        "at_the_end": _text(at_the_end(measure)),
        "appeal": _maybe(_appeal, statement.appeal),
        "ending": _maybe(_ending, statement.ending),
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
        plain = json.loads(text, object_pairs_hook=_distinct)
        statement = _statement(plain)
        is_same = canonical_bytes(content_of(statement)) == canonical_bytes(plain)
    except InvalidStatement:
        raise
    except (
        ChengxinError,
        CanonicalizationError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as fault:
        raise InvalidStatement(_REFUSED) from fault
    if not is_same:
        raise InvalidStatement(_REFUSED)
    return statement


def _distinct(members: list[tuple[str, Any]]) -> dict[str, Any]:
    plain = dict(members)
    if len(plain) < len(members):
        raise InvalidStatement("A member stands twice in one object. " + _REFUSED)
    return plain


def _statement(plain: dict[str, Any]) -> StatementOfReasons:
    subject = plain["subject"]
    return StatementOfReasons(
        statement_id=plain["statement_id"],
        imposition_id=plain["imposition_id"],
        version=plain["version"],
        status=StatementStatus(plain["status"]),
        issued_at=_read_instant(plain["issued_at"]),
        subject=Subject(
            kind=SubjectKind(subject["kind"]), code=_maybe(Uscc.parse, subject["code"]), name=subject["name"]
        ),
        role=Role(subject["role"]),
        measure=_measure(plain),
        does=_maybe(_read_text, plain["measure"]["does"]),
        grounds=tuple(_read_ground(ground) for ground in plain["grounds"]),
        source=StatedSource(name=plain["source"]["name"], as_of=_read_instant(plain["source"]["as_of"])),
        automated=Automation(**plain["automated"]),
        appeal=_maybe(_read_appeal, plain["appeal"]),
        ending=_maybe(_read_ending, plain["ending"]),
    )


def _measure(plain: dict[str, Any]) -> Measure:
    measure, appeal = plain["measure"], plain["appeal"]
    return Measure(
        code=measure["code"],
        direction=Direction(measure["direction"]),
        title=_read_text(measure["title"]),
        category=Category(measure["category"]),
        effect=_read_effect(measure["effect"]),
        subject_kind=SubjectKind(plain["subject"]["kind"]),
        rule_id=plain["rule"]["id"],
        policy=PolicyRef(**plain["policy"]),
        grounds=tuple(
            Ground(
                record_id=ground["record_id"],
                version=ground["version"],
                kind=RecordKind(ground["kind"]),
                ends_at=_maybe(_read_instant, ground["ends_at"]),
            )
            for ground in plain["grounds"]
        ),
        legal_basis=tuple(
            LegalBasis(law=_read_text(basis["law"]), article=basis["article"])
            for basis in plain["legal_basis"]
        ),
        platform_rule=_maybe(_read_rule, plain["platform_rule"]),
        reason=_read_text(plain["rule"]["reason"]),
        starts_at=_read_instant(plain["starts_at"]),
        ends_at=_read_instant(plain["ends_at"]),
        appeal_url=None if appeal is None else appeal["url"],
        decided_by=plain["decided_by"],
    )


# ---- parts, written ----


def _maybe(of: Callable[[Any], _T], value: Any) -> _T | None:  # noqa: ANN401  # any part
    return None if value is None else of(value)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _subject(subject: Subject, role: Role) -> dict[str, Any]:
    return {
        "kind": subject.kind.value,
        "code": None if subject.code is None else subject.code.code,
        "name": subject.name,
        "role": role.value,
    }


def _told(measure: Measure, does: Text | None) -> dict[str, Any]:
    return {
        "code": measure.code,
        "title": _text(measure.title),
        "category": measure.category.value,
        "direction": measure.direction.value,
        "effect": _effect(measure.effect),
        "does": _maybe(_text, does),
    }


def _policy(policy: PolicyRef) -> dict[str, Any]:
    return {"name": policy.name, "version": policy.version, "digest": policy.digest}


def _appeal(appeal: AppealRoute) -> dict[str, Any]:
    return {
        "url": appeal.url,
        "is_free": True,
        "file_working_days": appeal.file_working_days,
        "decide_working_days": appeal.decide_working_days,
    }


def _ending(ending: StatementEnding) -> dict[str, Any]:
    return {"cause": ending.cause.value, "ended_at": _instant(ending.ended_at)}


def _effect(effect: Effect) -> dict[str, int | bool | str]:
    if isinstance(effect, ActionEffect):
        return {"action": effect.action}
    return {"setting": effect.setting, "value": effect.value}


def _rule(rule: PlatformRule) -> dict[str, Any]:
    return {"title": _text(rule.title), "clause": rule.clause, "url": rule.url}


def _ground(ground: Ground, stated: StatedGround) -> dict[str, Any]:
    return {
        "record_id": ground.record_id,
        "version": ground.version,
        "kind": ground.kind.value,
        "severity": _maybe(lambda severity: severity.value, stated.severity),
        "ends_at": _maybe(_instant, ground.ends_at),
        "digest": stated.digest,
        "content": _maybe(_content, stated.content),
    }


def _content(content: GroundContent) -> dict[str, Any]:
    return {
        "fact": _text(content.fact),
        "decision_no": content.decision_no,
        "authority": content.authority,
        "conduct": content.conduct,
        "is_disputed": content.is_disputed,
        "repair": _maybe(_repair, content.repair),
    }


def _repair(repair: RepairPath) -> dict[str, Any]:
    return {
        "text": _text(repair.text),
        "earliest_on": _maybe(date.isoformat, repair.earliest_on),
        "latest_on": _maybe(date.isoformat, repair.latest_on),
        "effect": _text(repair.effect),
    }


# ---- parts, read ----


def _read_instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _read_text(plain: dict[str, str]) -> Text:
    return Text(zh=plain["zh"], en=plain["en"])


def _read_effect(plain: dict[str, Any]) -> Effect:
    if "action" in plain:
        return ActionEffect(action=plain["action"])
    return SettingEffect(setting=plain["setting"], value=plain["value"])


def _read_rule(plain: dict[str, Any]) -> PlatformRule:
    return PlatformRule(title=_read_text(plain["title"]), clause=plain["clause"], url=plain["url"])


def _read_appeal(plain: dict[str, Any]) -> AppealRoute:
    return AppealRoute(
        url=plain["url"],
        file_working_days=plain["file_working_days"],
        decide_working_days=plain["decide_working_days"],
    )


def _read_ending(plain: dict[str, Any]) -> StatementEnding:
    return StatementEnding(cause=EndCause(plain["cause"]), ended_at=_read_instant(plain["ended_at"]))


def _read_ground(plain: dict[str, Any]) -> StatedGround:
    return StatedGround(
        record_id=plain["record_id"],
        digest=plain["digest"],
        severity=_maybe(Severity, plain["severity"]),
        content=_maybe(_read_content, plain["content"]),
    )


def _read_content(plain: dict[str, Any]) -> GroundContent:
    return GroundContent(
        fact=_read_text(plain["fact"]),
        decision_no=plain["decision_no"],
        authority=plain["authority"],
        conduct=plain["conduct"],
        is_disputed=plain["is_disputed"],
        repair=_maybe(_read_repair, plain["repair"]),
    )


def _read_repair(plain: dict[str, Any]) -> RepairPath:
    return RepairPath(
        text=_read_text(plain["text"]),
        earliest_on=_maybe(date.fromisoformat, plain["earliest_on"]),
        latest_on=_maybe(date.fromisoformat, plain["latest_on"]),
        effect=_read_text(plain["effect"]),
    )
