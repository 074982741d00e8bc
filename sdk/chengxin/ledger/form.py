"""The one written form of what an entry holds: the text that is stored is the text that is hashed."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidRecord
from chengxin.identifiers import mask_identity_numbers

GENESIS: Final = f"sha256:{'0' * 64}"
"""What the first entry is chained to."""
SALT_BYTES: Final = 16
LONGEST_NAME: Final = 100
"""Longest subject and longest name of a person, in characters."""
LARGEST_STUB: Final = 16_384
"""Largest stub, in bytes of its canonical form."""
LARGEST_CONTENT: Final = 1_048_576
"""Largest content, in bytes of its canonical form."""

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_SALT: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_INSTANT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_DIGITS: Final = 18
"""Characters of an identity number."""
_NUMBERLESS: Final = re.compile(
    rf"(?:sha256:)?[0-9a-f]{{32,128}}|[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}|{_INSTANT.pattern}",
    re.ASCII,
)
"""Digests and UUIDs, in which a run of digits means nothing, and instants, in which there is none of that length."""
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
)


def is_digest_text(text: str) -> bool:
    """Tell whether a text is ``sha256:`` and 64 hexadecimal digits."""
    return _DIGEST.fullmatch(text) is not None


def is_salt_text(text: str) -> bool:
    """Tell whether a text is a salt: 16 bytes, in hexadecimal digits."""
    return _SALT.fullmatch(text) is not None


def instant_text(at: datetime) -> str:
    """Return an instant in UTC as it is written, to the microsecond.

    >>> instant_text(datetime(2026, 6, 1, 4, tzinfo=UTC))
    '2026-06-01T04:00:00.000000Z'

    Raises:
        InvalidRecord: it is no aware instant in UTC.
    """
    if not isinstance(at, datetime) or at.tzinfo is None or at.utcoffset() != UTC.utcoffset(None):
        raise InvalidRecord(
            "An entry of the ledger needs an aware instant in UTC, such as Clock.now() gives."
        )
    return f"{at.isoformat(timespec='microseconds')[:26]}Z"


def read_instant(text: str) -> datetime:
    """Return the instant of such a text.

    Raises:
        ValueError: it is none.
    """
    if _INSTANT.fullmatch(text) is None:
        raise ValueError("it is no instant in UTC to the microsecond")
    return datetime.fromisoformat(text)


def object_text(value: Mapping[str, Any], *, name: str, largest: int) -> str:
    """Return a JSON object in its canonical form (RFC 8785).

    Raises:
        InvalidRecord: it is none, is too large, or holds an identity number (invariant I8).
    """
    if not isinstance(value, dict):
        raise InvalidRecord(f"The {name} of an entry is a JSON object (a dict).")
    try:
        written = _plain_form(value) if _is_plain(value) else canonical_bytes(value)
    except (ValueError, RecursionError):  # rfc8785's own errors are ValueErrors too; they may quote the value
        written = None
    if written is None:
        raise InvalidRecord(f"The {name} of an entry holds what JSON cannot: RFC 8785 knows no form of it.")
    if len(written) > largest:
        raise InvalidRecord(f"The {name} of an entry has {len(written)} bytes; {largest} are allowed.")
    if not all(_is_free_of_identity_numbers(text) for text in _texts(value)):
        raise InvalidRecord(
            f"The {name} of an entry holds an identity number, which is never kept. Mask it first."
        )
    return written.decode()


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object of a canonical text.

    Raises:
        ValueError: it is none, or not in its canonical form.
    """
    value = read_json(text)
    if not isinstance(value, dict) or canonical_bytes(value).decode() != text:
        raise ValueError("it is no JSON object in its canonical form")
    return value


def read_json(text: str) -> Any:  # noqa: ANN401  # any JSON value
    """Return a JSON value whose canonical form is the same again.

    Raises:
        ValueError: it is none.
    """
    return json.loads(text, parse_int=_read_integer)


def _read_integer(digits: str) -> int | float:
    """Return a number without a point: beyond 2^53 it was a binary fraction, which RFC 8785 writes so."""
    number = int(digits) if len(digits) < 25 else float(digits)
    return number if abs(number) < 2**53 else float(digits)


def check_name(text: object, *, name: str) -> None:
    """Refuse a text that does not name a subject or a person.

    Raises:
        InvalidRecord: it is empty, too long, holds what cannot be seen, or an identity number (invariant I8).
    """
    if not isinstance(text, str) or not text.strip() or text != text.strip() or len(text) > LONGEST_NAME:
        raise InvalidRecord(f"The {name} of an entry is a text of 1 to {LONGEST_NAME} characters, or None.")
    if not (text.isascii() and text.isprintable()) and any(map(_is_unseen, text)):
        raise InvalidRecord(
            f"The {name} of an entry stands on one line, without control and format characters."
        )
    if not _is_free_of_identity_numbers(text):
        raise InvalidRecord(f"The {name} of an entry is an identity number. Use its keyed pseudonym.")


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN


def _is_free_of_identity_numbers(text: str) -> bool:
    if len(text) < _DIGITS:
        return True
    return _NUMBERLESS.fullmatch(text) is not None or mask_identity_numbers(text) == text


def _is_plain(value: Any) -> bool:  # noqa: ANN401  # any JSON value, or what is taken for one
    """Tell whether the form that ``json`` writes with sorted keys is the canonical one: nearly always.

    Fractions are written otherwise, keys beyond the basic plane are ordered otherwise, and large numbers are refused.
    """
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-(2**53) < value < 2**53)
    if kind is dict:
        return all(type(key) is str and key.isascii() and _is_plain(inner) for key, inner in value.items())
    return kind is list and all(map(_is_plain, value))


def _plain_form(value: dict[str, Any]) -> bytes:
    return _ENCODER.encode(value).encode()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
