"""A snapshot on this machine: checked before it is used, answered from while it is young, and only of what it holds."""

import gzip
import hashlib
import json
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from chengxin.errors import ConfigurationError, SourceError, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.records import Standing, show
from chengxin.sources import Fetched
from chengxin.sources.offline import OfflineSource
from chengxin.sources.offline_index import AnswerIndex
from chengxin.testing import CODES, FrozenClock, a_penalty, an_answer
from chengxin.transport import Deadline
from tests.sdk.wire.page import a_row

LISTED, OTHER, ABSENT = CODES[0], CODES[1], CODES[2]
DATA_DATE = "2026-11-20T23:00:00+08:00"
AS_OF = datetime(2026, 11, 20, 15, tzinfo=UTC)


def row_of(code, rec_id, **changes):
    """Return a row of a snapshot."""
    fields = {"CF_JDRQ": "2026-05-06", "CF_WSH": rec_id}
    return {"tyshxydm": code.code} | a_row(rec_id, fields=fields, **changes)


ROWS = [
    row_of(OTHER, "R3", catalog="守信激励", disclosedUntil=None),
    row_of(LISTED, "R1"),
    row_of(LISTED, "R2"),
]


def write_rows(path, rows):
    """Write a file of rows."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path


def write_parquet(path, rows):
    """Write the same as a table; ``fields`` as JSON."""
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet  # noqa: PLC0415

    names = ("tyshxydm", "recId", "version", "catalog", "severity", "state", "publishedOn", "disclosedUntil")
    table = [{name: row.get(name) for name in names} | {"fields": json.dumps(row["fields"])} for row in rows]
    parquet.write_table(arrow.Table.from_pylist(table), path)
    return path


def write_manifest(folder, *files, name="manifest.json", wrapped=False, **changes):
    """Write the manifest of files that are there, each given with its number of rows."""
    described = [
        {
            "url": f"/open-api/v1/snapshots/S1/{path.name}",
            "format": "parquet" if path.suffix == ".parquet" else "ndjson.gz",
            "rows": rows,
            "bytes": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path, rows in files
    ]
    manifest = {"snapshotId": "S1", "dataDate": DATA_DATE, "seq": 17, "files": described} | changes
    path = folder / name
    path.write_text(json.dumps({"status": 1, "data": manifest} if wrapped else manifest))
    return path


@pytest.fixture
def clock():
    """An instant half a day after the snapshot's."""
    return FrozenClock(AS_OF + timedelta(hours=12))


@pytest.fixture
def manifest(tmp_path):
    """A snapshot of three records in two files."""
    first, second = write_rows(tmp_path / "a.ndjson.gz", ROWS[:2]), tmp_path / "b.ndjson.gz"
    return write_manifest(tmp_path, (first, 2), (write_rows(second, ROWS[2:]), 1))


@pytest.fixture
def source(manifest, clock):
    """A source of it."""
    source = OfflineSource(manifest, clock=clock, name="snapshot")
    yield source
    source.close()


def soon(clock, seconds=10):
    """Return a deadline; the time it is waited for is the machine's."""
    return Deadline.after(seconds, clock)


def fault(source, clock, code=LISTED):
    """Return the error that asking raises."""
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(code, deadline=soon(clock))
    return caught.value


def test_all_records_of_a_subject_are_its_answer(source, clock):
    """Whatever file they lie in."""
    fetched = source.fetch_credit(LISTED, deadline=soon(clock))
    assert sorted(record.record_id for record in fetched.answer.records) == ["R1", "R2"]
    assert (fetched.answer.as_of, fetched.answer.snapshot_id) == (AS_OF, "S1")
    assert (fetched.answer.source, fetched.etag, source.feed) == ("snapshot", None, None)


def standing(fetched, clock):
    """Return what an answer shows now."""
    now = clock.now()
    return show(fetched.answer, at=now, fetched_at=now, fresh_until=now + timedelta(seconds=1)).standing


def test_i2_a_subject_that_is_not_in_the_snapshot_is_unknown(source, clock):
    """Absence cannot tell "no record" from "not registered"; one that is in it can be without adverse record."""
    absent, other, listed = source.fetch_credit_many([ABSENT, OTHER, LISTED], deadline=soon(clock))
    assert not absent.answer.registered
    assert standing(absent, clock) is Standing.UNKNOWN
    assert standing(other, clock) is Standing.NO_ADVERSE_RECORD
    assert standing(listed, clock) is Standing.ADVERSE


