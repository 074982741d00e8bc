"""The tier, the rules that fired, each measure with its basis and end, and what a person decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from chengxin.policy.citation import cite, cite_clause
from chengxin.policy.explanation.case import Case
from chengxin.policy.explanation.paragraph import Paragraph, Section
from chengxin.policy.fate import Fate, MeasureFate
from chengxin.policy.measure import ActionEffect, Direction, Measure, SettingEffect
from chengxin.policy.quantity import say_setting, say_title
from chengxin.policy.rule_sentence import effect_clause
from chengxin.policy.sentence import is_listed, sentence
from chengxin.policy.text import Text
from chengxin.policy.trace import RuleState, RuleTrace
from chengxin.policy.treatment import Review
from chengxin.policy.wording import clauses, counted, from_when, lower_first, until

_FATES: Final = {
    Fate.GIVEN_BY_ANOTHER: Text(
        zh="{titles}也由这里的另一条规则给出，其期限更长或者相同，不重复计算",
        en="{titles}: another rule told here gives it too and lasts at least as long, so it counts once, there",
    ),
    Fate.TERM_OVER: Text(
        zh="{titles}的最长期限已满，不再采取",
        en="{titles}: the longest duration is over, so it is not given again",
    ),
    Fate.WAIVED: Text(zh="{titles}依另一条规则免除", en="{titles}: waived by another rule"),
    Fate.OUTRANKED: Text(
        zh="{titles}由优先的规则另作安排", en="{titles}: a rule that prevails arranges it otherwise"
    ),
}


def tell_tier(case: Case) -> Paragraph:
    """Tell the tier; of a natural person, that there is none and what follows (invariant I8)."""
    if case.is_person:
        return Paragraph(
            section=Section.TIER,
            text=case.say(
                "自然人（包括主播）不评等级，本平台也不对其自动采取管理措施；有失信信息的，只提请指定的工作人员研究决定。",
                "A natural person, an anchor included, gets no tier, and nothing restricts a person automatically: "
                "adverse records are put before a named member of staff, who decides.",
            ),
        )
    tier = case.tier(case.treatment.tier)
    if not case.trace.rules:
        start, end = case.policy.starts_at, case.policy.ends_at
        is_early = case.treatment.evaluated_at < start
        at = start if is_early else end
        return Paragraph(
            section=Section.TIER,
            text=case.say(
                f"本平台的信用政策{from_when(at, 'zh')}{'才' if is_early else '不再'}适用，"
                f"目前按{tier}等级对待，不采取任何措施。",
                f"The platform's credit policy {'applies only' if is_early else 'does not apply'} "
                f"{from_when(at, 'en')}; the tier is {tier} and nothing is done.",
            ),
        )
    return Paragraph(
        section=Section.TIER,
        text=case.say(
            f"适用{tier}等级。等级只说明本平台如何提供服务，不是对主体的评价。",
            f"The tier is {tier}. It tells how this platform serves the subject, and is no verdict on it.",
        ),
        about=case.treatment.tier,
    )


def tell_treatment(case: Case) -> Iterator[Paragraph]:
    """Tell each rule that fired with its measures: what each does, its basis, and its end."""
    if not case.treatment.reasons:
        yield Paragraph(
            section=Section.TREATMENT,
            text=case.say(
                "没有规则适用于目前的情况：不采取管理措施，也没有另外的激励。",
                "No rule bears on the present facts: there is no restriction, and no relief beside the usual terms.",
            ),
        )
    for told in case.trace.rules:
        if told.state is RuleState.FIRED:
            yield from _tell_rule(case, told)
    sums = [*_settings_in_sum(case), *_actions_in_sum(case)]
    if sums:
        yield Paragraph(
            section=Section.TREATMENT,
            text=case.say(
                "同一事项有多项措施的，目前：", "Where several measures bear on one thing, at present "
            )
            + case.say("；", "; ").join(sums)
            + case.say("。", "."),
        )


def _settings_in_sum(case: Case) -> Iterator[str]:
    """Yield what holds of each setting that several measures change."""
    names = Counter(m.effect.setting for m in case.treatment.measures if isinstance(m.effect, SettingEffect))
    for name, number in names.items():
        if number > 1:
            declared = case.document.settings[name]
            title = say_title(name, declared.title, case.language)
            value = say_setting(name, declared, case.treatment.settings[name], case.language)
            yield case.say(f"{title}为{value}", f"“{lower_first(title)}” is {value}")


def _actions_in_sum(case: Case) -> Iterator[str]:
    """Yield how long each action is refused that several measures refuse."""
    refusing: dict[str, list[Measure]] = {}
    for measure in case.treatment.measures:
        if isinstance(measure.effect, ActionEffect):
            refusing.setdefault(measure.effect.action, []).append(measure)
    for name, measures in refusing.items():
        if len(measures) > 1:
            title = case.text(case.document.actions[name].title.text)
            last = until(max(measure.ends_at for measure in measures), case.language)
            yield case.say(f"“{title}”操作不可用{last}", f"“{lower_first(title)}” is not available {last}")


def _tell_rule(case: Case, told: RuleTrace) -> Iterator[Paragraph]:
    rule = next(rule for rule in case.document.rules if rule.id == told.rule_id)
    clause = sentence(rule.when, case.document, case.language)
    given = [measure for measure in case.treatment.measures if measure.rule_id == rule.id]
    then = _then(case, told, given)
    if case.language == "zh":
        rule_text = (
            f"凡{clause}。符合上述条件的，{then}。" if is_listed(rule.when) else f"凡{clause}的，{then}。"
        )
        text = f"{rule.reason.zh}适用的规则是：{rule_text}"
    else:
        rule_text = f"if {clause} – then {then}." if is_listed(rule.when) else f"where {clause}, {then}."
        text = f"{rule.reason.en} The rule: {rule_text}"
    if any(measure.direction is Direction.RESTRICT for measure in given):
        text += case.say(
            "所依据的信息提前停止公示的，措施随即自动解除。",
            " What it rests on may stop being disclosed earlier: then it ends by itself at once."
            if sum(m.direction is Direction.RESTRICT for m in given) == 1
            else " Each ends by itself at once when what it rests on stops being disclosed earlier.",
        )
    if any(measure.direction is Direction.RELIEVE for measure in given):
        text += case.say("激励在符合条件期间一直有效。", " Relief lasts as long as this is so.")
    yield Paragraph(section=Section.TREATMENT, text=text, about=rule.id)
    for measure in given:
        yield Paragraph(
            section=Section.TREATMENT, text=_tell_measure(case, measure), about=measure.code, is_item=True
        )
    for fate, remark in _FATES.items():
        codes = [one.code for one in told.measures if one.fate is fate]
        if codes:
            yield Paragraph(
                section=Section.TREATMENT,
                text=case.text(remark).format(titles=case.titles(codes)) + case.say("。", "."),
                about=rule.id,
                is_item=True,
            )


def _then(case: Case, told: RuleTrace, given: list[Measure]) -> str:
    """Return what a rule does here, as a clause before the measures are told."""
    does = []
    if told.tier is not None and told.tier.fate is Fate.GIVEN:
        tier = case.tier(told.tier.tier)
        does.append(case.say(f"适用{tier}等级", f"the tier is {tier}"))
    for direction, zh, en in (
        (Direction.RESTRICT, "自动采取以下{count}项管理措施", "{count} apply automatically"),
        (Direction.RELIEVE, "给予以下{count}项激励", "{count} are given"),
    ):
        count = sum(measure.direction is direction for measure in given)
        if count:
            noun = "restriction" if direction is Direction.RESTRICT else "relief"
            said = f"this {noun}" if count == 1 else f"these {counted(count, 'en')} {noun}s"
            verb = en if count > 1 else en.replace("apply", "applies").replace("are", "is")
            does.append(case.say(zh.format(count=counted(count, "zh")), verb.format(count=said)))
    if any(one.fate is Fate.REVIEW for one in told.measures):
        first = case.say("另有" if does else "有关", "")
        does.append(case.say(f"{first}事项由专人决定（见下文）", "a person decides on what is told below"))
    if not does:
        does.append(_without_effect(case, told.measures))
    return clauses(does, case.language)


def _without_effect(case: Case, fates: tuple[MeasureFate, ...]) -> str:
    if fates:
        return case.say("目前没有另外的措施", "nothing is given beside the rest at present")
    return case.say("其等级由更优先或更严的规则决定", "the tier is decided by a rule that prevails")


def _tell_measure(case: Case, measure: Measure) -> str:
    """Return a measure with what it does, its end, its platform rule and its legal basis."""
    entry = case.document.catalogue[measure.code]
    said = [f"{case.text(measure.title)}{_what(case, effect_clause(entry, case.document, case.language))}"]
    if measure.direction is Direction.RESTRICT:
        end = until(measure.ends_at, case.language)
        said.append(case.say(f"期限{end}", f"It lasts {end}"))
    bases = []
    if measure.platform_rule is not None:
        clause = cite_clause(measure.platform_rule, case.language)
        bases.append(case.say(f"平台规则依据：{clause}", f"It stands in {clause}"))
    if measure.legal_basis:
        law = cite(measure.legal_basis, case.language)
        bases.append(case.say(f"法律政策依据：{law}", f"legal and policy basis: {law}"))
    if bases:
        said.append(case.say("；", "; ").join(bases))
    return case.say("。", ". ").join(said) + case.say("。", ".")


def _what(case: Case, clause: str) -> str:
    return case.say(f"：{clause}", f": {clause}") if clause else ""


def tell_reviews(case: Case) -> Iterator[Paragraph]:
    """Tell what a named human has to decide, and that it has no effect until then."""
    if not case.treatment.reviews:
        return
    yield Paragraph(
        section=Section.REVIEW,
        text=case.say(
            "以下事项不自动生效，由指定的工作人员研究决定；决定之前不产生任何影响：",
            "The following does not apply by itself. A named member of staff decides, and until then it has no effect:",
        ),
    )
    asked: dict[str, list[Review]] = {}
    for review in case.treatment.reviews:
        asked.setdefault(review.measure_code, []).append(review)
    for code, reviews in asked.items():
        yield Paragraph(
            section=Section.REVIEW, text=_tell_review(case, code, reviews), about=code, is_item=True
        )


def _tell_review(case: Case, code: str, reviews: Sequence[Review]) -> str:
    entry = case.document.catalogue[code]
    clause = effect_clause(entry, case.document, case.language)
    title = case.text(entry.title.text)
    reason = case.say("", " ").join(dict.fromkeys(case.text(review.text) for review in reviews))
    bases = cite((reference.basis for reference in entry.legal_basis), case.language)
    basis = case.say(f"法律政策依据：{bases}。", f" Legal and policy basis: {bases}.") if bases else ""
    return case.say(
        f"是否采取“{title}”{_what(case, clause)}。理由：{reason}{basis}",
        f"Whether to apply “{title}”{_what(case, clause)}. Why: {reason}{basis}",
    )
