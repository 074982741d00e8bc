"""What findings say of a document as a whole: its days, its tiers, its settings, its size."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error

DOCUMENT: Final[Messages] = {
    "period.reversed": error(
        problem=("政策的终止日早于施行日。", "The policy ends before it takes effect."),
        why=("这样的政策从不适用。", "Such a policy never applies."),
        fix=(
            "请将 effective_until 设为 effective_from 当日或之后。",
            "Set effective_until to the day of effective_from or a later one.",
        ),
    ),
    "period.terms": error(
        problem=(
            "terms_since 晚于施行日。",
            "terms_since is later than the day on which the policy takes effect.",
        ),
        why=(
            "新版本沿用旧版本的起算日，已经届满的期限才不会重新开始。",
            "A new version keeps the day of the one before, so that a term that is over stays over.",
        ),
        fix=(
            "请将 terms_since 设为 effective_from 当日或之前，或删除。",
            "Set terms_since to the day of effective_from or an earlier one, or leave it out.",
        ),
    ),
    "tier.duplicate": error(
        problem=("档位“{tier}”列出了两次。", "The tier '{tier}' is listed twice."),
        why=(
            "档位按先后分优次，同一档位不能有两个次序。",
            "The order of tiers ranks them, and one tier has one rank.",
        ),
        fix=("请只保留一个。", "Keep one of them."),
    ),
    "tier.default": error(
        problem=(
            "有{count}个默认档位，应当恰有一个。",
            "{count} tiers are the default, and exactly one has to be.",
        ),
        why=(
            "没有任何规则提到的主体也须有确定的档位。",
            "Subjects of whom no rule says anything have a tier too, and only one.",
        ),
        fix=(
            "请在没有规则提到的主体所属的档位写 default: true。",
            "Set default: true on the tier of subjects of whom no rule says anything.",
        ),
    ),
    "policy.too_many_conditions": error(
        problem=(
            "全部规则共有{count}个条件，上限为{most}个。",
            "The rules have {count} conditions; the most is {most}.",
        ),
        why=(
            "一次评价要看的内容须有上限，检查才来得及在商家等待时完成。",
            "What one evaluation looks at is bounded, so that no merchant waits for it.",
        ),
        fix=(
            "请合并作用相同的规则，或删除不需要的规则。",
            "Join rules that do the same, or remove those that nobody needs.",
        ),
    ),
}
