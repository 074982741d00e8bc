"""What a broken exchange is judged to be, from what stands behind it."""

from __future__ import annotations

import socket
import ssl
from http.client import BadStatusLine, IncompleteRead, RemoteDisconnected

import pytest

from chengxin.errors import UnknownReason
from chengxin.transport import Deadline
from chengxin.transport.connection import _connect, exchange_within
from chengxin.transport.failure import causes_of, judge
from chengxin.transport.resolver import Address
from tests.sdk.transport.scripted import HandClock


def test_all_that_stands_behind_an_exception_is_found_once() -> None:
    """Causes, contexts, arguments and reasons are followed, circles are not."""
    inner, middle, outer = OSError("inner"), ValueError("middle"), RuntimeError("outer", KeyError("argument"))
    middle.reason = inner  # type: ignore[attr-defined]
    outer.__cause__ = middle
    outer.__context__ = inner
    inner.__context__ = outer
    found = list(causes_of(outer))
    assert sorted(map(str, found)) == sorted(["inner", "middle", "'argument'", str(outer)])


@pytest.mark.parametrize(
    ("causes", "reading", "reason"),
    [
        ([ValueError(), TimeoutError()], False, UnknownReason.TIMEOUT),
        ([TimeoutError()], True, UnknownReason.TIMEOUT),
        ([ConnectionResetError(104, "reset")], True, UnknownReason.INCOMPLETE),
        ([IncompleteRead(b"")], True, UnknownReason.INCOMPLETE),
        ([ValueError(), ConnectionResetError(104, "reset")], False, UnknownReason.UNREACHABLE),
        ([RemoteDisconnected("")], False, UnknownReason.UNREACHABLE),
        ([ssl.SSLError(1, "bad")], False, UnknownReason.UNREACHABLE),
        ([socket.gaierror(-2, "unknown")], False, UnknownReason.UNREACHABLE),
        ([BadStatusLine("x")], False, UnknownReason.SCHEMA_DRIFT),
        ([ValueError()], False, UnknownReason.SCHEMA_DRIFT),
        ([], False, UnknownReason.SCHEMA_DRIFT),
    ],
)
def test_a_broken_exchange_is_judged_by_its_cause(
    causes: list[BaseException], reading: bool, reason: UnknownReason
) -> None:
    """Time first, then how far it had come, then what broke."""
    assert judge(causes, stage="connecting", reading=reading).reason is reason


def test_no_address_is_tried_once_the_deadline_is_over() -> None:
    """A resolver that answers at the very last moment leaves nothing to connect with."""
    deadline = Deadline.after(0, HandClock())
    here = Address(family=socket.AF_INET, target=("127.0.0.1", 1))
    with exchange_within(deadline), pytest.raises(TimeoutError):
        _connect((here,), deadline)
