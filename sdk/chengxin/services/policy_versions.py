"""Read the versions of policies: which is in force, what became of each, and what each says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from chengxin.canonical import canonical_bytes
from chengxin.clock import Clock, SystemClock
from chengxin.errors import LifecycleRefused, PolicyStoreDamaged, UnknownPolicyVersion
from chengxin.policy import Policy, PolicyDocument, compile_policy
from chengxin.policy.lifecycle import Fault, History, Stage, Step, refusal, replay, short
from chengxin.store import PolicyStore

_SHORTEST: Final = 8
"""Fewest digits of a digest that may stand for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """One version of a policy as it is kept.

    Attributes:
        digest: the digest of its document.
        document: its document.
        source: the text that its author wrote; None where it is not kept.
        stage: where it stood when it was asked for.
        steps: every step that was taken with it, in order.
    """

    digest: str
    document: PolicyDocument
    source: str | None
    stage: Stage
    steps: tuple[Step, ...]


class PolicyVersions:
    """Reads the versions of policies, and changes nothing.

    A version is named by its digest, or by the first 8 digits or more of it.

    Args:
        store: where versions and steps are kept.
        clock: where time comes from.
    """

    def __init__(self, store: PolicyStore, *, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()
        self._policies: dict[str, Policy] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names of all policies that were ever drafted, sorted."""
        return self._store.names()

    def history(self, name: str) -> History:
        """Return every step of a policy, decided again on those before it.

        Raises:
            PolicyStoreDamaged: the steps on record could not have been taken.
        """
        steps = self._store.steps(name)
        try:
            return replay(name, steps)
        except LifecycleRefused as error:
            raise PolicyStoreDamaged(
                f"The steps on record could not have been taken: {error}", place=f"policy {name}"
            ) from error

    def show(self, digest: str) -> StoredVersion:
        """Return one version, whatever became of it.

        Raises:
            UnknownPolicyVersion: there is none of this digest.
            LifecycleRefused: several begin like this.
        """
        history, digest = self.find(digest)
        source = history.versions[digest].source
        stage = history.stage_at(digest, self._clock.now())
        return StoredVersion(
            digest=digest,
            document=self.document(digest),
            source=None if source is None else self._store.get_source(source),
            stage=stage or history.versions[digest].stage,
            steps=tuple(step for step in history.steps if step.digest == digest),
        )

    def policy_in_force(self, name: str, at: datetime) -> Policy:
        """Return the policy that is in force at an instant, ready to evaluate.

        Raises:
            LifecycleRefused: none is.
            InvalidPolicy: lint refuses the document that is; it has errors that were none when it was submitted.
        """
        digest = self.history(name).active_at(at)
        if digest is None:
            raise refusal(
                Fault.NOTHING_IN_FORCE,
                f"No version of the policy {name!r} is in force at {at.isoformat()}. Publish one, or roll back.",
            )
        return self.policy(digest)

    def policy(self, digest: str) -> Policy:
        """Return the policy of a whole digest, ready to evaluate.

        Raises:
            UnknownPolicyVersion: there is none of this digest.
            InvalidPolicy: lint refuses the document.
        """
        if digest not in self._policies:
            self._policies[digest] = compile_policy(self.document(digest))
        return self._policies[digest]

    def find(self, digest: str) -> tuple[History, str]:
        """Return a version by its digest or the beginning of it, with the history of its policy.

        Raises:
            UnknownPolicyVersion: there is none of this digest.
            LifecycleRefused: several begin like this.
        """
        start = f"sha256:{digest.strip().lower().removeprefix('sha256:')}"
        histories = [self.history(name) for name in self._store.names()]
        found = [
            (history, known) for history in histories for known in history.versions if known.startswith(start)
        ]
        if len(start) < len("sha256:") + _SHORTEST or not found:
            raise UnknownPolicyVersion(
                f"No version has a digest that begins with {digest!r}. Give {_SHORTEST} digits or more, as the "
                "history shows them.",
                digest=digest,
            )
        if len(found) > 1:
            several = ", ".join(short(known) for _, known in found)
            raise refusal(
                Fault.AMBIGUOUS, f"Several versions begin with {digest!r}: {several}. Give more digits."
            )
        return found[0]

    def document(self, digest: str) -> PolicyDocument:
        """Return the document of a digest.

        Raises:
            UnknownPolicyVersion: there is none of this digest.
            PolicyStoreDamaged: it is not what was put there, or reads otherwise than when it was written.
        """
        place = f"document {short(digest)}"
        try:
            document = PolicyDocument.model_validate_json(self._store.get(digest))
        except ValidationError as error:
            raise PolicyStoreDamaged(
                "This version of chengxin does not read it as a policy. Read it with the version that wrote it.",
                place=place,
            ) from error
        if canonical_document(document) != self._store.get(digest):
            raise PolicyStoreDamaged(
                "This version of chengxin reads it as another document than was written, so its digest would not "
                "be the one that was approved. Read it with the version that wrote it.",
                place=place,
            )
        return document


def canonical_document(document: PolicyDocument) -> bytes:
    """Return the canonical form of a document, of which its digest is; a store keeps this."""
    return canonical_bytes(document.content)
