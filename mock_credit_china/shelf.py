"""The shelf: which snapshots are kept, and when another one is made."""

import shutil
import tempfile
import threading
import weakref
from pathlib import Path

from mock_credit_china.part import PartFile
from mock_credit_china.register import Register
from mock_credit_china.settings import Settings
from mock_credit_china.snapshot import Layout, Snapshot, snapshot_id_of, write_snapshot

KEPT = 2
"""How many snapshots are kept: the current one, and the one whose files may still be on their way."""


class Shelf:
    """Snapshots in a temporary folder that goes away with it.

    Another one is made when it is asked for and something has changed since the last, unless the last is pinned.
    Whoever asks meanwhile waits; files of those on the shelf are served all the while.
    """

    def __init__(self, settings: Settings, register: Register, closing: threading.Event) -> None:
        self._layout = Layout(formats=settings.snapshot_formats, rows_per_file=settings.snapshot_rows)
        self._closing = closing
        self._register = register
        self._making = threading.Lock()
        self._kept: tuple[Snapshot, ...] = ()
        self._pinned = False
        self._folder: Path | None = None
        self._remove: weakref.finalize[..., Shelf] | None = None

    @property
    def pinned(self) -> bool:
        """Whether the current snapshot stays, whatever changes."""
        return self._pinned

    @property
    def kept(self) -> tuple[Snapshot, ...]:
        """The snapshots on the shelf, the current one last."""
        return self._kept

    def current(self) -> Snapshot:
        """Return the current snapshot, made first if need be."""
        with self._making:
            if self._pinned and self._kept:
                return self._kept[-1]
            return self._fresh()

    def take(self) -> Snapshot:
        """Return a snapshot of this instant, even if an earlier one is pinned."""
        with self._making:
            return self._fresh()

    def pin(self, *, pinned: bool) -> None:
        """Let the current snapshot stay whatever changes, or let it go."""
        self._pinned = pinned

    def find(self, snapshot_id: str) -> Snapshot | None:
        """Return a snapshot that is on the shelf."""
        return next((each for each in self._kept if each.snapshot_id == snapshot_id), None)

    def file(self, snapshot_id: str, name: str) -> PartFile | None:
        """Return a file of a snapshot that is on the shelf."""
        snapshot = self.find(snapshot_id)
        return snapshot.file(name) if snapshot else None

    def clear(self) -> None:
        """Take everything off the shelf, and let go of what was pinned."""
        with self._making:
            self._pinned = False
            self._kept = ()
            if self._remove is not None:
                self._remove()
            self._folder = None

    def _fresh(self) -> Snapshot:
        image = self._register.image()
        if self._kept and self._kept[-1].mark == image.mark:
            return self._kept[-1]
        folder = self._place() / snapshot_id_of(image)
        shutil.rmtree(folder, ignore_errors=True)
        made = write_snapshot(image, folder, self._layout, self._closing)
        others = tuple(each for each in self._kept if each.snapshot_id != made.snapshot_id)
        keeping = (*others, made)[-KEPT:]
        self._kept, gone = keeping, set(others) - set(keeping)
        for each in gone:
            shutil.rmtree(self._place() / each.snapshot_id, ignore_errors=True)
        return made

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="mock-credit-china-"))
            self._remove = weakref.finalize(self, shutil.rmtree, str(self._folder), ignore_errors=True)
        return self._folder
