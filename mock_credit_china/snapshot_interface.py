"""The routes of snapshots: a manifest, and its files in whole or in part."""

from flask import Blueprint, request

from mock_credit_china.byterange import Extent, UnsatisfiableError, parse_range
from mock_credit_china.envelope import BAD_PARAMETER, CURSOR_TOO_OLD, MAINTENANCE, Refusal, Reply, refuse
from mock_credit_china.part import CONTENT_TYPES, PartFile
from mock_credit_china.pipeline import Passage, allow_parameters, serve
from mock_credit_china.scenario import Route
from mock_credit_china.snapshot import SNAPSHOTS_PATH, AbandonedError

snapshot_interface = Blueprint("snapshot_interface", __name__, url_prefix=SNAPSHOTS_PATH)


@snapshot_interface.get("/latest")
@serve(Route.SNAPSHOTS)
def latest(passage: Passage) -> Reply:
    """Return the manifest of the current snapshot."""
    allow_parameters()
    try:
        return Reply(data=passage.source.shelf.current().manifest())
    except AbandonedError as error:
        raise refuse(MAINTENANCE) from error


@snapshot_interface.get("/<snapshot_id>/<name>")
@serve(Route.SNAPSHOT_FILE)
def snapshot_file(passage: Passage, snapshot_id: str, name: str) -> Reply:
    """Send a file, or the part of it that ``Range`` asks for."""
    allow_parameters()
    if passage.source.shelf.find(snapshot_id) is None:
        message = "快照已被取代或不存在，请重新取得清单"
        raise Refusal(Reply(status=CURSOR_TOO_OLD, message=message))
    file = passage.source.shelf.file(snapshot_id, name)
    if file is None:
        raise Refusal(Reply(status=BAD_PARAMETER, message="快照中没有这个文件", http=404))
    if request.if_none_match.contains(file.sha256):
        return Reply(http=304, headers={"ETag": f'"{file.sha256}"'}, extent=_extent(file, None))
    try:
        return Reply(extent=_extent(file, _range_asked(file)))
    except UnsatisfiableError as error:
        raise _nothing_there(file) from error


def _range_asked(file: PartFile) -> tuple[int, int] | None:
    """Read ``Range``, unless ``If-Range`` names another version; only a strong tag can agree."""
    condition = request.headers.get("If-Range")
    if request.method != "GET" or condition not in {None, f'"{file.sha256}"'}:
        return None
    return parse_range(request.headers.get("Range"), file.bytes)


def _extent(file: PartFile, asked: tuple[int, int] | None) -> Extent:
    start, end = asked or (0, file.bytes)
    return Extent(
        path=file.path,
        start=start,
        end=end,
        size=file.bytes,
        is_part=asked is not None,
        media_type=CONTENT_TYPES[file.format],
        entity_tag=file.sha256,
    )


def _nothing_there(file: PartFile) -> Refusal:
    headers = {"Content-Range": f"bytes */{file.bytes}"}
    return Refusal(Reply(status=BAD_PARAMETER, message="Range 超出文件范围", http=416, headers=headers))
