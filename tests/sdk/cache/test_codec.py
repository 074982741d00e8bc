"""What shared tiers hold: it comes back as it was, or not at all."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.cache import Entry
from chengxin.cache.codec import VERSION, decode, encode
from chengxin.records import Anomaly, PenaltyDetail
from chengxin.testing import CODES, a_commendation, a_listing, a_penalty, an_answer, an_evaluation
from tests.sdk.strategies import answers, instants

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
NAMED = {"source": "scripted", "tenant": "platform"}
DETAIL = PenaltyDetail(
    decision_no="示市监处罚〔2026〕1号",
    fine_fen=200_000,
    decided_on=date(2026, 5, 6),
    authority="示例市场监督管理局",
)
ENTRY = Entry(
    answer=an_answer(a_penalty(detail=DETAIL), a_listing(end_on=None), a_commendation(), an_evaluation()),
    fetched_at=AT,
    fresh_until=AT + timedelta(minutes=30),
    followed_until=AT + timedelta(hours=6),
    etag='"20261120-1"',
    continuity="c1",
)


@st.composite
def entries(draw):
    """Entries around any answer."""
    fetched_at = draw(instants)
    lives = sorted(
        draw(st.lists(st.timedeltas(timedelta(microseconds=1), timedelta(days=9)), min_size=2, max_size=2))
    )
    return Entry(
        answer=draw(answers()),
        fetched_at=fetched_at,
        fresh_until=fetched_at + lives[0],
        followed_until=fetched_at + lives[1],
        etag=draw(st.none() | st.text()),
        continuity=draw(st.none() | st.text()),
    )


@given(entries())
def test_what_is_kept_comes_back_as_it_was(entry):
    """Writing and reading change nothing."""
    assert decode(encode(entry, **NAMED), **NAMED) == entry


@given(entries(), st.data())
def test_i2_what_is_cut_short_is_nothing(entry, data):
    """No prefix of an entry reads as an entry."""
    body = encode(entry, **NAMED)
    assert decode(body[: data.draw(st.integers(0, len(body) - 1))], **NAMED) is None


@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(
        lambda value: json.dumps(value).encode()
    )
)
def test_i2_what_is_anything_else_is_nothing(body):
    """Whatever lies in the store, reading does not raise."""
    assert decode(body, **NAMED) is None


@pytest.mark.parametrize("other", [{"source": "other"}, {"tenant": "other"}])
def test_what_is_of_another_source_or_tenant_is_nothing(other):
    """An entry is read by those alone for whom it was kept."""
    assert decode(encode(ENTRY, **NAMED), **(NAMED | other)) is None


def _at(path, value):
    def change(envelope):
        *way, last = path
        place = envelope
        for step in way:
            place = place[step]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return change


RECORD = ("entry", "answer", "records", 0)


@pytest.mark.parametrize(
    "change",
    [
        _at(["version"], VERSION + 1),
        _at(["version"], None),
        _at(["valid_until"], "2026-11-21T11:00:00Z"),
        _at(["entry"], None),
        _at(["unheard_of"], 1),
        _at(["entry", "fetched_at"], "2026-11-21T04:00:00"),
        _at(["entry", "fetched_at"], "2026-11-21T12:00:00+08:00"),
        _at(["entry", "fresh_until"], "2026-11-21T03:00:00Z"),
        _at(["entry", "answer", "registered"], False),
        _at(["entry", "answer", "registered"], "true"),
        _at(["entry", "answer", "subject", "code"], "91350100M000100Y44"),
        _at(["entry", "answer", "subject", "kind"], "PERSON"),
        _at(["entry", "answer", "anomalies"], [{"code": "x", "record_id": "P1"}]),
        _at([*RECORD, "record_id"], "L1"),
        _at([*RECORD, "record_id"], ""),
        _at([*RECORD, "kind"], "LICENCE"),
        _at([*RECORD, "kind"], "UNHEARD_OF"),
        _at([*RECORD, "status"], None),
        _at([*RECORD, "version"], "1"),
        _at([*RECORD, "period", "end_on"], "2020-01-01"),
        _at([*RECORD, "period", "end_on"], 20_000),
        _at([*RECORD, "period", "start_on"], "2026-02-30"),
        _at([*RECORD, "detail", "fine_fen"], 0.5),
        _at([*RECORD, "detail", "legal_representative"], "somebody"),
    ],
)
def test_i2_what_is_not_whole_or_contradicts_itself_is_nothing(change):
    """A wrong field makes the whole entry a miss; no part of it is used."""
    envelope = json.loads(encode(ENTRY, **NAMED))
    assert decode(json.dumps(envelope).encode(), **NAMED) == ENTRY
    change(envelope)
    assert decode(json.dumps(envelope).encode(), **NAMED) is None


def test_anomalies_are_not_kept():
    """What the source sent against its own rules is reported once and not kept."""
    told = Entry(
        answer=an_answer(anomalies=(Anomaly(code="record_past_its_end", record_id="GONE"),)),
        fetched_at=AT,
        fresh_until=AT + timedelta(hours=1),
        followed_until=AT + timedelta(hours=1),
    )
    body = encode(told, **NAMED)
    assert b"GONE" not in body
    assert decode(body, **NAMED).answer.anomalies == ()


def test_a_subject_that_is_not_registered_is_kept_too():
    """That the source does not know a subject is an answer."""
    entry = Entry(
        answer=an_answer(code=CODES[1], registered=False),
        fetched_at=AT,
        fresh_until=AT + timedelta(hours=1),
        followed_until=AT + timedelta(hours=1),
    )
    assert decode(encode(entry, **NAMED), **NAMED) == entry


def test_a_sample_of_this_version_is_read_and_written():
    """What is on disk already is read by later versions of the code, as long as the format's version stands."""
    sample = (GOLDEN / "entry-v1.json").read_bytes().rstrip()
    assert decode(sample, **NAMED) == ENTRY
    assert encode(ENTRY, **NAMED) == sample


@pytest.mark.parametrize("name", ["entry-v0.json", "entry-v2.json"])
def test_samples_of_other_versions_are_nothing(name):
    """What another version wrote is asked for anew."""
    assert decode((GOLDEN / name).read_bytes(), **NAMED) is None
