"""What a feed has told to be gone, to whom: late answers of the source are judged by it."""

from dataclasses import dataclass, replace
from datetime import datetime

from tests.sdk.truth.listing import SUBJECTS, TAKES_AWAY, Version


@dataclass(frozen=True, slots=True)
class Gone:
    """That a feed told of a record that it is gone.

    Attributes:
        version: up to which it is.
        at: when it was learned.
        slot: the process that learned it; None where that was started anew since.
        is_shared: whether all were told that its subject changed.
    """

    version: int
    at: datetime
    slot: int | None
    is_shared: bool = False

    def is_known(self, slot: int | None) -> bool:
        """Tell whether a process has learned it, or all were told."""
        return self.is_shared or (slot is not None and self.slot == slot)


class GoneRecords:
    """Which records are gone, by what was told.

    Args:
        clock: time.
    """

    def __init__(self, clock) -> None:
        self._clock = clock
        self._gone = {code: {} for code in SUBJECTS}

    def note_learned(self, slot: int, changes) -> None:
        """Note that a process has learned of records that they are gone, or disclosed again."""
        for change in changes:
            gone = self._gone[_BY_TEXT[change.code]]
            if change.kind in TAKES_AWAY:
                gone[change.record_id] = Gone(change.version, self._clock.now(), slot)
            else:
                gone.pop(change.record_id, None)

    def note_shared(self, slot: int, code) -> None:
        """Note that what a process has learned of a subject is told to all."""
        for record_id, one in self._gone[code].items():
            if one.slot == slot and not one.is_shared:
                self._gone[code][record_id] = replace(one, at=self._clock.now(), is_shared=True)

    def note_started(self, slot: int) -> None:
        """Note that a process has learned nothing."""
        for gone in self._gone.values():
            for record_id, one in gone.items():
                gone[record_id] = replace(one, slot=None if one.slot == slot else one.slot)

    def note_flushed(self) -> None:
        """Note that what the store keeps may be lost."""
        for gone in self._gone.values():
            gone.clear()

    def are_shown(self, code, version: Version, slot: int | None, *, but=lambda one: False) -> bool:
        """Tell whether a version still lists a record that is gone as far as a process has to know, or all.

        A source whose answers are behind its feed says nothing else that the platform could know better: what it
        leaves out, or lists as it was, may as well be the latest.

        Args:
            code: the subject.
            version: what the source answered with.
            slot: the process; None for what all were told.
            but: tells of what all were told whether this process may not know it yet.
        """
        gone, now = self._gone[code], self._clock.now()
        found = ((record, gone.get(record.record_id)) for record in version.left(now))
        return any(
            one is not None
            and record.version <= one.version
            and one.is_known(slot)
            and (one.slot == slot or not but(one))
            for record, one in found
        )


_BY_TEXT = {code.code: code for code in SUBJECTS}
