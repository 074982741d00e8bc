"""A statement in sentences, for the eye and for the ear: one telling, from which plain text and pages are made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chengxin.policy.citation import cite, cite_clause
from chengxin.policy.instant import as_utc
from chengxin.policy.measure import ActionEffect, Direction
from chengxin.policy.quantity import say_value
from chengxin.policy.text import Language, Text
from chengxin.policy.wording import counted, from_when, on_day, quoted, until, until_end_of, when
from chengxin.procedure.document.block import Block, Line, Telling
from chengxin.procedure.document.clean import clean
from chengxin.procedure.document.page import text_of
from chengxin.procedure.statement.chain import StatementStatus
from chengxin.procedure.statement.ending import CAUSES
from chengxin.procedure.statement.ground import GroundContent, RepairPath
from chengxin.procedure.statement.statement import StatementOfReasons
from chengxin.procedure.statement.words import at_the_end
from chengxin.records import SubjectKind

_TITLES: Final = {
    Direction.RESTRICT: Text(zh="管理措施理由说明", en="Statement of reasons for a restriction"),
    Direction.RELIEVE: Text(zh="激励理由说明", en="Statement of reasons for a relief"),
}
_ENDS: Final = tuple("。！？….!?")


def tell(statement: StatementOfReasons, language: Language, *, at: datetime) -> Telling:
    """Return a statement in sentences, as it may be shown at an instant (invariant I1).

    Args:
        statement: the statement.
        language: the language.
        at: the instant of showing, aware.

    Raises:
        InvalidRecord: the instant has no time zone.
    """
    teller = _Teller(statement.shown_at(at), language, as_utc(at))
    return Telling(
        language=language,
        title=_TITLES[statement.measure.direction].in_language(language),
        blocks=tuple(block for block in teller.blocks() if block.lines),
    )


def as_text(statement: StatementOfReasons, language: Language, *, at: datetime) -> str:
    """Return a statement as plain text that reads well aloud, as it may be shown at an instant.

    Args:
        statement: the statement.
        language: the language.
        at: the instant of showing, aware.
    """
    return text_of(tell(statement, language, at=at))


class _Teller:
    """Tells one statement in one language."""

    def __init__(self, statement: StatementOfReasons, language: Language, at: datetime) -> None:
        self._statement = statement
        self._measure = statement.measure
        self._language: Language = language
        self._at = at
        self._limits = statement.measure.direction is Direction.RESTRICT

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks in order; a withdrawn statement tells what ended, and by what."""
        is_withdrawn = self._statement.status is StatementStatus.WITHDRAWN
        yield self._block("", "", self._opening())
        if is_withdrawn:
            yield self._block("已经撤回", "Withdrawn", self._withdrawn())
            yield self._block("原措施" if self._limits else "原激励", "What was done", self._what())
            yield self._block("原依据", "On what basis", self._reasons())
        else:
            yield self._block("措施" if self._limits else "激励", "What is done", self._what())
            yield self._block("事实", "The facts", self._facts())
            yield self._block("理由和依据", "Reasons and basis", self._reasons())
            yield self._block("如何作出", "How it was decided", self._decided())
            yield self._block("何时结束", "How it ends", self._end())
            yield self._block("怎样修复", "How to repair", self._repairs())
        yield self._block("怎样申诉", "How to appeal", self._appeal())
        yield self._block("来源", "Source", self._source())

    def _block(self, zh: str, en: str, lines: Iterator[Line]) -> Block:
        return Block(heading=self._say(zh, en), lines=tuple(lines))

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en

    def _text(self, text: Text) -> str:
        return clean(text.in_language(self._language))

    def _sentence(self, text: Text) -> str:
        """Return a text that a policy words, with its full stop."""
        said = self._text(text)
        return said if said.rstrip("”’）)").endswith(_ENDS) else said + self._say("。", ".")

    def _when(self, at: datetime) -> str:
        return self._say(f"{when(at, 'zh')}（北京时间）", when(at, "en"))

    def _opening(self) -> Iterator[Line]:
        statement, who = self._statement, self._who()
        if statement.status is StatementStatus.WITHDRAWN:
            yield Line(
                text=self._say(
                    f"本平台此前对{who}的以下处理已经结束。",
                    f"What this platform did about {who}, as named below, has ended.",
                )
            )
        elif self._limits:
            yield Line(
                text=self._say(
                    f"本平台对{who}采取以下管理措施，并说明理由。",
                    f"This platform applies the restriction below to {who}, for the reasons given here.",
                )
            )
        else:
            yield Line(
                text=self._say(
                    f"本平台给予{who}以下激励，并说明理由。",
                    f"This platform gives the relief below to {who}, for the reasons given here.",
                )
            )
        number, version = statement.statement_id, statement.version
        issued = self._when(statement.issued_at)
        replaced = (
            self._say(f"，替代第{version - 1}版", f"; it replaces version {version - 1}")
            if version > 1
            else ""
        )
        yield Line(
            text=self._say(
                f"说明编号{number}，第{version}版，{issued}出具{replaced}。",
                f"Statement {number}, version {version}, issued at {issued}{replaced}.",
            )
        )

    def _who(self) -> str:
        subject = self._statement.subject
        if subject.kind is SubjectKind.PERSON:
            return self._say("您", "you")
        code = self._say(f"统一社会信用代码{subject.code}", f"code {subject.code}")
        if subject.name is None:
            return self._say(f"贵方（{code}）", f"you ({code})")
        name = clean(subject.name)
        return self._say(f"{name}（{code}）", f"{quoted(name)} ({code})")

    def _withdrawn(self) -> Iterator[Line]:
        ending = self._statement.ending
        if ending is not None:
            ended = self._when(ending.ended_at)
            yield Line(
                text=self._say(
                    f"{CAUSES[ending.cause].zh}，{'措施' if self._limits else '激励'}已于{ended}"
                    f"{'解除' if self._limits else '终止'}。",
                    f"It ended at {ended}, because {CAUSES[ending.cause].en}.",
                )
            )
        yield Line(
            text=self._say(
                "此前各版所载的事实已经删除，本平台不再展示和使用。",
                "The facts that earlier versions held are erased; this platform neither shows nor uses them any more.",
            )
        )

    def _what(self) -> Iterator[Line]:
        measure, does = self._measure, self._statement.does
        said = self._text(does) if does is not None else self._effect()
        title = self._text(measure.title)
        yield Line(
            text=self._say(f"{title}：{said}。", f"{title}: {said}.")
            if said
            else f"{title}{self._say('。', '.')}"
        )
        if self._statement.status is StatementStatus.WITHDRAWN:
            return
        start, end = from_when(measure.starts_at, self._language), until(measure.ends_at, self._language)
        yield Line(
            text=self._say(f"{start}，{end}（北京时间）。", f"It applies {start}, {end}.")
            if self._at < measure.ends_at
            else self._say(
                f"{start}，{end}（北京时间）；期限已满，{'已自动解除' if self._limits else '已自动终止'}。",
                f"It applied {start}, {end}; that is over, and it has ended by itself.",
            )
        )

    def _effect(self) -> str:
        """Return what it touches, where no words of the policy are at hand."""
        effect = self._measure.effect
        if isinstance(effect, ActionEffect):
            name = quoted(clean(effect.action))
            return self._say(f"其间{name}操作不可用", f"{name} is not available meanwhile")
        name, value = (
            quoted(clean(effect.setting)),
            clean(say_value(effect.setting, effect.value, self._language)),
        )
        return self._say(f"涉及平台设置{name}（{value}）", f"it bears on the setting {name} ({value})")

    def _facts(self) -> Iterator[Line]:
        shown = list(self._shown())
        total = len(self._statement.grounds)
        if shown:
            count, as_of = counted(len(shown), self._language), self._when(self._statement.source.as_of)
            these = "this record, which was" if len(shown) == 1 else f"these {count} records, which were"
            yield Line(
                text=self._say(
                    f"{'本措施' if self._limits else '本项激励'}以{quoted(self._source_name())}截至{as_of}"
                    f"公示的以下{count}条信息为依据：",
                    f"It rests on {these} disclosed by {quoted(self._source_name())} as of {as_of}:",
                )
            )
        for number, content in shown:
            fact = self._text(content.fact)
            yield Line(text=self._say(f"记录{number}，{fact}。", f"Record {number}: {fact}."), is_item=True)
        gone = total - len(shown)
        if gone:
            which = self._say("另有", "") if shown else ""
            count = counted(gone, self._language)
            yield Line(
                text=self._say(
                    f"{which}{count}条依据已不再公示，其内容已经删除。",
                    f"{count.capitalize()} {'record' if gone == 1 else 'records'} it rested on "
                    f"{'is' if gone == 1 else 'are'} not disclosed any more, and what {'it' if gone == 1 else 'they'} "
                    "said is erased.",
                )
            )

    def _shown(self) -> Iterator[tuple[int, GroundContent]]:
        """Yield the content of each ground that has some, with the number by which the statement calls it."""
        for number, ground in enumerate(self._statement.grounds, 1):
            if ground.content is not None:
                yield number, ground.content

    def _source_name(self) -> str:
        return clean(self._statement.source.name)

    def _reasons(self) -> Iterator[Line]:
        measure = self._measure
        name, version, rule = (
            clean(word) for word in (measure.policy.name, measure.policy.version, measure.rule_id)
        )
        is_so = self._statement.has_content or not measure.grounds
        reason = self._sentence(measure.reason) if is_so else ""  # it tells what is being disclosed
        yield Line(
            text=self._say(
                f"{reason}适用的是平台政策{quoted(name)}{version}版的规则{quoted(rule)}。",
                f"{reason} The rule is {quoted(rule)} of the platform's policy {quoted(name)}, version {version}.",
            ).strip()
        )
        if measure.platform_rule is not None:
            clause = clean(cite_clause(measure.platform_rule, self._language))
            yield Line(
                text=self._say(f"平台规则依据：{clause}，见 ", f"It stands in {clause}: "),
                link=clean(measure.platform_rule.url),
            )
        if measure.legal_basis:
            law = clean(cite(measure.legal_basis, self._language))
            yield Line(text=self._say(f"法律政策依据：{law}。", f"Legal and policy basis: {law}."))

    def _decided(self) -> Iterator[Line]:
        statement, human = self._statement, self._measure.decided_by
        this = "本措施" if self._limits else "本项激励"
        found = self._say(
            "所依据的信息由系统自动查得" if statement.automated.detection else "所依据的信息由工作人员查得",
            "The records were found automatically"
            if statement.automated.detection
            else "The records were found by a member of staff",
        )
        if human is not None:
            name = clean(human)
            yield Line(text=self._say(f"{found}，{this}由{name}决定。", f"{found}; {quoted(name)} decided."))
            return
        yield Line(
            text=self._say(
                f"{found}，{this}由系统按上述规则自动作出。",
                f"{found}, and the rule above decided automatically.",
            )
        )
        if self._limits:
            yield Line(
                text=self._say(
                    "对自动作出的决定有异议的，可以要求由人工复核。",
                    "Where you disagree with a decision made automatically, you can demand that a human reviews it.",
                )
            )

    def _end(self) -> Iterator[Line]:
        if self._at < self._measure.ends_at:
            yield Line(text=self._text(at_the_end(self._measure)))

    def _repairs(self) -> Iterator[Line]:
        is_any = False
        for number, content in self._shown():
            if content.repair is not None:
                is_any = True
                yield Line(text=self._repair(number, content.repair), is_item=True)
        if is_any:
            yield Line(
                text=self._say(
                    "认为信息有误的，可以在“信用中国”网站提出异议。",
                    "If you think that a record is wrong, raise an objection on the Credit China site.",
                )
            )

    def _repair(self, number: int, repair: RepairPath) -> str:
        how, effect, end = self._text(repair.text), self._text(repair.effect), repair.latest_on
        if self._language == "zh":
            latest = "" if end is None else f"公示{until_end_of(end, 'zh')}，届时自动停止公示，无需申请修复。"
            return f"记录{number}：{how}。{latest}{effect}。"
        latest = "" if end is None else f" Its disclosure stops by itself at the end of {on_day(end, 'en')}."
        return f"Record {number}: {how}.{latest} {effect[:1].upper()}{effect[1:]}."

    def _appeal(self) -> Iterator[Line]:
        appeal = self._statement.appeal
        if appeal is None:
            return
        yield Line(
            text=self._say(
                "不同意本平台的处理，可以申诉，不收取任何费用。请到 ",
                "If you disagree, you can appeal. It costs nothing. Appeal at ",
            ),
            link=clean(appeal.url),
            tail=self._say(" 提出。", ""),
        )
        if self._statement.status is StatementStatus.WITHDRAWN:
            return
        file, decide = appeal.file_working_days, appeal.decide_working_days
        if file is not None:
            yield Line(
                text=self._say(
                    f"请在本说明出具之日起{file}个工作日内提出。",
                    f"Please appeal within {_working_days(file)} of the day of issue.",
                )
            )
        by = self._say(
            "" if decide is None else f"在收到申诉之日起{decide}个工作日内",
            "" if decide is None else f" within {_working_days(decide)} of receiving it",
        )
        yield Line(
            text=self._say(
                f"申诉由人工复核，本平台{by}告知结果和理由。",
                f"A human reviews the appeal, and the platform tells you the result and the reasons{by}.",
            )
        )

    def _source(self) -> Iterator[Line]:
        name, as_of = quoted(self._source_name()), self._when(self._statement.source.as_of)
        yield Line(
            text=self._say(
                f"信息来自{name}，基准时点为{as_of}；公示内容以信息源为准。",
                f"From {name}, data of {as_of}; what the source discloses prevails.",
            )
        )


def _working_days(days: int) -> str:
    return f"{days} working day{'' if days == 1 else 's'}"
