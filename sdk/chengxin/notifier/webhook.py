"""Notices by webhook, signed as Standard Webhooks 1.0.0 has it."""

from __future__ import annotations

from typing import Final, NoReturn

from chengxin.clock import Clock
from chengxin.errors import NoticeDelayed, NoticeUndeliverable, SourceError, SourceRefused
from chengxin.notifier.addressing import contact_of
from chengxin.notifier.codec import webhook_body
from chengxin.notifier.contact import Recipients, WebhookEndpoint
from chengxin.notifier.notice import Notice
from chengxin.notifier.signature import sign_webhook
from chengxin.transport import Deadline, HttpOptions, Poster, Response, parse_http_date, parse_retry_after

_GONE: Final = 410
OPTIONS: Final = HttpOptions(max_body_bytes=64 * 1024, public_only=True, secret_paths=True)
"""How webhooks are posted by default: only to the public network, since who receives them names the address."""


class WebhookNotifier:
    """Posts each notice to the webhook of its recipient, signed with every secret of that webhook.

    Delivered is what is answered with 2xx. A redirect and 410 are final: the address has to be changed by a person.
    Everything else is tried again, under the same ``webhook-id``.

    Args:
        recipients: the host's book.
        clock: for the timestamp of each attempt.
        options: how to talk HTTP. Without ``public_only`` who names an address reaches what this machine reaches: set
            it aside only behind a proxy that looks at addresses itself, or where all webhooks are the platform's own.
    """

    def __init__(self, recipients: Recipients, *, clock: Clock, options: HttpOptions = OPTIONS) -> None:
        self._recipients = recipients
        self._clock = clock
        self._poster = Poster(clock, options=options)

    def deliver(self, notice: Notice, *, deadline: Deadline) -> None:
        """Post a notice (see ``Notifier.deliver``)."""
        endpoint = contact_of(notice, self._recipients)
        if not isinstance(endpoint, WebhookEndpoint):
            raise NoticeUndeliverable(
                "The recipient of the notice has no webhook.", notice_id=notice.notice_id
            )
        outcome = self._post(notice, endpoint, deadline)
        # Raised outside of any handler, so that nothing of the exchange hangs on it.
        if isinstance(outcome, SourceError):
            _raise_for_failure(outcome, notice)
        self._raise_for_status(outcome, notice)

    def close(self) -> None:
        """Close all idle connections; a later ``deliver`` opens new ones."""
        self._poster.close()

    def _post(self, notice: Notice, endpoint: WebhookEndpoint, deadline: Deadline) -> Response | SourceError:
        body = webhook_body(notice)
        signed = sign_webhook(notice.notice_id, body, at=self._clock.wall(), signers=endpoint.secrets)
        headers = {"content-type": "application/json", **signed}
        try:
            return self._poster.post(endpoint.url, headers=headers, body=body, deadline=deadline)
        except SourceError as error:
            return error

    def _raise_for_status(self, response: Response, notice: Notice) -> None:
        status = response.status
        if 200 <= status < 300:
            return
        if status == _GONE:
            raise NoticeUndeliverable(
                "The webhook is gone (410): its owner wants no more notices there. Ask for another way.",
                notice_id=notice.notice_id,
            )
        now = parse_http_date(response.headers.get("date", "")) or self._clock.wall()
        raise NoticeDelayed(
            f"The webhook did not take the notice (HTTP {status}).",
            notice_id=notice.notice_id,
            retry_after_seconds=parse_retry_after(response.headers.get("retry-after", ""), now=now),
        )


def _raise_for_failure(error: SourceError, notice: Notice) -> NoReturn:
    if isinstance(error, SourceRefused):
        raise NoticeUndeliverable(
            "The webhook answered with a redirect, which is never followed. Its owner has to give the new address.",
            notice_id=notice.notice_id,
        )
    raise NoticeDelayed(
        f"The webhook gave no usable answer ({error.reason.value}).", notice_id=notice.notice_id
    )
