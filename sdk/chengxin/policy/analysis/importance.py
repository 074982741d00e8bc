"""Whether a change of a policy touches important interests of merchants, so that it is announced for longer.

令116 art. 12: rules are public 7 days before they apply, and 15 where users are many, changes are many, or important
interests are touched. Here interests count as important where somebody is newly refused an action, or where what
somebody has to pay or deposit, or the account, is dealt with more strictly or in another way; where that is newly put
before a human, as the closing of an account always is; and where it may last longer. Who submits may always declare
more.
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
    if _lasts_longer(before.document, after.document):
        return True
    try:
        classes = diff(before, after).classes
    except AnalysisTooLarge:
        return True
    documents = (before.document, after.document)
    settings = {name for document in documents for name in _settings_of(document)}
    actions = {name for document in documents for name in document.actions}
    important = {f"action:{name}" for name in actions} | {f"setting:{name}" for name in settings}
    important |= {f"review:{name}" for name in actions | settings}
    return any(important & {*one.shift.stricter, *one.shift.otherwise} for one in classes)


def _lasts_longer(before: PolicyDocument, after: PolicyDocument) -> bool:
    """Tell whether an important measure may last longer; what a diff compares is what applies, and not how long."""
    return any(
        _is_important(entry)
        and (known := before.catalogue.get(code)) is not None
        and (entry.longest_days or 0) > (known.longest_days or 0)
        for code, entry in after.catalogue.items()
    )


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
