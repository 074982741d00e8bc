"""The command, on real HTTP: what it prints and its exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chengxin.cli import stopped_by_signals
from chengxin.cli.app import app
from chengxin.cli.exit_code import ExitCode, of_reason, worst
from chengxin.cli.output import Output, OutputFormat
from chengxin.cli.running import convert_fact
from chengxin.client import CreditClient
from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.policy import FactType
from chengxin.services import CheckRow, FollowOptions
from chengxin.sources import Maintenance, SourceHealth
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty, scripted_client

LAWFUL = ["91350100M000100Y43", "N2110108MF01ABCD18", "Y1110000MA01ABCD10", "A1110000MA01ABCD1L"]


@pytest.fixture
def run(source, monkeypatch):
    """Run the command against the mock source, set by the environment."""
    monkeypatch.setenv("CHENGXIN_SOURCE_URL", source.url)
    monkeypatch.setenv("CHENGXIN_APP_KEY", "mock-app-key")
    monkeypatch.setenv("CHENGXIN_SECRET", "mock-app-secret")
    monkeypatch.setenv("COLUMNS", "160")
    return lambda *words, **options: CliRunner().invoke(app, list(words), **options)


def test_lawful_codes_of_every_authority_are_valid(run):
    """Exit code 0, in both forms."""
    result = run("validate", *LAWFUL)
    assert (result.exit_code, result.stdout.count("yes")) == (0, 4)
    lines = run("validate", *LAWFUL, "--format", "json").stdout.splitlines()
    assert [json.loads(line)["valid"] for line in lines] == [True] * 4


def test_an_unlawful_code_says_where(run):
    """Reason and position, exit code 2, and full-width input is read."""
    result = run("validate", "９１３５０１００-m000100y43", "9135O100M000100Y43", "")
    assert result.exit_code == 2
    assert "91350100M000100Y43" in result.stdout
    assert "position 5" in result.stdout
    lines = run("validate", "9135O100M000100Y43", "--format", "json").stdout.splitlines()
    assert json.loads(lines[0])["position"] == 5


def test_check_gives_json_with_what_it_promises(run, source):
    """One object a line."""
    result = run("check", source.cast["general-penalty"], "--format", "json")
    status = json.loads(result.stdout)
    assert result.exit_code == ExitCode.ADVERSE
    assert set(status) >= {
        "standing",
        "reason",
        "records",
        "as_of",
        "fetched_at",
        "valid_until",
        "freshness",
        "subject",
    }
    assert (status["standing"], status["records"][0]["catalogue"]) == ("ADVERSE", "行政处罚")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["check", "nothing"], ExitCode.NOTHING_ADVERSE),
        (["check", "general-penalty"], ExitCode.ADVERSE),
        (["check", "9135O100M000100Y43"], ExitCode.USAGE),
        (["check", "N2110108MF01ABCD18"], ExitCode.UNKNOWN),
        (["check", "nothing", "N2110108MF01ABCD18", "general-penalty"], ExitCode.ADVERSE),
        (["check", "nothing", "9135O100M000100Y43"], ExitCode.USAGE),
        (["check", "9135O100M000100Y43", "N2110108MF01ABCD18", "--format", "json"], ExitCode.UNKNOWN),
        (["evaluate", "9135O100M000100Y43"], ExitCode.USAGE),
        (["evaluate", "nothing", "--policy", "nosuch"], ExitCode.USAGE),
        (["evaluate", "nothing", "--policy", "nosuch.yaml"], ExitCode.USAGE),
        (["evaluate", "nothing", "--fact", "registered_days"], ExitCode.USAGE),
        (["evaluate", "nothing", "--fact", "registered_days=many"], ExitCode.USAGE),
        (["evaluate", "nothing", "--fact", "registered_days=" + "9" * 5000], ExitCode.USAGE),
        (["evaluate", "nothing", "--fact", "nosuch=1"], ExitCode.USAGE),
        (["evaluate", "preferred", "--fact", "registered_days=400"], ExitCode.NOTHING_ADVERSE),
        (["evaluate", "serious-listing"], ExitCode.ADVERSE),
        (["evaluate", "serious-listing", "--role", "ANCHOR"], ExitCode.ADVERSE),
        (["status"], ExitCode.NOTHING_ADVERSE),
    ],
)
def test_the_exit_code_tells_a_script_what_was_found(words, code, run, source):
    """The codes of the command's help, for every command."""
    result = run(*[source.cast.get(word, word) for word in words])
    assert result.exit_code == code, result.output
    assert result.output


@pytest.mark.parametrize(
    ("text", "fact_type", "value"),
    [
        ("12", FactType.INTEGER, 12),
        ("-3", FactType.INTEGER, -3),
        ("12a", FactType.INTEGER, "12a"),
        ("true", FactType.BOOLEAN, True),
        ("false", FactType.BOOLEAN, False),
        ("yes", FactType.BOOLEAN, "yes"),
        ("12", FactType.TEXT, "12"),
    ],
)
def test_facts_are_read_as_they_are_declared(text, fact_type, value):
    """What does not read as its type stays text, which the policy refuses."""
    assert convert_fact(text, fact_type) == value


