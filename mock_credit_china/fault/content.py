"""Faults that bite on the data: drift of the schema, listings and change feeds that are not right."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from mock_credit_china.fault.base import DataFault, Moment


class Drift(DataFault):
    """A member is missing, renamed or of another type.

    ``field`` is a path such as ``snapshotId``, ``subject.tyshxydm``, ``list.*.recId`` or
    ``results.*.credit.total``; ``*`` stands for every element.
    """

    kind: Literal["drift"] = "drift"
    field: str = Field(min_length=1, pattern=r"^[^.]+(\.[^.]+)*$")
    how: Literal["missing", "renamed", "mistyped"] = "missing"

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether the path leads anywhere."""
        return any(True for _ in self._holders(data))

    def spoil(self, data: dict[str, Any], _moment: Moment) -> None:
        """Let every member on the path drift."""
        name = self.field.rsplit(".", 1)[-1]
        for holder in list(self._holders(data)):
            value = holder.pop(name)
            if self.how == "renamed":
                holder[f"{name}_v2"] = value
            elif self.how == "mistyped":
                holder[name] = _mistyped(value)

    def _holders(self, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        *way, name = self.field.split(".")
        found: list[Any] = [data]
        for step in way:
            found = [child for node in found for child in _children(node, step)]
        return (node for node in found if isinstance(node, dict) and name in node)


class ListingFault(DataFault):
    """Bites on a listing, in a single answer or in a row of a batch."""

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether this is a listing."""
        return "list" in data and "snapshotId" in data


class SnapshotMoves(ListingFault):
    """Every page it bites on carries another snapshot id."""

    kind: Literal["snapshot_moves"] = "snapshot_moves"

    def spoil(self, data: dict[str, Any], moment: Moment) -> None:
        """Move the id on."""
        day, _, number = str(data["snapshotId"]).partition("-")
        data["snapshotId"] = f"{day}-{int(number) + 1000 + moment.bite:06d}"


class TotalMoves(DataFault):
    """``total`` is another than it was; where there is no snapshot id, nothing else tells that pages disagree."""

    kind: Literal["total_moves"] = "total_moves"
    by: int = Field(default=1, ge=1)

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether there is a total."""
        return isinstance(data.get("total"), int)

    def spoil(self, data: dict[str, Any], _moment: Moment) -> None:
        """Count more rows than there are."""
        data["total"] += self.by


class LostRows(ListingFault):
    """Rows are missing from the page though ``total`` counts them."""

    kind: Literal["lost_rows"] = "lost_rows"
    rows: int = Field(default=1, ge=1)

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether there are rows to lose."""
        return super().applies_to(data) and bool(data["list"])

    def spoil(self, data: dict[str, Any], _moment: Moment) -> None:
        """Lose the last rows."""
        del data["list"][-self.rows :]


class RepeatedRows(ListingFault):
    """Rows come twice: in the place of others, or (``extra``) beyond them."""

    kind: Literal["repeated_rows"] = "repeated_rows"
    rows: int = Field(default=1, ge=1)
    extra: bool = False

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether there are rows enough."""
        return super().applies_to(data) and len(data.get("list", ())) > (0 if self.extra else self.rows)

    def spoil(self, data: dict[str, Any], _moment: Moment) -> None:
        """Repeat the first rows."""
        rows = data["list"]
        copies = [dict(row) for row in rows[: self.rows]]
        if not self.extra:
            del rows[-self.rows :]
        rows.extend(copies)


class OtherSubject(ListingFault):
    """The answer is about another subject than was asked."""

    kind: Literal["other_subject"] = "other_subject"
    code: str = Field(default="91330100M000101Y04", description="the code the answer is about")

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether the listing is about a subject; a person's names nobody."""
        return super().applies_to(data) and "subject" in data

    def spoil(self, data: dict[str, Any], _moment: Moment) -> None:
        """Put the other code in."""
        data["subject"] = {**(data["subject"] or {"jgmc": "其他示例", "entityType": "1", "status": "存续"})}
        data["subject"]["tyshxydm"] = self.code


class RowFault(ListingFault):
    """Bites on the first row; a listing without rows is given one."""

    def spoil(self, data: dict[str, Any], moment: Moment) -> None:
        """Spoil the first row."""
        if not data["list"]:
            data["list"].append(_spare_row(moment))
            if "total" in data:
                data["total"] += 1
                data["totalSize"] = max(1, data["totalSize"])
        self.spoil_row(data["list"][0], moment)

    def spoil_row(self, row: dict[str, Any], moment: Moment, /) -> None:
        """Change the row in place."""
        raise NotImplementedError


class PastEnd(RowFault):
    """A record is still listed though its last day is over."""

    kind: Literal["past_end"] = "past_end"
    days: int = Field(default=1, ge=1, le=3650, description="how long ago the last day was")

    def spoil_row(self, row: dict[str, Any], moment: Moment) -> None:
        """Move the end into the past."""
        ended_on = (moment.today - timedelta(days=self.days)).isoformat()
        row["disclosedUntil"] = ended_on
        if "CF_GSJZQ" in row["fields"]:
            row["fields"]["CF_GSJZQ"] = ended_on


class EndsDisagree(RowFault):
    """``CF_GSJZQ`` says an earlier last day than ``disclosedUntil``."""

    kind: Literal["ends_disagree"] = "ends_disagree"
    last_on_in_days: int = Field(default=10, ge=0, le=3650)

    def spoil_row(self, row: dict[str, Any], moment: Moment) -> None:
        """Set the two ends apart."""
        row["fields"]["CF_GSJZQ"] = (moment.today + timedelta(days=self.last_on_in_days)).isoformat()
        row["disclosedUntil"] = (moment.today + timedelta(days=self.last_on_in_days + 30)).isoformat()


class EndedState(RowFault):
    """A repaired or withdrawn record is in a listing."""

    kind: Literal["ended_state"] = "ended_state"
    state: Literal["已修复", "已撤销"] = "已修复"

    def spoil_row(self, row: dict[str, Any], _moment: Moment) -> None:
        """Set the state."""
        row["state"] = self.state


class UnknownCatalogue(RowFault):
    """A record is of a catalogue nobody has heard of."""

    kind: Literal["unknown_catalogue"] = "unknown_catalogue"
    value: str = Field(default="数据要素信用承诺", min_length=1)

    def spoil_row(self, row: dict[str, Any], _moment: Moment) -> None:
        """Set the catalogue."""
        row["catalog"] = self.value


class UnknownSeverity(RowFault):
    """A record is of a severity nobody has heard of."""

    kind: Literal["unknown_severity"] = "unknown_severity"
    value: str = Field(default="特别严重", min_length=1)

    def spoil_row(self, row: dict[str, Any], _moment: Moment) -> None:
        """Set the severity."""
        row["severity"] = self.value


class FeedFault(DataFault):
    """Bites on an answer of the change feed that has changes in it."""

    def applies_to(self, data: Mapping[str, Any]) -> bool:
        """Tell whether there are changes."""
        return bool(data.get("changes"))


class SeqGap(FeedFault):
    """Changes are lost from the answer, whose cursor moves past them all the same."""

    kind: Literal["seq_gap"] = "seq_gap"
    changes: int = Field(default=1, ge=1)

    def spoil(self, data: dict[str, Any], _moment: Moment) -> None:
        """Lose the first changes."""
        del data["changes"][: self.changes]


class RepeatedSeq(FeedFault):
    """The last changes come twice in one answer."""

    kind: Literal["repeated_seq"] = "repeated_seq"
    changes: int = Field(default=1, ge=1)

    def spoil(self, data: dict[str, Any], _moment: Moment) -> None:
        """Repeat the last changes."""
        data["changes"].extend(dict(row) for row in data["changes"][-self.changes :])


def _children(node: object, step: str) -> list[Any]:
    if isinstance(node, list) and step == "*":
        return node
    if isinstance(node, dict) and step in node:
        return [node[step]]
    return []


def _mistyped(value: object) -> object:
    match value:
        case bool() | int() | float():
            return {"value": value}
        case str():
            return [value]
        case _:
            return "mistyped"


def _spare_row(moment: Moment) -> dict[str, Any]:
    until = (moment.today + timedelta(days=90)).isoformat()
    return {
        "recId": "0" * 32,
        "version": 1,
        "catalog": "行政处罚",
        "severity": "一般",
        "state": "公示中",
        "publishedOn": moment.today.isoformat(),
        "disclosedUntil": until,
        "dataSource": "示例数据来源单位",
        "fields": {"CF_WSH": "示监处罚〔0000〕0号", "CF_JDRQ": moment.today.isoformat(), "CF_GSJZQ": until},
    }
