"""Rules and measures as sentences that a merchant understands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from chengxin.policy.citation import cite
from chengxin.policy.document import (
    ActionDeclaration,
    CatalogueEntry,
    Combine,
    PolicyDocument,
    Precedence,
    Rule,
    SettingChange,
    SettingDeclaration,
)
from chengxin.policy.measure import Direction
from chengxin.policy.quantity import say_amount, say_title, say_value
from chengxin.policy.sentence import is_listed, sentence
from chengxin.policy.text import Language
from chengxin.policy.wording import lower_first, quoted, until_end_of

_WAIVABLE: Final = {
    Precedence.DISCRETIONARY: (
        "其间不再依平台一般规则采取：{codes}",
        "meanwhile no general rule of the platform gives: {codes}",
    ),
    Precedence.TRUST_TEAM: (
        "其间不再采取（法律规定的除外）：{codes}",
        "meanwhile nothing but the requirements of law gives: {codes}",
    ),
    Precedence.REQUIRED_BY_LAW: ("其间不得采取：{codes}", "meanwhile nothing may give: {codes}"),
}


def rule_sentence(rule: Rule, document: PolicyDocument, language: Language) -> str:
    """Return a rule as sentences: for whom, what it does, what prevails, and until when.

    Args:
        rule: the rule.
        document: the document that holds it.
        language: the language.
    """
    clause = sentence(rule.when, document, language)
    is_long = is_listed(rule.when)
    does = _what_it_does(rule, document, language)
    if language == "zh":
        who = f"凡{clause}。符合上述条件的，" if is_long else f"凡{clause}的，"
        return f"{who}{'；'.join(does)}。{_standing_of(rule, language)}"
    who = f"If {clause} – then " if is_long else f"Where {clause}, "
    return f"{who}{'; '.join(does)}.{_standing_of(rule, language)}"


def measure_sentence(code: str, document: PolicyDocument, language: Language) -> str:
    """Return a measure of the catalogue in words: its title, what it does, and how long it lasts at most.

    Args:
        code: code of the measure; one that the catalogue does not hold stands for itself.
        document: the document that holds the catalogue.
        language: the language.
    """
    entry = document.catalogue.get(code)
    if entry is None:
        return quoted(code)
    title = entry.title.zh if language == "zh" else entry.title.en
    remarks = [
        remark for remark in (effect_clause(entry, document, language), _longest(entry, language)) if remark
    ]
    if not remarks:
        return title
    return f"{title}（{'；'.join(remarks)}）" if language == "zh" else f"{title} ({'; '.join(remarks)})"


def effect_clause(entry: CatalogueEntry, document: PolicyDocument, language: Language) -> str:
    """Return what a measure does, as a clause; empty where it does nothing that the document declares."""
    if entry.setting is not None:
        declared = document.settings.get(entry.setting.name)
        if declared is None:
            return ""
        same = (
            declared.title.zh == entry.title.zh if language == "zh" else declared.title.en == entry.title.en
        )
        return (
            "" if entry.setting.value is True and same else _setting_clause(entry.setting, declared, language)
        )
    action = document.actions.get(entry.action or "")
    return "" if action is None else _action_clause(action, language)


def _action_clause(action: ActionDeclaration, language: Language) -> str:
    if language == "zh":
        return f"其间“{action.title.zh}”操作不可用"
    return f"“{lower_first(action.title.en)}” is not available meanwhile"


def _setting_clause(change: SettingChange, declared: SettingDeclaration, language: Language) -> str:
    name, value, usual = change.name, change.value, declared.default
    title = say_title(name, declared.title, language)
    if isinstance(value, bool):
        if language == "zh":
            return f"{'启用' if value else '停用'}“{title}”"
        return f"“{lower_first(title)}” is switched {'on' if value else 'off'}"
    if declared.combine is Combine.SUM and isinstance(value, int):
        more = say_value(name, abs(value), language)
        if language == "zh":
            return f"{title}在其他调整之外{'增加' if value > 0 else '减少'}{more}"
        return f"“{lower_first(title)}” is {more} {'more' if value > 0 else 'less'}, beside other changes"
    if language == "zh":
        return f"{title}由{say_value(name, usual, 'zh')}调整为{say_value(name, value, 'zh')}"
    given, before = say_amount(name, value, title), say_amount(name, usual, title)
    return f"“{lower_first(title)}” is {given} instead of {before}"


def _longest(entry: CatalogueEntry, language: Language) -> str:
    days = entry.longest_days
    if days is None:
        return ""
    return f"最长{days}天" if language == "zh" else f"for at most {days:,} day{'' if days == 1 else 's'}"


def _what_it_does(rule: Rule, document: PolicyDocument, language: Language) -> list[str]:
    """Return the clauses that say what a rule does, and when that ends."""
    is_chinese = language == "zh"
    does = []
    if rule.tier is not None:
        title = next((t.title for t in document.tiers if t.id == rule.tier), None)
        tier = quoted((title.zh if is_chinese else title.en) if title else rule.tier)
        does.append(f"适用{tier}等级" if is_chinese else f"the merchant is in the tier {tier}")
    restricting = _of(rule.measures, document, _restricts)
    relieving = _of(rule.measures, document, _relieves)
    asked = _of(rule.measures, document, _is_asked)
    for codes, zh, en in (
        (restricting, "采取以下管理措施：", "these restrictions apply: "),
        (relieving, "给予以下激励：", "these reliefs are given: "),
        (asked, "由专人研究决定是否采取：", "a named person decides whether this applies: "),
    ):
        if codes:
            does.append((zh if is_chinese else en) + _measures(codes, document, language))
    if rule.waives:
        zh, en = _WAIVABLE[rule.precedence]
        codes_waived = _titles(rule.waives, document, language)
        does.append((zh if is_chinese else en).format(codes=codes_waived))
    if restricting or asked:
        does.append(
            "所依据的信息停止公示的，随即解除"
            if is_chinese
            else "a restriction ends at once when what it rests on stops being disclosed"
        )
    elif relieving:
        does.append("不再符合条件的，随即终止" if is_chinese else "a relief ends when this is no longer so")
    return does


def _standing_of(rule: Rule, language: Language) -> str:
    """Return which rules it prevails over, on whose word, and its last day; empty for the general rules."""
    said = []
    is_chinese = language == "zh"
    if rule.precedence is Precedence.REQUIRED_BY_LAW:
        law = cite((reference.basis for reference in rule.legal_basis), language)
        if is_chinese:
            said.append(f"本规则是法律规定的要求{f'（{law}）' if law else ''}，优先于其他规则")
        else:
            said.append(f"The law requires this{f' ({law})' if law else ''}, before all other rules")
    elif rule.precedence is Precedence.TRUST_TEAM:
        name = rule.decided_by
        if is_chinese:
            said.append(f"本规则由信用治理团队{f'（{name}）' if name else ''}专项决定，优先于平台一般规则")
        else:
            said.append(
                f"This is a decision of the trust team{f' ({name})' if name else ''}, before the general rules"
            )
    if rule.until is not None:
        last = until_end_of(rule.until, language)
        said.append(f"本规则适用{last}" if is_chinese else f"This rule applies {last}")
    if not said:
        return ""
    return "。".join(said) + "。" if is_chinese else " " + ". ".join(said) + "."


def _measures(codes: Iterable[str], document: PolicyDocument, language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(
        measure_sentence(code, document, language) for code in codes
    )


def _titles(codes: Iterable[str], document: PolicyDocument, language: Language) -> str:
    entries = ((code, document.catalogue.get(code)) for code in codes)
    return ("、" if language == "zh" else ", ").join(
        quoted(code) if entry is None else entry.title.zh if language == "zh" else entry.title.en
        for code, entry in entries
    )


def _of(codes: Iterable[str], document: PolicyDocument, suits: Callable[[CatalogueEntry], bool]) -> list[str]:
    return [code for code in codes if code in document.catalogue and suits(document.catalogue[code])]


def _restricts(entry: CatalogueEntry) -> bool:
    return entry.direction is Direction.RESTRICT and not entry.human_decides


def _relieves(entry: CatalogueEntry) -> bool:
    return entry.direction is Direction.RELIEVE and not entry.human_decides


def _is_asked(entry: CatalogueEntry) -> bool:
    return entry.human_decides
