"""Decisions of named humans on what a policy puts before them (人工复核, invariant I8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chengxin.policy import Direction, Measure, Policy, decided_measure
from chengxin.policy.lifecycle import person_key
from chengxin.procedure.imposition import Ending, Fault, Imposition, limited, refusal
from chengxin.procedure.review import HumanReview, ReviewClose, ReviewOutcome
from chengxin.records import Role, Standing
from chengxin.services.treatments.act import Act
from chengxin.services.treatments.asking import close_review, lapse, look_after_reviews
from chengxin.services.treatments.guarding import InForce
from chengxin.services.treatments.look import Look
from chengxin.services.treatments.options import Checker, TreatmentOptions
from chengxin.services.treatments.reconciling import Reconciler
from chengxin.store.sql import Connection, SqlStore
from chengxin.store.sql.reviews import MOST_LISTED, ReviewRows


class Reviews:
    """Lists what waits for a named human, and carries out what they decide.

    A look at a subject opens reviews and closes those that are not asked any longer; nothing of one has effect until
    somebody decides for it. Who calls is for the host to know: every name given here is one that it stands for.
    """

    def __init__(
        self,
        client: Checker,
        store: SqlStore,
        *,
        options: TreatmentOptions,
        reconciler: Reconciler,
        in_force: InForce,
    ) -> None:
        self._client = client
        self._store = store
        self._options = options
        self._reconciler = reconciler
        self._in_force = in_force

    def open(self, *, limit: int = MOST_LISTED) -> list[HumanReview]:
        """Return the reviews that wait for a human, the oldest first; every record of each is still disclosed."""
        with self._store.reading() as connection:
            return ReviewRows(connection).open(self._client.clock.now(), limit=limit)

    def of(self, code: str) -> list[HumanReview]:
        """Return every review of a subject, also those that are closed, the oldest first."""
        with self._store.reading() as connection:
            return ReviewRows(connection).all_of(code)

    def decide(self, review_id: str, *, is_imposed: bool, by: str, reason: str) -> HumanReview:
        """Decide on a review, and return it closed.

        Deciding for the measure asks the source afresh, and the policy has to ask for the same on that answer. Then the
        merchant is told, with its lead time, as of every measure; a mass change is not looked for. A relief that is
        decided for applies from then on, wherever an evaluation asks for it on the same records. Deciding against it
        asks nobody, and on the same records it is not asked again.

        Args:
            review_id: the review.
            is_imposed: whether the measure is imposed, or the relief granted.
            by: the named human who decides.
            reason: why.

        Raises:
            TreatmentRefused: there is none, it was decided, it is not asked any longer, the source cannot be asked,
                nothing would be left of the measure, or nobody is named; ``fault`` says which.
            StoreUnavailable: nothing was decided.
        """
        if not person_key(by):
            raise refusal(Fault.NO_NAME, "Who decides on a review is named. Give a name that can be seen.")
        if not reason.strip():
            raise refusal(Fault.NO_REASON, "Who decides on a review says why. Give a reason.")
        if not is_imposed:
            return self._refuse(review_id, by=by, reason=reason)
        with self._store.reading() as connection:
            asked = _require(ReviewRows(connection), review_id, self._client.clock.now())
        look = self._look_afresh(asked.code, asked.role)
        self._reconciler.settle(look)
        look = replace(
            self._reconciler.see(look.code, look.role, look.status, due_at=look.due_at), is_fresh=True
        )
        carry = self._impose if asked.direction is Direction.RESTRICT else self._grant
        decided = carry(review_id, look, by=by, reason=reason)
        self._in_force.forget(decided.code)
        return decided

    def _refuse(self, review_id: str, *, by: str, reason: str) -> HumanReview:
        with self._store.reading() as connection:
            asked = _require(ReviewRows(connection), review_id, self._client.clock.now())
        with self._store.transaction() as connection:
            act, _ = self._reconciler.begin(connection, asked.code)
            one = _require(act.reviews, review_id, act.at)
            close = ReviewClose(outcome=ReviewOutcome.REFUSED, at=act.at, by=by, reason=reason)
            decided = close_review(act, one, close)
            for other in act.reviews.unclosed_of(one.code, one.role):
                if other.measure_code == one.measure_code and other.record_ids <= one.record_ids:
                    close_review(act, other, lapse(Ending.SUPERSEDED, act.at))
            act.close()
        return decided

    def _look_afresh(self, code: str, role: Role) -> Look:
        due_at = self._reconciler.due_at(code, role)
        status = self._client.check_afresh(code)
        if status.standing is Standing.UNKNOWN:
            raise _not_known()
        return replace(self._reconciler.see(code, role, status, due_at=due_at), is_fresh=True)

    def _begin(self, connection: Connection, look: Look) -> tuple[Act, Policy, Look]:
        """Return what is done in a transaction about a subject, and the subject with what was told of it until then.

        Raises:
            TreatmentRefused: the answer still shows what was told to be gone: it is older than that (invariant I1).
        """
        act, policy = self._reconciler.begin(connection, look.code)
        look = replace(look, gone=act.rows.told_of(look.code))
        if look.is_overtaken:
            raise _not_known()
        return act, policy, look

    def _impose(self, review_id: str, look: Look, *, by: str, reason: str) -> HumanReview:
        with self._store.transaction() as connection:
            act, policy, look = self._begin(connection, look)
            one = _require(act.reviews, review_id, act.at)
            measure = self._measure(act, policy, one, look, by=by)
            replaced = [
                other
                for other in act.rows.open_of(one.code, one.role)
                if other.measure.code == measure.code and other.hold is None and other.is_open(act.at)
            ]
            imposed = act.notice(measure, None, look)
            for other in replaced:
                _give_way(act, other, measure.starts_at)
            close = ReviewClose(
                outcome=ReviewOutcome.IMPOSED,
                at=act.at,
                by=by,
                reason=reason,
                imposition_id=imposed.imposition_id,
            )
            decided = close_review(act, one, close)
            treatment = look.situation.evaluate(policy, act.at)
            look_after_reviews(act, look, policy, treatment, options=self._options)
            self._reconciler.put_next(act, look, policy)
            act.close()
        return decided

    def _grant(self, review_id: str, look: Look, *, by: str, reason: str) -> HumanReview:
        with self._store.transaction() as connection:
            act, policy, look = self._begin(connection, look)
            one = _require(act.reviews, review_id, act.at)
            treatment = look.situation.evaluate(policy, act.at)
            if not any(one.is_same(review, look.status) for review in treatment.reviews):
                raise _not_asked()
            close = ReviewClose(outcome=ReviewOutcome.GRANTED, at=act.at, by=by, reason=reason)
            decided = close_review(act, one, close)
            look_after_reviews(act, look, policy, treatment, options=self._options)
            self._reconciler.put_next(act, look, policy)
            act.close()
        return decided

    def _measure(self, act: Act, policy: Policy, one: HumanReview, look: Look, *, by: str) -> Measure:
        """Return the measure that is decided for, as it takes effect when its notice is over.

        Raises:
            TreatmentRefused: the policy does not ask for it any longer, or it would be over by then.
        """
        made = decided_measure(policy, one.review, look.situation, at=act.at, by=by)
        if made is None or made.grounds != one.grounds:
            raise _not_asked()
        left = limited(made, act.rows.exemptions_of(one.code, act.at), act.at)
        starts_at = max(act.at, self._reconciler.terms(policy, act.at).starts_at(made))
        if left is None or left.ends_at <= starts_at:
            raise refusal(
                Fault.NOTHING_LEFT,
                f"The measure {made.code} would be over before its notice is, so there is nothing to impose.",
            )
        return replace(left, starts_at=starts_at)


def _give_way(act: Act, other: Imposition, starts_at: datetime) -> None:
    """Have a measure end when the one decided on takes its place; what has not begun by then never does."""
    if starts_at <= max(act.at, other.measure.starts_at):
        act.end(other, Ending.SUPERSEDED)
    else:
        act.bound(other, starts_at)


def _require(rows: ReviewRows, review_id: str, at: datetime) -> HumanReview:
    """Return a review that waits for a human.

    Raises:
        TreatmentRefused: there is none of this id, it was decided, or it is not asked any longer.
    """
    one = rows.find(review_id)
    if one is None:
        raise refusal(Fault.UNKNOWN, f"There is no review {review_id[:64]!r}.")
    if one.close is not None and one.close.outcome is not ReviewOutcome.LAPSED:
        raise refusal(Fault.DECIDED, f"The review was decided before: {one.close.outcome}.")
    if not one.is_open(at):
        raise _not_asked()
    return one


def _not_known() -> Exception:
    return refusal(
        Fault.SOURCE_UNKNOWN,
        "The source gives no answer now that is as new as what its feed told, and an unknown imposes and grants "
        "nothing. Decide again when it answers; refusing waits for nothing.",
    )


def _not_asked() -> Exception:
    return refusal(
        Fault.NOT_PROPOSED,
        "The policy does not ask for this any longer on what the source shows now. Look at the reviews of the subject.",
    )
