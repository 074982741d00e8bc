"""How the versions of a statement follow each other."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

STATEMENT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
"""What a statement is called by: fit for addresses, file names and registers."""


class StatementStatus(StrEnum):
    """What a version of a statement is in its chain."""

    ISSUED = "ISSUED"
    """出具: the first one."""
    AMENDED = "AMENDED"
    """更正: it replaces the version before it."""
    WITHDRAWN = "WITHDRAWN"
    """撤回: the measure has ended; it says by what, and holds no facts."""
