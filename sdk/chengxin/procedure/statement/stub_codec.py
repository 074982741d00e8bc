"""Stubs as JSON and back: canonical, without loss, and strict, as statements are."""

from __future__ import annotations

from typing import Any, Final

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidStatement
from chengxin.policy.measure import Category, Direction, PolicyRef
from chengxin.procedure.document.plain import maybe, read_instant, write_instant
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.codec import READING_FAULTS, distinct_members
from chengxin.procedure.statement.part_codec import read_ending, write_ending, write_policy
from chengxin.procedure.statement.stub import StatementStub, StubGround
from chengxin.records import RecordKind, Severity, SubjectKind

_REFUSED: Final = "The text is no stub as this version writes it. Keep what stub_as_json gives, unchanged."


def stub_as_json(stub: StatementStub) -> str:
    """Return a stub as canonical JSON."""
    return canonical_bytes(_content(stub)).decode()


def stub_from_json(text: str | bytes) -> StatementStub:
    """Return the stub that ``stub_as_json`` wrote.

    Raises:
        InvalidStatement: it is anything else.
    """
    try:
        plain = distinct_members(text)
        stub = _stub(plain)
        is_same = canonical_bytes(_content(stub)) == canonical_bytes(plain)
    except READING_FAULTS as fault:
        raise InvalidStatement(_REFUSED) from fault
    if not is_same:
        raise InvalidStatement(_REFUSED)
    return stub


def _content(stub: StatementStub) -> dict[str, Any]:
    return {
        "format": 1,
        "statement_id": stub.statement_id,
        "imposition_id": stub.imposition_id,
        "version": stub.version,
        "status": stub.status.value,
        "issued_at": write_instant(stub.issued_at),
        "subject_kind": stub.subject_kind.value,
        "measure_code": stub.measure_code,
        "direction": stub.direction.value,
        "category": stub.category.value,
        "rule_id": stub.rule_id,
        "policy": write_policy(stub.policy),
        "source": stub.source,
        "as_of": write_instant(stub.as_of),
        "grounds": [_ground(ground) for ground in stub.grounds],
        "starts_at": write_instant(stub.starts_at),
        "ends_at": write_instant(stub.ends_at),
        "ending": maybe(write_ending, stub.ending),
    }


def _ground(ground: StubGround) -> dict[str, Any]:
    return {
        "digest": ground.digest,
        "kind": ground.kind.value,
        "severity": maybe(lambda severity: severity.value, ground.severity),
        "ends_at": maybe(write_instant, ground.ends_at),
    }


def _stub(plain: dict[str, Any]) -> StatementStub:
    return StatementStub(
        statement_id=plain["statement_id"],
        imposition_id=plain["imposition_id"],
        version=plain["version"],
        status=StatementStatus(plain["status"]),
        issued_at=read_instant(plain["issued_at"]),
        subject_kind=SubjectKind(plain["subject_kind"]),
        measure_code=plain["measure_code"],
        direction=Direction(plain["direction"]),
        category=Category(plain["category"]),
        rule_id=plain["rule_id"],
        policy=PolicyRef(**plain["policy"]),
        source=plain["source"],
        as_of=read_instant(plain["as_of"]),
        grounds=tuple(_read_ground(ground) for ground in plain["grounds"]),
        starts_at=read_instant(plain["starts_at"]),
        ends_at=read_instant(plain["ends_at"]),
        ending=maybe(read_ending, plain["ending"]),
    )


def _read_ground(plain: dict[str, Any]) -> StubGround:
    return StubGround(
        digest=plain["digest"],
        kind=RecordKind(plain["kind"]),
        severity=maybe(Severity, plain["severity"]),
        ends_at=maybe(read_instant, plain["ends_at"]),
    )
