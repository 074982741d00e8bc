"""The commands with which a policy is written: begun, looked over, shown; and their exit codes."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.policy.schema import schema_text
from chengxin.services import load_policy
from tests.sdk.policy.snapshot import CORPUS


def run(*words):
    """Run a command on policies."""
    return CliRunner().invoke(app, ["policy", *map(str, words)])


def test_a_policy_is_begun_linted_and_shown(tmp_path):
    """Three commands from nothing to a policy that evaluates."""
    path = tmp_path / "our-market.yaml"
    begun = run("new", path)
    assert (begun.exit_code, "our-market.yaml" in begun.stdout) == (0, True)
    linted = run("lint", path)
    assert linted.exit_code == 0
    assert "error" not in linted.stdout
    shown = run("show", path)
    assert shown.exit_code == 0
    again = tmp_path / "shown.yaml"
    again.write_text(shown.stdout, encoding="utf-8")
    policy = load_policy(path)
    assert load_policy(again).ref == policy.ref
    assert policy.ref.name == "our-market"
    assert policy.ref.digest in shown.stdout.splitlines()[0]
    assert policy.document.appeal_url == "https://rules.our-market.example/appeals"


def test_a_file_that_is_there_is_left_as_it_is(tmp_path):
    """What somebody wrote is never overwritten."""
    path = tmp_path / "mine.yaml"
    path.write_text("mine", encoding="utf-8")
    ended = run("new", path)
    assert (ended.exit_code, path.read_text("utf-8")) == (2, "mine")
    assert "is there already" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--extends", "nosuch"), "There is no shipped policy 'nosuch'"),
        (("--name", "Our Market"), "field.name"),
    ],
)
def test_a_policy_is_not_begun_wrongly(tmp_path, words, said):
    """Nothing is written that would be refused."""
    path = tmp_path / "mine.yaml"
    ended = run("new", path, *words)
    assert (ended.exit_code, path.exists()) == (2, False)
    assert said in ended.stderr


def test_a_policy_is_not_begun_where_nothing_can_be_written(tmp_path):
    """The reason is said."""
    ended = run("new", tmp_path / "none" / "mine.yaml")
    assert ended.exit_code == 2
    assert "cannot be written" in ended.stderr


@pytest.mark.parametrize(
    ("name", "strict", "code"),
    [
        ("lawful-plain", True, 0),
        ("419-unused-action", True, 0),
        ("416-unused-tier", False, 0),
        ("416-unused-tier", True, 1),
        ("403-disproportionate", False, 1),
        ("302-unknown-tier", False, 1),
        ("053-choice", False, 1),
        ("001-syntax", False, 1),
    ],
)
def test_the_exit_code_says_whether_there_are_errors(name, strict, code):
    """Notes never count, warnings where asked for; a document that cannot be read has errors."""
    assert run("lint", CORPUS / f"{name}.yaml", *(["--strict"] if strict else [])).exit_code == code


def test_findings_are_told_in_the_language_asked_for():
    """With place, problem, reason and fix, and how many there are."""
    path = CORPUS / "300-rule-twice.yaml"
    chinese, english = run("lint", path, "--lang", "zh").stdout, run("lint", path).stdout
    for text in (
        f"{path}:32 rules[0].id",
        "不止一条规则名为“general-penalty”。",
        "请给每条规则不同的 id。",
        "错误2处。",
    ):
        assert text in chinese
    for text in ("rule.duplicate_id", "More than one rule is called 'general-penalty'.", "2 errors."):
        assert text in english
    assert run("lint", CORPUS / "lawful-plain.yaml", "--lang", "zh").stdout == "没有发现问题。\n"


def test_findings_go_down_a_pipe_with_both_languages():
    """One JSON object a line."""
    path = CORPUS / "302-unknown-tier.yaml"
    (line,) = run("lint", path, "--format", "json").stdout.splitlines()
    told = json.loads(line)
    assert {k: told[k] for k in ("code", "severity", "file", "line", "path")} == {
        "code": "rule.unknown_tier",
        "severity": "ERROR",
        "file": str(path),
        "line": 34,
        "path": "rules[0].tier",
    }
    assert told["problem"] == {"zh": "没有档位“wacth”。", "en": "There is no tier 'wacth'."}
    assert told["why"].keys() == told["fix"].keys() == {"zh", "en"}


def test_an_announcement_is_held_to_its_day():
    """The first day on which a policy applies, against the day on which it is made public."""
    path = CORPUS / "lawful-plain.yaml"
    assert run("lint", path, "--announced-on", "2026-04-26").exit_code == 1
    assert run("lint", path, "--announced-on", "2026-04-24").exit_code == 0
    assert run("lint", path, "--announced-on", "2026-04-24", "--important").exit_code == 1
    assert run("lint", path, "--announced-on", "24 April").exit_code == 2


def test_a_policy_is_shown_as_json_with_its_digest(tmp_path):
    """What it extends and includes is written out."""
    shutil.copytree(CORPUS, tmp_path / "corpus")
    path = tmp_path / "corpus" / "lawful-extending.yaml"
    shown = json.loads(run("show", path, "--format", "json").stdout)
    assert shown["digest"] == load_policy(path).ref.digest
    assert "extends" not in shown["document"]
    assert shown["document"]["origin"]["extends"]["name"] == "base"
    assert "warned" in shown["document"]["catalogue"]


def test_what_is_no_policy_is_not_shown():
    """The reason goes beside what is printed, and nothing else is."""
    for name in (CORPUS / "053-choice.yaml", CORPUS / "none.yaml", "nosuch"):
        shown = run("show", name)
        assert (shown.exit_code, shown.stdout) == (2, "")
        assert shown.stderr


def test_the_schema_is_printed_as_it_is_published():
    """`chengxin policy schema > policy.schema.json` is what an editor reads."""
    printed = run("schema")
    assert (printed.exit_code, printed.stdout) == (0, schema_text())
