"""Files that are there as a whole or not at all, whenever the process or the machine dies."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that others see all of it or what was there before; it is on the disk on return.

    One writer at a time: what a killed one left behind is overwritten by the next.

    Raises:
        OSError: it could not be written; what was there before is still there.
    """
    beside = path.with_name(f".{path.name}.part")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(path)
    sync_directory(path.parent)


def write_all(descriptor: int, content: bytes) -> None:
    """Write all bytes to an open file, however many the system takes at once.

    Raises:
        OSError: some or all of them could not be written.
    """
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def make_directory(path: Path) -> None:
    """Make a directory and those above it, on the disk on return; one that is there is left as it is.

    Raises:
        OSError: it could not be made.
    """
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir(exist_ok=True)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Have the names in a directory on the disk.

    Raises:
        OSError: the system could not.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
