"""Snapshots over real HTTP: in pieces, resumed, checked; whatever the server does to them."""

import errno
import gzip
import io
import json
import re

import pytest

from chengxin.clock import SystemClock
from chengxin.errors import SourceError, SourceUnavailable, UnknownReason, UnusableAnswer
from chengxin.identifiers import Uscc
from chengxin.sources import OpenApiSource
from chengxin.sources.download import fetch_file
from chengxin.testing import FrozenClock
from chengxin.transport import (
    BreakerOptions,
    Deadline,
    Gate,
    GateOptions,
    HttpTransport,
    QuotaOptions,
    Response,
    RetryPolicy,
)
from tests.sdk.sources.files import a_file, a_line, a_manifest, code_of, ndjson
from tests.sdk.transport.scripted import ScriptedServer

ROWS = [a_line(n) for n in range(40)]
DATA = ndjson(ROWS)
PATH = "/files/1.ndjson.gz"
PIECE = 300


def answer(status, body, **headers):
    """Return an answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def a_part(request, data=DATA, **headers):
    """Answer a request for a range."""
    first, last = map(int, re.search(rb"range: bytes=(\d+)-(\d+)", request.lower()).groups())
    part = data[first : last + 1]
    given = {
        "Content_Type": "application/octet-stream",
        "ETag": '"v1"',
        "Content_Range": f"bytes {first}-{first + len(part) - 1}/{len(data)}",
    }
    return answer(206, part, **(given | headers))


class Served:
    """A source that serves a manifest and, by a rule, pieces of files."""

    def __init__(self, rule, data=DATA, rows=40, **changes):
        self.rule = rule
        self.pieces = []
        manifest = a_manifest(a_file(data, rows, url=PATH) | changes)
        self.manifest = json.dumps({"status": 1, "data": manifest}).encode()
        self.server = ScriptedServer(self._script)
        self.clock = SystemClock()
        self.transport = HttpTransport(self.server.url, credentials=None, clock=self.clock)
        options = GateOptions(
            retry=RetryPolicy(attempts=2, base_seconds=0),
            breaker=BreakerOptions(failures=50),
            quota=QuotaOptions(per_day=10_000),
        )
        gate = Gate("test", clock=self.clock, options=options)
        self.gate = gate
        self.source = OpenApiSource(
            self.transport, clock=self.clock, name="test", gate=gate, base_url=self.server.url
        )

    def _script(self, talk):
        while request := talk.hear():
            if b"/snapshots/latest" in request:
                talk.say(answer(200, self.manifest, Content_Type="application/json"))
                continue
            self.pieces.append(request)
            said = self.rule(talk, request, len(self.pieces))
            if said is None:
                return
            talk.say(said)

    def read(self, seconds=10.0):
        """Read the snapshot in pieces of 300 bytes."""
        feed = self.source.feed
        manifest = feed.fetch_manifest(deadline=Deadline.after(10, self.clock))
        return list(feed.read_snapshot(manifest, deadline=lambda: Deadline.after(seconds, self.clock)))

    def stop(self):
        """Close all."""
        self.transport.close()
        self.server.stop()


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    """Pieces of three hundred bytes."""

    def small(*given, **named):
        fetch_file(*given, **named, piece_bytes=PIECE)

    monkeypatch.setattr("chengxin.sources.feed.fetch_file", small)


@pytest.fixture
def serve():
    """Serve snapshots; stop all servers afterwards."""
    served = []

    def run(rule, **given):
        served.append(Served(rule, **given))
        return served[-1]

    yield run
    for one in served:
        one.stop()


def range_of(request):
    """Return the range that a request asks for."""
    return re.search(rb"range: (bytes=\d+-\d+)", request.lower())[1].decode()


def test_a_file_is_fetched_in_pieces_and_read(serve):
    """Each piece is asked for as it is, on condition that the file is still the same."""
    served = serve(lambda _, request, __: a_part(request))
    answers = served.read()
    assert [a.subject.code for a in answers] == sorted((Uscc(code_of(n)) for n in range(40)), key=str)
    count = -(-len(DATA) // PIECE)
    assert count > 2
    assert [range_of(request) for request in served.pieces] == [
        f"bytes={n * PIECE}-{min(len(DATA), (n + 1) * PIECE) - 1}" for n in range(count)
    ]
    heard = [request.lower() for request in served.pieces]
    assert all(b"accept-encoding: identity\r\n" in request for request in heard)
    assert [b'if-range: "v1"\r\n' in request for request in heard] == [False] + [True] * (count - 1)


def test_a_server_that_knows_no_ranges_gives_the_whole(serve):
    """200 to a range request; nothing more is asked for."""
    served = serve(lambda *_: answer(200, DATA, Content_Type="application/gzip"))
    assert len(served.read()) == 40
    assert len(served.pieces) == 1


def test_a_file_that_changes_under_way_is_taken_whole_and_refused_by_its_digest(serve):
    """``If-Range`` does not fit any more: the new file comes whole, and is not the one of the manifest."""
    other = ndjson([a_line(n, version=9) for n in range(40)])

    def rule(_, request, number):
        return a_part(request) if number == 1 else answer(200, other, Content_Type="application/gzip")

    served = serve(rule)
    with pytest.raises(SourceError) as caught:
        served.read()
    assert caught.value.reason is UnknownReason.INCOMPLETE


def test_a_piece_that_is_cut_short_is_asked_for_again_from_where_it_stopped(serve):
    """What came before it stays."""

    def rule(talk, request, number):
        said = a_part(request)
        if number in {2, 3, 4}:
            talk.say(said[:-10])
            return None
        return said

    served = serve(rule)
    assert len(served.read()) == 40
    starts = [int(range_of(request)[6:].split("-")[0]) for request in served.pieces]
    assert starts[:5] == [0, PIECE, PIECE, PIECE, PIECE]
    assert starts[5:] == sorted(starts[5:])
    assert served.gate.used_today() == len(served.pieces) + 1


def test_a_dripping_source_ends_with_the_deadline(serve):
    """A byte at a time is no answer, however long it goes on."""
    served = serve(lambda talk, request, _: talk.drip(a_part(request), every=0.02))
    with pytest.raises(SourceUnavailable) as caught:
        served.read(seconds=0.3)
    assert caught.value.reason is UnknownReason.TIMEOUT
    assert len(served.pieces) == 4


def corrupt(_, request, __):
    """Answer with one byte changed."""
    return a_part(request, data=DATA[:500] + bytes([DATA[500] ^ 1]) + DATA[501:])


WALL = b"<html>verify</html>"


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        pytest.param(corrupt, UnknownReason.INCOMPLETE, id="corrupt"),
        pytest.param(
            lambda _, r, __: a_part(r, Content_Range="bytes 1-1000/99999"),
            UnknownReason.SCHEMA_DRIFT,
            id="range",
        ),
        pytest.param(
            lambda _, r, __: a_part(r, Content_Range="bytes */5"),
            UnknownReason.SCHEMA_DRIFT,
            id="unsatisfied",
        ),
        pytest.param(lambda _, r, __: answer(206, b"x"), UnknownReason.SCHEMA_DRIFT, id="no range"),
        pytest.param(
            lambda _, r, __: a_part(r, data=DATA + b"x"), UnknownReason.SCHEMA_DRIFT, id="longer file"
        ),
        pytest.param(
            lambda _, r, __: answer(206, b"", Content_Range=f"bytes 0--1/{len(DATA)}"),
            UnknownReason.SCHEMA_DRIFT,
            id="empty",
        ),
        pytest.param(lambda *_: answer(200, DATA[:-1]), UnknownReason.INCOMPLETE, id="whole, short"),
        pytest.param(lambda *_: answer(404, b"{}"), UnknownReason.SCHEMA_DRIFT, id="gone"),
        pytest.param(lambda *_: answer(416, b""), UnknownReason.SCHEMA_DRIFT, id="416"),
        pytest.param(
            lambda *_: answer(200, WALL, Content_Type="text/html"), UnknownReason.CHALLENGED, id="wall"
        ),
        pytest.param(
            lambda *_: answer(200, b'{"status": 40301}', Content_Type="application/json"),
            UnknownReason.FORBIDDEN,
            id="forbidden in 200",
        ),
        pytest.param(
            lambda *_: answer(200, b'{"status": 1, "data": {}}', Content_Type="application/json"),
            UnknownReason.SCHEMA_DRIFT,
            id="an envelope",
        ),
        pytest.param(lambda *_: answer(503, b""), UnknownReason.SOURCE_FAULT, id="failing"),
        pytest.param(
            lambda *_: answer(302, b"", Location="https://evil.example/x"),
            UnknownReason.CHALLENGED,
            id="redirect",
        ),
    ],
)
def test_i2_what_is_not_the_file_is_no_snapshot(serve, rule, reason):
    """Nothing of it is used, and what is no passing failure is not asked for again and again."""
    served = serve(rule)
    with pytest.raises(SourceError) as caught:
        served.read()
    assert caught.value.reason is reason
    assert len(served.pieces) <= 8


def test_i2_a_coded_piece_is_no_piece(serve):
    """A part of a compressed body cannot be decoded, and was not asked for."""

    def rule(_, request, __):
        head, _, part = a_part(request).partition(b"\r\n\r\n")
        extent = re.search(rb"Content-Range: (.*)", head)[1].strip().decode()
        return answer(206, gzip.compress(part), Content_Encoding="gzip", Content_Range=extent)

    with pytest.raises(SourceError) as caught:
        serve(rule).read()
    assert caught.value.reason is UnknownReason.SCHEMA_DRIFT


def test_an_empty_file_is_not_asked_for(serve):
    """There is nothing in it; it is no gzip file either, and holds no rows."""
    served = serve(lambda *_: None, data=b"", rows=0)
    assert served.read() == []
    assert served.pieces == []


def test_no_file_is_left_behind(serve, tmp_path, monkeypatch):
    """Neither after success, nor after failure, nor when the reader goes away."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    served = serve(lambda _, request, __: a_part(request))
    assert len(served.read()) == 40
    manifest = served.source.feed.fetch_manifest(deadline=Deadline.after(10, served.clock))
    answers = served.source.feed.read_snapshot(manifest, deadline=lambda: Deadline.after(10, served.clock))
    next(answers)
    answers.close()
    served.rule = corrupt
    with pytest.raises(SourceError):
        served.read()
    assert list(tmp_path.iterdir()) == []


