"""The plugin on a real source over real HTTP: the mock, with its faults."""

import json

import pytest
import requests
from flask import Flask

from chengxin.errors import UnknownReason
from flask_chengxin import Chengxin, Merchant, current_credit
from mock_credit_china import MockServer, Settings
from tests.plugin.shop import POLICY

SERIOUS = "91310115M000103Y38"


class _Site:
    """An app whose client is made from its own settings, and the source that it asks."""

    def __init__(self, source: MockServer, **config: object) -> None:
        self.source = source
        chengxin = Chengxin()
        chengxin.merchant_loader(lambda: Merchant(code=SERIOUS))
        app = Flask("site")
        app.config.update(
            CHENGXIN_SOURCE_URL=source.url,
            CHENGXIN_APP_KEY=source.settings.app_key,
            CHENGXIN_SECRET=source.settings.secret,
            CHENGXIN_POLICY=POLICY,
            **config,
        )
        chengxin.init_app(app)
        app.add_url_rule("/", "view", chengxin.guard("listing.create")(lambda: "done"))
        app.add_url_rule("/reason", "reason", lambda: str(current_credit.status.reason))
        self.client = app.extensions["chengxin"].client
        self.browser = app.test_client()

    def tell(self, what: str, **body: object) -> None:
        """Give an instruction to the mock's control plane."""
        requests.post(f"{self.source.url}/mock/{what}", json=body, timeout=5).raise_for_status()


@pytest.fixture
def source():
    """A mock source."""
    with MockServer(Settings(subjects=0)) as server:
        yield server


@pytest.fixture
def site(source):
    """A site that waits for its source as long as it takes, and is closed when the test is over."""
    site = _Site(source, CHENGXIN_BUDGET_SECONDS=5, CHENGXIN_DEADLINE_SECONDS=1)
    yield site
    site.client.close()


def test_a_refusal_ends_with_the_repairs_at_the_source(site):
    """Facts come from the source as it words them, and a repaired merchant is refused no more."""
    refused = site.browser.get("/")
    problem = json.loads(refused.data)
    assert refused.status_code == 403
    facts = [fact for measure in problem["measures"] for fact in measure["facts"]]
    assert {fact["catalogue"] for fact in facts} <= {"严重失信主体名单", "行政处罚"}

    for record in site.client.check(SERIOUS).adverse_records:
        site.tell("records", action="repair", code=SERIOUS, recId=record.record_id)
    site.client.forget(SERIOUS)

    assert site.browser.get("/").text == "done"
    assert "no-adverse-record" in site.browser.get(f"/chengxin/badge/{SERIOUS}.svg").text


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "error", "status": 40103}, UnknownReason.UNAUTHENTICATED),
        ({"kind": "error", "status": 42902}, UnknownReason.QUOTA_EXHAUSTED),
        ({"kind": "challenge_page", "http": 200}, UnknownReason.CHALLENGED),
        ({"kind": "garbled", "how": "json"}, UnknownReason.SCHEMA_DRIFT),
        ({"kind": "drip", "part": "body", "interval": 0.2, "size": 1}, UnknownReason.TIMEOUT),
    ],
)
def test_i2_faults_of_the_source_refuse_nobody(site, fault, reason):
    """Whatever the source does wrong, the action goes on, the reason is typed and the badge is grey."""
    site.tell("scenario", rules=[{"fault": fault}])

    assert site.browser.get("/").text == "done"
    assert site.browser.get("/reason").text == reason
    assert 'data-state="unknown"' in site.browser.get(f"/chengxin/badge/{SERIOUS}.svg").text


def test_i9_a_source_that_hangs_costs_a_request_its_budget(source):
    """The request is answered long before the source would be, and the host sees no exception."""
    site = _Site(source, CHENGXIN_DEADLINE_SECONDS=1)
    site.tell("scenario", rules=[{"fault": {"kind": "latency", "seconds": 30}}])

    clock = site.client.clock
    started = clock.monotonic()
    answer = site.browser.get("/")
    took = clock.monotonic() - started

    assert answer.text == "done"
    assert took < 0.5  # the budget is 0.05 s; the rest is a busy machine
    site.client.close()
