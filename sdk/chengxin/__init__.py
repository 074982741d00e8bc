"""chengxin (诚信): the public credit status of merchants and anchors, exactly as disclosed, for exactly as long.

>>> from chengxin.testing import scripted_client
>>> with scripted_client() as client:
...     client.check("91350100M000100Y43").reason
<UnknownReason.NOT_FOUND: 'not_found'>

Names load when they are first used: importing the package opens nothing, starts nothing and reads no
environment.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from chengxin.client import CreditClient
    from chengxin.config import Settings
    from chengxin.errors import (
        ChengxinError,
        ConfigurationError,
        InvalidIdentifier,
        InvalidMeasure,
        InvalidPolicy,
        InvalidRecord,
        InvalidRuleTable,
        InvalidUscc,
        SourceError,
        SourceRefused,
        SourceUnavailable,
        TierUnavailable,
        UnknownReason,
        UnknownStanding,
        UnusableAnswer,
    )
    from chengxin.identifiers import Uscc
    from chengxin.policy import Decision, PlatformFacts, Policy, Treatment
    from chengxin.records import (
        Change,
        ChangeKind,
        CreditStatus,
        LastKnown,
        Record,
        RecordKind,
        Role,
        Severity,
        Standing,
        Subject,
        SubjectKind,
    )
    from chengxin.services import (
        CheckRow,
        FollowOptions,
        Health,
        LookupOptions,
        load_policy,
        load_rule_table,
        shipped_policies,
    )
    from chengxin.transport import GateOptions, Lane, QuotaOptions

__version__: Final = "0.1.0"

_HOMES: Final = {
    "chengxin.client": ("CreditClient",),
    "chengxin.config": ("Settings",),
    "chengxin.errors": (
        "ChengxinError",
        "ConfigurationError",
        "InvalidIdentifier",
        "InvalidMeasure",
        "InvalidPolicy",
        "InvalidRecord",
        "InvalidRuleTable",
        "InvalidUscc",
        "SourceError",
        "SourceRefused",
        "SourceUnavailable",
        "TierUnavailable",
        "UnknownReason",
        "UnknownStanding",
        "UnusableAnswer",
    ),
    "chengxin.identifiers": ("Uscc",),
    "chengxin.policy": ("Decision", "PlatformFacts", "Policy", "Treatment"),
    "chengxin.records": (
        "Change",
        "ChangeKind",
        "CreditStatus",
        "LastKnown",
        "Record",
        "RecordKind",
        "Role",
        "Severity",
        "Standing",
        "Subject",
        "SubjectKind",
    ),
    "chengxin.services": (
        "CheckRow",
        "FollowOptions",
        "Health",
        "LookupOptions",
        "load_policy",
        "load_rule_table",
        "shipped_policies",
    ),
    "chengxin.transport": ("GateOptions", "Lane", "QuotaOptions"),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Change",
    "ChangeKind",
    "CheckRow",
    "ChengxinError",
    "ConfigurationError",
    "CreditClient",
    "CreditStatus",
    "Decision",
    "FollowOptions",
    "GateOptions",
    "Health",
    "InvalidIdentifier",
    "InvalidMeasure",
    "InvalidPolicy",
    "InvalidRecord",
    "InvalidRuleTable",
    "InvalidUscc",
    "Lane",
    "LastKnown",
    "LookupOptions",
    "PlatformFacts",
    "Policy",
    "QuotaOptions",
    "Record",
    "RecordKind",
    "Role",
    "Settings",
    "Severity",
    "SourceError",
    "SourceRefused",
    "SourceUnavailable",
    "Standing",
    "Subject",
    "SubjectKind",
    "TierUnavailable",
    "Treatment",
    "UnknownReason",
    "UnknownStanding",
    "UnusableAnswer",
    "Uscc",
    "__version__",
    "load_policy",
    "load_rule_table",
    "shipped_policies",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # whatever the name stands for
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return __all__
