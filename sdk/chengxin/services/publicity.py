"""平台采取措施的公示: which measures are public at this instant (电子商务法 art. 36), and by when each has to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from chengxin.clock import Clock
from chengxin.procedure.calendar import Due, due_after
from chengxin.procedure.imposition import Imposition
from chengxin.procedure.statement import (
    Publicity,
    PublicityPage,
    StatementOfReasons,
    publicity_of,
    publicity_page,
)
from chengxin.records import CreditStatus, Standing
from chengxin.services.treatments import TreatmentOptions
from chengxin.store.sql import SqlStore
from chengxin.store.sql.statements import StatementRows
from chengxin.store.sql.treatments import TreatmentRows

_AT_ONCE: Final = 200
_MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What the platform calls a merchant in public.

    Attributes:
        name: name of the shop.
        operator: name of the natural person behind it, so that it can be masked; None where there is none, or it is not
            known: then no name of a sole trader is shown but that of the shop.
    """

    name: str
    operator: str | None = None


ShopOf: TypeAlias = Callable[[str], Shop]
"""Returns the shop of a subject, by its code."""
Known: TypeAlias = Callable[[str], CreditStatus | None]
"""Returns what is known of a subject, by its code, None where nothing is; ``CreditClient.check`` does."""


class PublicityList:
    """Lists the measures that are public, as they stand at the instant of asking: nothing has to be swept for it.

    A measure is public from the instant at which it takes effect, and so in time whatever the calendar says, until it
    ends. While an appeal or a named person holds it off it is not listed: the list says what is in force, and to name a
    merchant there would be the very harm that the suspension spares it. A notice that has not taken effect is not
    listed either: no measure has been taken yet.

    Args:
        clock: where its instants come from.
        store: where measures and statements are kept.
        shops: what the platform calls a merchant in public.
        options: how measures are brought into force; with the same ones whether natural persons are public.
        known: what is known of a subject, so that a record of which any check has learned that it is gone is not shown
            though nobody has looked at the subject since; None goes by what is on record.
    """

    def __init__(
        self,
        clock: Clock,
        store: SqlStore,
        *,
        shops: ShopOf,
        options: TreatmentOptions | None = None,
        known: Known | None = None,
    ) -> None:
        self._clock = clock
        self._store = store
        self._shops = shops
        self._options = options or TreatmentOptions()
        self._known = known

    def shown(self, *, limit: int = _MOST) -> list[Publicity]:
        """Return what is public now, by the names of the statements, up to so many.

        Raises:
            StoreUnavailable: it cannot be read; show no older list in its place.
        """
        found: list[Publicity] = []
        for statement, one in self._in_force():
            if len(found) == limit:
                break
            public = self._publicity(statement, one, self._clock.now())
            if public is not None:
                found.append(public)
        return found

    def page(self, *, limit: int = _MOST) -> PublicityPage:
        """Return the list in Chinese and English, the latest decision first.

        Raises:
            StoreUnavailable: it cannot be read; show no older list in its place.
        """
        return publicity_page(self.shown(limit=limit), at=self._clock.now())

    def due(self, public: Publicity) -> Due | None:
        """Return by when a measure has to be public where a platform shows it by other means than this list.

        The days begin when it takes effect. None where the law says promptly, and no number of days.
        """
        days = public.duty.working_days
        return None if days is None else due_after(public.starts_at, days, self._options.calendar)

    def _in_force(self) -> Iterator[tuple[StatementOfReasons, Imposition]]:
        """Yield the statements that are to be public, each with its measure, where that is in force now."""
        after = ""
        while True:
            with self._store.reading() as connection:
                statements = StatementRows(connection).published(after=after, limit=_AT_ONCE)
                measures = TreatmentRows(connection).find_all([one.imposition_id for one in statements])
            for statement in statements:
                one = measures.get(statement.imposition_id)
                if one is not None and one.applies(self._clock.now()):
                    yield statement, one
            if len(statements) < _AT_ONCE:
                return
            after = statements[-1].statement_id

    def _publicity(self, statement: StatementOfReasons, one: Imposition, at: datetime) -> Publicity | None:
        if not self._is_known_to_be_shown(one, at):
            return None
        shop = self._shops(one.code)
        return publicity_of(
            statement,
            shop_name=shop.name,
            is_due=True,
            published_at=at,
            decided_at=one.noticed_at,
            operator_name=shop.operator,
            are_persons_public=self._options.publishes_persons,
        )

    def _is_known_to_be_shown(self, one: Imposition, at: datetime) -> bool:
        """Tell whether nothing is known of a record of the measure being gone (invariant I1)."""
        status = None if self._known is None else self._known(one.code)
        if status is None or status.standing is Standing.UNKNOWN or not status.is_valid(at):
            return True
        return one.record_ids <= {record.record_id for record in status.records}
