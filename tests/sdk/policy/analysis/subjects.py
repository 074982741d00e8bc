"""Random subjects, many and fast: records of every class, facts, roles, constraints."""

from datetime import timedelta
from random import Random

from chengxin.policy import ActiveConstraint
from chengxin.records import RecordKind, Role, Severity, Subject, SubjectKind, start_of_china_day
from tests.sdk.policy.material import AUTHORITIES, CODE, answer_of, day, record, shown

SUBJECTS = (Subject.of(CODE), Subject.of(CODE), Subject(kind=SubjectKind.PERSON, code=None))
KINDS = (*RecordKind, RecordKind.PENALTY, RecordKind.PENALTY, RecordKind.PENALTY)


def random_record(rng: Random, record_id: str):
    """Return a record that is disclosed today."""
    kind = rng.choice(KINDS)
    severity = rng.choice([None, *Severity])
    grade = (rng.choice(["纳税", "海关"]), rng.choice("ABD"), rng.choice([None, day(-9), day(9)]), None)
    return record(
        record_id,
        kind,
        severity,
        start=-rng.choice([0, 1, 30, 59, 60, 90, 364, 365, 729, 730, 900]),
        end=rng.choice([0, 5, 400]),
        on=rng.choice([None, 0, -10, -99, -100, -300, -365, -500]),
        disputed=rng.random() < 0.3,
        text=rng.choice([None, "较重"]) if severity is None else None,
        authority=rng.choice([None, *AUTHORITIES]),
        **({"grade": grade} if kind is RecordKind.EVALUATION else {}),
    )


def random_subject(rng: Random):
    """Return the status, facts, role and constraints of a subject."""
    records = [random_record(rng, f"R{n}") for n in range(rng.choice([0, 1, 1, 2, 2, 3, 4]))]
    facts = {}
    if rng.random() < 0.6:
        facts["registered_days"] = rng.choice([7, 99, 100, 299, 300, 999])
    if rng.random() < 0.4:
        facts["is_flagship"] = rng.random() < 0.5
    if rng.random() < 0.4:
        facts["city"] = rng.choice(["福州", "厦门"])
    constraints = tuple(
        ActiveConstraint(
            platform=rng.choice(["甲平台", "乙平台", "丙平台"]),
            category=rng.choice(["虚假宣传", "售假", "逃税"]),
            effective_from=start_of_china_day(day(-rng.randrange(40))),
            effective_until=start_of_china_day(day(rng.randrange(1, 60))),
            is_verified=rng.random() < 0.5,
        )
        for _ in range(rng.choice([0, 0, 1, 3]))
    )
    status = shown(answer_of(*records, subject=rng.choice(SUBJECTS)), life=timedelta(hours=1))
    return status, facts, rng.choice(list(Role)), constraints
