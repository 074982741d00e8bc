"""A platform that hears its merchants, on a real database, around the National Day of 2026 with its worked weekends."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from chengxin.policy import Text, compile_policy
from chengxin.procedure.appeal import Outcome, Result
from chengxin.records import Severity
from chengxin.services.appeals import AppealOptions, Appeals, Attachment
from chengxin.services.pledges import PledgeOptions, Pledges
from chengxin.services.treatments import TreatmentOptions
from chengxin.testing import FrozenClock, a_penalty
from tests.sdk.services.treatments.conftest import CODE, Platform

FILED = datetime(2026, 9, 29, 2, tzinfo=UTC)
"""A Tuesday; from Thursday to the Wednesday after it is National Day, and the Saturday then is worked."""
DUE = datetime(2026, 10, 14, 16, tzinfo=UTC)
"""24:00 of the seventh working day after it."""
TICK = timedelta(microseconds=1)
REASONS = Text(zh="罚款已缴清，措施不再适当。", en="The fine is paid; the measure is no longer fit.")
MERCHANT, REVIEWER, OTHER = "陈店主", "王芳", "赵敏"
RECEIPT = Attachment(name="凭证.pdf", content=b"%PDF-1.7 receipt")


def serious(record_id="P1", **fields):
    """Return a serious penalty."""
    return a_penalty(record_id, severity=Severity.SERIOUS, **fields)


def granted():
    """Return a result that reverses the measure."""
    return Result(outcome=Outcome.GRANTED, reasons=REASONS)


def rejected():
    """Return a result that lets it stay."""
    return Result(outcome=Outcome.REJECTED, reasons=REASONS)


def partly(**parts):
    """Return a result that lets a part of it stay."""
    return Result(outcome=Outcome.PARTLY_GRANTED, reasons=REASONS, **parts)


def suspending(policy, *codes):
    """Return a policy in which an appeal suspends some measures."""
    document = policy.document
    catalogue = dict(document.catalogue)
    for code in codes:
        catalogue[code] = catalogue[code].model_copy(update={"appeal_suspends": True})
    return compile_policy(document.model_copy(update={"catalogue": catalogue}))


class House(Platform):
    """A platform with its appeals and its pledges."""

    def __init__(self, url, source, clock, *, appeals=None, **options):
        super().__init__(url, source, clock, facts=self.facts, **options)
        self.policy = suspending(self.policy, "listing-suspended", "promotion-suspended")
        numbers = count()
        treatments = TreatmentOptions(shares=True, new_id=lambda: f"a{next(numbers):05}")
        self.appeals = Appeals(
            self.client,
            self.store,
            lambda _: self.policy,
            options=AppealOptions(treatments=treatments, **(appeals or {})),
            in_force=self.treatments.in_force,
        )
        self.pledges = Pledges(
            self.client,
            self.store,
            lambda _: self.policy,
            options=PledgeOptions(treatments=treatments, unverified=frozenset({"registered_days"})),
        )

    def facts(self, code):
        """Return what the platform knows of a merchant."""
        return self.pledges.facts_for(code)

    def one(self, measure="listing-suspended", code=CODE):
        """Return the latest measure of a name."""
        return [one for one in self.treatments.of(code) if one.measure.code == measure][-1]

    def limited(self, *records):
        """Have a merchant be under measures for a serious record when it files its appeal."""
        self.disclose(*(records or (serious(),)))
        self.treatments.reconcile(CODE)
        self.clock.advance(to=FILED)
        self.treatments.sweep()
        return self.one()

    def file(self, measure="listing-suspended", **parts):
        """File an appeal against a measure of the merchant."""
        given = {"by": MERCHANT, "statement": "罚款已经缴清。"} | parts
        return self.appeals.file(self.one(measure).imposition_id, **given).appeal_id

    def reviewed(self, measure="listing-suspended", **parts):
        """File an appeal that somebody reviews."""
        appeal_id = self.file(measure, **parts)
        self.appeals.acknowledge(appeal_id)
        self.appeals.take(appeal_id, by=REVIEWER)
        return appeal_id

    def is_open(self, action="listing.create"):
        """Tell whether a guard lets the merchant through now."""
        return self.decide(action).outcome.value == "ALLOWED"


@pytest.fixture
def clock():
    """Time that stands still, some days before the appeal."""
    return FrozenClock(datetime(2026, 9, 15, 2, tzinfo=UTC))


@pytest.fixture
def make_house(database_url, source, clock):
    """Return what makes a platform that hears its merchants."""
    made = []

    def make(**options):
        made.append(House(database_url, source, clock, **options))
        return made[-1]

    yield make
    for house in made:
        house.close()


@pytest.fixture
def house(make_house):
    """A platform that hears its merchants."""
    return make_house()
