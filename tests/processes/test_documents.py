"""What the docs say of networks and caches that fail is what is tested."""

import re

from tests.processes.test_cache_file_fails import File
from tests.processes.test_redis_fails import Far
from tests.processes.test_source_fails import FAULTS
from tests.processes.world import ROOT


def names_of(kind):
    """Return the names of the faults of a class."""
    return {name for name in vars(kind) if not name.startswith("_")}


def test_the_documented_tables_are_the_tested_ones():
    """Each fault stands in its table with what a check says, and each row of the tables is a test."""
    text = (ROOT / "docs" / "failures.md").read_text(encoding="utf-8")
    tables = dict(
        re.findall(r"^\| the ([A-Za-z ]+) \|[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)", text, re.MULTILINE)
    )
    told = {
        name: set(re.findall(r"\*\*([^*]+)\*\*", "\n".join(row.split("|")[1] for row in rows.splitlines())))
        for name, rows in tables.items()
    }
    assert told["network to the source"] == set(FAULTS)
    assert told["shared Redis"] == names_of(Far)
    assert told["shared cache file"] == names_of(File)
    reasons = re.findall(
        r"^\| \*\*([^*]+)\*\*[^|]*\| `([a-z_]+)`", tables["network to the source"], re.MULTILINE
    )
    assert {name: {reason} for name, reason in reasons} == {
        name: found for name, (_, found) in FAULTS.items()
    }
