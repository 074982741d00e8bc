"""The policy in force, asked for at every decision and read from a store now and then."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, PolicyStoreUnavailable, StoreUnavailable
from chengxin.lock import ProcessLock
from chengxin.policy import Policy
from chengxin.policy.lifecycle import History
from chengxin.services.policies import load_policy
from chengxin.services.policy_versions import PolicyVersions

_NONE_IN_FORCE: Final = "observe"
_log: Final = logging.getLogger("chengxin.policy")


class PolicyInForce:
    """Returns the policy of a store that is in force at an instant; for ``Treatments``.

    The steps are read again after a moment. What was read says what is in force at every instant to come, so a version
    takes effect on time, and goes on where the store does not answer. Before the first version takes effect, and after
    one is retired with none in its place, the shipped policy ``observe`` stands in: it limits nobody.

    Args:
        versions: reads the store; where that is a ``SqlStore``, one that the treatments do not use, since they ask
            inside their transactions.
        name: name of the policy.
        clock: says how old is what was read.
        kept_seconds: how long it is used without reading again.
    """

    def __init__(
        self, versions: PolicyVersions, name: str, *, clock: Clock, kept_seconds: float = 1.0
    ) -> None:
        self._versions = versions
        self._name = name
        self._clock = clock
        self._kept_seconds = kept_seconds
        self._history: History | None = None
        self._stand_in: Policy | None = None
        self._until = float("-inf")
        self._lock = ProcessLock()

    def __call__(self, at: datetime) -> Policy:
        """Return the policy in force at an instant.

        Raises:
            ConfigurationError: the store knows no policy of this name.
            ChengxinError: the store could not be read, and never was; or the document is refused.
        """
        with self._lock:
            digest = self._read().active_at(at)
            if digest is None:
                return self._none()
            return self._versions.policy(digest)

    def _none(self) -> Policy:
        if self._stand_in is None:
            self._stand_in = load_policy(_NONE_IN_FORCE)
        return self._stand_in

    def _read(self) -> History:
        known = self._history
        if known is not None and self._clock.monotonic() < self._until:
            return known
        try:
            found = self._versions.history(self._name)
        except (PolicyStoreUnavailable, StoreUnavailable) as error:
            if known is None:
                raise
            _log.warning("the policy store could not be read; what was read last goes on: %s", error.code)
            found = known
        if not found.steps:
            raise ConfigurationError(
                f"No step of a policy {self._name!r} is on record. Publish it, or name one that is: "
                f"{', '.join(self._versions.names()) or 'none'}."
            )
        self._history, self._until = found, self._clock.monotonic() + self._kept_seconds
        return found
