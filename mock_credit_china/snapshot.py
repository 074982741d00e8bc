"""Snapshots: all that is disclosed at one instant, in files that stay as they were written."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from threading import Event
from typing import Any, Self

from mock_credit_china.clock import CHINA
from mock_credit_china.image import Image
from mock_credit_china.listing import stamp
from mock_credit_china.part import Format, PartFile, PartWriter, open_part

SNAPSHOTS_PATH = "/open-api/v1/snapshots"
_LOOK_UP_EVERY = 5_000  # subjects between two looks at whether anyone still wants the snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A finished snapshot: its files, and the newest change that is in them."""

    snapshot_id: str
    data_date: datetime
    seq: int
    mark: tuple[int, datetime, date]
    files: tuple[PartFile, ...]

    def manifest(self) -> dict[str, Any]:
        """Write the manifest."""
        return {
            "snapshotId": self.snapshot_id,
            "dataDate": stamp(self.data_date),
            "seq": self.seq,
            "files": [
                {
                    "url": f"{SNAPSHOTS_PATH}/{self.snapshot_id}/{file.path.name}",
                    "format": file.format,
                    "rows": file.rows,
                    "bytes": file.bytes,
                    "sha256": file.sha256,
                }
                for file in self.files
            ],
        }

    def file(self, name: str) -> PartFile | None:
        """Find a file by its name."""
        return next((file for file in self.files if file.path.name == name), None)


def snapshot_id_of(image: Image) -> str:
    """Name a snapshot for its data date and its newest change.

    The day is in it too: a clock set back shows again what had ended, with no change in the log.
    """
    return f"{image.data_date.astimezone(CHINA):%Y%m%d%H%M%S}-{image.today:%m%d}-{image.seq:06d}"


class AbandonedError(Exception):
    """Raised where the source is closed while a snapshot is being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a snapshot is laid out: in which formats, in files of how many rows at most."""

    formats: tuple[Format, ...]
    rows_per_file: int


def write_snapshot(image: Image, folder: Path, layout: Layout, closing: Event) -> Snapshot:
    """Write all records on public display, in the order of the image.

    Raises:
        AbandonedError: the source was closed meanwhile.
    """
    folder.mkdir(parents=True)
    today = image.today
    with _Parts(folder, layout) as parts:
        for number, file in enumerate(image.files(), start=1):
            if number % _LOOK_UP_EVERY == 0 and closing.is_set():
                raise AbandonedError
            code = file.subject.code
            for record in file.records:
                if record.is_disclosed_on(today):
                    for part in parts.current():
                        part.write(code, record)
    return Snapshot(
        snapshot_id=folder.name,
        data_date=image.data_date,
        seq=image.seq,
        mark=image.mark,
        files=tuple(
            sorted(parts.finished, key=lambda part: (layout.formats.index(part.format), part.path.name))
        ),
    )


class _Parts:
    """The files being written, one of each format at a time."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        self._folder = folder
        self._layout = layout
        self._number = self._rows = 0
        self._open: list[PartWriter] = []
        self.finished: list[PartFile] = []

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(self, *_about: object) -> None:
        self._finish()

    def current(self) -> list[PartWriter]:
        """Return the files that take the next row."""
        if self._rows == self._layout.rows_per_file:
            self._finish()
            self._begin()
        self._rows += 1
        return self._open

    def _begin(self) -> None:
        self._number += 1
        self._rows = 0
        stem = self._folder / f"records-{self._number:05d}"
        self._open = [open_part(stem.with_name(f"{stem.name}.{kind}"), kind) for kind in self._layout.formats]

    def _finish(self) -> None:
        self.finished += [part.close() for part in self._open]
        self._open = []
