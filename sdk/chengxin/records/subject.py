"""Who a credit status is about."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from chengxin.errors import InvalidRecord
from chengxin.identifiers import Uscc


class SubjectKind(StrEnum):
    """Kind of a credit subject (信用主体)."""

    ENTERPRISE = "ENTERPRISE"
    """企业, a company or cooperative."""
    SOLE_TRADER = "SOLE_TRADER"
    """个体工商户: a natural person's business under a code of its own (class 92)."""
    ORGANISATION = "ORGANISATION"
    """Any other body with a code: public institution, association, rural collective."""
    PERSON = "PERSON"
    """自然人, a natural person: no grade and no automatic restriction (invariant I8)."""


class Role(StrEnum):
    """Role on the platform (平台内角色)."""

    MERCHANT = "MERCHANT"
    """平台内经营者."""
    ROOM_OPERATOR = "ROOM_OPERATOR"
    """直播间运营者."""
    ANCHOR = "ANCHOR"
    """直播营销人员."""
    MCN = "MCN"
    """直播营销人员服务机构."""


def kind_of(code: Uscc) -> SubjectKind:
    """Return the kind of subject that a code is issued to (GB 32100-2015: authority and class)."""
    if code.is_sole_trader:
        return SubjectKind.SOLE_TRADER
    if code.authority == "9":
        return SubjectKind.ENTERPRISE
    return SubjectKind.ORGANISATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A credit subject (信用主体).

    Attributes:
        kind: kind of subject.
        code: unified social credit code; None for a natural person, who has none here.
        name: registered name as the source gives it, for display alone: identity is the code.
        registration: state of the registration as the source words it, e.g. 存续.
    """

    kind: SubjectKind
    code: Uscc | None
    name: str | None = None
    registration: str | None = None

    def __post_init__(self) -> None:
        if (self.code is None) != (self.kind is SubjectKind.PERSON):
            raise InvalidRecord(
                "A natural person has no unified social credit code here; every other subject has."
            )

    @classmethod
    def of(cls, code: Uscc, *, name: str | None = None, registration: str | None = None) -> Self:
        """Return the subject that a code is issued to."""
        return cls(kind=kind_of(code), code=code, name=name, registration=registration)
