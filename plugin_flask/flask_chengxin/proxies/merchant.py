"""Who is logged in, and how the host says so."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, TypeAlias

from chengxin.errors import ConfigurationError
from chengxin.policy import FactValue, Policy
from chengxin.records import Role

_NONE: Final[Mapping[str, FactValue]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """The merchant that a request is made for.

    Attributes:
        code: unified social credit code, as the host keeps it.
        role: role on the platform.
        facts: what the platform knows of the merchant, as the policy declares it.
        merchant_id: the host's own id; it is passed on to signals.
    """

    code: str = field(repr=False)
    role: Role = Role.MERCHANT
    facts: Mapping[str, FactValue] = field(default_factory=lambda: _NONE, hash=False)
    merchant_id: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)) if self.facts else _NONE)


MerchantLoader: TypeAlias = Callable[[], Merchant | None]
ListedPredicate: TypeAlias = Callable[[str], bool]
LanguageSelector: TypeAlias = Callable[[], str | None]


class Hooks:
    """What the host registered with one ``Chengxin``, and the actions it guards; holds no app.

    Attributes:
        load_merchant: returns the merchant of the current request; None until one is registered.
        is_listed: tells whether the platform shows a code to the public; None until one is registered.
        select_language: returns the language that the reader chose; None until one is registered.
    """

    def __init__(self) -> None:
        self.load_merchant: MerchantLoader | None = None
        self.is_listed: ListedPredicate | None = None
        self.select_language: LanguageSelector | None = None
        self._actions: set[str] = set()
        self._policies: dict[str, Policy] = {}

    def declare(self, action: str) -> None:
        """Note that an action is guarded.

        Raises:
            ConfigurationError: a policy in use declares no such action; such a guard would never refuse.
        """
        for policy in self._policies.values():
            require_declared(policy, action)
        self._actions.add(action)

    def bind(self, policy: Policy) -> None:
        """Note that a policy is in use.

        Raises:
            ConfigurationError: it does not declare an action that is guarded.
        """
        for action in sorted(self._actions):
            require_declared(policy, action)
        self._policies[policy.ref.digest] = policy


def require_declared(policy: Policy, action: str) -> None:
    """Raise where a policy declares no such action.

    Raises:
        ConfigurationError: with the nearest action that it does declare.
    """
    if action not in policy.unknown_modes:
        near = difflib.get_close_matches(action, policy.unknown_modes, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else "Declare it there under actions."
        raise ConfigurationError(f"The policy {policy.ref.name!r} declares no action {action!r}. {hint}")
