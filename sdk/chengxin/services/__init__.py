"""Use cases: look up a status, follow a feed, evaluate a policy, try one before it is in force."""

from chengxin.services.backtest import Backtest, backtest
from chengxin.services.evaluation import Evaluations, Observer
from chengxin.services.following import Follower, FollowOptions, Progress
from chengxin.services.health import FeedState, Health, TierState, health_of
from chengxin.services.lookup import CheckRow, Lookup
from chengxin.services.naming import Names, name_subjects
from chengxin.services.options import LookupOptions
from chengxin.services.policies import load_policy, shipped_policies
from chengxin.services.population import (
    Member,
    Statuses,
    members_of_file,
    members_of_snapshot,
    members_of_tier,
    statuses_of_snapshot,
    statuses_of_tier,
)
from chengxin.services.recording import VectorRecorder
from chengxin.services.replaying import Period
from chengxin.services.rollout import Rollout
from chengxin.services.shadow import Shadow, ShadowReport
from chengxin.services.simulation import Example, Hit, Simulation, simulate
from chengxin.services.tally import Flips, Tally
from chengxin.services.vector_file import FileVectorLog
from chengxin.services.vector_log import VectorLog, VectorLogOptions

__all__ = [
    "Backtest",
    "CheckRow",
    "Evaluations",
    "Example",
    "FeedState",
    "FileVectorLog",
    "Flips",
    "FollowOptions",
    "Follower",
    "Health",
    "Hit",
    "Lookup",
    "LookupOptions",
    "Member",
    "Names",
    "Observer",
    "Period",
    "Progress",
    "Rollout",
    "Shadow",
    "ShadowReport",
    "Simulation",
    "Statuses",
    "Tally",
    "TierState",
    "VectorLog",
    "VectorLogOptions",
    "VectorRecorder",
    "backtest",
    "health_of",
    "load_policy",
    "members_of_file",
    "members_of_snapshot",
    "members_of_tier",
    "name_subjects",
    "shipped_policies",
    "simulate",
    "statuses_of_snapshot",
    "statuses_of_tier",
]
