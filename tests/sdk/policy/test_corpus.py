"""Faulty policies, each with exactly what is found in it, in both languages; and lawful ones, with nothing."""

import pytest

from chengxin.errors import FindingSeverity
from chengxin.policy.messages import CATALOGUE
from chengxin.services import load_policy
from tests.sdk.policy.snapshot import CORPUS, FAULTY, LAWFUL, findings_of, rendered

FOUND_ELSEWHERE = {
    "field.value",  # of kinds of error that no part raises; the shape's own test
    "yaml.too_large",
    "rule.too_many_conditions",
    "policy.too_many_conditions",
    "reference.outside",  # needs a link
    "reference.of_text",  # needs a document that is no file
}
"""Codes that no document of the corpus gives, and tests of their own do."""


@pytest.mark.parametrize("document", FAULTY, ids=lambda path: path.stem)
def test_a_faulty_policy_gives_exactly_its_findings(document):
    """Code, severity, line and path, and every word that an author reads."""
    assert rendered(findings_of(document)) == document.with_suffix(".txt").read_text("utf-8")


@pytest.mark.parametrize("document", LAWFUL, ids=lambda path: path.stem)
def test_a_lawful_policy_gives_none(document):
    """What the faulty ones differ from is clean, and evaluates."""
    assert findings_of(document) == ()
    assert load_policy(document)


def test_every_document_of_the_corpus_says_what_is_wrong_with_it_in_its_head():
    """Each reads on its own, and each has what is expected beside it."""
    assert len(FAULTY) >= 60
    assert all(path.read_text("utf-8").startswith("# ") for path in [*FAULTY, *LAWFUL])
    assert {path.stem for path in CORPUS.glob("*.txt")} == {path.stem for path in FAULTY}


def test_every_code_of_the_catalogue_is_given_by_a_document_of_the_corpus():
    """No message goes unread; the exceptions are named."""
    given = {finding.code for document in FAULTY for finding in findings_of(document)}
    assert given == CATALOGUE.keys() - FOUND_ELSEWHERE


def test_each_document_has_one_kind_of_finding_and_errors_refuse_it():
    """One thing is wrong with each; only errors of the loader's own checks refuse."""
    for document in FAULTY:
        findings = findings_of(document)
        assert len({finding.code for finding in findings}) == 1
        if all(finding.severity is not FindingSeverity.ERROR for finding in findings):
            assert load_policy(document)
