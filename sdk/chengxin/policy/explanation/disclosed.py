"""Whom it is about, what the source discloses, and from where that is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chengxin.policy.explanation.case import Case
from chengxin.policy.explanation.paragraph import Paragraph, Section
from chengxin.policy.record_sentence import record_sentence
from chengxin.policy.text import Text
from chengxin.policy.treatment import UnknownMode
from chengxin.policy.wording import (
    ROLES,
    UNKNOWN_MODES,
    UNKNOWN_REASONS,
    counted,
    lower_first,
    quoted,
    together,
    when,
)
from chengxin.records import CreditStatus


def tell_subject(case: Case) -> Paragraph:
    """Tell whom it is about."""
    subject, role = case.status.subject, case.text(ROLES[case.treatment.role])
    code = case.say(f"统一社会信用代码{subject.code}", f"code {subject.code}") if subject.code else ""
    if subject.name and code:
        who = case.say(f"{subject.name}（{code}）", f"{quoted(subject.name)} ({code})")
    else:
        who = subject.name or code or case.say("该自然人", "this person")
    return Paragraph(
        section=Section.SUBJECT,
        text=case.say(
            f"以下是本平台对{who}的处理说明，其平台内角色是{role}。",
            f"This is how the platform treats {who}, whose role here is that of a {role}, and why.",
        ),
    )


def tell_unknown(case: Case) -> Iterator[Paragraph]:
    """Tell why nothing is known, and that nothing is concluded from it, in either direction (invariant I2)."""
    reason = case.status.reason
    why = (
        case.text(UNKNOWN_REASONS[reason])
        if reason
        else case.say("此前的查询结果已过有效期", "what was known is past its life")
    )
    yield Paragraph(
        section=Section.UNKNOWN,
        text=case.say(
            f"目前不能确定公共信用状况：{why}。",
            f"The public credit status cannot be told at present: {why}.",
        ),
    )
    yield Paragraph(
        section=Section.UNKNOWN,
        text=case.say(
            "这不说明有失信信息，也不说明没有。在此期间，不采取新的管理措施，不延长已有的措施，也不给予新的激励；不评定等级。",
            "That says neither that there are adverse records nor that there are none. Meanwhile no new restriction is "
            "imposed, none is extended, no new relief is given, and there is no tier.",
        ),
    )
    actions: dict[UnknownMode, list[Text]] = {}
    for action in case.document.actions.values():
        actions.setdefault(action.unknown, []).append(action.title.text)
    if actions:
        said = case.say("；", "; ").join(_meanwhile(case, mode, titles) for mode, titles in actions.items())
        yield Paragraph(section=Section.UNKNOWN, text=case.say(f"其间，{said}。", f"Meanwhile – {said}."))


def _meanwhile(case: Case, mode: UnknownMode, titles: Sequence[Text]) -> str:
    word = UNKNOWN_MODES[mode]
    if case.language == "zh":
        return together([quoted(title.zh) for title in titles], "zh") + word.zh
    return f"{word.en}: {together([quoted(lower_first(title.en)) for title in titles], 'en')}"


def tell_facts(case: Case) -> Iterator[Paragraph]:
    """Tell the adverse records that are disclosed, the disputed ones as such, and others that something rests on."""
    adverse = [record for record in case.records if record.is_adverse]
    others = [record for record in case.records if not record.is_adverse]
    day = _as_of(case, case.status)
    if not adverse:
        text = case.say(
            f"截至{day}，“信用中国”没有公示该主体的失信信息。",
            f"As of {day}, Credit China discloses no adverse record of this subject.",
        )
    else:
        count = counted(len(adverse), case.language)
        disputed = sum(record.is_disputed for record in adverse)
        mark = case.say(
            f"，其中{counted(disputed, 'zh')}条异议中", f", {counted(disputed, 'en')} of them disputed"
        )
        if disputed == len(adverse):
            mark = case.say(
                "，正在异议中" if disputed == 1 else "，均在异议中",
                ", disputed" if disputed == 1 else ", all disputed",
            )
        noun = "record" if len(adverse) == 1 else "records"
        text = case.say(
            f"截至{day}，“信用中国”正在公示该主体的失信信息{count}条{mark if disputed else ''}：",
            f"As of {day}, Credit China discloses {count} adverse {noun} of this subject{mark if disputed else ''}:",
        )
    yield Paragraph(section=Section.FACTS, text=text)
    for record in adverse:
        yield _item(case, record.record_id, record_sentence(record, case.language))
    if others:
        yield Paragraph(
            section=Section.FACTS,
            text=case.say(
                "此外，与处理有关的公示信息：", "What else is disclosed that bears on the treatment:"
            ),
        )
    for record in others:
        yield _item(case, record.record_id, record_sentence(record, case.language))


def _item(case: Case, record_id: str, said: str) -> Paragraph:
    number = case.numbers[record_id]
    text = case.say(f"记录{number}，{said}。", f"Record {number}: {said}.")
    return Paragraph(section=Section.FACTS, text=text, about=record_id, is_item=True)


def tell_source(case: Case) -> Paragraph:
    """Tell from where it is known, as of when, and by which policy it was decided."""
    status, policy = case.status, case.policy.ref
    title = case.text(case.document.title.text)
    asked = when(status.fetched_at, case.language)
    of = case.say(
        f"基准时点{when(status.as_of, 'zh')}，" if status.as_of else "",
        f"data of {when(status.as_of, 'en')}, " if status.as_of else "",
    )
    return Paragraph(
        section=Section.SOURCE,
        text=case.say(
            f"信息来自“信用中国”（{status.source}），{of}{asked}（北京时间）查询；公示内容以信息源为准。"
            f"依据的平台政策是《{title}》{policy.version}版。",
            f"From Credit China ({status.source}), {of}asked at {asked}; what the source discloses prevails. "
            f"The platform's policy is {quoted(title)}, version {policy.version}.",
        ),
    )


def _as_of(case: Case, status: CreditStatus) -> str:
    return when(status.as_of or status.fetched_at, case.language)
