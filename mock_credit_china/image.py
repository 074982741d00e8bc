"""Everything the source holds at one instant, to be read at leisure while the register goes on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mock_credit_china.clock import china_day
from mock_credit_china.population import Population
from mock_credit_china.record import SubjectFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The register at an instant: what is seeded, and over it what was touched.

    ``seq`` is the newest change that is in it; every later change has a larger one.
    """

    now: datetime
    data_date: datetime
    seq: int
    cast: Mapping[str, SubjectFile]
    population: Population
    touched: Mapping[str, SubjectFile]

    @property
    def today(self) -> date:
        """The China day of the instant."""
        return china_day(self.now)

    @property
    def mark(self) -> tuple[int, datetime, date]:
        """What two images with the same content have in common."""
        return self.seq, self.data_date, self.today

    def files(self) -> Iterator[SubjectFile]:
        """Iterate over all files: the cast, the population in its order, whoever was added."""
        added = dict(self.touched)
        for code, file in self.cast.items():
            yield added.pop(code, file)
        for file in self.population:
            yield added.pop(file.subject.code, file) if added else file
        yield from added.values()
