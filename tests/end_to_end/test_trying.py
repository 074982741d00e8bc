"""The commands that try a policy: on merchants of a cache, a snapshot or a file, and on the past."""

import json

import pytest
from typer.testing import CliRunner

from chengxin import load_policy
from chengxin.cli.app import app
from chengxin.cli.exit_code import ExitCode
from chengxin.services import FileVectorLog, VectorRecorder, members_of_snapshot
from chengxin.sources import open_source
from chengxin.testing import FrozenClock
from tests.sdk.policy.material import shipped_text
from tests.sdk.services.vectors import evaluate
from tests.sdk.sources import files


@pytest.fixture
def run(monkeypatch):
    """Run the command at a fixed instant."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("chengxin.cli.trying.SystemClock", FrozenClock)
    return lambda *words: CliRunner().invoke(app, ["policy", *map(str, words)])


@pytest.fixture
def manifest(tmp_path):
    """A snapshot of three subjects, one of whom has two penalties."""
    lines = [files.a_line(1), files.a_line(2), files.a_line(3, severity="严重"), files.a_line(3, 1)]
    data = files.ndjson(lines)
    (tmp_path / "1.ndjson.gz").write_bytes(data)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(files.a_manifest(files.a_file(data, len(lines)))), encoding="utf-8")
    return path


@pytest.fixture
def lenient(tmp_path):
    """The shipped policy without its rule for serious penalties that stand undisputed."""
    path = tmp_path / "lenient.yaml"
    path.write_text(
        shipped_text().replace("severity: SERIOUS, disputed: false", "severity: MINOR, disputed: false"),
        "utf-8",
    )
    assert path.read_text("utf-8") != shipped_text()
    return path


@pytest.fixture
def merchants(tmp_path):
    """A file of merchants: one of the snapshot, one who is not in it."""
    path = tmp_path / "merchants.jsonl"
    path.write_text(
        "\n".join(
            json.dumps(line)
            for line in (
                {
                    "code": files.code_of(3),
                    "role": "MCN",
                    "category": "food",
                    "facts": {"registered_days": 9},
                },
                {"code": files.code_of(9), "size": "small"},
            )
        )
    )
    return path


@pytest.fixture
def vectors(tmp_path, manifest):
    """What was evaluated on the snapshot's subjects, and one dropped."""
    clock = FrozenClock()
    policy, log = load_policy("marketplace"), FileVectorLog(tmp_path / "vectors")
    with VectorRecorder(log, clock=clock, most_waiting=2, flush_seconds=60) as recorder:
        source = open_source(f"snapshot://{manifest}", clock=clock)
        for member in members_of_snapshot(source, at=clock.now()):
            evaluate(recorder, policy, member.status, at=clock.now())
    return tmp_path / "vectors"


def test_simulate_on_a_snapshot(run, manifest, lenient):
    """In counts, against a baseline, with names."""
    result = run("simulate", "--snapshot", manifest, "--baseline", lenient, "--format", "json")
    assert result.exit_code == ExitCode.NOTHING_ADVERSE
    found = json.loads(result.stdout)
    assert found["total"]["subjects"] == found["flips"]["compared"] == 3
    assert found["flips"]["verdicts"]["UNCHANGED"] == 2
    assert [example["code"] for example in found["examples"]["STRICTER"]] == [files.code_of(3)]
    assert found["worst"][0]["code"] == files.code_of(3)
    assert found["facts_missing"] == {"registered_days": 3}
    table = run("simulate", "--snapshot", manifest, "--baseline", lenient).stdout
    assert f"{files.code_of(3)}" in table
    for text in (
        "registered_days was not given of 3",
        "tier restricted",
        "against marketplace",
        "33.3%",
        "stricter",
    ):
        assert text in table


def test_i1_commands_go_by_the_operator_s_rules_of_law(run, tmp_path, monkeypatch):
    """A penalty whose end is left out is over when the operator's table says so; a policy lasts no longer either."""
    rows = [
        f"{{id: o36-{severity.lower()}, instrument: o36, kind: PENALTY, severity: {severity}, longest_months: 1, "
        "counted_from: PUBLICATION, effective_from: 2026-04-01, verified: false, note: An invented change.}"
        for severity in ("MINOR", "GENERAL", "SERIOUS")
    ]
    table = tmp_path / "law.yaml"
    table.write_text(f"format: 1\ndisclosure_terms: [{', '.join(rows)}]", "utf-8")
    line = files.a_line(1, disclosedUntil=None, severity="一般", publishedOn="2026-05-12")
    del line["fields"]["CF_GSJZQ"]
    snapshot = tmp_path / "all.ndjson.gz"
    snapshot.write_bytes(files.ndjson([line]))
    url = f"snapshot://{snapshot}?data_date=2026-11-20T23:00:00%2B08:00"
    words = ("simulate", "--policy", "observe", "--snapshot", url, "--format", "json")
    tiers = [json.loads(run(*words).stdout)["total"]["tiers"]]
    monkeypatch.setenv("CHENGXIN_RULE_TABLE", str(table))
    tiers.append(json.loads(run(*words).stdout)["total"]["tiers"])
    assert tiers == [{"watch": 1}, {"standard": 1}]
    monkeypatch.setenv("CHENGXIN_RULE_TABLE", str(tmp_path / "none.yaml"))
    assert run(*words).exit_code == ExitCode.USAGE
    assert run("lint", "observe").exit_code == ExitCode.USAGE


