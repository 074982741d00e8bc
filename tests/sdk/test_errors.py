"""The error tree: every error has its code and survives pickling."""

import pickle
import re
from dataclasses import replace

import pytest

from chengxin import errors
from chengxin.errors import (
    AppealRefused,
    ChengxinError,
    ConfigurationError,
    Fault,
    Finding,
    FindingSeverity,
    InvalidPolicy,
    InvalidReceipt,
    InvalidRuleTable,
    InvalidStatement,
    InvalidUscc,
    InvalidWebhook,
    LedgerDamaged,
    LifecycleRefused,
    NoticeDelayed,
    NoticeUndeliverable,
    PledgeRefused,
    PolicyStoreConflict,
    PolicyStoreDamaged,
    PolicyStoreUnavailable,
    SignatureRefused,
    SourceRefused,
    SourceUnavailable,
    StoreOutdated,
    StoreUnavailable,
    UnknownPolicyVersion,
    UnknownReason,
    UnknownStanding,
    Wording,
)

FINDING = Finding(
    code="rule.no_ground",
    severity=FindingSeverity.ERROR,
    path="rules[0]",
    problem=Wording(zh="没有依据。", en="It has no ground."),
    why=Wording(zh="须有事实依据。", en="It rests on facts."),
    fix=Wording(zh="请写明信息。", en="Name a record."),
    file="mine.yaml",
    line=7,
)
EXAMPLES = [
    ConfigurationError("a setting"),
    InvalidUscc("no code", given="x", fault="length", position=3),
    InvalidPolicy("mine", [FINDING]),
    InvalidRuleTable("law.yaml", [Fault("row.range", "deadlines[0].days", "-1 is out.", "Write 0.")]),
    UnknownStanding("why", reason=UnknownReason.TIMEOUT, subject="91350100M000100Y43"),
    SourceRefused("no", reason=UnknownReason.FORBIDDEN, http_status=403, source_status=40301, request_id="Q"),
    SourceUnavailable.timeout("testing"),
    LifecycleRefused("no", fault="author_approves", digest="sha256:0"),
    PolicyStoreConflict("marketplace", expected=3, found=4),
    PolicyStoreDamaged("a byte", place="journal.jsonl line 7"),
    PolicyStoreUnavailable("full"),
    UnknownPolicyVersion("none", digest="sha256:0"),
    SignatureRefused("no", fault="type", kid="k1"),
    LedgerDamaged("changed", seq=7, columns=("stub",)),
    StoreUnavailable("down", location="postgresql://db/name"),
    StoreOutdated(location="postgresql://db/name", found=None, needed="0001_policies"),
    AppealRefused("no", fault="decider_reviews", appeal_id="A-1"),
    PledgeRefused("no", fault="pledger_settles", pledge_id="C-1"),
    NoticeUndeliverable("gone", notice_id="ntc_1"),
    NoticeDelayed("busy", notice_id="ntc_1", retry_after_seconds=3.0),
    InvalidWebhook("no", fault="signature"),
    InvalidStatement("no record"),
    InvalidReceipt("of another check"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_an_error_survives_pickling_with_its_evidence(error):
    """Type, words and attributes come back."""
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (type(copy), str(copy), copy.__dict__) == (type(error), str(error), error.__dict__)


def kinds(kind=ChengxinError):
    """Return an error of the tree and all that are kinds of it."""
    below = [sub for sub in kind.__subclasses__() if sub.__module__.startswith("chengxin.errors.")]
    return {kind}.union(*map(kinds, below))


def test_every_error_has_a_code_of_its_own():
    """Codes are stable names; no two errors share one."""
    assert len({kind.code for kind in kinds()}) == len(kinds()) > 8


def test_the_tree_in_the_docstring_is_the_tree():
    """Each error is drawn once, under the one that it is a kind of, and imported from the package."""
    drawn, branch = [], []
    for stem, name in re.findall(r"^ {4}((?:[│├└─ ]{4})*)([A-Z]\w+)", errors.__doc__, re.MULTILINE):
        depth = len(stem) // 4
        branch[depth:] = [name]
        drawn.append((name, branch[depth - 1] if depth else "Exception"))
    assert sorted(drawn) == sorted((kind.__name__, kind.__bases__[0].__name__) for kind in kinds())
    assert {name for name, _ in drawn} <= set(errors.__all__)


def test_a_refused_policy_names_every_finding_with_its_fix():
    """A trust team reads where it is and what to do, not only what is wrong; in either language."""
    (error,) = (e for e in EXAMPLES if isinstance(e, InvalidPolicy))
    assert "mine.yaml:7 rules[0]: It has no ground. Name a record. [rule.no_ground]" in str(error)
    assert error.report("en") == str(error)
    assert error.report("zh").splitlines() == [
        "政策“mine”未通过检查（1处）：",
        "  mine.yaml:7 rules[0]: 没有依据。请写明信息。 [rule.no_ground]",
    ]


def test_a_finding_says_problem_reason_and_fix():
    """One paragraph in each language; Chinese sentences follow one another without a space."""
    assert FINDING.in_language("en") == "It has no ground. It rests on facts. Name a record."
    assert FINDING.in_language("zh") == "没有依据。须有事实依据。请写明信息。"


@pytest.mark.parametrize(
    ("file", "line", "path", "place"),
    [
        ("a.yaml", 3, "rules[0]", "a.yaml:3 rules[0]"),
        ("a.yaml", None, "", "a.yaml"),
        (None, None, "rules[0]", "rules[0]"),
        (None, None, "", ""),
    ],
)
def test_a_place_is_what_is_known_of_it(file, line, path, place):
    """File and line as terminals open them, then the path in the document."""
    assert replace(FINDING, file=file, line=line, path=path).place == place
