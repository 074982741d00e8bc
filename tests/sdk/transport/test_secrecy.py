"""Canaries: neither secret nor signature is seen anywhere but on the wire."""

from __future__ import annotations

import gc
import logging
import pickle
import traceback

import pytest
import requests
from pydantic import SecretStr

from chengxin.errors import SourceError
from chengxin.transport import Credentials, Request
from tests.sdk.transport.scripted import OK, Conversation, Net, Script, answering, closing

CANARY = "canary-4f1e-secret"
IDENTITY = "canary-11010519491231002X"
KEY = Credentials(app_key="platform-1", secret=SecretStr(CANARY))
ASK = Request(method="POST", path="/open-api/v1/persons/credit", body=IDENTITY.encode())


def gone(talk: Conversation) -> None:
    """Hang up without an answer."""
    talk.hear()


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(answering(OK), id="answer"),
        pytest.param(gone, id="gone"),
        pytest.param(closing(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"), id="cut short"),
        pytest.param(closing(b"HTTP/1.1 302 Found\r\nLocation: https://x.example\r\n\r\n"), id="redirect"),
        pytest.param(closing(b"no HTTP at all\r\n\r\n"), id="no HTTP"),
        pytest.param(
            closing(b"HTTP/1.1 200 OK\r\nbad header line\r\nContent-Length: 2\r\n\r\n{}"), id="bad header"
        ),
        pytest.param(closing(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n{}"), id="coding"),
    ],
)
def test_no_canary_is_seen_in_logs_errors_or_reprs(
    net: Net, caplog: pytest.LogCaptureFixture, script: Script
) -> None:
    """Every log of every library at DEBUG, the error with all it carries, and every repr are free of them."""
    caplog.set_level(logging.DEBUG)
    server = net.serve(script)
    transport = net.connect(server.url, credentials=KEY)
    seen = [repr(KEY), repr(transport), repr(ASK), repr(vars(transport))]
    try:
        seen.append(repr(transport.send(ASK, deadline=net.soon(5))))
    except SourceError as error:
        seen += [str(error), repr(error), repr(vars(error)), repr(pickle.dumps(error))]
        seen += traceback.format_exception(error)
        seen += [repr(error.__cause__), repr(error.__context__)]
    for record in caplog.records:
        seen += [record.getMessage(), repr(vars(record)), caplog.handler.format(record)]
    signature = server.heard[0].partition(b"X-Signature: ")[2].partition(b"\r\n")[0].decode()
    assert len(signature) == 44
    for text in seen:
        assert CANARY not in text
        assert IDENTITY not in text
        assert signature not in text


def test_a_signed_request_does_not_outlive_its_failure(net: Net) -> None:
    """Nothing that an error report could walk to holds the request with its signature."""
    nonce = "n" * 40
    transport = net.connect("http://127.0.0.1:1", credentials=KEY, nonce=lambda: nonce)
    with pytest.raises(SourceError) as caught:
        transport.send(ASK, deadline=net.soon(5))
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    gc.collect()
    prepared = [one for one in gc.get_objects() if isinstance(one, requests.PreparedRequest)]
    assert not [one for one in prepared if nonce in str(one.headers)]
