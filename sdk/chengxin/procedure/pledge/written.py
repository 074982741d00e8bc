"""What every pledge holds to: names, words in both languages, instants in UTC."""

from __future__ import annotations

from datetime import datetime

from chengxin.policy import Text
from chengxin.policy.instant import is_utc
from chengxin.procedure.appeal import is_clean_name, is_clean_statement
from chengxin.procedure.pledge.fault import Fault, refusal


def check_name(name: object, pledge_id: str | None = None) -> None:
    """Refuse what is no name of a person.

    Raises:
        PledgeRefused: it is none.
    """
    if not is_clean_name(name):
        raise refusal(Fault.NO_NAME, "Name the person, on one line, as they can be read.", pledge_id)


def check_words(text: object, what: str, pledge_id: str | None = None) -> None:
    """Refuse what cannot be read in both languages.

    Raises:
        PledgeRefused: it cannot.
    """
    if not (type(text) is Text and is_clean_statement(text.zh) and is_clean_statement(text.en)):
        raise refusal(
            Fault.NO_WORDS, f"Give {what} in both languages, each passed through clean_statement.", pledge_id
        )


def check_instant(at: object, pledge_id: str | None = None) -> None:
    """Refuse what is no instant in UTC.

    Raises:
        PledgeRefused: it is none.
    """
    if not (isinstance(at, datetime) and is_utc(at)):
        raise ill_formed("an instant needs the time zone UTC", pledge_id)


def ill_formed(rule: str, pledge_id: str | None = None) -> Exception:
    """Return the error that a part is missing, of the wrong type, or out of order."""
    return refusal(
        Fault.ILL_FORMED, f"This is not well formed: {rule}. Let the services propose it.", pledge_id
    )
