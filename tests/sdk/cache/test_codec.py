"""What shared tiers hold: it comes back as it was, or not at all."""

import copy
import dataclasses
import itertools
import json
import operator
import typing
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.cache import Entry
from chengxin.cache.codec import VERSION, decode, encode
from chengxin.records import (
    Anomaly,
    CreditAnswer,
    DisclosurePeriod,
    DisclosureStatus,
    PenaltyDetail,
    Record,
    RecordKind,
    Severity,
    Subject,
    SubjectKind,
)
from chengxin.records.record import DETAIL_OF
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


def _place(made, name):
    """Return the place of a field among those of a fact that are kept."""
    kept = [field.name for field in dataclasses.fields(made) if field.name not in ("anomalies", "kind")]
    return (["kind", *kept] if made is Subject else kept).index(name)


BODY = 4
ANSWER = (BODY, _place(Entry, "answer"))
SUBJECT = (*ANSWER, _place(CreditAnswer, "subject"))
RUNS = (*ANSWER, _place(CreditAnswer, "records"))
RECORD = (*RUNS, 0, "PENALTY", 0)
PERIOD = (*RECORD, _place(Record, "period"))


def _at(path, change):
    """Return what changes a value in the layers of an envelope."""

    def apply(envelope):
        *way, last = path
        place = envelope
        for step in way:
            place = place[step]
        change(place, last)

    return apply


def _set(path, value):
    return _at(path, lambda place, last: operator.setitem(place, last, value))


def _drop(path):
    return _at(path, lambda place, last: place.pop(last))


def _add(path, value):
    return _at(path, lambda place, last: place[last].append(value))


def _rename(path, name):
    return _at(path, lambda place, last: place.update({name: place.pop(last)}))


@pytest.mark.parametrize(
    "change",
    [
        _set([0], VERSION + 1),
        _drop([0]),
        _set([3], "2026-11-21T11:00:00Z"),
        _drop([BODY]),
        _at([BODY], lambda envelope, _: envelope.append(1)),
        _set([BODY, _place(Entry, "fetched_at")], "2026-11-21T04:00:00"),
        _set([BODY, _place(Entry, "fetched_at")], "2026-11-21"),
        _set([BODY, _place(Entry, "fetched_at")], "2026-11-21T12:00:00+08:00"),
        _set([BODY, _place(Entry, "fetched_at")], 1_795_233_600),
        _set([BODY, _place(Entry, "fresh_until")], "2026-11-21T03:00:00Z"),
        _drop([BODY, _place(Entry, "etag")]),
        _set([*ANSWER, _place(CreditAnswer, "registered")], False),
        _set([*ANSWER, _place(CreditAnswer, "registered")], "true"),
        _add(ANSWER, [["x", "P1"]]),
        _set([*SUBJECT, _place(Subject, "code")], "91350100M000100Y44"),
        _set([*SUBJECT, _place(Subject, "code")], None),
        _set([*SUBJECT, _place(Subject, "kind")], "PERSON"),
        _set([*RECORD, _place(Record, "record_id")], "L1"),
        _set([*RECORD, _place(Record, "record_id")], ""),
        _rename([*RUNS, 0, "PENALTY"], "LICENCE"),
        _rename([*RUNS, 0, "PENALTY"], "UNHEARD_OF"),
        _set([*RUNS, 0], {}),
        _set([*RUNS, 0, "UNHEARD_OF"], []),
        _set([*RUNS, 0, "LICENCE"], []),
        _set([*RUNS, 0], []),
        _set(RUNS, None),
        _drop([*RECORD, _place(Record, "status")]),
        _set([*RECORD, _place(Record, "version")], "1"),
        _set([*RECORD, _place(Record, "version")], -1),
        _set([*PERIOD, _place(DisclosurePeriod, "end_on")], "2020-01-01"),
        _set([*PERIOD, _place(DisclosurePeriod, "end_on")], 20_000),
        _set([*PERIOD, _place(DisclosurePeriod, "start_on")], "2026-02-30"),
        _set([*PERIOD, _place(DisclosurePeriod, "inferred")], None),
        _set([*RECORD, _place(Record, "detail"), _place(PenaltyDetail, "fine_fen")], 0.5),
        _add([*RECORD, _place(Record, "detail")], "somebody"),
    ],
)
def test_i2_what_is_not_whole_or_contradicts_itself_is_nothing(change):
    """A wrong field makes the whole entry a miss; no part of it is used."""
    envelope = json.loads(encode(ENTRY, **NAMED))
    assert decode(json.dumps(envelope).encode(), **NAMED) == ENTRY
    change(envelope)
    assert decode(json.dumps(envelope).encode(), **NAMED) is None


