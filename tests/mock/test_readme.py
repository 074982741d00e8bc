"""The mock's README: its code runs, its instructions are taken, its tables are whole."""

import json
import re
from pathlib import Path

import pytest

import mock_credit_china
from mock_credit_china.__main__ import _parser
from mock_credit_china.cast import CAST, UNREGISTERED_CODE, Part
from mock_credit_china.openapi import document
from mock_credit_china.person import PERSONS, PersonPart
from tests.mock.client import Client

README = Path(mock_credit_china.__file__).with_name("README.md").read_text(encoding="utf-8")
POSTED = re.findall(r"curl -X POST \$MOCK/mock(/\w+) -d '(.+)'", README)


def test_python_runs() -> None:
    """The library example is executed as it stands."""
    (code,) = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own page


def test_instructions_are_taken_in_order(client: Client) -> None:
    """Each body shown with curl is accepted, one after the other."""
    assert len(POSTED) >= 9
    for path, body in POSTED:
        answer = client.control("POST", path, json.loads(body))
        assert answer.status_code in {200, 201}, (path, body, answer.text)


@pytest.mark.parametrize("part", CAST, ids=lambda part: part.role)
def test_cast_table_is_whole(part: Part) -> None:
    """Each member is in the table, as the mock describes it."""
    assert f"| {part.role} | `{part.code}` | {part.name} | {part.description} |" in README
    assert UNREGISTERED_CODE in README


@pytest.mark.parametrize("part", PERSONS, ids=lambda part: part.role)
def test_table_of_persons_is_whole(part: PersonPart) -> None:
    """Each person is in the table, as the mock describes them."""
    assert f"| {part.role} | {part.name} | `{part.id_number}` | {part.description} |" in README


def test_options_are_in_the_table() -> None:
    """Each option of the command is in the README."""
    for action in _parser()._actions:
        assert action.dest == "help" or f"`{action.option_strings[-1]}`" in README


def test_fault_table_is_whole() -> None:
    """Each kind of fault is in the table, with its options."""
    table = README[README.index("## Faults") :]
    mapping = document()["components"]["schemas"]["Rule"]["properties"]["fault"]["discriminator"]["mapping"]
    for kind, reference in mapping.items():
        assert f"`{kind}`" in table
        options = document()["components"]["schemas"][reference.rsplit("/", 1)[-1]]["properties"]
        assert [name for name in options if name != "kind" and f"`{name}`" not in table] == []
