"""The shop, against the mock source over real HTTP."""

import re

import pytest
import requests

from chengxin.client import CreditClient
from examples.marketplace import create_app
from examples.marketplace.seller import SELLER_OF, SELLERS
from mock_credit_china import MockServer, Settings


@pytest.fixture
def source():
    """A mock source of its own for each test."""
    with MockServer(Settings(subjects=0)) as server:
        yield server


@pytest.fixture
def client(source):
    """A client that has looked at every seller, so that no test hangs on the budget of a request."""
    settings = source.settings
    with CreditClient(source.url, app_key=settings.app_key, secret=settings.secret) as client:
        client.check_many([seller.code for seller in SELLERS])
        yield client


@pytest.fixture
def visitor(client):
    """A browser that is at the shop's front page, in English."""
    browser = create_app(client=client).test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return browser


def _token(visitor):
    return re.search(r'name="token" value="([^"]+)"', visitor.get("/").text)[1]


def _post(visitor, path, **form):
    return visitor.post(path, data={"token": _token(visitor), **form})


def _image_of(visitor, seller_id):
    return visitor.get(f"/chengxin/badge/{SELLER_OF[seller_id].code}.svg?lang=en").text


@pytest.mark.parametrize(
    ("seller_id", "statuses"),
    [
        ("tea", (303, 303, 303)),
        ("home", (303, 303, 303)),
        ("dress", (303, 303, 303)),
        ("orange", (303, 303, 303)),
        ("gadget", (303, 303, 303)),
        ("trade", (303, 303, 403)),
        ("coat", (403, 403, 403)),
        ("food", (403, 403, 403)),
        ("gift", (303, 303, 403)),
        ("lamp", (303, 303, 303)),
        ("new", (303, 303, 303)),
        ("typo", (303, 303, 303)),
    ],
)
def test_every_kind_of_seller_is_treated_as_the_policy_says(visitor, seller_id, statuses):
    """Refused exactly where a grounded measure refuses; unknown, disputed and mistyped refuse nothing."""
    _post(visitor, "/login", seller=seller_id)

    paths = ("/listings", "/livestream", "/promotion")
    assert tuple(_post(visitor, path).status_code for path in paths) == statuses


def test_the_front_page_shows_a_badge_for_every_seller(visitor):
    """Each badge says what is disclosed; a mistyped code has a grey one that links nowhere."""
    page = visitor.get("/").text

    assert page.count('<img class="chengxin-badge"') == len(SELLERS)
    assert page.count('<a class="chengxin-badge-link"') == len(SELLERS) - 1
    assert page.count("Public credit status: not available now") == 2
    assert "(1 disputed)" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_workbench_tells_a_seller_what_applies(visitor, language):
    """Tier and measures in the chosen language, each with its rule and the way to appeal."""
    _post(visitor, "/login", seller="coat")
    _post(visitor, "/language", language=language, back="workbench")

    page = visitor.get("/workbench").text

    assert ("暂停发布新商品" in page) is (language == "zh")
    assert ("New listings suspended" in page) is (language == "en")
    assert "https://rules.example.com/appeals" in page


def test_a_seller_in_good_order_gets_relief(visitor):
    """Relieving measures show on the workbench like any other."""
    _post(visitor, "/login", seller="tea")

    assert "Lower deposit" in visitor.get("/workbench").text


def test_a_refusal_is_a_page_in_the_visitors_language(visitor):
    """A browser gets the statement of reasons in the language chosen in the shop, not in the browser's."""
    _post(visitor, "/login", seller="coat")
    _post(visitor, "/language", language="zh")

    answer = visitor.post("/listings", data={"token": _token(visitor)}, headers={"Accept": "text/html"})

    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert answer.headers["Content-Language"] == "zh-CN"


def test_goods_are_published(visitor):
    """What a seller publishes is on sale, as text whatever it is called."""
    _post(visitor, "/login", seller="home")

    _post(visitor, "/listings", title="<b>Rice wine</b>")
    _post(visitor, "/listings")

    page = visitor.get("/").text
    assert "&lt;b&gt;Rice wine&lt;/b&gt;" in page
    assert "New goods" in page


def test_a_repair_at_the_source_ends_the_refusal_and_changes_the_badge(visitor, client, source):
    """A repaired seller is one like any other, once the shop has looked again."""
    code = SELLER_OF["coat"].code
    _post(visitor, "/login", seller="coat")
    assert _post(visitor, "/listings").status_code == 403
    assert 'data-state="adverse-record"' in _image_of(visitor, "coat")
    (record,) = client.check(code).adverse_records

    body = {"action": "repair", "code": code, "recId": record.record_id}
    requests.post(f"{source.url}/mock/records", json=body, timeout=5).raise_for_status()
    client.forget(code)
    client.check(code)

    assert _post(visitor, "/listings").status_code == 303
    assert 'data-state="no-adverse-record"' in _image_of(visitor, "coat")


def test_i9_the_shop_stays_open_when_the_source_is_gone(visitor, client, source):
    """With the source down, pages come and actions go on; badges are grey."""
    source.stop()
    for seller in SELLERS[:-1]:
        client.forget(seller.code)
    _post(visitor, "/login", seller="food")

    assert visitor.get("/").status_code == 200
    assert _post(visitor, "/listings").status_code == 303
    assert 'data-state="unknown"' in _image_of(visitor, "food")
    source.start()


def test_visitors_are_asked_to_log_in(visitor):
    """Nobody can sell as nobody; the workbench sends visitors home."""
    assert _post(visitor, "/listings").status_code == 401
    assert visitor.get("/workbench").location == "/"
    assert _post(visitor, "/login", seller="").location == "/"


@pytest.mark.parametrize("token", ["", "wrong", "错"])
def test_writes_from_elsewhere_are_refused(visitor, token):
    """A form without the visit's token does nothing (CSRF)."""
    visitor.get("/")

    assert visitor.post("/login", data={"token": token, "seller": "tea"}).status_code == 400


def test_strangers_have_no_badge_here(visitor):
    """The shop is no door to the source: codes it does not list are not looked up."""
    assert visitor.get("/chengxin/badge/91370100M000111Y35.svg").status_code == 404
