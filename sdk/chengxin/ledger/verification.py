"""One walk along the chain, from the first entry to the head, that says of each damage where it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from chengxin.errors import LedgerDamaged, SignatureRefused
from chengxin.ledger.chain import NAMING
from chengxin.ledger.checkpoint import Checkpoint
from chengxin.ledger.damage import MOST_DAMAGES, ChainReport, Damage, DamageKind
from chengxin.ledger.entry import ChainHead, StoredEntry
from chengxin.ledger.form import read_object
from chengxin.ledger.inspection import Surroundings, damage, inspect, is_own_hash
from chengxin.ledger.kind import EntryKind
from chengxin.ledger.numbers import EntryNumbers
from chengxin.signing import Verifier

_END: Final = None


def verify_chain(
    entries: Iterable[StoredEntry],
    head: ChainHead | None = None,
    checkpoints: Iterable[Checkpoint] | None = None,
    verifier: Verifier | None = None,
) -> ChainReport:
    """Return whether entries are a whole chain from the first to the head, and if not, where they are not.

    It holds two entries at a time, the checkpoints between a signature and the entry that names it, and one bit for
    each content that is gone and whose erasure has not been met yet.

    Args:
        entries: all entries in the order of the chain, as a store keeps them.
        head: where the chain is said to end; None where nobody says.
        checkpoints: signed checkpoints by number, all that are kept; None where they are not looked at.
        verifier: the keys that are trusted; without one signatures are not looked at.
    """
    walk = _Walk(head, checkpoints, verifier)
    for stored, following in _with_next(entries):
        walk.step(stored, following)
    return walk.end()


class _Walk:
    """What is known at a step of the walk."""

    def __init__(
        self, head: ChainHead | None, checkpoints: Iterable[Checkpoint] | None, verifier: Verifier | None
    ) -> None:
        self._head = head
        self._last: ChainHead = ChainHead()
        self._is_last_certain = True
        self._entries = self._contents = self._erased = 0
        self._gone = EntryNumbers()
        self._damages: list[Damage] = []
        self._damage_count = 0
        self._checkpoints = _Checkpoints(checkpoints, verifier)

    def step(self, stored: StoredEntry, following: StoredEntry | None) -> None:
        self._entries += 1
        expected = self._last.seq + 1
        seq = self._number(stored, expected)
        if seq < expected:
            self._add(damage(DamageKind.OUT_OF_ORDER, seq, detail=_SECOND))
            return
        if seq > expected:
            detail = "It is not there, and others behind it are."
            self._add(damage(DamageKind.MISSING, expected, until=seq - 1, detail=detail))
        self._look_at(stored, seq, following)
        self._last = ChainHead(seq=seq, hash=stored.hash)
        self._add(*self._checkpoints.meet(self._last))

    def _number(self, stored: StoredEntry, expected: int) -> int:
        """Return the number that an entry was written with: its own, unless that was changed."""
        seq = stored.seq
        if seq == expected or type(seq) is not int or seq < 1:
            return expected
        if not is_own_hash(stored) and stored.prev_hash == self._last.hash:
            return expected
        return seq

    def _look_at(self, stored: StoredEntry, seq: int, following: StoredEntry | None) -> None:
        is_next = seq == self._last.seq + 1
        around = Surroundings(
            seq=seq, prev_hash=self._last.hash if is_next else None, next_prev_hash=self._told(seq, following)
        )
        found = list(inspect(stored, around))
        self._add(*(_at(seq, one) for one in found))
        if is_next and not found and self._is_last_certain and stored.prev_hash != self._last.hash:
            self._add(damage(DamageKind.NOT_CHAINED, max(1, seq - 1), until=seq, detail=_NOT_CHAINED))
        self._is_last_certain = not found
        if stored.content is not None:
            self._contents += 1
        elif stored.content_digest is not None and stored.salt is None:
            self._gone.add(seq)
        if stored.kind in NAMING:
            self._read_names(stored, seq)

    def _told(self, seq: int, following: StoredEntry | None) -> object:
        """Return what is said behind an entry that its hash is."""
        if following is not None:
            return following.prev_hash
        return self._head.hash if self._head is not None and self._head.seq == seq else None

    def _read_names(self, stored: StoredEntry, seq: int) -> None:
        try:
            stub = read_object(stored.stub)
            if stored.kind == EntryKind.CHECKPOINT_SIGNED:
                self._add(*self._checkpoints.name(stub["seq"], stub["kid"], seq))
                return
            named = [int(number) for number in stub["seqs"]]
        except (ValueError, TypeError, KeyError, RecursionError):
            if is_own_hash(stored):  # otherwise it is told already
                self._add(
                    damage(DamageKind.UNREADABLE, seq, columns=("stub",), detail="It names no entries.")
                )
            return
        for number in named:
            if 0 < number < seq and self._gone.take(number):
                self._erased += 1
            else:
                detail = f"Entry {seq} says that its content was erased, and it was not, or was before."
                self._add(damage(DamageKind.CONTENT_KEPT, number, columns=("content",), detail=detail))

    def end(self) -> ChainReport:
        self._add(*self._tail())
        for number in self._gone:
            detail = "Its content is gone, and no entry says that it was erased."
            self._add(
                damage(
                    DamageKind.CONTENT_MISSING, number, columns=("content", "content_digest"), detail=detail
                )
            )
        self._add(*self._checkpoints.left(self._last.seq))
        return ChainReport(
            entries=self._entries,
            last=self._last,
            contents=self._contents,
            erased=self._erased,
            checkpoints=self._checkpoints.agreeing,
            signatures=self._checkpoints.signed,
            damages=tuple(self._damages),
            damage_count=self._damage_count,
        )

    def _tail(self) -> Iterator[Damage]:
        head, last = self._head, self._last
        if head is None:
            return
        if head.seq > last.seq:
            detail = "The head says that they were written, and they are not there."
            yield damage(DamageKind.TRUNCATED, last.seq + 1, until=head.seq, detail=detail)
        elif head.seq < last.seq:
            detail = "They stand behind the head, which says that they were never written, or was set back."
            yield damage(DamageKind.HEAD, head.seq + 1, until=last.seq, detail=detail)
        elif head.hash != last.hash and self._is_last_certain:
            yield damage(
                DamageKind.HEAD, last.seq, detail="The head names another hash than the last entry has."
            )

    def _add(self, *damages: Damage) -> None:
        self._damage_count += len(damages)
        self._damages += damages[: MOST_DAMAGES - len(self._damages)]


class _Checkpoints:
    """Checkpoints that come along with the entries."""

    def __init__(self, checkpoints: Iterable[Checkpoint] | None, verifier: Verifier | None) -> None:
        self._are_known = checkpoints is not None
        self._rest = iter(checkpoints or ())
        self._next = next(self._rest, _END)
        self._verifier = verifier
        self._unnamed: set[tuple[int, str]] = set()
        self.agreeing = self.signed = 0

    def meet(self, last: ChainHead) -> Iterator[Damage]:
        """Yield what is wrong with the checkpoints up to an entry."""
        while self._next is not _END and self._next.seq <= last.seq:
            checkpoint, self._next = self._next, next(self._rest, _END)
            self._unnamed.add((checkpoint.seq, checkpoint.kid))
            found = [*self._compare(checkpoint, last), *self._check(checkpoint)]
            self.agreeing += not found
            yield from found

    def name(self, seq: int, kid: str, by: int) -> Iterator[Damage]:
        """Yield that a checkpoint is missing which an entry names."""
        if self._are_known and (seq, kid) not in self._unnamed:
            detail = f"Entry {by} says that a checkpoint was signed at it, and the checkpoint is not there."
            yield damage(DamageKind.CHECKPOINT_MISSING, seq, detail=detail)
        self._unnamed.discard((seq, kid))

    def left(self, last: int) -> Iterator[Damage]:
        """Yield what is wrong with the checkpoints behind the last entry."""
        while self._next is not _END:
            seq, self._next = self._next.seq, next(self._rest, _END)
            detail = "A checkpoint was signed at its end, and they are not there."
            yield damage(DamageKind.TRUNCATED, last + 1, until=seq, detail=detail)

    def _compare(self, checkpoint: Checkpoint, last: ChainHead) -> Iterator[Damage]:
        if (checkpoint.seq, checkpoint.hash) != (last.seq, last.hash):
            detail = (
                "A checkpoint names another hash: the chain was written anew up to it, or the checkpoint was."
            )
            yield damage(DamageKind.CHECKPOINT_MISMATCH, checkpoint.seq, detail=detail)

    def _check(self, checkpoint: Checkpoint) -> Iterator[Damage]:
        if self._verifier is None:
            return
        try:
            checkpoint.verify_signature(self._verifier)
            self.signed += 1
        except SignatureRefused as refused:
            detail = f"The signature of the checkpoint at it is refused: {refused.fault}."
            yield damage(DamageKind.CHECKPOINT_SIGNATURE, checkpoint.seq, detail=detail)
        except LedgerDamaged:
            detail = "The checkpoint at it says else than its signature."
            yield damage(DamageKind.CHECKPOINT_MISMATCH, checkpoint.seq, detail=detail)


_SECOND: Final = "It stands behind an entry of a higher number, or of its own."
_NOT_CHAINED: Final = (
    "The second is not chained to the first: one of the two was put there, or entries were written anew."
)


def _at(seq: int, found: Damage) -> Damage:
    """Return a damage under the number that its entry was written with."""
    return damage(found.kind, seq, columns=found.columns, detail=found.detail)


def _with_next(entries: Iterable[StoredEntry]) -> Iterator[tuple[StoredEntry, StoredEntry | None]]:
    rest = iter(entries)
    before = next(rest, _END)
    while before is not _END:
        after = next(rest, _END)
        yield before, after
        before = after
