"""A shared tier for the processes of many hosts: one Redis. The package ``redis`` is loaded on construction."""

from chengxin.cache.redis.tier import RedisTier

__all__ = ["RedisTier"]
