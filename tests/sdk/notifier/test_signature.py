"""Signatures of webhooks, against the published vector and against everything that is not one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import ConfigurationError, InvalidWebhook
from chengxin.notifier import WebhookSecret, sign_webhook, verify_webhook

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SECRET = WebhookSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
OTHER = WebhookSecret.new()
BODY = b'{"test": 2432232314}'


def signed(body=BODY, *, at=AT, signers=(SECRET,), webhook_id="ntc_1"):
    """Return signed headers."""
    return sign_webhook(webhook_id, body, at=at, signers=signers)


def test_it_is_the_published_signature():
    """The example of the specification's reference libraries."""
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed(at=at, webhook_id="msg_p5jXN8AQM9LWM0D4loKWxJek")
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(st.binary(max_size=200), st.integers(-300, 300))
def test_what_is_signed_is_verified_within_the_tolerance(body, seconds):
    """And gives the id back."""
    assert (
        verify_webhook(signed(body), body, accepted=[SECRET], at=AT + timedelta(seconds=seconds)) == "ntc_1"
    )


@given(st.binary(max_size=64), st.binary(max_size=64))
def test_another_body_is_not_verified(body, other):
    """Not one byte."""
    if body != other:
        with pytest.raises(InvalidWebhook) as caught:
            verify_webhook(signed(body), other, accepted=[SECRET], at=AT)
        assert caught.value.fault == "signature"


def test_while_a_secret_is_rotated_either_is_enough():
    """On both sides."""
    both = signed(signers=(OTHER, SECRET))
    for accepted in ([SECRET], [OTHER], [OTHER, SECRET]):
        assert verify_webhook(both, BODY, accepted=accepted, at=AT) == "ntc_1"
    assert verify_webhook(signed(), BODY, accepted=[OTHER, SECRET], at=AT) == "ntc_1"
    with pytest.raises(InvalidWebhook):
        verify_webhook(signed(), BODY, accepted=[OTHER], at=AT)
    with pytest.raises(InvalidWebhook):
        verify_webhook(signed(), BODY, accepted=[], at=AT)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"webhook-id": "ntc_2"}, "signature"),
        ({"webhook-id": "ntc_1.1"}, "header"),
        ({"webhook-id": ""}, "header"),
        ({"webhook-timestamp": str(int(AT.timestamp()) + 1)}, "signature"),
        ({"webhook-timestamp": str(int(AT.timestamp()) + 301)}, "timestamp"),
        ({"webhook-timestamp": str(int(AT.timestamp()) - 301)}, "timestamp"),
        ({"webhook-timestamp": "-1"}, "header"),
        ({"webhook-timestamp": "1e9"}, "header"),
        ({"webhook-timestamp": "٣"}, "header"),
        ({"webhook-signature": ""}, "signature"),
        ({"webhook-signature": "v1,"}, "signature"),
        ({"webhook-signature": "v2,AAAA v1a,BBBB"}, "signature"),
        ({"webhook-signature": "v1,é"}, "signature"),
        ({"webhook-signature": "v1,x " * 25}, "signature"),
    ],
)
def test_what_was_changed_is_not_verified(changed, fault):
    """Whichever header it is."""
    with pytest.raises(InvalidWebhook) as caught:
        verify_webhook({**signed(), **changed}, BODY, accepted=[SECRET], at=AT)
    assert caught.value.fault == fault


@pytest.mark.parametrize("webhook_id", ["", "a.b"])
def test_an_id_that_could_pass_for_another_is_not_signed(webhook_id):
    """The full stop parts id, time and body."""
    with pytest.raises(InvalidWebhook):
        signed(webhook_id=webhook_id)


def test_names_of_headers_have_no_case_and_other_schemes_may_stand_beside():
    """As HTTP and the specification have it."""
    headers = {name.title(): value for name, value in signed().items()}
    headers["Webhook-Signature"] = "v1a,AAAA " + headers["Webhook-Signature"]
    assert verify_webhook(headers, BODY, accepted=[SECRET], at=AT) == "ntc_1"


def test_a_secret_is_read_as_it_is_handed_out():
    """And shows nothing of itself otherwise."""
    assert WebhookSecret.parse(OTHER.reveal()) == OTHER
    assert OTHER.reveal() not in repr(OTHER)
    assert len({WebhookSecret.new().key for _ in range(20)}) == 20


@pytest.mark.parametrize(
    "text", ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_é", "whsec_*"]
)
def test_what_is_no_secret_is_refused_and_not_repeated(text):
    """Too short, or not of this form."""
    with pytest.raises(ConfigurationError) as caught:
        WebhookSecret.parse(text)
    assert not text or text == "whsec_" or text not in str(caught.value)
