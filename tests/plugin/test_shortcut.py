"""The short way of a guard gives what the long way gives, at every instant, and costs less."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.policy import Outcome
from chengxin.records import RecordKind, Severity, end_of_china_day
from chengxin.testing import CODES, a_commendation, a_listing, a_penalty
from flask_chengxin import Merchant, current_credit
from flask_chengxin.proxies import current_visit, is_passed
from tests.plugin.shop import CODE, Shop

DAY = date(2026, 11, 21)


def _is_passed(shop: Shop, action: str = "listing.create") -> bool:
    with shop.request():
        return is_passed(action)


def test_the_short_way_is_taken_once_the_long_way_found_nothing(shop):
    """What concerned nothing once concerns nothing while the very same status is shown."""
    shop.disclose(a_commendation())
    assert not _is_passed(shop)

    shop.browser.get("/listing.create")

    assert _is_passed(shop)
    assert not _is_passed(shop, "promotion.join")
    assert shop.source.asked == [CODE]


def test_i1_no_adverse_record_is_held_on_to(shop):
    """A merchant with an adverse record goes the long way, so that nothing outlives the cache."""
    shop.disclose(a_penalty(severity=Severity.MINOR))

    assert shop.browser.get("/listing.create").status_code == 200
    assert len(shop.app.extensions["chengxin"].passes.known) == 0
    shop.disclose()
    shop.browser.get("/listing.create")
    assert len(shop.app.extensions["chengxin"].passes.known) == 1
    shop.disclose(a_penalty(severity=Severity.MINOR))
    shop.browser.get("/listing.create")
    assert len(shop.app.extensions["chengxin"].passes.known) == 0


def test_a_new_record_leads_the_long_way(shop):
    """Once the platform learns of a record nothing passes by what was found before it."""
    shop.disclose()
    shop.browser.get("/listing.create")

    shop.disclose(a_listing())

    assert shop.browser.get("/listing.create").status_code == 403


def test_another_merchant_or_other_facts_lead_the_long_way(shop):
    """What was found is found of one merchant, in one role, with one set of facts."""
    shop.disclose()
    facts = {"registered_days": 3}
    shop.merchant = Merchant(code=CODE.code, facts=facts)
    shop.browser.get("/listing.create")
    assert _is_passed(shop)
    facts["registered_days"] = 400  # the merchant holds its own copy
    assert _is_passed(shop)

    for other in (
        Merchant(code=CODE.code, facts=facts),
        Merchant(code=CODE.code, facts={"registered_days": 3}, merchant_id="m-2"),
        Merchant(code=CODES[1].code),
        None,
    ):
        shop.merchant = other
        assert not _is_passed(shop)


def test_a_merchant_that_is_loaded_anew_passes_if_it_is_the_same(shop):
    """Loaders make a merchant for every request; equality counts, not identity."""
    shop.disclose()
    shop.browser.get("/listing.create")

    shop.merchant = Merchant(code=CODE.code)

    assert _is_passed(shop)


def test_the_loader_is_asked_once_on_the_long_way(shop):
    """What the short way learned of the merchant is kept for the long way and the rest of the request."""
    shop.disclose(a_listing())
    shop.browser.get("/listing.create")
    assert shop.loaded == 1


def test_the_short_way_fails_into_the_long_way(shop, monkeypatch, caplog):
    """A bug of ours in the look-up is met, logged and counted as an unknown there."""
    shop.disclose()
    shop.browser.get("/listing.create")
    assert _is_passed(shop)
    monkeypatch.setattr(shop.credit, "check", None)

    assert shop.browser.get("/listing.create").text == "done"
    assert "TypeError" in caplog.text


def test_i9_what_the_short_way_waited_is_not_waited_again(open_shop):
    """A question that the short way asked in vain is not asked again by the long way of the same request."""
    shop = open_shop()
    shop.disclose()
    shop.browser.get("/listing.create")
    shop.source.fail(SourceUnavailable("It failed.", reason=UnknownReason.TIMEOUT))
    shop.credit.forget(CODE)
    shop.source.asked.clear()

    assert shop.browser.get("/livestream.start").text == "done"
    assert shop.source.asked == [CODE]
    assert shop.browser.get("/listing.create").text == "done"
    assert shop.source.asked == [CODE, CODE]


@pytest.mark.parametrize(("took", "left"), [(0.02, 0.03), (0.5, 0.05)])
def test_i9_what_the_short_way_took_is_taken_off_the_budget(open_shop, took, left):
    """An answer fetched on the short way has used its share; one from memory has not."""
    shop = open_shop(config={"CHENGXIN_BUDGET_SECONDS": 0.05})
    with shop.request():
        shop.disclose()
        status = shop.credit.check(CODE)
        shop.clock.advance(seconds=took)
        current_visit().adopt(CODE.code, status)
        assert current_visit()._wait_seconds == pytest.approx(left)


def test_passes_are_few_and_do_not_grow_old(open_shop):
    """Beyond their number, and after a minute, all are forgotten; nothing ended lies about."""
    shop = open_shop(config={"CHENGXIN_MAX_ENTRIES": 2})
    shop.disclose()
    known = []
    for seconds, action in (
        (0, "listing.create"),
        (0, "promotion.join"),
        (0, "livestream.start"),
        (60, "promotion.join"),
    ):
        shop.clock.advance(seconds=seconds)
        shop.browser.get(f"/{action}")
        known.append([key for key, _ in shop.app.extensions["chengxin"].passes.known])

    assert known == [
        ["listing.create"],
        ["listing.create", "promotion.join"],
        ["livestream.start"],
        ["promotion.join"],
    ]


def test_what_may_change_before_the_status_does_is_not_remembered(shop, monkeypatch):
    """A treatment that ends before its status does, as when a rule asks for an age, is found anew."""
    shop.disclose()
    evaluate = shop.credit.evaluate

    def end_early(*args: object, **options: object) -> object:
        treatment = evaluate(*args, **options)
        return replace(treatment, valid_until=treatment.valid_until - timedelta(minutes=1))

    monkeypatch.setattr(shop.credit, "evaluate", end_early)
    shop.browser.get("/listing.create")

    assert not _is_passed(shop)


def test_outside_a_request_the_long_way_answers(shop):
    """An explicit question and a guard around code work in a background job too."""
    shop.disclose(a_listing())
    with shop.app.app_context():
        assert not is_passed("listing.create")
        assert shop.chengxin.decide("listing.create").outcome is Outcome.REFUSED


records = st.lists(
    st.one_of(
        st.builds(a_penalty, st.sampled_from(["P1", "P2"]), severity=st.sampled_from([*Severity, None])),
        st.builds(a_listing, kind=st.sampled_from([RecordKind.SERIOUS_LISTING, RecordKind.ABNORMAL_LISTING])),
        st.builds(a_penalty, severity=st.sampled_from(Severity), end_on=st.just(DAY)),
        st.builds(a_penalty, severity=st.sampled_from(Severity), start_on=st.just(DAY + timedelta(days=1))),
        st.builds(a_commendation),
    ),
    max_size=3,
    unique_by=lambda record: record.record_id,
)


@given(records=records, others=records, minutes=st.integers(-90, 90))
def test_i5_the_short_way_gives_what_the_long_way_gives(records, others, minutes):
    """For any records, before and after a change of them and of time, guard and decision agree."""
    shop = Shop()
    shop.clock.advance(to=end_of_china_day(DAY) - timedelta(hours=2))
    for disclosed in (records, others):
        shop.disclose(*disclosed)
        for _ in range(2):
            _agree(shop)
    shop.clock.advance(to=end_of_china_day(DAY) + timedelta(minutes=minutes))
    for _ in range(2):
        _agree(shop)
    shop.credit.close()


def _agree(shop: Shop) -> None:
    for action in ("listing.create", "livestream.start", "promotion.join"):
        status_code = shop.browser.get(f"/{action}").status_code
        with shop.request():
            outcome = shop.chengxin.decide(action).outcome
            assert current_credit.treatment is not None
        assert (status_code == 403) is (outcome is Outcome.REFUSED)
