"""The receipt of one check: what was asked, when, and what came of it, without anything that must be erased later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from chengxin.errors import InvalidReceipt, UnknownReason
from chengxin.identifiers import Uscc, mask_identity_numbers
from chengxin.policy.instant import as_utc, is_utc
from chengxin.policy.text import is_blank
from chengxin.procedure.document.clean import clean
from chengxin.procedure.receipt.content import content_digest
from chengxin.records import ADVERSE_KINDS, RecordKind, Severity, Standing, SubjectKind

RECEIPT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)
"""What a receipt is called by: fit for addresses, file names and registers."""
PSEUDONYM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{7,127}", re.ASCII)
"""A keyed pseudonym: 8 to 128 letters, digits and signs of a URL."""
CONTENT_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
RECORD_DIGEST: Final = re.compile(r"hmac-sha256:[0-9a-f]{64}", re.ASCII)
LONGEST_TEXT: Final = 500
"""Characters of a purpose or an operator's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asked, what for, and about which natural person.

    Attributes:
        purpose: what the check was for, in words; None where it is not said.
        operator: the person or program that asked; None where it is not said.
        pseudonym: the keyed pseudonym of a natural person who was asked about; None for every other subject.
    """

    purpose: str | None = None
    operator: str | None = None
    pseudonym: str | None = None


NOBODY_NAMED: Final = Asked()
"""Neither purpose nor operator is said, and the subject has a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRecord:
    """A record that was shown, without its content.

    Attributes:
        digest: keyed digest of its decision number, or of its id where it has none.
        version: the source's version of it.
        kind: kind of record.
        severity: as the source classed it; None where it did not.
        ends_at: when its disclosure was to end, aware UTC; None where no end was known.

    Raises:
        InvalidReceipt: a part is missing or of the wrong form.
    """

    digest: str
    version: int
    kind: RecordKind
    severity: Severity | None
    ends_at: datetime | None

    def __post_init__(self) -> None:
        is_well_formed = (
            isinstance(self.digest, str)
            and RECORD_DIGEST.fullmatch(self.digest) is not None
            and type(self.version) is int
            and self.version >= 0
            and type(self.kind) is RecordKind
            and type(self.severity) in (Severity, type(None))
            and (self.ends_at is None or is_utc(self.ends_at))
        )
        if not is_well_formed:
            raise InvalidReceipt(
                "A record on a receipt is a keyed digest with version, kind, severity and end."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """查询回执: that a subject was asked about at an instant, and what the source showed; "could not ask" is one too.

    A receipt is signed and handed on, so that nothing can be erased from it when a disclosure ends. So it holds what
    may stay for the file and no more (invariant I1): of each record the keyed digest of its decision number, kind,
    severity, version and end; no facts, names, amounts or numbers. The source's ids of records are hashed too, for
    they lead back to the record as well as its number does. What was shown stands in it as a salted digest: who keeps
    the content and the salt can show that this is it, and once they are erased nobody can try guesses. A natural
    person stands under a keyed pseudonym, and an identity number nowhere (invariant I8).

    Attributes:
        receipt_id: its number.
        subject_kind: kind of the subject.
        code: its unified social credit code; None for a natural person.
        pseudonym: keyed pseudonym of a natural person; None for every other subject.
        source: name of the source.
        as_of: the source's data date, aware UTC; None where nothing is known.
        fetched_at: when the source was asked, aware UTC.
        checked_at: the instant that it is about, aware UTC.
        expires_at: first instant at which it may no longer be used as present knowledge, aware UTC; it stays proof of
            what was shown at ``checked_at``. Not after ``checked_at`` where nothing was learned.
        standing: what the source showed.
        reason: why the standing is unknown; None otherwise.
        records: the records that were shown, without their content, in the order of the answer.
        content_digest: salted digest of all that was shown.
        purpose: what the check was for; None where it is not said.
        operator: who asked; None where it is not said.

    Raises:
        InvalidReceipt: it contradicts itself, or holds what a receipt does not.
    """

    receipt_id: str
    subject_kind: SubjectKind
    code: Uscc | None
    source: str
    fetched_at: datetime
    checked_at: datetime
    expires_at: datetime
    standing: Standing
    records: tuple[ReceiptRecord, ...]
    content_digest: str
    as_of: datetime | None = None
    reason: UnknownReason | None = None
    pseudonym: str | None = None
    purpose: str | None = None
    operator: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.receipt_id, str) or RECEIPT_ID.fullmatch(self.receipt_id) is None:
            raise InvalidReceipt(
                "The number of a receipt has 1 to 128 letters, digits, hyphens and underscores."
            )
        if not isinstance(self.content_digest, str) or CONTENT_DIGEST.fullmatch(self.content_digest) is None:
            raise InvalidReceipt("A receipt holds the SHA-256 of what was shown. Let receipt_of make it.")
        self._check_subject()
        self._check_standing()
        self._check_instants()
        for name, text in (("source", self.source), ("purpose", self.purpose), ("operator", self.operator)):
            if text is None and name != "source":
                continue
            if not isinstance(text, str) or is_blank(text) or text != clean(text) or len(text) > LONGEST_TEXT:
                raise InvalidReceipt(
                    f"The {name} on a receipt is a text of 1 to {LONGEST_TEXT} characters on one line, without "
                    "identity numbers and characters that are not seen."
                )

    def _check_subject(self) -> None:
        is_person = self.subject_kind is SubjectKind.PERSON
        is_named = type(self.subject_kind) is SubjectKind and (
            (self.code is None and is_pseudonym(self.pseudonym))
            if is_person
            else (type(self.code) is Uscc and self.pseudonym is None)
        )
        if not is_named:
            raise InvalidReceipt(
                "A receipt names a natural person by a keyed pseudonym, and every other subject by its code."
            )

    def _check_standing(self) -> None:
        standing, reason = self.standing, self.reason
        if type(standing) is not Standing or type(reason) not in (UnknownReason, type(None)):
            raise InvalidReceipt("A receipt has a standing, and a typed reason where that is unknown.")
        if (standing is Standing.UNKNOWN) != (reason is not None):
            raise InvalidReceipt("An unknown standing has a reason, and only an unknown standing has one.")
        if type(self.records) is not tuple or not all(type(one) is ReceiptRecord for one in self.records):
            raise InvalidReceipt("The records on a receipt are a tuple of ReceiptRecord.")
        if (standing is Standing.ADVERSE) != any(one.kind in ADVERSE_KINDS for one in self.records):
            raise InvalidReceipt("A standing is adverse exactly where an adverse record is shown.")

    def _check_instants(self) -> None:
        needed = (self.fetched_at, self.checked_at, self.expires_at)
        if not all(map(is_utc, needed)) or not (self.as_of is None or is_utc(self.as_of)):
            raise InvalidReceipt("The instants on a receipt are aware, and in UTC.")
        is_known = self.standing is not Standing.UNKNOWN
        if is_known and (self.as_of is None or self.expires_at <= self.checked_at):
            raise InvalidReceipt("What is known is of a data date, and holds for some time after the check.")
        if any(one.ends_at is not None and one.ends_at <= self.checked_at for one in self.records):
            raise InvalidReceipt(
                "A receipt holds a record that was not disclosed any more when it was shown."
            )

    def is_present(self, at: datetime) -> bool:
        """Tell whether what it says may be used as present knowledge at an instant; proof it stays in any case.

        An unknown standing is never present knowledge (invariant I2).

        Raises:
            InvalidRecord: the instant has no time zone.
        """
        return self.standing is not Standing.UNKNOWN and self.checked_at <= as_utc(at) < self.expires_at

    def proves(self, content: Mapping[str, Any], salt: bytes) -> bool:
        """Tell whether a content is what was shown.

        Args:
            content: what ``content_of`` gave then.
            salt: the salt that the receipt was made with.
        """
        try:
            return content_digest(content, salt) == self.content_digest
        except (InvalidReceipt, RecursionError):
            return False


def is_pseudonym(text: object) -> bool:
    """Tell whether something can be a keyed pseudonym, and holds no identity number (invariant I8)."""
    if not isinstance(text, str) or PSEUDONYM.fullmatch(text) is None:
        return False
    return mask_identity_numbers(text) == text
