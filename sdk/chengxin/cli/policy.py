"""Commands on policies, under ``chengxin policy``."""

from __future__ import annotations

import typer

from chengxin.cli import authoring, comparing, explaining, trying
from chengxin.cli.publishing import publishing_app

policy_app = typer.Typer(name="policy", help="Rules that trust teams own.", no_args_is_help=True)
authoring.register(policy_app)
comparing.register(policy_app)
explaining.register(policy_app)
trying.register(policy_app)
policy_app.add_typer(publishing_app)
