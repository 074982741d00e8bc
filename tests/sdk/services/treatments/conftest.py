"""A platform with due process on a real database, a scripted source, and time that stands still."""

from datetime import date, timedelta
from itertools import count

import pytest

from chengxin import load_policy
from chengxin.ledger import verify_chain
from chengxin.procedure.imposition import WaveLimits
from chengxin.records import Role
from chengxin.services.lookup import LookupOptions
from chengxin.services.treatments import InForce, TreatmentOptions, Treatments
from chengxin.store.sql import OutboxRows, SqlStore
from chengxin.store.sql.ledger import LedgerRows
from chengxin.testing import scripted_client
from tests.bench.codes import lawful_codes

CODES = lawful_codes(60)
CODE = CODES[0]
DAY = timedelta(days=1)
NOVEMBER = date(2026, 11, 21)


class Platform:
    """Everything a platform runs, in one process, and what its tests look at."""

    def __init__(self, url, source, clock, **options):
        self.source, self.clock = source, clock
        self.client = scripted_client(
            source, clock=clock, options=LookupOptions(followed_life_seconds=3600.0)
        )
        self.store = SqlStore(url)
        self.policy = load_policy("marketplace")
        numbers = count()
        used = {"waves": WaveLimits(share=1.0), "shares": True, "new_id": lambda: f"n{next(numbers):05}"}
        self.treatments = Treatments(
            self.client,
            self.store,
            lambda _: self.policy,
            options=TreatmentOptions(**(used | options)),
            in_force=InForce(self.client, self.store, kept_seconds=0.0, budget_seconds=5.0),
        )
        self.told = []
        self.follower = self.client.follower(on_change=self.on_change)
        self.follower.step()

    def on_change(self, change):
        """Hand a change on, and remember it."""
        self.told.append(change)
        self.treatments.on_change(change)

    def disclose(self, *records, code=CODE, **change):
        """Have the source disclose records, and hear of it."""
        self.source.disclose(code, *records, **change)
        self.hear()

    def hear(self):
        """Read the feed to its end."""
        while self.follower.step().name != "CURRENT":
            pass

    def decide(self, action, code=CODE, role=Role.MERCHANT):
        """Return what a guard decides now."""
        status = self.client.check(code)
        treatment = self.client.evaluate(status, self.policy, role=role)
        return self.treatments.in_force.decide(action, code, treatment, status)

    def phases(self, code=CODE):
        """Return where every measure of a subject stands now, by its code."""
        now = self.clock.now()
        return {one.measure.code: one.phase_at(now).value for one in self.treatments.of(code)}

    def entries(self):
        """Return the ledger, verified."""
        with self.store.reading() as connection:
            rows = LedgerRows(connection)
            report = verify_chain(rows.stored(), rows.head())
            assert report.is_whole, report
            return list(rows.read())

    def kinds(self):
        """Return what the ledger records, in order."""
        return [entry.kind.value for entry in self.entries()]

    def events(self):
        """Return what waits to be told, in order."""
        with self.store.reading() as connection:
            return OutboxRows(connection).pending(limit=10_000)

    def close(self):
        """Give everything back."""
        self.client.close()
        self.store.close()


@pytest.fixture
def make_platform(database_url, source, clock):
    """Return what makes a platform."""
    made = []

    def make(**options):
        made.append(Platform(database_url, source, clock, **options))
        return made[-1]

    yield make
    for platform in made:
        platform.close()


@pytest.fixture
def platform(make_platform):
    """A platform that holds no mass changes."""
    return make_platform()
