"""Snapshots: what is in them, what they stand for, and how their files are sent."""

import gzip
import hashlib
import io
import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow.parquet as pq
import pytest

from mock_credit_china import MockServer, Settings, create_app
from mock_credit_china.byterange import Extent, parse_range
from mock_credit_china.source import EXTENSION, Source
from tests.mock.client import LAST_DAY, NOTHING, ONE_PENALTY, START, UNREGISTERED, Client

SHIELDED = "91430100M000114Y29"
DISPUTED = "91610100M000113Y65"
EVERY = {"tyshxydm", "recId", "version", "catalog", "state", "publishedOn", "disclosedUntil", "fields"}


def entry(manifest: dict[str, Any], kind: str = "ndjson.gz") -> dict[str, Any]:
    """Return the first file of a format."""
    return next(file for file in manifest["files"] if file["format"] == kind)


def rows_of(client: Client, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Fetch and read all rows of a snapshot."""
    files = [file for file in manifest["files"] if file["format"] == "ndjson.gz"]
    texts = [gzip.decompress(client.file(file["url"]).content) for file in files]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def test_files_are_as_the_manifest_says(client: Client) -> None:
    """Rows, bytes and digest of every file agree with the manifest, in both formats."""
    manifest = client.manifest()
    assert set(manifest) == {"snapshotId", "dataDate", "seq", "files"}
    assert (manifest["dataDate"], manifest["seq"]) == ("2026-11-21T23:00:00+08:00", 1000)
    assert [file["format"] for file in manifest["files"]] == ["ndjson.gz", "parquet"]
    for file in manifest["files"]:
        content = client.file(file["url"]).content
        assert len(content) == file["bytes"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert len(rows_of(client, manifest)) == entry(manifest)["rows"]


def test_both_formats_have_the_same_rows(client: Client) -> None:
    """Parquet has the same columns, fields as JSON text, an absent severity as null."""
    manifest = client.manifest()
    table = pq.read_table(io.BytesIO(client.file(entry(manifest, "parquet")["url"]).content))
    read = [{**row, "fields": json.loads(row["fields"])} for row in table.to_pylist()]
    written = [{"severity": None, **row} for row in rows_of(client, manifest)]
    assert read == written


def test_rows_are_the_listings(client: Client) -> None:
    """What is on public display of a subject is in the snapshot as it is in its listing."""
    rows = rows_of(client, client.manifest())
    assert all(set(row) in (EVERY, EVERY | {"severity"}) for row in rows)
    for code in (ONE_PENALTY, DISPUTED, LAST_DAY):
        listed = client.listing(code, pageSize=100)["list"]
        mine = [row for row in rows if row["tyshxydm"] == code]
        for row in listed:
            del row["dataSource"]
            row["tyshxydm"] = code
        assert sorted(mine, key=lambda row: row["recId"]) == sorted(listed, key=lambda row: row["recId"])
    assert {row["state"] for row in rows} == {"公示中", "异议中"}
    assert not {SHIELDED, NOTHING} & {row["tyshxydm"] for row in rows}


def test_what_changes_after_is_in_the_feed(client: Client) -> None:
    """Content and seq agree: a change before is in the rows, one after has a larger seq and is not."""
    client.record("impose", NOTHING, record={"recId": "BEFORE"})
    client.control("POST", "/subjects", {"code": UNREGISTERED, "records": [{"recId": "ADDED"}]})
    manifest = client.manifest()
    client.record("impose", NOTHING, record={"recId": "AFTER"})
    ids = {row["recId"] for row in rows_of(client, manifest)}
    assert {"BEFORE", "ADDED"} <= ids
    assert "AFTER" not in ids
    (change,) = client.changes(cursor=manifest["seq"])["changes"]
    assert (change["recId"], change["seq"]) == ("AFTER", manifest["seq"] + 1)


def test_file_stays_as_it_was_until_two_later(client: Client) -> None:
    """A change makes another snapshot; the last two are served, what was replaced says resynchronise."""
    first = client.manifest()
    assert client.manifest() == first
    content = client.file(entry(first)["url"]).content
    later = []
    for step in ("dispute", "undispute"):
        client.record(step)
        later.append(client.manifest()["snapshotId"])
        if step == "dispute":
            assert client.file(entry(first)["url"]).content == content
    gone = client.file(entry(first)["url"])
    assert (gone.status_code, gone.json()["status"]) == (410, 41001)
    assert len({first["snapshotId"], *later}) == 3


def test_expiry_and_night_make_another(client: Client) -> None:
    """A record that has ended is gone from the next snapshot, whose seq counts its end."""
    before = client.manifest()
    client.move_clock(now="2026-11-23T00:00:00+08:00")
    after = client.manifest()
    assert after["seq"] > before["seq"]
    assert LAST_DAY not in {row["tyshxydm"] for row in rows_of(client, after)}
    client.move_clock(now="2026-11-23T23:00:00+08:00")
    night = client.manifest()
    assert (night["dataDate"], night["seq"]) == ("2026-11-23T23:00:00+08:00", after["seq"])
    assert night["snapshotId"] != after["snapshotId"]


def test_clock_set_back_shows_again(client: Client) -> None:
    """What had ended is shown again, under a snapshot id of its own."""
    first = client.manifest()
    client.move_clock(now="2026-11-23T00:00:00+08:00")
    second = client.manifest()
    client.move_clock(now=START.isoformat())
    third = client.manifest()
    assert len({each["snapshotId"] for each in (first, second, third)}) == 3
    assert LAST_DAY in {row["tyshxydm"] for row in rows_of(client, third)}


def test_pinned_snapshot_stays(client: Client) -> None:
    """A pinned snapshot outlasts changes, one can be taken all the same, and letting go makes another."""
    pinned = client.control("POST", "/snapshot", {"pin": True})
    assert (pinned.status_code, pinned.json()["pinned"]) == (201, True)
    client.record("repair")
    assert client.manifest()["snapshotId"] == pinned.json()["snapshotId"]
    taken = client.control("POST", "/snapshot", {}).json()
    assert (taken["seq"], taken["pinned"]) == (1001, True)
    assert client.manifest()["seq"] == 1001
    client.record("impose")
    assert client.manifest()["seq"] == 1001
    assert client.control("POST", "/snapshot", {"pin": False}).json()["seq"] == 1002


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-50", -50, None),
        ("bytes=0-999999999", 0, None),
    ],
)
def test_range_is_served(client: Client, header: str, start: int, end: int | None) -> None:
    """A single range comes with 206 and says where it is from."""
    file = entry(client.manifest())
    whole = client.file(file["url"])
    part = client.file(file["url"], Range=header)
    assert part.content == whole.content[start:end]
    first = start % file["bytes"]
    assert part.status_code == 206
    expected = f"bytes {first}-{first + len(part.content) - 1}/{file['bytes']}"
    assert part.headers["Content-Range"] == expected
    assert part.headers["ETag"] == whole.headers["ETag"] == f'"{file["sha256"]}"'
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert (whole.headers["Content-Type"], whole.headers["Cache-Control"]) == ("application/gzip", "no-store")
    assert "Content-Encoding" not in whole.headers


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "bytes=5-2", "rows=0-1", "bytes=-", "bytes=a-b"])
def test_what_is_no_single_range_gets_the_whole(client: Client, header: str) -> None:
    """Several ranges, other units and nonsense are passed over."""
    file = entry(client.manifest())
    answer = client.file(file["url"], Range=header)
    assert (answer.status_code, len(answer.content)) == (200, file["bytes"])


@pytest.mark.parametrize("header", ["bytes=999999999-", "bytes=-0"])
def test_range_beyond_the_end_is_refused(client: Client, header: str) -> None:
    """416 says how long the file is."""
    file = entry(client.manifest())
    answer = client.file(file["url"], Range=header)
    assert (answer.status_code, answer.json()["status"]) == (416, 40002)
    assert answer.headers["Content-Range"] == f"bytes */{file['bytes']}"


def test_if_range_holds_the_parts_together(client: Client) -> None:
    """With the strong tag the part comes; with another, a weak one or a date, the whole file."""
    file = entry(client.manifest())
    tag = f'"{file["sha256"]}"'
    seen = [
        client.file(file["url"], Range="bytes=5-9", **{"If-Range": condition}).status_code
        for condition in (tag, '"other"', f"W/{tag}", "Sun, 22 Nov 2026 02:00:00 GMT")
    ]
    assert seen == [206, 200, 200, 200]


def test_file_is_renewed_and_headed(client: Client) -> None:
    """If-None-Match gives 304; HEAD gives the length and no body."""
    file = entry(client.manifest())
    kept = client.file(file["url"], **{"If-None-Match": f'"{file["sha256"]}"'})
    assert (kept.status_code, kept.content) == (304, b"")
    head = client.ask("HEAD", file["url"].removeprefix("/open-api/v1"))
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, str(file["bytes"]), b"")


@pytest.mark.parametrize("name", ["records-00009.ndjson.gz", "..", "manifest"])
def test_file_that_is_not_there(client: Client, name: str) -> None:
    """A name the snapshot has not gives 404; nothing else of the machine can be had."""
    manifest = client.manifest()
    answer = client.ask("GET", f"/snapshots/{manifest['snapshotId']}/{name}")
    assert (answer.status_code, answer.json()["status"]) == (404, 40002)


def test_snapshot_must_be_signed(client: Client) -> None:
    """Manifest and files are refused without a signature."""
    url = entry(client.manifest())["url"]
    for path in ("/open-api/v1/snapshots/latest", url):
        assert client.session.get(client.server.url + path, timeout=30).json()["status"] == 40101


def test_file_can_be_corrupted_truncated_and_cut(client: Client) -> None:
    """Bytes differ, or are missing with and without the length admitting it."""
    file = entry(client.manifest())
    match = {"route": "snapshot_file"}
    client.script({"kind": "corrupted", "bytes": 3}, match=match, count=1)
    client.script({"kind": "truncated", "fraction": 0.25}, match=match, count=1, skip=1)
    corrupted, truncated, whole = (client.file(file["url"]) for _ in range(3))
    assert len(corrupted.content) == file["bytes"]
    pairs = zip(corrupted.content, whole.content, strict=True)
    assert sum(a != b for a, b in pairs) == 3
    assert len(truncated.content) == int(truncated.headers["Content-Length"]) == file["bytes"] // 4
    assert hashlib.sha256(whole.content).hexdigest() == file["sha256"]
    client.script({"kind": "cut_short"}, match=match, count=1)
    with pytest.raises(OSError, match="IncompleteRead"):
        client.file(file["url"])


def test_manifest_can_drift(client: Client) -> None:
    """A rule about the manifest leaves the files alone."""
    client.script({"kind": "drift", "field": "files.*.sha256"}, match={"route": "snapshots"})
    manifest = client.manifest()
    assert all("sha256" not in file for file in manifest["files"])
    assert client.file(manifest["files"][0]["url"]).status_code == 200
    rows = client.control("GET", "/requests").json()["requests"]
    assert [row["route"] for row in rows] == ["snapshots", "snapshot_file"]


def source_of(subjects: int, **more: Any) -> Source:
    """Make a source without a server."""
    return Source(Settings(subjects=subjects, start_at=START, frozen=True, **more))


def test_large_population_is_written_in_bounded_memory() -> None:
    """Twenty thousand subjects go to files of a bounded number of rows, a few megabytes of memory at a time."""
    source = source_of(20_000, snapshot_formats=("ndjson.gz",), snapshot_rows=25_000)
    source.register.prepare()
    tracemalloc.start()
    try:
        snapshot = source.shelf.current()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [file.path.name for file in snapshot.files] == [f"records-0000{n}.ndjson.gz" for n in (1, 2, 3)]
    assert [file.rows for file in snapshot.files[:-1]] == [25_000, 25_000]
    assert 0 < snapshot.files[-1].rows < 25_000
    assert peak < 8 * 1024 * 1024
    folder = snapshot.files[0].path.parent.parent
    source.shelf.clear()
    assert not folder.exists()


def test_same_seed_gives_the_same_files() -> None:
    """Two sources write the same bytes in both formats; another seed does not."""
    manifests = []
    for seed in (1, 1, 2):
        source = source_of(200, seed=seed)
        manifests.append(source.shelf.current().manifest())
        source.shelf.clear()
    assert manifests[0] == manifests[1]
    assert manifests[0] != manifests[2]


def test_ranges_are_read_as_the_standard_says() -> None:
    """One range of bytes is understood; whatever else is, is passed over."""
    assert parse_range(None, 10) is None
    assert parse_range("bytes=2-4", 10) == (2, 5)
    assert parse_range("bytes=-3", 10) == (7, 10)
    assert parse_range("bytes=-30", 10) == (0, 10)


@pytest.mark.parametrize(
    "wrong", [{"snapshot_formats": ()}, {"snapshot_formats": ("csv",)}, {"snapshot_rows": 0}]
)
def test_settings_of_snapshots_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    """No format, an unknown one, or files without rows are not taken."""
    with pytest.raises(ValueError, match="snapshot_"):
        Settings(**wrong)


def test_all_who_ask_at_once_get_one_snapshot() -> None:
    """Several who ask while it is being made wait for the same one."""
    source = source_of(2000, snapshot_formats=("ndjson.gz",))
    with ThreadPoolExecutor(max_workers=8) as pool:
        made = list(pool.map(lambda _: source.shelf.current(), range(8)))
    assert all(each is made[0] for each in made)
    assert source.shelf.kept == (made[0],)
    source.shelf.clear()


def test_closing_source_gives_up_what_it_is_making() -> None:
    """A source that is being closed does not finish a large snapshot first."""
    app = create_app(Settings(subjects=6000, start_at=START, frozen=True))
    source: Source = app.extensions[EXTENSION]
    source.close()
    with app.test_client() as client:
        assert client.post("/mock/snapshot", data="{}").status_code == 503
    assert source.shelf.kept == ()
    source.shelf.clear()


def test_part_of_a_large_file_is_sent_as_it_is_read(server: MockServer, client: Client) -> None:
    """A file goes out in chunks; what it takes to send it does not grow with it."""
    file = entry(client.manifest())
    path = server.source.shelf.file(*file["url"].rsplit("/", 2)[1:]).path
    extent = Extent(
        path=path,
        start=1,
        end=file["bytes"],
        size=file["bytes"],
        is_part=True,
        media_type="application/gzip",
        entity_tag="t",
    )
    assert b"".join(extent.chunks()) == path.read_bytes()[1:]
    assert max(map(len, extent.chunks())) <= 256 * 1024
