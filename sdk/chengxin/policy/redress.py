"""How a record is repaired and a treatment appealed against, in words, without a date that nobody gave.

Who found the dishonesty repairs it (谁认定、谁修复); "信用中国" is the one window for it (信用修复管理办法, 令36). From
when repair may be asked for follows from the shortest disclosure period, which a table of law gives; where none is at
hand, it is said where to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from chengxin.policy.predicate import day_of
from chengxin.policy.text import Text
from chengxin.policy.wording import on_day, quoted
from chengxin.records import Record, RecordKind, Severity, add_months

ShortestMonths: TypeAlias = Callable[[RecordKind, Severity | None, date], int | None]
"""The shortest disclosure period in months, of a kind and a severity, decided on a day; None where none is known."""

REPAIR: Final = Text(
    zh=(
        "已履行义务、纠正行为的，可以通过“信用中国”网站或者向认定单位申请信用修复；认为信息有误的，可以在该网站提出异议。"
        "信息源停止公示后，本平台的措施随即自动解除，无需另行申请。"
    ),
    en=(
        "Once duties are performed and the conduct is corrected, apply for credit repair on the Credit China site "
        "or with the authority that decided; if the record is wrong, raise an objection there. When the source "
        "stops disclosing it, what this platform does ends by itself; you need not ask for it."
    ),
)
APPEAL: Final = Text(
    zh="对本平台的处理有异议的，可以申诉；由人工复核并告知结果。",
    en="If you disagree with what this platform does, appeal. A human reviews it and tells you the result.",
)

_LISTED: Final = Text(
    zh="列入原因消除后，可以通过“信用中国”网站，或者向作出列入决定的单位{authority}申请移出",
    en=(
        "once the cause of the listing is removed, apply for removal from the list on the Credit China site or with "
        "the body that decided on it{authority}"
    ),
)
_WAYS: Final = {
    RecordKind.PENALTY: Text(
        zh="履行处罚决定、改正违法行为后，可以通过“信用中国”网站，或者向作出处罚的机关{authority}申请信用修复",
        en=(
            "once the penalty is complied with and the violation corrected, apply for credit repair on the Credit "
            "China site or with the authority that decided{authority}"
        ),
    ),
    RecordKind.SERIOUS_LISTING: _LISTED,
    RecordKind.ABNORMAL_LISTING: _LISTED,
    RecordKind.JUDGMENT_DEFAULT: Text(
        zh="履行生效法律文书确定的义务后，可以向执行法院{authority}申请删除",
        en="once the duty under the judgment is performed, apply to the enforcing court{authority} for deletion",
    ),
}
_ELSEWHERE: Final = Text(
    zh="最早何时可以申请，以“信用中国”网站信用修复栏目或者上述单位的答复为准",
    en="the credit repair section of the Credit China site, and the body named, tell from when on",
)
_DISPUTED: Final = Text(
    zh="这条信息的异议正在信息源处理，结果由信息源更新",
    en="the objection to this record is being handled at the source, which updates the result",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairHint:
    """How an adverse record is repaired.

    Attributes:
        text: what to do and where, as clauses without a full stop.
        earliest_on: first China day on which repair may be asked for, by the shortest disclosure period; None where no
            table gives one.
    """

    text: Text
    earliest_on: date | None


def repair_hint(record: Record, *, shortest_months: ShortestMonths | None = None) -> RepairHint | None:
    """Return how a record is repaired, or None where it is not adverse and there is nothing to repair.

    Args:
        record: the record.
        shortest_months: the shortest disclosure period by law; left out, no date is told.
    """
    way = _WAYS.get(record.kind)
    if way is None:
        return None
    name = record.authority
    zh = way.zh.format(authority=f"（{name}）" if name else "")
    en = way.en.format(authority=f" ({quoted(name)})" if name else "")
    earliest_on = _earliest_on(record, shortest_months)
    if earliest_on is None:
        zh, en = f"{zh}；{_ELSEWHERE.zh}", f"{en}; {_ELSEWHERE.en}"
    else:
        zh = f"{zh}；按法定最短公示期推算，最早可于{on_day(earliest_on, 'zh')}起申请"
        en = f"{en}; by the shortest period of disclosure that the law sets, from {on_day(earliest_on, 'en')} on"
    if record.is_disputed:
        zh, en = f"{_DISPUTED.zh}；此外，{zh}", f"{_DISPUTED.en}; besides, {en}"
    return RepairHint(text=Text(zh=zh, en=en), earliest_on=earliest_on)


def _earliest_on(record: Record, shortest_months: ShortestMonths | None) -> date | None:
    """Return the first day after the shortest period, whose own last day still counts (民法典 arts. 201 to 203)."""
    if shortest_months is None:
        return None
    decided_on = date.fromordinal(day_of(record))
    months = shortest_months(record.kind, record.severity, decided_on)
    if months is None:
        return None
    return add_months(decided_on, months) + timedelta(days=1) if months else decided_on
