"""Policy versions in a directory that processes of one host share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from chengxin.clock import Clock, SystemClock
from chengxin.errors import (
    ConfigurationError,
    InvalidRecord,
    PolicyStoreConflict,
    PolicyStoreDamaged,
    PolicyStoreUnavailable,
    UnknownPolicyVersion,
)
from chengxin.policy.lifecycle import Step, is_digest, short
from chengxin.store.directory.file import make_directory, write_whole
from chengxin.store.directory.gate import Gate
from chengxin.store.directory.journal import LINES, Journal
from chengxin.store.policy_store import require_canonical
from chengxin.wire import decode_step, encode_step

_DOCUMENTS: Final = ("documents", ".json")
_SOURCES: Final = ("sources", ".yaml")
_LOCK: Final = "journal.lock"


class DirectoryPolicyStore:
    """Keeps policy versions and their steps in a directory.

    ::

        documents/<sha256>.json   canonical documents, named by their digests
        sources/<sha256>.yaml     what authors wrote, comments included
        journal.jsonl             every step, each line bound to the one before
        journal.mark.json         how far the journal goes

    Every read verifies digests and chain. That finds what went wrong, and who edits a file; it does not stop somebody
    who may write all of them: keep a copy elsewhere, and let only the trust team's command write here.

    Args:
        path: the directory.
        create: whether it is made where there is none.
        clock: where waiting for others comes from.
        patience_seconds: longest time to wait while others write.

    Raises:
        ConfigurationError: there is no store, and none was to be made; or the platform has no file locks.
        PolicyStoreDamaged: there are documents, and no journal of them.
        PolicyStoreUnavailable: it could not be made.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        create: bool = True,
        clock: Clock | None = None,
        patience_seconds: float = 10.0,
    ) -> None:
        self._path = Path(path)
        self._gate = Gate(self._path / _LOCK, clock=clock or SystemClock(), patience_seconds=patience_seconds)
        self._journal = Journal(self._path)
        if create:
            self._create()
        elif not self._journal.is_there and not (self._path / LINES).exists():
            raise ConfigurationError(
                f"There is no store of policies at {str(path)!r}. Give its directory; to publish makes one."
            )

    def put(self, document: bytes) -> str:
        """Keep a document in its canonical form, and return its digest."""
        require_canonical(document)
        return self._keep(document, _DOCUMENTS)

    def get(self, digest: str) -> bytes:
        """Return the document of a digest."""
        return self._fetch(digest, _DOCUMENTS)

    def put_source(self, text: str) -> str:
        """Keep the text that an author wrote, and return its digest."""
        return self._keep(text.encode(), _SOURCES)

    def get_source(self, digest: str) -> str:
        """Return the text that an author wrote."""
        return self._fetch(digest, _SOURCES).decode()

    def append(self, step: Step, *, expected: int) -> int:
        """Record one more step of a policy, and return how many there are of it then."""
        self.get(step.digest)
        with _reported(), self._gate.write():
            reading = self._journal.read()
            found = sum(1 for data in reading.steps if data.get("name") == step.name)
            if found != expected:
                raise PolicyStoreConflict(step.name, expected=expected, found=found)
            self._journal.add(encode_step(step), reading)
        return found + 1

    def steps(self, name: str) -> tuple[Step, ...]:
        """Return the steps of a policy in order."""
        numbered = enumerate(self._read(), start=1)
        return tuple(_step(data, number) for number, data in numbered if data.get("name") == name)

    def names(self) -> tuple[str, ...]:
        """Return the names of all policies of which steps are on record."""
        return tuple(sorted({str(data.get("name")) for data in self._read()}))

    def _read(self) -> tuple[dict[str, Any], ...]:
        with _reported(), self._gate.read():
            return self._journal.read().steps

    def _create(self) -> None:
        with _reported():
            for folder in (_DOCUMENTS[0], _SOURCES[0]):
                make_directory(self._path / folder)
            with self._gate.write():
                is_begun = self._journal.is_there or (self._path / LINES).exists()
                if not is_begun and any(self._documents()):
                    raise PolicyStoreDamaged(
                        "There are documents and no journal of them, so nobody can tell what became of each. "
                        "Restore it from a backup.",
                        place=LINES,
                    )
                self._journal.begin()

    def _documents(self) -> Iterator[Path]:
        folder, suffix = _DOCUMENTS
        return (self._path / folder).glob(f"[!.]*{suffix}")

    def _keep(self, content: bytes, kind: tuple[str, str]) -> str:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        path = self._file(digest, kind)
        with _reported(), self._gate.write():
            if path.exists():
                _verify(path.read_bytes(), digest, kind)
            else:
                write_whole(path, content)
        return digest

    def _fetch(self, digest: str, kind: tuple[str, str]) -> bytes:
        if not is_digest(digest):
            raise UnknownPolicyVersion(
                f"{digest[:80]!r} is no digest: it is sha256: and 64 hexadecimal digits.", digest=digest
            )
        path = self._file(digest, kind)
        with _reported():
            content = path.read_bytes() if path.exists() else None
        if content is None:
            raise UnknownPolicyVersion(
                f"The store holds nothing under {short(digest)} in {kind[0]}. Look at the history of the policy.",
                digest=digest,
            )
        _verify(content, digest, kind)
        return content

    def _file(self, digest: str, kind: tuple[str, str]) -> Path:
        folder, suffix = kind
        return self._path / folder / f"{digest.removeprefix('sha256:')}{suffix}"


def _step(data: dict[str, Any], number: int) -> Step:
    try:
        return decode_step(data)
    except InvalidRecord as error:
        raise PolicyStoreDamaged(str(error), place=f"{LINES} line {number}") from error


def _verify(content: bytes, digest: str, kind: tuple[str, str]) -> None:
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
        raise PolicyStoreDamaged(
            "Its bytes are not those of its digest. Restore it from a backup.",
            place=f"{kind[0]}/{digest.removeprefix('sha256:')}{kind[1]}",
        )


@contextmanager
def _reported() -> Iterator[None]:
    """Have what the system refuses said as an error of the store."""
    try:
        yield
    except OSError as error:
        raise PolicyStoreUnavailable(
            f"The policy store could not be read or written ({error.strerror}). Look at the disk and at who may "
            "write there; then look at the steps before trying again."
        ) from error
