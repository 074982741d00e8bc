"""An example of a case in words: who it is, what is disclosed of it, and what the platform knows.

>>> from datetime import date
>>> from chengxin.policy.analysis.record_class import usual_adverse
>>> record, _ = next(usual_adverse([], date(2026, 5, 1)))
>>> record_phrase(record, date(2026, 5, 1), "zh"), record_phrase(record, date(2026, 5, 1), "en")
('经营异常名录', 'a listing for abnormal operation')
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from chengxin.policy.analysis.space import Example
from chengxin.policy.constraint import ActiveConstraint
from chengxin.policy.document import PolicyDocument
from chengxin.policy.predicate import day_of, has_event_day
from chengxin.policy.quantity import say_amount, say_title, say_value
from chengxin.policy.record_sentence import VERBS, record_heading
from chengxin.policy.text import Language
from chengxin.policy.wording import ROLES, SUBJECT_KINDS, lower_first, quoted
from chengxin.records import EvaluationDetail, ListingDetail, Record, RecordKind, china_day


def subject_sentence(
    example: Example, document: PolicyDocument, language: Language, *, also: Sequence[Record] = ()
) -> str:
    """Return an example as a phrase, without a full stop.

    Args:
        example: the example.
        document: declares the titles of facts; a fact that it does not declare is named.
        language: the language.
        also: records that it has beside its own.
    """
    on = china_day(example.at)
    records = [record_phrase(record, on, language) for record in (*also, *example.status.records)]
    told = [_times(phrase, n, language) for phrase, n in Counter(records).items()]
    beside = [*_facts(example, document, language), *_peers(example.constraints, language)]
    kind, role = SUBJECT_KINDS[example.status.subject.kind], ROLES[example.role]
    if language == "zh":
        disclosed = f"公示信息有{'、'.join(told)}" if told else "没有公示信息"
        return "，".join([f"某{kind.zh}，角色为{role.zh}", disclosed, *beside])
    disclosed = " and ".join(told) or "nothing disclosed"
    return "; ".join([f"{kind.one} ({role.en}) with {disclosed}", *beside])


def _times(phrase: str, number: int, language: Language) -> str:
    if number == 1:
        return phrase
    return f"{phrase}共{number}项" if language == "zh" else f"{number} times {phrase}"


def record_phrase(
    record: Record, on: date, language: Language, *, by_age: bool = False, by_authority: bool = False
) -> str:
    """Return what a record is, by whom and how long ago, as it stands within a sentence.

    Args:
        record: a record that is disclosed.
        on: the China day from which its age counts.
        language: the language.
        by_age: its age is told even where it is of that day.
        by_authority: its authority is told even where it is none that a rule names.
    """
    remarks = list(_remarks(record, on, language, by_age=by_age, by_authority=by_authority))
    heading = lower_first(record_heading(record, language))
    if record.kind is RecordKind.PENALTY and record.severity is None and record.severity_text is None:
        heading += "（未注明失信程度）" if language == "zh" else " (severity unstated)"
    if not remarks:
        return heading
    if language == "zh":
        return f"{'、'.join(remarks)}的{heading}"
    return f"{heading} {', '.join(remarks)}"


def _remarks(
    record: Record, on: date, language: Language, *, by_age: bool, by_authority: bool
) -> Iterator[str]:
    age = on.toordinal() - day_of(record)
    disclosed = (on - record.period.start_on).days
    if isinstance(record.detail, EvaluationDetail):
        scheme, value = quoted(record.detail.scheme), quoted(record.detail.value)
        yield f"{scheme}为{value}" if language == "zh" else f"of grade {value} of the scheme {scheme}"
    is_listing = isinstance(record.detail, ListingDetail)
    verb = "entered" if is_listing and language == "en" else VERBS[record.kind].in_language(language)
    if record.authority or by_authority:
        zh, en = (quoted(record.authority),) * 2 if record.authority else ("其他机关", "another authority")
        yield f"由{zh}{verb}" if language == "zh" else f"{verb} by {en}"
    if has_event_day(record.kind) and (age or by_age):
        zh, en = (f"{age}天前", f"{_days(age)} ago") if age else ("当天", "on the day itself")
        yield f"{zh}{verb}" if language == "zh" else f"{verb} {en}"
    if disclosed and disclosed != age:
        yield f"已公示{disclosed}天" if language == "zh" else f"disclosed for {_days(disclosed)}"


def _days(number: int) -> str:
    return f"{number:,} {'day' if number == 1 else 'days'}"


def _facts(example: Example, document: PolicyDocument, language: Language) -> Iterator[str]:
    for name, value in example.facts.items():
        declared = document.facts.get(name)
        title = quoted(name) if declared is None else say_title(name, declared.title, language)
        if language == "zh":
            yield f"{title}为{say_value(name, value, language)}"
        else:
            yield f"{lower_first(title)}: {say_amount(name, value, title)}"


def _peers(constraints: Sequence[ActiveConstraint], language: Language) -> Iterator[str]:
    platforms = len({constraint.platform for constraint in constraints})
    if platforms:
        verified = sum(constraint.is_verified for constraint in constraints)
        if language == "zh":
            checked = f"其中{verified}项已核实" if verified else "均未核实"
            yield f"受{platforms}家平台联合约束（{checked}）"
        else:
            several = "one other platform" if platforms == 1 else f"{platforms} other platforms"
            yield f"joint constraints of {several} ({verified or 'none'} of them verified)"
