"""Signals of the plugin; each is sent with the app as its sender.

``status_checked``
    After the status of a request's merchant was looked up and evaluated. Carries ``credit``.
``action_refused``
    After a guard refused an action. Carries ``decision``, ``credit`` and ``instance``, the number of the refusal
    that the merchant was shown.
``review_wanted``
    When a human should look at an action that goes on meanwhile. Carries ``decision`` and ``credit``.

``credit_changed``
    In the process that follows the source's change feed (``flask chengxin follow``), after a change has taken effect:
    from then on every process asks the source anew of its subject. Carries ``change``. At least once for each change.

Receivers are the host's code: what they raise is the host's to meet.
"""

from __future__ import annotations

from typing import Final

from blinker import Namespace

_signals: Final = Namespace()

status_checked: Final = _signals.signal("chengxin.status-checked")
action_refused: Final = _signals.signal("chengxin.action-refused")
review_wanted: Final = _signals.signal("chengxin.review-wanted")
credit_changed: Final = _signals.signal("chengxin.credit-changed")
