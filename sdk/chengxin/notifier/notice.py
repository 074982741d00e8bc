"""What is told to one merchant, anchor or agency, and the seam to whatever carries it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

from chengxin.errors import InvalidNotice
from chengxin.policy import Text
from chengxin.transport import Deadline

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_KIND: Final = re.compile(r"[a-z0-9_]{1,40}(?:\.[a-z0-9_]{1,40}){0,3}")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROLS_BUT_BREAKS: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_LONGEST_TITLE: Final = 200
_LONGEST_TEXT: Final = 20_000
_LONGEST_REFERENCE: Final = 190
_VISIBLE: Final = re.compile(r"[\x21-\x7e]{1,2048}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    r"""One notice to one recipient; the same id however often it is sent.

    Attributes:
        notice_id: 1 to 128 of ``A-Z a-z 0-9 _ -``; receivers tell repetitions by it.
        subject: whom it is about, as the platform refers to them; opaque.
        kind: what it tells, as full-stop delimited words, e.g. ``measure.imposed``.
        title: its title, one line.
        text: what it says, plain text; ``\n`` ends a line.
        link: page of the platform where all of it stands, ``https://…``, or None.
        at: when it came to be, aware.
        recipient: who gets it, as the host's ``Recipients`` resolves it; opaque, at most 190 characters.

    Raises:
        InvalidNotice: a part is missing, too long, or holds what no carrier can carry.
    """

    notice_id: str
    subject: str = field(repr=False)
    kind: str
    title: Text = field(repr=False)
    text: Text = field(repr=False)
    link: str | None = field(default=None, repr=False)
    at: datetime
    recipient: str = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse at the start what no carrier could carry in the end."""
        if not _ID.fullmatch(self.notice_id):
            raise InvalidNotice("The id of a notice is 1 to 128 of the characters A-Z a-z 0-9 _ and -.")
        if not _KIND.fullmatch(self.kind):
            raise InvalidNotice("The kind of a notice is written as words with full stops: measure.imposed.")
        if self.at.utcoffset() is None:
            raise InvalidNotice("The time of a notice must be aware of its zone.")
        for reference in (self.subject, self.recipient):
            if not 1 <= len(reference) <= _LONGEST_REFERENCE or _CONTROLS.search(reference):
                raise InvalidNotice("Subject and recipient of a notice are one line of 1 to 190 characters.")
        for title, text in ((self.title.zh, self.text.zh), (self.title.en, self.text.en)):
            if len(title) > _LONGEST_TITLE or _CONTROLS.search(title):
                raise InvalidNotice("The title of a notice is one line of at most 200 characters.")
            if len(text) > _LONGEST_TEXT or _CONTROLS_BUT_BREAKS.search(text):
                raise InvalidNotice("The text of a notice is plain: at most 20,000 characters, no controls.")
        if self.link is not None and not _is_page(self.link):
            raise InvalidNotice(
                "The link of a notice is the https:// address of a page, without a user name."
            )


class Notifier(Protocol):
    """Carries notices to whom they are for.

    A notice may be delivered again under the same ``notice_id``: where nothing is known of how a delivery ended it
    counts as delayed.
    """

    def deliver(self, notice: Notice, *, deadline: Deadline) -> None:
        """Deliver a notice, or raise, at the latest when the deadline is over.

        Raises:
            NoticeUndeliverable: it will not reach its recipient, however often it is sent.
            NoticeDelayed: it may not have reached its recipient yet; deliver it again.
        """
        ...


def _is_page(link: str) -> bool:
    if not _VISIBLE.fullmatch(link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
