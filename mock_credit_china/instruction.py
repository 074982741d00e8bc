"""What the control plane can be told."""

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, JsonValue, TypeAdapter, model_validator
from pydantic.alias_generators import to_camel

from mock_credit_china.clock import EARLIEST, LATEST
from mock_credit_china.code import fault_in
from mock_credit_china.record import LAST_DAY
from mock_credit_china.scenario import Rule
from mock_credit_china.strict import StrictModel


def _lawful(code: str) -> str:
    if fault := fault_in(code):
        raise ValueError(f"no lawful code: {fault}")
    return code


def _within_reach(instant: datetime) -> datetime:
    if not EARLIEST <= instant < LATEST:
        raise ValueError("the mock clock reaches from 2000-01-01 to 2099-12-31")
    return instant


Code = Annotated[str, AfterValidator(_lawful)]
Reachable = Annotated[AwareDatetime, AfterValidator(_within_reach)]
ChinaDay = Annotated[date, Field(ge=date(1980, 1, 1), le=LAST_DAY)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
RecordId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class WireModel(StrictModel):
    """Named as on the wire of the open interface."""

    model_config = ConfigDict(alias_generator=to_camel)


class RecordBody(WireModel):
    """A record to impose. What is left out is made up: a penalty with all its fields, published today.

    ``fields``, once given, is taken as it is. Without ``disclosedUntil`` a record with a term is shown for the
    longest its class allows; ``null`` means until it is removed.
    """

    rec_id: RecordId | None = None
    version: int = Field(default=1, ge=1)
    catalog: Text = "行政处罚"
    severity: Text | None = None
    state: Literal["公示中", "异议中", "暂时屏蔽"] = "公示中"
    published_on: ChinaDay | None = None
    disclosed_until: ChinaDay | None = None
    data_source: Text | None = None
    fields: dict[str, JsonValue] | None = None


class RecordPatch(WireModel):
    """What to correct in a record; ``fields`` are merged, and a ``null`` among them takes the field out."""

    catalog: Text | None = None
    severity: Text | None = None
    published_on: ChinaDay | None = None
    disclosed_until: ChinaDay | None = None
    data_source: Text | None = None
    fields: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _keeps_what_must_be(self) -> Self:
        for name in ("catalog", "published_on", "data_source"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{to_camel(name)} cannot be null")
        return self


class Impose(WireModel):
    """Put a record on a subject now: 新增."""

    action: Literal["impose"]
    code: Code
    record: RecordBody = RecordBody()


class Correct(WireModel):
    """Change a record: 更新."""

    action: Literal["correct"]
    code: Code
    rec_id: RecordId | None = Field(default=None, description="may be left out if there is only one")
    record: RecordPatch


class Mark(WireModel):
    """Change the state of a record: 异议, 异议解除, 屏蔽, 恢复, 修复 or 撤销."""

    action: Literal["dispute", "undispute", "shield", "restore", "repair", "withdraw"]
    code: Code
    rec_id: RecordId | None = Field(default=None, description="may be left out if there is only one")


RecordInstruction = Annotated[Impose | Correct | Mark, Field(discriminator="action")]
RECORD_INSTRUCTION: TypeAdapter[Impose | Correct | Mark] = TypeAdapter(RecordInstruction)


class SubjectBody(WireModel):
    """A subject to add, or whose name, type or status to change; records come on top."""

    code: Code
    name: Text | None = None
    entity_type: Text | None = None
    status: Text | None = None
    records: list[RecordBody] = Field(default_factory=list, max_length=500)


class ScenarioBody(StrictModel):
    """Rules to add, or (``replace``) to put in the place of all others."""

    rules: list[Rule] = Field(min_length=1, max_length=100)
    replace: bool = False


class SnapshotBody(StrictModel):
    """Take a snapshot now; ``pin`` true lets the current one stay, false lets it go."""

    pin: bool | None = None


class ClockBody(StrictModel):
    """Set the clock or move it on, and let it stand or run."""

    now: Reachable | None = None
    advance_seconds: float | None = Field(default=None, ge=-3.2e9, le=3.2e9)
    frozen: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, given: object) -> object:
        if isinstance(given, dict):
            if not set(given) & {"now", "advance_seconds", "frozen"}:
                raise ValueError("give now, advance_seconds or frozen")
            if given.get("now") is not None and given.get("advance_seconds") is not None:
                raise ValueError("give now or advance_seconds, not both")
        return given
