"""The place in a change feed, kept in SQL."""

import pytest

from chengxin.store.bookmark import FeedPlace
from chengxin.store.sql import SqlStore
from chengxin.store.sql.feed import SqlBookmark
from chengxin.testing import FrozenClock


@pytest.fixture
def store(database_url):
    """The database."""
    with SqlStore(database_url) as opened:
        yield opened


def test_the_last_place_is_read_by_whoever_opens_the_feed_next(store):
    """Each feed has its own."""
    first, other = (SqlBookmark(store, feed, clock=FrozenClock()) for feed in ("a.example", "b.example"))
    assert first.read() is None
    for place in (FeedPlace(cursor="c1", seq=None), FeedPlace(cursor="c2", seq=2**40)):
        first.write(place)
        assert SqlBookmark(store, "a.example", clock=FrozenClock()).read() == place
    assert other.read() is None


@pytest.mark.parametrize(
    ("kept", "seq", "is_behind"),
    [(None, None, False), (None, 1, True), (1, None, False), (1, 1, False), (1, 2, True), (2, 1, False)],
)
def test_a_place_is_behind_where_a_change_comes_after_it(kept, seq, is_behind):
    """A feed of which no change was seen is behind no place."""
    assert FeedPlace(cursor="c", seq=kept).is_behind(seq) is is_behind
