"""Badges: true at the instant, for codes that the platform shows, safe whatever they say."""

import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import render_template

from chengxin.badges import Badge, BadgeState
from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.policy import Text
from chengxin.records import DisclosureStatus, end_of_china_day
from chengxin.testing import CODES, a_penalty
from flask_chengxin import Merchant
from flask_chengxin.proxies import Reader
from flask_chengxin.views.badge import badge_width, render_badge
from tests.plugin.shop import CODE

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """</title></svg><script>alert('x')</script>&"' onload="x" 示例"""


def _image(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  # our own rendering


def test_the_badge_says_what_the_source_discloses_as_of_when(shop):
    """The image carries the statement as its accessible name, its title and its text."""
    shop.disclose()

    answer = shop.browser.get(f"/chengxin/badge/{CODE}.svg?lang=en")
    image = _image(answer.text)

    said = "Credit China: no adverse record shown as of 2026-11-21"
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert (image.get("role"), image.get("aria-label")) == ("img", said)
    assert [image.findtext(f"{SVG}title"), image.findtext(f"{SVG}text")] == [said, said]
    assert image.get("data-state") == "no-adverse-record"


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("?lang=en", "zh", "en"),
        ("?lang=zh", "en", "zh-CN"),
        ("", "en", "en"),
        ("?lang=xx", "zh", "zh-CN"),
        ("", "", "zh-CN"),
    ],
)
def test_the_badge_is_in_the_language_asked_for(shop, query, accept, language):
    """The address chooses; what the browser prefers comes next; Chinese is the default."""
    shop.disclose()

    answer = shop.browser.get(f"/chengxin/badge/{CODE}.svg{query}", headers={"Accept-Language": accept})

    assert answer.headers["Content-Language"] == language
    assert ("Credit China" in answer.text) is (language == "en")


def test_a_disputed_record_is_marked_on_the_badge(shop):
    """Whoever reads of the record reads that it is disputed."""
    shop.disclose(a_penalty(status=DisclosureStatus.DISPUTED))

    assert "(1 disputed)" in shop.browser.get(f"/chengxin/badge/{CODE}.svg?lang=en").text


def test_a_browser_keeps_a_badge_no_longer_than_it_is_true(shop):
    """At most 60 s, at most until the next change of what is shown, and adverse ones not at all."""
    tomorrow = date(2026, 11, 22)
    shop.disclose(a_penalty(start_on=tomorrow))

    def cache_control() -> str:
        return shop.browser.get(f"/chengxin/badge/{CODE}.svg").headers["Cache-Control"]

    assert cache_control() == "private, max-age=60, must-revalidate"
    starts_at = end_of_china_day(date(2026, 11, 21))
    shop.clock.advance(to=starts_at - timedelta(minutes=10))
    cache_control()
    shop.clock.advance(to=starts_at - timedelta(seconds=7.5))
    assert cache_control() == "private, max-age=7, must-revalidate"
    shop.clock.advance(to=starts_at)
    assert cache_control() == "private, no-cache"


def test_a_badge_that_is_still_true_is_not_sent_again(shop):
    """The entity tag is of the bytes alone, and asking again with it is answered without them."""
    shop.disclose(a_penalty())
    url = f"/chengxin/badge/{CODE}.svg"
    first = shop.browser.get(url)

    again = shop.browser.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.text) == (304, "")
    assert again.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    "code", ["91350100M000100Y44", "xyz", "91350100m000100y43", CODES[1].code, "<b>.svg"]
)
def test_codes_that_the_platform_does_not_show_are_grey_and_not_found(shop, code):
    """Unlawful codes and codes of strangers get the same grey image, and the source is not asked."""
    answer = shop.browser.get(f"/chengxin/badge/{code}.svg")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "private, no-store")
    assert _image(answer.text).get("data-state") == "unknown"
    assert shop.source.asked == []


