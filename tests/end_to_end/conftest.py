"""A mock source on real HTTP, and clients of it."""

import json
import urllib.request

import pytest

from chengxin import CreditClient, LookupOptions
from chengxin.transport import BreakerOptions, GateOptions
from mock_credit_china import MockServer, Settings

FORGIVING = GateOptions(breaker=BreakerOptions(failures=1000, stopped_seconds=1e-9))


class Source:
    """A running mock source and its control plane."""

    def __init__(self, server):
        self.server = server
        self.url = server.url
        self.cast = {member["role"]: member["code"] for member in self.control("GET", "/mock/cast")["cast"]}

    def control(self, method, path, body=None):
        """Ask the control plane."""
        request = urllib.request.Request(  # noqa: S310  # loopback
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return json.loads(response.read() or b"null")

    def script(self, fault, *, replace=True, **rule):
        """Make a fault bite."""
        self.control("POST", "/mock/scenario", {"rules": [{"fault": fault, **rule}], "replace": replace})

    def asked(self, route="credit"):
        """Return the requests of a route so far."""
        requests = self.control("GET", "/mock/requests")["requests"]
        return [request for request in requests if request.get("route") == route]


@pytest.fixture(scope="session")
def running():
    """One mock source for all tests of this process."""
    with MockServer(Settings(subjects=50)) as server:
        yield server


@pytest.fixture
def source(running):
    """The mock source as it is when it starts."""
    source = Source(running)
    source.control("POST", "/mock/reset")
    source.control("DELETE", "/mock/requests")
    return source


@pytest.fixture
def make_client(source):
    """Make clients of the mock source that forget a failure at once; they are closed in the end."""
    clients = []

    def make(*, deadline_seconds=5.0, error_life_seconds=0.0, gate=FORGIVING, cache="memory://", **options):
        client = CreditClient(
            source.url,
            app_key=source.server.settings.app_key,
            secret=source.server.settings.secret,
            cache=cache,
            gate=gate,
            options=LookupOptions(
                deadline_seconds=deadline_seconds, error_life_seconds=error_life_seconds, **options
            ),
        )
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()
