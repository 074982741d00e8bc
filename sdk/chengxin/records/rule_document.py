"""From the text of a rule table to rows of law, or to everything that is wrong with it.

A document names instruments, and lists rows under the kind that they are of. One that stands over another table may
refer to that table's instruments; its rows take the place of those of their id, and others are added.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeAlias

from chengxin.errors import Fault, InvalidRuleTable
from chengxin.records.kind import RecordKind, Severity
from chengxin.records.matter import Bound, CountedFrom, DayUnit, Matter, Obliged
from chengxin.records.rule_row import (
    Deadline,
    DisclosureTerm,
    Instrument,
    Interval,
    ListTerm,
    NoticePeriod,
    Retention,
    RuleRow,
)
from chengxin.records.rule_table import RuleTable
from chengxin.suggestion import Suggester
from chengxin.syntax import read_sheet

SECTIONS: Final[dict[str, type[RuleRow]]] = {
    "disclosure_terms": DisclosureTerm,
    "list_terms": ListTerm,
    "notice_periods": NoticePeriod,
    "deadlines": Deadline,
    "intervals": Interval,
    "retentions": Retention,
}
"""Where rows of each kind stand in a document."""
_TOP: Final = ("format", "instruments", *SECTIONS)
_WRITTEN: Final = {"rule_id": "id", "source": "instrument"}
"""How fields of a row are called in a document, where it is another name."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _Misread(Exception):
    """A value that is not of its field, and what to write; told as a finding, with its place."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.fix = fix


_Read: TypeAlias = Callable[[Any, Suggester], Any]


def parse_rule_table(text: str, *, name: str, over: RuleTable | None = None) -> RuleTable:
    """Read a rule table from YAML or JSON.

    Args:
        text: the document.
        name: what to call it in errors, e.g. the path of its file.
        over: the table that it stands over; None where it stands alone.

    Raises:
        InvalidRuleTable: with everything that is wrong, each with code, path and what to do.
    """
    sheet, findings = read_sheet(text, name=name)
    if sheet is None:
        places = [(finding, finding.path or f"line {finding.line}") for finding in findings]
        raise InvalidRuleTable(name, [Fault(f.code, path, f.problem.en, f.fix.en) for f, path in places])
    document = _Document(sheet.data, over)
    if document.findings:
        raise InvalidRuleTable(name, document.findings)
    try:
        rows = document.rows
        return RuleTable(tuple(rows)) if over is None else over.with_rows(rows)
    except InvalidRuleTable as refused:
        raise InvalidRuleTable(name, refused.findings) from None


class _Document:
    """One document as it is read: its rows, and all that is wrong with it."""

    def __init__(self, data: Mapping[str, Any], over: RuleTable | None) -> None:
        self.findings: list[Fault] = []
        self.rows: list[RuleRow] = []
        self._suggest = Suggester()
        self._instruments = {} if over is None else {row.source.key: row.source for row in over.rows}
        self._refused: set[str] = set()
        self._unknown(data, _TOP, "")
        if data.get("format") != 1 or isinstance(data.get("format"), bool):
            self._add("field.value", "format", "The format of the document is not 1.", "Write format: 1.")
        for key, value in self._mapping(data.get("instruments", {}), "instruments"):
            self._read_instrument(key, value)
        for section, kind in SECTIONS.items():
            for place, value in self._list(data.get(section, []), section):
                self._read_row(kind, value, place)

    def _read_instrument(self, key: str, value: object) -> None:
        path = f"instruments.{key}"
        self._refused.add(key)
        given = dict(self._mapping(value, path))
        if not isinstance(value, dict):
            return
        self._unknown(given, ("zh", "en"), path)
        zh, en = (self._title(given, name, path) for name in ("zh", "en"))
        if zh is not None and en is not None:
            self._build(path, lambda: self._keep(Instrument(key=key, zh=zh, en=en)))

    def _title(self, given: Mapping[str, Any], name: str, path: str) -> str | None:
        if name not in given:
            self._add("field.missing", f"{path}.{name}", f"The field {name!r} is missing.", "Add it.")
            return None
        title = self._value(name, given[name], f"{path}.{name}", _text)
        return title if isinstance(title, str) else None

    def _keep(self, instrument: Instrument) -> None:
        self._instruments[instrument.key] = instrument
        self._refused.discard(instrument.key)

    def _read_row(self, kind: type[RuleRow], value: object, path: str) -> None:
        before = len(self.findings)
        given = dict(self._mapping(value, path))
        if not isinstance(value, dict):
            return
        declared = {_WRITTEN.get(field.name, field.name): field for field in fields(kind)}
        self._unknown(given, declared, path)
        values: dict[str, Any] = {}
        for name, field in declared.items():
            place = f"{path}.{name}"
            if name not in given:
                if field.default is MISSING:
                    self._add("field.missing", place, f"The field {name!r} is missing.", _missing(field))
            elif given[name] is not None or not _is_optional(field):
                values[field.name] = self._value(name, given[name], place, self._reader(name))
            else:
                values[field.name] = None
        if len(self.findings) == before and not self._refused & {str(given.get("instrument"))}:
            self._build(path, lambda: self.rows.append(kind(**values)))

    def _reader(self, name: str) -> _Read:
        return self._instrument if name == "instrument" else _READERS[name]

    def _instrument(self, value: object, suggest: Suggester) -> Instrument | None:
        key = _text(value, suggest)
        if key in self._instruments or key in self._refused:
            return self._instruments.get(key)
        raise _Misread(f"No instrument {key[:64]!r} is named.", suggest(key, self._instruments).en)

    def _build(self, path: str, build: Callable[[], object]) -> None:
        try:
            build()
        except InvalidRuleTable as refused:
            for finding in refused.findings:
                self.findings.append(finding._replace(path=f"{path}.{finding.path}"))

    def _value(self, name: str, value: object, path: str, read: _Read) -> object:
        try:
            return read(value, self._suggest)
        except _Misread as misread:
            self._add("field.value", path, f"The field {name!r} {misread}", misread.fix)
            return None

    def _unknown(self, given: Iterable[str], known: Iterable[str], path: str) -> None:
        names = list(known)
        for name in given:
            if name not in names:
                fix = f"{self._suggest(name, names).en} Otherwise remove it."
                place = f"{path}.{name}" if path else name
                self._add("field.unknown", place, f"There is no field {name!r} here.", fix)

    def _mapping(self, value: object, path: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, dict):
            yield from value.items()
        else:
            self._add("field.value", path, "It is no mapping.", "Write a mapping of names to values.")

    def _list(self, value: object, path: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, list):
            yield from ((f"{path}[{index}]", item) for index, item in enumerate(value))
        else:
            self._add("field.value", path, "It is no list.", "Write a list of rows.")

    def _add(self, code: str, path: str, problem: str, fix: str) -> None:
        self.findings.append(Fault(code, path, problem, fix))


def _is_optional(field: Field[Any]) -> bool:
    return str(field.type).endswith("| None")  # annotations are texts here


def _missing(field: Field[Any]) -> str:
    return "Add it; write null where there is none." if _is_optional(field) else "Add it."


def _text(value: object, _suggest: Suggester) -> str:
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise _Misread("is no text.", "Write a text; put it in quotes where it looks like something else.")


def _cited(value: object, suggest: Suggester) -> str:
    return str(value) if type(value) is int else _text(value, suggest)


def _whole(value: object, _suggest: Suggester) -> int:
    if type(value) is int:
        return value
    raise _Misread("is no whole number.", "Write a whole number, without quotes.")


def _flag(value: object, _suggest: Suggester) -> bool:
    if isinstance(value, bool):
        return value
    raise _Misread("is neither true nor false.", "Write true or false, without quotes.")


def _day(value: object, _suggest: Suggester) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # a day that no calendar has is told like any other text
    raise _Misread("is no day.", "Write it as YYYY-MM-DD, e.g. 2026-02-01.")


def _word(kind: type[StrEnum]) -> _Read:
    def read(value: object, suggest: Suggester) -> StrEnum:
        word = _text(value, suggest)
        if word in kind.__members__:
            return kind[word]
        raise _Misread(f"is no word known here: {word[:64]!r}.", suggest(word, kind.__members__).en)

    return read


_READERS: Final[dict[str, _Read]] = {
    "id": _text,
    "article": _cited,
    "effective_from": _day,
    "effective_until": _day,
    "verified": _flag,
    "note": _text,
    "kind": _word(RecordKind),
    "severity": _word(Severity),
    "shortest_months": _whole,
    "longest_months": _whole,
    "counted_from": _word(CountedFrom),
    "list_name": _text,
    "months": _whole,
    "earliest_removal_months": _whole,
    "days": _whole,
    "extended_days": _whole,
    "unit": _word(DayUnit),
    "important": _flag,
    "matter": _word(Matter),
    "obliged": _word(Obliged),
    "region": _text,
    "bound": _word(Bound),
}
"""How each field of a row is read."""
