"""What one request knows of its merchant: asked for when first needed, and no longer than it holds."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from flask import current_app
from flask.globals import request_ctx
from werkzeug.local import LocalProxy

from chengxin.badges import Badge, badge_of, unknown_badge
from chengxin.clock import Clock
from chengxin.errors import ChengxinError, ConfigurationError, InvalidUscc
from chengxin.policy import ActionEffect, Decision, Policy, Treatment
from chengxin.records import CreditStatus, Standing
from flask_chengxin.proxies.merchant import Merchant
from flask_chengxin.proxies.state import (
    EXTENSION,
    State,
    current_merchant,
    current_state,
    merchant_of,
    request_environ,
)
from flask_chengxin.signals import status_checked

_log = logging.getLogger("flask_chengxin")
_KEY: Final = "chengxin.visit"
_current_context: Final = request_ctx._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001  # the proxy costs more
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Credit(NamedTuple):
    """What is known of the current merchant; a tuple, because one is made for every guarded request.

    Attributes:
        merchant: whom it is about.
        status: credit status; None where the code is not lawful, or we failed.
        treatment: what the policy in force makes of it; None with the status, or where that policy, or what the
            platform knows, could not be read.
        fault: why there is none.
        valid_until: first instant at which it is asked for anew, aware UTC.
        clock: the clock that all instants of it come from.
        policy: the policy that was evaluated; the app's own where none was.
    """

    merchant: Merchant
    status: CreditStatus | None
    treatment: Treatment | None
    fault: Exception | None
    valid_until: datetime
    clock: Clock
    policy: Policy

    @property
    def badge(self) -> Badge:
        """What the merchant's badge says at this instant."""
        now = self.clock.now()
        return unknown_badge(now) if self.status is None else badge_of(self.status, now)


class _Patience:
    """How long a request may still wait for the source, and what it has asked for in vain."""

    __slots__ = ("seconds", "unknown")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.unknown: dict[str, CreditStatus] = {}


class Visit:
    """One request, or one explicit question outside any: its merchant, and the time it may still wait.

    Args:
        state: the app's state.
        merchant: the merchant, where the host names one instead of its loader.
        patience: what is left of the request's, where it has been used already.
    """

    __slots__ = ("_credit", "_named", "_patience", "state")

    def __init__(
        self, state: State, merchant: Merchant | None = None, patience: _Patience | None = None
    ) -> None:
        self.state = state
        self._named = merchant
        self._credit: Credit | None = None
        self._patience = patience or _Patience(state.settings.budget_seconds)

    def about(self, merchant: Merchant) -> Visit:
        """Return the visit of another merchant within the same request: it waits no longer than both may."""
        return Visit(self.state, merchant, self._patience)

    @property
    def merchant(self) -> Merchant | None:
        """The merchant who is logged in, from the host's loader; what that raises is the host's."""
        return self._named or current_merchant(self.state)

    def credit(self) -> Credit | None:
        """Return what is known of the merchant at this instant, or None where nobody is logged in.

        What was known is asked for anew once it is past its end, which needs no request to the source where a
        disclosure ended by time alone (invariants I1, I4). An unknown is asked for once in a request.
        """
        known = self._credit
        if known is not None and self.state.clock.now() < known.valid_until:
            return known
        merchant = self.merchant
        if merchant is None:
            return None
        self._credit = known = self._assess(merchant)
        if status_checked.receivers:
            status_checked.send(current_app._get_current_object(), credit=known)  # type: ignore[attr-defined]  # noqa: SLF001
        return known

    def decide(self, action: str, credit: Credit) -> Decision:
        """Return what becomes of an action now; a failure of ours counts as an unknown (invariant I9).

        Where the app has ``Treatments``, it is refused by what is in force and still grounded, and by nothing that is
        merely proposed; else by a fresh evaluation. Where the policy in force declares no such action and the app's
        own does, nothing can refuse it.

        Raises:
            ConfigurationError: no policy declares such an action.
        """
        status, treatment, in_force = credit.status, credit.treatment, self.state.in_force
        if treatment is None or status is None:
            return self.state.unknown_decision(action, credit.policy)
        if action not in treatment.unknown_modes:
            decision = self.state.unknown_decision(action, credit.policy)
            _log.error(
                "The policy in force, %s, declares no action %r: nothing limits it", _named(treatment), action
            )
            return decision
        try:
            if in_force is not None and status.subject.code is not None:
                return in_force.decide(action, status.subject.code.code, treatment, status)
            return treatment.decide(action, self.state.clock.now())
        except ConfigurationError:
            raise
        except Exception:  # noqa: BLE001  # no failure of ours reaches the host (I9)
            _log.exception("An action could not be decided; its mode for the unknown applies")
            return self.state.unknown_decision(action, credit.policy)

    def is_concerned(self, action: str, credit: Credit) -> bool:
        """Tell whether there is anything to decide about an action; the usual answer is no."""
        if is_concerned(action, credit.treatment):
            return True
        in_force, status = self.state.in_force, credit.status
        if in_force is None or status is None or status.subject.code is None:
            return False
        return bool(in_force.of(status.subject.code.code))

    def check(self, code: str) -> CreditStatus:
        """Return the status of a code, waiting for the source no longer than the request still may.

        Raises:
            InvalidUscc: the text is not a lawful code.
        """
        patience, monotonic = self._patience, self.state.clock.monotonic
        if code in patience.unknown:
            return patience.unknown[code]
        started = monotonic()
        status = self.state.client.check(code, wait_seconds=patience.seconds)
        patience.seconds = max(0.0, patience.seconds - (monotonic() - started))
        if status.valid_until <= status.shown_at:
            patience.unknown[code] = status
        return status

    def check_or_none(self, code: str) -> CreditStatus | None:
        """Return the status of a code, or None where it is not lawful or we failed, for pages (invariant I9)."""
        try:
            return self.check(code)
        except InvalidUscc:
            return None
        except Exception:  # noqa: BLE001  # no failure of ours reaches the host
            _log.exception("A subject could not be checked; nothing is shown of it")
            return None

    def _assess(self, merchant: Merchant) -> Credit:
        state = self.state
        try:
            status = self.check(merchant.code)
        except InvalidUscc as invalid:
            # The text stays out of the log: it may be an identity number.
            _log.warning("The code of a merchant is not lawful (%s); it counts as unknown", invalid.fault)
            return Credit(merchant, None, None, invalid, _NEVER, state.clock, state.policy)
        except Exception as failure:  # noqa: BLE001  # no failure of ours reaches the host (I9)
            _log.exception("A merchant could not be checked; it counts as unknown")
            return Credit(merchant, None, None, failure, _NEVER, state.clock, state.policy)
        return self._evaluate(merchant, status)

    def _evaluate(self, merchant: Merchant, status: CreditStatus) -> Credit:
        """Return a status with what the policy in force makes of it, on all that measures are decided on (I5)."""
        state = self.state
        patience, monotonic = self._patience, state.clock.monotonic
        started = monotonic()
        policy = state.policy
        try:
            basis = state.bases.of(merchant, status, wait_seconds=patience.seconds)
            policy = basis.policy
            treatment = state.client.evaluate(
                status, policy, basis.facts, role=merchant.role, constraints=basis.constraints
            )
        except Exception as failure:  # noqa: BLE001  # no failure of ours reaches the host (I9)
            if isinstance(failure, ChengxinError):
                _log.error("A merchant could not be evaluated and counts as unknown: %s", failure.code)
            else:
                _log.exception("A merchant could not be evaluated; it counts as unknown")
            return Credit(merchant, status, None, failure, _NEVER, state.clock, policy)
        finally:
            patience.seconds = max(0.0, patience.seconds - (monotonic() - started))
        until = _NEVER
        if status.valid_until > status.shown_at:
            until = treatment.valid_until if basis.until is None else min(treatment.valid_until, basis.until)
        return Credit(merchant, status, treatment, None, until, state.clock, policy)


