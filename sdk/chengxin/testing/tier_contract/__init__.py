"""What every cache tier must do, as tests to inherit: of our tiers, and of a user's own.

::

    from chengxin.testing.tier_contract import CacheTierContract

    class TestMyTier(CacheTierContract):
        @pytest.fixture
        def make_tier(self, clock):
            return lambda *, source, tenant, grace: MyTier(..., clock=clock)

Tiers that ``make_tier`` returns share one store: each stands for a process. Where a tier is of one process alone,
``make_tier`` returns the same one for the same source and tenant. They are closed by the tests that made them. The
contract needs pytest.
"""

from chengxin.testing.tier_contract.board import BoardContract
from chengxin.testing.tier_contract.gone import GoneContract
from chengxin.testing.tier_contract.part import (
    CODE,
    GRACE,
    OTHER,
    Hearer,
    MakeTier,
    Open,
    an_entry,
    eventually,
    insist,
)
from chengxin.testing.tier_contract.store import StoreContract
from chengxin.testing.tier_contract.ticket import TicketContract

__all__ = [
    "CODE",
    "GRACE",
    "OTHER",
    "BoardContract",
    "CacheTierContract",
    "GoneContract",
    "Hearer",
    "MakeTier",
    "Open",
    "StoreContract",
    "TicketContract",
    "an_entry",
    "eventually",
    "insist",
]


class CacheTierContract(BoardContract, TicketContract, StoreContract, GoneContract):
    """The whole seam, for tiers that processes share."""
