"""Commands on policies, under ``chengxin policy``."""

from __future__ import annotations

import typer

from chengxin.cli import trying

policy_app = typer.Typer(name="policy", help="Rules that trust teams own.", no_args_is_help=True)
trying.register(policy_app)
