"""自主申报: a merchant declares something of itself, with a pledge that it is true (国办发〔2019〕35号 item 5).

A declaration is voluntary, and to declare nothing counts as nothing. It is a platform fact of the merchant, verified or
not, and never a public record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from chengxin.policy import Text
from chengxin.policy.instant import as_utc
from chengxin.policy.lifecycle import is_same_person
from chengxin.policy.text import is_blank
from chengxin.procedure.appeal import Evidence
from chengxin.procedure.pledge.fact import NamedFact
from chengxin.procedure.pledge.fault import Fault, refusal
from chengxin.procedure.pledge.written import check_instant, check_name, check_words, ill_formed
from chengxin.records import china_day, end_of_china_day


class DeclarationState(StrEnum):
    """Where a declaration stands at an instant."""

    DECLARED = "DECLARED"
    """已申报: nobody has looked at it."""
    VERIFIED = "VERIFIED"
    """已核验: it was found to be true."""
    REFUTED = "REFUTED"
    """核验不符: a named human found that it is not true; it counts as nothing."""
    WITHDRAWN = "WITHDRAWN"
    """已撤回: whoever declared it took it back."""
    LAPSED = "LAPSED"
    """已失效: its last day is over, by time alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found when a declaration was looked at.

    Attributes:
        is_true: whether it was found to be true.
        by: the person who found so; None where it was seen automatically, which only a truth may be.
        at: when, aware UTC.
        reasons: how it was found, as the merchant is told.

    Raises:
        PledgeRefused: a part is missing, or nobody found that it is untrue.
    """

    is_true: bool
    by: str | None
    at: datetime
    reasons: Text

    def __post_init__(self) -> None:
        if type(self.is_true) is not bool:
            raise ill_formed("is_true is true or false")
        if self.by is None and not self.is_true:
            raise refusal(
                Fault.HUMAN_REQUIRED, "A named human finds that a declaration is untrue. Name them."
            )
        if self.by is not None:
            check_name(self.by)
        check_instant(self.at)
        check_words(self.reasons, "the reasons")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """自主申报: one platform fact that a merchant declares of itself.

    Attributes:
        declaration_id: its id.
        declarer: the person who declares, for the merchant.
        fact: what is declared, under the name that the policy declares.
        pledge: the pledge of truth, as it was shown and agreed to.
        declared_at: when, aware UTC.
        valid_until_on: last China day on which it holds.
        evidence: what shows it, where something does.
        verification: what was found; None where nobody has looked at it.
        withdrawn_at: when it was taken back, aware UTC; None where it was not.
        withdrawn_by: who took it back, for the merchant.

    Raises:
        PledgeRefused: a part is missing, or out of order.
    """

    declaration_id: str
    declarer: str
    fact: NamedFact
    pledge: Text
    declared_at: datetime
    valid_until_on: date
    evidence: tuple[Evidence, ...] = ()
    verification: Verification | None = None
    withdrawn_at: datetime | None = None
    withdrawn_by: str | None = None

    def __post_init__(self) -> None:
        if is_blank(self.declaration_id) or type(self.fact) is not NamedFact:
            raise ill_formed("a declaration has an id and a NamedFact")
        check_name(self.declarer, self.declaration_id)
        check_words(self.pledge, "the pledge of truth", self.declaration_id)
        check_instant(self.declared_at, self.declaration_id)
        if type(self.valid_until_on) is not date or self.valid_until_on < china_day(self.declared_at):
            raise ill_formed("valid_until_on is a date, and none before it is declared", self.declaration_id)
        if type(self.evidence) is not tuple or not all(type(piece) is Evidence for piece in self.evidence):
            raise ill_formed("evidence is a tuple of pieces", self.declaration_id)
        if self.verification is not None:
            self._check_verification(self.verification)
        if self.withdrawn_at is not None:
            check_instant(self.withdrawn_at, self.declaration_id)
            self._refuse_before(self.withdrawn_at)
        if self.withdrawn_by is not None:
            check_name(self.withdrawn_by, self.declaration_id)

    @property
    def over_at(self) -> datetime:
        """First instant at which it counts for nothing any more, as it stands, aware UTC."""
        found, ends = self.verification, [end_of_china_day(self.valid_until_on)]
        if found is not None and not found.is_true:
            ends.append(found.at)
        if self.withdrawn_at is not None:
            ends.append(self.withdrawn_at)
        return min(ends)

    def state_at(self, at: datetime) -> DeclarationState | None:
        """Return where it stands at an instant; None before it is declared.

        What was refuted stays so: it neither lapses nor is taken back.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        found = self.verification
        if at < self.declared_at:
            return None
        if found is not None and found.at <= at and not found.is_true:
            return DeclarationState.REFUTED
        if self.withdrawn_at is not None and self.withdrawn_at <= at:
            return DeclarationState.WITHDRAWN
        if at >= end_of_china_day(self.valid_until_on):
            return DeclarationState.LAPSED
        is_verified = found is not None and found.at <= at
        return DeclarationState.VERIFIED if is_verified else DeclarationState.DECLARED

    def changes_at(self, at: datetime) -> datetime | None:
        """Return when it lapses, where it has not been refuted, taken back or lapsed by an instant; else None.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        counts = self.state_at(at) in {DeclarationState.DECLARED, DeclarationState.VERIFIED}
        return end_of_china_day(self.valid_until_on) if counts else None

    def with_verification(self, verification: Verification) -> Self:
        """Return the declaration with what was found; a later finding takes the place of an earlier one.

        Raises:
            PledgeRefused: it was taken back, is found out by who declared it, or the finding is out of order.
        """
        if self.withdrawn_at is not None:
            raise refusal(Fault.WRONG_STATE, "The declaration was taken back.", self.declaration_id)
        if self.verification is not None and verification.at < self.verification.at:
            raise refusal(
                Fault.NOT_YET, "An earlier finding is later than this. Set the clock.", self.declaration_id
            )
        return replace(self, verification=verification)

    def with_withdrawal(self, at: datetime, *, by: str | None = None) -> Self:
        """Return the declaration as taken back, by somebody who acts for the merchant.

        Raises:
            PledgeRefused: it was taken back already.
        """
        if self.withdrawn_at is not None:
            raise refusal(Fault.WRONG_STATE, "The declaration was taken back already.", self.declaration_id)
        return replace(self, withdrawn_at=at, withdrawn_by=by)

    def _check_verification(self, found: Verification) -> None:
        if type(found) is not Verification:
            raise ill_formed("what was found is a Verification", self.declaration_id)
        self._refuse_before(found.at)
        if found.by is not None and is_same_person(found.by, self.declarer):
            raise refusal(
                Fault.PLEDGER_DECIDES,
                f"{found.by} declared it, and so does not verify it. Ask somebody else.",
                self.declaration_id,
            )

    def _refuse_before(self, at: datetime) -> None:
        if at < self.declared_at:
            raise refusal(
                Fault.NOT_YET, "It was declared later than this. Set the clock.", self.declaration_id
            )
