"""What there is to say of a policy before it is published: what refuses it, and what its author should look at.

``check_document`` says what refuses a document wherever it is loaded. Where it finds nothing, further looks are
taken here: announcement, proportion, publicity, what is never used, and how texts read. Some of what they find is
an error as well: such a document evaluates, and is not fit to be published.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from chengxin.errors import Finding, Wording
from chengxin.policy.analysis.finding import analysis_findings
from chengxin.policy.check import check_document
from chengxin.policy.condition import Condition, walk
from chengxin.policy.document import PolicyDocument, Rule
from chengxin.policy.measure import Category, Direction
from chengxin.policy.messages import found
from chengxin.policy.peer import rests_on_peers, withheld_by_peers
from chengxin.policy.proportion import check_proportion, check_terms, positive
from chengxin.policy.prose import check_prose
from chengxin.policy.unused import check_unused
from chengxin.records import ADVERSE_KINDS, RecordKind, RuleTable, Standing, shipped_rule_table

SHORT_DAYS: Final = 7
"""A suspension that lasts no longer may begin without notice: little of it would be left."""

_UNCLASSED: Final = {
    RecordKind.LICENCE: Wording(zh="行政许可", en="LICENCE"),
    RecordKind.ABNORMAL_LISTING: Wording(zh="经营异常名录", en="ABNORMAL_LISTING"),
    RecordKind.JUDGMENT_DEFAULT: Wording(zh="失信被执行人", en="JUDGMENT_DEFAULT"),
    RecordKind.COMMENDATION: Wording(zh="守信激励", en="COMMENDATION"),
    RecordKind.COMMITMENT: Wording(zh="信用承诺", en="COMMITMENT"),
    RecordKind.EVALUATION: Wording(zh="信用评价", en="EVALUATION"),
}
"""Kinds of record that no source classes by severity."""


def lint(
    document: PolicyDocument,
    *,
    announced_on: date | None = None,
    is_important: bool = False,
    rule_table: RuleTable | None = None,
) -> tuple[Finding, ...]:
    """Return everything that there is to say of a document; empty where nothing is.

    Args:
        document: the document, flat.
        announced_on: China day on which it is made public; None where that is not decided.
        is_important: it touches important interests, or many users: it is announced 15 days ahead, and not 7.
        rule_table: the law that it is checked against; the shipped table where None.
    """
    table = shipped_rule_table() if rule_table is None else rule_table
    refusing = check_document(document, rule_table=table)
    if refusing:
        return refusing
    return (
        *_announcement(document, announced_on, table, is_important=is_important),
        *check_proportion(document),
        *check_terms(document, table),
        *_publicity(document),
        *_conditions(document),
        *_value_titles(document),
        *check_unused(document),
        *check_prose(document),
        *analysis_findings(document),
    )


def _announcement(
    document: PolicyDocument, announced_on: date | None, table: RuleTable, *, is_important: bool
) -> Iterator[Finding]:
    """Yield an announcement that is too short, by the rules of law of the day on which it is made (令116 art. 12)."""
    if announced_on is None:
        return
    needed = _announced_days(table, announced_on, is_important=is_important)
    longest = _announced_days(table, announced_on, is_important=True)
    days = (document.effective_from - announced_on).days
    restricts = any(entry.direction is Direction.RESTRICT for entry in document.catalogue.values())
    if days < needed:
        yield found(
            "period.announcement",
            "effective_from",
            announced_on=announced_on,
            effective_from=document.effective_from,
            days=needed,
            earliest=announced_on + timedelta(days=needed),
        )
    elif days < longest and restricts:
        earliest = announced_on + timedelta(days=longest)
        yield found("period.announcement_short", "effective_from", days=days, earliest=earliest)


def _announced_days(table: RuleTable, announced_on: date, *, is_important: bool) -> int:
    period = table.notice_days(announced_on, important=is_important)
    return 0 if period is None else period.days


def _publicity(document: PolicyDocument) -> Iterator[Finding]:
    """Yield restrictions that are automatic, secret or sudden where they should not be."""
    for code, entry in document.catalogue.items():
        path = f"catalogue.{code}"
        if entry.direction is not Direction.RESTRICT:
            continue
        if entry.category is Category.ACCOUNT and not entry.human_decides:
            yield found("measure.account_automatic", path)
        is_long = entry.longest_days is not None and entry.longest_days > SHORT_DAYS
        if entry.action is not None and entry.public and entry.notice_days == 0 and is_long:
            yield found("measure.public_without_notice", f"{path}.public", days=SHORT_DAYS)
        suspends = entry.action is not None and entry.category in (Category.PROVISION, Category.ACCOUNT)
        if suspends and not entry.public:
            yield found("measure.not_public", path)


def _value_titles(document: PolicyDocument) -> Iterator[Finding]:
    """Yield the values of settings that a merchant would read as codes."""
    for name, declared in document.settings.items():
        for index, value in enumerate(declared.values or ()):
            if isinstance(value, str) and value not in declared.value_titles:
                yield found("setting.no_value_title", f"settings.{name}.values[{index}]", value=value)


def _conditions(document: PolicyDocument) -> Iterator[Finding]:
    for index, rule in enumerate(document.rules):
        path = f"rules[{index}]"
        yield from _severities(rule, path)
        yield from _disputes(document, rule, path)
        yield from _peers(document, rule, path)


def _peers(document: PolicyDocument, rule: Rule, path: str) -> Iterator[Finding]:
    """Yield what a rule takes from a merchant on the word of other platforms alone: a better tier, or a relief."""
    if not rests_on_peers(rule.when):
        withheld = [code for code in rule.measures if _relieves(document, code)]
        if withheld and withheld_by_peers(rule.when):
            yield found("rule.peer_relief", f"{path}.when", measure=withheld[0])
        return
    if rule.tier is not None and rule.tier != document.tiers[0].id:
        yield found("rule.peer_tier", f"{path}.tier", tier=rule.tier)
    for index, code in enumerate(rule.waives):
        if _relieves(document, code):
            yield found("rule.peer_relief", f"{path}.waives[{index}]", measure=code)


def _relieves(document: PolicyDocument, code: str) -> bool:
    return document.catalogue[code].direction is Direction.RELIEVE


def _severities(rule: Rule, path: str) -> Iterator[Finding]:
    """Yield conditions that ask for a severity of kinds that the source does not class."""
    for condition, where in walk(rule.when, f"{path}.when"):
        record = condition.record
        kinds = (
            [] if record is None or record.severity is None else [k for k in record.kind if k in _UNCLASSED]
        )
        if kinds:
            words = Wording(
                zh="、".join(_UNCLASSED[kind].zh for kind in kinds),
                en=", ".join(_UNCLASSED[kind].en for kind in kinds),
            )
            yield found("condition.severity_unclassed", f"{where}.record.severity", kinds=words)


def _disputes(document: PolicyDocument, rule: Rule, path: str) -> Iterator[Finding]:
    """Yield a rule that restricts by itself on a record that may be disputed, once."""
    catalogue = document.catalogue
    automatic = [
        code
        for code in rule.measures
        if catalogue[code].direction is Direction.RESTRICT and not catalogue[code].human_decides
    ]
    disputable = [where for inner, where in positive(rule.when, f"{path}.when") if _may_be_disputed(inner)]
    if automatic and disputable:
        yield found("rule.disputed_automatic", disputable[0], measure=automatic[0])


def _may_be_disputed(condition: Condition) -> bool:
    if condition.standing is not None:
        return condition.standing == Standing.ADVERSE
    record = condition.record
    return record is not None and record.disputed is not False and bool(ADVERSE_KINDS & set(record.kind))
