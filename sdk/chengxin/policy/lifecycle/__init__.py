"""The life of policy versions: drafted, linted, submitted, approved, announced, scheduled, in force, retired. Pure."""

from chengxin.policy.lifecycle.course import Course, Turn
from chengxin.policy.lifecycle.decision import (
    ANNOUNCED_DAYS,
    IMPORTANT_DAYS,
    Finds,
    decide,
    first_day_after_announcement,
    require_active,
    restorable,
)
from chengxin.policy.lifecycle.fault import Fault, refusal, short
from chengxin.policy.lifecycle.history import History, Version
from chengxin.policy.lifecycle.person import is_same_person, person_key
from chengxin.policy.lifecycle.replay import replay
from chengxin.policy.lifecycle.stage import Move, Stage
from chengxin.policy.lifecycle.step import Step, is_digest

__all__ = [
    "ANNOUNCED_DAYS",
    "IMPORTANT_DAYS",
    "Course",
    "Fault",
    "Finds",
    "History",
    "Move",
    "Stage",
    "Step",
    "Turn",
    "Version",
    "decide",
    "first_day_after_announcement",
    "is_digest",
    "is_same_person",
    "person_key",
    "refusal",
    "replay",
    "require_active",
    "restorable",
    "short",
]
