"""An example of a case in words: who it is, what is disclosed of it, and what the platform knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from chengxin.policy.analysis.space import Example
from chengxin.policy.constraint import ActiveConstraint
from chengxin.policy.document import PolicyDocument
from chengxin.policy.predicate import day_of, has_event_day
from chengxin.policy.quantity import say_value
from chengxin.policy.record_sentence import record_heading
from chengxin.policy.text import Language
from chengxin.policy.wording import ROLES, SUBJECT_KINDS, lower_first, quoted
from chengxin.records import EvaluationDetail, Record, china_day


def subject_sentence(example: Example, document: PolicyDocument, language: Language) -> str:
    """Return an example as a phrase, without a full stop.

    Args:
        example: the example.
        document: declares the titles of facts; a fact that it does not declare is named.
        language: the language.
    """
    on = china_day(example.at)
    records = [_record(record, on, language) for record in example.status.records]
    told = [_times(phrase, n, language) for phrase, n in Counter(records).items()]
    told = told or ["没有公示信息" if language == "zh" else "nothing disclosed"]
    facts = list(_facts(example, document, language))
    peers = _peers(example.constraints, language)
    who = _who(example, language)
    if language == "zh":
        return f"{who}：{'；'.join([*told, *facts, *peers])}"
    return f"{who}: {'; '.join([*told, *facts, *peers])}"


def _who(example: Example, language: Language) -> str:
    kind, role = SUBJECT_KINDS[example.status.subject.kind], ROLES[example.role]
    if language == "zh":
        return f"{kind.zh}，{role.zh}"
    return f"{kind.one}, {role.en}"


def _times(phrase: str, number: int, language: Language) -> str:
    if number == 1:
        return phrase
    return f"{phrase}，共{number}项" if language == "zh" else f"{phrase}, {number} of them"


def _record(record: Record, on: date, language: Language) -> str:
    remarks = list(_remarks(record, on, language))
    heading = lower_first(record_heading(record, language))
    if not remarks:
        return heading
    return f"{heading}，{'，'.join(remarks)}" if language == "zh" else f"{heading}, {', '.join(remarks)}"


def _remarks(record: Record, on: date, language: Language) -> Iterator[str]:
    age = on.toordinal() - day_of(record)
    disclosed = (on - record.period.start_on).days
    if isinstance(record.detail, EvaluationDetail):
        scheme, value = quoted(record.detail.scheme), quoted(record.detail.value)
        yield f"{scheme}{value}" if language == "zh" else f"{value} of {scheme}"
    if record.authority:
        yield f"由{record.authority}作出" if language == "zh" else f"by {record.authority}"
    if age and has_event_day(record.kind):
        yield f"距作出{age}天" if language == "zh" else f"decided {age} days ago"
    if disclosed and disclosed != age:
        yield f"已公示{disclosed}天" if language == "zh" else f"disclosed for {disclosed} days"


def _facts(example: Example, document: PolicyDocument, language: Language) -> Iterator[str]:
    for name, value in example.facts.items():
        declared = document.facts.get(name)
        title = quoted(name) if declared is None else declared.title.text.in_language(language)
        said = say_value(name, value, language)
        yield f"{title}为{said}" if language == "zh" else f"{title[:1].lower()}{title[1:]}: {said}"


def _peers(constraints: Sequence[ActiveConstraint], language: Language) -> Iterator[str]:
    platforms = len({constraint.platform for constraint in constraints})
    if platforms:
        verified = sum(constraint.is_verified for constraint in constraints)
        if language == "zh":
            yield f"{platforms}家平台有联合约束（其中{verified}项已核实）"
        else:
            yield f"joint constraints of {platforms} platforms ({verified} of them verified)"
