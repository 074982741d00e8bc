"""The commands on measures, mass changes, statements and the outbox, against a mock source on real HTTP."""

import json
import sys
from types import ModuleType

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.cli.exit_code import ExitCode
from chengxin.platform import Platform, PlatformSettings
from chengxin.store.sql import OutboxRows, SqlStore
from tests.processes.treating import at_once
from tests.processes.world import GENERAL

BY = ("--by", "王敏", "--reason", "已核对")


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
        "CHENGXIN_SHARES": "true",
        "COLUMNS": "240",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return lambda *words, **named: CliRunner().invoke(app, [*words], **named)


@pytest.fixture
def code():
    """A merchant with a penalty."""
    return GENERAL


def lines(result):
    """Return what was printed for a pipe."""
    assert result.exception is None or result.exit_code < 2, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def measures(run, code):
    """Return the measures of a subject by their codes."""
    return {one["measure"]: one for one in lines(run("treatment", "show", code, "--format", "json"))}


def test_subjects_are_enrolled_looked_at_and_shown(run, code, source):
    """Table for people, JSON for pipes; the exit code of a look is that of the standing."""
    nothing = source.cast["nothing"]
    done = run("treatment", "enrol", "-", "--format", "json", input=f"{code}\n{nothing}\n")
    assert lines(done) == [{"enrolled": 2}]
    assert run("treatment", "enrol", "-", input="").exit_code == ExitCode.USAGE
    assert run("treatment", "reconcile", nothing).exit_code == ExitCode.NOTHING_ADVERSE
    looked = run("treatment", "reconcile", code, "--format", "json")
    assert looked.exit_code == ExitCode.ADVERSE
    assert set(lines(looked)[0]["noticed"]) == {"credit-reminder", "listing-suspended"}
    assert measures(run, code)["listing-suspended"]["phase"] == "IN_FORCE"
    shown = run("treatment", "show", code)
    assert (shown.exit_code, "暂停发布新商品" in shown.stdout, "IN_FORCE" in shown.stdout) == (0, True, True)
    swept = run("treatment", "sweep")
    assert (swept.exit_code, "looked at" in swept.stdout) == (0, True)
    assert run("treatment", "show", "nonsense").exit_code == ExitCode.USAGE


def test_named_persons_stay_resume_and_lift_a_measure(run, code):
    """Each names the person and the reason; what was decided is shown, and what is refused ends with 2."""
    run("treatment", "reconcile", code)
    one = measures(run, code)["listing-suspended"]["imposition_id"]
    stayed = run("treatment", "snooze", one, *BY, "--until", "2099-01-01", "--format", "json")
    assert [(m["phase"], m["suspended_until"]) for m in lines(stayed)] == [
        ("SUSPENDED", "2098-12-31T16:00:00.000Z")
    ]
    assert "SNOOZE 王敏" in run("treatment", "show", code).stdout
    assert lines(run("treatment", "resume", one, *BY, "--format", "json"))[0]["phase"] == "IN_FORCE"
    assert run("treatment", "resume", one, *BY).exit_code == ExitCode.USAGE
    lifted = run("treatment", "override", one, *BY, "--until", "2099-01-01T12:00", "--format", "json")
    assert [(m["ending"], m["by"]) for m in lines(lifted)] == [("OVERRIDDEN", "王敏")]
    assert "OVERRIDDEN 王敏" in run("treatment", "show", code).stdout
    assert run("treatment", "override", "none", *BY, "--until", "2099-01-01").exit_code == ExitCode.USAGE
    nobody = ("--by", " ", "--reason", "x", "--until", "2099-01-01")
    assert run("treatment", "override", one, *nobody).exit_code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("decision", "state", "phase"), [("approve", "APPROVED", "IN_FORCE"), ("reject", "REJECTED", "ENDED")]
)
def test_a_mass_change_is_listed_shown_and_decided(decision, state, phase, run, code, source, monkeypatch):
    """With how many of how many, and a sample."""
    codes = source.control("POST", "/mock/publish", {"count": 8})["codes"]
    monkeypatch.setenv("CHENGXIN_WAVE_NUMBER", "3")
    run("treatment", "enrol", *codes)
    assert run("worker", "--once").exit_code == 0
    (wave,) = lines(run("wave", "list", "--format", "json"))
    assert wave["state"] == "HELD"
    shown = lines(run("wave", "show", wave["wave_id"], "--format", "json"))[0]
    assert (shown["subjects"], shown["known"]) == (8, 8)
    held = run("treatment", "show", codes[0])
    assert "waits for MASS_CHANGE" in held.stdout
    said = run("wave", "show", wave["wave_id"])
    assert "would limit 8 of 8 subjects (100.0%)" in said.stdout
    assert lines(run("wave", decision, wave["wave_id"], *BY, "--format", "json"))[0]["state"] == state
    assert lines(run("wave", "list", "--format", "json")) == []
    assert state in run("wave", "list", "--all").stdout
    assert lines(run("wave", "list", "--all", "--format", "json"))[0]["closed_at"] is not None
    assert run("wave", decision, wave["wave_id"], *BY).exit_code == ExitCode.USAGE
    assert {one["phase"] for one in measures(run, codes[0]).values()} == {phase}


