"""Put a policy in force for a share of the subjects first: the same ones each time, and none falls back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import SecretStr

from chengxin.errors import ConfigurationError
from chengxin.policy import NO_CONSTRAINTS, Constraints, PlatformFacts, Policy, Treatment
from chengxin.records import CreditStatus, Role

_WHOLE: Final = 1000
_SHORTEST_KEY: Final = 16
_PURPOSE: Final = b"chengxin rollout\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Two policies, and who gets which.

    A subject's place is a keyed hash (HMAC-SHA-256) of its code: uniform, the same in every process and at every
    time, and told to nobody who lacks the key. Where the share grows, all who have the candidate keep it. Places are
    other ones in a rollout of another name, so that the same subjects do not always come first.

    Attributes:
        current: the policy in force.
        candidate: the policy that is rolled out.
        share_permille: for how many of a thousand subjects, from 0 to 1000.
        key: a secret of this purpose alone, of 16 characters or more.
        name: name of the rollout; the candidate's where None. It stays while the candidate is amended.
    """

    current: Policy
    candidate: Policy
    share_permille: int
    key: SecretStr = field(repr=False)
    name: str | None = None

    def __post_init__(self) -> None:
        if type(self.share_permille) is not int or not 0 <= self.share_permille <= _WHOLE:
            raise ConfigurationError(
                "The share of a rollout is a whole number of thousandths, from 0 to 1000."
            )
        if len(self.key.get_secret_value()) < _SHORTEST_KEY:
            raise ConfigurationError(
                f"The key of a rollout has {_SHORTEST_KEY} characters or more. Make one with "
                "secrets.token_urlsafe(32), for this purpose alone."
            )

    def place_of(self, subject: str) -> float:
        """Return a subject's place, from 0 to below 1; those below the share get the candidate.

        Args:
            subject: its unified social credit code, or a natural person's pseudonym.
        """
        return self._number(subject) / 2**64

    def choose(self, subject: str) -> Policy:
        """Return the policy of a subject.

        Args:
            subject: its unified social credit code in its normal form, or a natural person's pseudonym.

        Raises:
            ConfigurationError: the text is empty.
        """
        is_chosen = self._number(subject) * _WHOLE < self.share_permille * 2**64
        return self.candidate if is_chosen else self.current

    def evaluate(
        self,
        status: CreditStatus,
        *,
        facts: PlatformFacts,
        role: Role,
        at: datetime,
        constraints: Constraints = NO_CONSTRAINTS,
        pseudonym: str | None = None,
    ) -> Treatment:
        """Return the treatment that the subject's policy gives.

        Args:
            status: what is known of the subject.
            facts: what the platform knows.
            role: role of the subject.
            at: the instant, aware.
            constraints: joint constraints that the subject is under.
            pseudonym: keyed pseudonym of a natural person, who has no code here.

        Raises:
            ConfigurationError: a natural person, and no pseudonym.
        """
        subject = pseudonym or "" if status.subject.code is None else status.subject.code.code
        policy = self.choose(subject)
        return policy.evaluate(status, facts=facts, role=role, at=at, constraints=constraints)

    def _number(self, subject: str) -> int:
        if not subject:
            raise ConfigurationError(
                "A rollout goes by a subject's code. Pass the pseudonym of a natural person, who has none."
            )
        name = self.candidate.ref.name if self.name is None else self.name
        message = _PURPOSE + name.encode() + b"\x1f" + subject.encode()
        return int.from_bytes(hmac.digest(self.key.get_secret_value().encode(), message, "sha256")[:8], "big")
