"""Public sources of credit status: the seam, and the open interface."""

from chengxin.sources.open_api import OpenApiSource
from chengxin.sources.source import (
    ChangeBatch,
    ChangeFeed,
    CreditSource,
    Fetched,
    Maintenance,
    Manifest,
    SnapshotFile,
    SourceHealth,
    Unchanged,
)

__all__ = [
    "ChangeBatch",
    "ChangeFeed",
    "CreditSource",
    "Fetched",
    "Maintenance",
    "Manifest",
    "OpenApiSource",
    "SnapshotFile",
    "SourceHealth",
    "Unchanged",
]
