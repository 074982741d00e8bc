"""The command that runs jobs in the background: what it is told to run, and how it ends."""

import sys
from types import ModuleType

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.cli.exit_code import ExitCode
from chengxin.config import Settings
from chengxin.worker import Jobs


@pytest.fixture
def shop(monkeypatch):
    """A module of a platform's, with a table of jobs."""
    module = ModuleType("shop_of_tests")
    module.did = []
    module.jobs = Jobs()
    module.jobs.add("outbox", lambda: module.did.append("outbox"), every_seconds=1)
    module.make = lambda: module.jobs
    module.nothing = 1
    monkeypatch.setitem(sys.modules, "shop_of_tests", module)
    return module


def run(*words, **environment):
    """Run the command."""
    return CliRunner().invoke(app, ["worker", *words], env=environment)


@pytest.mark.parametrize("name", ["jobs", "make"])
def test_each_job_is_run_once(shop, name):
    """A table, or a function that returns one."""
    assert run("--once", "--jobs", f"shop_of_tests:{name}").exit_code == 0
    assert run("--once", CHENGXIN_JOBS=f"shop_of_tests:{name}").exit_code == 0
    assert shop.did == ["outbox"] * 2


def test_a_job_that_fails_is_seen_in_the_exit_code(shop):
    """The others were run."""
    shop.jobs.add("broken", lambda: 1 / 0, every_seconds=1)
    shop.jobs.add("last", lambda: shop.did.append("last"), every_seconds=1)
    assert run("--once", "--jobs", "shop_of_tests:jobs").exit_code == ExitCode.UNKNOWN
    assert shop.did == ["outbox", "last"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "shop_of_tests",
        "shop_of_tests:",
        ":jobs",
        "shop_of_tests:nothing",
        "shop_of_tests:x",
        "no.such:jobs",
    ],
)
def test_what_is_no_table_of_jobs_is_told(shop, given):
    """With how to name one."""
    result = run("--once", "--jobs", given)
    assert (result.exit_code, "module:name" in result.stderr) == (ExitCode.USAGE, True)


def test_a_queue_that_is_none_is_told(shop):
    """Before anything is run."""
    result = run("--jobs", "shop_of_tests:jobs", "--queue", "amqp://:canary@127.0.0.1/")
    assert result.exit_code == ExitCode.USAGE
    assert "canary" not in result.output
    assert shop.did == []


def test_its_variables_may_stand_beside_the_settings():
    """They are no settings of a client, and no mistyped ones either."""
    given = {"CHENGXIN_JOBS": "a:b", "CHENGXIN_QUEUE_URL": "x", "CHENGXIN_SOURCE_URL": "http://127.0.0.1:1"}
    assert Settings.from_env(given).source_url == "http://127.0.0.1:1"
