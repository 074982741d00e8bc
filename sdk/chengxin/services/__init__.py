"""Use cases: look up a status, follow a feed, find a rule table or a policy, evaluate, explain and publish it."""

from chengxin.services.evaluation import Evaluations
from chengxin.services.explanation import Account, account_of
from chengxin.services.following import Follower, FollowOptions, Progress
from chengxin.services.health import FeedState, Health, TierState, health_of
from chengxin.services.law import load_rule_table
from chengxin.services.lookup import CheckRow, Lookup
from chengxin.services.options import LookupOptions
from chengxin.services.policies import (
    begin_policy,
    lint_policy,
    load_policy,
    read_policy,
    read_policy_text,
    shipped_policies,
)
from chengxin.services.policy_versions import PolicyVersions, StoredVersion
from chengxin.services.publishing import Publishing

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
    "PolicyVersions",
    "Progress",
    "Publishing",
    "StoredVersion",
    "TierState",
    "account_of",
    "begin_policy",
    "health_of",
    "lint_policy",
    "load_policy",
    "load_rule_table",
    "read_policy",
    "read_policy_text",
    "shipped_policies",
]