def test_a_statement_is_shown_in_every_form(run, code, source):
    """Text in both languages, a page of one measure, JSON, and the fields of the DSA; gone facts are in none."""
    run("treatment", "reconcile", code)
    one = measures(run, code)["listing-suspended"]["imposition_id"]
    show = ("statement", "show", code)
    assert "管理措施理由说明" in run(*show).stdout
    assert "Statement of reasons" in run(*show, "--language", "en", "--measure", one).stdout
    assert run(*show, "--format", "html").exit_code == ExitCode.USAGE
    assert "<html" in run(*show, "--format", "html", "--measure", one).stdout
    assert len(lines(run(*show, "--format", "json"))) == 2
    assert run(*show, "--format", "dsa").exit_code == ExitCode.USAGE
    dsa = run(*show, "--format", "dsa", "--opened-on", "2024-03-01")
    assert {"2024-03-01"} == {fields["content_date"] for fields in lines(dsa)}
    source.control("POST", "/mock/records", {"action": "repair", "code": code})
    run("treatment", "reconcile", code)
    withdrawn = run(*show)
    assert "已经撤回" in withdrawn.stdout
    assert "记录1" not in withdrawn.stdout
    assert "left out" in run(*show, "--format", "dsa", "--opened-on", "2024-03-01").stderr
    assert "no statement" in run("statement", "show", source.cast["nothing"]).stderr


def test_what_waits_is_listed_and_what_is_parked_is_handed_out_again(run, code, database_url):
    """By topic, and never what an event says; constraints stay without an exchange, and trouble nobody."""
    run("treatment", "reconcile", code)
    assert run("worker", "--once").exit_code == 0
    listed = lines(run("outbox", "list", "--format", "json"))
    assert [(one["topic"], one["parked"]) for one in listed if "pending" in one] == [("constraint", 0)]
    assert {one["event_id"].split(":")[0] for one in listed if "event_id" in one} == {"constraint"}
    assert "code" not in json.dumps(listed)
    with SqlStore(database_url) as store:
        with store.transaction() as connection:
            (event, *_) = OutboxRows(connection).pending()
            rows = OutboxRows(connection)
            (taken, *_) = rows.claim(at=event.not_before, limit=1, lease_seconds=60, owner="o")
            rows.failed(taken.event_id, "o", at=event.not_before, again_at=None, fault="nobody")
        parked = run("outbox", "list", "--parked")
        assert ("nobody" in parked.stdout, taken.event_id in parked.stdout) == (True, True)
        assert run("outbox", "retry", taken.event_id).exit_code == 0
        assert run("outbox", "retry", taken.event_id).exit_code == ExitCode.USAGE


def test_a_platform_of_one_s_own_code_is_found_by_name(run, code, source, database_url, monkeypatch):
    """A platform, or a function that returns one; whatever else is refused."""
    module = ModuleType("shop_of_tests")
    module.make = lambda: Platform(PlatformSettings.from_env())
    module.nothing = 1
    monkeypatch.setitem(sys.modules, "shop_of_tests", module)
    for words in (("treatment", "reconcile", code), ("worker", "--once")):
        assert run(*words, "--platform", "shop_of_tests:make").exit_code in (0, 1)
        assert run(*words, "--platform", "shop_of_tests:nothing").exit_code == ExitCode.USAGE
        assert run(*words, "--platform", "nonsense").exit_code == ExitCode.USAGE
    assert measures(run, code)


def test_settings_that_are_wrong_are_told(run, monkeypatch):
    """Before anything is run, and how a table of jobs is named, too."""
    monkeypatch.delenv("CHENGXIN_SOURCE_URL")
    result = run("worker", "--once")
    assert (result.exit_code, "CHENGXIN_SOURCE_URL" in result.stderr) == (ExitCode.USAGE, True)
    assert "module:name" in result.stderr
    assert run("treatment", "reconcile", "91350100M000100Y43").exit_code == ExitCode.USAGE
