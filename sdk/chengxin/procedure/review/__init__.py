"""人工复核: what a policy puts before a named human, from its opening to its close. Pure."""

from chengxin.procedure.review.plan import ReviewPlan, Settled, plan_reviews
from chengxin.procedure.review.review import HumanReview, ReviewClose, ReviewOutcome

__all__ = ["HumanReview", "ReviewClose", "ReviewOutcome", "ReviewPlan", "Settled", "plan_reviews"]
