"""The platform's own merchants as they stand: one by one, from a cache tier, a snapshot, or a file of merchants.

A source of members holds a few of them at a time, whatever there is. Of whom nothing usable is held, the standing
is unknown: they are members, and neither clean nor bad (invariant I2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError

from chengxin.cache import NOT_FOLLOWING, CacheTier, Entry, fresh_until
from chengxin.clock import Clock
from chengxin.errors import ConfigurationError, InvalidIdentifier, SourceError, UnknownReason
from chengxin.identifiers import Uscc
from chengxin.policy import NO_FACTS, PlatformFacts, Situation
from chengxin.records import CreditStatus, Role, RuleTable, show, unknown
from chengxin.services.listening import Listening
from chengxin.sources import Fetched, OfflineSource
from chengxin.transport import Deadline, Lane

_BATCH: Final = 500
_OPENING_SECONDS: Final = 600.0
"""How long a snapshot may take to be checked and indexed."""
_LONGEST_LINE: Final = 65_536
_CACHE: Final = "cache"
_STALE: Final = "What is held is past its life. Ask the source again."
_OTHERWISE: Final = (
    "What is held ends otherwise than the rules of law that apply here say. Ask the source again."
)
_ABSENT: Final = "Nothing is held of this subject. Look it up first."

Statuses: TypeAlias = Callable[[Sequence[Uscc]], Sequence[CreditStatus]]
"""Returns what is known of subjects, one status for each, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Situation):
    """One merchant of the platform, in one role.

    Attributes:
        category: what they sell, as the platform words it.
        size: how large they are, as the platform declares it.
    """

    category: str | None = None
    size: str | None = None


def members_of_tier(
    tier: CacheTier,
    *,
    at: datetime,
    role: Role = Role.MERCHANT,
    listening: Listening | None = None,
    rule_table: RuleTable | None = None,
) -> Iterator[Member]:
    """Yield every subject that a cache tier holds; one whose answer is past its life is unknown.

    So is one whose answer was kept under another rule table, where a record would end otherwise (invariant I1).

    Args:
        tier: the tier.
        at: the instant to show them for, aware UTC.
        role: the role to take them in.
        listening: what this process has heard: how far it may rely on a change feed, and on what the tier keeps of a
            subject; None where it hears nothing.
        rule_table: by which the source bounds records whose end it leaves out; None where it bounds them itself.

    Raises:
        TierUnavailable: the tier could not be reached.
    """
    for code, entry in tier.scan():
        yield Member(
            status=_shown(Uscc(code), entry, at, listening=listening, rule_table=rule_table), role=role
        )


def statuses_of_tier(
    tier: CacheTier,
    *,
    at: datetime,
    listening: Listening | None = None,
    rule_table: RuleTable | None = None,
) -> Statuses:
    """Return what looks subjects up in a cache tier; parameters and errors as of ``members_of_tier``."""

    def find(codes: Sequence[Uscc]) -> list[CreditStatus]:
        return [
            _shown(code, tier.read(code.code), at, listening=listening, rule_table=rule_table)
            for code in codes
        ]

    return find


def members_of_snapshot(
    source: OfflineSource, *, at: datetime, role: Role = Role.MERCHANT
) -> Iterator[Member]:
    """Yield every subject of a snapshot on this machine. Of whom it holds no record, it knows nothing.

    Args:
        source: the snapshot, see ``open_source``.
        at: the instant to show them for, aware UTC.
        role: the role to take them in.

    Raises:
        SourceError: it is too old, not there, or not as agreed; nothing was yielded.
    """
    for fetched in source.answers():
        yield Member(status=_of_fetched(fetched, at), role=role)


def statuses_of_snapshot(source: OfflineSource, *, at: datetime, clock: Clock) -> Statuses:
    """Return what looks subjects up in a snapshot; parameters and errors as of ``members_of_snapshot``."""

    def find(codes: Sequence[Uscc]) -> list[CreditStatus]:
        rows = source.fetch_credit_many(
            codes, deadline=Deadline.after(_OPENING_SECONDS, clock), lane=Lane.BULK
        )
        return [_of_row(code, row, at, source.name) for code, row in zip(codes, rows, strict=True)]

    return find


