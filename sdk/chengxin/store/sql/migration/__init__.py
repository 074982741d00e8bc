"""The tables brought forward and back, revision by revision, in the host's database without looking at the host's.

There is nothing to configure: no ``alembic.ini``, no environment file. Which revision a database is at stands in its
table ``chengxin_version``. An upgrade is one transaction, and of several at once one works and the others find it done.
"""

from chengxin.store.sql.migration.immutability import forbid_change
from chengxin.store.sql.migration.move import Check, check, downgrade, upgrade

__all__ = ["Check", "check", "downgrade", "forbid_change", "upgrade"]
