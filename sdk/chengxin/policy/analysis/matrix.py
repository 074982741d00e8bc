"""The decision matrix of a policy: every set of rules that can fire together, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chengxin.policy.analysis.exploration import MOST_CASES
from chengxin.policy.analysis.grant import PERSON, Fired, Grant, Tokens
from chengxin.policy.analysis.inquiry import Inquiry
from chengxin.policy.analysis.space import Example
from chengxin.policy.engine import Policy
from chengxin.policy.measure import PolicyRef
from chengxin.policy.upshot import Upshot


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """Subjects for whom the same rules fire, and who get the same.

    Attributes:
        number: number of the row, from 1 on; the simplest example comes first.
        fired: the rules that fire, in the order of the document.
        is_person: whether they are natural persons.
        upshot: what they get.
        cases: how many of the cases that the policy tells apart are in the row.
        example: a smallest such subject.
    """

    number: int
    fired: tuple[str, ...]
    is_person: bool
    upshot: Upshot
    cases: int
    example: Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Every reachable state of a policy; no subject is outside of it.

    Attributes:
        policy: the policy.
        on: its first day, on which it is looked at.
        rows: the rows.
    """

    policy: PolicyRef
    on: date
    rows: tuple[MatrixRow, ...]


def matrix(policy: Policy, *, most: int = MOST_CASES) -> Matrix:
    """Return the decision matrix of a policy on its first day.

    It is explored and never solved: it lists every outcome, and counts the cases of each.

    Raises:
        AnalysisTooLarge: it tells more cases apart than ``most``.
    """
    inquiry = Inquiry(policy.document, most=most)
    fired = [
        Grant(rule_id=rule.id, formula=inquiry.fires(rule), token=Fired(rule.id)) for rule in inquiry.rules
    ]
    tokens = Tokens(inquiry.policy, [*inquiry.grants, *fired])
    rows = []
    for number, case in enumerate(inquiry.explore(tokens), start=1):
        held = tokens.held(case.tokens)
        firing = {token.rule_id for token in held if isinstance(token, Fired)}
        row = MatrixRow(
            number=number,
            fired=tuple(rule.id for rule in inquiry.rules if rule.id in firing),
            is_person=PERSON in held,
            upshot=tokens.upshot(case.tokens),
            cases=case.cases,
            example=inquiry.space.example(case.values),
        )
        rows.append(row)
    return Matrix(policy=policy.ref, on=inquiry.space.on, rows=tuple(rows))
