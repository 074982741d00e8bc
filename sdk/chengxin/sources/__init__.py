"""Public sources of credit status: the seam, the open interface, the site profile, snapshots on this machine."""

from chengxin.sources.locator import open_source
from chengxin.sources.offline import OfflineSource
from chengxin.sources.open_api import OpenApiSource
from chengxin.sources.report import PlatformReport, ReportKind, ReportReceipt
from chengxin.sources.site import SiteSource
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
    "OfflineSource",
    "OpenApiSource",
    "PlatformReport",
    "ReportKind",
    "ReportReceipt",
    "SiteSource",
    "SnapshotFile",
    "SourceHealth",
    "Unchanged",
    "open_source",
]
