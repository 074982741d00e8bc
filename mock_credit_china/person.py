"""Natural persons: a few invented ones, and a log of who asked on what authorisation.

Identity numbers carry division 999999, which is none, and a right check digit. Neither a number nor a name is
ever written to a log; what tells one person from another is a keyed token.
"""

import hashlib
import hmac
import re
import threading
from collections import deque
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from mock_credit_china.content import Decision, content_of, data_source_of
from mock_credit_china.listing import stamp
from mock_credit_china.population import rec_id_of
from mock_credit_china.record import Catalogue, Record, Severity, State, Subject, SubjectFile

PUBLISHED_FOR_PERSONS = (
    Catalogue.PENALTY,
    Catalogue.SERIOUS_LISTING,
    Catalogue.JUDGMENT_DEFAULT,
    Catalogue.COMMENDATION,
    Catalogue.COMMITMENT,
)
"""The catalogues a natural person can be in; evaluations, licences and company lists are none of them."""

UNKNOWN_PERSON = ("示例无名", "999999199501010063")
"""A lawful number nobody has: no token, nothing on record."""

_FORM = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_HOME = "91350100M000100Y43"  # whose division the deciding bodies are of


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPart:
    """One invented person."""

    role: str
    name: str
    id_number: str
    description: str
    catalogues: tuple[Catalogue, ...] = ()
    state: State = State.SHOWN


PERSONS: tuple[PersonPart, ...] = (
    PersonPart(
        role="person-nothing",
        name="示例甲",
        id_number="999999199001010016",
        description="nothing on record",
    ),
    PersonPart(
        role="person-commended",
        name="示例乙",
        id_number="999999199102020029",
        description="守信激励 and a 信用承诺",
        catalogues=(Catalogue.COMMENDATION, Catalogue.COMMITMENT),
    ),
    PersonPart(
        role="person-defaulter",
        name="示例丙",
        id_number="999999198803030030",
        description="失信被执行人, 300 days left",
        catalogues=(Catalogue.JUDGMENT_DEFAULT,),
    ),
    PersonPart(
        role="person-penalty",
        name="示例丁",
        id_number="999999198504040044",
        description="one 一般 penalty, 300 days left",
        catalogues=(Catalogue.PENALTY,),
    ),
    PersonPart(
        role="person-disputed",
        name="示例戊",
        id_number="99999919930505005X",
        description="one 一般 penalty in dispute (异议中)",
        catalogues=(Catalogue.PENALTY,),
        state=State.DISPUTED,
    ),
)
"""The persons the source knows, the same under every seed."""


def check_digit(first17: str) -> str:
    """Return the last character of an identity number (GB 11643).

    >>> check_digit("99999919900101001")
    '6'
    """
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def is_identity_number(text: str, today: date) -> bool:
    """Tell whether a text has the form, the day and the check digit of an identity number."""
    if not _FORM.fullmatch(text) or check_digit(text[:17]) != text[17]:
        return False
    try:
        born_on = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return date(1900, 1, 1) <= born_on <= today


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonQuery:
    """One query as it is logged: on what authorisation, about which token, with what answer."""

    at: datetime
    consent_id: str
    purpose: str
    subject_token: str | None
    status: int

    def row(self) -> dict[str, Any]:
        """Write the entry."""
        return {
            "at": stamp(self.at),
            "consentId": self.consent_id,
            "purpose": self.purpose,
            "subjectToken": self.subject_token,
            "status": self.status,
        }


class PersonRegister:
    """Finds persons by name and number together, and remembers each query without either."""

    def __init__(self, *, secret: str, kept: int = 20_000) -> None:
        self._key = hashlib.sha256(f"person-token/{secret}".encode()).digest()
        self._lock = threading.Lock()
        self._queries: deque[PersonQuery] = deque(maxlen=kept)

    def token(self, app_key: str, id_number: str) -> str:
        """Return the pseudonym of a number for one platform; another platform's is another."""
        digest = hmac.digest(self._key, f"{app_key}/{id_number}".encode(), "sha256")
        return "pt_" + digest[:20].hex()

    def find(self, name: str, id_number: str, today: date) -> SubjectFile | None:
        """Return a person's file, if name and number belong together."""
        for part in PERSONS:
            if hmac.compare_digest(part.id_number, id_number) and part.name == name:
                return _file_of(part, today)
        return None

    def note(self, query: PersonQuery) -> None:
        """Log a query."""
        with self._lock:
            self._queries.append(query)

    def rows(self) -> list[dict[str, Any]]:
        """Return the logged queries, oldest first."""
        with self._lock:
            return [query.row() for query in self._queries]

    def reset(self) -> None:
        """Forget the queries."""
        with self._lock:
            self._queries.clear()


def _file_of(part: PersonPart, today: date) -> SubjectFile:
    """Draw up a person's file; its subject has no code, and its name is masked."""
    subject = Subject(code=_HOME, name=f"{part.name[:2]}*", entity_type="", status="")
    records = tuple(_record(part, subject, catalogue, today) for catalogue in part.catalogues)
    return SubjectFile(subject=subject, records=records)


def _record(part: PersonPart, subject: Subject, catalogue: Catalogue, today: date) -> Record:
    lasting = catalogue in {Catalogue.COMMENDATION, Catalogue.COMMITMENT}
    key = f"person/{part.role}/{catalogue}"
    decision = Decision(
        catalogue=catalogue,
        subject=subject,
        severity=Severity.GENERAL if catalogue is Catalogue.PENALTY else None,
        decided_on=today - timedelta(days=60),
        disclosed_until=None if lasting else today + timedelta(days=300),
    )
    record = Record(
        rec_id=rec_id_of(key),
        version=1,
        catalogue=catalogue,
        severity=decision.severity,
        state=part.state,
        published_on=today - timedelta(days=57),
        disclosed_until=decision.disclosed_until,
        data_source=data_source_of(catalogue, _HOME),
        fields=content_of(decision, Random(key)),  # noqa: S311 - sample data
    )
    return replace(record, fields=_about_a_person(record))


def _about_a_person(record: Record) -> dict[str, Any]:
    """Leave out what would say that the subject is a body with a code."""
    fields = {name: value for name, value in record.fields.items() if name != "CF_XDR_SHXYM"}
    if "CF_XDR_LB" in fields:
        fields["CF_XDR_LB"] = "自然人"
    if "纳税人名称" in fields or "企业名称" in fields:
        name = fields.pop("纳税人名称", None) or fields.pop("企业名称", None)
        fields = {"姓名": name, **fields}
    return fields
