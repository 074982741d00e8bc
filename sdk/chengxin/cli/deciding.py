"""What the commands share by which named people decide: who they are, why, until when; and results in two languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from chengxin.policy import Text
from chengxin.procedure.appeal import clean_statement
from chengxin.records import CHINA

By = Annotated[str, typer.Option("--by", help="Your name, as it goes on record.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in a sentence; it goes on record.")]
ReasonZh = Annotated[str, typer.Option("--reason-zh", help="The reasons, as they are told in Chinese.")]
ReasonEn = Annotated[str, typer.Option("--reason-en", help="The reasons, as they are told in English.")]
Until = Annotated[
    datetime,
    typer.Option(
        "--until",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
        help="First day, or minute, from which it is otherwise again; China time.",
    ),
]


def in_china(until: datetime) -> datetime:
    """Return an instant that was given without a zone, which is China's, in UTC."""
    return until.replace(tzinfo=CHINA).astimezone(UTC)


def told(zh: str, en: str) -> Text:
    """Return reasons as they are kept.

    Raises:
        InvalidMeasure: nothing is left of them in one language.
    """
    return Text(zh=clean_statement(zh), en=clean_statement(en))
