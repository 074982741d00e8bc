"""Notices as values, as JSON, in the log, and on their way to the right carrier."""

import logging
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError, InvalidNotice, NoticeDelayed, NoticeUndeliverable
from chengxin.notifier import (
    EmailAddress,
    LogNotifier,
    RoutingNotifier,
    WebhookEndpoint,
    WebhookSecret,
    decode_notice,
    encode_notice,
)
from chengxin.policy import Text
from chengxin.testing.notifier_contract import CANARY, a_notice
from chengxin.transport import Deadline

ADDRESSES = {
    "mail": EmailAddress(address="a@b.example"),
    "hook": WebhookEndpoint(url="https://shop.example/", secrets=(WebhookSecret.new(),)),
}


def soon():
    """Return time enough."""
    return Deadline.after(10, SystemClock())


@pytest.mark.parametrize(
    "wrong",
    [
        {"notice_id": ""},
        {"notice_id": "a.b"},
        {"notice_id": "a" * 129},
        {"notice_id": "a\n"},
        {"kind": "Measure"},
        {"kind": "a..b"},
        {"kind": ""},
        {"at": datetime(2026, 11, 21)},
        {"subject": ""},
        {"recipient": "a\r\nb"},
        {"title": Text(zh="一\n二", en="one")},
        {"title": Text(zh="一", en="o" * 201)},
        {"title": Text(zh="一", en="one\u2028two")},
        {"text": Text(zh="一\x00", en="one")},
        {"text": Text(zh="一", en="o" * 20_001)},
        {"link": "http://platform.example/"},
        {"link": "https://user@platform.example/"},
        {"link": "https:///x"},
        {"link": "https://[x"},
        {"link": "javascript:alert(1)"},
        {"link": "https://platform.example/ x"},
    ],
)
def test_what_no_carrier_could_carry_is_no_notice(wrong):
    """It is refused when it is made, not when it is sent."""
    with pytest.raises(InvalidNotice):
        replace(a_notice(), **wrong)


def test_a_notice_shows_nothing_of_what_it_says():
    """Its repr ends up in logs."""
    assert CANARY not in repr(a_notice())


@given(
    st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True),
    st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.timezones()),
    st.sampled_from([None, "https://platform.example/x?y=1"]),
)
def test_a_notice_comes_back_from_json_as_it_was(notice_id, at, link):
    """Every part of it."""
    notice = replace(a_notice(), notice_id=notice_id, at=at, link=link)
    assert decode_notice(encode_notice(notice)) == notice


@pytest.mark.parametrize("document", [None, [], {}, {**encode_notice(a_notice()), "at": CANARY}])
def test_json_that_is_no_notice_is_refused_and_not_repeated(document):
    """The message names what is wrong."""
    with pytest.raises(InvalidNotice) as caught:
        decode_notice(document)
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


def test_fields_of_a_later_version_are_tolerated():
    """What an older worker reads of a newer one."""
    assert decode_notice({**encode_notice(a_notice()), "later": 1}) == a_notice()


def test_the_log_tells_that_there_is_a_notice_and_nothing_of_it(caplog):
    """Subject and recipient as keyed hashes: the same under one key, others under another."""
    caplog.set_level(logging.INFO, logger="chengxin.notice")
    for notifier in (LogNotifier(key=b"k"), LogNotifier(key=b"k"), LogNotifier()):
        notifier.deliver(a_notice(), deadline=soon())
    first, second, third = [record.getMessage() for record in caplog.records]
    assert first == second != third
    assert "ntc_1 of kind measure.imposed" in first
    assert CANARY not in first
    assert "merchant-1" not in first
    assert repr(LogNotifier(key=b"k")) == "LogNotifier()"


class _Told:
    def __init__(self):
        self.told = []

    def deliver(self, notice, *, deadline):
        self.told.append(notice)


class _Book:
    def __init__(self, fault=None):
        self.fault = fault

    def resolve(self, recipient):
        if self.fault is not None:
            raise self.fault
        return ADDRESSES.get(recipient)


def test_each_recipient_is_reached_in_the_way_that_they_have():
    """By e-mail or by webhook."""
    mail, hook = _Told(), _Told()
    router = RoutingNotifier(_Book(), email=mail, webhook=hook)
    for recipient in ("mail", "hook", "mail"):
        router.deliver(a_notice(recipient=recipient), deadline=soon())
    assert (len(mail.told), len(hook.told)) == (2, 1)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (None, NoticeUndeliverable),
        (ConfigurationError("no address"), NoticeUndeliverable),
        (OSError(CANARY), NoticeDelayed),
        (KeyError(CANARY), NoticeDelayed),
    ],
)
def test_a_book_that_cannot_be_read_delays_and_one_without_an_address_does_not(fault, error):
    """What the host's code raised is not repeated."""
    with pytest.raises(error) as caught:
        RoutingNotifier(_Book(fault), email=_Told()).deliver(a_notice(recipient="x"), deadline=soon())
    assert CANARY not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_way_that_the_platform_does_not_offer_is_undeliverable():
    """A webhook, where only e-mail is set up."""
    with pytest.raises(NoticeUndeliverable):
        RoutingNotifier(_Book(), email=_Told()).deliver(a_notice(recipient="hook"), deadline=soon())
