"""The short way of a guard: for the price of a look into memory, most requests are known to go on.

Where nothing adverse is disclosed and nothing touches an action, the merchant and the status are remembered. While
the cache shows that very status to that very merchant, the same treatment follows and the action goes on. Any
other status, a repair as well as a new record, leads the long way.
"""

from __future__ import annotations

from typing import Final

from flask.globals import app_ctx

from chengxin.records import Standing
from flask_chengxin.proxies.state import EXTENSION, Pass, State, keep_merchant
from flask_chengxin.proxies.visit import Credit, current_visit
from flask_chengxin.signals import status_checked

_app_context: Final = app_ctx._get_current_object  # type: ignore[attr-defined]  # noqa: SLF001  # the proxy costs more


def is_passed(action: str) -> bool:
    """Tell whether an action of the current merchant is known to go on; false decides nothing.

    Every guarded request pays for this, so it calls nothing that it can do without, and keeps nothing in the
    request: each guard asks the host's loader anew here, and what the loader raises is the host's.
    """
    try:
        state: State = _app_context().app.extensions[EXTENSION]
    except KeyError:
        return False
    loader = state.hooks.load_merchant
    if loader is None or status_checked.receivers:
        return False
    merchant = loader()
    if merchant is not None:
        # Whether it still holds is for the cache to say: the status is remembered by what it is.
        known = state.passes.known.get((action, merchant.code))
        if known is not None and (known.merchant is merchant or known.merchant == merchant):
            try:
                status = state.client.check(merchant.code, wait_seconds=state.budget_seconds)
            except Exception:  # noqa: BLE001  # what fails here fails again on the long way, where it is logged
                return False
            if status is known.status:
                return True
            state.passes.known.pop((action, merchant.code), None)
            current_visit().adopt(merchant.code, status)
    keep_merchant(state, merchant)
    return False


def remember_pass(state: State, action: str, credit: Credit) -> None:
    """Remember that nothing concerned an action, where that holds just as long as the status does.

    A status with an adverse record is never held on to: what ends or is repaired leaves no trace (invariant I1).
    """
    status, treatment = credit.status, credit.treatment
    if status is None or treatment is None or status.standing is not Standing.NO_ADVERSE_RECORD:
        return
    if treatment.valid_until == status.valid_until:
        found = Pass(credit.merchant, status)
        state.passes.add((action, credit.merchant.code), found, state.clock.now())
