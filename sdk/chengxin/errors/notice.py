"""What people and other systems are told, where it cannot be told."""

from __future__ import annotations

from chengxin.errors.root import ChengxinError


class InvalidNotice(ChengxinError, ValueError):
    """A notice contradicts itself or holds what no carrier can carry, so it cannot be constructed."""

    code = "invalid_notice"


class NoticeError(ChengxinError):
    """A notice did not reach whom it is for.

    Attributes:
        notice_id: which notice.
    """

    code = "notice"

    def __init__(self, message: str, *, notice_id: str) -> None:
        super().__init__(message)
        self.notice_id = notice_id


class NoticeUndeliverable(NoticeError):
    """A notice will not reach whom it is for, however often it is sent; a person has to look at it."""

    code = "notice_undeliverable"


class NoticeDelayed(NoticeError):
    """A notice may not have reached whom it is for yet; it is sent again, under the same id.

    Attributes:
        retry_after_seconds: how long the receiver asks to wait, where it said so.
    """

    code = "notice_delayed"

    def __init__(self, message: str, *, notice_id: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(message, notice_id=notice_id)
        self.retry_after_seconds = retry_after_seconds


class InvalidWebhook(ChengxinError, ValueError):
    """A webhook was not signed by whom it should be, or too long ago; nothing in it counts.

    Attributes:
        fault: why, as a stable word: ``header``, ``timestamp`` or ``signature``.
    """

    code = "invalid_webhook"

    def __init__(self, message: str, *, fault: str) -> None:
        super().__init__(message)
        self.fault = fault


class InvalidEvent(ChengxinError, ValueError):
    """An event of the outbox lacks what it takes to hand it out, so it cannot be constructed."""

    code = "invalid_event"
