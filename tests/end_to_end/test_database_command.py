"""The commands on the tables, and the publishing commands on a database."""

import json
import os
import re
import subprocess
import sys
from importlib import resources

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.clock import SystemClock
from chengxin.config import Settings
from chengxin.records import china_day
from chengxin.store import SqlStore, check
from chengxin.store.sql.schema import HEAD

POLICY = ["policy", "history", "observe", "--format", "json"]


@pytest.fixture
def run(monkeypatch):
    """Run a command on the database of the variable."""
    monkeypatch.setenv("COLUMNS", "220")

    def run(*words, database=None, **named):
        if database:
            monkeypatch.setenv("CHENGXIN_DATABASE_URL", database)
        return CliRunner().invoke(app, [*words], **named)

    return run


def lines(result):
    """Return what was printed for a pipe."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_tables_are_made_looked_at_and_dropped(run, empty_database_url):
    """Each command says what is so then, and its exit code whether it is good."""
    result = run("db", "check", "--format", "json", database=empty_database_url)
    assert (result.exit_code, lines(result)[0]["revision"]) == (2, None)
    assert "chengxin db upgrade" in result.stderr
    result = run("db", "upgrade", "--format", "json")
    assert (result.exit_code, lines(result)) == (0, [{"revision": HEAD}])
    result = run("db", "check", "--format", "json")
    assert (result.exit_code, lines(result)[0]["current"]) == (0, True)
    result = run("db", "check")
    assert (result.exit_code, HEAD in result.stdout, "none" in result.stdout) == (0, True, True)
    result = run("db", "downgrade", "base", "--yes")
    assert (result.exit_code, "none" in result.stdout) == (0, True)
    assert check(empty_database_url).found is None


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 2), ("", 2)])
def test_who_goes_back_is_asked(answer, code, run, database_url):
    """Without an answer nothing is lost."""
    result = run("db", "downgrade", "base", database=database_url, input=answer)
    assert result.exit_code == code
    assert check(database_url).found == (HEAD if code else None)


def test_a_difference_is_listed(run, database_url):
    """With a code that a script can act on."""
    with SqlStore(database_url) as store, store.transaction() as connection:
        connection.exec_driver_sql("ALTER TABLE chengxin_policy_source ADD COLUMN extra INTEGER")
    result = run("db", "check", database=database_url)
    assert (result.exit_code, "extra" in result.stdout) == (2, True)


def test_a_database_that_cannot_be_reached_is_told_without_its_password(run):
    """As other networks are."""
    url = "postgresql://a:hunter2@127.0.0.1:1/x"
    for code, words in ((4, ("db", "check")), (4, ("db", "upgrade")), (2, (*POLICY, "--store", url))):
        result = run(*words, database=url)
        assert (result.exit_code, "127.0.0.1:1/x" in result.stderr) == (code, True)
        assert "hunter2" not in result.output


def test_a_revision_and_a_url_that_are_none_are_usage(run, database_url):
    """With what to do."""
    assert run("db", "upgrade", "--to", "nonsense", database=database_url).exit_code == 2
    assert run("db", "upgrade", "--database", "redis://127.0.0.1").exit_code == 2


def test_the_default_is_a_file_where_the_command_is_run(tmp_path):
    """As the setting says."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN_")}
    command = [sys.executable, "-m", "chengxin", "db", "upgrade"]
    subprocess.run(command, cwd=tmp_path, env=environ, check=True, timeout=60, capture_output=True)
    assert check(f"sqlite:///{tmp_path}/chengxin.db").is_current
    settings = Settings.from_env({"CHENGXIN_SOURCE_URL": "http://127.0.0.1:1"})
    assert settings.database_url.get_secret_value() == "sqlite:///chengxin.db"


def test_a_policy_is_published_in_a_database(run, database_url, tmp_path):
    """Two people, the same commands, another place."""
    shipped = resources.files("chengxin.policy") / "shipped" / "observe.yaml"
    path = tmp_path / "observe.yaml"
    today = china_day(SystemClock().now())
    path.write_text(
        re.sub(r"effective_from: \S+", f"effective_from: {today}", shipped.read_text("utf-8")), "utf-8"
    )
    store = ("--store", database_url, "--format", "json")
    result = run("policy", "publish", str(path), "--by", "李明", "--why", "按新规修订", *store)
    assert result.exit_code == 0, result.stderr
    digest = lines(result)[-1]["digest"]
    assert run("policy", "approve", digest, "--by", "王芳", "--why", "已逐条核对", *store).exit_code == 0
    moves = [line["move"] for line in lines(run("policy", "history", "observe", *store))]
    assert moves == ["draft", "lint", "submit", "approve"]


def test_who_publishes_before_the_upgrade_is_told_what_to_do(run, empty_database_url):
    """Nothing is made in passing."""
    result = run(*POLICY, "--store", empty_database_url)
    assert (result.exit_code, "chengxin db upgrade" in result.stderr) == (2, True)
