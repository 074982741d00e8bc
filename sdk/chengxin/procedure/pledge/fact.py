"""The platform facts that pledges give rise to: named and valued when they are pledged, never a public record."""

from __future__ import annotations

from dataclasses import dataclass

from chengxin.policy import FactValue
from chengxin.policy.text import is_blank
from chengxin.procedure.pledge.fault import Fault, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFact:
    """A platform fact as a policy declares it: a name and a value.

    Attributes:
        name: its name, e.g. ``commitment_breached``.
        value: its value.

    Raises:
        PledgeRefused: the name is blank, or the value is neither an integer, a boolean nor a text.
    """

    name: str
    value: FactValue

    def __post_init__(self) -> None:
        if is_blank(self.name) or type(self.value) not in {int, bool, str}:
            raise refusal(
                Fault.ILL_FORMED,
                "A platform fact has a name, and a value that is an integer, a boolean or a text. Take the name that "
                "the policy declares.",
            )
