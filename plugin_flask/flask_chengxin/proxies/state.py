"""What the plugin holds of one app, in ``app.extensions``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import current_app

from chengxin.client import CreditClient
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.policy import Decision, Outcome, Policy, UnknownMode
from flask_chengxin.config import PluginSettings
from flask_chengxin.proxies.merchant import Hooks, require_declared

EXTENSION: Final = "chengxin"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What the plugin holds of one app; nothing of it is shared between apps but what the host shares.

    Attributes:
        client: checks and evaluates.
        clock: the client's clock.
        policy: the policy in force.
        settings: the app's settings.
        hooks: what the host registered.
    """

    client: CreditClient
    clock: Clock
    policy: Policy
    settings: PluginSettings
    hooks: Hooks

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
