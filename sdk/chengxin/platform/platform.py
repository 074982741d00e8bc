"""Everything a platform with due process runs on, put together of its settings and opened once."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Self

from chengxin.client import CreditClient
from chengxin.clock import Clock, SystemClock
from chengxin.errors import InvalidUscc
from chengxin.identifiers import Uscc
from chengxin.notifier import Notifier, Recipients, WebhookNotifier
from chengxin.platform.carrier import open_notifier
from chengxin.platform.settings import PlatformSettings
from chengxin.policy import PlatformFacts
from chengxin.procedure.appeal import AppealTerms
from chengxin.procedure.imposition import Imposition, WaveLimits
from chengxin.procedure.retention import Retention
from chengxin.records import CreditStatus, shipped_rule_table
from chengxin.services.appeals import AppealOptions, Appeals
from chengxin.services.dispatch import NOTICE_TOPIC, Dispatcher, DispatchOptions
from chengxin.services.key_file import read_signer
from chengxin.services.law import load_rule_table
from chengxin.services.pledges import PledgeOptions, Pledges
from chengxin.services.policies import load_policy
from chengxin.services.policy_in_force import PolicyInForce
from chengxin.services.policy_versions import PolicyVersions
from chengxin.services.publicity import PublicityList, ShopOf
from chengxin.services.receipts import Receipts
from chengxin.services.reminding import Reminders
from chengxin.services.treatments import PolicyAt, TreatmentOptions, Treatments, treatment_notices
from chengxin.services.upkeep import Upkeep
from chengxin.store.opening import open_policy_store
from chengxin.store.sql import SqlStore


class Platform:
    """A platform with due process: its client, store, policy, pledges, measures, appeals, notices.

    Made once and shared by all threads; it opens nothing before its first use, apart from the files that it is told to
    read. What the platform alone knows (facts, constraints, a book of recipients) comes by argument.

    Args:
        settings: of the platform.
        options: how measures are brought into force; of the settings where None.
        recipients: who is reached where; everybody at the one place of the settings where None.
        shops: what merchants are called in public; without it there is no ``publicity``.
        notifier: carries notices; of the settings where None.
        client: asks the source; of the settings where None, and closed with the platform then.
        clock: time, for tests.

    Raises:
        ConfigurationError: a setting cannot be used.
        InvalidPolicy: the document of the policy was refused.
    """

    def __init__(
        self,
        settings: PlatformSettings,
        *,
        options: TreatmentOptions | None = None,
        recipients: Recipients | None = None,
        shops: ShopOf | None = None,
        notifier: Notifier | None = None,
        client: CreditClient | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.settings = settings
        self._stack = ExitStack()
        with self._stack:
            self.client = client or self._stack.enter_context(
                CreditClient.from_settings(settings, clock=clock)
            )
            self.clock = clock or SystemClock()
            self.store = self._stack.enter_context(SqlStore(settings.database_url.get_secret_value()))
            self._rules = (
                shipped_rule_table() if settings.rule_table is None else load_rule_table(settings.rule_table)
            )
            self.policy = self._policy_at()
            self._open_process(options or _options_of(settings), shops)
            carrier = notifier or open_notifier(settings, recipients=recipients, clock=self.clock)
            if notifier is None and isinstance(carrier, WebhookNotifier):
                self._stack.callback(carrier.close)
            notices = treatment_notices(self.store, carrier, clock=self.clock, page=self._page)
            lease = settings.outbox_lease_seconds
            handing = DispatchOptions(lease_seconds=lease, deadline_seconds=min(20.0, lease / 2))
            self.dispatcher = Dispatcher(
                self.store, {NOTICE_TOPIC: notices}, clock=self.clock, options=handing
            )
            key = settings.ledger_key
            signer = None if key is None else read_signer(Path(key), settings.ledger_kid)
            self.upkeep = Upkeep(
                self.store, clock=self.clock, signer=signer, retention=_retention_of(settings)
            )
            if settings.receipt_key is not None:
                signer = read_signer(Path(settings.receipt_key), settings.receipt_kid)
            self.receipts = Receipts(
                signer, clock=self.clock, store=self.store, digest_key=self._secret(settings)
            )
            self._stack = self._stack.pop_all()

    @classmethod
    def from_env(cls) -> Self:
        """Make a platform from the environment variables ``CHENGXIN_…``.

        Raises:
            ConfigurationError: with all that is wrong with them.
        """
        return cls(PlatformSettings.from_env())

    def close(self) -> None:
        """Let questions under way end and give back connections."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def facts(self, code: str) -> PlatformFacts:
        """Return what is known of a merchant beside its public records: by the platform itself, and by its pledges.

        Measures are decided on it, so whatever evaluates the policy elsewhere takes it, too (invariant I5): a
        simulation, a shadow. Pages and guards take them of ``treatments.bases``, which waits for a moment only.

        Args:
            code: unified social credit code in its normal form.

        Raises:
            StoreUnavailable: the pledges cannot be read.
        """
        return self.pledges.facts_for(code, own=self._own_facts(code))

    def _known(self, code: str) -> CreditStatus | None:
        """Return what is known of a subject without asking the source; None of a natural person, who has no code."""
        try:
            return self.client.statuses(at=self.clock.now())([Uscc.parse(code)])[0]
        except InvalidUscc:
            return None

    @staticmethod
    def _secret(settings: PlatformSettings) -> bytes | None:
        return None if settings.digest_key is None else settings.digest_key.get_secret_value().encode()

    def _open_process(self, options: TreatmentOptions, shops: ShopOf | None) -> None:
        """Set up pledges, measures and appeals, which decide on the same facts and count days by one calendar."""
        settings = self.settings
        self._own_facts = options.facts
        unverified = frozenset(filter(None, map(str.strip, settings.unverified_facts.split(","))))
        pledging = PledgeOptions(
            treatments=options, unverified=unverified, verify_within=settings.declaration_verify_days
        )
        self.pledges = Pledges(self.client, self.store, self.policy, options=pledging)
        used = replace(
            options,
            facts=self.facts,
            shortest_months=options.shortest_months or self._rules.shortest_months,
            digest_key=options.digest_key or self._secret(settings),
        )
        self.treatments = Treatments(self.client, self.store, self.policy, options=used)
        terms = AppealTerms(
            acknowledge_within=settings.appeal_acknowledge_days,
            decide_within=settings.appeal_decide_days,
            file_within_days=settings.appeal_file_days,
        )
        self.appeals = Appeals(
            self.client,
            self.store,
            self.policy,
            options=AppealOptions(terms=terms, treatments=used),
            in_force=self.treatments.in_force,
        )
        self.reminders = Reminders(self.client, self.store, options=pledging)
        self.publicity = None
        if shops is not None:
            self.publicity = PublicityList(
                self.clock, self.store, shops=shops, options=used, known=self._known
            )

    def _policy_at(self) -> PolicyAt:
        settings = self.settings
        if settings.policy_store is None:
            policy = load_policy(settings.policy, rule_table=self._rules)
            return lambda _: policy
        place = settings.policy_store.get_secret_value()
        kept = self._stack.enter_context(open_policy_store(place, create=False))
        return PolicyInForce(PolicyVersions(kept, clock=self.clock), settings.policy, clock=self.clock)

    def _page(self, one: Imposition) -> str | None:
        beginning = self.settings.notice_url
        return None if beginning is None else f"{beginning}{one.imposition_id}"


def _options_of(settings: PlatformSettings) -> TreatmentOptions:
    limits = WaveLimits(share=settings.wave_share, number=settings.wave_number)
    return TreatmentOptions(waves=limits, shares=settings.shares)


def _retention_of(settings: PlatformSettings) -> Retention:
    return Retention(
        appeals_days=settings.appeals_kept_days,
        pledges_days=settings.pledges_kept_days,
        objections_days=settings.objections_kept_days,
    )
