"""What a statement says of each record that its measure rests on: what stays, and what goes with the record."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from chengxin.errors import InvalidStatement
from chengxin.policy.text import Text, is_blank
from chengxin.records import LicenceDetail, ListingDetail, PenaltyDetail, Record, Severity

_DIGEST: Final = re.compile(r"(?:hmac-)?sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairPath:
    """信用修复: how a ground is repaired, from when, until when at the latest, and what that does to the measure.

    Attributes:
        text: what to do and where, as clauses without a full stop.
        earliest_on: first China day on which repair may be asked for; None where no table of law gives one.
        latest_on: last China day of disclosure, after which the source stops by itself; None where no end is known.
        effect: what the measure becomes once the source stops disclosing the record, as a sentence.
    """

    text: Text
    earliest_on: date | None
    latest_on: date | None
    effect: Text

    def __post_init__(self) -> None:
        if type(self.text) is not Text or type(self.effect) is not Text:
            raise InvalidStatement(
                "A way to repair says what to do and what follows, each as a Text. Give both."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundContent:
    """What the source discloses of a ground: everything that is erased when disclosure ends (invariant I1).

    Attributes:
        fact: the record as a sentence without its full stop.
        decision_no: 决定书文号, or 案号 of a listing.
        authority: who decided or listed.
        conduct: kind of violation, or name of the list, in the source's words.
        is_disputed: the record is marked as disputed (异议中).
        repair: how it is repaired; None where there is nothing to repair.
    """

    fact: Text
    decision_no: str | None = None
    authority: str | None = None
    conduct: str | None = None
    is_disputed: bool = False
    repair: RepairPath | None = None

    def __post_init__(self) -> None:
        words = (self.decision_no, self.authority, self.conduct)
        if type(self.fact) is not Text or any(word is not None and is_blank(word) for word in words):
            raise InvalidStatement(
                "What is disclosed is told as a Text, and what is blank is None. Pass it so."
            )
        if type(self.is_disputed) is not bool or type(self.repair) not in (RepairPath, type(None)):
            raise InvalidStatement(
                "A part of what is disclosed is of the wrong type. Pass the values they are."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedGround:
    """A ground of the measure as its statement holds it.

    Attributes:
        record_id: the source's id of the record, as the ground of the measure has it.
        digest: digest of the decision number, or of the record id where there is none: what stays.
        severity: as the source classes it; None where it does not.
        content: what the source discloses; None once it may not be shown any more.
    """

    record_id: str
    digest: str
    severity: Severity | None
    content: GroundContent | None

    def __post_init__(self) -> None:
        if is_blank(self.record_id) or not (isinstance(self.digest, str) and _DIGEST.fullmatch(self.digest)):
            raise InvalidStatement("A ground is stated with its record id, and with a digest. Give both.")
        if type(self.severity) not in (Severity, type(None)):
            raise InvalidStatement("The severity of a ground is the source's own. Pass the record's.")
        if type(self.content) not in (GroundContent, type(None)):
            raise InvalidStatement("The content of a ground is a GroundContent, or None. Pass it so.")


def decision_number(record: Record) -> str | None:
    """Return the number that the decision behind a record is known by, as the source gives it."""
    detail = record.detail
    if isinstance(detail, PenaltyDetail | LicenceDetail):
        return detail.decision_no
    return detail.case_no if isinstance(detail, ListingDetail) else None


def conduct_of(record: Record) -> str | None:
    """Return what a record is about in the source's words: the kind of violation, or the list."""
    detail = record.detail
    if isinstance(detail, PenaltyDetail):
        return detail.violation_type
    return detail.list_name if isinstance(detail, ListingDetail) else None


def ground_digest(record: Record, *, key: bytes | None) -> str:
    """Return the digest by which a ground stays known when its content is gone.

    Numbers of decisions can be guessed one by one, so that a digest without a key tells whoever tries them all
    which one it was; with a key it tells only who holds the key.

    Args:
        record: the record.
        key: a secret of the platform; None for a plain SHA-256.
    """
    number = decision_number(record)
    told = f"decision:{number}" if number else f"record:{record.record_id}"
    message = told.encode("utf-8", "surrogatepass")
    if key is None:
        return "sha256:" + hashlib.sha256(message).hexdigest()
    return "hmac-sha256:" + hmac.new(key, message, "sha256").hexdigest()