def test_what_is_read_is_as_good_as_what_was_kept():
    """Facts that are read are of their classes, cannot be changed, and are copied, hashed and shown like any other."""
    read = decode(encode(ENTRY, **NAMED), **NAMED)
    assert (hash(read), repr(read)) == (hash(ENTRY), repr(ENTRY))
    assert copy.deepcopy(read) == dataclasses.replace(read) == ENTRY
    answer = read.answer
    details = [part for record in answer.records for part in (record, record.period, record.detail)]
    for fact in (read, answer, answer.subject, answer.subject.code, *details):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(fact, dataclasses.fields(fact)[0].name, None)


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


def _told(made, **known):
    """Return a fact of which every field says something of its own: its name, or a number or day that none else has."""
    number = itertools.count(sum(map(ord, made.__name__)))
    hints = typing.get_type_hints(made)
    for field in dataclasses.fields(made):
        one = (typing.get_args(hints[field.name]) or (hints[field.name],))[0]
        if field.name in known or field.name == "anomalies":
            continue
        if one is str:
            known[field.name] = f"{made.__name__}.{field.name}"
        elif one is int:
            known[field.name] = next(number)
        elif issubclass(one, date):
            day = date(2026, 1, 1) + timedelta(days=next(number) % 300)
            known[field.name] = datetime.combine(day, time(), UTC) if one is datetime else day
    return made(**known)


def _entry_of_all_kinds():
    """Return an entry with a record of each kind."""
    records = tuple(
        _told(
            Record,
            record_id=f"{kind} {number}",
            kind=kind,
            status=DisclosureStatus.SHOWN,
            period=DisclosurePeriod(
                start_on=date(2026, 1, number), end_on=date(2027, 1, number), inferred=True
            ),
            severity=Severity.MINOR,
            detail=_told(DETAIL_OF[kind]),
        )
        for number, kind in enumerate(RecordKind, start=1)
    )
    subject = _told(Subject, kind=SubjectKind.ENTERPRISE, code=CODES[0])
    answer = _told(CreditAnswer, subject=subject, registered=True, records=records)
    lives = {"fresh_until": AT + timedelta(hours=1), "followed_until": AT + timedelta(hours=6)}
    return _told(Entry, answer=answer, fetched_at=AT, **lives)


@pytest.mark.parametrize(
    ("name", "entry"), [("entry-v2.json", ENTRY), ("kinds-v2.json", _entry_of_all_kinds())]
)
def test_a_sample_of_this_version_is_read_and_written(name, entry):
    """What is on disk already is read by later versions of the code, as long as the format's version stands.

    Values are told apart by their places, so no field may move to another place in this version.
    """
    sample = (GOLDEN / name).read_bytes().rstrip()
    assert decode(sample, **NAMED) == entry
    assert encode(entry, **NAMED) == sample


@pytest.mark.parametrize("name", ["entry-v0.json", "entry-v1.json", "entry-v3.json"])
def test_samples_of_other_versions_are_nothing(name):
    """What another version wrote is asked for anew."""
    assert decode((GOLDEN / name).read_bytes(), **NAMED) is None