class Slow:
    """A transport that times out on pieces above a size."""

    def __init__(self, largest, data):
        self.largest = largest
        self.data = data
        self.asked = []

    def send(self, request, *, deadline):
        """Give the piece, if it is small enough."""
        first, last = map(int, request.headers["range"][6:].split("-"))
        self.asked.append(last - first + 1)
        if last - first + 1 > self.largest:
            raise SourceUnavailable.timeout("testing")
        part = self.data[first : last + 1]
        headers = {"content-range": f"bytes {first}-{first + len(part) - 1}/{len(self.data)}"}
        return Response(status=206, headers=headers, body=part)

    def close(self):
        """Have nothing to close."""


def test_pieces_that_are_too_slow_are_made_smaller(tmp_path):
    """Half as large each time, down to 64 KiB."""
    from chengxin.sources.caller import Caller  # noqa: PLC0415
    from chengxin.sources.source import SnapshotFile  # noqa: PLC0415

    clock = FrozenClock()
    data = bytes(range(256)) * 4096
    named = a_file(data, 1)
    file = SnapshotFile(
        location=PATH, format="ndjson.gz", rows=1, size_bytes=len(data), sha256=named["sha256"]
    )
    options = GateOptions(retry=RetryPolicy.none(), breaker=BreakerOptions(failures=50))
    for largest, works in ((131_072, True), (65_535, False)):
        transport = Slow(largest, data)
        caller = Caller(transport, gate=Gate("test", clock=clock, options=options), clock=clock)
        with (tmp_path / "file").open("w+b") as into:

            def fetch(into=into, caller=caller):
                fetch_file(caller, file, into, deadline=lambda: Deadline.after(9, clock), piece_bytes=524_288)

            if works:
                fetch()
                assert into.read() == data
                assert transport.asked[:3] == [524_288, 262_144, 131_072]
            else:
                with pytest.raises(SourceUnavailable):
                    fetch()
                assert transport.asked == [524_288, 262_144, 131_072, 65_536]


