"""Commitments (信用承诺) and voluntary declarations (自主申报): made, found out, and the platform facts they give."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, TypeVar

from chengxin.errors import ConfigurationError
from chengxin.identifiers import Uscc
from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.policy import NO_FACTS, PlatformFacts, Policy, Text
from chengxin.procedure.appeal import MOST_BYTES
from chengxin.procedure.pledge import (
    Commitment,
    CommitmentState,
    Declaration,
    Fault,
    NamedFact,
    Settlement,
    Verification,
    pledged_facts,
    refusal,
)
from chengxin.procedure.pledge.stub import id_of, stub_of_commitment, stub_of_declaration
from chengxin.procedure.pledge.words import check_words
from chengxin.procedure.pledge.written import check_name
from chengxin.procedure.pseudonym import KEY_BYTES, pseudonym_of
from chengxin.procedure.retention import Erased, Procedure
from chengxin.services.announcing import announce
from chengxin.services.attachment import Attachment, Received, pieces_of, receive
from chengxin.services.treatments import Checker, PolicyAt, TreatmentOptions
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.erasure import ErasureRows
from chengxin.store.sql.evidence import EvidenceRows
from chengxin.store.sql.ledger import LedgerRows
from chengxin.store.sql.outbox import OutboxRows
from chengxin.store.sql.pledges import PledgeRows
from chengxin.store.sql.treatments import TreatmentRows

_P = TypeVar("_P", Commitment, Declaration)
_SETTLED: Final = {
    CommitmentState.FULFILLED: EntryKind.COMMITMENT_FULFILLED,
    CommitmentState.BREACHED: EntryKind.COMMITMENT_BREACHED,
    CommitmentState.WITHDRAWN: EntryKind.COMMITMENT_ENDED,
}
_OF_MERCHANT: Final = frozenset(
    {
        EntryKind.COMMITMENT_MADE,
        EntryKind.COMMITMENT_ENDED,
        EntryKind.DECLARATION_MADE,
        EntryKind.DECLARATION_WITHDRAWN,
    }
)
"""Steps of who acts for the merchant; all others are the platform's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PledgeOptions:
    """How pledges are kept.

    Attributes:
        treatments: how measures are brought into force; makes the names of pledges too.
        unverified: names of platform facts for which a declaration counts that nobody has verified.
        verify_within: working days in which somebody looks at a declaration, before who is to is reminded.
        most_bytes: largest file that is taken.

    Raises:
        ConfigurationError: the days are out of range.
    """

    treatments: TreatmentOptions = field(default_factory=TreatmentOptions)
    unverified: frozenset[str] = frozenset()
    verify_within: int = 7
    most_bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        if not 1 <= self.verify_within <= 365:
            raise ConfigurationError("Declarations are looked at within 1 to 365 working days.")


