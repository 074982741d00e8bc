"""What a badge says of a status: a fact with its date, never praise."""

from chengxin.badges.badge import Badge, BadgeState, badge_of, unknown_badge

__all__ = ["Badge", "BadgeState", "badge_of", "unknown_badge"]
