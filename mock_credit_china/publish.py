"""Many changes at once, for tests of following at scale."""

from collections.abc import Iterator
from math import gcd
from random import Random
from typing import Literal

from pydantic import Field

from mock_credit_china.conduct import NotNowError, conduct
from mock_credit_china.instruction import RECORD_INSTRUCTION
from mock_credit_china.population import LASTING_PROFILES, Population
from mock_credit_china.record import Catalogue, Change, Record, Severity, State
from mock_credit_china.source import Source
from mock_credit_china.strict import StrictModel

_SEVERITY_AFTER: dict[str | None, Severity] = {
    Severity.GENERAL: Severity.MINOR,
    Severity.SERIOUS: Severity.GENERAL,
}
_ALLOWED_FROM: dict[str, tuple[State, ...]] = {
    "correct": (State.SHOWN, State.DISPUTED, State.SHIELDED),
    "dispute": (State.SHOWN,),
    "shield": (State.SHOWN, State.DISPUTED),
    "repair": (State.SHOWN, State.DISPUTED, State.SHIELDED),
    "withdraw": (State.SHOWN, State.DISPUTED, State.SHIELDED),
}


class PublishBody(StrictModel):
    """So many generated subjects, each with one change; the same seed chooses the same ones."""

    count: int = Field(ge=1, le=100_000)
    action: Literal["impose", "correct", "dispute", "shield", "repair", "withdraw"] = "impose"
    seed: int = 1


def publish(source: Source, body: PublishBody) -> list[Change]:
    """Impose a 一般 penalty on so many subjects, or change one penalty of each; all of it or nothing.

    Raises:
        NotNowError: there are not so many subjects with a penalty that allows it.
    """
    with source.register.together():
        targets = _targets(source, body)
        if len(targets) < body.count:
            raise NotNowError(
                f"only {len(targets)} subjects can be chosen for {body.action}, not {body.count}"
            )
        return [_change(source, body.action, code, record) for code, record in targets]


def _targets(source: Source, body: PublishBody) -> list[tuple[str, Record | None]]:
    """Choose subjects, and the penalty that is changed on each."""
    found: list[tuple[str, Record | None]] = []
    population, now = source.register.population, source.clock.now()
    for index in _shuffled(len(population), body.seed):
        if len(found) == body.count:
            break
        if body.action == "impose":
            found.append((population.code(index), None))
            continue
        if _can_have_a_penalty(source, population, index):
            file = source.register.find(population.code(index))
            allowed = _ALLOWED_FROM[body.action]
            for record in file.records if file else ():
                is_penalty = record.catalogue == Catalogue.PENALTY
                if is_penalty and record.state in allowed and record.is_listed_at(now):
                    found.append((population.code(index), record))
                    break
    return found


def _can_have_a_penalty(source: Source, population: Population, index: int) -> bool:
    return population.profile(index) not in LASTING_PROFILES or source.register.is_touched(
        population.code(index)
    )


def _change(source: Source, action: str, code: str, record: Record | None) -> Change:
    if record is None:
        penalty = {"severity": Severity.GENERAL}
        return conduct(
            source, RECORD_INSTRUCTION.validate_python({"action": action, "code": code, "record": penalty})
        )
    told: dict[str, object] = {"action": action, "code": code, "recId": record.rec_id}
    if action == "correct":
        told["record"] = {"severity": _SEVERITY_AFTER.get(record.severity, Severity.GENERAL)}
    return conduct(source, RECORD_INSTRUCTION.validate_python(told))


def _shuffled(size: int, seed: int) -> Iterator[int]:
    """Walk through all numbers below a size, each once, in an order drawn from the seed; nothing is kept."""
    if size == 0:
        return
    rng = Random(f"publish/{seed}")  # noqa: S311 - sample data
    start, step = rng.randrange(size), rng.randrange(1, size + 1)
    while gcd(step, size) != 1:
        step += 1
    yield from ((start + place * step) % size for place in range(size))
