"""The invariants as the host meets them: ends at the instant, unknown never refuses, our failures stay ours."""

import logging
import threading
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.client import CreditClient
from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.policy import Outcome
from chengxin.records import Role, Severity, end_of_china_day
from chengxin.services import LookupOptions
from chengxin.sources import Fetched
from chengxin.testing import CODES, ScriptedSource, a_listing, a_penalty, an_answer
from chengxin.testing.clock import FrozenClock
from flask_chengxin import Merchant, current_credit, review_wanted
from flask_chengxin.guards import guard as guard_module
from tests.plugin.shop import CODE, HTML, Shop, heard

MILLISECOND = timedelta(milliseconds=1)
LAST_DAY = date(2026, 11, 21)
END = end_of_china_day(LAST_DAY)


def _ask_just_before(shop: Shop, end: datetime) -> None:
    """Have the answer in the cache, young enough to live past ``end``."""
    shop.clock.advance(to=end - timedelta(minutes=10))
    assert shop.browser.get("/listing.create").status_code == 403


def test_i1_guard_stops_refusing_at_the_instant_the_disclosure_ends(shop):
    """At −1 ms it refuses, at 0 and +1 ms it does not, and the source is not asked in between."""
    shop.disclose(a_penalty(severity=Severity.SERIOUS, end_on=LAST_DAY))
    _ask_just_before(shop, END)

    seen = []
    for at in (END - MILLISECOND, END, END + MILLISECOND):
        shop.clock.advance(to=at)
        seen.append(shop.browser.get("/listing.create").status_code)

    assert seen == [403, 200, 200]
    assert shop.source.asked == [CODE]


def test_i1_guard_stops_refusing_within_one_request(shop):
    """What a request knew at its start does not hold past its end: the end may fall inside the request."""
    shop.disclose(a_penalty(severity=Severity.SERIOUS, end_on=LAST_DAY))
    _ask_just_before(shop, END)
    shop.clock.advance(to=END - MILLISECOND)

    with shop.request():
        before = shop.chengxin.decide("listing.create").outcome, current_credit.badge.state
        shop.clock.advance(seconds=0.001)
        after = shop.chengxin.decide("listing.create").outcome, current_credit.badge.state

    assert before == (Outcome.REFUSED, "adverse-record")
    assert after == (Outcome.ALLOWED, "no-adverse-record")
    assert shop.source.asked == [CODE]


@given(offset=st.integers(-3_600_000, 3_600_000))
def test_i1_no_output_shows_a_record_outside_its_period(offset):
    """Guard, badge, page and JSON agree at every instant around the end, and none shows what is over."""
    shop = Shop()
    shop.clock.advance(to=END - timedelta(hours=2))
    shop.disclose(a_penalty("P-GONE", severity=Severity.SERIOUS, end_on=LAST_DAY))
    shop.clock.advance(to=END + timedelta(milliseconds=offset))
    browser, is_over = shop.browser, offset >= 0

    answers = [
        browser.get(f"/chengxin/{path}").text for path in ("me", f"status/{CODE}", f"badge/{CODE}.svg")
    ]
    refused = browser.get("/listing.create").status_code == 403
    shop.credit.close()

    assert refused is not is_over
    assert ["P-GONE" in answers[0], "P-GONE" in answers[1]] == [not is_over] * 2
    assert ('data-state="adverse-record"' in answers[2]) is not is_over


def test_i1_a_repair_is_gone_from_every_output_once_it_is_known(shop):
    """When the platform learns of a repair, guard, badge, page and JSON forget the record together."""
    shop.disclose(a_listing("L-GONE"))
    paths = ("me", f"status/{CODE}", f"badge/{CODE}.svg")
    before = [shop.browser.get(f"/chengxin/{path}") for path in paths]
    assert "L-GONE" in before[0].text

    shop.disclose()

    after = [shop.browser.get(f"/chengxin/{path}") for path in paths]
    assert shop.browser.get("/listing.create").status_code == 200
    assert not any("L-GONE" in answer.text for answer in after)
    assert before[2].headers["ETag"] != after[2].headers["ETag"]
    stale = shop.browser.get(
        f"/chengxin/badge/{CODE}.svg", headers={"If-None-Match": before[2].headers["ETag"]}
    )
    assert stale.status_code == 200


