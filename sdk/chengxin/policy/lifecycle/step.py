"""One step of a policy version: who did what, when, and why."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from datetime import date, datetime
from types import MappingProxyType
from typing import Final

from chengxin.policy.instant import is_utc
from chengxin.policy.lifecycle.fault import Fault, refusal
from chengxin.policy.lifecycle.stage import Move
from chengxin.policy.text import is_blank

LONGEST_NAME: Final = 100
"""Longest name of a person, in characters."""
LONGEST_REASON: Final = 2_000
"""Longest reason, in characters."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_COMMON: Final = frozenset({"name", "digest", "move", "by", "at", "why"})
_DETAILS: Final = MappingProxyType(
    {
        Move.DRAFT: frozenset({"version", "effective_from", "effective_until", "source"}),
        Move.SUBMIT: frozenset({"is_important"}),
        Move.SCHEDULE: frozenset({"effective_at", "urgent_reason", "replaces"}),
        Move.ROLL_BACK: frozenset({"replaces"}),
    }
)
_NEEDED: Final = MappingProxyType(
    {Move.DRAFT: ("version", "effective_from"), Move.SUBMIT: ("is_important",)},
)
_TYPES: Final = MappingProxyType(
    {
        "version": str,
        "effective_from": date,
        "effective_until": date,
        "is_important": bool,
        "urgent_reason": str,
    },
)


def is_digest(text: str) -> bool:
    """Tell whether a text has the form of a digest: ``sha256:`` and 64 hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of one version of a policy, as it stands in the journal.

    Attributes:
        name: name of the policy.
        digest: the version; of a rollback, the one that is restored.
        move: what was done.
        by: the person who did it.
        at: when, aware UTC.
        why: the reason they gave.
        version: of a draft, its owner's name of the version.
        effective_from: of a draft, the first China day of the document.
        effective_until: of a draft, the last China day of the document, where it has one.
        source: of a draft, the digest of the text that its author wrote, where that is kept.
        is_important: of a submission, whether important interests are touched (令116 art. 12).
        urgent_reason: of a schedule that skips the announcement, the reason for it.
        effective_at: of a schedule, the first instant at which the version is in force, aware UTC.
        replaces: of a schedule and a rollback, the version that is in force until then, as known when it was taken.

    Raises:
        LifecycleRefused: a part is missing, blank or of another move.
    """

    name: str
    digest: str
    move: Move
    by: str
    at: datetime
    why: str
    version: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    source: str | None = None
    is_important: bool | None = None
    urgent_reason: str | None = None
    effective_at: datetime | None = None
    replaces: str | None = None

    def __post_init__(self) -> None:
        _check_text(self.by, LONGEST_NAME, Fault.NO_NAME, "Name the person who takes the step")
        _check_text(self.why, LONGEST_REASON, Fault.NO_REASON, "Say why the step is taken")
        if self.urgent_reason is not None:
            _check_text(self.urgent_reason, LONGEST_REASON, Fault.NO_REASON, "Say why it is urgent")
        digests = (self.digest, self.source, self.replaces)
        if not all(digest is None or is_digest(digest) for digest in digests):
            raise _ill_formed("a digest is sha256: and 64 hexadecimal digits")
        if not (is_utc(self.at) and (self.effective_at is None or is_utc(self.effective_at))):
            raise _ill_formed("an instant needs the time zone UTC")
        if type(self.move) is not Move or is_blank(self.name):
            raise _ill_formed("it names a policy and a move")
        self._check_details()

    def _check_details(self) -> None:
        allowed = _COMMON | _DETAILS.get(self.move, frozenset())
        for part in fields(self):
            if part.name not in allowed and getattr(self, part.name) is not None:
                raise _ill_formed(f"{part.name} is no part of {self.move}")
        for name in _NEEDED.get(self.move, ()):
            if getattr(self, name) is None:
                raise _ill_formed(f"{self.move} has {name}")
        for name, kind in _TYPES.items():
            if type(getattr(self, name)) not in {kind, type(None)}:
                raise _ill_formed(f"{name} is a {kind.__name__}")


def _check_text(text: str, longest: int, fault: Fault, wish: str) -> None:
    if is_blank(text) or text != text.strip():
        raise refusal(fault, f"{wish}: there is nothing to be read, or there are spaces around it.")
    if len(text) > longest:
        raise refusal(fault, f"{wish}, in at most {longest} characters; there are {len(text)}.")
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        raise refusal(fault, f"{wish} on one line, without control and format characters.")


def _ill_formed(rule: str) -> Exception:
    return refusal(Fault.ILL_FORMED, f"The step is not well formed: {rule}. Let the services propose it.")