def test_i1_an_answer_lives_no_longer_than_the_snapshot(source, clock):
    """What is left of its longest age, and nothing beyond."""
    assert source.fetch_credit(LISTED, deadline=soon(clock)).max_age_seconds == 24 * 3600
    clock.advance(to=AS_OF + timedelta(hours=36) - timedelta(seconds=1))
    assert source.fetch_credit(LISTED, deadline=soon(clock)).max_age_seconds == 1
    clock.advance(seconds=1)
    error = fault(source, clock)
    assert error.reason is UnknownReason.STALE
    assert "2026-11-20 15:00" in str(error)


def test_an_old_snapshot_is_refused_before_it_is_read(manifest, clock):
    """Nothing of its files is needed to say so."""
    for file in manifest.parent.glob("*.gz"):
        file.unlink()
    source = OfflineSource(manifest, clock=clock, longest_age=timedelta(hours=1))
    assert fault(source, clock).reason is UnknownReason.STALE


@pytest.mark.parametrize("url", ["http://[x", "//[/a", "/"])
def test_i2_health_of_a_manifest_that_names_files_oddly_is_an_error_of_a_source(url, source, clock, manifest):
    """Not one of another kind."""
    described(
        manifest.parent,
        files=[{"url": url, "format": "ndjson.gz", "rows": 1, "bytes": 1, "sha256": "0" * 64}],
    )
    with pytest.raises(SourceError) as caught:
        source.fetch_health(deadline=soon(clock))
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT


def test_data_of_a_day_that_has_not_come_is_refused(manifest):
    """It would live too long."""
    source = OfflineSource(manifest, clock=FrozenClock(AS_OF - timedelta(days=2)))
    assert fault(source, FrozenClock(AS_OF)).reason is UnknownReason.SCHEMA_DRIFT


def test_health_is_the_age_of_the_data(source, clock, manifest):
    """By the manifest alone, and however old."""
    clock.advance(seconds=10 * 86_400)
    health = source.fetch_health(deadline=soon(clock))
    assert (health.data_date, health.lag_seconds, health.maintenance) == (AS_OF, 10.5 * 86_400, ())
    manifest.unlink()
    with pytest.raises(SourceError, match="cannot be read"):
        source.fetch_health(deadline=soon(clock))


def described(folder, first=2, second=1, **changes):
    """Write the manifest of the two files anew."""
    write_manifest(folder, (folder / "a.ndjson.gz", first), (folder / "b.ndjson.gz", second), **changes)


def with_rows(folder, name, rows):
    """Write other rows into a file, and the manifest of what is there then."""
    write_rows(folder / name, rows)
    described(folder)


def with_bytes(folder, change):
    """Change the bytes of the first file, of which the manifest learns nothing."""
    path = folder / "a.ndjson.gz"
    path.write_bytes(change(path.read_bytes()))


SPOILT = {
    "bytes": lambda folder: with_bytes(folder, lambda data: data[:-1] + bytes([data[-1] ^ 1])),
    "length": lambda folder: with_bytes(folder, lambda data: data + b"\n"),
    "rows": lambda folder: described(folder, first=3),
    "twice": lambda folder: with_rows(folder, "b.ndjson.gz", ROWS[:1]),
    "drift": lambda folder: with_rows(folder, "a.ndjson.gz", [ROWS[0], ROWS[1] | {"state": 7}]),
    "file": lambda folder: (folder / "a.ndjson.gz").unlink(),
    "manifest": lambda folder: (folder / "manifest.json").write_text('{"files": []}'),
    "text": lambda folder: (folder / "manifest.json").write_text("<html>"),
    "gone": lambda folder: (folder / "manifest.json").unlink(),
    "name": lambda folder: described(
        folder, files=[{"url": "/", "format": "ndjson.gz", "rows": 1, "bytes": 1, "sha256": "0" * 64}]
    ),
    "url": lambda folder: described(
        folder, files=[{"url": "http://[x", "format": "ndjson.gz", "rows": 1, "bytes": 1, "sha256": "0" * 64}]
    ),
}


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("bytes", "INCOMPLETE"),
        ("length", "INCOMPLETE"),
        ("rows", "INCOMPLETE"),
        ("twice", "INCOMPLETE"),
        ("drift", "SCHEMA_DRIFT"),
        ("file", "UNREACHABLE"),
        ("manifest", "SCHEMA_DRIFT"),
        ("text", "SCHEMA_DRIFT"),
        ("gone", "UNREACHABLE"),
        ("name", "SCHEMA_DRIFT"),
        ("url", "SCHEMA_DRIFT"),
    ],
)  # fmt: skip
def test_i2_a_snapshot_that_is_not_whole_answers_nothing(what, reason, manifest, source, clock):
    """Of no subject, whichever file is spoilt; and each who asks gets an error of their own."""
    SPOILT[what](manifest.parent)
    first, second = fault(source, clock), fault(source, clock, OTHER)
    assert first.reason is second.reason is UnknownReason[reason]
    assert first is not second


