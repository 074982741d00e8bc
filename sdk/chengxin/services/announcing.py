"""What a merchant is told of its appeals, objections and pledges: that something happened, and where all of it stands.

Such a notice holds nothing of what the public source discloses, and no words of anybody: it may be told at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from chengxin.ledger import EntryKind
from chengxin.notifier import Notice
from chengxin.policy import Text
from chengxin.services.dispatch import notice_event
from chengxin.store.outbox import OutboxEvent

_TITLES: Final[Mapping[EntryKind, Text]] = MappingProxyType(
    {
        EntryKind.APPEAL_FILED: Text(zh="申诉已提交", en="Your appeal is filed"),
        EntryKind.APPEAL_ACKNOWLEDGED: Text(zh="申诉已受理", en="Your appeal is acknowledged"),
        EntryKind.APPEAL_ASSIGNED: Text(zh="申诉正在由人工复核", en="A human reviews your appeal"),
        EntryKind.APPEAL_ASKED: Text(zh="请补充申诉材料", en="More is asked of you for your appeal"),
        EntryKind.APPEAL_ANSWERED: Text(zh="申诉材料已收到", en="What you added to your appeal is received"),
        EntryKind.APPEAL_HUMAN_REQUESTED: Text(
            zh="已要求由人工决定", en="A human decides your appeal, as asked"
        ),
        EntryKind.APPEAL_DECIDED: Text(zh="申诉已有处理结果", en="Your appeal is decided"),
        EntryKind.APPEAL_WITHDRAWN: Text(zh="申诉已撤回", en="Your appeal is withdrawn"),
        EntryKind.REVIEW_OPENED: Text(zh="已提交人工复核", en="A human reviews a matter of yours"),
        EntryKind.REVIEW_CLOSED: Text(zh="人工复核已结束", en="The review by a human is over"),
        EntryKind.OBJECTION_RAISED: Text(zh="异议已标注", en="Your objection is marked"),
        EntryKind.OBJECTION_ENDED: Text(zh="异议标注已结束", en="The mark of your objection has ended"),
        EntryKind.COMMITMENT_MADE: Text(zh="信用承诺已作出", en="Your commitment is made"),
        EntryKind.COMMITMENT_FULFILLED: Text(zh="信用承诺已履行", en="Your commitment is fulfilled"),
        EntryKind.COMMITMENT_BREACHED: Text(
            zh="信用承诺被认定违背", en="A breach of your commitment is found"
        ),
        EntryKind.COMMITMENT_CLEARED: Text(
            zh="违背承诺的认定已撤销", en="The finding of a breach is set aside"
        ),
        EntryKind.COMMITMENT_ENDED: Text(zh="信用承诺已撤回", en="Your commitment is withdrawn"),
        EntryKind.DECLARATION_MADE: Text(zh="自主申报已收到", en="Your declaration is received"),
        EntryKind.DECLARATION_VERIFIED: Text(zh="自主申报已核验", en="Your declaration is verified"),
        EntryKind.DECLARATION_REFUTED: Text(
            zh="自主申报核验不符", en="Your declaration is found to be untrue"
        ),
        EntryKind.DECLARATION_WITHDRAWN: Text(zh="自主申报已撤回", en="Your declaration is withdrawn"),
    }
)
_NOTHING: Final = Text(zh="详情和理由见平台。", en="The platform shows the details and the reasons.")


def announce(
    kind: EntryKind,
    about: str,
    code: str,
    *,
    at: datetime,
    suffix: int,
    more: Text = _NOTHING,
) -> OutboxEvent:
    """Return the event that tells a merchant of a step, to be put in the transaction of the step.

    Args:
        kind: what happened.
        about: id of the appeal, review, objection, commitment or declaration.
        code: the merchant.
        at: when, aware UTC.
        suffix: tells the steps about one thing apart.
        more: what is said besides, in sentences.
    """
    title = _TITLES[kind]
    notice = Notice(
        notice_id=f"{about}-{kind.value.replace('.', '-')}-{suffix}",
        subject=code,
        kind=kind.value,
        title=title,
        text=Text(zh=f"{title.zh}（编号{about}）。{more.zh}", en=f"{title.en} ({about}). {more.en}"),
        at=at,
        recipient=code,
    )
    return notice_event(notice, at=at)