def test_codes_come_from_standard_input(run, source):
    """A dash reads lines; blank ones are passed over."""
    given = f"{source.cast['nothing']}\n\n{source.cast['preferred']}\n"
    result = run("check", "-", "--format", "json", input=given)
    assert [json.loads(line)["standing"] for line in result.stdout.splitlines()] == ["NO_ADVERSE_RECORD"] * 2


def test_evaluate_shows_tier_measures_and_what_they_rest_on(run, source):
    """For people in both languages, for pipes with rule, ground, law and end."""
    result = run("evaluate", source.cast["serious-listing"])
    assert "restrict" in result.stdout
    shown = json.loads(run("evaluate", source.cast["serious-listing"], "--format", "json").stdout)
    assert shown["treatment"]["tier"] == "restricted"
    for measure in shown["treatment"]["measures"]:
        assert measure["rule_id"]
        assert measure["grounds"]
        assert measure["legal_basis"]
        assert measure["ends_at"]


def test_a_relief_may_rest_on_less_than_a_restriction(run, source, tmp_path):
    """Without platform rule and appeal route nothing is printed of them."""
    text = (
        "format: 1\nname: mild\nversion: '1'\ntitle: {zh: 甲, en: A}\nowner: o\neffective_from: 2026-01-01\n"
        "settings: {slots: {title: {zh: 名额, en: Slots}, default: 1, combine: min}}\n"
        "tiers: [{id: standard, title: {zh: 常规, en: Standard}, default: true}]\n"
        "catalogue: {more-slots: {title: {zh: 名额, en: Slots}, direction: RELIEVE, category: VISIBILITY,"
        " setting: {name: slots, value: 2}}}\n"
        "rules: [{id: r, when: {standing: NO_ADVERSE_RECORD}, measures: [more-slots], reason: {zh: 因, en: Why}}]\n"
    )
    policy = tmp_path / "mild.yaml"
    policy.write_text(text, encoding="utf-8")
    result = run("evaluate", source.cast["nothing"], "--policy", str(policy))
    assert result.exit_code == 0, result.output
    assert "relieve" in result.stdout
    assert "appeal" not in result.stdout


def test_announced_maintenance_is_shown_in_china_time(capsys):
    """From two to four in the night."""
    window = Maintenance(
        since=datetime(2026, 11, 21, 18, 0, tzinfo=UTC), until=datetime(2026, 11, 21, 20, 0, tzinfo=UTC)
    )
    health = SourceHealth(source="s", data_date=window.since, lag_seconds=60.0, maintenance=(window,))
    Output(OutputFormat.TABLE).show_health(health)
    Output(OutputFormat.JSON).show_health(health)
    printed = capsys.readouterr().out
    assert "2026-11-22 02:00 to 2026-11-22 04:00 China time" in printed
    assert '"from": "2026-11-21T18:00:00.000Z"' in printed


def test_status_shows_data_date_lag_and_maintenance(run, source):
    """Both forms."""
    assert "lag" in run("status").stdout
    assert json.loads(run("status", "--format", "json").stdout)["source"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("status", "code"),
    [(40301, ExitCode.SOURCE_REFUSED), (50001, ExitCode.UNKNOWN), (42902, ExitCode.SOURCE_REFUSED)],
)
def test_a_source_that_says_no_has_its_code(status, code, run, source):
    """For checks and for the source's health."""
    source.script({"kind": "error", "status": status})
    assert run("status").exit_code == code
    assert run("check", source.cast["nothing"]).exit_code == code


