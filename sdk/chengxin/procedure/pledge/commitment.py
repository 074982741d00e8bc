"""信用承诺: a merchant pledges to do something by a day, and is relieved meanwhile.

A commitment is between a merchant and the platform. That it stands is a fact of the platform, on which rules of the
policy relieve the merchant; so is its breach, under the name and for the time that the merchant was told when pledging.
Neither is ever a public record. A named human decides on it, and it can be
set aside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from chengxin.policy import Text
from chengxin.policy.instant import as_utc
from chengxin.policy.lifecycle import is_same_person
from chengxin.policy.text import is_blank
from chengxin.procedure.appeal import Evidence
from chengxin.procedure.pledge.fact import NamedFact
from chengxin.procedure.pledge.fault import Fault, refusal
from chengxin.procedure.pledge.written import check_instant, check_name, check_words, ill_formed
from chengxin.records import china_day, end_of_china_day

MOST_DAYS: Final = 1_095
"""A breach counts for three years at the most, as long as the longest disclosure of a public record."""


class CommitmentState(StrEnum):
    """Where a commitment stands at an instant."""

    MADE = "MADE"
    """已作出."""
    FULFILLED = "FULFILLED"
    """已履行."""
    BREACHED = "BREACHED"
    """已违背: a named human found so."""
    WITHDRAWN = "WITHDRAWN"
    """已撤回: taken back before its last day was over."""
    EXPIRED = "EXPIRED"
    """已到期: its last day is over and nobody has found anything; by time alone, and no breach."""


_SETTLED: Final = frozenset({CommitmentState.FULFILLED, CommitmentState.BREACHED, CommitmentState.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a commitment was settled.

    Attributes:
        state: fulfilled, breached or withdrawn.
        by: the person who found so, or took it back; None where fulfilment was seen automatically.
        at: when, aware UTC.
        reasons: why, as the merchant is told; of a withdrawal there need be none.
        evidence: what shows it.

    Raises:
        PledgeRefused: a part is missing, or a breach is found by nobody.
    """

    state: CommitmentState
    by: str | None
    at: datetime
    reasons: Text | None = None
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if self.state not in _SETTLED or type(self.state) is not CommitmentState:
            raise ill_formed("a commitment is settled as fulfilled, breached or withdrawn")
        check_instant(self.at)
        if self.by is None and self.state is not CommitmentState.FULFILLED:
            raise refusal(Fault.HUMAN_REQUIRED, "A named human finds a breach, or takes it back. Name them.")
        if self.by is not None:
            check_name(self.by)
        if self.reasons is not None or self.state is not CommitmentState.WITHDRAWN:
            check_words(self.reasons, "the reasons")
        if type(self.evidence) is not tuple or not all(type(piece) is Evidence for piece in self.evidence):
            raise ill_formed("evidence is a tuple of pieces")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """信用承诺: who pledges what, until when, what relieves them meanwhile, and what a breach counts as.

    Attributes:
        commitment_id: its id.
        pledger: the person who pledges, for the merchant.
        terms: what is pledged, and what follows from a breach, as it was shown and agreed to.
        made_at: when, aware UTC.
        due_on: last China day on which it can be fulfilled.
        relief: the platform fact that it is while it stands, on which rules of the policy relieve; None where nothing
            is to.
        breach: the platform fact that a breach is; None where it has no consequence for policies.
        breach_days: China days for which a breach counts from the day on which it was found.
        settlement: how it was settled; None while it is not.

    Raises:
        PledgeRefused: a part is missing, or it is due before it is made.
    """

    commitment_id: str
    pledger: str
    terms: Text
    made_at: datetime
    due_on: date
    relief: NamedFact | None = None
    breach: NamedFact | None = None
    breach_days: int = 365
    settlement: Settlement | None = None

    def __post_init__(self) -> None:
        if is_blank(self.commitment_id):
            raise ill_formed("a commitment has an id")
        check_name(self.pledger, self.commitment_id)
        check_words(self.terms, "the terms", self.commitment_id)
        check_instant(self.made_at, self.commitment_id)
        if type(self.due_on) is not date or self.due_on < china_day(self.made_at):
            raise ill_formed("due_on is a date, and none before it is made", self.commitment_id)
        for fact in (self.relief, self.breach):
            if type(fact) not in {NamedFact, type(None)}:
                raise ill_formed("what it and its breach count as is a NamedFact", self.commitment_id)
        if type(self.settlement) not in {Settlement, type(None)}:
            raise ill_formed("how it was settled is a Settlement", self.commitment_id)
        if type(self.breach_days) is not int or not 1 <= self.breach_days <= MOST_DAYS:
            raise ill_formed(f"a breach counts for 1 to {MOST_DAYS} days", self.commitment_id)
        if self.settlement is not None:
            self._check_settlement(self.settlement)

    @property
    def made_on(self) -> date:
        """The China day on which it was made."""
        return china_day(self.made_at)

    @property
    def due_at(self) -> datetime:
        """First instant after its last day, aware UTC."""
        return end_of_china_day(self.due_on)

    @property
    def breach_ends_at(self) -> datetime | None:
        """First instant at which a breach no longer counts, aware UTC; None where there is none."""
        if self.settlement is None or self.settlement.state is not CommitmentState.BREACHED:
            return None
        return end_of_china_day(china_day(self.settlement.at) + timedelta(days=self.breach_days))

    @property
    def over_at(self) -> datetime:
        """First instant at which it neither relieves nor counts as breached any more, as it stands, aware UTC."""
        if self.settlement is None:
            return self.due_at
        if self.settlement.state is CommitmentState.WITHDRAWN:
            return self.settlement.at
        return max(self.due_at, self.settlement.at, self.breach_ends_at or self.due_at)

    def state_at(self, at: datetime) -> CommitmentState | None:
        """Return where it stands at an instant; None before it is made.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        at = as_utc(at)
        if at < self.made_at:
            return None
        if self.settlement is not None and self.settlement.at <= at:
            return self.settlement.state
        return CommitmentState.EXPIRED if at >= self.due_at else CommitmentState.MADE

    def relief_at(self, at: datetime) -> NamedFact | None:
        """Return the platform fact on which it relieves at an instant: while it stands, or is fulfilled, until due.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        stands = self.state_at(at) in {CommitmentState.MADE, CommitmentState.FULFILLED}
        return self.relief if stands and at < self.due_at else None

    def fact_at(self, at: datetime) -> NamedFact | None:
        """Return the platform fact that a breach is at an instant; None where it was not, or no longer counts.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        ends_at = self.breach_ends_at
        is_breached = self.state_at(at) is CommitmentState.BREACHED
        return self.breach if is_breached and ends_at is not None and at < ends_at else None

    def changes_at(self, at: datetime) -> datetime | None:
        """Return the next instant after one at which time alone makes its facts others; None where there is none.

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        if self.relief_at(at) is not None:
            return self.due_at
        return self.breach_ends_at if self.fact_at(at) is not None else None

    def with_settlement(self, settlement: Settlement) -> Self:
        """Return the commitment as settled.

        Raises:
            PledgeRefused: it is settled already, or may not be settled so.
        """
        if self.settlement is not None:
            raise refusal(
                Fault.WRONG_STATE,
                f"The commitment is {self.settlement.state} already. Set that aside first, if it is wrong.",
                self.commitment_id,
            )
        return replace(self, settlement=settlement)

    def without_breach(self, *, by: str, at: datetime) -> Self:
        """Return the commitment with the finding of a breach set aside, as if it had not been found.

        Who set it aside is for the ledger: the commitment itself keeps nothing of a finding that was wrong.

        Args:
            by: the named human who sets it aside; not the one who pledged.
            at: when, aware UTC.

        Raises:
            PledgeRefused: no breach is found, or that person may not.
        """
        if self.settlement is None or self.settlement.state is not CommitmentState.BREACHED:
            raise refusal(
                Fault.WRONG_STATE, "No breach is found that could be set aside.", self.commitment_id
            )
        check_name(by, self.commitment_id)
        check_instant(at, self.commitment_id)
        self._refuse_pledger(by)
        if at < self.settlement.at:
            raise refusal(
                Fault.NOT_YET, "The breach is found later than this. Set the clock.", self.commitment_id
            )
        return replace(self, settlement=None)

    def _check_settlement(self, settlement: Settlement) -> None:
        if settlement.at < self.made_at:
            raise refusal(
                Fault.NOT_YET, "It is settled before it is made. Set the clock.", self.commitment_id
            )
        if settlement.state is CommitmentState.WITHDRAWN:
            if settlement.at >= self.due_at:
                raise refusal(
                    Fault.TOO_LATE,
                    "Its last day is over, and it is no longer taken back.",
                    self.commitment_id,
                )
            return
        self._refuse_pledger(settlement.by)
        if settlement.state is CommitmentState.FULFILLED and not settlement.evidence:
            raise refusal(
                Fault.NO_EVIDENCE, "Attach what shows that the commitment was fulfilled.", self.commitment_id
            )

    def _refuse_pledger(self, by: str | None) -> None:
        if by is not None and is_same_person(by, self.pledger):
            raise refusal(
                Fault.PLEDGER_DECIDES,
                f"{by} pledged, and so does not decide on it. Ask somebody else.",
                self.commitment_id,
            )
