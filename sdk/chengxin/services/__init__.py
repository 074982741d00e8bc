"""Use cases: look up a status, follow a feed, find, evaluate, explain, try and publish a policy."""

from chengxin.services.backtest import Backtest, backtest
from chengxin.services.dispatch import (
    NOTICE_TOPIC,
    Dispatched,
    Dispatcher,
    DispatchOptions,
    Fate,
    Handler,
    notice_event,
    notice_handler,
)
from chengxin.services.evaluation import Evaluations, Observer
from chengxin.services.explanation import Account, account_of
from chengxin.services.following import Follower, FollowOptions, Progress
from chengxin.services.health import FeedState, Health, TierState, health_of
from chengxin.services.law import load_rule_table
from chengxin.services.lookup import CheckRow, Lookup
from chengxin.services.naming import Names, name_subjects
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
from chengxin.services.population import (
    Member,
    Statuses,
    members_of_file,
    members_of_snapshot,
    members_of_tier,
    statuses_of_snapshot,
    statuses_of_tier,
)
from chengxin.services.publishing import Publishing
from chengxin.services.recording import VectorRecorder
from chengxin.services.replaying import Period
from chengxin.services.rollout import Rollout
from chengxin.services.shadow import Shadow, ShadowReport
from chengxin.services.simulation import Example, Hit, Simulation, simulate
from chengxin.services.tally import Flips, Tally
from chengxin.services.vector_file import FileVectorLog
from chengxin.services.vector_log import VectorLog, VectorLogOptions

__all__ = [
    "NOTICE_TOPIC",
    "Account",
    "Backtest",
    "CheckRow",
    "DispatchOptions",
    "Dispatched",
    "Dispatcher",
    "Evaluations",
    "Example",
    "Fate",
    "FeedState",
    "FileVectorLog",
    "Flips",
    "FollowOptions",
    "Follower",
    "Handler",
    "Health",
    "Hit",
    "Lookup",
    "LookupOptions",
    "Member",
    "Names",
    "Observer",
    "Period",
    "PolicyVersions",
    "Progress",
    "Publishing",
    "Rollout",
    "Shadow",
    "ShadowReport",
    "Simulation",
    "Statuses",
    "StoredVersion",
    "Tally",
    "TierState",
    "VectorLog",
    "VectorLogOptions",
    "VectorRecorder",
    "account_of",
    "backtest",
    "begin_policy",
    "health_of",
    "lint_policy",
    "load_policy",
    "load_rule_table",
    "members_of_file",
    "members_of_snapshot",
    "members_of_tier",
    "name_subjects",
    "notice_event",
    "notice_handler",
    "read_policy",
    "read_policy_text",
    "shipped_policies",
    "simulate",
    "statuses_of_snapshot",
    "statuses_of_tier",
]
