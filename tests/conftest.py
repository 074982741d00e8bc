"""Settings that all tests share, and the databases that any of them may ask for."""

from hypothesis import settings

from tests.databases import (
    database_kind,
    database_url,
    empty_database_url,
    postgres_server,
    postgres_template,
    shared_postgres,
    sqlite_template,
)

__all__ = [
    "database_kind",
    "database_url",
    "empty_database_url",
    "postgres_server",
    "postgres_template",
    "shared_postgres",
    "sqlite_template",
]

# How long an example takes says more of the machine than of the code; what must be fast is measured by the bench.
settings.register_profile("chengxin", deadline=None, print_blob=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("chengxin")
