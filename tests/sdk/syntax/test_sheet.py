"""Texts as plain data, and where each part of them stands."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import Finding, FindingSeverity, Wording
from chengxin.syntax import Place, Places, child, item, read_sheet

TEXT = """\
format: 1
actions:
  listing.create:
    title: { zh: 发布,
      en: List }
rules:
  - id: one
    when:
      all:
        - standing: ADVERSE

        - role: MCN
  - {id: two, when: {any: [{role: MCN}]}}
"""


def places():
    """Return the places of the text above."""
    sheet, findings = read_sheet(TEXT, name="a.yaml")
    assert not findings
    return sheet.places


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 1),
        ("format", 1),
        ("actions.listing.create", 3),
        ("actions.listing.create.title.zh", 4),
        ("actions.listing.create.title.en", 5),
        ("rules", 6),
        ("rules[0].when.all[1].role", 12),
        ("rules[1].when.any[0].role", 13),
        ("rules[1].tier", 13),
        ("rules[2]", 6),
        ("actions.listing.create.unknown", 3),
        ("actions.funds.withdraw", 2),
        ("owner", 1),
        ("rules[0].when.all[0].fact.name", 10),
    ],
)
def test_a_part_stands_on_its_line_and_what_is_missing_on_that_of_what_it_is_missing_in(path, line):
    """Names with dots are found, and the nearest part around one that is not there."""
    assert places().at(path) == Place("a.yaml", line)


def test_a_document_without_places_places_nothing():
    """A finding is then told without a line."""
    finding = Finding(
        code="x.y",
        severity=FindingSeverity.NOTE,
        path="rules[0]",
        problem=Wording("一", "one"),
        why=Wording("二", "two"),
        fix=Wording("三", "three"),
    )
    assert Places({}).locate([finding]) == (finding,)
    (located,) = places().locate([finding])
    assert (located.file, located.line) == ("a.yaml", 7)
    assert Places({"": Place("b.yaml", 9)}).locate([located]) == (located,)


def test_a_part_that_is_moved_takes_its_places_along():
    """Those of its own parts as well, and no others."""
    moved = Places.joined([places().within("rules[1]", moved_to="rules[7]")])
    assert moved.at("rules[7].when.any[0]") == Place("a.yaml", 13)
    assert moved.at("rules[0]") is None


NAMES = st.text("abc", min_size=1, max_size=3)
DATA = st.recursive(
    st.integers(0, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def paths_of(value, path=""):
    """Yield the path of every part of plain data."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from paths_of(inner, child(path, name))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_of(inner, item(path, index))


@given(st.dictionaries(NAMES, DATA, max_size=4))
def test_every_part_has_a_place_of_its_own(data):
    """Whatever is written, the line of a member of a mapping begins with its name."""
    text = yaml.safe_dump(data, sort_keys=False, default_flow_style=False)
    sheet, findings = read_sheet(text, name="x")
    assert not findings
    assert sheet.data == data
    lines = text.splitlines()
    for path in paths_of(data):
        line = lines[sheet.places.at(path).line - 1]
        if path and not path.endswith("]"):
            assert f"{path.rpartition('.')[2].rpartition(']')[2]}:" in line
