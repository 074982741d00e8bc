"""The published JSON Schema: it is what is generated, it accepts what is accepted, and it says everything twice."""

import json
import re
from importlib import resources
from typing import Annotated

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BeforeValidator

from chengxin.errors import InvalidPolicy
from chengxin.policy import parse_document
from chengxin.policy.condition import Part
from chengxin.policy.schema import SCHEMA_ID, policy_schema, schema_text
from chengxin.policy.schema.generator import Generator
from chengxin.policy.schema.words import FIELDS, PARTS, VALUES
from chengxin.services import read_policy, shipped_policies
from chengxin.syntax import read_sheet
from tests.examples import tried
from tests.sdk.policy.material import BOTH, PENALISED, rule, small_document
from tests.sdk.policy.snapshot import CORPUS, FAULTY, LAWFUL, findings_of

SCHEMA = policy_schema()
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
POLICY = resources.files("chengxin.policy")
TOLD_BY_THE_SCHEMA = {
    "field.unknown",
    "field.missing",
    "field.choice",
    "field.boolean",
    "field.whole_number",
    "field.text",
    "field.list",
    "field.mapping",
    "field.scalar",
    "field.setting_value",
    "field.format",
    "field.empty",
    "field.too_long",
    "field.too_many",
    "field.too_small",
    "field.too_big",
    "field.name",
    "field.day",
    "field.address",
    "condition.one_field",
    "extends.no_base",
    "extends.with_origin",
    "measure.no_legal_basis",
    "measure.no_platform_rule",
    "measure.no_longest_days",
}
"""Codes of which an editor shows the fault while it is written; the others need more than a schema."""


def data_of(path):
    """Return a document as plain data."""
    sheet, findings = read_sheet(path.read_text("utf-8"), name=path.name)
    assert not findings
    return sheet.data


def parts_of(schema):
    """Yield each schema inside a schema."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from parts_of(value)
    if isinstance(schema, list):
        for value in schema:
            yield from parts_of(value)


def test_the_schema_is_a_schema():
    """Of the dialect it names, under a name that is no address."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == SCHEMA_ID
    assert "://" not in SCHEMA_ID


def test_the_published_file_is_what_is_generated():
    """`chengxin policy schema` writes it anew."""
    assert (POLICY / "schema" / "policy.schema.json").read_text("utf-8") == schema_text()


@pytest.mark.parametrize("name", shipped_policies())
def test_shipped_policies_fit_the_schema(name):
    """As they are written, and as they are stored."""
    assert not list(VALIDATOR.iter_errors(data_of(POLICY / "shipped" / f"{name}.yaml")))
    assert not list(VALIDATOR.iter_errors(json.loads(json.dumps(read_policy(name).document.content))))


@pytest.mark.parametrize("path", LAWFUL, ids=lambda path: path.stem)
def test_lawful_policies_fit_the_schema(path):
    """Extended or not; and so do they as they are stored."""
    assert not list(VALIDATOR.iter_errors(data_of(path)))
    assert not list(VALIDATOR.iter_errors(json.loads(json.dumps(read_policy(path).document.content))))


@pytest.mark.parametrize("name", ["measures", "warning"])
def test_included_files_have_a_schema_of_their_own(name):
    """Parts fit it, a whole policy does not."""
    validator = Draft202012Validator(SCHEMA["$defs"]["IncludedParts"] | {"$defs": SCHEMA["$defs"]})
    assert validator.is_valid(data_of(CORPUS / "parts" / f"{name}.yaml"))
    assert not validator.is_valid(data_of(CORPUS / "parts" / "base.yaml"))


@pytest.mark.parametrize("path", [path for path in FAULTY if int(path.name[:3]) >= 20], ids=lambda p: p.stem)
def test_an_editor_shows_the_faults_that_a_schema_can_tell(path):
    """The schema refuses exactly the documents whose fault is one of shape."""
    findings = findings_of(path)
    is_of_this_file = all(finding.file == str(path) for finding in findings)
    is_told = {finding.code for finding in findings} <= TOLD_BY_THE_SCHEMA
    assert VALIDATOR.is_valid(data_of(path)) is not (is_told and is_of_this_file)


