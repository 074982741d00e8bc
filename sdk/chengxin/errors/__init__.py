"""Every error of chengxin, in one tree.

::

    ChengxinError
    ├── ConfigurationError            a setting is missing, mistyped or contradicts another
    ├── InvalidIdentifier             a code is not lawful (also a ValueError)
    │   └── InvalidUscc
    ├── InvalidRecord                 a fact contradicts itself (also a ValueError)
    ├── InvalidMeasure                a measure without ground, end, basis or human (also a ValueError)
    ├── InvalidPolicy                 a policy document was refused (also a ValueError)
    ├── AnalysisTooLarge              policies tell too many cases apart to look at all of them
    ├── InvalidRuleTable              a row of law, or a table of them, was refused (also a ValueError)
    ├── UnknownStanding               raised by ``CreditStatus.raise_for_unknown`` alone
    ├── TierUnavailable               a shared cache tier could not be reached
    ├── LifecycleRefused              a step towards publishing a policy was refused (also a ValueError)
    ├── PolicyStoreError              the store of policy versions did not do what was asked
    │   ├── PolicyStoreConflict       somebody else took a step meanwhile
    │   ├── PolicyStoreDamaged        what is stored is not what was written
    │   ├── PolicyStoreUnavailable    it could not be read or written
    │   └── UnknownPolicyVersion      it holds no such version
    ├── VectorLogUnavailable          recorded fact vectors could not be read or written
    ├── StoreError                    the database did not do what was asked
    │   ├── StoreUnavailable          it is down, locked for too long, or full
    │   └── StoreOutdated             its tables are of another version: ``chengxin db upgrade``
    ├── LedgerError                   the ledger did not do what was asked
    │   └── LedgerDamaged             what is in it is not what was written
    ├── SignatureRefused              a signature is not one that is trusted (also a ValueError)
    ├── TreatmentRefused              a move of a measure in force was refused (also a ValueError)
    ├── InvalidStatement              a statement of reasons contradicts its measure or itself (also a ValueError)
    ├── InvalidReceipt                a receipt or report contradicts itself or its status (also a ValueError)
    ├── AppealRefused                 a step of an appeal, or its evidence, was refused (also a ValueError)
    ├── PledgeRefused                 a commitment or declaration, or a step of it, was refused (also a ValueError)
    ├── InvalidNotice                 a notice that could not be sent to anybody (also a ValueError)
    ├── NoticeError                   a notice did not reach whom it is for
    │   ├── NoticeUndeliverable       and will not: needs a person
    │   └── NoticeDelayed             not now: try again
    ├── InvalidWebhook                a webhook was not signed by whom it should be (also a ValueError)
    ├── InvalidEvent                  an event that could not be handed out (also a ValueError)
    └── SourceError                   the public source gave no usable answer
        ├── SourceUnavailable         slow, unreachable, failing, over quota: may pass
        ├── SourceRefused             it understood and said no: needs a person
        │   └── ReportConflict        an idempotency key was used before, for another report
        ├── UnusableAnswer            it answered, but not with a complete, valid answer
        └── CursorTooOld              its change feed has forgotten what comes next: resynchronise

``SourceError`` never leaves a check: it becomes a status of standing ``UNKNOWN`` that carries the same
``UnknownReason``. Only code that talks to a source directly meets it.

Each error says what happened and what to do, keeps its evidence as typed attributes, has a stable ``code``,
survives ``pickle``, and holds neither secrets nor identity numbers. The modules divide the tree by subject; import
its names from the package.
"""

from chengxin.errors.fact import Fault, InvalidIdentifier, InvalidRecord, InvalidRuleTable, InvalidUscc
from chengxin.errors.ledger import LedgerDamaged, LedgerError
from chengxin.errors.lifecycle import AppealRefused, LifecycleRefused, PledgeRefused, TreatmentRefused
from chengxin.errors.notice import (
    InvalidEvent,
    InvalidNotice,
    InvalidWebhook,
    NoticeDelayed,
    NoticeError,
    NoticeUndeliverable,
)
from chengxin.errors.policy import (
    AnalysisTooLarge,
    Finding,
    FindingSeverity,
    InvalidMeasure,
    InvalidPolicy,
    InvalidReceipt,
    InvalidStatement,
    Wording,
)
from chengxin.errors.root import ChengxinError, ConfigurationError
from chengxin.errors.signing import SignatureRefused
from chengxin.errors.source import (
    CursorTooOld,
    ReportConflict,
    SourceError,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnknownStanding,
    UnusableAnswer,
)
from chengxin.errors.store import (
    PolicyStoreConflict,
    PolicyStoreDamaged,
    PolicyStoreError,
    PolicyStoreUnavailable,
    StoreError,
    StoreOutdated,
    StoreUnavailable,
    TierUnavailable,
    UnknownPolicyVersion,
    VectorLogUnavailable,
)

__all__ = [
    "AnalysisTooLarge",
    "AppealRefused",
    "ChengxinError",
    "ConfigurationError",
    "CursorTooOld",
    "Fault",
    "Finding",
    "FindingSeverity",
    "InvalidEvent",
    "InvalidIdentifier",
    "InvalidMeasure",
    "InvalidNotice",
    "InvalidPolicy",
    "InvalidReceipt",
    "InvalidRecord",
    "InvalidRuleTable",
    "InvalidStatement",
    "InvalidUscc",
    "InvalidWebhook",
    "LedgerDamaged",
    "LedgerError",
    "LifecycleRefused",
    "NoticeDelayed",
    "NoticeError",
    "NoticeUndeliverable",
    "PledgeRefused",
    "PolicyStoreConflict",
    "PolicyStoreDamaged",
    "PolicyStoreError",
    "PolicyStoreUnavailable",
    "ReportConflict",
    "SignatureRefused",
    "SourceError",
    "SourceRefused",
    "SourceUnavailable",
    "StoreError",
    "StoreOutdated",
    "StoreUnavailable",
    "TierUnavailable",
    "TreatmentRefused",
    "UnknownPolicyVersion",
    "UnknownReason",
    "UnknownStanding",
    "UnusableAnswer",
    "VectorLogUnavailable",
    "Wording",
]
