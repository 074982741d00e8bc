"""What a database holds, wherever it is: in its tables, in what is exported of it, and in its files."""

from pathlib import Path

from sqlalchemy import LargeBinary, Text

from chengxin.ledger.export import encode_export
from chengxin.store.sql import METADATA, Document
from chengxin.store.sql.ledger import LedgerRows


def in_tables(store):
    """Return everything that stands in any table, as bytes."""
    found = []
    with store.reading() as connection:
        for table in METADATA.sorted_tables:
            for row in connection.exec_driver_sql(f"SELECT * FROM {table.name}"):  # noqa: S608
                found += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\n".join(found)


def in_export(store):
    """Return the export of the ledger, as bytes."""
    with store.reading() as connection:
        rows = LedgerRows(connection)
        return "\n".join(encode_export(rows.head(), rows.checkpoints(), rows.stored())).encode()


def uncompressed(store):
    """Have PostgreSQL write long values as they are, so that what is looked for in its files can be found there."""
    if store.engine.dialect.name == "sqlite":
        return
    with store.engine.begin() as connection:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, (Document, LargeBinary, Text)):
                    connection.exec_driver_sql(
                        f"ALTER TABLE {table.name} ALTER COLUMN {column.name} SET STORAGE EXTERNAL"
                    )


def in_files(store, server=None):
    """Return what stands in the files of the database, erased or not.

    Args:
        store: the database.
        server: the PostgreSQL server that it is on; None of SQLite.
    """
    if server is None:
        path = Path(store.engine.url.database)
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
    server.execute("CHECKPOINT")
    with store.engine.connect() as connection:
        files = connection.exec_driver_sql(
            "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(oid) FROM pg_class "
            "WHERE relkind IN ('r', 't', 'i') AND oid >= 16384"
        ).scalars()
        return b"".join(Path(file).read_bytes() for file in files if file and Path(file).exists())
