"""The publishing commands, as two people of a trust team use them."""

import json
import subprocess
import sys
from datetime import timedelta
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.clock import SystemClock
from chengxin.config import Settings
from chengxin.records import china_day

SHIPPED = (resources.files("chengxin.policy") / "shipped" / "observe.yaml").read_text("utf-8")
AUTHOR = ("--by", "李明", "--why", "按新规修订")
OTHER = ("--by", "王芳", "--why", "已逐条核对")


def today():
    """Return the China day."""
    return china_day(SystemClock().now())


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a policy command on a store of this test."""
    monkeypatch.setenv("CHENGXIN_POLICY_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "220")
    return lambda *words: CliRunner().invoke(app, ["policy", *words])


@pytest.fixture
def write(tmp_path):
    """Write the shipped policy as a version whose first day is so many days from today."""

    def write(version, *, days=0):
        lines = [
            f'version: "{version}"'
            if line.startswith("version:")
            else f"effective_from: {today() + timedelta(days=days)}\nterms_since: 2026-02-01"
            if line.startswith("effective_from:")
            else line
            for line in SHIPPED.splitlines()
        ]
        path = tmp_path / f"{version}.yaml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def put_in_force(run, write):
    """Put a version in force at once, and return its digest."""

    def put(version):
        path = write(version)
        submitted = run("publish", path, *AUTHOR, "--format", "json")
        digest = json.loads(submitted.stdout.splitlines()[-1])["digest"]
        assert run("approve", digest, *OTHER).exit_code == 0
        done = run("publish", path, *AUTHOR, "--urgent", "现行规则误伤商家")
        assert done.exit_code == 0, done.output
        return digest

    return put


def test_an_author_publishes_another_person_approves_and_it_is_announced(run, write):
    """Three commands; in between the author cannot help themselves."""
    path = write("2026.9", days=16)
    first = run("publish", path, *AUTHOR)
    assert first.exit_code == 0, first.output
    assert "submit" in first.stdout
    digest = first.stdout.split("approve ")[1].split()[0]
    own = run("approve", digest, *AUTHOR)
    assert (own.exit_code, "[lifecycle_refused]" in own.stderr) == (2, True)
    second = run("approve", digest, *OTHER)
    assert (second.exit_code, "Publish the same document again" in second.stdout) == (0, True)
    third = run("publish", path, *AUTHOR)
    assert third.exit_code == 0, third.output
    assert "announce" in third.stdout
    assert f"In force from {today() + timedelta(days=16)} 00:00:00 China time" in third.stdout


def test_a_publication_that_skips_announcement_needs_a_reason(run, write):
    """Refused without it; with it the reason is in the history."""
    path = write("2026.9", days=6)
    submitted = run("publish", path, *AUTHOR, "--format", "json")
    digest = json.loads(submitted.stdout.splitlines()[-1])["digest"]
    run("approve", digest, *OTHER)
    late = run("publish", path, *AUTHOR)
    assert (late.exit_code, "令116 art. 12" in late.stderr) == (2, True)
    assert run("publish", path, *AUTHOR, "--urgent", " ").exit_code == 2
    assert run("publish", path, *AUTHOR, "--urgent", "误伤商家").exit_code == 0
    shown = run("history", "observe")
    assert "urgent, not announced: 误伤商家" in shown.stdout
    last = json.loads(run("history", "observe", "--format", "json").stdout.splitlines()[-1])
    assert (last["urgent_reason"], last["stage"], last["by"]) == ("误伤商家", "SCHEDULED", "李明")


def test_important_interests_take_fifteen_days(run, write):
    """Declared at submission."""
    path = write("2026.9", days=14)
    submitted = run("publish", path, *AUTHOR, "--important", "--format", "json")
    digest = json.loads(submitted.stdout.splitlines()[-1])["digest"]
    run("approve", digest, *OTHER)
    assert "15 days" in run("publish", path, *AUTHOR).stderr
    assert "important interests: 15 days" in run("history", "observe").stdout


def test_a_rollback_restores_the_previous_digest_in_one_command(run, put_in_force):
    """Then the one before it; then there is none."""
    first, second, third = (put_in_force(version) for version in ("1", "2", "3"))
    result = run("rollback", "observe", *AUTHOR, "--format", "json")
    step = json.loads(result.stdout)
    assert (result.exit_code, step["digest"], step["replaces"]) == (0, second, third)
    assert run("rollback", "observe", *OTHER, "--replacing", third).exit_code == 2
    again = run("rollback", "observe", *OTHER, "--replacing", second)
    assert again.exit_code == 0, again.output
    assert first in again.stdout
    assert "in force again" in again.stdout
    none = run("rollback", "observe", *OTHER)
    assert (none.exit_code, "No version of the policy" in none.stderr) == (2, True)
    stages = {
        entry["digest"]: entry["stage"]
        for entry in map(json.loads, run("history", "observe", "--format", "json").stdout.splitlines())
    }
    assert stages == {first: "ACTIVE", second: "RETIRED", third: "RETIRED"}


def test_a_version_is_rejected_withdrawn_or_retired(run, write, put_in_force):
    """Each with who and why."""
    digest = put_in_force("1")
    path = write("2", days=8)
    other = json.loads(run("publish", path, *AUTHOR, "--format", "json").stdout.splitlines()[-1])["digest"]
    assert run("reject", other, *OTHER).exit_code == 0
    assert run("publish", path, *AUTHOR).exit_code == 0
    assert run("withdraw", other[7:19], *OTHER).exit_code == 0
    retired = run("retire", digest, *OTHER)
    assert (retired.exit_code, "no version of the policy is in force" in retired.stdout) == (0, True)


def test_history_shows_who_when_why_and_where_each_version_stands(run, put_in_force):
    """For people a table in China time, for pipes a line for each step."""
    digest = put_in_force("1")
    table = run("history", "observe").stdout
    for word in ("李明", "王芳", "按新规修订", "已逐条核对", digest[7:19], "ACTIVE", str(today())):
        assert word in table
    lines = [json.loads(line) for line in run("history", "observe", "--format", "json").stdout.splitlines()]
    assert [line["move"] for line in lines] == ["draft", "lint", "submit", "approve", "schedule"]
    assert {"by", "at", "why", "digest", "stage"} <= set(lines[0])


@pytest.mark.parametrize(
    "words",
    [
        ("history", "nosuch"),
        ("approve", "0" * 12, *OTHER),
        ("publish", "nosuch.yaml", *AUTHOR),
        ("rollback", "nosuch", *AUTHOR),
        ("publish", "1.yaml", "--why", "因"),
        ("publish", "1.yaml", "--by", "李明"),
        ("approve", "0" * 12, "--by", " ", "--why", "因"),
    ],
)
def test_what_is_refused_ends_with_two_and_says_what_to_do(words, run, put_in_force):
    """Nobody is assumed to act, and nothing to be meant."""
    put_in_force("1")
    result = run(*words)
    assert result.exit_code == 2
    assert len(result.stderr) > 30


def test_a_store_that_is_mistyped_is_named_and_not_made(run, tmp_path):
    """Only to publish makes one."""
    for words in (
        ("history", "observe"),
        ("approve", "0" * 12, *OTHER),
        ("rollback", "observe", *OTHER),
    ):
        result = run(*words, "--store", str(tmp_path / "sotre"))
        assert (result.exit_code, "There is no store of policies" in result.stderr) == (2, True)
    assert not (tmp_path / "sotre").exists()


def test_a_document_with_errors_is_refused_with_all_of_them(run, write):
    """Path, problem and fix, as everywhere."""
    path = write("1")
    text = Path(path).read_text(encoding="utf-8")
    Path(path).write_text(text.replace("tier: watch", "tier: wacth", 1), encoding="utf-8")
    result = run("publish", path, *AUTHOR)
    assert (result.exit_code, "rule.unknown_tier" in result.stderr) == (2, True)


def test_names_that_would_move_a_terminal_are_refused(run, write):
    """Controls and bidirectional marks are no part of a name or a reason."""
    for words in (("--by", "\x1b[31m李明", "--why", "因"), ("--by", "李明", "--why", "a\u202eb")):
        assert run("publish", write("1"), *words).exit_code == 2
    result = run("publish", write("1"), "--by", "[red]李明[/]", "--why", "\\[link=x]因")
    assert "[red]李明[/]" in result.stdout


def test_two_processes_are_two_people(write, tmp_path):
    """The installed command, and one store on disk."""
    store = ("--store", str(tmp_path / "store"))
    command = [sys.executable, "-m", "chengxin", "policy"]

    def call(*words):
        return subprocess.run(
            [*command, *words, *store, "--format", "json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout.splitlines()

    path = write("1", days=16)
    digest = json.loads(call("publish", path, *AUTHOR)[-1])["digest"]
    call("approve", digest, *OTHER)
    assert [json.loads(line)["move"] for line in call("publish", path, *AUTHOR)] == ["announce", "schedule"]


def test_the_variable_of_the_store_is_no_unknown_setting():
    """Who sets it for the commands may run the others in the same shell."""
    settings = Settings.from_env(
        {"CHENGXIN_SOURCE_URL": "http://127.0.0.1:1", "CHENGXIN_POLICY_STORE": "policies"}
    )
    assert settings.source_url == "http://127.0.0.1:1"
