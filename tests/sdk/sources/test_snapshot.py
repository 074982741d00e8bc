"""Rows of a snapshot, staged by subject: all of them, each once, or nothing."""

import gzip
import importlib.util
import io
import json
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import ConfigurationError, UnknownReason, UnusableAnswer
from chengxin.identifiers import Uscc
from chengxin.records import (
    CommendationDetail,
    CommitmentDetail,
    DisclosureStatus,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    OtherDetail,
    PenaltyDetail,
    shipped_rule_table,
)
from chengxin.sources.snapshot import RowStream, answers_of_streams, can_read
from chengxin.sources.staging import Staging
from chengxin.wire import assemble, decode_credit_page
from tests.sdk.sources.files import a_line, code_of, ndjson
from tests.sdk.wire.page import a_page, an_envelope

AT = datetime(2026, 11, 21, tzinfo=UTC)
DATA_DATE = datetime(2026, 11, 20, 15, tzinfo=UTC)


def read(data, rows, *, form="ndjson.gz", at=AT, data_date=DATA_DATE):
    """Return all answers of one file."""
    stream = RowStream(stream=io.BytesIO(data), format=form, rows=rows)
    return list(
        answers_of_streams(
            [stream],
            source="test",
            snapshot_id="S1",
            data_date=data_date,
            at=at,
            rule_table=shipped_rule_table(),
        )
    )


def refusal(data, rows, **given_):
    """Return why a file is refused."""
    with pytest.raises(UnusableAnswer) as caught:
        read(data, rows, **given_)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


def test_records_that_lie_apart_make_one_answer():
    """By subject, over all files, in the order of the codes."""
    parts = [[a_line(2), a_line(1, 0)], [a_line(3), a_line(1, 1)]]
    streams = [RowStream(stream=io.BytesIO(ndjson(rows)), format="ndjson.gz", rows=2) for rows in parts]
    answers = list(
        answers_of_streams(
            streams,
            source="test",
            snapshot_id="S1",
            data_date=DATA_DATE,
            at=AT,
            rule_table=shipped_rule_table(),
        )
    )
    assert [answer.subject.code for answer in answers] == [Uscc(code_of(n)) for n in (1, 2, 3)]
    assert [[r.record_id for r in answer.records] for answer in answers] == [
        ["R1-0", "R1-1"],
        ["R2-0"],
        ["R3-0"],
    ]
    assert {(a.source, a.snapshot_id, a.as_of, a.registered) for a in answers} == {
        ("test", "S1", DATA_DATE, True)
    }


CATALOGUES = [
    ("行政处罚", {"CF_WSH": "1号", "CF_NR_FK": "0.2", "CF_JDRQ": "2026-05-06"}, PenaltyDetail),
    ("税收违法", {"案件性质": "偷税"}, PenaltyDetail),
    ("行政许可", {"XK_WSH": "2号", "XK_YXQZ": "2026-01-01", "XK_YXQZI": "2027-01-01"}, LicenceDetail),
    ("严重失信主体名单", {"列入日期": "2026-05-06", "列入事由": "事由"}, ListingDetail),
    ("失信被执行人", {"案号": "(2026)1号", "立案时间": "2026-05-06"}, ListingDetail),
    ("守信激励", {"荣誉名称": "A级", "评价年度": "2025"}, CommendationDetail),
    ("信用承诺", {"承诺类型": "主动", "承诺日期": "2026-05-06"}, CommitmentDetail),
    ("信用评价", {"scheme": "纳税", "value": "A", "validUntil": "2027-01-01"}, EvaluationDetail),
    ("新目录", {"any": 1}, OtherDetail),
]


@pytest.mark.parametrize(("catalogue", "fields", "detail"), CATALOGUES)
@pytest.mark.parametrize("end", ["2027-11-30", None])
def test_a_row_means_what_it_means_in_a_listing(catalogue, fields, detail, end):
    """One rule for both: the same record comes of both, in every kind, end given or inferred."""
    row = a_line(1, catalog=catalogue, fields=fields, disclosedUntil=end, severity="特别严重")
    (answer,) = read(ndjson([row]), 1)
    page = a_page(row, subject={"tyshxydm": code_of(1)})
    listed = assemble(
        [decode_credit_page(an_envelope(page))],
        asked=Uscc(code_of(1)),
        source="test",
        at=AT,
        rule_table=shipped_rule_table(),
    )
    assert answer.records == listed.records
    assert isinstance(answer.records[0].detail, detail)
    assert answer.anomalies == listed.anomalies