def test_every_field_is_described_in_both_languages():
    """Hover text: Chinese, then English."""
    fields = [
        (name, field)
        for part in [SCHEMA, *SCHEMA["$defs"].values()]
        for name, field in part.get("properties", {}).items()
    ]
    assert len(fields) > 80
    for name, field in fields:
        zh, _, en = field["description"].partition(" · ")
        assert re.search(r"[\u4e00-\u9fff]", zh), name
        assert re.search(r"[A-Za-z]{2}", en), name


def test_every_word_that_can_be_written_is_described_in_both_languages():
    """Completion: each word of each enum, with what it means."""
    words = [word for part in parts_of(SCHEMA) for word in part.get("oneOf", []) if "const" in word]
    assert len(words) > 40
    for word in words:
        zh, _, en = word["description"].partition(" · ")
        assert re.search(r"[\u4e00-\u9fff]|true", zh), word
        assert re.search(r"[A-Za-z]{2}", en), word
    assert not [part for part in parts_of(SCHEMA) if "enum" in part]


def test_every_part_has_a_title_in_both_languages():
    """Where an editor names a part it does so in words."""
    for part in [SCHEMA, *SCHEMA["$defs"].values()]:
        assert re.fullmatch(r".*[\u4e00-\u9fff].* · .+", part["title"])


def test_no_words_are_left_over():
    """What the schema does not show is not kept."""
    text = schema_text()
    for zh, en in [*PARTS.values(), *FIELDS.values(), *VALUES.values()]:
        assert json.dumps(f"{zh} · {en}", ensure_ascii=False)[1:-1] in text


MEMBERS = st.sampled_from(
    [
        ["facts", "city", "type"],
        ["actions", "listing.create", "unknown"],
        ["settings", "slots", "default"],
        ["settings", "slots", "combine"],
        ["settings", "slots", "cap"],
        ["tiers", 0, "default"],
        ["catalogue", "slots-cut", "direction"],
        ["catalogue", "slots-cut", "longest_days"],
        ["catalogue", "slots-cut", "gravity"],
        ["catalogue", "slots-relief", "public"],
        ["rules", 0, "precedence"],
        ["rules", 0, "measures"],
        ["rules", 0, "until"],
        ["rules", 0, "when"],
        ["effective_until"],
        ["version"],
        ["owner"],
    ]
)
VALUE = st.sampled_from(
    [
        None,
        True,
        0,
        1,
        -1,
        366,
        10**16,
        1.5,
        "",
        "x",
        "hold",
        "max",
        "RESTRICT",
        "MINOR",
        "TRUST_TEAM",
        [],
        ["x"],
        {},
        "2026-05-01",
        "2026-5-1",
        {"standing": "ADVERSE"},
        {"role": "MCN"},
        {"role": ["MCN", "MERCHANT"]},
        {"any": []},
    ]
)


@tried(1)
@given(MEMBERS, VALUE)
def test_the_schema_accepts_what_the_reader_accepts(path, value):
    """Whatever is written in one place of a document, both take it or both refuse it.

    A fraction is a text to the reader; where a text is asked for, the schema asks for its quotes.
    """
    assume(not (path == ["owner"] and value == 1.5))
    document = small_document(rule(PENALISED, "listing-stop", tier="watch"))
    *parents, last = path
    place = document
    for step in parents:
        place = place[step]
    place[last] = value
    try:
        parse_document(json.dumps(document), name="small")
        is_accepted = True
    except InvalidPolicy:
        is_accepted = False
    assert VALIDATOR.is_valid(document) is is_accepted


def test_a_stored_policy_with_its_origin_fits():
    """What resolving writes is part of the format."""
    origin = {
        "extends": {"name": "base", "version": "1", "digest": "sha256:" + "0" * 64},
        "overrides": ["tiers"],
    }
    assert VALIDATOR.is_valid(small_document(origin=origin))
    assert not VALIDATOR.is_valid(small_document(origin=origin, extends="base"))
    assert not VALIDATOR.is_valid(small_document(origin={"extends": {"name": "base"}}))
    assert not VALIDATOR.is_valid(small_document(facts={"Age": {"type": "text", "title": BOTH}}))


def test_a_way_of_reading_that_the_schema_does_not_know_stops_its_generation():
    """The schema never says less or more than what is accepted."""

    class Odd(Part):
        """A part with a reading of its own."""

        value: Annotated[str, BeforeValidator(str.strip)]

    with pytest.raises(KeyError, match="does not know what strip lets pass"):
        Odd.model_json_schema(schema_generator=Generator)
