"""What an evaluation of a merchant goes by: the policy in force, facts, joint constraints."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from chengxin.errors import InvalidRecord
from chengxin.policy import NO_FACTS, Basis, FactValue, PlatformFacts, Policy
from chengxin.records import CreditStatus
from flask_chengxin.proxies.merchant import Merchant

if TYPE_CHECKING:
    from chengxin.services.treatments import Bases as BasesInForce

_log = logging.getLogger("flask_chengxin")


class Bases(Protocol):
    """Returns what an evaluation of a merchant goes by at this instant."""

    def of(self, merchant: Merchant, status: CreditStatus, *, wait_seconds: float) -> Basis:
        """Return it, waiting for what has to be read no longer than that; what it raises counts as an unknown."""
        ...

    def known(self, merchant: Merchant) -> Basis | None:
        """Return it where it is in memory, or None; nothing is read, and nobody waits."""
        ...


class OwnBases:
    """The app's own policy, on the facts that the host's loader gives: nothing else decides.

    Args:
        policy: the policy.
    """

    __slots__ = ("_basis", "_policy")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._basis = Basis(policy)

    def of(self, merchant: Merchant, status: CreditStatus, *, wait_seconds: float) -> Basis:  # noqa: ARG002  # at once
        """Return the policy, and the facts of a merchant that it declares."""
        return self.known(merchant)

    def known(self, merchant: Merchant) -> Basis:
        """Return the same."""
        return Basis(self._policy, facts_of(merchant, self._policy)) if merchant.facts else self._basis


class TreatmentBases:
    """What the app's ``Treatments`` decide measures on: what is shown and enforced is what was decided (invariant I5).

    The facts that the host's loader gives are not among it, since whoever decides in the background has no loader.

    Args:
        bases: of the treatments.
    """

    __slots__ = ("_bases", "_has_told")

    def __init__(self, bases: BasesInForce) -> None:
        self._bases = bases
        self._has_told = False

    def of(self, merchant: Merchant, status: CreditStatus, *, wait_seconds: float) -> Basis:
        """Return the policy in force with the facts and constraints of the treatments."""
        if merchant.facts and not self._has_told:
            self._has_told = True
            _log.warning(
                "Facts of the merchant loader are not used where there are treatments: measures are decided without "
                "them. Give them as TreatmentOptions(facts=…)."
            )
        code = status.subject.code
        return self._bases.of(merchant.code if code is None else code.code, wait_seconds=wait_seconds)

    def known(self, merchant: Merchant) -> Basis | None:
        """Return the same where it was read a moment ago at most."""
        return self._bases.known(merchant.code)


def facts_of(merchant: Merchant, policy: Policy) -> PlatformFacts:
    """Return the facts of a merchant that a policy declares.

    One that it does not, or of another type, is as one that is not given: rules on it do not hold, and all others
    do. It is said in the log, and who wants it refused calls ``Policy.platform_facts``.
    """
    if not merchant.facts:
        return NO_FACTS
    try:
        return policy.platform_facts(merchant.facts)
    except InvalidRecord as invalid:
        _log.error("A merchant's facts are used as far as they are declared: %s", invalid)
        return PlatformFacts(dict(_declared(merchant, policy)))


def _declared(merchant: Merchant, policy: Policy) -> Iterator[tuple[str, FactValue]]:
    for name, value in merchant.facts.items():
        with suppress(InvalidRecord):
            policy.platform_facts({name: value})
            yield name, value