def _named(treatment: Treatment) -> str:
    return f"{treatment.policy.name} {treatment.policy.version}"


def is_concerned(action: str, treatment: Treatment | None) -> bool:
    """Tell whether there is anything to decide: an unknown, or something of the treatment that touches the action.

    The usual answer is no, and it spares a request the making of a decision.
    """
    if treatment is None or treatment.standing is Standing.UNKNOWN or treatment.reviews:
        return True
    for measure in treatment.measures:
        effect = measure.effect
        if type(effect) is ActionEffect and effect.action == action:
            return True
    return False


def is_known_to_pass(action: str) -> bool:
    """Tell whether what is in memory lets an action of the current merchant go on; False decides nothing.

    Every guarded request pays for this, so it calls nothing that it can do without.
    """
    try:
        context = _current_context()
    except RuntimeError:
        return False
    state: State | None = context.app.extensions.get(EXTENSION)
    if state is None or status_checked.receivers:
        return False
    merchant = merchant_of(context.request.environ, state)
    if merchant is None:
        return False
    try:
        basis = state.bases.known(merchant)
        treatment = None
        if basis is not None and not basis.constraints:
            treatment = state.remembered(merchant.code, basis.policy, basis.facts, merchant.role)
        if state.in_force is not None and treatment is not None and state.in_force.of(merchant.code):
            treatment = None  # there is something to decide
    except Exception:  # noqa: BLE001  # what fails here fails again on the long way, where it is logged
        return False
    if treatment is None or treatment.measures or treatment.reviews:
        return not is_concerned(action, treatment)
    return treatment.standing is not Standing.UNKNOWN


def current_visit() -> Visit:
    """Return the visit of the current request; outside a request, a new one."""
    state = current_state()
    environ = request_environ()
    if environ is None:
        return Visit(state)
    visit: Visit | None = environ.get(_KEY)
    if visit is None or visit.state is not state:
        visit = environ[_KEY] = Visit(state)
    return visit


def _current_credit() -> Credit | None:
    return current_visit().credit()


if TYPE_CHECKING:
    current_credit: Credit
else:
    current_credit = LocalProxy(_current_credit)
"""What is known of the current request's merchant; false where nobody is logged in."""
