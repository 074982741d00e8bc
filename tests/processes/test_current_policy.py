"""A step with a policy shows in every worker of a shop that runs, whoever took it where."""

import json

import pytest

from chengxin.clock import SystemClock
from chengxin.records import china_day
from chengxin.services import Publishing
from chengxin.store.sql import SqlStore
from chengxin.store.sql.policies import SqlPolicyStore
from tests.processes.storefront import Storefront
from tests.processes.treating import at_once, settings
from tests.processes.world import GENERAL, eventually

SHOWN_SECONDS = 2.0

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def office(database_url):
    """Publishes policies in the database."""
    with SqlStore(database_url, deadline_seconds=30) as store:
        yield Publishing(SqlPolicyStore(store))


def publish(office, version, *, measures):
    """Have a version that gives a penalty these measures take effect now, and return its digest."""
    document = json.loads(at_once())
    today = china_day(SystemClock().now()).isoformat()
    document |= {"version": version, "effective_from": today, "terms_since": today}
    (rule,) = document["rules"]
    rule |= {
        "measures": measures,
        "when": {"record": {"kind": ["PENALTY"], "severity": ["GENERAL", "SERIOUS"]}},
    }
    document["catalogue"] = {code: document["catalogue"][code] for code in measures}
    text, told = json.dumps(document, ensure_ascii=False), {"by": "李雷", "why": "依监管要求立即调整"}
    digest = office.publish(text, **told)[-1].digest
    office.approve(digest, by="韩梅梅", why="同意")
    office.publish(text, **told, urgent_reason="监管部门要求")
    return digest


def test_i5_a_version_and_a_rollback_show_in_both_workers_within_two_seconds(
    office, mock, database_url, tmp_path
):
    """The shop runs on, and each worker evaluates by the version that is in force."""
    first = publish(office, "1", measures=["credit-reminder"])
    given = settings(
        mock.url,
        f"sqlite:///{tmp_path}/cache.db",
        database_url,
        CHENGXIN_POLICY="at-once",
        CHENGXIN_POLICY_STORE=database_url,
    )
    with Storefront(given) as shop:
        before = {(first, ("credit-reminder",))}
        eventually(lambda: shop.policies(GENERAL) == before, within=20)
        second = publish(office, "2", measures=["credit-reminder", "listing-suspended"])
        after = {(second, ("credit-reminder", "listing-suspended"))}
        eventually(lambda: shop.policies(GENERAL) == after, within=SHOWN_SECONDS)
        assert shop.guards(GENERAL) == {True}, "what is merely proposed refuses nothing"
        office.rollback("at-once", by="李雷", why="误伤商家")
        eventually(lambda: shop.policies(GENERAL) == before, within=SHOWN_SECONDS)