@pytest.mark.parametrize(
    "broken", [MemoryError("boom"), ConfigurationError("Install it."), OSError(28, "full")]
)
def test_i2_whatever_goes_wrong_in_opening_is_an_error_of_a_source(source, clock, monkeypatch, broken):
    """A disk that is full, a library that is missing: whoever asks is told in one way."""

    def fail(*_args, **_named):
        raise broken

    monkeypatch.setattr(AnswerIndex, "build", fail)
    error = fault(source, clock)
    assert "boom" not in str(error)
    assert error.reason in {UnknownReason.SCHEMA_DRIFT, UnknownReason.UNREACHABLE}


def test_i2_files_that_are_lost_under_way_are_an_error_of_a_source(source, clock, monkeypatch):
    """Of the index as of the snapshot."""
    source.fetch_credit(LISTED, deadline=soon(clock))

    def fail(*_args):
        raise OSError(5, "broken disk")

    monkeypatch.setattr(AnswerIndex, "find", fail)
    assert fault(source, clock).reason is UnknownReason.UNREACHABLE


def test_a_broken_snapshot_is_tried_again_after_a_while(manifest, source, clock):
    """What is mended is taken up, though the manifest is as it was."""
    first = manifest.parent / "a.ndjson.gz"
    good = first.read_bytes()
    first.write_bytes(b"")
    assert fault(source, clock).reason is UnknownReason.INCOMPLETE
    first.write_bytes(good)
    assert fault(source, clock).reason is UnknownReason.INCOMPLETE
    clock.advance(seconds=31)
    assert source.fetch_credit(LISTED, deadline=soon(clock)).answer.records


def replace(manifest, rows, **changes):
    """Put another snapshot in the place of one, as a job would."""
    file = write_rows(manifest.parent / "c.ndjson.gz", rows)
    write_manifest(manifest.parent, (file, len(rows)), name="next.json", **changes).replace(manifest)


def test_i1_a_snapshot_that_takes_the_place_of_another_is_taken_up(manifest, source, clock):
    """The one before answers until it is open; then a repaired record is gone."""
    assert source.fetch_credit(LISTED, deadline=soon(clock)).answer.snapshot_id == "S1"
    replace(manifest, ROWS[:2], snapshotId="S2")
    seen = set()
    while "S2" not in seen:
        answer = source.fetch_credit(LISTED, deadline=soon(clock)).answer
        seen.add(answer.snapshot_id)
    assert seen <= {"S1", "S2"}
    assert [record.record_id for record in answer.records] == ["R1"]


def test_i1_while_a_newer_snapshot_is_opened_answers_of_the_old_one_live_a_second(
    manifest, source, clock, monkeypatch
):
    """Asked for in good time, they would otherwise outlive the repair that the newer one tells of."""
    source.fetch_credit(LISTED, deadline=soon(clock))
    go_on, build = threading.Event(), AnswerIndex.build

    def slow(answers, *, is_wanted):
        go_on.wait(10)
        return build(answers, is_wanted=is_wanted)

    monkeypatch.setattr(AnswerIndex, "build", slow)
    replace(manifest, ROWS[:2], snapshotId="S2")
    for fetched in (
        source.fetch_credit(LISTED, deadline=soon(clock)),
        *source.fetch_credit_many([LISTED, ABSENT], deadline=soon(clock)),
    ):
        assert (fetched.answer.snapshot_id, fetched.max_age_seconds) == ("S1", 1)
    go_on.set()
    source._opening.done.wait(10)
    fetched = source.fetch_credit(LISTED, deadline=soon(clock))
    assert (fetched.answer.snapshot_id, fetched.max_age_seconds) == ("S2", 24 * 3600)


