"""Conditions read as they are written, slowly: what the compiled engine is compared with."""

from datetime import timedelta

from chengxin.policy.condition import walk
from chengxin.records import (
    DisclosureStatus,
    EvaluationDetail,
    ListingDetail,
    RecordKind,
    china_day,
    end_of_china_day,
    start_of_china_day,
)

ADVERSE = {
    RecordKind.PENALTY,
    RecordKind.SERIOUS_LISTING,
    RecordKind.ABNORMAL_LISTING,
    RecordKind.JUDGMENT_DEFAULT,
}


def event_day(record):
    """Return the day a record's age counts from."""
    if isinstance(record.detail, ListingDetail):
        return record.detail.listed_on or record.period.start_on
    if record.kind in (RecordKind.PENALTY, RecordKind.LICENCE):
        return record.detail.decided_on or record.period.start_on
    return record.period.start_on


def matches(condition, record, at):
    """Tell whether a record matches a record condition or an evaluation condition at an instant."""
    today = china_day(at)
    if not record.is_shown(at):
        return False
    if condition.evaluation is not None:
        detail, wanted = record.detail, condition.evaluation
        return (
            isinstance(detail, EvaluationDetail)
            and detail.scheme == wanted.scheme
            and detail.value in wanted.value
            and (detail.issued_on is None or detail.issued_on <= today)
            and (detail.valid_until_on is None or today <= detail.valid_until_on)
        )
    if condition.standing == "ADVERSE":
        return record.kind in ADVERSE
    wanted = condition.record
    severity = record.severity.value if record.severity else ("?" if record.severity_text else "absent")
    age = (today - event_day(record)).days
    return (
        record.kind in wanted.kind
        and (wanted.severity is None or severity in wanted.severity)
        and (wanted.authority is None or record.detail.authority in wanted.authority)
        and (wanted.disputed is None or (record.status is DisclosureStatus.DISPUTED) == wanted.disputed)
        and (
            wanted.age_days is None
            or (
                (wanted.age_days.at_least is None or age >= wanted.age_days.at_least)
                and (wanted.age_days.less_than is None or age < wanted.age_days.less_than)
            )
        )
    )


def rests_on_records(condition):
    """Tell whether a plain condition is about records."""
    return condition.record is not None or condition.evaluation is not None or condition.standing == "ADVERSE"


def holds(condition, case, since, at):
    """Tell whether a condition holds at ``at`` on records that it already held on at ``since``.

    Below ``none`` every record counts, also one that matches only later.
    """
    if rests_on_records(condition):
        found = [
            r
            for r in case["records"]
            if matches(condition, r, at) and (since is None or matches(condition, r, since))
        ]
        needed = condition.record.count.at_least if condition.record and condition.record.count else 1
        return len(found) >= needed
    if condition.standing is not None:
        shown = [{r.kind for r in case["records"] if r.is_shown(t)} for t in ({at, since} if since else {at})]
        return all(not kinds & ADVERSE and RecordKind.OTHER not in kinds for kinds in shown)
    if not condition.children:
        return suits(condition, case)
    if condition.none is not None:
        return not any(holds(child, case, None, at) for child in condition.none)
    answers = [holds(child, case, since, at) for child in condition.children]
    needed = condition.at_least.n if condition.at_least else 1
    return sum(answers) >= (len(answers) if condition.all else needed)


def suits(condition, case):
    """Tell whether fact, role or kind of subject are as a condition says."""
    if condition.fact is not None:
        return compares(condition.fact, case["facts"])
    if condition.role is not None:
        return case["role"] in condition.role
    return case["kind"] in condition.subject_kind


def compares(condition, facts):
    """Tell whether a fact compares; one that is not given does not."""
    if condition.name not in facts:
        return False
    value = facts[condition.name]
    if condition.equals is not None:
        return value == condition.equals
    return (condition.at_least is None or value >= condition.at_least) and (
        condition.less_than is None or value < condition.less_than
    )


def grounds(condition, case, at):
    """Return the ids of the records that a condition which holds rests on."""
    if rests_on_records(condition):
        return {r.record_id for r in case["records"] if matches(condition, r, at)}
    if condition.none is not None:
        return set()
    return {
        record_id
        for child in condition.children
        if holds(child, case, at, at)
        for record_id in grounds(child, case, at)
    }


def boundaries(policy, records, at):
    """Return every instant after ``at`` at which time alone could change anything, ascending."""
    ages = {0}
    for rule in policy.document.rules:
        for condition, _ in walk(rule.when, ""):
            if condition.record is not None and condition.record.age_days is not None:
                ages |= {condition.record.age_days.at_least or 0, condition.record.age_days.less_than or 0}
    found = set()
    for record in records:
        found.add(start_of_china_day(record.period.start_on))
        found |= {start_of_china_day(event_day(record) + timedelta(days=age)) for age in ages}
        if record.period.end_on is not None:
            found.add(end_of_china_day(record.period.end_on))
        if isinstance(record.detail, EvaluationDetail):
            first, last = record.detail.issued_on, record.detail.valid_until_on
            found |= {start_of_china_day(first)} if first else set()
            found |= {end_of_china_day(last)} if last else set()
    return sorted(instant for instant in found if instant > at)
