"""The generated subjects: each a pure function of seed, first day and index, so nothing is kept."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import NamedTuple

from mock_credit_china.code import BODY_SPACE, CLASSES, compose, decode_body, encode_body
from mock_credit_china.content import Decision, content_of, data_source_of
from mock_credit_china.division import DIVISIONS
from mock_credit_china.naming import invent_subject
from mock_credit_china.period import draw_listing_period, draw_penalty_period
from mock_credit_china.record import Catalogue, Record, Severity, State, Subject, SubjectFile

_STRIDE = 1_000_003  # prime and no multiple of 31: stepping through the code space meets no code twice
_COMMON = {"91": 100, "92": 36, "93": 8, "N1": 4, "N2": 8, "N3": 4, "12": 4, "51": 3, "52": 3}
_KINDS = tuple(
    kind
    for authority, classes in CLASSES.items()
    for kind in (authority + each for each in classes)
    for _ in range(_COMMON.get(kind, 1))
)
_PROFILE_SHARES = {
    "nothing": 110,
    "ordinary": 640,
    "commended": 110,
    "fined": 100,
    "abnormal": 15,
    "serious": 6,
    "defaulter": 6,
    "wages": 3,
    "tax": 3,
    "long": 3,
    "very long": 1,
}
_PROFILES = tuple(name for name, share in _PROFILE_SHARES.items() for _ in range(share))  # 997, a prime


LASTING_PROFILES = frozenset({"nothing", "ordinary", "commended"})
"""Histories without a record that ends by itself."""


class Ending(NamedTuple):
    """The last day of one record."""

    last_day: date
    code: str
    rec_id: str


def rec_id_of(key: str) -> str:
    """Return the record id a key stands for."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest().upper()


def make_record(decision: Decision, rng: Random, *, key: str, state: State = State.SHOWN) -> Record:
    """Draw up a whole record from a decision; ``key`` makes its id."""
    return Record(
        rec_id=rec_id_of(key),
        version=rng.choice((1, 1, 1, 2, 3)),
        catalogue=decision.catalogue,
        severity=decision.severity,
        state=state,
        published_on=decision.decided_on + timedelta(days=rng.randint(1, 7)),
        disclosed_until=decision.disclosed_until,
        data_source=data_source_of(decision.catalogue, decision.subject.code),
        fields=content_of(decision, rng),
    )


