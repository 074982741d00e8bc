"""The plugin's own pages: badges, their verification, and what the logged-in merchant may know of themselves."""

from flask_chengxin.views import account, status_page  # noqa: F401  # they register their routes
from flask_chengxin.views.badge import trust_badge
from flask_chengxin.views.blueprint import blueprint

__all__ = ["blueprint", "trust_badge"]
