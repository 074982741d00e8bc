"""Measures with due process: the one way in which a restriction comes into force, changes and ends."""

from __future__ import annotations

from collections.abc import Iterable

from chengxin.procedure.imposition import Imposition
from chengxin.procedure.statement import StatementOfReasons
from chengxin.records import Change, ChangeKind, Role
from chengxin.services.treatments.bases import Bases
from chengxin.services.treatments.guarding import InForce
from chengxin.services.treatments.options import Checker, PolicyAt, TreatmentOptions
from chengxin.services.treatments.overriding import Overriding
from chengxin.services.treatments.reconciling import Reconciler
from chengxin.services.treatments.reviewing import Reviews
from chengxin.services.treatments.sweeping import Sweeper
from chengxin.services.treatments.waves import Waves
from chengxin.store.sql import SqlStore
from chengxin.store.sql.statements import StatementRows
from chengxin.store.sql.treatments import TreatmentRows


class Treatments:
    """Brings measures into force, looks after them, and ends them without being asked.

    Args:
        client: asks the source.
        store: where measures are kept; its tables are there (``chengxin db upgrade``).
        policy: returns the policy in force at an instant, e.g. of ``PolicyVersions.policy_in_force``.
        options: how measures are brought into force.
        in_force: reads measures for guards; one of the defaults where None.
    """

    def __init__(
        self,
        client: Checker,
        store: SqlStore,
        policy: PolicyAt,
        *,
        options: TreatmentOptions | None = None,
        in_force: InForce | None = None,
    ) -> None:
        used = options or TreatmentOptions()
        self._client = client
        self._store = store
        self._policy = policy
        reconciler = Reconciler(client, store, policy, used)
        sweeper = Sweeper(client, store, policy, options=used, reconciler=reconciler)
        self.waves = Waves(client, store, policy, options=used, reconciler=reconciler)
        """Mass changes that are held."""
        self.in_force = in_force or InForce(client, store)
        """What guards go by."""
        self.bases = Bases(client, policy, used)
        """What an evaluation beside goes by, for pages and guards: the same that measures are decided on."""
        self.reviews = Reviews(client, store, options=used, reconciler=reconciler, in_force=self.in_force)
        """What a named human has to decide."""
        overriding = Overriding(client, store, policy, options=used)
        self._reconciler = reconciler
        self.reconcile = reconciler.reconcile
        """Look at a subject, and do about it what is to be done; see ``Reconciler.reconcile``."""
        self.sweep = sweeper.sweep
        """Do what time alone brings; see ``Sweeper.sweep``."""
        self.override = overriding.override
        """Lift a measure by a named person's decision; see ``Overriding.override``."""
        self.snooze = overriding.snooze
        """Stay a measure by a named person's decision; see ``Overriding.snooze``."""
        self.resume = overriding.resume
        """Have a measure apply again; see ``Overriding.resume``."""

    def enrol(self, codes: Iterable[str], *, role: Role = Role.MERCHANT) -> None:
        """Take subjects among those that are looked at again and again.

        Args:
            codes: unified social credit codes in their normal form.
            role: their role on the platform.

        Raises:
            StoreUnavailable: not all were taken; call it again.
        """
        with self._store.transaction() as connection:
            TreatmentRows(connection).enrol(codes, role, at=self._client.clock.now())

    def on_change(self, change: Change) -> None:
        """Do about a change of the source what is to be done, at once; for ``CreditClient.follow``.

        What the change takes away ends a measure though neither the source nor the host's facts can be asked. A change
        that is told once more changes nothing more; one subject that cannot be looked at holds up no other's changes.

        Raises:
            StoreUnavailable: nothing was done; the feed tells it again.
        """
        if change.code is None:
            return
        with self._store.reading() as connection:
            rows = TreatmentRows(connection)
            roles = {one.role for one in rows.open_of(change.code)} | set(rows.roles_of(change.code))
        told = self._keep_told(change) if roles else {}
        for role in sorted(roles):
            self._reconciler.reconcile_or_put_off(change.code, role, told=told, told_version=change.version)
        self.in_force.forget(change.code)

    def _keep_told(self, change: Change) -> dict[str, ChangeKind]:
        """Put on record what a change takes away or gives back, before anybody looks: answers may be older than it."""
        code, record_id = change.code, change.record_id
        if code is None or record_id is None:
            return {}
        with self._store.transaction() as connection:
            rows = TreatmentRows(connection)
            if change.takes_away:
                rows.put_told(code, record_id, change.version, at=self._client.clock.now())
            elif change.is_of_known_kind:
                rows.take_back_told(code, record_id)
        return {record_id: change.kind} if change.takes_away else {}

    def look_again(self) -> None:
        """Have every subject looked at by the next sweeps: for ``FollowOptions``, where changes may have been missed.

        Raises:
            StoreUnavailable: nothing was done; call it again.
        """
        with self._store.transaction() as connection:
            TreatmentRows(connection).put_due(self._client.clock.now())

    def of(self, code: str) -> list[Imposition]:
        """Return every measure of a subject, also those that are over, the oldest first."""
        with self._store.reading() as connection:
            return TreatmentRows(connection).all_of(code)

    def statements_of(self, code: str) -> list[StatementOfReasons]:
        """Return the statements of reasons about a subject that are not erased, each in its latest version."""
        now = self._client.clock.now()
        with self._store.reading() as connection:
            found = StatementRows(connection).latest_about(code)
        return [one for one in found if one.content_ends_at is None or now < one.content_ends_at]
