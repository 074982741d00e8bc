"""What the plugin holds of one app, in ``app.extensions``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import current_app, request

from chengxin.client import CreditClient
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.policy import Decision, Outcome, PlatformFacts, Policy, Treatment, UnknownMode
from chengxin.records import Role
from flask_chengxin.config import PluginSettings
from flask_chengxin.proxies.bases import Bases
from flask_chengxin.proxies.merchant import Hooks, Merchant, require_declared

if TYPE_CHECKING:
    from chengxin.services.treatments import InForce

EXTENSION: Final = "chengxin"
_MERCHANT: Final = "chengxin.merchant"
_log = logging.getLogger("flask_chengxin")
_current_request: Final = request._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001  # the proxy costs more
_current_app: Final = current_app._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001  # the proxy costs more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What the plugin holds of one app; nothing of it is shared between apps but what the host shares.

    Attributes:
        client: checks and evaluates.
        clock: the client's clock.
        policy: the app's own: what guards are checked against, and in force where nothing else is.
        bases: returns what an evaluation of a merchant goes by.
        settings: the app's settings.
        hooks: what the host registered.
        remembered: the client's ``remembered``.
        in_force: reads which measures are in force; None where guards go by a fresh evaluation.
    """

    client: CreditClient
    clock: Clock
    policy: Policy
    settings: PluginSettings
    hooks: Hooks
    bases: Bases
    remembered: Callable[[str, Policy, PlatformFacts, Role], Treatment | None]
    in_force: InForce | None = None

    def unknown_decision(self, action: str, policy: Policy | None = None) -> Decision:
        """Return the decision where nothing is known: the action's declared mode, which never refuses (I2).

        Args:
            action: the action.
            policy: the policy in force; the app's own where None, or where it declares no such action.

        Raises:
            ConfigurationError: the app's own policy declares no such action either.
        """
        used = policy if policy is not None and action in policy.unknown_modes else self.policy
        require_declared(used, action)
        mode = used.unknown_modes[action]
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
        state: State = _current_app().extensions[EXTENSION]
    except KeyError:
        raise ConfigurationError(
            f"Chengxin is not set up for the app {current_app.name!r}. Call init_app(app) where it is made."
        ) from None
    return state


def request_environ() -> dict[str, Any] | None:
    """Return the environment of the current request, where what is known of it is kept; None outside one.

    It is not ``g``: an outer app context would share that between requests.
    """
    try:
        environ: dict[str, Any] = _current_request().environ
    except RuntimeError:
        return None
    return environ


def current_merchant(state: State) -> Merchant | None:
    """Return who is logged in, from the host's loader, which is asked once in a request; what it raises is its own."""
    environ = request_environ()
    return _load_merchant(state) if environ is None else merchant_of(environ, state)


def merchant_of(environ: dict[str, Any], state: State) -> Merchant | None:
    """Return who is logged in with an app, for the request of an environment, which several apps may share."""
    known: tuple[State, Merchant | None] | None = environ.get(_MERCHANT)
    if known is not None and known[0] is state:
        return known[1]
    merchant = _load_merchant(state)
    environ[_MERCHANT] = (state, merchant)
    return merchant


def _load_merchant(state: State) -> Merchant | None:
    loader = state.hooks.load_merchant
    if loader is None:
        _log.error("No merchant loader is registered, so nobody is logged in: add @chengxin.merchant_loader")
        return None
    merchant = loader()
    if merchant is not None and not isinstance(merchant, Merchant):
        raise TypeError(f"A merchant loader returns a Merchant or None, not {type(merchant).__name__}.")
    return merchant