def test_i1_what_may_not_be_shown_is_not_there():
    """Shielded, repaired and withdrawn records and those past their end; what is against the rules is reported."""
    rows = [
        a_line(1, 0, state="暂时屏蔽"),
        a_line(1, 1, state="已修复"),
        a_line(1, 2, disclosedUntil="2026-11-19"),
        a_line(1, 3, state="异议中"),
        a_line(2, 0, state="暂时屏蔽"),
    ]
    rows[2]["fields"] = {}
    mixed, shielded = read(ndjson(rows), 5)
    assert [(r.record_id, r.status) for r in mixed.records] == [("R1-3", DisclosureStatus.DISPUTED)]
    assert sorted((a.code, a.record_id) for a in mixed.anomalies) == [
        ("ended_record_in_listing", "R1-1"),
        ("record_past_its_end", "R1-2"),
    ]
    assert (shielded.records, shielded.anomalies) == ((), ())


@pytest.mark.parametrize("rows", [1, 3])
def test_i2_rows_missing_or_too_many_are_no_snapshot(rows):
    """The manifest says how many there are."""
    assert refusal(ndjson([a_line(1), a_line(2)]), rows).reason is UnknownReason.INCOMPLETE


def test_i2_a_record_that_stands_twice_is_no_snapshot():
    """So another is missing; it may lie apart, and in another file."""
    rows = [a_line(1), a_line(2), a_line(1)]
    assert refusal(ndjson(rows), 3).reason is UnknownReason.INCOMPLETE
    streams = [
        RowStream(stream=io.BytesIO(ndjson([a_line(1)])), format="ndjson.gz", rows=1) for _ in range(2)
    ]
    with pytest.raises(UnusableAnswer):
        next(
            answers_of_streams(
                streams,
                source="t",
                snapshot_id="S",
                data_date=DATA_DATE,
                at=AT,
                rule_table=shipped_rule_table(),
            )
        )


@pytest.mark.parametrize(
    "change",
    [
        {"recId": ...},
        {"recId": 7},
        {"state": "新状态"},
        {"publishedOn": "2026/05/11"},
        {"publishedOn": "2031-01-01"},
        {"version": "3"},
        {"version": -1},
        {"catalog": ""},
        {"fields": ...},
        {"fields": "{"},
        {"fields": "[]"},
        {"fields": {"CF_NR_FK": True}},
        {"tyshxydm": ...},
        {"tyshxydm": ""},
        {"tyshxydm": 9},
    ],
)
def test_i2_one_row_that_is_not_as_agreed_is_no_snapshot(change):
    """Whose it is may be unknown, and a subject that is left out would look clean."""
    error = refusal(ndjson([a_line(1), a_line(2, **change)]), 2)
    assert error.reason is UnknownReason.SCHEMA_DRIFT
    assert "record 1" in str(error)


def test_i2_a_row_of_another_party_is_no_snapshot():
    """The row's own party is the subject it stands under."""
    row = a_line(1, tyshxydm=code_of(2))
    assert refusal(ndjson([row]), 1).reason is UnknownReason.WRONG_SUBJECT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ndjson([a_line(1)])[:-9], UnknownReason.INCOMPLETE),
        (ndjson([a_line(1)])[:40], UnknownReason.INCOMPLETE),
        (b"PK\x03\x04 no gzip", UnknownReason.SCHEMA_DRIFT),
        (ndjson([a_line(1)])[:60] + b"\x00\xff" * 60, UnknownReason.SCHEMA_DRIFT),
        (gzip.compress(b"[]\n"), UnknownReason.SCHEMA_DRIFT),
        (gzip.compress(b"\n"), UnknownReason.SCHEMA_DRIFT),
        (gzip.compress(b"\xff\xfe\n"), UnknownReason.SCHEMA_DRIFT),
        (gzip.compress(b'{"a": 1, "a": 2}\n'), UnknownReason.SCHEMA_DRIFT),
        (gzip.compress(b"[" * 100_000), UnknownReason.SCHEMA_DRIFT),
        (b"", UnknownReason.INCOMPLETE),
    ],
    ids=["cut", "cut early", "no gzip", "broken", "a list", "empty", "no UTF-8", "twice", "deep", "nothing"],
)
def test_i2_bytes_that_are_no_rows_are_no_snapshot(data, reason):
    """Cut short, broken, another format, hostile JSON."""
    assert refusal(data, 1).reason is reason


def test_a_bomb_is_refused_at_the_cap():
    """A line without an end, and lines without number, are not unfolded further than a line or the row count."""
    line = gzip.compress(b" " * 200_000_000, compresslevel=9)
    assert len(line) < 250_000
    assert "longer than" in str(refusal(line, 1))
    many = ndjson([a_line(n) for n in range(50)])
    assert refusal(many, 2).reason is UnknownReason.INCOMPLETE


