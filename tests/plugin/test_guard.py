"""What a guard does to a view: it lets through, or refuses with every reason."""

import asyncio
import json
from datetime import date, timedelta

import pytest
from flask import Flask, Response, request
from flask.views import MethodView

from chengxin.errors import ConfigurationError, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.policy import Outcome, UnknownMode
from chengxin.records import Role, Severity, end_of_china_day, unknown
from chengxin.testing import CODES, a_commendation, a_listing, a_penalty
from flask_chengxin import ActionRefused, Chengxin, Merchant, NoMerchant, current_credit
from flask_chengxin.guards import guard as guard_module
from flask_chengxin.proxies import is_known_to_pass
from tests.plugin.shop import CODE, HTML


def test_an_action_that_nothing_refuses_goes_on(shop):
    """A merchant with nothing adverse gets the view's own answer."""
    shop.disclose()

    answer = shop.browser.get("/listing.create")

    assert (answer.status_code, answer.text) == (200, "done")


def test_a_refusal_is_a_problem_with_the_essentials_of_the_statement(shop):
    """RFC 9457 members, and for each measure everything that 令116 art. 19 has the merchant told."""
    shop.disclose(a_listing())

    answer = shop.browser.post("/listing.create")
    problem = json.loads(answer.data)

    assert answer.status_code == 403
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert problem["type"] == "urn:chengxin:problem:action-refused"
    assert (problem["status"], problem["action"], problem["source"]) == (403, "listing.create", "scripted")
    assert problem["instance"].startswith("urn:uuid:")
    assert problem["as_of"] == problem["decided_at"] == "2026-11-21T04:00:00.000Z"
    (measure,) = problem["measures"]
    assert measure["code"] == "listing-suspended"
    assert measure["rule_id"] == "serious-listing"
    assert set(measure["policy"]) == {"name", "version", "digest"}
    assert measure["policy"]["digest"].startswith("sha256:")
    assert measure["grounds"] == [
        {"record_id": "L1", "version": 1, "kind": "SERIOUS_LISTING", "ends_at": "2029-05-10T16:00:00.000Z"}
    ]
    assert [fact["record_id"] for fact in measure["facts"]] == ["L1"]
    assert {basis["article"] for basis in measure["legal_basis"]} >= {"32", "38"}
    assert measure["platform_rule"]["url"].startswith("https://")
    assert measure["starts_at"] < measure["ends_at"]
    assert measure["appeal_url"] in problem["appeal"]["urls"]
    assert measure["automated"] is True
    assert measure["decided_by"] is None
    assert problem["repair"]["url"] == "https://www.creditchina.gov.cn/"
    for text in (measure["title"], measure["reason"], problem["repair"]["text"], problem["texts"]["title"]):
        assert text["zh"] != text["en"]


@pytest.mark.parametrize(
    ("accept_language", "language", "title"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "暂时不能发布新商品"),
        ("en-GB,en;q=0.9", "en", "Not possible for now: List new goods"),
        ("fr", "zh-CN", "暂时不能发布新商品"),
        (None, "zh-CN", "暂时不能发布新商品"),
    ],
)
def test_a_problem_is_in_the_language_of_the_reader(shop, accept_language, language, title):
    """Title and detail follow Accept-Language, the app's default else; both languages are always there."""
    shop.disclose(a_listing())
    headers = {"Accept-Language": accept_language} if accept_language else {}

    answer = shop.browser.get("/listing.create", headers=headers)

    assert answer.headers["Content-Language"] == language
    assert set(answer.vary) == {"Accept", "Accept-Language"}
    assert json.loads(answer.data)["title"] == title


