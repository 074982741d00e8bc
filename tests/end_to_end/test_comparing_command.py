"""The commands that compare two policies and list all that one does, as a trust team uses them."""

import json

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.services import load_policy
from tests.sdk.policy.material import rule, small_document

PENALISED = {"record": {"kind": "PENALTY", "severity": ["GENERAL", "SERIOUS"], "disputed": False}}


@pytest.fixture
def run(monkeypatch):
    """Run a policy command."""
    monkeypatch.setenv("COLUMNS", "220")
    return lambda *words: CliRunner().invoke(app, ["policy", *map(str, words)])


@pytest.fixture
def two(tmp_path):
    """A policy, and one that adds a measure for the same records."""
    paths = []
    for name, measures in (("before", ["slots-cut"]), ("after", ["slots-cut", "listing-stop"])):
        path = tmp_path / f"{name}.json"
        given = rule(PENALISED, *measures, rule_id="penalised", tier="watch")
        path.write_text(json.dumps(small_document(given, version=name)), encoding="utf-8")
        paths.append(path)
    return paths


def test_a_diff_says_for_whom_what_changes_with_an_example(run, two):
    """In both languages; the exit code tells whether anybody is treated more strictly."""
    chinese = run("diff", *two, "--lang", "zh")
    assert chinese.exit_code == 1, chinese.output
    assert "已穷尽所有情形" in chinese.stdout
    assert "从严" in chinese.stdout
    assert "例如：某企业，角色为商家（平台内经营者），公示信息有行政处罚（失信程度一般）" in chinese.stdout
    english = run("diff", *two)
    assert "every case is looked at" in english.stdout
    assert (
        "For example: an enterprise (merchant) with an administrative penalty (general severity)"
        in english.stdout
    )
    back = run("diff", *reversed(two))
    assert (back.exit_code, "Looser  0" in back.stdout) == (0, False)
    assert run("diff", two[0], two[0]).exit_code == 0


def test_a_diff_is_told_to_programs_too(run, two):
    """One object: each class with verdict, aspects, words and an example that evaluates as it says."""
    value = json.loads(run("diff", *two, "--format", "json").stdout)
    assert (value["before"]["version"], value["after"]["version"]) == ("before", "after")
    verdicts = {one["verdict"] for one in value["classes"]}
    assert verdicts == {"STRICTER", "UNCHANGED"}
    stricter = next(one for one in value["classes"] if "action:listing.create" in one["stricter"])
    assert stricter["gained"] == ["listing-stop"]
    assert stricter["after"]["refused"] == ["listing.create"]
    assert stricter["example"]["records"][0]["severity"] == "GENERAL"
    assert stricter["in_words"]["zh"]


def test_a_matrix_lists_every_set_of_rules_that_can_fire(run):
    """A table for people, an object for programs; the shipped policy without measures gives none."""
    table = run("matrix", "observe", "--lang", "zh")
    assert table.exit_code == 0, table.output
    assert "触发的规则" in table.stdout
    value = json.loads(run("matrix", "observe", "--format", "json").stdout)
    fired = {name for row in value["rows"] for name in row["fired"]}
    assert fired == {one.id for one in load_policy("observe").document.rules}
    assert not any(row["upshot"]["restrictions"] or row["upshot"]["reliefs"] for row in value["rows"])


@pytest.mark.parametrize("words", [("diff", "marketplace", "nowhere"), ("matrix", "nowhere")])
def test_a_policy_that_is_not_there_is_told(run, words):
    """With the names of those that are."""
    result = run(*words)
    assert result.exit_code == 2
    assert "take one of livestream, marketplace, observe" in result.stderr
