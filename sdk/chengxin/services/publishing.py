"""Publish policies with a second pair of eyes: each step is decided on the history, then put on record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from chengxin.clock import Clock
from chengxin.errors import FindingSeverity, InvalidPolicy
from chengxin.policy import Direction, Policy, PolicyDocument, compile_policy, lint, policy_ref
from chengxin.policy.analysis.importance import touches_important
from chengxin.policy.lifecycle import (
    Fault,
    Finds,
    History,
    Move,
    Stage,
    Step,
    decide,
    refusal,
    require_active,
    restorable,
    short,
)
from chengxin.services.policies import read_policy_text
from chengxin.services.policy_versions import PolicyVersions, canonical_document
from chengxin.store import PolicyStore

_INSTANT: Final = timedelta(microseconds=1)


class Publishing(PolicyVersions):
    """Takes policy versions through their lives, with who, when and why on each step.

    Each method loads the history, decides, and records; where somebody else took a step in between, it raises
    ``PolicyStoreConflict`` and records nothing. A version is named by its digest, or by its first 8 digits or more.

    Names are taken as they are given: whoever calls has made sure who acts.

    Args:
        store: where versions and steps are kept.
        clock: where time comes from.
    """

    def __init__(self, store: PolicyStore, *, clock: Clock | None = None) -> None:
        super().__init__(store, clock=clock)
        self._faultless: set[str] = set()

    def draft(
        self,
        text: str,
        *,
        by: str,
        why: str,
        filename: str = "policy",
        document: PolicyDocument | None = None,
    ) -> Step:
        """Keep a document and the text it was written as, and begin its life.

        Args:
            text: the document in YAML or JSON; whether it makes sense is looked at by ``lint``.
            by: who wrote it.
            why: why.
            filename: what to call the text in errors.
            document: what the text amounts to, where it refers to files beside it; read from the text where None.

        Raises:
            InvalidPolicy: the text or the shape of the document is wrong.
            LifecycleRefused: the version is on its way already, or its name stands for another public text.
        """
        return self._draft(document or _read(text, filename), text, by=by, why=why)

    def lint(self, digest: str, *, by: str, why: str) -> Step:
        """Look for errors, and record that there are none.

        Raises:
            InvalidPolicy: there are some; with all findings.
            LifecycleRefused: the version is not a draft.
        """
        return self._take(digest, Move.LINT, by=by, why=why, found=self._find_errors(digest))

    def submit(self, digest: str, *, by: str, why: str, is_important: bool = False) -> Step:
        """Put a linted version before a second person.

        Args:
            digest: the version.
            by: who submits it, and by that counts among its authors.
            why: what it changes, and why.
            is_important: important interests of many are touched, so that it is announced 15 days before, not 7
                (令116 art. 12). Where the document newly refuses an action to anybody, or is stricter about money or
                the account than the version in force or scheduled before it, they are touched whatever is declared.

        Raises:
            InvalidPolicy: lint finds errors.
            LifecycleRefused: the version is not linted, or longest durations that are over would begin anew with it.
        """
        self._refuse_restart(digest)
        self._find_errors(digest)
        found = Finds(touches_important=self._touches_important(digest))
        return self._take(digest, Move.SUBMIT, by=by, why=why, found=found, is_important=is_important)

    def approve(self, digest: str, *, by: str, why: str) -> Step:
        """Approve a submitted version, as a person who had no part in it.

        Raises:
            LifecycleRefused: it is not submitted, or the person wrote, edited or submitted it.
        """
        return self._take(digest, Move.APPROVE, by=by, why=why)

    def reject(self, digest: str, *, by: str, why: str) -> Step:
        """Reject a submitted version; it may be drafted again.

        Raises:
            LifecycleRefused: it is not submitted.
        """
        return self._take(digest, Move.REJECT, by=by, why=why)

    def announce(self, digest: str, *, by: str, why: str) -> Step:
        """Record that an approved version is public from now on, long enough before it takes effect.

        Whether important interests are touched is looked at again: another version may be in force, or be scheduled
        to be, than when this one was submitted.

        Raises:
            LifecycleRefused: it is not approved, or takes effect too soon (令116 art. 12).
        """
        found = Finds(touches_important=self._touches_important(digest))
        return self._take(digest, Move.ANNOUNCE, by=by, why=why, found=found)

    def schedule(self, digest: str, *, by: str, why: str, urgent_reason: str | None = None) -> Step:
        """Have a version take effect on its first day, by time alone; at once where that day has begun.

        Args:
            digest: the version.
            by: who schedules it.
            why: why.
            urgent_reason: why it is not announced before; an approved version may then do without.

        Raises:
            LifecycleRefused: it is not announced and not urgent, or its last day is over.
        """
        urgent_reason = None if urgent_reason is None else urgent_reason.strip()
        return self._take(digest, Move.SCHEDULE, by=by, why=why, urgent_reason=urgent_reason)

    def withdraw(self, digest: str, *, by: str, why: str) -> Step:
        """Take a version back that is not in force yet.

        Raises:
            LifecycleRefused: it is in force, was, or was taken back.
        """
        return self._take(digest, Move.WITHDRAW, by=by, why=why)

    def retire(self, digest: str, *, by: str, why: str) -> Step:
        """End the version that is in force, with none in its place.

        Raises:
            LifecycleRefused: it is not in force.
        """
        return self._take(digest, Move.RETIRE, by=by, why=why)

    def rollback(self, name: str, *, by: str, why: str, replacing: str | None = None) -> Step:
        """Restore the version that was in force before, at once; again, the one before that.

        Args:
            name: the policy.
            by: who does it.
            why: why; a rollback is urgent by nature.
            replacing: the version that is to go, where the caller has one in mind: two who act at once then go
                back one step, and not two.

        Raises:
            LifecycleRefused: none was in force before, its last day is over, or another is in force than is to go.
        """
        history, at = self.history(name), self._clock.now()
        if replacing is not None:
            require_active(history, self.find(replacing)[1], at)
        return self._record(
            history,
            Step(
                name=name,
                digest=restorable(history, at),
                move=Move.ROLL_BACK,
                by=by.strip(),
                at=at,
                why=why.strip(),
            ),
        )

    def publish(  # all of it goes on record
        self,
        text: str,
        *,
        by: str,
        why: str,
        filename: str = "policy",
        is_important: bool = False,
        urgent_reason: str | None = None,
        document: PolicyDocument | None = None,
    ) -> tuple[Step, ...]:
        """Take a document as far as its author may: to a second person; once approved, to its first day in force.

        Called again it goes on from where the version stands. A version that waits for approval stays there.

        Args:
            text: the document in YAML or JSON.
            by: who publishes it.
            why: what it changes, and why.
            filename: what to call the text in errors.
            is_important: as for ``submit``.
            urgent_reason: as for ``schedule``.
            document: as for ``draft``.

        Returns:
            The steps that were taken.

        Raises:
            InvalidPolicy: the document has errors; with all findings.
            LifecycleRefused: a step was refused, or there is nothing left to do.
        """
        document = document or _read(text, filename)
        digest = policy_ref(document).digest
        if digest not in self._faultless:
            _refuse_errors(document)
            self._faultless.add(digest)
        stage = self.history(document.name).stage_at(digest, self._clock.now())
        moves: dict[Stage | None, Callable[[], Step]] = {
            Stage.DRAFT: lambda: self.lint(digest, by=by, why=why),
            Stage.LINTED: lambda: self.submit(digest, by=by, why=why, is_important=is_important),
            Stage.APPROVED: lambda: self.announce(digest, by=by, why=why),
            Stage.ANNOUNCED: lambda: self.schedule(digest, by=by, why=why, urgent_reason=urgent_reason),
        }
        moves |= dict.fromkeys(
            (None, Stage.REJECTED, Stage.WITHDRAWN), lambda: self._draft(document, text, by=by, why=why)
        )
        if urgent_reason is not None:
            moves[Stage.APPROVED] = moves[Stage.ANNOUNCED]
        steps: list[Step] = []
        while (move := moves.get(stage)) is not None:
            steps.append(move())
            stage = steps[-1].move.stage
        if not steps:
            hint = "Have another person approve it" if stage is Stage.SUBMITTED else "Look at its history"
            raise refusal(
                Fault.WRONG_STAGE,
                f"The version {short(digest)} is {stage}, so there is nothing to publish. {hint}.",
                digest,
            )
        return tuple(steps)

    def _draft(self, document: PolicyDocument, text: str, *, by: str, why: str) -> Step:
        return self._record(
            self.history(document.name),
            Step(
                name=document.name,
                digest=self._store.put(canonical_document(document)),
                move=Move.DRAFT,
                by=by.strip(),
                at=self._clock.now(),
                why=why.strip(),
                version=document.version,
                effective_from=document.effective_from,
                effective_until=document.effective_until,
                source=self._store.put_source(text),
            ),
        )

    def _take(
        self,
        digest: str,
        move: Move,
        *,
        by: str,
        why: str,
        found: Finds | None = None,
        **details: Any,  # noqa: ANN401  # parts of a step
    ) -> Step:
        history, digest = self.find(digest)
        step = Step(
            name=history.name,
            digest=digest,
            move=move,
            by=by.strip(),
            at=self._clock.now(),
            why=why.strip(),
            **details,
        )
        return self._record(history, step, found)

    def _record(self, history: History, step: Step, found: Finds | None = None) -> Step:
        accepted = decide(history, step, found or Finds())
        self._store.append(accepted, expected=len(history.steps))
        return accepted

    def _find_errors(self, digest: str) -> Finds:
        digest = self.find(digest)[1]
        if digest not in self._faultless:
            _refuse_errors(self.document(digest))
            self._faultless.add(digest)
        return Finds()

    def _refuse_restart(self, digest: str) -> None:
        """Refuse a version whose restrictions count their longest durations from a later day than those in force."""
        history, digest = self.find(digest)
        active = history.active_at(self._clock.now())
        if active is None or active == digest:
            return
        before, after = self.document(active), self.document(digest)
        shared = {code for code, entry in after.catalogue.items() if entry.direction is Direction.RESTRICT}
        shared &= before.catalogue.keys()
        if shared and after.terms_on > before.terms_on:
            raise refusal(
                Fault.TERMS_RESTART,
                f"With the version {short(digest)} longest durations would count from {after.terms_on}, and in force "
                f"they count from {before.terms_on}: what is over would begin anew for some merchants. Set terms_since "
                f"to {before.terms_on}.",
                digest,
            )

    def _touches_important(self, digest: str) -> bool:
        """Hold a version against what is in force now, and what will be when it takes effect."""
        history, digest = self.find(digest)
        now = self._clock.now()
        after = compile_policy(self.document(digest))
        until_then = max(now, after.starts_at - _INSTANT)
        replaced = {history.active_at(at) for at in (now, until_then)} - {digest}
        return any(touches_important(self._compiled(active), after) for active in replaced)

    def _compiled(self, digest: str | None) -> Policy | None:
        return None if digest is None else compile_policy(self.document(digest))


def _read(text: str, filename: str) -> PolicyDocument:
    return read_policy_text(text, name=filename).document


def _refuse_errors(document: PolicyDocument) -> None:
    errors = [finding for finding in lint(document) if finding.severity is FindingSeverity.ERROR]
    if errors:
        raise InvalidPolicy(document.name, errors)
