"""A report in sentences, for the eye and for the ear: what the source shows, as of when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from chengxin.policy.instant import as_utc
from chengxin.policy.record_sentence import record_sentence
from chengxin.policy.text import Language, Text
from chengxin.policy.wording import KINDS, UNKNOWN_REASONS, counted, quoted, until, when
from chengxin.procedure.document.block import Block, Line, Telling
from chengxin.procedure.document.clean import clean
from chengxin.procedure.report.report import CreditReport
from chengxin.records import Record, Standing, SubjectKind

_TITLE: Final = Text(zh="公共信用信息报告", en="Report of public credit records")


def tell(report: CreditReport, language: Language, *, at: datetime) -> Telling:
    """Return a report in sentences, as it may be shown at an instant (invariant I1).

    Args:
        report: the report.
        language: the language.
        at: the instant of showing, aware.

    Raises:
        InvalidRecord: the instant has no time zone.
    """
    teller = _Teller(report.shown_at(at), language, as_utc(at))
    return Telling(
        language=language,
        title=_TITLE.in_language(language),
        blocks=tuple(block for block in teller.blocks() if block.lines),
    )


def standing_text(report: CreditReport) -> Text | None:
    """Return what the source shows, in a sentence of each language; None where it is not told any more."""
    if report.standing is None:
        return None
    return Text(zh=_standing_zh(report), en=_standing_en(report))


def sentence_of(record: Record) -> Text:
    """Return a record as a sentence of each language."""
    return Text(zh=clean(record_sentence(record, "zh")) + "。", en=clean(record_sentence(record, "en")) + ".")


def _standing_zh(report: CreditReport) -> str:
    if report.reason is not None:
        return f"信用状况暂不能确定：{UNKNOWN_REASONS[report.reason].zh}。"
    as_of = _as_of(report, "zh")
    if report.standing is Standing.NO_ADVERSE_RECORD:
        return f"截至{as_of}，信息源未见公示的失信信息。"
    adverse, disputed = _adverse(report)
    mark = f"，其中{counted(disputed, 'zh')}条异议中" if disputed else ""
    return f"截至{as_of}，信息源公示中的失信信息有{counted(adverse, 'zh')}条{mark}。"


def _standing_en(report: CreditReport) -> str:
    if report.reason is not None:
        return f"The credit status cannot be told: {UNKNOWN_REASONS[report.reason].en}."
    as_of = _as_of(report, "en")
    if report.standing is Standing.NO_ADVERSE_RECORD:
        return f"No adverse record shown at the source as of {as_of}."
    adverse, disputed = _adverse(report)
    if adverse == 1:
        mark = ", and marked as disputed" if disputed else ""
        return f"One adverse record is shown at the source as of {as_of}{mark}."
    mark = f", {counted(disputed, 'en')} of them marked as disputed" if disputed else ""
    return (
        f"{counted(adverse, 'en').capitalize()} adverse records are shown at the source as of {as_of}{mark}."
    )


def _adverse(report: CreditReport) -> tuple[int, int]:
    adverse = [record for record in report.records if record.is_adverse]
    return len(adverse), sum(record.is_disputed for record in adverse)


def _as_of(report: CreditReport, language: Language) -> str:
    return _in_china(report.fetched_at if report.as_of is None else report.as_of, language)


def _in_china(at: datetime, language: Language) -> str:
    return f"{when(at, 'zh')}（北京时间）" if language == "zh" else when(at, "en")


class _Teller:
    """Tells one report in one language."""

    def __init__(self, report: CreditReport, language: Language, at: datetime) -> None:
        self._report = report
        self._language: Language = language
        self._at = at

    def blocks(self) -> Iterator[Block]:
        """Yield the blocks in order."""
        is_unknown = self._report.standing is Standing.UNKNOWN
        yield self._block("", "", self._opening())
        if is_unknown:
            yield self._block("未知事项", "What is not known", self._unknown())
        else:
            yield self._block("公示情况", "What the source shows", self._standing())
        for kind, records in self._report.grouped():
            noun, count = KINDS[kind], counted(len(records), "zh")
            many = noun.many[:1].upper() + noun.many[1:]
            yield self._block(f"{noun.zh}（{count}条）", f"{many} ({len(records)})", self._records(records))
        yield self._block("时点", "As of when", self._time())
        yield self._block("保存期限", "How long it may be kept", self._term())
        yield self._block("来源和核验", "Source and proof", self._source())

    def _block(self, zh: str, en: str, lines: Iterator[Line]) -> Block:
        return Block(heading=self._say(zh, en), lines=tuple(lines))

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en

    def _line(self, zh: str, en: str) -> Line:
        return Line(text=self._say(zh, en))

    def _when(self, at: datetime) -> str:
        return _in_china(at, self._language)

    def _opening(self) -> Iterator[Line]:
        source, who, made = self._source_name(), self._who(), self._when(self._report.generated_at)
        yield self._line(
            f"本报告关于{who}在{source}的公示信息，于{made}出具。",
            f"This report is about what {source} discloses of {who}. It was made at {made}.",
        )
        yield self._line(
            "本报告只转述信息源公示的内容，不作评价。",
            "It repeats what the source discloses, and judges nothing.",
        )

    def _who(self) -> str:
        subject = self._report.subject
        if subject.kind is SubjectKind.PERSON:
            known = self._report.pseudonym
            return self._say(
                f"一名自然人（代号{known}）" if known else "一名自然人",
                f"a natural person (pseudonym {known})" if known else "a natural person",
            )
        if subject.name is None:
            return self._say(
                f"统一社会信用代码为{subject.code}的主体", f"the subject with the code {subject.code}"
            )
        return self._say(
            f"{subject.name}（统一社会信用代码{subject.code}）",
            f"{quoted(subject.name)} (code {subject.code})",
        )

    def _source_name(self) -> str:
        return quoted(self._report.source)

    def _unknown(self) -> Iterator[Line]:
        yield from self._standing_line()
        yield self._line(
            "这既不表示有失信信息，也不表示没有失信信息。",
            "This means neither that there is an adverse record nor that there is none.",
        )

    def _standing(self) -> Iterator[Line]:
        if not self._report.is_whole:
            yield self._line(
                "本报告的保存期限已满，不再载明当时的情况。请删除本报告，需要时重新查询。",
                "The term of this report is over, and it does not tell any more what was found. "
                "Erase it, and ask again where you need to know.",
            )
            if self._report.records:
                yield self._line(
                    "公示期限尚未届满的信息列于下文，是否仍在公示，请重新查询。",
                    "Records whose period is not over stand below; ask again whether they are still disclosed.",
                )
        yield from self._standing_line()
        others = sum(not record.is_adverse for record in self._report.records)
        if others and self._report.is_whole:
            are = "other record is" if others == 1 else "other records are"
            yield self._line(
                f"另有其他公示信息{counted(others, 'zh')}条。",
                f"{counted(others, 'en').capitalize()} {are} disclosed there.",
            )

    def _standing_line(self) -> Iterator[Line]:
        text = standing_text(self._report)
        if text is not None:
            yield Line(text=text.in_language(self._language))

    def _records(self, records: tuple[Record, ...]) -> Iterator[Line]:
        for record in records:
            yield Line(text=sentence_of(record).in_language(self._language), is_item=True)

    def _time(self) -> Iterator[Line]:
        report, fetched = self._report, self._when(self._report.fetched_at)
        if report.as_of is None:
            yield self._line(f"本平台于{fetched}查询。", f"The platform asked at {fetched}.")
        else:
            as_of = self._when(report.as_of)
            yield self._line(
                f"信息源的数据基准时点为{as_of}，本平台于{fetched}取得；此后的变化不在本报告内。",
                f"The source's data is of {as_of}. The platform fetched it at {fetched}; "
                "what changed since is not in it.",
            )
        if report.standing is Standing.UNKNOWN:
            yield self._line("需要了解当前情况的，请重新查询。", "Ask again to know what is so at present.")
        elif report.is_whole and self._at < report.valid_until:
            end = self._when(report.valid_until)
            yield self._line(
                f"在{end}以前，可以作为当前情况使用；此后请重新查询。",
                f"It may be used as present knowledge before {end}; ask again after that.",
            )
        else:
            yield self._line(
                "本报告已不能作为当前情况使用，请重新查询。",
                "It is no present knowledge any more; ask again.",
            )

    def _term(self) -> Iterator[Line]:
        report, end = self._report, self._report.content_ends_at
        if not report.is_whole:
            return
        if not report.records:
            yield self._line(
                "本报告未载任何公示信息，没有因公示结束而须删除的内容。",
                "It holds no record, so that nothing in it is to be erased at the end of a disclosure.",
            )
            return
        if end is None:
            yield self._line(
                "所载信息公示至信息源移除为止；信息源移除的，请随即删除本报告。",
                "What it holds is disclosed until the source removes it. Erase the report at once when it does.",
            )
        else:
            yield self._line(
                f"可以保存{until(end, 'zh')}（北京时间），即其中最早到期的信息停止公示之时。"
                "届时请删除，或者重新查询出具。",
                f"It may be kept {until(end, 'en')}, China time, when the first of its records stops being disclosed. "
                "Then erase it, or make it anew.",
            )
        yield self._line(
            "信息源提前停止公示的（例如修复、更正、撤销、暂时屏蔽），请随即删除。",
            "Where the source stops disclosing earlier, as by repair, correction, withdrawal or shielding, "
            "erase it at once.",
        )

    def _source(self) -> Iterator[Line]:
        source, number = self._source_name(), self._report.receipt_id
        yield self._line(
            f"信息来自{source}；公示内容以信息源为准。认为信息有误的，可以在“信用中国”网站提出异议。",
            f"From {source}; what the source discloses prevails. "
            "If you think that a record is wrong, raise an objection on the Credit China site.",
        )
        if number is not None:
            yield self._line(
                f"本次查询有经签名的回执，编号{number}，可以离线核验。",
                f"There is a signed receipt of this check, number {number}, which can be verified offline.",
            )
