"""A shop with due process: what is in force and still grounded is refused, and nothing that is merely proposed."""

from dataclasses import replace
from datetime import date

import pytest

from chengxin.errors import SourceUnavailable, StoreUnavailable, UnknownReason
from chengxin.policy import ActionEffect
from chengxin.procedure.imposition import Imposition
from chengxin.records import Role, Severity
from chengxin.store.sql import SqlStore
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.testing import a_penalty
from tests.plugin.shop import CODE, HTML

TEN_DAYS = 10 * 86_400.0
LISTING = "/listing.create"


def serious(**fields):
    """Return a penalty for which the shop stops new listings."""
    return a_penalty(severity=Severity.SERIOUS, **fields)


@pytest.fixture
def store(database_url):
    """A database with the tables."""
    with SqlStore(database_url) as opened:
        yield opened


@pytest.fixture
def shop(open_shop, store):
    """A shop that brings measures into force."""
    return open_shop(store=store)


def test_a_proposal_refuses_nothing(shop):
    """Until the merchant was told, and the lead time is over."""
    shop.disclose(serious())
    assert shop.browser.post(LISTING).status_code == 200
    shop.treatments.reconcile(CODE.code)
    assert shop.browser.post(LISTING).status_code == 200
    shop.clock.advance(seconds=TEN_DAYS)
    response = shop.browser.post(LISTING)
    assert response.status_code == 403
    assert [measure["code"] for measure in response.json["measures"]] == ["listing-suspended"]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "zh",
            [
                "自 2026-11-26 00:00（北京时间）起，至 <strong>2027-05-10 24:00（北京时间）</strong>",
                "《平台商家信用管理规则》第4.17条",
                "《电子商务法》第三十二条、第三十八条",
                "《关于健全社会信用体系的意见》（2025年）第二十二项",
            ],
        ),
        (
            "en",
            [
                "from 2026-11-26 00:00 (China time) until <strong>2027-05-10 24:00 (China time)</strong>",
                "clause 4.17 of the Platform Rules on Merchant Credit",
                "E-Commerce Law, articles 32 and 38",
                "Opinions on Improving the Social Credit System (2025), item 22",
            ],
        ),
    ],
)
def test_the_page_says_from_when_until_when_and_cites_as_the_statement_does(shop, language, told):
    """What is divided into items is not cited by articles that it does not have."""
    shop.disclose(serious(end_on=date(2027, 6, 30)))
    shop.treatments.reconcile(CODE.code)
    shop.clock.advance(seconds=TEN_DAYS)
    page = shop.browser.post(LISTING, headers=HTML | {"Accept-Language": language}).text
    own = page.partition("<details")[0]
    assert [words for words in told if words not in own] == []


def test_i4_what_is_repaired_opens_the_guard_before_anybody_sweeps(shop):
    """What the source no longer shows limits nobody, though the measure is on record still."""
    shop.disclose(serious())
    shop.treatments.reconcile(CODE.code)
    shop.clock.advance(seconds=TEN_DAYS)
    assert shop.browser.post(LISTING).status_code == 403
    shop.disclose()
    assert shop.browser.post(LISTING).status_code == 200


def test_i1_a_measure_is_over_with_the_disclosure(shop):
    """At 24:00 of the last day, by itself."""
    shop.disclose(serious(end_on=date(2026, 12, 31)))
    shop.treatments.reconcile(CODE.code)
    shop.clock.advance(seconds=TEN_DAYS)
    assert shop.browser.post(LISTING).status_code == 403
    end = next(
        o.measure.ends_at for o in shop.treatments.of(CODE.code) if o.measure.code == "listing-suspended"
    )
    shop.clock.advance(to=end)
    assert shop.browser.post(LISTING).status_code == 200


def test_i2_an_outage_imposes_nothing_and_what_is_in_force_holds(shop):
    """To its own end, by the declared mode of the action."""
    shop.disclose(serious())
    shop.treatments.reconcile(CODE.code)
    shop.clock.advance(seconds=TEN_DAYS)
    shop.credit.forget(CODE)
    shop.source.fail(SourceUnavailable("down", reason=UnknownReason.UNREACHABLE))
    assert shop.browser.post(LISTING).status_code == 403
    assert shop.browser.post("/livestream.start").status_code == 200


def test_i9_a_database_that_fails_lets_what_was_read_last_go_on(shop, store, monkeypatch):
    """And who was never read of passes."""
    shop.disclose(serious())
    shop.treatments.reconcile(CODE.code)
    shop.clock.advance(seconds=TEN_DAYS)
    assert shop.browser.post(LISTING).status_code == 403

    def down(**_):
        raise StoreUnavailable("down", location="sqlite:///x")

    monkeypatch.setattr(store, "reading", down)
    assert shop.browser.post(LISTING).status_code == 403
    shop.disclose()
    assert shop.browser.post(LISTING).status_code == 200


def test_what_a_named_human_decided_bites_without_a_rule_and_ends_with_its_record(shop, store):
    """No rule gives it, so the record alone bears it."""
    shop.disclose(a_penalty(severity=Severity.MINOR))
    shop.treatments.reconcile(CODE.code)
    now = shop.clock.now()
    one = shop.treatments.of(CODE.code)[0]
    decided = replace(
        one.measure,
        code="listing-decision",
        effect=ActionEffect(action="listing.create"),
        decided_by="王敏",
        starts_at=now,
    )
    with store.transaction() as connection:
        TreatmentRows(connection).put(
            [
                Imposition(
                    imposition_id="decided",
                    code=CODE.code,
                    role=Role.MERCHANT,
                    measure=decided,
                    proposed_at=now,
                    source="scripted",
                    as_of=now,
                    noticed_at=now,
                )
            ]
        )
    assert shop.browser.post(LISTING).status_code == 403
    shop.disclose()
    assert shop.browser.post(LISTING).status_code == 200
