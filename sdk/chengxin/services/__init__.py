"""Use cases: look up a status, follow a feed, find a policy, evaluate it, explain what it does."""

from chengxin.services.evaluation import Evaluations
from chengxin.services.explanation import Account, account_of
from chengxin.services.following import Follower, FollowOptions, Progress
from chengxin.services.health import FeedState, Health, TierState, health_of
from chengxin.services.lookup import CheckRow, Lookup
from chengxin.services.options import LookupOptions
from chengxin.services.policies import load_policy, shipped_policies

__all__ = [
    "Account",
    "CheckRow",
    "Evaluations",
    "FeedState",
    "FollowOptions",
    "Follower",
    "Health",
    "Lookup",
    "LookupOptions",
    "Progress",
    "TierState",
    "account_of",
    "health_of",
    "load_policy",
    "shipped_policies",
]
