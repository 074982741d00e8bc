"""Statements as JSON: canonical, without loss, strict, and of the published schema."""

import json
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidStatement
from chengxin.policy import SettingEffect
from chengxin.procedure.statement import (
    EndCause,
    StatementEnding,
    as_json,
    content_of,
    from_json,
    stub_as_json,
    stub_from_json,
    withdraw,
)
from chengxin.procedure.statement.schema import schema_text, statement_schema
from tests.examples import tried
from tests.sdk.policy.material import AT
from tests.sdk.procedure.statement.material import STATEMENTS, stated
from tests.sdk.procedure.statement.plain import plain_case

VALIDATOR = Draft202012Validator(statement_schema())
ENDING = StatementEnding(cause=EndCause.REPAIRED, ended_at=AT)


@given(STATEMENTS, st.booleans())
def test_a_round_trip_loses_nothing(statement, is_withdrawn):
    """In both directions, of every version."""
    if is_withdrawn:
        statement = withdraw(statement, ENDING, AT)
    text = as_json(statement)
    assert from_json(text) == statement
    assert as_json(from_json(text)) == text
    spaced = json.dumps(dict(reversed(json.loads(text).items())), indent=2)
    assert from_json(spaced.encode()) == statement
    assert canonical_bytes(json.loads(text)).decode() == text


@given(STATEMENTS, st.booleans())
def test_what_is_written_is_of_the_schema(statement, is_withdrawn):
    """Every version of every statement."""
    if is_withdrawn:
        statement = withdraw(statement, ENDING, AT)
    VALIDATOR.validate(content_of(statement))


def test_the_published_schema_is_what_is_generated():
    """The file beside the module, and it is a schema."""
    path = resources.files("chengxin.procedure.statement.schema") / "statement.schema.json"
    assert path.read_text("utf-8") == schema_text()
    Draft202012Validator.check_schema(statement_schema())


def paths(value, path=()):
    """Yield the path of every member of plain data."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from paths(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths(inner, (*path, index))


PLAIN = content_of(stated(plain_case()))
PATHS = sorted(paths(PLAIN), key=str)
JUNK = st.sampled_from([None, True, 0, -1, 1.5, "", "x", [], {}, ["x"], {"zh": "x"}, "2026-06-15", 10**30])


def changed(path, value):
    """Return the plain statement with one member changed."""
    plain = json.loads(json.dumps(PLAIN))
    part = plain
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    return plain


@tried(3)
@given(st.sampled_from(PATHS), JUNK)
def test_what_is_changed_is_another_statement_or_none(path, junk):
    """Nothing is read over; a statement that is read says what was written."""
    plain = changed(path, junk)
    try:
        statement = from_json(json.dumps(plain))
    except InvalidStatement:
        return
    assert json.loads(as_json(statement)) == plain
    VALIDATOR.validate(plain)


@pytest.mark.parametrize("path", PATHS, ids=str)
def test_a_member_less_or_more_is_refused(path):
    """Everywhere in it."""
    lesser, parts = json.loads(json.dumps(PLAIN)), path[:-1]
    part = lesser
    for name in parts:
        part = part[name]
    del part[path[-1]]
    with pytest.raises(InvalidStatement):
        from_json(json.dumps(lesser))
    part["one more"] = 1
    with pytest.raises(InvalidStatement):
        from_json(json.dumps(lesser))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "1", "null", '"text"', "{}", b"\xff", "[" * 100_000, '{"format":1,"format":1}', "NaN"],
)
def test_what_is_no_statement_is_refused(text):
    """Whatever it is."""
    with pytest.raises(InvalidStatement):
        from_json(text)


def test_what_json_cannot_say_is_not_written():
    """Whole numbers beyond 2^53, and halves of characters."""
    measure, records, about = plain_case()
    huge = replace(measure, effect=SettingEffect(setting="deposit_fen", value=2**60))
    with pytest.raises(InvalidStatement, match="cannot be written"):
        as_json(stated((huge, records, about)))
    half = replace(measure, code="\ud800a")
    with pytest.raises(InvalidStatement, match="cannot be written"):
        as_json(stated((half, records, about)))


@given(STATEMENTS, st.booleans())
def test_a_stub_is_written_and_read_without_loss(statement, is_withdrawn):
    """Of every version."""
    if is_withdrawn:
        statement = withdraw(statement, ENDING, AT)
    stub = statement.without_content()
    text = stub_as_json(stub)
    assert stub_from_json(text) == stub
    assert stub_as_json(stub_from_json(text.encode())) == text


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"a":1,"a":1}', as_json(stated(plain_case()))])
def test_what_is_no_stub_is_refused(text):
    """A whole statement above all."""
    with pytest.raises(InvalidStatement):
        stub_from_json(text)
    plain = json.loads(stub_as_json(stated(plain_case()).without_content()))
    with pytest.raises(InvalidStatement, match="no stub"):
        stub_from_json(json.dumps(plain | {"more": 1}))
