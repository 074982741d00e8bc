"""The page that verifies a badge, and the JSON of the logged-in merchant."""

import json
from dataclasses import replace
from datetime import date

import pytest

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.records import DisclosureStatus, PenaltyDetail, Severity, Subject
from chengxin.testing import CODES, a_commendation, a_listing, a_penalty, an_answer, an_evaluation
from flask_chengxin import Merchant
from tests.plugin.shop import CODE

URL = f"/chengxin/status/{CODE}"


IN_CHINESE = ("公共信用状况查验", "公示中的失信信息", "异议中", "一般", "公示期", "北京时间", "2,000.50 元")
IN_ENGLISH = ("Public credit status, verified", "disputed", "general", "China time", "2,000.50 yuan")
IN_BOTH = (
    "福建示例商贸有限公司",
    CODE.code,
    "行政处罚",
    "2026-11-21 12:00",
    "2027-05-06 24:00",
    "A级纳税人",
    "scripted",
)


@pytest.mark.parametrize(("language", "texts"), [("zh", IN_CHINESE), ("en", IN_ENGLISH)])
def test_the_page_repeats_what_the_source_discloses(shop, language, texts):
    """Records are shown in the words of the source, disputed ones marked, with their period and the data date."""
    detail = PenaltyDetail(facts="处罚机关认定的事实", fine_fen=200_050, decided_on=date(2026, 5, 11))
    shop.disclose(
        a_penalty(status=DisclosureStatus.DISPUTED, severity=Severity.GENERAL, detail=detail),
        a_listing(end_on=None),
        a_commendation(),
        an_evaluation(),
    )

    answer = shop.browser.get(f"{URL}?lang={language}")

    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    for text in (
        *texts,
        "福建示例商贸有限公司",
        CODE.code,
        "2026-11-21 12:00",
        "2027-05-06 24:00",
        "A级纳税人",
        "scripted",
    ):
        assert text in answer.text
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_the_page_is_kept_nowhere(shop):
    """Neither browsers nor search engines keep what may end at any instant."""
    shop.disclose(a_penalty())

    answer = shop.browser.get(URL)

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert "ETag" not in answer.headers
    assert set(answer.vary) == {"Accept-Language"}


def test_a_page_without_adverse_records_praises_nobody(shop):
    """It says what is not shown, as of when, and no more."""
    shop.disclose()

    page = shop.browser.get(f"{URL}?lang=en").text

    assert "discloses no adverse record" in page
    for praise in ("trustworthy", "excellent", "good standing", "reliable"):
        assert praise not in page.lower()


def test_a_page_of_an_unknown_says_neither_the_one_nor_the_other(shop):
    """Where the source cannot be asked the page says just that."""
    shop.source.fail(SourceUnavailable("It failed.", reason=UnknownReason.UNREACHABLE))

    answer = shop.browser.get(f"{URL}?lang=en")

    assert answer.status_code == 200
    assert "neither that there are adverse records nor that there are none" in answer.text
    assert 'data-state="unknown"' in answer.text


@pytest.mark.parametrize("code", [CODES[1].code, "91350100M000100Y44", "<script>x"])
def test_a_page_of_a_code_that_is_not_shown_is_not_found(shop, code):
    """Strangers and unlawful codes are not looked up; what was asked is not echoed as markup."""
    answer = shop.browser.get(f"/chengxin/status/{code}?lang=en")

    assert answer.status_code == 404
    assert "Nothing to verify here" in answer.text
    assert "<script" not in answer.text
    assert shop.source.asked == []


def test_hostile_names_stay_text(shop):
    """A registered name is shown as text whatever it holds."""
    shop.disclose()
    hostile = """<script>alert("x")</script>{{ 7*7 }}"""
    answer = replace(an_answer(a_penalty()), subject=Subject.of(CODE, name=hostile, registration="<b>存续"))
    shop.source._answers[CODE] = answer
    shop.credit.forget(CODE)

    page = shop.browser.get(URL).text

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "&lt;b&gt;存续" in page


def test_severity_in_other_words_is_shown_as_given(shop):
    """What the source says beyond its three classes is repeated, not interpreted; an inferred end is told."""
    penalty = a_penalty(severity=None)
    shop.disclose(replace(penalty, severity_text="较重", period=replace(penalty.period, inferred=True)))

    page = shop.browser.get(URL).text

    assert "较重" in page
    assert "按法定最长期限计算" in page


def test_me_tells_status_treatment_and_badge(shop):
    """The logged-in merchant gets all that applies to them, and it is kept nowhere."""
    shop.disclose(a_listing())
    shop.merchant = Merchant(code=CODE.code, merchant_id="m-1")

    answer = shop.browser.get("/chengxin/me")
    me = answer.json

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert (me["merchant_id"], me["status"]["standing"]) == ("m-1", "ADVERSE")
    assert me["treatment"]["tier"] == "restricted"
    assert "listing-suspended" in {measure["code"] for measure in me["treatment"]["measures"]}
    assert "reviews" not in me["treatment"]
    assert me["badge"]["state"] == "adverse-record"
    assert me["badge"]["as_of"] == "2026-11-21T04:00:00.000Z"
    assert me["badge"]["text"]["en"].startswith("Credit China: 1 adverse record shown")


def test_me_of_nobody_is_a_problem(shop):
    """Without a merchant there is nothing to tell."""
    shop.merchant = None

    answer = shop.browser.get("/chengxin/me", headers={"Accept-Language": "en"})

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert json.loads(answer.data)["title"] == "Log in first"


def test_me_of_a_code_that_is_not_lawful_has_no_status(shop):
    """Nothing can be known of it, and that is said."""
    shop.merchant = Merchant(code="xyz")

    me = shop.browser.get("/chengxin/me").json

    assert (me["status"], me["treatment"]) == (None, None)
    assert (me["badge"]["state"], me["badge"]["as_of"]) == ("unknown", None)


def test_i8_a_code_that_is_not_listed_is_not_repeated(shop):
    """It may be an identity number that somebody typed into an address."""
    answer = shop.browser.get("/chengxin/status/11010819900101123X")
    assert answer.status_code == 404
    assert "11010819900101123X" not in answer.text


@pytest.mark.parametrize("code", [None, 123, "nonsense"])
def test_i9_a_merchant_without_a_lawful_code_has_no_pages_and_no_failure(shop, code):
    """Pages, badges and templates say that nothing is known."""
    shop.merchant = Merchant(code=code)
    assert shop.browser.get(f"/chengxin/status/{CODE}").status_code == 404
    assert shop.browser.get(f"/chengxin/badge/{CODE}.svg").status_code == 404
    assert "badge/unknown.svg" in shop.render("{{ trust_badge() }}")


def test_i9_a_failure_of_ours_shows_nothing_and_fails_nothing(shop, monkeypatch, caplog):
    """Badge, page and template are answered, and the log has the failure."""
    shop.disclose()

    def fail(*_, **__):
        raise RuntimeError("ours")

    monkeypatch.setattr(shop.credit, "check", fail)
    assert shop.browser.get(f"/chengxin/status/{CODE}").status_code == 200
    assert shop.browser.get(f"/chengxin/badge/{CODE}.svg").status_code == 200
    assert "not available" in shop.render("{{ trust_badge(lang='en') }}")
    assert "ours" in caplog.text
