"""A treatment, explained so that it can be read aloud."""

from __future__ import annotations

from collections.abc import Iterator

from chengxin.policy.engine import Policy
from chengxin.policy.explanation.case import Case
from chengxin.policy.explanation.change import tell_appeal, tell_changes, tell_repair
from chengxin.policy.explanation.decided import tell_reviews, tell_tier, tell_treatment
from chengxin.policy.explanation.disclosed import tell_facts, tell_source, tell_subject, tell_unknown
from chengxin.policy.explanation.paragraph import Explanation, Paragraph
from chengxin.policy.outlook import Outlook
from chengxin.policy.redress import ShortestMonths
from chengxin.policy.text import Language
from chengxin.policy.trace import Trace
from chengxin.records import CreditStatus, Standing


def explain(
    policy: Policy,
    status: CreditStatus,
    trace: Trace,
    outlook: Outlook,
    *,
    language: Language,
    shortest_months: ShortestMonths | None = None,
) -> Explanation:
    """Return a treatment explained in one language (令116 art. 19; 个人信息保护法 art. 24).

    It tells what the source discloses now and nothing of what has ended (invariant I1), each rule that fired, each
    measure with its basis and end, how to repair and to appeal, and what would change it.

    Args:
        policy: the policy that was evaluated.
        status: what is known of the subject.
        trace: the evaluation, from ``trace`` at the same instant.
        outlook: what would change it, from ``outlook`` at the same instant.
        language: the language.
        shortest_months: shortest disclosure periods by law, from which the earliest day of repair follows.
    """
    case = Case(policy=policy, status=status, trace=trace, outlook=outlook, language=language)
    return Explanation(language=language, paragraphs=tuple(_tell(case, shortest_months)))


def _tell(case: Case, shortest_months: ShortestMonths | None) -> Iterator[Paragraph]:
    yield tell_subject(case)
    if case.treatment.standing is Standing.UNKNOWN:
        yield from tell_unknown(case)
        yield tell_source(case)
        return
    yield from tell_facts(case)
    yield tell_tier(case)
    yield from tell_treatment(case)
    yield from tell_reviews(case)
    yield from tell_repair(case, shortest_months)
    yield from tell_appeal(case)
    yield from tell_changes(case)
    yield tell_source(case)
