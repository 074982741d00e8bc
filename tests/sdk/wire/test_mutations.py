"""A valid adverse answer, with any one place of it set to anything: never an exception, never harmless."""

import copy
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import SourceError
from chengxin.identifiers import Uscc
from chengxin.records import shipped_rule_table
from chengxin.wire import Answer, assemble, decode_batch, decode_credit_page, decode_rows
from tests.sdk.wire.page import CODE, JSON, a_page, a_row

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LICENCE = {"XK_XDR_SHXYM": CODE, "XK_JDRQ": "2026-05-01", "XK_NR": "…"}
DATA = a_page(a_row("A"), a_row("B", catalog="行政许可", fields=LICENCE))
PAGE = {"status": 1, "message": "成功", "requestId": "Q", "data": DATA}
BATCH = {"status": 1, "data": {"results": [{"code": CODE, "status": 1, "credit": DATA, "truncated": False}]}}
LAWFUL_ENDS = {
    # What takes the adverse record A away by the source's own rules, and nothing else does.
    ("state", "暂时屏蔽"),
    ("state", "已修复"),
    ("state", "已撤销"),
}
HOSTILE = [
    None, True, False, 0, 1, -1, 2**70, 1.5, 1e308, "", " ", "x", "0", "1", "\x00", "\U0001f600", "9" * 5000,
    "2026-01-01", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    "2026-11-20T23:00:00+08:00:00.5", "暂时屏蔽", "已修复", "已撤销", [], [[]], {}, {"a": 1}, ["x"], ...,
]  # fmt: skip


def places(value, path=()):
    """Yield the path to every place of a JSON value."""
    yield path
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield from places(child, (*path, key))


def with_place(value, path, new):
    """Return a copy with one place set, or left out."""
    if not path:
        return new
    value = copy.deepcopy(value)
    place = value
    for key in path[:-1]:
        place = place[key]
    if new is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = new
    return value


def answer_of(value):
    """Return a JSON value as an answer."""
    body = json.dumps(None if value is ... else value).encode("utf-8", "surrogatepass")
    return Answer(http_status=200, headers=JSON, body=body)


def read_page(value):
    """Read a single page, or None where it is refused."""
    try:
        return assemble(
            [decode_credit_page(answer_of(value))],
            asked=Uscc(CODE),
            source="test",
            at=NOW,
            rule_table=shipped_rule_table(),
        )
    except SourceError:
        return None


def read_row(value):
    """Read the row of a batch, or None where it is refused."""
    answer = answer_of(value)
    try:
        (row,) = decode_rows(
            decode_batch(answer),
            answer,
            asked=[Uscc(CODE)],
            source="test",
            at=NOW,
            rule_table=shipped_rule_table(),
        )
    except SourceError:
        return None
    return row if hasattr(row, "records") else None


def is_lawful(path, new, answer):
    """Tell whether an answer that shows nothing adverse says so by the source's own rules."""
    is_unregistered = path and path[-1] == "subject" and new is None
    is_reclassed = path and path[-1] == "catalog" and [r.kind for r in answer.records if r.kind == "OTHER"]
    return (
        is_unregistered or is_reclassed or (path and isinstance(new, str) and (path[-1], new) in LAWFUL_ENDS)
    )


@pytest.mark.parametrize(("valid", "read"), [(PAGE, read_page), (BATCH, read_row)], ids=["page", "batch"])
def test_i2_one_hostile_value_anywhere_never_raises_and_never_makes_an_answer_harmless(valid, read):
    """Every place of a page and of a batch, every hostile value."""
    assert any(record.is_adverse for record in read(valid).records)
    for path in places(valid):
        for new in HOSTILE:
            answer = read(with_place(valid, path, new))
            if answer is not None and not any(record.is_adverse for record in answer.records):
                assert is_lawful(path, new, answer), (path, new)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(list(places(PAGE))), json_values)
def test_i2_any_value_anywhere_never_raises_and_never_makes_an_answer_harmless(path, new):
    """Whatever JSON can say."""
    answer = read_page(with_place(PAGE, path, new))
    if answer is not None and not any(record.is_adverse for record in answer.records):
        assert is_lawful(path, new, answer)
