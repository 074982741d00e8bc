"""What is found of a policy by looking at every case there is, as findings for its author."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from chengxin.errors import AnalysisTooLarge, Finding, Wording
from chengxin.policy.analysis.exploration import MOST_CASES
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.inversion import Inversion, inversions_ever
from chengxin.policy.analysis.method import Method
from chengxin.policy.analysis.question import alike, contradictions, gaps, idle, unreachable
from chengxin.policy.analysis.shift_sentence import Change
from chengxin.policy.analysis.space import Example
from chengxin.policy.analysis.subject_sentence import record_phrase, subject_sentence
from chengxin.policy.document import PolicyDocument
from chengxin.policy.messages import found
from chengxin.policy.signature import kinds_of
from chengxin.policy.text import Language
from chengxin.policy.wording import alternatives, together
from chengxin.records import Record

_LANGUAGES: Final[tuple[Language, Language]] = ("zh", "en")


def analysis_findings(
    document: PolicyDocument, *, most: int = MOST_CASES, method: Method = Method.EITHER
) -> tuple[Finding, ...]:
    """Return what a policy means that its author hardly does; every one with an example, none by chance.

    Args:
        document: a document in which ``check_document`` finds nothing.
        most: most cases that are carried on at once.
        method: how answers are found; a question that is too large for it is not answered, and named.
    """
    inquiry = Inquiry(document, most=most, method=method)
    findings: list[Finding] = []
    unanswered: list[Wording] = []
    for question, answer in _QUESTIONS:
        try:
            findings.extend(answer(inquiry, document))
        except AnalysisTooLarge:
            unanswered.append(question)
    if unanswered:
        several = Wording(
            zh="、".join(question.zh for question in unanswered),
            en=alternatives([question.en for question in unanswered], "en"),
        )
        findings.append(found("analysis.too_large", "rules", questions=several))
    return tuple(findings)


def _rules(inquiry: Inquiry, document: PolicyDocument) -> Iterator[Finding]:
    for rule_id in unreachable(inquiry):
        yield found("rule.unreachable", f"{_path(document, rule_id)}.when", rule=rule_id)


def _idle(inquiry: Inquiry, document: PolicyDocument) -> Iterator[Finding]:
    never = set(unreachable(inquiry))
    for one in idle(inquiry):
        if one.rule not in never and one.others:
            yield found("rule.idle", _path(document, one.rule), rule=one.rule, others=_names(one.others))


def _alike(inquiry: Inquiry, document: PolicyDocument) -> Iterator[Finding]:
    for rule_id, other in alike(inquiry):
        yield found("rule.same_condition", f"{_path(document, other)}.when", rule=other, other=rule_id)


def _contradictions(inquiry: Inquiry, document: PolicyDocument) -> Iterator[Finding]:
    for one in contradictions(inquiry):
        yield found(
            "policy.contradiction",
            "tiers" if one.what == "tier" else f"settings.{one.what}",
            what=_what(one.what),
            milder=_names(one.milder),
            stricter=_names(one.stricter),
            example=_subject(one.example, document),
        )


def _gaps(inquiry: Inquiry, _: PolicyDocument) -> Iterator[Finding]:
    """Yield one finding for what no rule speaks of, and one for what some rules speak of in part."""
    several = gaps(inquiry)
    for is_partial, code in ((False, "policy.gap"), (True, "policy.gap_partial")):
        say = _record_beside if is_partial else _record
        records = [say(one.record, inquiry) for one in several if one.is_partial is is_partial]
        if records:
            listed = Wording(zh="；".join(r.zh for r in records), en="; ".join(r.en for r in records))
            yield found(code, "rules", records=listed)


def _inversions(inquiry: Inquiry, document: PolicyDocument) -> Iterator[Finding]:
    for there, one in inversions_ever(inquiry, document):
        values = {
            "example": _subject(
                one.example, document, also=[] if one.instead_of is None else [one.instead_of]
            ),
            "record": _record(one.record, there),
            "change": _change(one, there),
            "rules": _rules_named(one.rules),
        }
        path = _path(document, one.rules[0]) if one.rules else "rules"
        if one.instead_of is None:
            yield found("policy.inversion_added", path, **values)
        else:
            yield found("policy.inversion_graver", path, instead_of=_record(one.instead_of, there), **values)


_QUESTIONS: Final[tuple[tuple[Wording, Callable[[Inquiry, PolicyDocument], Iterable[Finding]]], ...]] = (
    (Wording(zh="有无不可能成立的规则", en="rules that never fire"), _rules),
    (Wording(zh="有无条件相同的规则", en="rules with one condition"), _alike),
    (Wording(zh="有无不起作用的规则", en="rules that change nothing"), _idle),
    (Wording(zh="有无互相矛盾的处理", en="contradictions"), _contradictions),
    (Wording(zh="有无空档", en="gaps"), _gaps),
    (Wording(zh="有无失信更重而处理更宽的情形", en="worse facts with a milder treatment"), _inversions),
)


def _path(document: PolicyDocument, rule_id: str) -> str:
    return f"rules[{[rule.id for rule in document.rules].index(rule_id)}]"


def _names(names: Iterable[str]) -> Wording:
    several = list(names)
    return Wording(
        zh=together([f"“{name}”" for name in several], "zh"),
        en=together([f"'{name}'" for name in several], "en"),
    )


def _rules_named(names: Sequence[str]) -> Wording:
    said = _names(names)
    return Wording(zh=f"规则{said.zh}", en=f"{'rule' if len(names) == 1 else 'rules'} {said.en}")


def _what(name: str) -> Wording:
    if name == "tier":
        return Wording(zh="等级", en="the tier")
    return Wording(zh=f"设置“{name}”", en=f"the setting '{name}'")


def _subject(example: Example, document: PolicyDocument, *, also: Sequence[Record] = ()) -> Wording:
    zh, en = (subject_sentence(example, document, language, also=also) for language in _LANGUAGES)
    return Wording(zh=zh, en=en)


def _record(record: Record, inquiry: Inquiry) -> Wording:
    zh, en = (record_phrase(record, inquiry.space.on, language) for language in _LANGUAGES)
    return Wording(zh=zh, en=en)


def _record_beside(record: Record, inquiry: Inquiry) -> Wording:
    """Return a record of a kind that rules speak of in part, with the age and the authority that leave it out."""
    asking = [p for p in inquiry.space.predicates() if record.kind in kinds_of(p.signatures)]
    by_age = any(p.low is not None or p.high is not None for p in asking)
    by_authority = any(p.authorities for p in asking)
    zh, en = (
        record_phrase(record, inquiry.space.on, language, by_age=by_age, by_authority=by_authority)
        for language in _LANGUAGES
    )
    return Wording(zh=zh, en=en)


def _change(one: Inversion, inquiry: Inquiry) -> Wording:
    document = inquiry.document
    change = Change(shift=one.shift, upshots=one.upshots, documents=(document, document))
    return Wording(zh="，".join(change.say("zh")), en="; ".join(change.say("en")))
