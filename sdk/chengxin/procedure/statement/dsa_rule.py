"""The field rules of the EU DSA Transparency Database for a statement of reasons, and whether an export keeps them.

They are read off the database's own source, ``StatementStoreRequest`` and ``Statement`` of
https://github.com/digital-services-act/transparency-database at commit 69e80a0 of 2026-06-24; each fault names the rule
there that it breaks. Fields that exports of this house do not use (``content_id``, ``content_language``,
``category_specification``, ``incompatible_content_illegal`` and those of illegal content) are not known here, and so
are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

VISIBILITIES: Final = tuple(
    f"DECISION_VISIBILITY_{word}"
    for word in (
        "CONTENT_REMOVED",
        "CONTENT_DISABLED",
        "CONTENT_DEMOTED",
        "CONTENT_AGE_RESTRICTED",
        "CONTENT_INTERACTION_RESTRICTED",
        "CONTENT_LABELLED",
        "OTHER",
    )
)
MONETARIES: Final = tuple(f"DECISION_MONETARY_{word}" for word in ("SUSPENSION", "TERMINATION", "OTHER"))
PROVISIONS: Final = tuple(
    f"DECISION_PROVISION_{word}"
    for word in ("PARTIAL_SUSPENSION", "TOTAL_SUSPENSION", "PARTIAL_TERMINATION", "TOTAL_TERMINATION")
)
ACCOUNTS: Final = ("DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED")
DECISIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "decision_visibility": VISIBILITIES,
    "decision_monetary": MONETARIES,
    "decision_provision": PROVISIONS,
    "decision_account": ACCOUNTS,
}
"""The four kinds of restriction, by field; at least one is given."""
END_DATES: Final[Mapping[str, str]] = {
    "decision_visibility": "end_date_visibility_restriction",
    "decision_monetary": "end_date_monetary_restriction",
    "decision_provision": "end_date_service_restriction",
    "decision_account": "end_date_account_restriction",
}
"""Where the end of each kind of restriction stands."""
CONTENT_TYPES: Final = tuple(
    f"CONTENT_TYPE_{word}"
    for word in ("APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER")
)
CATEGORIES: Final = tuple(
    f"STATEMENT_CATEGORY_{word}"
    for word in (
        "ANIMAL_WELFARE",
        "CONSUMER_INFORMATION",
        "CYBER_VIOLENCE",
        "CYBER_VIOLENCE_AGAINST_WOMEN",
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "ILLEGAL_OR_HARMFUL_SPEECH",
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "NOT_SPECIFIED_NOTICE",
        "OTHER_VIOLATION_TC",
        "PROTECTION_OF_MINORS",
        "RISK_FOR_PUBLIC_SECURITY",
        "SCAMS_AND_FRAUD",
        "SELF_HARM",
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
        "VIOLENCE",
    )
)
COUNTRIES: Final = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI"),
    *("FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU"),
    *("LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)
SOURCES: Final = (
    "SOURCE_ARTICLE_16",
    "SOURCE_TRUSTED_FLAGGER",
    "SOURCE_TYPE_OTHER_NOTIFICATION",
    "SOURCE_VOLUNTARY",
)
GROUNDS: Final = ("DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT")
INCOMPATIBLE: Final = GROUNDS[1]
AUTOMATED: Final = tuple(f"AUTOMATED_DECISION_{word}" for word in ("FULLY", "PARTIALLY", "NOT_AUTOMATED"))
FIRST_CONTENT_ON, FIRST_ON, LAST_ON = date(2000, 1, 1), date(2020, 1, 1), date(2038, 1, 1)
"""Days that the database takes: of content, and of what is done; and the last of all."""

_ONE_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "decision_monetary": MONETARIES,
    "decision_provision": PROVISIONS,
    "decision_account": ACCOUNTS,
    "account_type": ("ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE"),
    "decision_ground": GROUNDS,
    "category": CATEGORIES,
    "source_type": SOURCES,
    "automated_detection": ("Yes", "No"),
    "automated_decision": AUTOMATED,
}
_SOME_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "decision_visibility": VISIBILITIES,
    "content_type": CONTENT_TYPES,
    "territorial_scope": COUNTRIES,
}
LONGEST: Final[Mapping[str, int]] = {
    "decision_visibility_other": 500,
    "decision_monetary_other": 500,
    "content_type_other": 500,
    "decision_ground_reference_url": 500,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2_000,
    "decision_facts": 5_000,
    "puid": 500,
}
"""The longest that each text may be, in characters."""
_EARLIEST: Final[Mapping[str, date]] = {
    "content_date": FIRST_CONTENT_ON,
    "application_date": FIRST_ON,
    **dict.fromkeys(END_DATES.values(), date.min),
}
_REQUIRED: Final = (
    "decision_ground",
    "content_type",
    "category",
    "content_date",
    "application_date",
    "decision_facts",
    "source_type",
    "automated_detection",
    "automated_decision",
    "puid",
)
_CALLED_FOR: Final = (
    ("decision_visibility_other", "decision_visibility", "DECISION_VISIBILITY_OTHER"),
    ("decision_monetary_other", "decision_monetary", "DECISION_MONETARY_OTHER"),
    ("content_type_other", "content_type", "CONTENT_TYPE_OTHER"),
    ("incompatible_content_ground", "decision_ground", INCOMPATIBLE),
    ("incompatible_content_explanation", "decision_ground", INCOMPATIBLE),
)
"""Fields that are required where another holds a code, and dropped where it does not."""
_KNOWN: Final = frozenset([*_ONE_OF, *_SOME_OF, *LONGEST, *_EARLIEST])
_PUID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WEB: Final = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?#][!-~]*)?")
"""Addresses that every reading of the rule ``url`` takes: in ASCII, with a host and no user name."""


class DsaFault(NamedTuple):
    """A rule that an export breaks.

    Attributes:
        field: the field.
        rule: the rule as the database's source names it, e.g. ``max:500``.
        problem: what is wrong, in a sentence.
    """

    field: str
    rule: str
    problem: str


def dsa_faults(fields: Mapping[str, Any]) -> tuple[DsaFault, ...]:
    """Return the published rules that the fields of an export break; empty where the database takes them.

    Args:
        fields: the members of the JSON object that would be sent.
    """
    return tuple(_faults(fields))


def _faults(fields: Mapping[str, Any]) -> Iterator[DsaFault]:
    for field in sorted(set(fields) - _KNOWN):
        yield DsaFault(field, "known", "No rule is known for it.")
    for field in _REQUIRED:
        if not _is_given(fields, field):
            yield DsaFault(field, "required", "It is missing.")
    if not any(_is_given(fields, field) for field in DECISIONS):
        yield DsaFault(
            "decision_visibility", "required_without_all", "None of the four restrictions is given."
        )
    for field, other, code in _CALLED_FOR:
        yield from _called_for(fields, field, other, code)
    for field, value in fields.items():
        if field in _KNOWN:
            yield from _value_faults(field, value)


def _is_given(fields: Mapping[str, Any], field: str) -> bool:
    value = fields.get(field)
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _called_for(fields: Mapping[str, Any], field: str, other: str, code: str) -> Iterator[DsaFault]:
    held = fields.get(other)
    is_called_for = code in held if isinstance(held, list) else held == code
    if is_called_for and not _is_given(fields, field):
        yield DsaFault(field, f"required_if:{other},{code}", f"It is missing beside {code}.")
    if not is_called_for and field in fields:
        yield DsaFault(field, f"exclude_unless:{other},{code}", f"It is dropped without {code}.")


def _value_faults(field: str, value: object) -> Iterator[DsaFault]:
    if field in _SOME_OF:
        codes = _SOME_OF[field]
        if not isinstance(value, list):
            yield DsaFault(field, "array", "It is no list.")
        elif not all(isinstance(one, str) and one in codes for one in value):
            yield DsaFault(field, "in", "A code in it is none of the published ones.")
        elif len(set(value)) < len(value):
            yield DsaFault(field, "in", "A code stands in it twice.")
    elif field in _ONE_OF:
        if not (isinstance(value, str) and value in _ONE_OF[field]):
            yield DsaFault(field, "in", "The code is none of the published ones.")
    elif field in _EARLIEST:
        yield from _day_faults(field, value)
    else:
        yield from _text_faults(field, value)


def _day_faults(field: str, value: object) -> Iterator[DsaFault]:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        yield DsaFault(field, "date_format:Y-m-d", "It is no day as YYYY-MM-DD.")
    elif day < _EARLIEST[field]:
        yield DsaFault(field, f"after_or_equal:{_EARLIEST[field]}", f"{day} is too early.")
    elif day > LAST_ON:
        yield DsaFault(field, f"before_or_equal:{LAST_ON}", f"{day} is too late.")


def _text_faults(field: str, value: object) -> Iterator[DsaFault]:
    if not isinstance(value, str):
        yield DsaFault(field, "string", "It is no text.")
        return
    if len(value) > LONGEST[field]:
        yield DsaFault(field, f"max:{LONGEST[field]}", f"It has {len(value)} characters.")
    if field == "puid" and not _PUID.fullmatch(value):
        yield DsaFault(field, "regex", "It holds more than letters, digits, hyphens and underscores.")
    if field == "decision_ground_reference_url" and not WEB.fullmatch(value):
        yield DsaFault(field, "url", "It is no web address.")
