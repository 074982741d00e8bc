"""Decisions of named people about a measure: lift it, stay it for a while, have it apply again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from chengxin.policy.lifecycle import person_key
from chengxin.procedure.imposition import (
    Ending,
    Exemption,
    Fault,
    Imposition,
    Stay,
    Suspension,
    ending_by_time,
    refusal,
)
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.options import Checker, PolicyAt, TreatmentOptions
from chengxin.store.sql import SqlStore
from chengxin.store.sql.treatments import TreatmentRows


class Overriding:
    """Carries out what named people decide about a measure, each decision in a transaction of its own."""

    def __init__(
        self, client: Checker, store: SqlStore, policy: PolicyAt, *, options: TreatmentOptions
    ) -> None:
        self._store = store
        self._policy = policy
        self._options = options
        self._clock = client.clock

    def override(self, imposition_id: str, *, by: str, reason: str, until: datetime) -> None:
        """Lift a measure, and keep it from being imposed again until an instant, on whichever grounds.

        One that time alone has ended is put on record as ended by time, and the decision is refused.

        Args:
            imposition_id: the measure.
            by: the named person who decides.
            reason: why.
            until: first instant at which it may be imposed again, aware UTC.

        Raises:
            TreatmentRefused: there is none, it is over, or nobody is named.
            StoreUnavailable: nothing was done.
        """

        def carry_out(act: Act, one: Imposition) -> None:
            act.end(one, Ending.OVERRIDDEN, by=by, reason=reason)
            act.exempt(
                Exemption(
                    exemption_id=self._options.new_id(),
                    code=one.code,
                    measure_code=one.measure.code,
                    record_ids=frozenset(),
                    by=by,
                    reason=reason,
                    since=act.at,
                    until=until,
                )
            )

        self._decide(imposition_id, carry_out, by=by, reason=reason)

    def snooze(self, imposition_id: str, *, by: str, reason: str, until: datetime) -> None:
        """Stay a measure until an instant; it applies again by itself then, or ends meanwhile.

        Args:
            imposition_id: the measure.
            by: the named person who decides.
            reason: why.
            until: first instant at which it applies again, aware UTC.

        Raises:
            TreatmentRefused: there is none, it is over or held, an appeal suspends it, or nobody is named.
            InvalidMeasure: the instant is over.
            StoreUnavailable: nothing was done.
        """

        def carry_out(act: Act, one: Imposition) -> None:
            act.suspend(one, Suspension(stay=Stay.SNOOZE, since=act.at, until=until, by=by, reason=reason))

        self._decide(imposition_id, carry_out, by=by, reason=reason)

    def resume(self, imposition_id: str, *, by: str, reason: str) -> None:
        """Have a measure that is suspended apply again.

        Raises:
            TreatmentRefused: there is none, it is over or not suspended, an appeal suspends it, or nobody is named.
            StoreUnavailable: nothing was done.
        """

        def carry_out(act: Act, one: Imposition) -> None:
            if one.suspension is not None and one.suspension.stay is Stay.APPEAL:
                raise refusal(
                    Fault.NOT_SUSPENDED,
                    "A pending appeal suspends it; it applies again when the appeal is decided.",
                    imposition_id=one.imposition_id,
                )
            act.resume(one, by=by)

        self._decide(imposition_id, carry_out, by=by, reason=reason)

    def _decide(
        self, imposition_id: str, carry_out: Callable[[Act, Imposition], None], *, by: str, reason: str
    ) -> None:
        if not person_key(by):
            raise refusal(
                Fault.NO_NAME, "Who decides about a measure is named. Give a name that can be seen."
            )
        if not reason.strip():
            raise refusal(Fault.NO_REASON, "Who decides about a measure says why. Give a reason.")
        with self._store.transaction() as connection:
            one = require(TreatmentRows(connection), imposition_id)
            now = self._clock.now()  # once it is locked: what is done follows one another in time
            act = Act(connection, at=now, policy=self._policy(now), options=self._options)
            is_open = one.end is None and one.is_open(now)
            if is_open:
                carry_out(act, one)
            elif one.end is None:  # time alone ended it, and nobody has put that on record
                act.end(one, ending_by_time(one, now))
            act.close()
        if not is_open:
            raise refusal(
                Fault.OVER, "It has ended, and what has ended stays so.", imposition_id=one.imposition_id
            )


def require(rows: TreatmentRows, imposition_id: str) -> Imposition:
    """Return a measure, locked for this transaction.

    Raises:
        TreatmentRefused: there is none of this id.
    """
    one = rows.find(imposition_id)
    if one is not None:
        rows.lock(one.code)
        one = rows.find(imposition_id)
    if one is None:
        raise refusal(
            Fault.UNKNOWN, f"There is no measure {imposition_id[:64]!r}.", imposition_id=imposition_id[:64]
        )
    return one
