"""Signed receipts of checks (查询回执), in one call; and that they were issued, on the platform's own record."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.procedure.receipt import Asked, Receipt, receipt_of, sign_receipt
from chengxin.records import CreditStatus
from chengxin.signing import Signer
from chengxin.wire import encode_instant

if TYPE_CHECKING:
    from chengxin.store.sql import SqlStore

_SALT: Final = 16
_NOBODY: Final = Asked()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A receipt that was issued.

    Attributes:
        token: the receipt, signed; hand it out, or put it into the file.
        receipt: what it says.
        salt: shows a report of the same status by; kept with that report, and erased with it.
    """

    token: str
    receipt: Receipt
    salt: bytes = field(repr=False)


class Receipts:
    """Issues receipts, also of "nothing adverse shown" and of what could not be asked.

    Where there is a store, each is an entry of the ledger before it is handed out: its number, when the check was, of
    which source, and the digest of the token. So the platform shows later that it issued a receipt, and what it says is
    in whoever's hands it is: nothing of a record is kept here that its disclosure would have to outlive (invariant I1).

    Args:
        signer: signs; None where no key is set, and none are issued.
        clock: time.
        store: where it is put on record that they were issued; None where nowhere.
        digest_key: see ``receipt_of``.
    """

    def __init__(
        self,
        signer: Signer | None,
        *,
        clock: Clock,
        store: SqlStore | None = None,
        digest_key: bytes | None = None,
    ) -> None:
        self._signer = signer
        self._clock = clock
        self._store = store
        self._digest_key = digest_key

    def of(
        self, status: CreditStatus, *, asked: Asked = _NOBODY, checked_at: datetime | None = None
    ) -> Issued:
        """Issue the receipt of a check.

        Args:
            status: what the check gave.
            asked: who asked, what for, and the pseudonym of a natural person.
            checked_at: when the check was, aware; just now where None.

        Raises:
            ConfigurationError: no key is set.
            InvalidReceipt: the status is not one of that instant, or a part is no such part.
            StoreUnavailable: it could not be put on record, and was not issued.
        """
        if self._signer is None:
            raise ConfigurationError(
                "Receipts are signed, and no key is set. Name its file in CHENGXIN_RECEIPT_KEY."
            )
        at, salt = self._clock.now() if checked_at is None else checked_at, secrets.token_bytes(_SALT)
        number = f"R-{at:%Y%m%d}-{secrets.token_hex(8)}"
        receipt = receipt_of(
            status, at=at, receipt_id=number, salt=salt, asked=asked, digest_key=self._digest_key
        )
        token = sign_receipt(receipt, self._signer)
        if self._store is not None:
            self._record(self._store, receipt, token)
        return Issued(token=token, receipt=receipt, salt=salt)

    def is_on_record(self, token: str, *, code: str) -> bool:
        """Tell whether this very receipt was issued here, by the ledger.

        Args:
            token: the receipt.
            code: whom it is about: the code in its normal form, of a natural person the pseudonym.

        Raises:
            ConfigurationError: there is no store.
            StoreUnavailable: the ledger cannot be read.
        """
        from chengxin.store.sql.ledger import LedgerRows  # noqa: PLC0415 -- who keeps nothing loads no SQL

        if self._store is None:
            raise ConfigurationError("Nothing is put on record where there is no store. Give one.")
        digest = _digest(token)
        with self._store.reading() as connection:
            entries = LedgerRows(connection).read(subject=code)
            return any(one.stub.get("token") == digest for one in entries)

    def _record(self, store: SqlStore, receipt: Receipt, token: str) -> None:
        from chengxin.store.sql.ledger import LedgerRows  # noqa: PLC0415 -- see above

        draft = LedgerDraft(
            at=self._clock.now(),
            kind=EntryKind.RECEIPT_ISSUED,
            subject=receipt.pseudonym if receipt.code is None else receipt.code.code,
            actor=receipt.operator,
            stub={
                "receipt_id": receipt.receipt_id,
                "token": _digest(token),
                "source": receipt.source,
                "checked_at": encode_instant(receipt.checked_at),
            },
        )
        with store.transaction() as connection:
            LedgerRows(connection).append(draft)


def _digest(token: str) -> str:
    return f"sha256:{sha256(token.encode()).hexdigest()}"
