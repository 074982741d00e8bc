"""The change feed and the manifest: what is asked, and what is made of the answers."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import ConfigurationError, CursorTooOld, SourceError, SourceUnavailable, UnknownReason
from chengxin.records import ChangeKind
from chengxin.sources import OpenApiSource
from chengxin.testing import CODES, FrozenClock
from chengxin.transport import BreakerOptions, Deadline, Gate, GateOptions, Response, RetryPolicy
from tests.sdk.sources.files import a_file, a_manifest

JSON = {"content-type": "application/json"}


class Script:
    """A transport that answers in turn; an exception is raised, a number is seconds that go by before."""

    def __init__(self, clock, *answers):
        self.clock = clock
        self.answers = list(answers)
        self.requests = []

    def send(self, request, *, deadline):
        """Give the next answer."""
        deadline.require("testing")
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, float):
            self.clock.advance(seconds=answer)
            answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        """Have nothing to close."""


def ok(data, status=1, http_status=200, **headers):
    """Return an answer of the source."""
    body = json.dumps({"status": status, "data": data}).encode()
    return Response(status=http_status, headers=JSON | headers, body=body)


def a_change(seq=1, **changes):
    """Return one change."""
    change = {
        "seq": seq,
        "at": "2026-11-20T10:00:00+08:00",
        "tyshxydm": CODES[0].code,
        "recId": "R1",
        "version": 4,
        "change": "修复",
    }
    return {name: value for name, value in (change | changes).items() if value is not ...}


def a_piece(*changes, **members):
    """Return the ``data`` of a piece of the feed."""
    data = {"cursor": "c-2", "more": False, "changes": list(changes)} | members
    return {name: value for name, value in data.items() if value is not ...}


@pytest.fixture
def clock():
    """Time that stands still."""
    return FrozenClock()


def make(clock, *answers, attempts=1, base_url=None):
    """Return a feed and its transport."""
    transport = Script(clock, *answers)
    options = GateOptions(retry=RetryPolicy(attempts=attempts), breaker=BreakerOptions(failures=3))
    gate = Gate("test", clock=clock, options=options, jitter=lambda: 0.0)
    source = OpenApiSource(transport, clock=clock, name="test", gate=gate, base_url=base_url)
    return source.feed, transport


def fetch(feed, clock, cursor="c-1", *, limit=500, wait=20.0, seconds=30.0):
    """Fetch a piece of the feed."""
    return feed.fetch_changes(cursor, limit=limit, wait_seconds=wait, deadline=Deadline.after(seconds, clock))


def test_what_follows_a_cursor_is_asked_for_and_read(clock):
    """Every field, in order, repeats and all; the cursor as it came."""
    at = clock.now()
    feed, transport = make(
        clock,
        5.0,
        ok(a_piece(a_change(7), a_change(7), a_change(3, change="新增"), cursor="b/=+%", more=True)),
    )
    batch = fetch(feed, clock, "a b"[:1] + "/=&")
    assert [(c.seq, c.kind) for c in batch.changes] == [
        (7, ChangeKind.REPAIRED),
        (7, ChangeKind.REPAIRED),
        (3, ChangeKind.ADDED),
    ]
    change = batch.changes[0]
    assert (change.code, change.record_id, change.version) == (CODES[0].code, "R1", 4)
    assert change.at == datetime(2026, 11, 20, 2, tzinfo=UTC)
    assert (batch.cursor, batch.more, batch.at) == ("b/=+%", True, at)
    (request,) = transport.requests
    assert (request.method, request.path) == ("GET", "/open-api/v1/changes")
    assert request.query == (("cursor", "a/=&"), ("limit", "500"), ("wait", "20"))


def test_without_a_cursor_it_begins_at_now(clock):
    """No cursor is sent."""
    feed, transport = make(clock, ok(a_piece()))
    assert fetch(feed, clock, None).changes == ()
    assert transport.requests[0].query == (("limit", "500"), ("wait", "20"))


@pytest.mark.parametrize(
    ("wait", "seconds", "asked"),
    [(20, 30, "20"), (20, 12, "10"), (20, 1.5, "0"), (0, 30, "0"), (2.9, 30, "2"), (900, 3600, "60")],
)
def test_the_wait_is_over_before_the_deadline(clock, wait, seconds, asked):
    """However long one would wait."""
    feed, transport = make(clock, ok(a_piece()))
    fetch(feed, clock, wait=wait, seconds=seconds)
    assert transport.requests[0].query[-1] == ("wait", asked)


def test_a_retry_waits_no_longer_than_is_left(clock):
    """Each request is made anew."""
    reset = SourceUnavailable("reset", reason=UnknownReason.UNREACHABLE)
    feed, transport = make(clock, 15.0, reset, ok(a_piece()), attempts=2)
    fetch(feed, clock)
    assert [request.query[-1][1] for request in transport.requests] == ["20", "13"]


@pytest.mark.parametrize("http_status", [410, 200, 500])
def test_a_cursor_that_is_too_old_is_an_error_of_its_own(clock, http_status):
    """Whatever the HTTP status; it is not asked again, and is no failure of the source."""
    feed, transport = make(clock, *[ok(None, 41001, http_status)] * 5, attempts=3)
    for _ in range(5):
        with pytest.raises(CursorTooOld, match="snapshot") as caught:
            fetch(feed, clock)
    assert caught.value.source_status == 41001
    assert len(transport.requests) == 5


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("新增", "ADDED"),
        ("更新", "UPDATED"),
        ("修复", "REPAIRED"),
        ("撤销", "WITHDRAWN"),
        ("屏蔽", "SHIELDED"),
        ("恢复", "RESTORED"),
        ("异议", "DISPUTED"),
        ("异议解除", "DISPUTE_RESOLVED"),
        ("到期", "EXPIRED"),
        ("主体变更", "SUBJECT_CHANGED"),
        ("合并", "OTHER"),
    ],
)
def test_each_kind_of_change_has_its_name(clock, word, kind):
    """One that is new is no harmless one."""
    feed, _ = make(clock, ok(a_piece(a_change(change=word))))
    assert fetch(feed, clock).changes[0].kind.value == kind


@pytest.mark.parametrize(
    "record", [{"recId": None, "version": None}, {"recId": "", "version": 0}, {"recId": ...}]
)
@pytest.mark.parametrize("word", ["主体变更", "合并"])
def test_a_change_of_the_subject_names_no_record(clock, record, word):
    """Null, empty or absent."""
    feed, _ = make(clock, ok(a_piece(a_change(change=word, **record))))
    assert fetch(feed, clock).changes[0].record_id is None


@pytest.mark.parametrize(
    "piece",
    [
        a_piece(cursor=...),
        a_piece(cursor=7),
        a_piece(cursor=""),
        a_piece(cursor="c 2"),
        a_piece(cursor="c" * 513),
        a_piece(cursor="码"),
        a_piece(more=...),
        a_piece(more=1),
        a_piece(more="false"),
        a_piece(changes=...),
        a_piece(changes={}),
        a_piece(more=True, cursor="c-1"),
        a_piece(a_change(seq="1")),
        a_piece(a_change(seq=-1)),
        a_piece(a_change(seq=2**63)),
        a_piece(a_change(seq=True)),
        a_piece(a_change(seq=1.5)),
        a_piece(a_change(at="2026-11-20T10:00:00")),
        a_piece(a_change(at=0)),
        a_piece(a_change(tyshxydm=...)),
        a_piece(a_change(tyshxydm=None)),
        a_piece(a_change(tyshxydm="9" * 65)),
        a_piece(a_change(recId=None)),
        a_piece(a_change(recId="a b")),
        a_piece(a_change(version=-1)),
        a_piece(a_change(version="4")),
        a_piece(a_change(change=...)),
        a_piece(a_change(change="")),
        a_piece(*[a_change(n) for n in range(5001)]),
        None,
        [],
    ],
)
def test_i2_a_piece_that_is_not_as_agreed_is_no_piece(clock, piece):
    """Nothing of it is used: what is lost would be a repair, or a penalty."""
    feed, _ = make(clock, ok(piece))
    with pytest.raises(SourceError) as caught:
        fetch(feed, clock)
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT


def test_a_change_without_a_lawful_code_keeps_its_place_and_is_never_logged(clock, caplog):
    """It is no gap, and only its number is told."""
    hidden = "110108199001011231"
    feed, _ = make(clock, ok(a_piece(a_change(1), a_change(2, tyshxydm=hidden), a_change(3))))
    with caplog.at_level("DEBUG"):
        batch = fetch(feed, clock)
    assert [change.seq for change in batch.changes] == [1, 2, 3]
    assert batch.changes[1].code is None
    assert "Change 2 " in caplog.text
    assert hidden not in caplog.text


@pytest.mark.parametrize(("limit", "wait"), [(0, 1), (5001, 1), (1, -1), (1, float("nan"))])
def test_senseless_questions_are_not_asked(clock, limit, wait):
    """A mistake of the program."""
    feed, transport = make(clock)
    with pytest.raises(ValueError, match="piece of the feed"):
        fetch(feed, clock, limit=limit, wait=wait)
    assert transport.requests == []


def test_a_feed_that_fails_stops_no_look_up(clock):
    """Its breaker is its own."""
    reset = SourceUnavailable("reset", reason=UnknownReason.UNREACHABLE)
    transport = Script(clock, *[reset] * 9)
    gate = Gate("test", clock=clock, options=GateOptions(retry=RetryPolicy.none()))
    source = OpenApiSource(transport, clock=clock, name="test", gate=gate)
    for _ in range(7):
        with pytest.raises(SourceUnavailable):
            fetch(source.feed, clock)
    assert len(transport.requests) == 5
    transport.answers = [ok({"dataDate": "2026-11-20T23:00:00+08:00", "lagSeconds": 1})]
    assert source.fetch_health(deadline=Deadline.after(5, clock)).lag_seconds == 1


def manifest(clock, data, **given_):
    """Fetch a manifest."""
    feed, transport = make(clock, ok(data), **given_)
    found = feed.fetch_manifest(deadline=Deadline.after(5, clock))
    assert transport.requests[0].path == "/open-api/v1/snapshots/latest"
    return found


def test_a_manifest_says_what_a_snapshot_consists_of(clock):
    """Its ``seq`` is the cursor where it names none."""
    found = manifest(clock, a_manifest(a_file(b"x", 9, sha256="AB" * 32)))
    assert (found.snapshot_id, found.seq, found.cursor) == ("20261120-000417", 4711, "4711")
    assert found.data_date == datetime(2026, 11, 20, 15, tzinfo=UTC)
    (file,) = found.files
    assert (file.location, file.format, file.rows, file.size_bytes, file.sha256) == (
        "/files/1.ndjson.gz",
        "ndjson.gz",
        9,
        1,
        "ab" * 32,
    )
    assert manifest(clock, a_manifest(a_file(b"", 0), cursor="x:1")).cursor == "x:1"


def test_of_two_formats_one_is_read(clock, monkeypatch):
    """Lines where there are some; parquet where there is nothing else and it can be read."""
    lines = a_file(b"x", 9)
    parquet = [a_file(b"x", n, url=f"/p{n}", format="parquet") for n in (4, 5)]
    other = a_file(b"x", 9, url="/o", format="avro")
    assert [f.location for f in manifest(clock, a_manifest(other, *parquet, lines)).files] == [
        "/files/1.ndjson.gz"
    ]
    assert [f.location for f in manifest(clock, a_manifest(*parquet)).files] == ["/p4", "/p5"]
    monkeypatch.setattr("chengxin.sources.snapshot.find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"chengxin\[parquet\]"):
        manifest(clock, a_manifest(*parquet))
    with pytest.raises(ConfigurationError, match="no format"):
        manifest(clock, a_manifest(other))


@pytest.mark.parametrize(
    "data",
    [
        a_manifest(),
        a_manifest(a_file(b"", 0), seq=-1),
        a_manifest(a_file(b"", 0), seq="1"),
        a_manifest(a_file(b"", 0), cursor="a b"),
        a_manifest(a_file(b"", 0), dataDate="2031-01-01T00:00:00Z"),
        a_manifest(a_file(b"", 0), snapshotId="a b"),
        a_manifest(a_file(b"", 0), a_file(b"", 0)),
        a_manifest(a_file(b"", 1), a_file(b"", 2, url="/p", format="parquet")),
        a_manifest(a_file(b"", -1)),
        a_manifest(a_file(b"", True)),
        a_manifest(a_file(b"", 0, bytes=1.5)),
        a_manifest(a_file(b"", 0, sha256="ab")),
        a_manifest(a_file(b"", 0, sha256="g" * 64)),
        a_manifest(a_file(b"", 0, url="")),
        a_manifest(a_file(b"", 0, url="/a b")),
        a_manifest(a_file(b"", 0, url="/" + "a" * 2048)),
        a_manifest(a_file(b"", 0, url="/a/../b")),
        a_manifest(a_file(b"", 0, url="/a?b")),
        a_manifest(a_file(b"", 0, url="//evil.example/a")),
        a_manifest(a_file(b"", 0, url="https://evil.example/a")),
        a_manifest(a_file(b"", 0, url="https://source.example.evil.example/a")),
        a_manifest(a_file(b"", 0, url="https://user@source.example/a")),
        a_manifest(a_file(b"", 0, url="http://source.example/a")),
        a_manifest(a_file(b"", 0, url="https://source.example:444/a")),
        a_manifest(a_file(b"", 0, url="https://source.example:x/a")),
        a_manifest(a_file(b"", 0, url="https://[/a")),
        a_manifest(a_file(b"", 0, url="ftp://source.example/a")),
        a_manifest(a_file(b"", 0, url="file:///etc/passwd")),
        a_manifest(a_file(b"", 0, url="a.gz")),
    ],
)
def test_i2_a_manifest_that_is_not_as_agreed_is_none(clock, data):
    """Mistyped, contradictory, or pointing elsewhere."""
    with pytest.raises(SourceError) as caught:
        manifest(clock, data, base_url="https://source.example")
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("https://source.example/a/b.gz", "/a/b.gz"),
        ("https://source.example:443/a?x=1&y=%2F", "/a?x=1&y=%2F"),
        ("HTTPS://SOURCE.example/a", "/a"),
        ("/a?x=1", "/a?x=1"),
    ],
)
def test_a_file_is_at_the_source_itself(clock, url, location):
    """By path, or by the source's own base URL."""
    found = manifest(clock, a_manifest(a_file(b"", 0, url=url)), base_url="https://source.example")
    assert found.files[0].location == location


def test_without_a_base_url_files_are_named_by_path_alone(clock):
    """Nothing is known to be the source's own."""
    with pytest.raises(SourceError, match="base URL"):
        manifest(clock, a_manifest(a_file(b"", 0, url="https://source.example/a")))


@given(st.text(max_size=80))
def test_no_location_makes_it_raise_anything_else(url):
    """Whatever a manifest names."""
    try:
        manifest(FrozenClock(), a_manifest(a_file(b"", 0, url=url)), base_url="https://source.example")
    except SourceError as error:
        assert error.reason is UnknownReason.SCHEMA_DRIFT
