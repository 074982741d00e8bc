"""What time alone brings: measures begin, end, and are looked at again. Any number of processes may sweep at once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chengxin.errors import ChengxinError, StoreOutdated, StoreUnavailable
from chengxin.procedure.imposition import ending_by_time
from chengxin.records import TOLD_FOR
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.options import Checker, PolicyAt, TreatmentOptions
from chengxin.services.treatments.reconciling import Reconciler
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.treatments import Due, TreatmentRows

_log: Final = logging.getLogger("chengxin.treatments")
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep did.

    Attributes:
        begun: measures whose beginning was put on record.
        ended: measures whose end was put on record.
        erased: statements whose content was erased.
        looked_at: subjects that were looked at.
        failed: subjects at whom that failed, and measures of which it could not be put on record; both are tried again.
        is_more: whether there is more to do at once.
    """

    begun: int = 0
    ended: int = 0
    erased: int = 0
    looked_at: int = 0
    failed: int = 0
    is_more: bool = False


class Sweeper:
    """Puts on record what time alone brought, and looks at subjects that are due.

    Nothing waits for it: guards go by the instant, and what has ended limits nobody meanwhile.
    """

    def __init__(
        self,
        client: Checker,
        store: SqlStore,
        policy: PolicyAt,
        *,
        options: TreatmentOptions,
        reconciler: Reconciler,
    ) -> None:
        self._store = store
        self._policy = policy
        self._options = options
        self._reconciler = reconciler
        self._clock = client.clock
        self._again_at: dict[str, datetime] = {}

    def sweep(self, *, limit: int = 1_000, is_looking: bool = True) -> Swept:
        """Do what is due, up to so many of each kind.

        Args:
            limit: most of each kind.
            is_looking: whether subjects are looked at, too, for which the source may be asked.

        Raises:
            StoreUnavailable: not all was done; what was done stays, and the rest is done by the next sweep.
        """
        done, is_more = self._take_time(limit)
        erased = self._erase(limit)
        looked_at, failed, is_late = self._look(limit) if is_looking else (0, 0, False)
        return replace(
            done,
            erased=erased,
            looked_at=looked_at,
            failed=done.failed + failed,
            is_more=is_more or is_late or erased == limit,
        )

    def _take_time(self, limit: int) -> tuple[Swept, bool]:
        """Put on record what began and ended by time; tell what was done, and whether there is more.

        One measure of which it fails keeps none of the others waiting: it is left out, and tried again later.
        """
        done = Swept()
        taken, after = 0, None
        while taken < limit:
            now = self._clock.now()
            wanted = min(_AT_ONCE, limit - taken)
            with self._store.reading() as connection:
                due = TreatmentRows(connection).due(now, limit=wanted, after=after)
            todo = [one for one in due if self._again_at.get(one.imposition_id, now) <= now]
            new = self._record(todo)
            done = replace(
                done,
                begun=done.begun + new.begun,
                ended=done.ended + new.ended,
                failed=done.failed + new.failed,
            )
            taken += len(todo) - new.failed
            if len(due) < wanted:
                return done, False
            after = due[-1]
        return done, True

    def _record(self, due: Sequence[Due]) -> Swept:
        """Put on record what is due, in one transaction; where that fails, each in a transaction of its own."""
        try:
            return self._record_at_once(due)
        except (StoreUnavailable, StoreOutdated):
            raise
        except Exception as fault:  # noqa: BLE001  # what is kept of one may be damaged in any way
            if len(due) == 1:
                return self._fail(due[0], fault)
        alone = [self._record([one]) for one in due]
        return Swept(
            begun=sum(one.begun for one in alone),
            ended=sum(one.ended for one in alone),
            failed=sum(one.failed for one in alone),
        )

    def _record_at_once(self, due: Sequence[Due]) -> Swept:
        begun = ended = 0
        if not due:
            return Swept()
        with self._store.transaction() as connection:
            rows = TreatmentRows(connection)
            for code in sorted({one.code for one in due}):
                rows.lock(code)
            act = self._act(connection)  # once they are locked: what is done follows one another in time
            for one in due:
                is_begun, is_ended = _record_one(act, one)
                begun, ended = begun + is_begun, ended + is_ended
            act.close()
        for one in due:
            self._again_at.pop(one.imposition_id, None)
        return Swept(begun=begun, ended=ended)

    def _fail(self, due: Due, fault: Exception) -> Swept:
        said = str(fault) if isinstance(fault, ChengxinError) else type(fault).__qualname__
        _log.error(
            "what time brought of the measure %s could not be put on record, and is tried again: %s",
            due.imposition_id,
            said,
        )
        self._again_at[due.imposition_id] = self._clock.now() + self._options.retry_for
        return Swept(failed=1)

    def _erase(self, limit: int) -> int:
        with self._store.transaction() as connection:
            act = self._act(connection)
            act.rows.forget_told(act.at - TOLD_FOR)
            return len(act.statements.erase_due(act.at, limit=limit))

    def _look(self, limit: int) -> tuple[int, int, bool]:
        looked_at = failed = 0
        with self._store.reading() as connection:
            due = TreatmentRows(connection).to_check(self._clock.now(), limit=limit)
        for watched in due:
            if self._reconciler.reconcile_or_put_off(watched.code, watched.role):
                looked_at += 1
            else:
                failed += 1
        return looked_at, failed, len(due) == limit

    def _act(self, connection: Connection) -> Act:
        now = self._clock.now()
        return Act(connection, at=now, policy=self._policy(now), options=self._options)


def _record_one(act: Act, listed: Due) -> tuple[int, int]:
    """Put on record that a measure began or ended by time, unless somebody has meanwhile."""
    one = act.rows.find(listed.imposition_id)
    if one is None or one.end is not None or one.due_at > act.at:
        return 0, 0
    if act.at >= one.measure.ends_at:
        act.end(one, ending_by_time(one, act.at))
        return 0, 1
    if one.applies(act.at) and not one.is_begun:
        act.begin(one)
        return 1, 0
    return 0, 0
