"""Our transport against the contract of the seam."""

import pytest

from chengxin.testing.transport_contract import TransportContract
from chengxin.transport import HttpTransport
from tests.sdk.transport.scripted import CREDENTIALS


class TestHttpTransport(TransportContract):
    """With a signature."""

    @pytest.fixture
    def make_transport(self, clock):
        """Return what makes transports that sign."""
        return lambda base_url: HttpTransport(base_url, credentials=CREDENTIALS, clock=clock)


class TestUnsignedHttpTransport(TransportContract):
    """Without one, as to a gateway."""

    @pytest.fixture
    def make_transport(self, clock):
        """Return what makes transports that do not sign."""
        return lambda base_url: HttpTransport(base_url, credentials=None, clock=clock)
