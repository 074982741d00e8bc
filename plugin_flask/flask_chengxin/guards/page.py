"""A problem as a page for people."""

from __future__ import annotations

import logging

from flask import render_template

from chengxin.policy import APPEAL, REPAIR
from flask_chengxin.guards.statement import Refusal, records_of
from flask_chengxin.proxies import Reader, State, prefers_html

_log = logging.getLogger("flask_chengxin")


def refusal_html(state: State, reader: Reader, refusal: Refusal) -> str | None:
    """Return a problem as a page where the client prefers one; else None, and JSON is the answer.

    The host may override the templates ``chengxin/refusal.html`` and ``chengxin/problem.html``. Where its
    template fails, the answer is the JSON, which says as much.
    """
    if not prefers_html():
        return None
    try:
        problem, decision, credit = refusal.problem, refusal.decision, refusal.credit
        if decision is None or credit is None:
            return render_template("chengxin/problem.html", reader=reader, problem=problem)
        return render_template(
            "chengxin/refusal.html",
            reader=reader,
            problem=problem,
            status=credit.status,
            measures=[(measure, records_of(measure, credit.status)) for measure in decision.measures],
            repair_url=state.settings.repair_url,
            repair=REPAIR,
            appeal=APPEAL,
        )
    except Exception:  # noqa: BLE001  # no failure of ours reaches the host (I9)
        _log.exception("The page of a refusal could not be rendered; the answer is JSON instead")
        return None
