"""Our sources against the contract of the seam."""

import pytest
from pydantic import SecretStr

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.sources.locator import open_source
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty
from chengxin.testing.source_contract import CreditSourceContract, RemoteSourceContract
from chengxin.transport import Credentials, Gate, GateOptions, RetryPolicy
from mock_credit_china import MockServer, Settings
from tests.sdk.sources.test_offline import AS_OF, ROWS, write_manifest, write_rows
from tests.sdk.sources.test_site_mock import control


def once(clock):
    """Return a gate that asks once."""
    return Gate("contract", clock=clock, options=GateOptions(retry=RetryPolicy.none()))


@pytest.fixture(scope="module")
def server():
    """A mock source of few subjects."""
    with MockServer(Settings(subjects=60)) as server:
        yield server


class OverHttp(RemoteSourceContract):
    """What both profiles of the mock have in common."""

    @pytest.fixture
    def listed(self, server):
        """A subject with two kinds of records."""
        cast = control(server, "/mock/cast")["cast"]
        return Uscc(next(member["code"] for member in cast if member["role"] == "general-penalty"))

    @pytest.fixture
    def absent(self):
        """A lawful code that nobody holds there."""
        return CODES[1]

    @pytest.fixture
    def script(self, server):
        """Make a fault bite at every question from then on."""
        control(server, "/mock/reset", {})
        return lambda fault: control(server, "/mock/scenario", {"rules": [{"fault": fault}], "replace": True})

    @pytest.fixture
    def fail(self, script):
        """The far side fails."""
        return lambda: script({"kind": "error", "status": 50001})

    @pytest.fixture
    def stall(self, script):
        """The far side drips."""
        return lambda: script({"kind": "drip", "interval": 0.2})


class TestOpenApiSource(OverHttp):
    """The open interface, over HTTP."""

    @pytest.fixture
    def source(self, server, script, clock):
        """The mock's open interface."""
        key = Credentials(app_key=server.settings.app_key, secret=SecretStr(server.settings.secret))
        source = open_source(server.url, clock=clock, credentials=key, gate=once(clock))
        yield source
        source.close()


class TestSiteSource(OverHttp):
    """The site profile, over HTTP."""

    @pytest.fixture
    def source(self, server, script, clock):
        """The mock's site profile."""
        source = open_source("site+" + server.url, clock=clock, gate=once(clock))
        yield source
        source.close()


class TestOfflineSource(CreditSourceContract):
    """A snapshot on this machine."""

    @pytest.fixture
    def clock(self):
        """The day of the snapshot."""
        return FrozenClock(AS_OF)

    @pytest.fixture
    def source(self, tmp_path, clock):
        """A snapshot of three records."""
        path = write_manifest(tmp_path, (write_rows(tmp_path / "a.ndjson.gz", ROWS), 3))
        source = open_source(f"snapshot://{path}", clock=clock)
        yield source
        source.close()

    @pytest.fixture
    def listed(self):
        """A subject of two of them."""
        return CODES[0]

    @pytest.fixture
    def absent(self):
        """A subject of none."""
        return CODES[2]


class TestScriptedSource(CreditSourceContract):
    """The source of everybody's tests."""

    @pytest.fixture
    def clock(self):
        """Time that stands still."""
        return FrozenClock()

    @pytest.fixture
    def source(self, clock):
        """A source that discloses one penalty."""
        source = ScriptedSource(clock=clock)
        source.disclose(CODES[0], a_penalty())
        return source

    @pytest.fixture
    def listed(self):
        """Its subject."""
        return CODES[0]

    @pytest.fixture
    def absent(self):
        """A subject that was not scripted."""
        return CODES[1]

    def test_it_fails_as_it_is_told(self, source, listed, soon):
        """With the error it was given, until it recovers."""
        error = SourceUnavailable("scripted", reason=UnknownReason.SOURCE_FAULT)
        source.fail(error)
        with pytest.raises(SourceUnavailable) as caught:
            source.fetch_credit(listed, deadline=soon())
        assert caught.value is error
        source.recover()
        assert source.fetch_credit(listed, deadline=soon()).answer.records


@pytest.mark.parametrize("name", ["source", "listed", "absent", "fail", "stall"])
def test_a_contract_says_what_it_still_needs(name):
    """A subclass that forgets a fixture is told which."""
    fixture = getattr(RemoteSourceContract, name)
    with pytest.raises(NotImplementedError, match=name):
        fixture.__wrapped__(RemoteSourceContract())
