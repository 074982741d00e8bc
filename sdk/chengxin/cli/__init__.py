"""The command ``chengxin``, and what its exit codes say."""

from chengxin.cli.app import main
from chengxin.cli.exit_code import ExitCode, of_row, worst

__all__ = ["ExitCode", "main", "of_row", "worst"]