class Stuck(io.BytesIO):
    """A file that takes what is written and cannot write it out, as a buffer on a full disk."""

    def seek(self, *given_):
        """Fail as the flush before it does."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_disk_that_is_full_at_the_end_of_a_file_is_an_error_of_ours(serve):
    """When the last buffer is written out."""
    served = serve(lambda _, request, __: a_part(request))
    manifest = served.source.feed.fetch_manifest(deadline=Deadline.after(10, served.clock))
    with pytest.raises(UnusableAnswer, match="TMPDIR"):
        fetch_file(
            served.source.feed._caller,
            manifest.files[0],
            Stuck(),
            deadline=lambda: Deadline.after(10, served.clock),
        )


def test_a_whole_file_on_a_full_disk_is_an_error_of_ours(serve):
    """Where the source knows no ranges."""
    served = serve(lambda *_: answer(200, DATA))
    manifest = served.source.feed.fetch_manifest(deadline=Deadline.after(10, served.clock))
    with pytest.raises(UnusableAnswer, match="TMPDIR"):
        fetch_file(
            served.source.feed._caller,
            manifest.files[0],
            Stuck(),
            deadline=lambda: Deadline.after(10, served.clock),
        )


def test_no_room_for_temporary_files_is_an_error_of_ours(serve, tmp_path, monkeypatch):
    """A directory that is not there, for one."""
    served = serve(lambda _, request, __: a_part(request))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(UnusableAnswer, match="TMPDIR"):
        served.read()
