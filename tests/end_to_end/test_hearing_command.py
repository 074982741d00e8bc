"""The commands on appeals, reviews, pledges and what is public, against a mock source on real HTTP."""

import json
import sys
from datetime import date, timedelta
from types import ModuleType

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.cli.exit_code import ExitCode
from chengxin.clock import SystemClock
from chengxin.platform import Platform, PlatformSettings
from chengxin.policy import Text
from chengxin.procedure.pledge import NamedFact
from chengxin.services.appeals import Attachment
from chengxin.services.publicity import Shop
from tests.processes.treating import at_once
from tests.processes.world import GENERAL

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
WORDS = ("--reason-zh", "罚款已缴清。", "--reason-en", "The fine is paid.")
BY = ("--by", "王芳")
MERCHANT = "陈店主"


@pytest.fixture
def run(source, database_url, tmp_path, monkeypatch):
    """Run a command of a platform whose measures take effect at once."""
    policy = tmp_path / "at-once.json"
    policy.write_text(at_once(), encoding="utf-8")
    given = {
        "CHENGXIN_SOURCE_URL": source.url,
        "CHENGXIN_APP_KEY": "mock-app-key",
        "CHENGXIN_SECRET": "mock-app-secret",
        "CHENGXIN_DATABASE_URL": database_url,
        "CHENGXIN_POLICY": str(policy),
        "CHENGXIN_WAVE_SHARE": "1",
        "COLUMNS": "300",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return lambda *words, **named: CliRunner().invoke(app, [*words], **named)


def lines(result):
    """Return what was printed for a pipe."""
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def as_json(run, *words):
    """Return what a command prints for a pipe."""
    return lines(run(*words, "--format", "json"))


@pytest.fixture
def appeal_id(run):
    """An appeal of a merchant against a measure that suspends it from listing, with evidence."""
    run("treatment", "reconcile", GENERAL)
    shown = as_json(run, "treatment", "show", GENERAL)
    (one,) = [each["imposition_id"] for each in shown if each["measure"] == "listing-suspended"]
    receipt = Attachment(name="凭证.pdf", content=b"%PDF-1.7 receipt")
    with Platform.from_env() as platform:
        return platform.appeals.file(
            one, by=MERCHANT, statement="罚款已经缴清。", attachments=[receipt]
        ).appeal_id


def test_an_appeal_is_listed_shown_taken_and_granted(run, appeal_id):
    """By somebody without a web page; the measure is lifted at once, and what is refused ends with 2."""
    (listed,) = as_json(run, "appeal", "list")
    assert (listed["appeal_id"], listed["stage"], listed["is_overdue"]) == (appeal_id, "FILED", False)
    assert as_json(run, "appeal", "list", "--overdue") == []
    assert run("appeal", "decide", appeal_id, *BY, *WORDS, "--outcome", "granted").exit_code == ExitCode.USAGE
    (taken,) = as_json(run, "appeal", "take", appeal_id, *BY)
    assert (taken["stage"], taken["reviewer"]) == ("IN_REVIEW", "王芳")
    assert run("appeal", "take", appeal_id, "--by", "赵敏").exit_code == ExitCode.USAGE
    (over,) = as_json(run, "appeal", "take", appeal_id, "--by", "赵敏", "--reason", "王芳休假")
    assert over["reviewer"] == "赵敏"
    table = run("appeal", "show", appeal_id)
    assert ("罚款已经缴清" in table.stdout, "凭证.pdf" in table.stdout) == (True, True)
    decided = as_json(run, "appeal", "decide", appeal_id, "--by", "赵敏", *WORDS, "--outcome", "granted")
    assert [(one["stage"], one["outcome"], one["decided_by"]) for one in decided] == [
        ("DECIDED", "GRANTED", "赵敏")
    ]
    shown = as_json(run, "appeal", "show", appeal_id)
    assert [one["move"] for one in shown[1:]] == ["file", "acknowledge", "take", "take", "decide"]
    assert shown[-1]["reasons"] == {"zh": "罚款已缴清。", "en": "The fine is paid."}
    ended = {one["measure"]: one["ending"] for one in as_json(run, "treatment", "show", GENERAL)}
    assert ended["listing-suspended"] == "APPEAL_GRANTED"
    assert as_json(run, "appeal", "list") == []


def test_an_appeal_is_granted_in_part_by_an_earlier_end(run, appeal_id):
    """To the minute, in China time."""
    run("appeal", "take", appeal_id, *BY)
    day = (SystemClock().now() + timedelta(days=3)).date()
    words = ("--outcome", "partly-granted", "--ends-at", f"{day}T12:30")
    (decided,) = as_json(run, "appeal", "decide", appeal_id, *BY, *WORDS, *words)
    assert decided["outcome"] == "PARTLY_GRANTED"
    ends = {one["measure"]: one["ends_at"] for one in as_json(run, "treatment", "show", GENERAL)}
    assert ends["listing-suspended"] == f"{day}T04:30:00.000Z"


def test_what_is_no_appeal_is_told(run):
    """And so are reasons of which nothing is left."""
    assert run("appeal", "show", "none").exit_code == ExitCode.USAGE
    assert run("appeal", "take", "none", *BY).exit_code == ExitCode.USAGE
    empty = ("--reason-zh", " ", "--reason-en", "x", "--outcome", "rejected")
    assert run("appeal", "decide", "none", *BY, *empty).exit_code == ExitCode.USAGE
    assert run("appeal", "list").exit_code == 0


def test_a_review_is_listed_and_decided_both_ways(run):
    """What a human decides for is a measure; what they refuse is none."""
    run("treatment", "reconcile", GENERAL, "--role", "ANCHOR")
    waiting = as_json(run, "review", "list")
    assert {(one["code"], one["role"]) for one in waiting} == {(GENERAL, "ANCHOR")}
    by_measure = {one["measure"]: one["review_id"] for one in waiting}
    assert "listing-suspended" in run("review", "list").stdout
    words = (*BY, "--reason", "已核实")
    (imposed,) = as_json(run, "review", "decide", by_measure.pop("listing-suspended"), "--impose", *words)
    assert (imposed["outcome"], imposed["by"]) == ("IMPOSED", "王芳")
    (measure,) = as_json(run, "treatment", "show", GENERAL)
    assert measure["imposition_id"] == imposed["imposition_id"]
    for review_id in by_measure.values():
        assert as_json(run, "review", "decide", review_id, "--refuse", *words)[0]["outcome"] == "REFUSED"
        assert run("review", "decide", review_id, "--refuse", *words).exit_code == ExitCode.USAGE
    assert as_json(run, "review", "list") == []
    assert run("review", "decide", "none", *words).exit_code == ExitCode.USAGE


def test_pledges_are_listed_settled_and_verified(run, tmp_path):
    """With the files that show it; not by who pledged."""
    words = Text(zh="承诺属实。", en="Pledged to be true.")
    with Platform.from_env() as platform:
        today = SystemClock().now().date()
        given = {"by": MERCHANT, "terms": words, "due_on": today + timedelta(days=9)}
        kept, broken = (platform.pledges.make(GENERAL, **given).commitment_id for _ in range(2))
        fact = NamedFact(name="registered_days", value=400)
        declared = platform.pledges.declare(
            GENERAL, by=MERCHANT, fact=fact, pledge=words, valid_until_on=date(2099, 1, 1)
        ).declaration_id
    assert [(one["id"], one["fact"]) for one in as_json(run, "pledge", "list")] == [
        (declared, "registered_days=400")
    ]
    assert {one["id"] for one in as_json(run, "pledge", "list", GENERAL)} == {kept, broken, declared}
    settle = ("pledge", "settle", kept, "--as", "fulfilled", *BY, *WORDS)
    assert run(*settle).exit_code == ExitCode.USAGE
    assert run(*settle, "--evidence", str(tmp_path / "none.pdf")).exit_code == ExitCode.USAGE
    receipt = tmp_path / "receipt.pdf"
    receipt.write_bytes(b"%PDF-1.7 receipt")
    assert as_json(run, *settle, "--evidence", str(receipt))[0]["state"] == "FULFILLED"
    assert run("pledge", "settle", broken, "--as", "breached", "--by", MERCHANT, *WORDS).exit_code == 2
    (found,) = as_json(run, "pledge", "settle", broken, "--as", "breached", *BY, *WORDS)
    assert found["state"] == "BREACHED"
    (verified,) = as_json(run, "pledge", "verify", declared, "--true", *BY, *WORDS)
    assert verified["state"] == "VERIFIED"
    assert as_json(run, "pledge", "list") == []
    assert "BREACHED" in run("pledge", "list", GENERAL).stdout
    assert run("pledge", "list", "nonsense").exit_code == ExitCode.USAGE


def test_what_is_public_is_listed_and_gone_when_it_ends(run, source, monkeypatch):
    """A table, JSON, and a page in both languages; without the platform's names of shops there is no list."""
    assert run("publicity", "list").exit_code == ExitCode.USAGE
    module = ModuleType("shop_of_names")
    module.make = lambda: Platform(
        PlatformSettings.from_env(), shops=lambda code: Shop(name=f"示例店 <{code[-4:]}>")
    )
    monkeypatch.setitem(sys.modules, "shop_of_names", module)
    words = ("publicity", "list", "--platform", "shop_of_names:make")
    run("treatment", "reconcile", GENERAL, "--platform", "shop_of_names:make")
    (shown,) = as_json(run, *words)
    assert (shown["measure"]["zh"], shown["shop"]) == ("暂停发布新商品", f"示例店 <{GENERAL[-4:]}>")
    assert "暂停发布新商品" in run(*words).stdout
    page = run(*words, "--format", "html").stdout
    assert page.startswith("<!doctype html>")
    assert f"示例店 &lt;{GENERAL[-4:]}&gt;" in page
    assert 'lang="en"' in run(*words, "--format", "html", "--language", "en").stdout
    source.control("POST", "/mock/records", {"action": "repair", "code": GENERAL})
    run("treatment", "reconcile", GENERAL)
    assert as_json(run, *words) == []
    assert "目前没有正在公示的措施" in run(*words, "--format", "html").stdout