WORSE = {
    "bytes": lambda folder: (
        with_bytes(folder, lambda data: data[:-1] + b"?") or described(folder, cursor="c")
    ),
    "rows": lambda folder: described(folder, first=3, cursor="c"),
    "manifest": SPOILT["manifest"],
    "text": SPOILT["text"],
    "url": SPOILT["url"],
    "old": lambda folder: described(folder, dataDate="2026-11-01T00:00:00Z"),
    "ahead": lambda folder: described(folder, dataDate="2027-11-01T00:00:00Z"),
}


@pytest.mark.parametrize("what", WORSE)
def test_a_snapshot_that_cannot_be_opened_takes_no_place(what, manifest, source, clock, caplog):
    """The one before answers until it is too old, each time, and the log says why; what is mended is taken up."""
    source.fetch_credit(LISTED, deadline=soon(clock))
    WORSE[what](manifest.parent)
    for _ in range(3):
        for _ in range(3):
            fetched = source.fetch_credit(LISTED, deadline=soon(clock))
            assert (fetched.answer.snapshot_id, fetched.max_age_seconds) == ("S1", 1)
            if source._opening is not None:
                assert source._opening.done.wait(10)
        clock.advance(seconds=31)
    told = [record for record in caplog.records if "could not be opened" in record.getMessage()]
    assert 2 <= len(told) <= 3
    clock.advance(to=AS_OF + timedelta(hours=36))
    assert fault(source, clock).reason in {
        UnknownReason.STALE,
        UnknownReason.SCHEMA_DRIFT,
        UnknownReason.INCOMPLETE,
    }
    replace(manifest, ROWS, snapshotId="S2", dataDate="2026-11-22T00:00:00Z")
    assert source.fetch_credit(LISTED, deadline=soon(clock)).answer.snapshot_id == "S2"


def test_the_deadline_is_kept_while_the_snapshot_is_opened(source, clock, monkeypatch):
    """Who cannot wait is told so; the opening goes on for the next."""
    go_on = threading.Event()
    build = AnswerIndex.build

    def slow(answers, *, is_wanted):
        go_on.wait(10)
        return build(answers, is_wanted=is_wanted)

    monkeypatch.setattr(AnswerIndex, "build", slow)
    with pytest.raises(SourceError) as caught:
        source.fetch_credit(LISTED, deadline=soon(clock, 0.05))
    assert caught.value.reason is UnknownReason.TIMEOUT
    go_on.set()
    assert source.fetch_credit(LISTED, deadline=soon(clock)).answer.records


def test_what_is_closed_opens_anew(source, clock):
    """Closing lets go of the files, and costs nothing but time."""
    first = source.fetch_credit(LISTED, deadline=soon(clock))
    source.close()
    assert source.fetch_credit(LISTED, deadline=soon(clock)).answer == first.answer


def test_many_threads_open_it_once(source, clock, monkeypatch):
    """Twenty who ask at once wait for one reading."""
    builds = []
    build = AnswerIndex.build
    monkeypatch.setattr(AnswerIndex, "build", lambda *a, **k: builds.append(1) or build(*a, **k))
    with ThreadPoolExecutor(20) as pool:
        rows = list(
            pool.map(lambda _: source.fetch_credit(LISTED, deadline=soon(clock)).answer.records, range(60))
        )
    assert (len(builds), {len(row) for row in rows}) == (1, {2})


@pytest.mark.parametrize("opened_before", [True, False])
def test_a_forked_child_answers_too(source, clock, opened_before):
    """From its parent's index, or from one of its own."""
    if opened_before:
        source.fetch_credit(LISTED, deadline=soon(clock))
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)

    def ask():
        send.send(len(source.fetch_credit(LISTED, deadline=soon(clock)).answer.records))

    child = context.Process(target=ask)
    child.start()
    assert receive.poll(20)
    assert receive.recv() == 2
    child.join(20)
    assert len(source.fetch_credit(LISTED, deadline=soon(clock)).answer.records) == 2