class Population:
    """Derives subject ``index`` of a seed whenever it is asked for, and finds an index by its code."""

    def __init__(self, *, seed: int, size: int, today: date) -> None:
        self._seed = seed
        self._size = size
        self._today = today
        self._offset = seed * 7_919 % BODY_SPACE
        self._file = lru_cache(maxsize=4096)(self._draw_file)

    def __len__(self) -> int:
        return self._size

    def code(self, index: int) -> str:
        """Return the code of one subject; every registering authority comes up within each few hundred."""
        body = encode_body((index * _STRIDE + self._offset) % BODY_SPACE)
        kind = _KINDS[(index * 89 + self._seed) % len(_KINDS)]
        division = DIVISIONS[(index * 17 + index // 43 + self._seed) % len(DIVISIONS)]
        return compose(kind, division.code, body)

    def find(self, code: str) -> SubjectFile | None:
        """Return the file of a code, if this population has it."""
        number = decode_body(code[8:16])
        if number is None:
            return None
        index = (number - self._offset) * pow(_STRIDE, -1, BODY_SPACE) % BODY_SPACE
        if index >= self._size or self.code(index) != code:
            return None
        return self._file(index)

    def file(self, index: int) -> SubjectFile:
        """Return the file of one subject."""
        return self._file(index)

    def __iter__(self) -> Iterator[SubjectFile]:
        return (self._draw_file(index) for index in range(self._size))

    def endings(self, after: date, until: date) -> Iterator[Ending]:
        """Find the records whose last day is after one day and not after another.

        Decisions are drawn and no content, so that a pass over millions of subjects is a matter of seconds and
        holds nothing.
        """
        for index in range(self._size):
            if self.profile(index) in LASTING_PROFILES:
                continue
            subject, decisions = self._draw_decisions(index)[:2]
            for place, decision in enumerate(decisions):
                last_day = decision.disclosed_until
                if last_day is not None and after < last_day <= until:
                    yield Ending(last_day, subject.code, rec_id_of(self._key(subject, place)))

    def profile(self, index: int) -> str:
        """Return what kind of history a subject has, without drawing it."""
        return _PROFILES[(index * 389 + self._seed * 31) % len(_PROFILES)]

    def _key(self, subject: Subject, place: int) -> str:
        return f"{self._seed}/{subject.code}/{place}"

    def _draw_decisions(self, index: int) -> tuple[Subject, list[Decision], Random]:
        rng = Random(f"{self._seed}/{index}")  # noqa: S311 - drawing sample data, not secrets
        subject = invent_subject(self.code(index), rng.randrange(60 * 8), status=_draw_status(rng))
        return subject, _DRAWERS[self.profile(index)](subject, rng, self._today), rng

    def _draw_file(self, index: int) -> SubjectFile:
        subject, decisions, rng = self._draw_decisions(index)
        records = [
            make_record(decision, rng, key=self._key(subject, place), state=_draw_state(rng, decision))
            for place, decision in enumerate(decisions)
        ]
        return SubjectFile(subject=subject, records=tuple(records))


def _draw_status(rng: Random) -> str:
    return rng.choices(("存续", "注销", "吊销"), weights=(96, 3, 1))[0]


def _draw_state(rng: Random, decision: Decision) -> State:
    if decision.catalogue is not Catalogue.PENALTY:
        return State.SHOWN
    return rng.choices((State.SHOWN, State.DISPUTED, State.SHIELDED), weights=(95, 4, 1))[0]


def _lasting(catalogue: Catalogue, subject: Subject, rng: Random, today: date) -> Decision:
    """Draw a record the source shows until it removes it."""
    decided_on = today - timedelta(days=rng.randint(8, 700))
    return Decision(catalogue=catalogue, subject=subject, decided_on=decided_on)


def _ordinary(subject: Subject, rng: Random, today: date) -> list[Decision]:
    catalogues = [Catalogue.LICENCE] * rng.randint(1, 3)
    catalogues += [Catalogue.COMMITMENT] * (rng.random() < 0.3)
    catalogues += [Catalogue.EVALUATION] * (rng.random() < 0.5)
    return [_lasting(catalogue, subject, rng, today) for catalogue in catalogues]


def _commended(subject: Subject, rng: Random, today: date) -> list[Decision]:
    return [*_ordinary(subject, rng, today), _lasting(Catalogue.COMMENDATION, subject, rng, today)]


def _penalties(subject: Subject, rng: Random, today: date, *, count: int) -> list[Decision]:
    drawn = [draw_penalty_period(rng, today) for _ in range(count)]
    return [
        Decision(
            catalogue=Catalogue.PENALTY,
            subject=subject,
            severity=severity,
            decided_on=decided,
            disclosed_until=end,
        )
        for severity, decided, end in drawn
    ]


def _fined(subject: Subject, rng: Random, today: date) -> list[Decision]:
    return [*_ordinary(subject, rng, today), *_penalties(subject, rng, today, count=rng.randint(1, 3))]


def _abnormal(subject: Subject, rng: Random, today: date) -> list[Decision]:
    return [*_ordinary(subject, rng, today), _lasting(Catalogue.ABNORMAL_LISTING, subject, rng, today)]


def _on_list(catalogue: Catalogue, months: int, severity: Severity | None) -> "_Drawer":
    def draw(subject: Subject, rng: Random, today: date) -> list[Decision]:
        decided, end = draw_listing_period(rng, today, months=months)
        entry = Decision(
            catalogue=catalogue, subject=subject, severity=severity, decided_on=decided, disclosed_until=end
        )
        return [entry, *_penalties(subject, rng, today, count=rng.randint(0, 2))]

    return draw


def _long(subject: Subject, rng: Random, today: date, *, at_least: int, at_most: int) -> list[Decision]:
    count = rng.randint(at_least, at_most)
    licences = [_lasting(Catalogue.LICENCE, subject, rng, today) for _ in range(count * 2 // 3)]
    return licences + _penalties(subject, rng, today, count=count - len(licences))


_Drawer = Callable[[Subject, Random, date], list[Decision]]
_DRAWERS: dict[str, _Drawer] = {
    "nothing": lambda _subject, _rng, _today: [],
    "ordinary": _ordinary,
    "commended": _commended,
    "fined": _fined,
    "abnormal": _abnormal,
    "serious": _on_list(Catalogue.SERIOUS_LISTING, 36, Severity.SERIOUS),
    "defaulter": _on_list(Catalogue.JUDGMENT_DEFAULT, 24, None),
    "wages": _on_list(Catalogue.WAGE_ARREARS, 36, Severity.SERIOUS),
    "tax": _on_list(Catalogue.TAX_VIOLATION, 36, Severity.SERIOUS),
    "long": lambda subject, rng, today: _long(subject, rng, today, at_least=21, at_most=49),
    "very long": lambda subject, rng, today: _long(subject, rng, today, at_least=51, at_most=120),
}