def test_simulate_names_nobody_where_nobody_shall_be(run, manifest, lenient):
    """``--worst 0``."""
    table = run("simulate", "--snapshot", manifest, "--baseline", lenient, "--worst", "0").stdout
    assert "9135" not in table


def test_simulate_on_a_file_of_merchants(run, manifest, merchants):
    """With facts and labels; who is not in the snapshot is unknown."""
    words = ("simulate", "--snapshot", f"snapshot://{manifest}", "--members", merchants)
    found = json.loads(run(*words, "--role", "ROOM_OPERATOR", "--format", "json").stdout)
    assert (found["total"]["subjects"], found["total"]["unknown"]) == (2, 1)
    assert set(found["by"]["role"]) == {"MCN", "ROOM_OPERATOR"}
    assert found["by"]["category"]["food"]["restricted"] == 1
    table = run(*words).stdout
    assert "food" in table
    assert "small" in table


def test_backtest_in_counts_and_with_names(run, vectors, manifest, lenient):
    """Names only where asked for, and only of whom the snapshot still shows the same."""
    words = ("backtest", "--vectors", vectors, "--baseline", lenient)
    found = json.loads(run(*words, "--format", "json").stdout)
    assert (found["total"]["replayed"], found["lost"], found["names"]) == (2, 1, None)
    assert len(found["months"]) == 13
    table = run(*words, "--since", "2026-11-01", "--until", "2026-11-30").stdout
    assert "2 subject-days of 1 days" in table
    assert "1 evaluations of these days were not recorded" in table
    assert "9135" not in table
    named = json.loads(run(*words, "--name", "--snapshot", manifest, "--format", "json").stdout)
    assert named["names"]["nameable"] == 2
    table = run(*words, "--name", "--snapshot", manifest, "--policy", "marketplace").stdout
    assert files.code_of(1) in table


def test_what_could_not_be_replayed_is_told(run, vectors, manifest, lenient, tmp_path):
    """By reason; and who is not named since something is not as it was."""
    asking = tmp_path / "asking.yaml"
    fact = "{ fact: { name: colour, equals: red } }"
    text = shipped_text().replace(
        "facts:\n", "facts:\n  colour: { type: text, title: { zh: 颜色, en: Colour } }\n", 1
    )
    rule = (
        f"rules:\n  - id: colour\n    when: {fact}\n    tier: watch\n    reason: {{ zh: 颜色, en: Colour }}\n"
    )
    asking.write_text(text.replace("rules:\n", rule, 1), "utf-8")
    words = ("backtest", "--vectors", vectors)
    assert "2 could not be replayed: fact:colour" in run(*words, "--policy", asking).stdout
    assert "2 could not be compared: fact:colour" in run(*words, "--baseline", asking).stdout
    data = files.ndjson([files.a_line(1, version=4, state="异议中")])
    (tmp_path / "1.ndjson.gz").write_bytes(data)
    manifest.write_text(json.dumps(files.a_manifest(files.a_file(data, 1))), encoding="utf-8")
    assert "1 are not named" in run(*words, "--name", "--snapshot", manifest).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["simulate", "--policy", "nosuch", "--snapshot", "x.json"], "no shipped policy"),
        (["simulate", "--snapshot", "nowhere.json"], "cannot be read"),
        (["simulate", "--snapshot", "snapshot:nowhere"], "three slashes"),
        (["backtest", "--vectors", "nowhere"], "Look at the directory"),
    ],
)
def test_what_cannot_be_used_is_told(run, words, message):
    """On one line, with an exit code that says neither 0 nor 1."""
    result = run(*words)
    assert result.exit_code not in (ExitCode.NOTHING_ADVERSE, ExitCode.ADVERSE)
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_the_cache_has_to_be_shared(source, monkeypatch):
    """A process that has just begun holds nothing by itself."""
    monkeypatch.setenv("CHENGXIN_SOURCE_URL", source.url)
    monkeypatch.setenv("CHENGXIN_APP_KEY", "mock-app-key")
    monkeypatch.setenv("CHENGXIN_SECRET", "mock-app-secret")
    result = CliRunner().invoke(app, ["policy", "simulate"])
    assert result.exit_code == ExitCode.USAGE
    assert "--cache-url" in result.stderr


def test_simulate_on_the_shared_cache(source, monkeypatch, tmp_path):
    """Whoever was looked up is in it, and merchants of a file are looked up in it."""
    monkeypatch.setenv("CHENGXIN_SOURCE_URL", source.url)
    monkeypatch.setenv("CHENGXIN_APP_KEY", "mock-app-key")
    monkeypatch.setenv("CHENGXIN_SECRET", "mock-app-secret")
    monkeypatch.setenv("CHENGXIN_CACHE_URL", f"sqlite:///{tmp_path}/cache.db")
    invoke = CliRunner().invoke
    code = source.cast["general-penalty"]
    assert invoke(app, ["check", code]).exit_code == ExitCode.ADVERSE
    found = json.loads(invoke(app, ["policy", "simulate", "--format", "json"]).stdout)
    assert (found["total"]["subjects"], found["total"]["restricted"]) == (1, 1)
    path = tmp_path / "merchants.jsonl"
    path.write_text(json.dumps({"code": code}) + "\n" + json.dumps({"code": "N2110108MF01ABCD18"}))
    words = ["policy", "simulate", "--members", str(path), "--format", "json"]
    found = json.loads(invoke(app, words).stdout)
    assert (found["total"]["subjects"], found["total"]["unknown"]) == (2, 1)