@pytest.mark.parametrize("reason", list(UnknownReason))
def test_i2_unknown_never_refuses(shop, reason):
    """Whatever the source does, an unknown goes on; the badge is grey and says neither the one nor the other."""
    shop.disclose(a_listing())
    shop.source.fail(SourceUnavailable("It failed.", reason=reason))

    for action in ("listing.create", "livestream.start", "promotion.join"):
        assert shop.browser.get(f"/{action}").status_code == 200
    badge = shop.browser.get(f"/chengxin/badge/{CODE}.svg")
    assert (badge.status_code, badge.headers["Cache-Control"]) == (200, "private, no-store")
    assert 'data-state="unknown"' in badge.text
    assert "ETag" not in badge.headers


def test_i2_unknown_is_reviewed_where_the_action_says_so(shop):
    """The mode ``review`` sends the signal and the request goes on; ``hold`` sends none."""
    shop.source.fail(SourceUnavailable("It failed.", reason=UnknownReason.TIMEOUT))

    with heard(review_wanted) as seen:
        assert shop.browser.get("/livestream.start").text == "done"
        assert shop.browser.get("/listing.create").text == "done"

    assert [(sent["app"], sent["decision"].action, sent["credit"].merchant.code) for sent in seen] == [
        ("shop", "livestream.start", CODE.code)
    ]


def test_i2_a_code_that_is_not_lawful_is_unknown_and_stays_out_of_the_log(shop, caplog):
    """A code that was typed wrongly refuses nothing, and is not logged: it may be an identity number."""
    shop.merchant = Merchant(code="110101199003070038")

    with caplog.at_level(logging.DEBUG):
        assert shop.browser.get("/listing.create").status_code == 200

    assert "not lawful" in caplog.text
    assert "110101199003070038" not in caplog.text
    assert not shop.source.asked


class _Slow(ScriptedSource):
    """A source that answers when it is told to."""

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__(clock=clock)
        self.go = threading.Event()
        self.answered = threading.Event()

    def fetch_credit(self, code, **terms) -> Fetched:
        """Wait for the word, then answer."""
        assert self.go.wait(10)
        return super().fetch_credit(code, **terms)


@pytest.fixture
def slow(open_shop):
    """A shop with a slow source and a budget of 10 ms."""
    clock = FrozenClock()
    source = _Slow(clock)
    shop = open_shop(
        client=CreditClient(source, clock=clock, options=LookupOptions(deadline_seconds=5)),
        config={"CHENGXIN_BUDGET_SECONDS": 0.01},
    )
    yield shop, source
    source.go.set()


def test_i9_a_slow_source_costs_the_budget_and_serves_the_next_request(slow):
    """The request goes on at the end of its budget; the question goes on behind and its answer is used next."""
    shop, source = slow
    source.disclose(CODE, a_listing())

    assert shop.browser.get("/listing.create").status_code == 200
    source.go.set()
    assert shop.credit.check(CODE).standing == "ADVERSE"

    assert shop.browser.get("/listing.create").status_code == 403
    assert source.asked == [CODE]


def test_i9_the_budget_is_the_requests_not_each_questions(slow):
    """A page with many badges waits once: what was waited is not waited again, nor asked again."""
    shop, _source = slow
    waits = []
    check = shop.credit.check

    def spy(code, *, wait_seconds):
        waits.append(wait_seconds)
        shop.credit.clock.advance(seconds=0.006)
        return check(code, wait_seconds=0)

    shop.credit.check = spy
    template = "{% for code in codes + codes %}{{ trust_badge(code) }}{% endfor %}"
    page = shop.render(template, codes=[code.code for code in CODES])

    assert page.count("<img") == 8
    assert waits == pytest.approx([0.01, 0.004, 0, 0])