def test_no_row_without_a_lawful_code_is_held(caplog):
    """Nothing is held of whoever it is; the rows count all the same, and only their number is told."""
    rows = [a_line(1), a_line(2, tyshxydm="110108199001011231", fields={})]
    with caplog.at_level("DEBUG"):
        answers = read(ndjson(rows), 2)
    assert [answer.subject.code.code for answer in answers] == [code_of(1)]
    assert "1 records without a lawful code" in caplog.text
    assert "110108199001011231" not in caplog.text


def test_i8_identity_numbers_are_masked_and_in_no_error():
    """In texts of a record; and an error repeats nothing of a row."""
    row = a_line(1)
    row["fields"]["CF_SY"] = "当事人110108199001011231"
    (answer,) = read(ndjson([row]), 1)
    assert "110108" not in repr(answer)
    row["fields"]["CF_NR_FK"] = "110108199001011231元"
    assert "110108" not in str(refusal(ndjson([row]), 1))


def test_i2_data_of_a_day_that_has_not_come_is_no_snapshot():
    """As in a listing."""
    ahead = datetime(2026, 11, 25, tzinfo=UTC)
    assert refusal(ndjson([a_line(1)]), 1, data_date=ahead).reason is UnknownReason.SCHEMA_DRIFT


def test_nothing_is_yielded_before_all_is_read():
    """The fault in the last row is found before the first answer."""
    data = ndjson([a_line(n) for n in range(5000)] + [a_line(5000, state="?")])
    stream = RowStream(stream=io.BytesIO(data), format="ndjson.gz", rows=5001)
    answers = answers_of_streams(
        [stream], source="t", snapshot_id="S", data_date=DATA_DATE, at=AT, rule_table=shipped_rule_table()
    )
    with pytest.raises(UnusableAnswer):
        next(answers)


def table(rows, **changes):
    """Return the bytes of a parquet file of rows."""
    columns = [{**row, "fields": json.dumps(row["fields"], ensure_ascii=False), **changes} for row in rows]
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(columns), out)
    return out.getvalue()


def test_parquet_holds_the_same_rows():
    """``fields`` is JSON in a text column; days are texts or dates."""
    rows = [a_line(2), a_line(1, 0), a_line(1, 1)]
    lines = read(ndjson(rows), 3)
    assert read(table(rows), 3, form="parquet") == lines
    dated = table(rows, publishedOn=date(2026, 5, 11))
    assert read(dated, 3, form="parquet") == lines


def test_i2_a_parquet_file_that_is_not_as_agreed_is_no_snapshot():
    """Rows missing, another format, a time in place of a day."""
    rows = [a_line(1), a_line(2)]
    assert refusal(table(rows), 3, form="parquet").reason is UnknownReason.INCOMPLETE
    assert refusal(ndjson(rows), 2, form="parquet").reason is UnknownReason.SCHEMA_DRIFT
    assert refusal(table(rows)[:-40], 2, form="parquet").reason is UnknownReason.SCHEMA_DRIFT
    timed = table(rows, publishedOn=datetime(2026, 5, 11, tzinfo=UTC))
    assert refusal(timed, 2, form="parquet").reason is UnknownReason.SCHEMA_DRIFT


def test_a_format_that_cannot_be_read_says_what_to_install(monkeypatch):
    """Parquet takes an extra."""
    monkeypatch.setattr("chengxin.sources.snapshot.find_spec", lambda _: None)
    assert can_read("ndjson.gz")
    assert not can_read("parquet")
    with pytest.raises(ConfigurationError, match=r"chengxin\[parquet\]"):
        read(b"", 0, form="parquet")
    assert importlib.util.find_spec("pyarrow")


@given(st.lists(st.integers(0, 9), max_size=40), st.randoms())
def test_any_order_of_rows_gives_the_same_answers(numbers, random):
    """What belongs together is found wherever it lies."""
    rows = [a_line(number, place) for place, number in enumerate(numbers)]
    ordered = read(ndjson(rows), len(rows))
    random.shuffle(rows)
    assert read(ndjson(rows), len(rows)) == ordered
    assert sum(len(answer.records) for answer in ordered) == len(numbers)


