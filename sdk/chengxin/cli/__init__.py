"""The command ``chengxin``, and what its exit codes say."""

from chengxin.cli.app import main
from chengxin.cli.ending import stopped_by_signals
from chengxin.cli.exit_code import ExitCode, of_row, worst

__all__ = ["ExitCode", "main", "of_row", "stopped_by_signals", "worst"]
