"""Commands about policies."""

from __future__ import annotations

import typer

from chengxin.cli import explaining

policy_app = typer.Typer(
    name="policy", help="Policies: what they say, and what they do.", no_args_is_help=True
)
explaining.register(policy_app)


@policy_app.callback()
def policies() -> None:
    """Policies: what they say, and what they do."""