def test_a_manifest_may_be_kept_as_it_came(tmp_path, clock):
    """In its envelope."""
    path = write_manifest(tmp_path, (write_rows(tmp_path / "a.ndjson.gz", ROWS), 3), wrapped=True)
    source = OfflineSource(path, clock=clock)
    assert source.fetch_credit(OTHER, deadline=soon(clock)).answer.records
    source.close()


@pytest.mark.parametrize("gone", [None, "a.ndjson.gz", "a.parquet"])
def test_of_two_formats_the_one_that_is_here_is_read(tmp_path, clock, gone):
    """Each holds every record; never both."""
    files = (write_rows(tmp_path / "a.ndjson.gz", ROWS), 3), (write_parquet(tmp_path / "a.parquet", ROWS), 3)
    path = write_manifest(tmp_path, *files)
    if gone:
        (tmp_path / gone).unlink()
    source = OfflineSource(path, clock=clock)
    assert len(source.fetch_credit(LISTED, deadline=soon(clock)).answer.records) == 2
    source.close()


@pytest.mark.parametrize("write", [write_rows, write_parquet])
def test_a_single_file_is_told_its_date(tmp_path, clock, write):
    """Its rows are counted; nothing in it says as of when they are."""
    path = write(tmp_path / f"x.{'ndjson.gz' if write is write_rows else 'parquet'}", ROWS)
    source = OfflineSource(path, clock=clock, data_date=AS_OF)
    fetched = source.fetch_credit(LISTED, deadline=soon(clock))
    assert (len(fetched.answer.records), fetched.answer.as_of) == (2, AS_OF)
    assert source.fetch_health(deadline=soon(clock)).data_date == AS_OF
    source.close()


@pytest.mark.parametrize("data", [b"", b"no gzip", None])
def test_i2_a_single_file_that_is_cut_short_answers_nothing(tmp_path, clock, data):
    """Its own check sums tell."""
    path = write_rows(tmp_path / "x.ndjson.gz", ROWS)
    path.write_bytes(path.read_bytes()[:-9] if data is None else data)
    source = OfflineSource(path, clock=clock, data_date=AS_OF)
    if data == b"":
        # An empty file is a snapshot without records: of nobody anything is known.
        assert not source.fetch_credit(LISTED, deadline=soon(clock)).answer.registered
    else:
        assert fault(source, clock).reason in {UnknownReason.INCOMPLETE, UnknownReason.UNREACHABLE}
    source.close()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("x.csv", {}),
        ("x.ndjson.gz", {}),
        ("x.ndjson.gz", {"data_date": AS_OF.replace(tzinfo=None)}),
        ("manifest.json", {"data_date": AS_OF}),
        ("manifest.json", {"longest_age": timedelta(0)}),
    ],
)
def test_what_could_not_work_is_refused_at_once(tmp_path, clock, name, options):
    """A path of neither kind, an age of nothing, a date that is missing or one too many."""
    with pytest.raises(ConfigurationError):
        OfflineSource(tmp_path / name, clock=clock, **options)


def test_an_index_finds_every_answer_and_no_other():
    """Thousands, by halving."""
    codes = sorted(f"91350100M{number:08d}0" for number in range(0, 5000, 7))
    answers = [an_answer(a_penalty(code), code=_unchecked(code)) for code in codes]
    index = AnswerIndex.build(answers, is_wanted=lambda: True)
    assert len(index) == len(codes)
    for number in range(0, 5000, 3):
        code = f"91350100M{number:08d}0"
        found = index.find(_unchecked(code))
        assert (found is not None) == (code in codes)
        assert found is None or found.records[0].record_id == code


def _unchecked(text):
    code = object.__new__(Uscc)
    object.__setattr__(code, "code", text)
    return code


def test_an_index_takes_each_subject_once_and_in_order():
    """Halving finds nothing in what is not sorted."""
    answers = [an_answer(code=code) for code in sorted(CODES[:2], key=lambda code: code.code)]
    for wrong in (answers[::-1], [answers[0], answers[0]]):
        with pytest.raises(SourceError):
            AnswerIndex.build(wrong, is_wanted=lambda: True)
    with pytest.raises(SourceError, match="closed"):
        AnswerIndex.build(answers, is_wanted=lambda: False)


def test_rows_are_fetched(source, clock):
    """The type of a row is that of a single answer."""
    (row,) = source.fetch_credit_many([LISTED], deadline=soon(clock))
    assert isinstance(row, Fetched)
    assert source.batch_size == 1000
