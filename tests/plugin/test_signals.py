"""Signals: what happened, to whoever wants to know."""

import json

import pytest

from chengxin.testing import a_listing
from flask_chengxin import Merchant, action_refused, review_wanted, status_checked
from tests.plugin.shop import CODE, heard


def test_a_check_is_told_once_in_a_request(shop):
    """The credit that a request works with is sent when it is first known."""
    shop.disclose()
    shop.merchant = Merchant(code=CODE.code, merchant_id="m-1")

    with heard(status_checked) as seen:
        shop.browser.get("/listing.create")

    (sent,) = seen
    assert (sent["app"], sent["credit"].merchant.merchant_id) == ("shop", "m-1")
    assert sent["credit"].status.standing == "NO_ADVERSE_RECORD"


def test_a_refusal_is_told_with_the_number_that_the_merchant_sees(shop, caplog):
    """Support finds a refusal by its number, in the signal and in the log."""
    caplog.set_level("INFO", "flask_chengxin")
    shop.disclose(a_listing())

    with heard(action_refused) as seen:
        instance = json.loads(shop.browser.get("/listing.create").data)["instance"]

    (sent,) = seen
    assert (sent["decision"].action, sent["instance"]) == ("listing.create", instance)
    assert sent["decision"].measures[0].code == "listing-suspended"
    assert sent["credit"].merchant.code == CODE.code
    assert instance in caplog.text


@pytest.mark.parametrize("signal", [status_checked, action_refused])
def test_what_a_receiver_raises_is_the_hosts(shop, signal):
    """Receivers are the host's code, so their failures are not swallowed."""
    shop.disclose(a_listing())

    def receiver(_sender, **_values):
        raise KeyError("receiver")

    with signal.connected_to(receiver), pytest.raises(KeyError, match="receiver"):
        shop.browser.get("/listing.create")


def test_no_review_is_wanted_where_all_is_known(shop):
    """A merchant with nothing adverse goes before nobody."""
    shop.disclose()

    with heard(review_wanted) as seen:
        shop.browser.get("/livestream.start")

    assert not seen
