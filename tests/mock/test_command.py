"""The command: ready line, options, clean exit."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
import requests

COMMAND = [sys.executable, "-W", "error", "-m", "mock_credit_china", "--port", "0"]
CLOCK = "2026-11-22T10:00:00+08:00"
OPTIONS = [
    *("--subjects", "200", "--clock", CLOCK, "--max-age", "7", "--seed", "9", "--frozen"),
    *("--prepare-snapshot", "--snapshot-format", "ndjson.gz", "--snapshot-rows", "300"),
]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    """The command, running."""
    with subprocess.Popen(
        [*COMMAND, *OPTIONS],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_serves_until_told_to_stop(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """One line with the URL, answers, and an exit without a word."""
    assert process.stdout
    line = process.stdout.readline()
    found = re.fullmatch(r"mock_credit_china listening on (http://127\.0\.0\.1:\d+)\n", line)
    assert found, line
    clock = requests.get(f"{found[1]}/mock/clock", timeout=10).json()
    assert clock == {"now": "2026-11-22T10:00:00.000+08:00", "frozen": True}
    manifest = requests.post(f"{found[1]}/mock/snapshot", json={"pin": True}, timeout=10).json()
    assert {file["format"] for file in manifest["files"]} == {"ndjson.gz"}
    assert max(file["rows"] for file in manifest["files"]) == 300
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--clock", "tomorrow"], "is not ISO 8601"),
        (["--clock", "2026-11-22T10:00:00"], "has no offset"),
        (["--subjects", "-1"], "subjects must be"),
        (["--app-key", ""], "must not be empty"),
        (["--snapshot-format", "csv"], "invalid choice"),
        (["--snapshot-rows", "0"], "snapshot_rows must be"),
    ],
)
def test_command_refuses_what_makes_no_sense(options: list[str], says: str) -> None:
    """A wrong option ends with 2 and says why."""
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert says in done.stderr
