"""Two policies compared by what they mean: for whom one is stricter, looser, of another kind, or the same.

Every class of subjects is found, each with a smallest example; a subject's class is what both policies give to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from chengxin.policy.analysis.effect import Effects
from chengxin.policy.analysis.exploration import MOST_CASES
from chengxin.policy.analysis.grant import Tokens, grants_of, upshot_at
from chengxin.policy.analysis.mark import marks_between, marks_of
from chengxin.policy.analysis.method import Either, Method
from chengxin.policy.analysis.space import Example, Space, Values
from chengxin.policy.constraint import Constraints
from chengxin.policy.document import PolicyDocument
from chengxin.policy.engine import Policy, compile_checked
from chengxin.policy.facts import FactValue
from chengxin.policy.measure import PolicyRef
from chengxin.policy.shift import Shift, Verdict, Yardstick, compare
from chengxin.policy.upshot import Upshot
from chengxin.records import CreditStatus, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffClass:
    """Subjects for whom the same changes.

    Attributes:
        shift: what changes.
        cases: how many of the cases that the policies tell apart are in the class; None where a solver found it,
            which counts none.
        before: what the first policy gives to the example.
        after: what the second one gives to it.
        example: a smallest example: the fewest records, then the fewest facts.
    """

    shift: Shift
    cases: int | None
    before: Upshot
    after: Upshot
    example: Example


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """What changes where one policy takes the place of another.

    Attributes:
        before: the first policy.
        after: the second policy.
        on: the China day on which both are looked at, as though both applied on it.
        classes: every class of subjects that there is, those of smaller examples first.
        documents: the documents of both.
    """

    before: PolicyRef
    after: PolicyRef
    on: date
    classes: tuple[DiffClass, ...]
    documents: tuple[PolicyDocument, PolicyDocument] = field(repr=False)
    _space: Space = field(repr=False)
    _tokens: tuple[Tokens, Tokens] = field(repr=False)
    _yardstick: Yardstick = field(repr=False)

    def of(self, verdict: Verdict) -> tuple[DiffClass, ...]:
        """Return the classes of one verdict."""
        return tuple(one for one in self.classes if one.shift.verdict is verdict)

    def class_of(
        self,
        status: CreditStatus,
        *,
        facts: Mapping[str, FactValue],
        role: Role,
        constraints: Constraints = (),
    ) -> DiffClass | None:
        """Return the class that a subject is in; None where what is known of it is not of the day that is looked at.

        Args:
            status: what is known of the subject, a known standing or an unknown one.
            facts: what the platform knows.
            role: its role.
            constraints: constraints of other platforms.
        """
        values = self._space.locate(status, facts=facts, role=role, constraints=constraints)
        upshots = _upshots(self._space, self._tokens, values)
        marks = marks_of(compare(*upshots, by=self._yardstick))
        return next((one for one in self.classes if marks_of(one.shift) == marks), None)


def diff(
    before: Policy,
    after: Policy,
    *,
    on: date | None = None,
    most: int = MOST_CASES,
    method: Method = Method.EITHER,
) -> Diff:
    """Return what changes where one policy takes the place of another, exactly.

    Args:
        before: the first policy.
        after: the second policy.
        on: the China day to look at; None means the first day on which both may apply.
        most: most cases that are explored at once.
        method: how the classes are found.

    Raises:
        AnalysisTooLarge: the policies tell too much apart; a part of the classes is never listed.
        ConfigurationError: a solver is asked for and not installed.
    """
    day = on or max(before.document.effective_from, after.document.effective_from)
    old, new = (compile_checked(applying(policy.document, day)) for policy in (before, after))
    space = Space.of([old.document, new.document], on=day)
    grants = [list(grants_of(policy.document, space)) for policy in (old, new)]
    tokens = Tokens(old, grants[0]), Tokens(new, grants[1])
    yardstick = Yardstick.between(old.document, new.document)
    marks = marks_between(
        Effects(old, grants[0], space.algebra),
        Effects(new, grants[1], space.algebra),
        by=yardstick,
        algebra=space.algebra,
    )
    told = f"The policies {before.ref.name!r} and {after.ref.name!r} tell"
    explorer = Either(space.algebra, space.domains, told=told, most=most, method=method)
    classes = []
    for found in explorer.classes(list(marks.values())):
        upshots = _upshots(space, tokens, found.values)
        one = DiffClass(
            shift=compare(*upshots, by=yardstick),
            cases=found.cases,
            before=upshots[0],
            after=upshots[1],
            example=space.example(found.values),
        )
        classes.append(one)
    return Diff(
        before=before.ref,
        after=after.ref,
        on=day,
        classes=tuple(classes),
        documents=(old.document, new.document),
        _space=space,
        _tokens=tokens,
        _yardstick=yardstick,
    )


def applying(document: PolicyDocument, on: date) -> PolicyDocument:
    """Return a document as though it applied on a day; longest durations count as they do in it."""
    period = {"effective_from": min(document.effective_from, on), "effective_until": None}
    return document.model_copy(update={**period, "terms_since": min(document.terms_on, on)})


def _upshots(space: Space, tokens: tuple[Tokens, Tokens], values: Values) -> tuple[Upshot, Upshot]:
    return upshot_at(space, tokens[0], values), upshot_at(space, tokens[1], values)
