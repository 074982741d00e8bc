"""The place in a change feed, beside what was done about its changes: a copy of one is as old as that of the other."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from chengxin.clock import Clock
from chengxin.store.bookmark import FeedPlace
from chengxin.store.sql.schema import FEED
from chengxin.store.sql.store import SqlStore


class SqlBookmark:
    """Keeps the place in one feed in SQL.

    Args:
        store: the database.
        feed: names the feed, e.g. the source's host; at most 200 characters.
        clock: says when it was written.
    """

    def __init__(self, store: SqlStore, feed: str, *, clock: Clock) -> None:
        self._store = store
        self._feed = feed
        self._clock = clock

    def read(self) -> FeedPlace | None:
        """Return the place; None where there is none.

        Raises:
            StoreUnavailable: it could not be read.
        """
        wanted = select(FEED.c.cursor, FEED.c.seq).where(FEED.c.feed == self._feed)
        with self._store.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else FeedPlace(cursor=row.cursor, seq=row.seq)

    def write(self, place: FeedPlace) -> None:
        """Keep a place instead of the one before.

        Raises:
            StoreUnavailable: it was not kept; write it again.
        """
        values = {"cursor": place.cursor, "seq": place.seq, "read_at": self._clock.now()}
        with self._store.transaction() as connection:
            dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
            insert = dialect.insert(FEED).values(feed=self._feed, **values)
            connection.execute(insert.on_conflict_do_update(index_elements=["feed"], set_=values))
