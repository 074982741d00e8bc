"""The command that explains, on real HTTP: prose for people, JSON for pipes, and its exit codes."""

import json
import socket

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.cli.exit_code import ExitCode


@pytest.fixture
def explain(source, monkeypatch):
    """Explain a member of the cast, or a code."""
    monkeypatch.setenv("CHENGXIN_SOURCE_URL", source.url)
    monkeypatch.setenv("CHENGXIN_APP_KEY", "mock-app-key")
    monkeypatch.setenv("CHENGXIN_SECRET", "mock-app-secret")

    def run(who, *words, before=()):
        code = source.cast.get(who, who)
        return CliRunner().invoke(app, [*before, "policy", "explain", code, *words])

    return run


def test_it_tells_facts_rule_basis_end_and_what_would_change_it_in_both_languages(explain):
    """In whole sentences, the Chinese first."""
    result = explain("general-penalty")
    assert result.exit_code == ExitCode.ADVERSE
    chinese, english = result.stdout.split("This is how the platform treats")
    for said in ("【事实】", "行政处罚（失信程度一般）", "适用的规则是：凡有", "《电子商务法》第三十二条", "24时止",
                 "信用修复", "申诉", "记录1修复并停止公示的，解除“信用提醒”"):  # fmt: skip
        assert said in chinese
    for said in ("The rule: where", "E-Commerce Law, article 32", "It lasts until the end of",
                 "apply for credit repair", "can appeal at https://", "Once record 1 is repaired"):  # fmt: skip
        assert said in english


@pytest.mark.parametrize(
    ("lang", "heading", "other"), [("zh", "【事实】", "The facts"), ("en", "The facts", "【事实】")]
)
def test_it_tells_in_one_language_where_one_is_asked_for(lang, heading, other, explain):
    """Nothing of the other."""
    told = explain("nothing", "--lang", lang).stdout
    assert heading in told
    assert other not in told


def test_a_pipe_gets_status_treatment_trace_outlook_and_explanations(explain):
    """One object, with everything that is told in words."""
    value = json.loads(explain("serious-listing", "--format", "json").stdout)
    assert (value["standing"], value["treatment"]["tier"]) == ("ADVERSE", "restricted")
    states = {rule["rule_id"]: rule["state"] for rule in value["trace"]}
    assert (states["serious-listing"], states["general-penalty"]) == ("FIRED", "NEARLY")
    (fired,) = [rule for rule in value["trace"] if rule["rule_id"] == "serious-listing"]
    assert {"code": "livestream-suspended", "fate": "GIVEN", "by": []} in fired["measures"]
    (near,) = [rule for rule in value["trace"] if rule["rule_id"] == "general-penalty"]
    (missing,) = near["missing"]
    assert missing["condition"]["record"]["severity"] == ["GENERAL"]
    assert (missing["has_to_hold"], missing["short"], missing["changes_at"]) == (True, 1, None)
    outlook = value["outlook"]
    assert outlook["all_repaired"]["tier_after"] == "standard"
    assert {step["tier_after"] for step in outlook["steps"]} == {"restricted", "standard"}
    assert len(outlook["repairs"]) == 2
    assert [one["language"] for one in value["explanations"]] == ["zh", "en"]
    sections = {paragraph["section"] for paragraph in value["explanations"][0]["paragraphs"]}
    assert sections >= {"FACTS", "TIER", "TREATMENT", "REVIEW", "REPAIR", "APPEAL", "CHANGE", "SOURCE"}


def test_facts_and_role_are_taken_into_account(explain):
    """A fact lets a relief be given, a role lets a human decide."""
    assert "适用“优享”等级" in explain("preferred", "--fact", "registered_days=400").stdout
    assert "（还差80天）" in explain("preferred", "--fact", "registered_days=100").stdout
    assert "自然人（包括主播）不评等级" in explain("serious-listing", "--role", "ANCHOR").stdout


def test_what_is_not_known_is_not_concluded_from(explain):
    """A code that the source does not know, and a source that is not there."""
    result = explain("N2110108MF01ABCD18", "--format", "json")
    assert result.exit_code == ExitCode.UNKNOWN
    value = json.loads(result.stdout)
    assert (value["trace"], value["outlook"]["steps"], value["outlook"]["all_repaired"]) == ([], [], None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    before = ["--source-url", f"http://127.0.0.1:{port}", "--deadline-seconds", "1"]
    result = explain("nothing", before=before)
    assert result.exit_code == ExitCode.NETWORK
    assert "无法连接信息源" in result.stdout


def test_repair_is_told_by_the_operator_s_rules_of_law(explain, tmp_path, monkeypatch):
    """As is how long a record whose end is left out is disclosed."""
    table = tmp_path / "law.yaml"
    table.write_text(
        "format: 1\ndisclosure_terms: [{id: o36-general, instrument: o36, kind: PENALTY, severity: GENERAL, "
        "shortest_months: 11, longest_months: 12, counted_from: DECISION, effective_from: 2026-04-01, "
        "verified: false, note: An invented change.}, {id: o58-general, instrument: o58, kind: PENALTY, "
        "severity: GENERAL, shortest_months: 11, longest_months: 36, counted_from: DECISION, "
        "effective_from: null, effective_until: 2026-03-31, verified: false, note: An invented change.}]",
        "utf-8",
    )
    shipped = explain("general-penalty", "--lang", "en").stdout
    monkeypatch.setenv("CHENGXIN_RULE_TABLE", str(table))
    told = explain("general-penalty", "--lang", "en").stdout
    assert told != shipped
    assert "apply for credit repair" in told


@pytest.mark.parametrize("words", [["--policy", "nosuch"], ["--fact", "nosuch=1"], ["--lang", "fr"]])
def test_what_is_asked_wrongly_is_usage(words, explain):
    """Exit code 2, and it says what to do."""
    result = explain("nothing", *words)
    assert result.exit_code == ExitCode.USAGE
    assert result.output
