"""How commands run: with a client of the settings given, facts as declared, and exit codes that say what was found."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, NoReturn

import typer

from chengxin.cli.ending import end_with
from chengxin.cli.exit_code import ExitCode
from chengxin.cli.output import OutputFormat
from chengxin.client import CreditClient
from chengxin.config import Settings
from chengxin.errors import ConfigurationError
from chengxin.policy import FactType, FactValue, PlatformFacts, Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Settings that were given as flags."""

    source_url: str | None
    app_key: str | None
    secret: str | None = field(repr=False)
    deadline_seconds: float | None
    cache_url: str | None = field(repr=False)

    @property
    def named(self) -> dict[str, object]:
        """The settings by name; None where a flag was not given."""
        return {
            "source_url": self.source_url,
            "app_key": self.app_key,
            "secret": self.secret,
            "deadline_seconds": self.deadline_seconds,
            "cache_url": self.cache_url,
        }

    def open_client(self) -> CreditClient:
        """Return a client of these settings and of those in the environment."""
        return CreditClient.from_settings(Settings.from_env(None, **self.named))


Format = Annotated[
    OutputFormat, typer.Option("--format", help="A table for people, one JSON object a line for pipes.")
]


def run_with_client(context: typer.Context, command: Callable[[CreditClient], ExitCode]) -> NoReturn:
    """Run a command with a client, and end with its exit code."""
    given: Given = context.obj

    def run() -> ExitCode:
        with given.open_client() as client:
            return command(client)

    end_with(run)


def read_codes(codes: Sequence[str]) -> list[str]:
    """Return codes as they were given, or one a line from standard input where they are ``-``.

    Raises:
        ConfigurationError: standard input is empty.
    """
    if list(codes) != ["-"]:
        return list(codes)
    read = [line.strip() for line in sys.stdin if line.strip()]
    if not read:
        raise ConfigurationError("No codes were given: standard input is empty. Give one code a line.")
    return read


def parse_facts(given: Sequence[str], policy: Policy) -> PlatformFacts:
    """Return facts that are given as ``name=value``, checked against what the policy declares.

    Raises:
        ConfigurationError: one of them is not so given.
        InvalidRecord: a fact is not declared, or is of another type than declared.
    """
    facts: dict[str, FactValue] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigurationError(f"--fact takes name=value, not {name!r}.")
        declared = policy.document.facts.get(name)
        facts[name] = convert_fact(value, declared.type) if declared else value
    return policy.platform_facts(facts)


def convert_fact(text: str, fact_type: FactType) -> FactValue:
    """Read a fact as its declared type; what does not read so stays text and is refused by the policy."""
    if fact_type is FactType.INTEGER and re.fullmatch(r"-?[0-9]{1,15}", text):
        return int(text)
    if fact_type is FactType.BOOLEAN and text in ("true", "false"):
        return text == "true"
    return text