class Pledges:
    """Keeps what merchants pledge and declare; each step is one transaction with its ledger entry and its notice.

    What they make is a platform fact of one merchant, under a name that the policy declares, and never a public record.
    Rules relieve and limit on it as on any other fact, so what is shown, simulated and enforced is one evaluation (I5);
    the merchant is looked at again once a step is on record, and when time alone changes what it comes to.

    Args:
        client: knows the time.
        store: where pledges are kept.
        policy: returns the policy in force at an instant.
        options: how pledges are kept.
    """

    def __init__(
        self, client: Checker, store: SqlStore, policy: PolicyAt, *, options: PledgeOptions | None = None
    ) -> None:
        self._clock = client.clock
        self._store = store
        self._policy = policy
        self._options = options or PledgeOptions()

    def make(
        self,
        code: str,
        *,
        by: str,
        terms: Text,
        due_on: date,
        relief: NamedFact | None = None,
        breach: NamedFact | None = None,
        breach_days: int = 365,
    ) -> Commitment:
        """Make a commitment for a merchant; the fields are those of ``Commitment``.

        Raises:
            InvalidUscc: the text is not a lawful code.
            InvalidRecord: the policy declares no such fact, or one of another type.
            PledgeRefused: a part is missing, or no rule of the policy relieves on the fact.
            StoreUnavailable: nothing was done.
        """
        code, now = Uscc.parse(code).code, self._clock.now()
        check_words(self._policy(now), relief, breach)
        made = Commitment(
            commitment_id=self._options.treatments.new_id(),
            pledger=by,
            terms=terms,
            made_at=now,
            due_on=due_on,
            relief=relief,
            breach=breach,
            breach_days=breach_days,
        )
        with self._store.transaction() as connection:
            TreatmentRows(connection).lock(code)
            self._keep(connection, made, code, EntryKind.COMMITMENT_MADE, by=by, at=now)
        return made

    def fulfil(
        self, commitment_id: str, *, by: str | None, reasons: Text, attachments: Sequence[Attachment]
    ) -> Commitment:
        """Find that a commitment was fulfilled, with what shows it; nobody has to be named.

        Raises:
            PledgeRefused: it may not be found so; ``fault`` says why.
            AppealRefused: a file is not taken.
            StoreUnavailable: nothing was done.
        """
        return self._settle(
            commitment_id, CommitmentState.FULFILLED, by=by, reasons=reasons, attachments=attachments
        )

    def breach(
        self, commitment_id: str, *, by: str, reasons: Text, attachments: Sequence[Attachment] = ()
    ) -> Commitment:
        """Find that a commitment was breached: a named human, with reasons; see ``fulfil``."""
        return self._settle(
            commitment_id, CommitmentState.BREACHED, by=by, reasons=reasons, attachments=attachments
        )

    def withdraw(self, commitment_id: str, *, by: str, reasons: Text | None = None) -> Commitment:
        """Take a commitment back for the merchant, before its last day is over; see ``fulfil``."""
        return self._settle(commitment_id, CommitmentState.WITHDRAWN, by=by, reasons=reasons)

    def clear_breach(self, commitment_id: str, *, by: str) -> Commitment:
        """Set the finding of a breach aside; what is on record of it in the ledger stays there.

        Raises:
            PledgeRefused: no breach is found, or this person may not.
            StoreUnavailable: nothing was done.
        """

        def clear(one: Commitment, at: datetime) -> Commitment:
            return one.without_breach(by=by, at=at)

        return self._change(
            lambda rows: rows.commitment(commitment_id), clear, EntryKind.COMMITMENT_CLEARED, by=by
        )

    def declare(
        self,
        code: str,
        *,
        by: str,
        fact: NamedFact,
        pledge: Text,
        valid_until_on: date,
        attachments: Sequence[Attachment] = (),
    ) -> Declaration:
        """Declare a platform fact of a merchant, with a pledge that it is true.

        Raises:
            InvalidRecord: the policy declares no such fact, or one of another type.
            PledgeRefused: a part is missing.
            AppealRefused: a file is not taken.
            StoreUnavailable: nothing was done.
        """
        code, now = Uscc.parse(code).code, self._clock.now()
        received = receive(attachments, most_bytes=self._options.most_bytes)
        check_words(self._policy(now), None, fact)
        made = Declaration(
            declaration_id=self._options.treatments.new_id(),
            declarer=by,
            fact=fact,
            pledge=pledge,
            declared_at=now,
            valid_until_on=valid_until_on,
            evidence=pieces_of(received),
        )
        with self._store.transaction() as connection:
            TreatmentRows(connection).lock(code)
            EvidenceRows(connection).put(received, used_by=made.declaration_id, at=now)
            self._keep(connection, made, code, EntryKind.DECLARATION_MADE, by=by, at=now)
        return made

    def verify(self, declaration_id: str, *, is_true: bool, by: str | None, reasons: Text) -> Declaration:
        """Find that a declaration is true, or a named human that it is not: somebody else than who declared.

        Raises:
            PledgeRefused: it may not be found so; ``fault`` says why.
            StoreUnavailable: nothing was done.
        """

        def verify(one: Declaration, at: datetime) -> Declaration:
            return one.with_verification(Verification(is_true=is_true, by=by, at=at, reasons=reasons))

        kind = EntryKind.DECLARATION_VERIFIED if is_true else EntryKind.DECLARATION_REFUTED
        return self._change(lambda rows: rows.declaration(declaration_id), verify, kind, by=by)

    def take_back(self, declaration_id: str, *, by: str) -> Declaration:
        """Take a declaration back for the merchant; see ``verify``."""

        def take_back(one: Declaration, at: datetime) -> Declaration:
            check_name(by, declaration_id)
            return one.with_withdrawal(at, by=by)

        kind = EntryKind.DECLARATION_WITHDRAWN
        return self._change(lambda rows: rows.declaration(declaration_id), take_back, kind, by=by)

    def facts_for(
        self, code: str, policy: Policy | None = None, *, own: PlatformFacts = NO_FACTS
    ) -> PlatformFacts:
        """Return what a merchant's pledges make of its platform facts now; usable as ``TreatmentOptions.facts``.

        Args:
            code: unified social credit code in its normal form.
            policy: says which facts there are; the one in force where None.
            own: what the platform knows of the merchant by itself, which is among what is returned.

        Raises:
            StoreUnavailable: they cannot be read.
        """
        commitments, declarations = self.of(code)
        return self.facts_of(commitments, declarations, policy, own=own)

    def facts_of(
        self,
        commitments: Sequence[Commitment],
        declarations: Sequence[Declaration],
        policy: Policy | None = None,
        *,
        own: PlatformFacts = NO_FACTS,
    ) -> PlatformFacts:
        """Return what pledges of one merchant, as they were read, make of its platform facts now; see ``facts_for``."""
        now = self._clock.now()
        declared = (self._policy(now) if policy is None else policy).document.facts
        return pledged_facts(
            now,
            commitments=commitments,
            declarations=declarations,
            declared={name: fact.type for name, fact in declared.items()},
            unverified=self._options.unverified,
            own=own,
        )

    def of(
        self, code: str, *, deadline_seconds: float | None = None
    ) -> tuple[list[Commitment], list[Declaration]]:
        """Return every commitment and every declaration of a merchant, the first made first.

        Args:
            code: unified social credit code in its normal form.
            deadline_seconds: longest time to wait for the database; that of the store where None.

        Raises:
            StoreUnavailable: they cannot be read.
        """
        with self._store.reading(deadline_seconds=deadline_seconds) as connection:
            rows = PledgeRows(connection)
            return rows.commitments_of(code), rows.declarations_of(code)

    def erased(self, code: str) -> list[Erased]:
        """Return what stays of the pledges of a merchant whose term is over, the first made first."""
        with self._store.reading() as connection:
            return ErasureRows(connection).erased_of(code, Procedure.COMMITMENT, Procedure.DECLARATION)

    def unsettled(self) -> list[tuple[str, Commitment]]:
        """Return commitments whose last day is over and of which nothing was found, each with its merchant."""
        with self._store.reading() as connection:
            return PledgeRows(connection).unsettled(self._clock.now())

    def unverified(self) -> list[tuple[str, Declaration]]:
        """Return declarations at which nobody has looked, the oldest first, each with its merchant."""
        with self._store.reading() as connection:
            return PledgeRows(connection).unverified()

    def _settle(
        self,
        commitment_id: str,
        state: CommitmentState,
        *,
        by: str | None,
        reasons: Text | None,
        attachments: Sequence[Attachment] = (),
    ) -> Commitment:
        received = receive(attachments, most_bytes=self._options.most_bytes)

        def settle(one: Commitment, at: datetime) -> Commitment:
            return one.with_settlement(
                Settlement(state=state, by=by, at=at, reasons=reasons, evidence=pieces_of(received))
            )

        return self._change(
            lambda rows: rows.commitment(commitment_id), settle, _SETTLED[state], by=by, received=received
        )

    def _change(
        self,
        find: Callable[[PledgeRows], tuple[_P, str] | None],
        change: Callable[[_P, datetime], _P],
        kind: EntryKind,
        *,
        by: str | None,
        received: Received = (),
    ) -> _P:
        with self._store.transaction() as connection:
            rows = PledgeRows(connection)
            found = find(rows)
            if found is not None:
                TreatmentRows(connection).lock(found[1])
                found = find(rows)
            if found is None:
                raise refusal(
                    Fault.UNKNOWN, "There is no such commitment or declaration. Look at the merchant's."
                )
            now = self._clock.now()
            changed = change(found[0], now)
            EvidenceRows(connection).put(received, used_by=id_of(changed), at=now)
            self._keep(connection, changed, found[1], kind, by=by, at=now)
        return changed

    def _keep(
        self,
        connection: Connection,
        one: Commitment | Declaration,
        code: str,
        kind: EntryKind,
        *,
        by: str | None,
        at: datetime,
    ) -> None:
        """Keep a pledge with its ledger entry and its notice, and have the merchant looked at under it."""
        TreatmentRows(connection).put_due(at, code)
        rows, value = PledgeRows(connection), id_of(one)
        key = rows.key_of(value) or secrets.token_bytes(KEY_BYTES)
        if isinstance(one, Commitment):
            rows.put_commitment(one, code=code, key=key)
            name, stub = "commitment_id", stub_of_commitment(one)
        else:
            rows.put_declaration(one, code=code, key=key)
            name, stub = "declaration_id", stub_of_declaration(one)
        event = announce(kind, value, code, at=at, suffix=round(at.timestamp() * 1_000_000))
        OutboxRows(connection).put([event])
        actor = pseudonym_of(by, key=key) if by is not None and kind in _OF_MERCHANT else by
        LedgerRows(connection).append(
            LedgerDraft(at=at, kind=kind, subject=code, actor=actor, stub={name: value} | stub)
        )
