"""How appeals are heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from chengxin.errors import ConfigurationError
from chengxin.procedure.appeal import MOST_BYTES, AppealTerms
from chengxin.services.treatments import TreatmentOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealOptions:
    """How appeals are heard.

    Attributes:
        terms: how long an appeal may take, and how long it may be filed; publish them.
        treatments: how measures are brought into force; its calendar counts the working days of appeals too.
        most_bytes: largest file that is taken.
        most_bytes_in_all: so much all files of one appeal hold together.

    Raises:
        ConfigurationError: the sizes do not go together.
    """

    terms: AppealTerms = field(default_factory=AppealTerms)
    treatments: TreatmentOptions = field(default_factory=TreatmentOptions)
    most_bytes: int = MOST_BYTES
    most_bytes_in_all: int = 5 * MOST_BYTES

    def __post_init__(self) -> None:
        if not 1 <= self.most_bytes <= self.most_bytes_in_all:
            raise ConfigurationError("One file holds a byte at least, and no more than all files together.")
