"""How records are repaired, how to appeal, and what would change the treatment: repair, time, and what is lacking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from chengxin.policy.document import Rule
from chengxin.policy.explanation.case import Case
from chengxin.policy.explanation.paragraph import Paragraph, Section
from chengxin.policy.measure import Direction
from chengxin.policy.outlook import Difference, Step
from chengxin.policy.quantity import say_value
from chengxin.policy.redress import ShortestMonths, repair_hint
from chengxin.policy.sentence import contrary, sentence
from chengxin.policy.trace import Missing, RuleState
from chengxin.policy.wording import clauses, counted, from_when
from chengxin.records import Standing

MOST_TOLD: Final = 5
"""So many changes by time, and so many rules that nearly relieve, are told in words."""


def tell_repair(case: Case, shortest_months: ShortestMonths | None) -> Iterator[Paragraph]:
    """Tell how each adverse record is repaired; those that are repaired alike together."""
    alike: dict[str, list[str]] = {}
    for record in case.records:
        hint = repair_hint(record, shortest_months=shortest_months)
        if hint is not None:
            alike.setdefault(case.text(hint.text), []).append(record.record_id)
    for hint_text, record_ids in alike.items():
        which = case.named(record_ids)
        yield Paragraph(
            section=Section.REPAIR,
            text=case.say(f"{which}：{hint_text}。", f"{which[:1].upper()}{which[1:]}: {hint_text}."),
            about=record_ids[0] if len(record_ids) == 1 else None,
        )
    if alike:
        yield Paragraph(
            section=Section.REPAIR,
            text=case.say(
                "认为信息有误的，可以在“信用中国”网站提出异议。信息源停止公示后，本平台的措施随即自动解除，无需另行申请。",
                "If a record is wrong, raise an objection on the Credit China site. When the source stops disclosing "
                "a record, what this platform does because of it ends by itself; there is nothing to apply for here.",
            ),
        )


def tell_appeal(case: Case) -> Iterator[Paragraph]:
    """Tell how to appeal, where there is anything to appeal against."""
    treatment, url = case.treatment, case.document.appeal_url
    if url is None or not (treatment.restrictions or treatment.reviews or _is_below_default(case)):
        return
    yield Paragraph(
        section=Section.APPEAL,
        text=case.say(
            f"不同意本平台的处理，可以在 {url} 申诉。由人工复核，并告知结果和理由。",
            f"Whoever disagrees with what the platform does can appeal at {url}. A human reviews it, and tells the "
            "result and the reasons.",
        ),
    )


def _is_below_default(case: Case) -> bool:
    tiers = [tier.id for tier in case.document.tiers]
    default = next(tier.id for tier in case.document.tiers if tier.default)
    tier = case.treatment.tier
    return tier is not None and tiers.index(tier) > tiers.index(default)


def tell_changes(case: Case) -> Iterator[Paragraph]:
    """Tell what would change the treatment: repair, time, and what is lacking for relief."""
    yield from _tell_repairs(case)
    yield from _tell_steps(case)
    yield from _tell_lacking(case)


def _tell_repairs(case: Case) -> Iterator[Paragraph]:
    alike: dict[Difference, list[str]] = {}
    for repair in case.outlook.repairs:
        alike.setdefault(repair.difference, []).extend(repair.record_ids)
    for difference, record_ids in alike.items():
        yield _change(case, _once_repaired(case, record_ids), difference)
    everything = case.outlook.all_repaired
    if everything is not None and len(everything.record_ids) > 1:
        once = case.say(
            "上述失信信息全部修复并停止公示的",
            "Once all these adverse records are repaired and no longer disclosed",
        )
        yield _change(case, once, everything.difference)


def _once_repaired(case: Case, record_ids: list[str]) -> str:
    which = case.named(record_ids)
    if len(record_ids) == 1:
        return case.say(f"{which}修复并停止公示的", f"Once {which} is repaired and no longer disclosed")
    return case.say(
        f"{which}中仅有一条修复并停止公示的", f"If one alone of {which} is repaired and no longer disclosed"
    )


def _tell_steps(case: Case) -> Iterator[Paragraph]:
    steps = case.outlook.steps
    for step in steps[:MOST_TOLD]:
        yield _change(case, _when(case, step), step.difference)
    left = len(steps) - MOST_TOLD
    if left > 0:
        yield Paragraph(
            section=Section.CHANGE,
            text=case.say(
                f"此后随时间推移还有{counted(left, 'zh')}次变化。",
                f"After that time brings {counted(left, 'en')} more change{'' if left == 1 else 's'}.",
            ),
        )


def _when(case: Case, step: Step) -> str:
    since = from_when(step.at, case.language)
    ended = [record_id for record_id in step.ended_record_ids if record_id in case.numbers]
    if not ended:
        return case.say(f"其他情况不变的，{since}", f"If nothing else changes, {since} on")
    which = case.named(ended)
    return case.say(
        f"其他情况不变的，{since}（{which}公示期满）",
        f"If nothing else changes, {since} on, when the disclosure of {which} is over",
    )


def _change(case: Case, premise: str, difference: Difference) -> Paragraph:
    said = clauses(list(_differences(case, difference)), case.language)
    text = case.say(f"{premise}，{said}。", f"{premise}, {said}.")
    return Paragraph(section=Section.CHANGE, text=text)


def _differences(case: Case, difference: Difference) -> Iterator[str]:
    """Yield what changes, as clauses; that nothing does where nothing does."""
    if difference.standing_after is Standing.UNKNOWN:
        yield case.say(
            "公共信用状况将不能确定，不再据此处理",
            "the public credit status cannot be told, and nothing rests on it",
        )
    elif difference.standing_before is Standing.UNKNOWN:
        yield case.say("公共信用状况又可以确定", "the public credit status can be told again")
    ended, lapsed = _apart(case, difference.lost)
    imposed, granted = _apart(case, difference.gained)
    for codes, zh, en in (
        (ended, "解除{titles}", "{titles} ends"),
        (lapsed, "不再给予{titles}", "{titles} is no longer given"),
        (imposed, "采取{titles}", "{titles} applies"),
        (granted, "给予{titles}", "{titles} is given"),
        (difference.reviews_gained, "提请专人决定{titles}", "a person decides on {titles}"),
        (difference.reviews_lost, "{titles}不再需要专人决定", "{titles} is no longer for a person to decide"),
    ):
        if codes:
            english = (
                en
                if len(codes) == 1
                else en.replace(" ends", " end").replace(" is ", " are ").replace(" applies", " apply")
            )
            yield case.say(zh, english).format(titles=case.titles(codes))
    before, after = difference.tier_before, difference.tier_after
    if before != after and after is not None:
        yield case.say(f"等级变为{case.tier(after)}", f"the tier becomes {case.tier(after)}")
    if not difference.is_any:
        yield case.say("本平台目前的处理不变", "what the platform does now stays the same")


def _apart(case: Case, codes: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the restrictions and the reliefs among measures."""
    restricts = [c for c in codes if case.document.catalogue[c].direction is Direction.RESTRICT]
    relieves = [c for c in codes if case.document.catalogue[c].direction is Direction.RELIEVE]
    return restricts, relieves


