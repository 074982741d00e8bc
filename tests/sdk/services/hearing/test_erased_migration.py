"""Tables go back and forward where words are erased and where they are not."""

from datetime import timedelta

import pytest

from chengxin.policy import Text
from chengxin.services.reminding import Reminders
from chengxin.services.upkeep import Upkeep
from chengxin.store import check, downgrade, upgrade
from tests.sdk.services.hearing.test_retention import heard, objected, pledged
from tests.sdk.services.treatments.conftest import CODE


def pledged_late(house):
    """Make a commitment that is not due."""
    house.pledges.make(
        CODE,
        by="陈",
        terms=Text(zh="承诺", en="pledge"),
        due_on=(house.clock.now() + timedelta(days=30)).date(),
    )


@pytest.mark.parametrize(
    "revision", ["0010_reminder", "0009_feed", "0008_retention", "0007_told", "0006_review"]
)
def test_tables_go_back_and_forward_with_what_is_erased_in_them(house, database_url, revision):
    """What is kept is read afterwards as before, and the ledger is whole."""
    house.limited()
    objected(house)
    heard(house)
    pledged(house)
    Reminders(house.client, house.store).remind()
    house.clock.advance(seconds=timedelta(days=2_000).total_seconds())
    house.treatments.sweep(is_looking=False)
    assert Upkeep(house.store, clock=house.clock).erase() == 4
    pledged_late(house)
    house.store.close()
    downgrade(database_url, revision)
    upgrade(database_url)
    assert not check(database_url).differences
    house.entries()
    commitments, declarations = house.pledges.of(CODE)
    assert (len(commitments), len(declarations)) == (1, 0)
    house.clock.advance(seconds=timedelta(days=5_000).total_seconds())
    Reminders(house.client, house.store).remind()
    assert Upkeep(house.store, clock=house.clock).erase() == 1
    house.entries()
