"""Whether a change of a policy touches important interests of merchants, so that it is announced for longer.

令116 art. 12: rules are public 7 days before they apply, and 15 where users are many, changes are many, or important
interests are touched. Here interests count as important where somebody is newly refused an action, or a person is asked
to refuse it, or where what somebody has to pay or deposit, or the account, is dealt with more strictly. Who submits may
always declare more.
"""

from __future__ import annotations

from chengxin.errors import AnalysisTooLarge
from chengxin.policy.analysis.diff import diff
from chengxin.policy.document import CatalogueEntry, PolicyDocument
from chengxin.policy.engine import Policy
from chengxin.policy.measure import Category, Direction

_IMPORTANT = (Category.MONETARY, Category.ACCOUNT)


def touches_important(before: Policy | None, after: Policy) -> bool:
    """Tell whether important interests of some merchant are touched where a policy takes the place of another.

    What cannot be looked at whole is taken to touch them.

    Args:
        before: the policy in force; None where there is none.
        after: the policy that takes its place.
    """
    if before is None:
        return any(_is_important(entry) for entry in after.document.catalogue.values())
    try:
        classes = diff(before, after).classes
    except AnalysisTooLarge:
        return True
    settings = _settings_of(after.document) | _settings_of(before.document)
    stricter = {aspect for one in classes for aspect in one.shift.stricter}
    actions = before.document.actions.keys() | after.document.actions.keys()
    important = {f"setting:{name}" for name in settings} | {f"action:{name}" for name in actions}
    # What a person may newly decide on touches them as what applies by itself does.
    important |= {f"review:{name}" for name in settings | actions}
    return not stricter.isdisjoint(important)


def _is_important(entry: CatalogueEntry) -> bool:
    """Tell whether a measure touches what is important by itself."""
    return entry.direction is Direction.RESTRICT and (
        entry.action is not None or entry.category in _IMPORTANT
    )


def _settings_of(document: PolicyDocument) -> set[str]:
    """Return the settings that are about money or the account."""
    return {
        entry.setting.name
        for entry in document.catalogue.values()
        if entry.setting is not None and entry.category in _IMPORTANT
    }