@pytest.mark.parametrize("part", ["check", "evaluate", "decide"])
def test_i9_a_bug_of_ours_is_logged_and_counts_as_unknown(shop, monkeypatch, caplog, part):
    """Whatever of ours breaks, the host's request goes on by the mode for the unknown, and the log has it all."""
    shop.disclose(a_listing())

    def break_down(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("a bug of ours")

    if part == "decide":
        monkeypatch.setattr("chengxin.policy.Treatment.decide", break_down)
    else:
        monkeypatch.setattr(shop.credit, part, break_down)

    with heard(review_wanted) as seen:
        for action in ("listing.create", "livestream.start"):
            assert shop.browser.get(f"/{action}").text == "done"

    assert [sent["decision"].action for sent in seen] == ["livestream.start"]
    assert "ZeroDivisionError: a bug of ours" in caplog.text


def test_i9_the_host_may_ask_what_failed(shop, monkeypatch):
    """The fault of ours stands in ``current_credit``; what is missing by it is missing, and nothing else."""
    monkeypatch.setattr(shop.credit, "evaluate", None)
    with shop.request():
        assert isinstance(current_credit.fault, TypeError)
        assert current_credit.treatment is None
        assert current_credit.status is not None
    monkeypatch.setattr(shop.credit, "check", None)
    with shop.request():
        assert isinstance(current_credit.fault, TypeError)
        assert current_credit.status is None
        assert current_credit.badge.state == "unknown"


def test_i9_a_page_that_breaks_is_answered_in_json(shop, tmp_path, caplog):
    """Where the host's own template fails, the merchant still gets every reason."""
    folder = tmp_path / "chengxin"
    folder.mkdir()
    (folder / "refusal.html").write_text("{{ 1 // 0 }}")
    shop.app.template_folder = str(tmp_path)
    shop.disclose(a_listing())

    answer = shop.browser.get("/listing.create", headers=HTML)

    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert "ZeroDivisionError" in caplog.text


def test_i3_what_cannot_be_explained_is_not_refused(shop, monkeypatch, caplog):
    """A refusal whose statement of reasons fails is none: the mode for the unknown applies."""
    monkeypatch.setattr(guard_module, "refusal_problem", None)
    shop.disclose(a_listing())

    assert shop.browser.get("/listing.create").text == "done"
    assert "could not be explained" in caplog.text


def test_i8_an_anchor_is_not_refused_but_reviewed(shop):
    """A natural person meets no automatic restriction; the review goes to a human."""
    shop.disclose(a_listing())
    shop.merchant = Merchant(code=CODE.code, role=Role.ANCHOR)

    with heard(review_wanted) as seen:
        assert shop.browser.get("/listing.create").status_code == 200

    assert [sent["decision"].is_review_wanted for sent in seen] == [True]


def test_a_status_that_ends_while_it_is_evaluated_is_asked_for_again(shop, monkeypatch):
    """Between check and evaluation a record may end; what was handed out then is not used a second time."""
    shop.disclose(a_penalty(severity=Severity.SERIOUS, end_on=LAST_DAY))
    _ask_just_before(shop, END)
    shop.clock.advance(to=END - MILLISECOND)
    evaluate = shop.credit.evaluate

    def late(*args: object, **options: object) -> object:
        shop.clock.advance(seconds=0.001)
        return evaluate(*args, **options)

    monkeypatch.setattr(shop.credit, "evaluate", late)
    with shop.request():
        assert shop.chengxin.decide("listing.create").outcome is Outcome.ALLOWED
        assert current_credit.status.records == ()


def test_an_answer_about_another_kind_of_standing_keeps_its_life(shop):
    """An unknown with a life of its own (not registered) is neither asked for again nor kept past its end."""
    assert an_answer().registered
    for _ in range(3):
        assert shop.browser.get("/listing.create").status_code == 200
    assert shop.source.asked == [CODE]