class _Line(BaseModel):
    """One line of a file of merchants."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    code: Annotated[str, Field(max_length=64)]
    role: Role | None = None
    facts: dict[Annotated[str, Field(max_length=64)], StrictBool | StrictInt | StrictStr] = Field(
        default_factory=dict, max_length=200
    )
    category: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    size: Annotated[str, Field(min_length=1, max_length=64)] | None = None


def members_of_file(path: Path, statuses: Statuses, *, role: Role = Role.MERCHANT) -> Iterator[Member]:
    """Yield the merchants that a file lists, each with what is known of them.

    A line is one JSON object: ``{"code": "…", "role": "MERCHANT", "facts": {…}, "category": "…", "size": "…"}``,
    all but the code optional.

    Args:
        path: the file.
        statuses: looks subjects up.
        role: the role of lines that give none.

    Raises:
        ConfigurationError: the file cannot be read, or a line is not as described; it names the line.
    """
    lines = _read(path)
    while batch := list(islice(lines, _BATCH)):
        codes = [code for code, _ in batch]
        for (_, line), status in zip(batch, statuses(codes), strict=True):
            yield Member(
                status=status,
                role=line.role or role,
                facts=PlatformFacts(line.facts) if line.facts else NO_FACTS,
                category=line.category,
                size=line.size,
            )


def _read(path: Path) -> Iterator[tuple[Uscc, _Line]]:
    try:
        with path.open("rb") as file:
            number = 0
            while text := file.readline(_LONGEST_LINE + 1):
                number += 1
                if text.strip():
                    yield _parse(text, path, number)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    else:
        return
    raise ConfigurationError(f"The file of merchants {str(path)!r} cannot be read: {problem}.")


def _parse(text: bytes, path: Path, number: int) -> tuple[Uscc, _Line]:
    try:
        line = _Line.model_validate_json(text)
        return Uscc.parse(line.code), line
    except ValidationError as invalid:
        first = invalid.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        problem = f"{place + ': ' if place else ''}{first['msg']}"
    except InvalidIdentifier as invalid:
        problem = f"code: {invalid}"
    raise ConfigurationError(
        f"Line {number} of the file of merchants {str(path)!r} cannot be used: {problem}. Write one JSON object a "
        "line with code, and role, facts, category and size where they are known."
    )


def _shown(
    code: Uscc,
    entry: Entry | None,
    at: datetime,
    *,
    listening: Listening | None,
    rule_table: RuleTable | None,
) -> CreditStatus:
    # One that is forgotten, where the tier could not be told of it, is none (invariant I1).
    if entry is None or not (listening is None or listening.trusts(code.code, entry)):
        return unknown(code, reason=UnknownReason.STALE, detail=_ABSENT, at=at, source=_CACHE)
    following, source = NOT_FOLLOWING if listening is None else listening.following, entry.answer.source
    if at >= entry.ends_at(following):
        return unknown(code, reason=UnknownReason.STALE, detail=_STALE, at=at, source=source)
    if rule_table is not None and not all(map(rule_table.is_end_of, entry.answer.records)):
        return unknown(code, reason=UnknownReason.STALE, detail=_OTHERWISE, at=at, source=source)
    return entry.show(at, following)


def _of_row(code: Uscc, row: Fetched | SourceError, at: datetime, source: str) -> CreditStatus:
    if isinstance(row, SourceError):
        return unknown(code, reason=row.reason, detail=str(row), at=at, source=source)
    return _of_fetched(row, at)


def _of_fetched(fetched: Fetched, at: datetime) -> CreditStatus:
    answer, age = fetched.answer, fetched.max_age_seconds
    until = fresh_until(fetched.asked_at, max_age_seconds=age, longest_seconds=age)
    if answer.subject.code is not None and at >= until:
        return unknown(
            answer.subject.code, reason=UnknownReason.STALE, detail=_STALE, at=at, source=answer.source
        )
    return show(answer, at=at, fetched_at=min(at, fetched.asked_at), fresh_until=until)
