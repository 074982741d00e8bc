"""Notices told to the log alone: for a start, and beside another carrier."""

from __future__ import annotations

import hmac
import logging
import secrets
from typing import Final

from chengxin.notifier.notice import Notice
from chengxin.transport import Deadline

_KEY_BYTES: Final = 32
_log: Final = logging.getLogger("chengxin.notice")


class LogNotifier:
    """Writes that there is a notice, of what kind and for whom, as keyed hashes; nothing of what it says.

    Nobody is reached by it: in production it stands beside a notifier that reaches somebody.

    Args:
        key: of the hashes, so that they are the same in every process; a new one for this notifier where None.
    """

    def __init__(self, *, key: bytes | None = None) -> None:
        self._key = secrets.token_bytes(_KEY_BYTES) if key is None else key

    def __repr__(self) -> str:
        """Return what it is; not the key."""
        return f"{type(self).__name__}()"

    def deliver(self, notice: Notice, *, deadline: Deadline) -> None:  # noqa: ARG002  # it takes no time
        """Write one line (see ``Notifier.deliver``); it never fails."""
        _log.info(
            "notice %s of kind %s about %s for %s",
            notice.notice_id,
            notice.kind,
            self._hash("subject", notice.subject),
            self._hash("recipient", notice.recipient),
        )

    def _hash(self, purpose: str, text: str) -> str:
        return hmac.digest(self._key, f"{purpose}\x1f{text}".encode(), "sha256").hex()[:16]