def test_a_source_that_is_not_there_is_the_network(run):
    """Exit code 4."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    where = ["--source-url", f"http://127.0.0.1:{port}", "--deadline-seconds", "1"]
    assert run(*where, "status").exit_code == ExitCode.NETWORK
    assert run(*where, "check", LAWFUL[0]).exit_code == ExitCode.NETWORK


@pytest.mark.parametrize(
    "name", ["[red]商贸[/]", "\\[/]商贸", "\\[link=http://evil.invalid]x", "a\u202eb", "\x1b[31mx", "\x9bx"]
)
def test_hostile_names_are_shown_as_text(name, run, source):
    """Markup, controls and bidirectional marks of the source do nothing to a terminal or a pipe."""
    code = source.cast["nothing"]
    source.control("POST", "/mock/subjects", {"code": code, "name": name})
    result = run("check", code)
    assert result.exit_code == ExitCode.NOTHING_ADVERSE
    assert "商贸" not in name or "商贸" in result.stdout
    line = run("check", code, "--format", "json").stdout
    assert json.loads(line)["subject"]["name"] == name
    for printed in (result.stdout, line):
        assert all(c.isprintable() or c == "\n" for c in printed)


def test_nothing_to_read_is_a_mistake(run):
    """An empty standard input is not nothing adverse."""
    for command in ("check", "validate"):
        assert run(command, "-", input="\n").exit_code == ExitCode.USAGE


def test_a_failure_of_ours_is_no_finding(run, source, monkeypatch):
    """Exit code 1 would say that something adverse was found."""
    monkeypatch.setattr(Output, "show_statuses", lambda *_: {}["canary"])
    result = run("check", source.cast["nothing"])
    assert result.exit_code == ExitCode.UNKNOWN
    assert "KeyError" in result.stderr
    assert "canary" not in result.output


def test_a_pipe_that_nobody_reads_is_no_finding(source):
    """The reader left; the command ends quietly."""
    script = (
        "import os, sys; os.close(1); r, w = os.pipe(); os.dup2(w, 1); os.close(r)\n"
        "from chengxin.cli import main\n"
        f"sys.argv = ['chengxin', 'validate', '--format', 'json', '{LAWFUL[0]}']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=60, check=False)
    assert done.returncode == ExitCode.UNKNOWN


def test_settings_that_are_wrong_are_named(run, monkeypatch):
    """Nothing is asked, and the secret is not shown."""
    monkeypatch.setenv("CHENGXIN_SECRTE", "canary")
    result = run("status")
    assert result.exit_code == ExitCode.USAGE
    assert "Did you mean CHENGXIN_SECRET?" in result.stderr
    assert "canary" not in result.output


@pytest.mark.parametrize("reason", UnknownReason)
def test_every_reason_has_an_exit_code(reason):
    """No unknown is ever 0 or 1."""
    assert of_reason(reason) in {ExitCode.SOURCE_REFUSED, ExitCode.NETWORK, ExitCode.UNKNOWN}


def test_nothing_to_check_is_nothing_adverse():
    """An empty list has no row that speaks."""
    assert worst([]) is ExitCode.NOTHING_ADVERSE


def test_the_installed_command_and_the_module_are_the_same(source):
    """``chengxin`` and ``python -m chengxin``."""
    script = Path(sys.executable).with_name("chengxin")
    for command in ([str(script)], [sys.executable, "-m", "chengxin"]):
        done = subprocess.run([*command, "validate", LAWFUL[0]], capture_output=True, timeout=60, check=False)
        assert done.returncode == 0


def test_follow_reads_the_feed_to_its_end_and_goes_on_from_there(run, source, tmp_path):
    """Once from now on, once from where it was; each change is a line without a code."""
    cache = ["--cache-url", f"sqlite:///{tmp_path}/cache.db"]
    assert run(*cache, "follow", "--once").exit_code == 0
    code = source.cast["nothing"]
    source.control("POST", "/mock/records", {"action": "impose", "code": code, "record": {}})
    first = run(*cache, "follow", "--once", "--format", "json")
    source.control("POST", "/mock/records", {"action": "repair", "code": code})
    second = run(*cache, "follow", "--once")
    assert [json.loads(line)["change"] for line in first.stdout.splitlines()] == ["ADDED"]
    assert "REPAIRED" in second.stdout
    assert "ADDED" not in second.stdout
    assert code not in first.stdout + second.stdout


@pytest.mark.parametrize("output", ["table", "json"])
def test_follow_begins_with_a_snapshot(run, source, tmp_path, output):
    """All that it discloses is kept, and nothing is asked for it afterwards."""
    cache = ["--cache-url", f"sqlite:///{tmp_path}/cache.db"]
    result = run(*cache, "follow", "--from-snapshot", "--once", "--format", output)
    assert result.exit_code == 0, result.output
    assert '"imported": ' in result.stdout or "subjects of the snapshot are kept" in result.stdout


def test_follow_says_where_it_helps_nobody_or_has_nothing_to_do(run, source, tmp_path):
    """Alone in memory; or where another process follows already."""
    assert "this process alone" in run("follow", "--once").stderr
    cache = f"sqlite:///{tmp_path}/cache.db"
    with CreditClient(source.url, app_key="mock-app-key", secret="mock-app-secret", cache=cache) as client:
        client.follower(options=FollowOptions(wait_seconds=0)).step()
        result = run("--cache-url", cache, "follow", "--once")
    assert (result.exit_code, "another process follows" in result.stderr) == (5, True)


def test_a_command_that_runs_for_long_ends_in_good_order_on_the_first_signal():
    """The second ends it at once; afterwards signals are as they were."""
    before = signal.getsignal(signal.SIGTERM)
    with stopped_by_signals() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        assert stop.is_set()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_last_known_stands_beside_an_unknown(capsys):
    """For display alone, with its time."""
    clock = FrozenClock()
    source = ScriptedSource(clock=clock)
    source.disclose(CODES[0], a_penalty())
    with scripted_client(source, clock=clock) as client:
        client.check(CODES[0])
        clock.advance(seconds=3600)
        source.fail(SourceUnavailable.timeout("testing"))
        row = CheckRow(given="x", outcome=client.check(CODES[0]))
    Output(OutputFormat.TABLE).show_statuses([row])
    assert (
        "last known, for display alone: ADVERSE of 1 record(s), as of 2026-11-21" in capsys.readouterr().out
    )
    Output(OutputFormat.JSON).show_statuses([row])
    status = json.loads(capsys.readouterr().out)
    assert (status["standing"], status["records"]) == ("UNKNOWN", [])
    assert status["last_known"]["standing"] == "ADVERSE"
