"""Faulty policies, each with exactly what is found in it, in both languages; and lawful ones, with nothing."""

import pytest

from chengxin.errors import FindingSeverity, InvalidPolicy
from chengxin.policy.analysis.finding import analysis_findings
from chengxin.policy.analysis.method import Method
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
    "analysis.too_large",  # needs a policy that takes minutes to look through
}
"""Codes that no document of the corpus gives, and tests of their own do."""


REFUSED = {
    "i3": {
        "measure.no_legal_basis",
        "measure.no_platform_rule",
        "measure.no_longest_days",
        "measure.no_appeal_route",
        "measure.too_long",
        "rule.no_ground",
        "rule.good_standing",
    },
    "i8": {"rule.person_tier", "rule.person_automatic"},
}
"""Codes of what would break an invariant."""
ASKED = {
    "unknown fields, with what was meant": {"field.unknown"},
    "announcement": {"period.announcement", "period.announcement_short"},
    "duration past disclosure": {"measure.past_disclosure"},
    "a severe measure on a minor record": {"rule.disproportionate"},
    "rules that fire for nobody": {"rule.unreachable"},
    "rules that others cover": {"rule.idle", "rule.idle_waiver"},
    "rules that overlap": {"rule.same_condition"},
    "rules that contradict each other": {"policy.contradiction"},
    "gaps": {"policy.gap", "policy.gap_partial"},
    "worse facts, milder treatment": {"policy.inversion_added", "policy.inversion_graver"},
}
"""What else lint looks for, and under which codes."""


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


@pytest.mark.parametrize("invariant", REFUSED)
def test_i3_i8_what_would_break_an_invariant_is_refused_wherever_it_is_loaded(invariant):
    """Not only by lint: such a policy never comes to be."""
    breaking = {document: codes for document in FAULTY if (codes := _codes(document) & REFUSED[invariant])}
    assert set().union(*breaking.values()) == REFUSED[invariant]
    for document in breaking:
        with pytest.raises(InvalidPolicy):
            load_policy(document)


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_of_lint_has_its_codes_and_a_document_each(asked):
    """One for each thing that a trust team should hear of before it publishes."""
    assert ASKED[asked] <= {code for document in FAULTY for code in _codes(document)}


def _codes(document):
    return {finding.code for finding in findings_of(document)}


def test_what_cannot_be_looked_through_is_said_and_not_guessed():
    """Questions that take too many cases are named in both languages; none of them is answered in part."""
    document = load_policy(CORPUS / "lawful-both-sides.yaml").document
    assert analysis_findings(document) == ()
    (finding,) = analysis_findings(document, most=1, method=Method.EXPLORE)
    assert finding.code == "analysis.too_large"
    assert "chengxin[z3]" in finding.fix.en
    assert finding.problem.en == (
        "The policy tells too many cases apart, so it was not found out whether there are rules that never fire or "
        "rules that change nothing."
    )
    assert finding.problem.zh == (
        "政策区分的情形过多，以下问题未能查明：有无不可能成立的规则、有无不起作用的规则。"
    )