def _tell_lacking(case: Case) -> Iterator[Paragraph]:
    """Tell which reliefs lack one thing alone; what lacks one thing for a restriction is no use to tell."""
    rules = {rule.id: rule for rule in case.document.rules}
    near = [
        told
        for told in case.trace.rules
        if told.state is RuleState.NEARLY and _relieves(case, rules[told.rule_id])
    ]
    for told in near[:MOST_TOLD]:
        rule = rules[told.rule_id]
        lacking = case.say("，或者", ", or ").join(_lacking(case, missing) for missing in told.missing)
        gives = case.titles(code for code in rule.measures if code not in _held(case))
        is_one = len(told.missing) == 1
        yield Paragraph(
            section=Section.CHANGE,
            text=case.say(
                f"还可以获得{gives}，只差{'一项条件' if is_one else '以下任何一项条件'}：{lacking}。",
                f"{gives} could be had besides; "
                f"{'one condition is lacking' if is_one else 'any one of these would do'}: {lacking}.",
            ),
            about=rule.id,
        )


def _held(case: Case) -> set[str]:
    return {measure.code for measure in case.treatment.measures}


def _relieves(case: Case, rule: Rule) -> bool:
    """Tell whether a rule only relieves, by itself, and with something that is not given yet."""
    entries = [case.document.catalogue[code] for code in rule.measures]
    is_automatic = not case.is_person or case.document.persons.relief
    return (
        is_automatic
        and all(entry.direction is Direction.RELIEVE and not entry.human_decides for entry in entries)
        and not set(rule.measures) <= _held(case)
    )


def _lacking(case: Case, missing: Missing) -> str:
    tell = sentence if missing.has_to_hold else contrary
    said = tell(missing.condition, case.document, case.language)
    fact = missing.condition.fact
    if missing.short is not None and fact is not None:
        short = say_value(fact.name, missing.short, case.language)
        said += case.say(f"（还差{short}）", f" ({short} to go)")
    if missing.changes_at is not None:
        since = from_when(missing.changes_at, case.language)
        said += case.say(f"（其他情况不变的，{since}符合）", f" (so {since} on, if nothing else changes)")
    return said