def test_the_host_says_whom_it_lists(shop):
    """With the predicate the public sees badges of those it lists; the merchant sees its own all the same."""
    shop.chengxin.is_listed(lambda code: code == CODES[1].code)
    for code in CODES:
        shop.source.disclose(code)
    statuses = {code.code: shop.browser.get(f"/chengxin/badge/{code}.svg").status_code for code in CODES}

    assert [code for code, status in statuses.items() if status == 200] == [CODE.code, CODES[1].code]
    shop.merchant = None
    assert shop.browser.get(f"/chengxin/badge/{CODE}.svg").status_code == 404
    assert shop.browser.get(f"/chengxin/badge/{CODES[1]}.svg").status_code == 200


def test_trust_badge_links_the_image_to_its_verification(shop):
    """In a template the badge is a link around an image whose alternative text is true now."""
    shop.disclose()

    html = shop.render("{{ trust_badge(code, lang='en') }}", code="９１３５０１００-m000100y43")

    assert html == (
        f'<a class="chengxin-badge-link" href="/chengxin/status/{CODE}?lang=en" lang="en">'
        f'<img class="chengxin-badge" src="/chengxin/badge/{CODE}.svg?lang=en" '
        'alt="Credit China: no adverse record shown as of 2026-11-21" '
        'height="26"></a>'
    )


def test_trust_badge_is_about_the_logged_in_merchant_by_default(shop):
    """Without a code it is the merchant's own; for nobody it is grey and links nowhere."""
    shop.disclose(a_penalty())
    assert "公示中的失信信息 1 条" in shop.render("{{ trust_badge() }}")

    shop.merchant = None
    html = shop.render("{{ trust_badge() }}")
    assert html.startswith('<img class="chengxin-badge" src="/chengxin/badge/unknown.svg?lang=zh"')
    grey = shop.browser.get("/chengxin/badge/unknown.svg?lang=zh")
    assert (grey.status_code, grey.headers["Cache-Control"]) == (200, "private, no-store")


@pytest.mark.parametrize("code", [HOSTILE, "", "91350100M000100Y44"])
def test_trust_badge_of_a_code_that_is_not_lawful_is_grey(shop, code):
    """What a merchant typed into its profile never reaches the page, lawful or not."""
    html = shop.render("{{ trust_badge(code) }}", code=code)

    assert html.startswith("<img ")
    assert "script" not in html
    assert "<a" not in html
    assert shop.source.asked == []


def test_hostile_text_stays_text(shop):
    """The image is rendered with autoescape, so nothing that a badge says becomes markup."""
    badge = Badge(
        state=BadgeState.ADVERSE_RECORD,
        text=Text(zh=HOSTILE, en=HOSTILE),
        as_of=None,
        valid_until=datetime(2026, 11, 21, tzinfo=UTC),
    )
    with shop.request():
        image = _image(render_badge(badge, Reader(language="en")))

    assert image.get("aria-label") == image.findtext(f"{SVG}text") == HOSTILE
    assert not image.findall(f".//{SVG}script")
    assert image.get("onload") is None


def test_chinese_text_has_the_room_it_needs():
    """A Chinese character takes an em, combining marks take none; the width follows."""
    assert badge_width("未见") - badge_width("") == 26
    assert badge_width("ab") < badge_width("AB") < badge_width("未见")
    assert badge_width("e\u0301") == badge_width("e")


@pytest.mark.parametrize("failing", [True, False])
def test_a_badge_outside_a_request_waits_within_its_budget(shop, failing):
    """Letters and feeds are rendered outside requests; the badge is grey where the source does not answer."""
    shop.app.config["SERVER_NAME"] = "shop.example"
    shop.disclose()
    if failing:
        shop.source.fail(SourceUnavailable("It failed.", reason=UnknownReason.UNREACHABLE))
    shop.merchant = Merchant(code=CODE.code)

    with shop.app.app_context():
        html = shop.app.jinja_env.from_string("{{ trust_badge(code) }}").render(code=CODE.code)

    assert "http://shop.example/chengxin/status/" in html
    assert ("暂未查得" in html) is failing


def test_templates_may_be_overridden_by_the_host(shop, tmp_path):
    """The host's own template of the same name comes first."""
    folder = tmp_path / "chengxin"
    folder.mkdir()
    (folder / "badge.svg").write_text("<svg>{{ text }}</svg>")
    shop.app.template_folder = str(tmp_path)
    with shop.request():
        assert render_template("chengxin/badge.svg", text="<>") == "<svg>&lt;&gt;</svg>"
