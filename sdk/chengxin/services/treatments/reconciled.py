"""What came of a look at one subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from chengxin.procedure.imposition import Hold
from chengxin.records import Role, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What came of a look at one subject.

    Attributes:
        code: the subject.
        role: its role on the platform.
        standing: what the source shows.
        noticed: codes of measures that the merchant was told of.
        changed: codes of measures that are another by now.
        ended: codes of measures that ended.
        held: codes of measures that wait, each with what for.
        asked: codes of measures that a named human is asked to decide on from now on.
        lapsed: codes of measures that a human was asked to decide on, and is not any longer.
    """

    code: str
    role: Role
    standing: Standing
    noticed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    held: Mapping[str, Hold] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether everything was as it should be."""
        return not (self.noticed or self.changed or self.ended or self.held or self.asked or self.lapsed)

    def followed_by(self, later: Reconciled) -> Reconciled:
        """Return what came of this look and of the one that followed it: what is so by then, and all that was done."""
        return replace(
            later,
            noticed=(*self.noticed, *later.noticed),
            changed=(*self.changed, *later.changed),
            ended=(*self.ended, *later.ended),
            asked=(*self.asked, *later.asked),
            lapsed=(*self.lapsed, *later.lapsed),
        )
