"""Public sources of credit status: the seam, and the open interface."""

from chengxin.sources.open_api import OpenApiSource
from chengxin.sources.source import CreditSource, Fetched, Maintenance, SourceHealth

__all__ = ["CreditSource", "Fetched", "Maintenance", "OpenApiSource", "SourceHealth"]