@pytest.mark.parametrize(
    ("accept", "mimetype"),
    [
        (HTML["Accept"], "text/html"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("text/html;q=0.5,application/json", "application/problem+json"),
    ],
)
def test_a_page_goes_to_those_who_prefer_one(shop, accept, mimetype):
    """Browsers get the page, everybody else the JSON."""
    shop.disclose(a_listing())

    assert shop.browser.get("/listing.create", headers={"Accept": accept}).mimetype == mimetype


def test_the_page_says_it_all_in_both_languages(shop):
    """Facts, reason, rule, basis, end, repair and appeal stand on the page; the other language folds out."""
    shop.disclose(a_listing())

    page = shop.browser.get("/listing.create", headers=HTML).text

    for text in (
        "暂停发布新商品",
        "New listings suspended",
        "被列入严重失信主体名单",
        "电子商务法",
        "E-Commerce Law",
        "https://rules.example.com/merchant-credit#4-17",
        "https://rules.example.com/appeals",
        "https://www.creditchina.gov.cn/",
        "示例事由",
        "示例市场监督管理局",
        "怎样修复",
        "How to appeal",
        "urn:uuid:",
        "2027-05-10 24:00",
    ):
        assert text in page
    assert "<script" not in page
    assert " style=" not in page
    assert 'lang="en"' in page


def test_an_end_at_midnight_is_told_as_24_00_of_the_last_day(shop):
    """People read the day until which something holds, not the instant after it."""
    shop.disclose(a_penalty(severity=Severity.SERIOUS))

    page = shop.browser.get("/listing.create", headers=HTML | {"Accept-Language": "en"}).text

    assert "<strong>2027-05-06 24:00 (China time)</strong>" in page
    assert "<strong>2027-05-06 24:00（北京时间）</strong>" in page


def test_nobody_is_asked_to_log_in(shop):
    """Without a merchant the answer is 401, as JSON or as a page."""
    shop.merchant = None

    answer, page = shop.browser.get("/listing.create"), shop.browser.get("/listing.create", headers=HTML)

    assert (answer.status_code, json.loads(answer.data)["type"]) == (401, "urn:chengxin:problem:no-merchant")
    assert (page.status_code, page.mimetype) == (401, "text/html")
    assert "请先登录" in page.text
    assert "Log in first" in page.text


def test_nobody_may_pass_where_the_host_says_so(open_shop):
    """With CHENGXIN_NOBODY=allow a guard concerns merchants alone."""
    shop = open_shop(config={"CHENGXIN_NOBODY": "allow"})
    shop.merchant = None

    assert shop.browser.get("/listing.create").status_code == 200
    with shop.request():
        decision = shop.chengxin.decide("listing.create")
    assert (decision.outcome, decision.unknown_mode) == (Outcome.ALLOWED, UnknownMode.HOLD)


def test_without_a_loader_nobody_is_logged_in_and_the_log_says_why(caplog):
    """A loader that was forgotten shows at the first request, and opens nothing."""
    app = Flask("shop")
    chengxin = Chengxin()
    app.config["CHENGXIN_SOURCE_URL"] = "http://127.0.0.1:9"
    chengxin.init_app(app)
    app.add_url_rule("/", "view", chengxin.guard("listing.create")(lambda: "done"))

    assert app.test_client().get("/").status_code == 401
    assert "@chengxin.merchant_loader" in caplog.text


def test_a_guarded_view_keeps_its_name_and_documentation(shop):
    """Flask names endpoints by views, and people read their documentation."""

    @shop.chengxin.guard("listing.create")
    def create_listing() -> str:
        """List new goods."""
        return "done"

    assert (create_listing.__name__, create_listing.__doc__) == ("create_listing", "List new goods.")


def test_methods_of_view_classes_are_guarded(shop):
    """A guard works on a method as on a function."""

    class Listings(MethodView):
        @shop.chengxin.guard("listing.create")
        def post(self, name: str) -> str:
            return name

    shop.app.add_url_rule("/class/<name>", view_func=Listings.as_view("listings"))
    shop.disclose()
    assert shop.browser.post("/class/tea").text == "tea"

    shop.disclose(a_listing())
    assert shop.browser.post("/class/tea").status_code == 403


def test_coroutine_views_are_guarded(shop):
    """The guard of a coroutine view is one too, so that Flask runs it as such."""

    @shop.chengxin.guard("listing.create")
    async def create_listing() -> str:
        return "done"

    shop.disclose()
    with shop.request():
        assert asyncio.run(create_listing()) == "done"
    shop.disclose(a_listing())
    with shop.request():
        assert asyncio.run(create_listing()).status_code == 403


def test_a_guard_around_code_raises_the_refusal(shop):
    """As a context manager it raises, with the same response, past the host's general 403 page."""
    shop.app.register_error_handler(403, lambda _error: ("a page of the host", 403))

    @shop.app.get("/around")
    def around() -> str:
        with shop.chengxin.guard("listing.create"):
            return "done"

    shop.disclose()
    assert shop.browser.get("/around").text == "done"
    shop.disclose(a_listing())
    refused = shop.browser.get("/around")
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    with shop.request(), pytest.raises(ActionRefused) as refusal, shop.chengxin.guard("listing.create"):
        pytest.fail("This is not reached.")
    assert refusal.value.decision.outcome is Outcome.REFUSED
    shop.merchant = None
    assert shop.browser.get("/around").status_code == 401


def test_decide_tells_without_refusing(shop):
    """Code that acts by itself gets the decision, about the current merchant or one it names."""
    shop.disclose(a_penalty(severity=Severity.SERIOUS))

    with shop.request():
        assert shop.chengxin.decide("listing.create").outcome is Outcome.REFUSED
        assert shop.chengxin.decide("store.operate").outcome is Outcome.ALLOWED
    with shop.app.app_context():
        named = shop.chengxin.decide("listing.create", merchant=Merchant(code=CODE.code))
        anchor = Merchant(code=CODE.code, role=Role.ANCHOR)
        assert named.outcome is Outcome.REFUSED
        assert shop.chengxin.decide("listing.create", merchant=anchor).outcome is Outcome.ALLOWED


def test_decide_about_nobody_raises(shop):
    """There is no decision about nobody, unless the host lets nobody pass."""
    shop.merchant = None

    with shop.request(), pytest.raises(NoMerchant):
        shop.chengxin.decide("listing.create")


def test_facts_of_the_platform_count(shop):
    """What the loader tells of the merchant reaches the policy."""
    shop.disclose(a_commendation())

    for days, tier in ((400, "preferred"), (3, "standard")):
        shop.merchant = Merchant(code=CODE.code, facts={"registered_days": days})
        with shop.request():
            assert current_credit.treatment.tier == tier


def test_an_undeclared_action_is_refused_where_it_is_written(shop):
    """A guard that could never refuse is a mistake that shows before the first request."""
    with pytest.raises(ConfigurationError, match=r"Did you mean 'listing\.create'\?"):
        shop.chengxin.guard("listing.creat")
    with shop.request(), pytest.raises(ConfigurationError, match="declares no action 'xyzzy'"):
        shop.chengxin.decide("xyzzy")

    later = Chengxin(client=shop.credit)
    later.guard("listing.creat")
    with pytest.raises(ConfigurationError, match=r"declares no action 'listing\.creat'"):
        later.init_app(Flask("another"))
    foreign = Chengxin(client=shop.credit)
    foreign.guard("something.else")
    with pytest.raises(ConfigurationError, match="Declare it there"):
        foreign.init_app(Flask("a third"))


def test_the_merchant_is_loaded_once_in_a_request(shop):
    """A loader may ask the host's database, so it is asked once; the next request asks again."""
    shop.disclose()

    @shop.app.get("/twice")
    @shop.chengxin.guard("listing.create")
    @shop.chengxin.guard("livestream.start")
    def twice() -> str:
        return f"{current_credit.status.standing} {current_credit.merchant.merchant_id}"

    with shop.app.app_context():  # an outer app context is shared by both requests
        assert shop.browser.get("/twice").text == "NO_ADVERSE_RECORD None"
        assert shop.loaded == 1
        shop.merchant = Merchant(code=CODE.code, merchant_id="m-2")
        assert shop.browser.get("/twice").text == "NO_ADVERSE_RECORD m-2"
        assert shop.loaded == 2


def test_a_guard_in_an_app_that_was_not_set_up_says_so(shop):
    """A view that moved to another app is a mistake with a remedy, not an open door."""
    app = Flask("another")
    app.testing = True
    app.add_url_rule("/", "view", shop.chengxin.guard("listing.create")(lambda: "done"))

    with pytest.raises(ConfigurationError, match="Call init_app"):
        app.test_client().get("/")


def test_what_the_host_raises_is_the_hosts(shop):
    """Exceptions of the host's view and loader arrive as they are."""

    @shop.app.get("/view")
    @shop.chengxin.guard("listing.create")
    def view() -> str:
        raise KeyError("view")

    shop.disclose()
    with pytest.raises(KeyError, match="view"):
        shop.browser.get("/view")

    def load() -> None:
        raise KeyError("loader")

    shop.chengxin.merchant_loader(load)
    with pytest.raises(KeyError, match="loader"):
        shop.browser.get("/listing.create")


def test_current_credit_is_false_where_nobody_is_logged_in(shop):
    """Templates can ask whether there is anything to show."""
    assert shop.render("{{ current_credit.badge.text.en if current_credit else 'nobody' }}") != "nobody"
    shop.merchant = None
    assert shop.render("{{ current_credit.badge.text.en if current_credit else 'nobody' }}") == "nobody"


def test_the_host_may_know_the_readers_language(shop):
    """What the reader chose on the host's pages comes before what the browser prefers, unless it is neither."""
    shop.disclose(a_listing())
    chosen = "en"

    @shop.chengxin.language_selector
    def select_language() -> str | None:
        return chosen

    def ask() -> str:
        return shop.browser.get("/listing.create", headers={"Accept-Language": "zh"}).headers[
            "Content-Language"
        ]

    assert ask() == "en"
    chosen = "fr"
    assert ask() == "zh-CN"
    assert shop.browser.get("/chengxin/badge/unknown.svg?lang=en").headers["Content-Language"] == "en"


def test_a_guarded_function_works_outside_a_request(shop):
    """A background job asks for the merchant each time, and is refused like a request."""
    shop.disclose(a_listing())
    shop.app.config["SERVER_NAME"] = "shop.invalid"
    with shop.app.app_context():
        assert not is_known_to_pass("listing.create")
        with pytest.raises(ActionRefused), shop.chengxin.guard("listing.create"):
            pass
        shop.disclose()
        with shop.chengxin.guard("listing.create"):
            done = True
    assert done


def test_facts_that_the_policy_does_not_declare_are_as_if_not_given(shop, caplog):
    """A misspelt fact switches no guard off: rules on it do not hold, all others do, and the log says so."""
    shop.disclose(a_listing())
    shop.merchant = Merchant(code=CODE.code, facts={"registerd_days": 3, "registered_days": 400})
    assert shop.browser.get("/listing.create").status_code == 403
    assert "registerd_days" in caplog.text


def test_i1_a_refusal_that_ends_while_it_is_explained_is_none(open_shop, monkeypatch):
    """Rendering takes time; what has ended by then is not refused, and not told."""
    shop = open_shop()
    end = end_of_china_day(date(2026, 11, 30))
    shop.clock.advance(to=end - timedelta(minutes=30))
    shop.disclose(a_listing("ENDING-1", end_on=date(2026, 11, 30)))
    assert shop.browser.get("/listing.create").status_code == 403
    shop.clock.advance(to=end - timedelta(milliseconds=1))
    asked = len(shop.source.asked)
    explain = guard_module.refusal_problem

    def slowly(*arguments):
        shop.clock.advance(seconds=0.5)
        return explain(*arguments)

    monkeypatch.setattr(guard_module, "refusal_problem", slowly)
    answer = shop.browser.get("/listing.create")
    assert (answer.status_code, answer.text) == (200, "done")
    assert len(shop.source.asked) == asked


def test_a_refusal_that_never_holds_long_enough_to_be_explained_is_none(open_shop, monkeypatch):
    """Answers that live shorter than a page takes are looked at a few times, and then refuse nothing."""
    shop = open_shop()
    shop.disclose(a_listing())
    explain = guard_module.refusal_problem

    def for_ever(*arguments):
        shop.clock.advance(seconds=100_000)
        return explain(*arguments)

    monkeypatch.setattr(guard_module, "refusal_problem", for_ever)
    assert shop.browser.get("/listing.create").text == "done"


def test_a_guard_of_an_action_that_no_policy_declares_refuses_nothing_and_says_so(shop, caplog):
    """One that was made for another app is no failure of a request."""
    shop.app.add_url_rule("/typo", "typo", Chengxin().guard("listing.crate")(lambda: "done"))
    shop.disclose(a_listing())
    assert shop.browser.get("/typo").text == "done"
    assert "listing.crate" in caplog.text


def test_two_apps_that_share_an_environment_have_merchants_of_their_own(open_shop):
    """An app in front that hands a request on does not lend its merchant."""
    front, behind = open_shop(), open_shop()
    front.disclose()
    behind.disclose(a_listing())

    @front.app.get("/handed-on")
    @front.chengxin.guard("listing.create")
    def hand_on():
        environ = dict(request.environ, PATH_INFO="/listing.create")
        return Response.from_app(behind.app.wsgi_app, environ)

    assert front.browser.get("/handed-on").status_code == 403
    assert (front.loaded, behind.loaded) == (1, 1)


def test_i9_questions_about_several_merchants_share_one_budget(open_shop):
    """However many a view asks about, the request waits no longer than it may."""
    shop = open_shop(config={"CHENGXIN_BUDGET_SECONDS": 0.05})
    waits = []

    def check(code, *, wait_seconds):
        waits.append(wait_seconds)
        shop.clock.advance(seconds=wait_seconds)
        return unknown(
            Uscc(code), reason=UnknownReason.TIMEOUT, detail="…", at=shop.clock.now(), source="test"
        )

    shop.credit.check = check
    with shop.request():
        for code in [*CODES[:3], CODES[0]]:
            shop.chengxin.decide("listing.create", merchant=Merchant(code=code.code))
    assert waits == [0.05, 0.0, 0.0]


def test_a_loader_that_returns_something_else_says_so(shop):
    """It is the host's mistake, and is not passed over."""
    shop.merchant = {"code": CODE.code}
    with pytest.raises(TypeError, match="returns a Merchant or None, not dict"):
        shop.browser.get("/listing.create")


def test_i8_a_merchant_does_not_show_its_code():
    """It may be an identity number by mistake, and signals carry it to error reporters."""
    assert "110108199001011231" not in repr(Merchant(code="110108199001011231"))


def test_what_is_in_memory_lets_an_action_pass_and_nothing_else_does(shop):
    """Known and untouched passes; unknown, refused and never asked for goes the long way."""
    with shop.request():
        assert not is_known_to_pass("listing.create")
    shop.disclose()
    shop.browser.get("/listing.create")
    with shop.request():
        assert is_known_to_pass("listing.create")
    shop.merchant = None
    with shop.request():
        assert not is_known_to_pass("listing.create")
