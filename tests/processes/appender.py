"""A process that appends to the ledger, each entry with an effect, and says what was acknowledged.

``python -m tests.processes.appender URL NAME COUNT``
"""

import sys

from sqlalchemy import Column, Integer, MetaData, Table, Text, insert

from chengxin.store import LedgerRows, SqlStore
from tests.sdk.ledger.material import AT, a_draft

EFFECT = Table(
    "effect",
    MetaData(),
    Column("writer", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
)


def main():
    """Append until as many are acknowledged as were asked for, or somebody ends it."""
    url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with SqlStore(url, deadline_seconds=60) as store:
        for number in range(count):
            with store.transaction() as connection:
                act(connection, name, number)
            print(number, flush=True)  # noqa: T201 -- what the test reads


def act(connection, name, number):
    """Append one entry or two, and erase what falls due now and then, in the transaction of an effect."""
    rows = LedgerRows(connection)
    if number % 10 == 9:
        rows.erase_due(AT)
    drafts = [
        a_draft(number, actor=name, stub={"number": number}, erase_at=AT) for _ in range(1 + number % 2)
    ]
    entry = rows.append(*drafts)[0]
    connection.execute(insert(EFFECT), {"writer": name, "number": number, "seq": entry.seq})


if __name__ == "__main__":
    main()
