"""A platform with due process, put together of its settings: client, store, policy, measures, notices."""

from chengxin.platform.platform import Platform
from chengxin.platform.settings import Carrier, PlatformSettings

__all__ = ["Carrier", "Platform", "PlatformSettings"]
