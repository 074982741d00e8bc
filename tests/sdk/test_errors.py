"""The error tree: every error has its code and survives pickling."""

import pickle

import pytest

from chengxin import errors
from chengxin.errors import (
    ChengxinError,
    ConfigurationError,
    Finding,
    InvalidPolicy,
    InvalidRuleTable,
    InvalidUscc,
    LifecycleRefused,
    PolicyStoreConflict,
    PolicyStoreDamaged,
    PolicyStoreUnavailable,
    SourceRefused,
    SourceUnavailable,
    UnknownPolicyVersion,
    UnknownReason,
    UnknownStanding,
)

EXAMPLES = [
    ConfigurationError("a setting"),
    InvalidUscc("no code", given="x", fault="length", position=3),
    InvalidPolicy("mine", [Finding("rule.no_ground", "rules.0", "It has no ground.", "Name a record.")]),
    InvalidRuleTable("law.yaml", [Finding("row.range", "deadlines[0].days", "-1 is out.", "Write 0.")]),
    UnknownStanding("why", reason=UnknownReason.TIMEOUT, subject="91350100M000100Y43"),
    SourceRefused("no", reason=UnknownReason.FORBIDDEN, http_status=403, source_status=40301, request_id="Q"),
    SourceUnavailable.timeout("testing"),
    LifecycleRefused("no", fault="author_approves", digest="sha256:0"),
    PolicyStoreConflict("marketplace", expected=3, found=4),
    PolicyStoreDamaged("a byte", place="journal.jsonl line 7"),
    PolicyStoreUnavailable("full"),
    UnknownPolicyVersion("none", digest="sha256:0"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_an_error_survives_pickling_with_its_evidence(error):
    """Type, words and attributes come back."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (type(copy), str(copy), copy.__dict__) == (type(error), str(error), error.__dict__)


def test_every_error_has_a_code_of_its_own():
    """Codes are stable names; no two errors share one."""
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, ChengxinError)
    ]
    assert len({kind.code for kind in kinds}) == len(kinds) > 8


def test_a_refused_policy_names_every_finding_with_its_fix():
    """A trust team reads what to do, not only what is wrong."""
    assert "rules.0: It has no ground. Name a record. [rule.no_ground]" in str(EXAMPLES[2])
