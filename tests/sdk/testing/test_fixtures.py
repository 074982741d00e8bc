"""The fixtures that users' tests take."""

from chengxin.records import Standing
from chengxin.testing import CODES, a_penalty
from chengxin.testing.fixtures import credit_client, credit_clock, credit_source

__all__ = ["credit_client", "credit_clock", "credit_source"]


def test_source_client_and_clock_belong_together(credit_source, credit_client, credit_clock):
    """What the source is scripted to disclose the client shows, for as long as the clock says."""
    credit_source.disclose(CODES[0], a_penalty())
    assert credit_client.check(CODES[0]).standing is Standing.ADVERSE
    credit_clock.advance(seconds=3600)
    credit_source.disclose(CODES[0])
    assert credit_client.check(CODES[0]).standing is Standing.NO_ADVERSE_RECORD
