"""Guards: an action goes on, or is refused with all its reasons."""

from flask_chengxin.guards.guard import Guard, decide

__all__ = ["Guard", "decide"]
