"""The command ``chengxin``."""

from chengxin.cli.app import main

__all__ = ["main"]