def test_leaving_off_early_leaves_nothing_behind(tmp_path, monkeypatch):
    """The staging file goes with the iterator."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    stream = RowStream(stream=io.BytesIO(ndjson([a_line(n) for n in range(3)])), format="ndjson.gz", rows=3)
    answers = answers_of_streams(
        [stream], source="t", snapshot_id="S", data_date=DATA_DATE, at=AT, rule_table=shipped_rule_table()
    )
    next(answers)
    answers.close()
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_an_error_of_ours(monkeypatch):
    """It says where room is missing, and nothing is used."""
    monkeypatch.setattr("chengxin.sources.staging._BATCH", 10)
    data = ndjson([a_line(n) for n in range(20)])

    class Full(Staging):
        def __init__(self):
            super().__init__()
            self._connection.execute("PRAGMA max_page_count=2")

    monkeypatch.setattr("chengxin.sources.snapshot.Staging", Full)
    with pytest.raises(UnusableAnswer, match="TMPDIR") as caught:
        read(data, 20)
    assert caught.value.reason is UnknownReason.INCOMPLETE


MEMORY = """
import re, sys
from datetime import UTC, datetime
from pathlib import Path
from chengxin.records import shipped_rule_table
from chengxin.sources.snapshot import RowStream, answers_of_streams

at, law = datetime(2026, 11, 21, tzinfo=UTC), shipped_rule_table()
with Path(sys.argv[1]).open("rb") as file:
    stream = RowStream(stream=file, format="ndjson.gz", rows=int(sys.argv[2]))
    answers = answers_of_streams([stream], source="t", snapshot_id="S", data_date=at, at=at, rule_table=law)
    subjects = sum(1 for _ in answers)
print(subjects, re.search("VmHWM:[^0-9]*([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.timeout(120)
def test_memory_is_bounded(tmp_path):
    """Twenty thousand subjects, 13 MB of rows, in less than 100 MiB for the whole process."""
    path = tmp_path / "snapshot.ndjson.gz"
    path.write_bytes(ndjson(a_line(number) for number in range(20_000)))
    command = [sys.executable, "-c", MEMORY, str(path), "20000"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100)
    subjects, peak_kib = map(int, done.stdout.split())
    assert subjects == 20_000
    assert peak_kib < 100 * 1024


def test_only_columns_that_are_read_are_read():
    """Whatever else a table holds, however odd."""
    rows = [a_line(1)]
    more = table(rows, extra=datetime(2026, 5, 11, tzinfo=UTC), nested={"recId": {"fields": [1]}})
    assert read(more, 1, form="parquet") == read(ndjson(rows), 1)


def odd(column, array):
    """Return a parquet file of one row in which a column is another."""
    good = pyarrow.Table.from_pylist([a_line(1) | {"fields": json.dumps(a_line(1)["fields"])}])
    out = io.BytesIO()
    pyarrow.parquet.write_table(good.set_column(good.column_names.index(column), column, array), out)
    return out.getvalue()


NO_TEXT = pyarrow.Array.from_buffers(
    pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\2\0\0\0"), pyarrow.py_buffer(b"\xff\xfe")]
)


@pytest.mark.parametrize(
    "data",
    [
        odd("dataSource", NO_TEXT),
        odd("publishedOn", pyarrow.array([2**31 - 1], pyarrow.int32()).view(pyarrow.date32())),
        odd("publishedOn", pyarrow.array([2**62], pyarrow.int64()).view(pyarrow.timestamp("us", "UTC"))),
        odd("publishedOn", pyarrow.array([1], pyarrow.int64()).view(pyarrow.timestamp("us", "Nowhere/Land"))),
    ],
)
def test_i2_a_cell_that_is_no_value_of_python_is_no_snapshot(data):
    """Not an error of another kind: no text, a day no calendar has."""
    assert refusal(data, 1, form="parquet").reason is UnknownReason.SCHEMA_DRIFT


def test_i2_a_table_with_two_columns_of_one_name_is_no_snapshot():
    """Which of the two would count?"""
    good = pyarrow.Table.from_pylist([a_line(1) | {"fields": json.dumps(a_line(1)["fields"])}])
    out = io.BytesIO()
    pyarrow.parquet.write_table(good.append_column("state", pyarrow.array(["暂时屏蔽"])), out)
    assert refusal(out.getvalue(), 1, form="parquet").reason is UnknownReason.SCHEMA_DRIFT


def test_no_room_for_staging_is_an_error_of_ours(monkeypatch):
    """At the beginning as under way."""

    def fail(*_args, **_named):
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr("chengxin.sources.staging.sqlite3.connect", fail)
    with pytest.raises(UnusableAnswer, match="TMPDIR"):
        read(ndjson([a_line(1)]), 1)


def test_a_disk_that_fails_while_it_is_read_is_an_error_of_ours():
    """What was staged is gone."""
    with Staging() as staging:
        staging.add("A", "1", None, ())
        assert staging.has_each_once()
        staging._connection.execute("DROP TABLE staged")
        with pytest.raises(UnusableAnswer, match="TMPDIR"):
            list(staging.subjects())
