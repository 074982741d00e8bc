"""Guards on views: refused exactly while a grounded measure is in effect, and never because of us."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import Any, Final, TypeVar

from flask import Flask, Response, current_app

from chengxin.errors import ConfigurationError
from chengxin.policy import Decision, Outcome
from flask_chengxin.errors import ActionRefused, NoMerchant, Problem, nobody_problem
from flask_chengxin.guards.page import refusal_html
from flask_chengxin.guards.statement import Refusal, refusal_problem
from flask_chengxin.proxies import (
    Credit,
    Merchant,
    Reader,
    State,
    Visit,
    current_reader,
    current_visit,
    is_known_to_pass,
)
from flask_chengxin.signals import action_refused, review_wanted

_log = logging.getLogger("flask_chengxin")
_MOST_LOOKS: Final = 3
"""How often a refusal that ends while it is explained is looked at anew, before the action just goes on."""
View = TypeVar("View", bound=Callable[..., Any])


class Guard:
    """Guards one action: as a decorator of a view, or around code as a context manager.

    A refusal is the response in the place of the view's. As a context manager it raises ``ActionRefused``, whose
    response is the same. What the host's loader, receivers and view raise is the host's; what fails of ours
    counts as an unknown, on which no action is refused (invariants I2, I9).

    Args:
        action: a declared action, e.g. ``listing.create``.
    """

    __slots__ = ("action",)

    def __init__(self, action: str) -> None:
        self.action = action

    def __call__(self, view: View) -> View:
        """Return the view, guarded; its name and documentation stay."""
        action = self.action

        if inspect.iscoroutinefunction(view):

            @wraps(view)
            async def guarded_async(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the view's own
                refusal = None if is_known_to_pass(action) else _refusal_of(action)
                return await view(*args, **kwargs) if refusal is None else refusal[1]

            return guarded_async  # type: ignore[return-value]  # called just like the view

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # the view's own
            if is_known_to_pass(action):
                return view(*args, **kwargs)
            refusal = _refusal_of(action)
            return view(*args, **kwargs) if refusal is None else refusal[1]

        return guarded  # type: ignore[return-value]  # called just like the view

    def __enter__(self) -> None:
        refusal = _refusal_of(self.action)
        if refusal is not None:
            decision, response = refusal
            raise (
                NoMerchant(response=response)
                if decision is None
                else ActionRefused(decision, response=response)
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let through whatever happened inside."""


def decide(action: str, *, merchant: Merchant | None = None) -> Decision:
    """Return what becomes of an action now, for code that acts on it by itself; nothing is refused by it.

    Args:
        action: a declared action.
        merchant: whom it is about; the merchant of the current request where None.

    Raises:
        NoMerchant: nobody is logged in, and the settings say that guards refuse that.
        ConfigurationError: the policy declares no such action.
    """
    visit = current_visit() if merchant is None else current_visit().about(merchant)
    credit = visit.credit()
    if credit is not None:
        return visit.decide(action, credit)
    decision = visit.state.unknown_decision(action)
    if visit.state.settings.nobody == "refuse":
        raise NoMerchant(response=_refuse_nobody(visit.state))
    return decision


def _refusal_of(action: str) -> tuple[Decision | None, Response] | None:
    """Return the decision and the response that refuse an action, or None where it goes on."""
    visit = current_visit()
    reader = current_reader(visit.state)  # asks the host, so what it raises is the host's
    for _ in range(_MOST_LOOKS):
        credit = visit.credit()
        if credit is None:
            return None if visit.state.settings.nobody == "allow" else (None, _refuse_nobody(visit.state))
        if not visit.is_concerned(action, credit):
            return None
        decision = _decide(visit, action, credit)
        if decision is None or decision.outcome is not Outcome.REFUSED:
            break
        problem, response = _explain(visit.state, reader, decision, credit)
        if problem is None or response is None:
            decision = visit.state.unknown_decision(action)
            break
        if visit.state.clock.now() < credit.valid_until:
            _tell(decision, credit, problem)
            return decision, response
        # It ended while it was being explained (invariants I1, I4): look again.
    else:
        return None
    if decision is not None and decision.is_review_wanted and review_wanted.receivers:
        review_wanted.send(_app(), decision=decision, credit=credit)
    return None


def _decide(visit: Visit, action: str, credit: Credit) -> Decision | None:
    """Return the decision, or None where the policy declares no such action, which is a mistake and no refusal."""
    try:
        return visit.decide(action, credit)
    except ConfigurationError as mistake:
        _log.error("A guard refuses nothing: %s", mistake)  # the mistake is the whole story
        return None


def _explain(
    state: State, reader: Reader, decision: Decision, credit: Credit
) -> tuple[Problem, Response] | tuple[None, None]:
    """Return the statement of reasons, or nothing where it cannot be given: then nothing is refused."""
    try:
        problem = refusal_problem(state, decision, credit)
        return problem, _respond(state, reader, Refusal(problem=problem, decision=decision, credit=credit))
    except Exception:  # noqa: BLE001  # no failure of ours reaches the host (I9)
        _log.exception("A refusal could not be explained, so it is none; the mode for the unknown applies")
        return None, None


def _tell(decision: Decision, credit: Credit, problem: Problem) -> None:
    rules = [measure.rule_id for measure in decision.measures]
    _log.info("Refused %s by %s (%s)", decision.action, rules, problem.instance)
    if action_refused.receivers:
        action_refused.send(_app(), decision=decision, credit=credit, instance=problem.instance)


def _refuse_nobody(state: State) -> Response:
    return _respond(state, current_reader(state), Refusal(problem=nobody_problem()))


def _respond(state: State, reader: Reader, refusal: Refusal) -> Response:
    return refusal.problem.respond(reader.language, html=refusal_html(state, reader, refusal))


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001
