"""What the plugin holds of one app, in ``app.extensions``."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from flask import current_app, has_request_context, request

from chengxin.client import CreditClient
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.policy import Decision, Outcome, Policy, UnknownMode
from chengxin.records import CreditStatus
from flask_chengxin.config import PluginSettings
from flask_chengxin.proxies.merchant import Hooks, Merchant, require_declared

EXTENSION: Final = "chengxin"
_MERCHANT: Final = "chengxin.merchant"
_MINUTE: Final = timedelta(minutes=1)
_log = logging.getLogger("flask_chengxin")


class Pass(NamedTuple):
    """On what it was found that nothing concerns an action."""

    merchant: Merchant
    status: CreditStatus


class Passes:
    """What was found to concern nothing, by action and code; all of it is forgotten every minute.

    A pass says nothing by itself: it counts only while the cache shows the very status that it was found on.

    Args:
        max_entries: most passes held.

    Attributes:
        known: the passes; read without a lock, and replaced as a whole.
    """

    __slots__ = ("_forget_at", "_max_entries", "known")

    def __init__(self, *, max_entries: int) -> None:
        self._max_entries = max_entries
        self._forget_at = datetime.min.replace(tzinfo=UTC)
        self.known: dict[tuple[str, str], Pass] = {}

    def add(self, key: tuple[str, str], found: Pass, at: datetime) -> None:
        """Remember a pass that was found at ``at``."""
        if at >= self._forget_at or len(self.known) >= self._max_entries:
            self.known = {}
            self._forget_at = at + _MINUTE
        self.known[key] = found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What the plugin holds of one app; nothing of it is shared between apps but what the host shares.

    Attributes:
        client: checks and evaluates.
        clock: the client's clock.
        policy: the policy in force.
        settings: the app's settings.
        hooks: what the host registered.
        budget_seconds: longest time that one request waits for the source beyond the cache.
        passes: by action and code, on what nothing was found to concern the action; see ``is_passed``.
    """

    client: CreditClient
    clock: Clock
    policy: Policy
    settings: PluginSettings
    hooks: Hooks
    budget_seconds: float
    passes: Passes

    def unknown_decision(self, action: str) -> Decision:
        """Return the decision where nothing is known: the action's declared mode, which never refuses (I2).

        Raises:
            ConfigurationError: the policy declares no such action.
        """
        require_declared(self.policy, action)
        mode = self.policy.unknown_modes[action]
        return Decision(
            action=action,
            outcome=Outcome.ALLOWED,
            measures=(),
            is_review_wanted=mode is UnknownMode.REVIEW,
            unknown_mode=mode,
        )


def current_state() -> State:
    """Return the state of the current app.

    Raises:
        ConfigurationError: the app was not initialised.
    """
    try:
        state: State = current_app.extensions[EXTENSION]
    except KeyError:
        raise ConfigurationError(
            f"Chengxin is not set up for the app {current_app.name!r}. Call init_app(app) where it is made."
        ) from None
    return state


def current_merchant(state: State) -> Merchant | None:
    """Return the merchant who is logged in, as the host's loader said first in this request.

    What the loader raises is the host's.
    """
    loaded = request.environ.get(_MERCHANT) if has_request_context() else None
    if loaded is not None and loaded[0] is state:
        merchant: Merchant | None = loaded[1]
        return merchant
    merchant = _load_merchant(state)
    keep_merchant(state, merchant)
    return merchant


def keep_merchant(state: State, merchant: Merchant | None) -> None:
    """Keep what the loader returned for the rest of the request, if there is one."""
    if has_request_context():
        # Not in ``g``: an outer app context would share that between requests.
        request.environ[_MERCHANT] = state, merchant


def _load_merchant(state: State) -> Merchant | None:
    loader = state.hooks.load_merchant
    if loader is None:
        _log.error("No merchant loader is registered, so nobody is logged in: add @chengxin.merchant_loader")
        return None
    return loader()
