"""Two apps in one process do not mix."""

from flask import Flask, request

from chengxin.testing import CODES, a_listing
from flask_chengxin import Merchant
from tests.plugin.shop import CODE


def test_two_apps_do_not_mix(open_shop):
    """Each app has its own client, merchant and settings, even in turns."""
    first, second = open_shop(), open_shop(config={"CHENGXIN_URL_PREFIX": "/trust"})
    second.merchant = Merchant(code=CODES[1].code)
    first.disclose(a_listing())
    second.disclose(code=CODES[1])

    for _ in range(2):
        assert first.browser.get("/listing.create").status_code == 403
        assert second.browser.get("/listing.create").status_code == 200

    assert first.source.asked == [CODE]
    assert second.source.asked == [CODES[1]]
    assert first.browser.get("/trust/me").status_code == 404
    assert second.browser.get("/trust/me").json["status"]["subject"]["code"] == CODES[1].code


def test_an_app_called_within_a_request_of_another_sees_its_own_merchant(open_shop):
    """Apps that share a WSGI environment share nothing of ours."""
    outer, inner = open_shop(), open_shop()
    outer.disclose()
    inner.disclose(a_listing())

    with outer.request():
        assert outer.chengxin.decide("listing.create").outcome == "ALLOWED"
        with inner.app.request_context(request.environ):
            assert inner.chengxin.decide("listing.create").outcome == "REFUSED"


def test_one_extension_serves_several_apps(shop):
    """An extension of a module may set up an app for each test; it holds none of them."""
    second = Flask("second")
    second.config.update(shop.app.config)
    shop.chengxin.init_app(second)

    assert second.extensions["chengxin"] is not shop.app.extensions["chengxin"]
    assert not [value for value in vars(shop.chengxin).values() if isinstance(value, Flask)]
