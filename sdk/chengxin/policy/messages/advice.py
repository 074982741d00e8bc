"""What lint says beyond what refuses a policy: proportion, publicity, what is never used."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error, note, warning

_ANNOUNCED: Final = (
    "平台规则须提前公示：一般至少7日；用户多、修改多或涉及重要利益的至少15日（令116 第十二条）。",
    (
        "Platform rules are made public before they apply: 7 days, or 15 where users are many, changes are many or "
        "important interests are touched (Order 116 art. 12)."
    ),
)
_UNUSED: Final = (
    "不起作用的内容使人误以为它起作用，也常常是笔误留下的痕迹。",
    "What does nothing is taken for something that does, and is often what a slip leaves behind.",
)
_LANGUAGES: Final = (
    "商家以中文和英文阅读同一内容，中文为准。",
    "Merchants read the same in Chinese and in English; the Chinese prevails.",
)

ADVICE: Final[Messages] = {
    "period.announcement": error(
        problem=(
            "政策于{announced_on}公示，{effective_from}施行，公示期不足{days}日。",
            "It is announced on {announced_on} and applies from {effective_from}, less than {days} days later.",
        ),
        why=_ANNOUNCED,
        fix=(
            "请将 effective_from 设为{earliest}或之后。",
            "Set effective_from to {earliest} or a later day.",
        ),
    ),
    "period.announcement_short": warning(
        problem=(
            "公示期为{days}日，而政策限制商家的经营。",
            "It is announced for {days} days, and it restricts what merchants may do.",
        ),
        why=_ANNOUNCED,
        fix=(
            "如涉及重要利益，请将 effective_from 设为{earliest}或之后。",
            "Where important interests are touched, set effective_from to {earliest} or a later day.",
        ),
    ),
    "rule.disproportionate": error(
        problem=(
            "约束“{measure}”（{weight}）重于规则可据以触发的最轻信息（{deserved}）。",
            (
                "The restriction '{measure}' ({weight}) weighs more than the mildest record that the rule fires on "
                "({deserved})."
            ),
        ),
        why=(
            "处置的种类和程度须与事实、情节和危害相当（令116 第二十九条，令117 第十二条）。",
            "Kind and degree of a measure are in proportion to the facts (Order 116 art. 29, Order 117 art. 12).",
        ),
        fix=(
            "请在条件中要求更严重的信息（severity），或换用较轻的措施。",
            "Ask for graver records in the condition (severity), or give a milder measure.",
        ),
    ),
    "rule.disputed_automatic": warning(
        problem=(
            "异议中的信息也会自动触发约束“{measure}”。",
            "A disputed record, too, gives the restriction '{measure}' without anybody's decision.",
        ),
        why=(
            "异议尚未核查清楚，信息可能被更正；据此作出的处理也要随之撤回。",
            "While an objection is being checked the record may prove wrong, and what rests on it be taken back.",
        ),
        fix=(
            "请在条件中写 disputed: false；异议中的严重信息可另写规则，交专人决定。",
            "Set disputed: false in the condition; put grave disputed records before a human by another rule.",
        ),
    ),
    "rule.peer_tier": warning(
        problem=(
            "仅凭其他平台的联合约束就会把商家列入较差的档位“{tier}”。",
            "The word of other platforms alone puts a merchant into the worse tier '{tier}'.",
        ),
        why=(
            "联合约束只提示重新查询公共信息来源，由本平台依自己的规则处理，本身不产生不利后果。",
            (
                "A joint constraint points to the public source, to be looked at and judged by one's own rules; by "
                "itself it harms nobody."
            ),
        ),
        fix=(
            "请在 all 中同时要求正在公示的失信信息，或不给出 tier。",
            "Ask for a disclosed adverse record beside it in all, or give no tier.",
        ),
    ),
    "rule.peer_relief": warning(
        problem=(
            "仅凭其他平台的联合约束就会使商家失去激励“{measure}”。",
            "The word of other platforms alone takes the relief '{measure}' from a merchant.",
        ),
        why=(
            "联合约束只提示重新查询公共信息来源，由本平台依自己的规则处理，本身不产生不利后果。",
            (
                "A joint constraint points to the public source, to be looked at and judged by one's own rules; by "
                "itself it harms nobody."
            ),
        ),
        fix=(
            "请以正在公示的失信信息为条件，或在 all 中同时要求这样的信息。",
            "Ask for a disclosed adverse record instead, or beside it in all.",
        ),
    ),
    "rule.idle_waiver": warning(
        problem=(
            "没有同等或更低优先级的规则给出措施“{measure}”，免除不起作用。",
            "No rule of its own precedence or a lower one gives '{measure}', so waiving it does nothing.",
        ),
        why=_UNUSED,
        fix=(
            "请检查措施代码和 precedence，或删除该项免除。",
            "Check the code and the precedence, or remove the waiver.",
        ),
    ),
    "condition.severity_unclassed": warning(
        problem=(
            "{kinds}没有失信严重程度之分，此条件可能永远不成立。",
            "Records of kind {kinds} are not classed by severity, so this may never hold.",
        ),
        why=(
            "严重程度只取信息来源给出的分类，没有的不作推断。",
            "Severity is the source's own class, and is never derived where it gives none.",
        ),
        fix=(
            "请只对 PENALTY 写 severity，其他种类另写一个条件。",
            "Ask for severity of PENALTY alone, and for the other kinds in a condition of their own.",
        ),
    ),
    "measure.past_disclosure": warning(
        problem=(
            "最长期限为{days}天，而给出它的规则所依据的信息最长公示约{longest}天。",
            "It may last {days} days, and what the rules that give it rest on is disclosed for {longest} at most.",
        ),
        why=(
            "措施随公示终止而终止；期限写得更长，会使商家误以为还要等待。",
            "The measure ends with the disclosure: a longer term makes merchants expect what will not be.",
        ),
        fix=("请将 longest_days 设为{longest}或更少。", "Set longest_days to {longest} or less."),
    ),
    "measure.account_automatic": warning(
        problem=("涉及账号的约束会自动作出。", "A restriction of the account is automatic."),
        why=(
            "账号处置影响最重；商家要求人工处理的，须由人决定（令116 第十九条）。",
            "Nothing weighs more on a merchant, and a human has to decide once asked (Order 116 art. 19).",
        ),
        fix=("请写 human_decides: true。", "Set human_decides: true."),
    ),
    "measure.public_without_notice": warning(
        problem=(
            "可持续{days}天以上的暂停会公开，但生效前不通知商家。",
            "A suspension that may last more than {days} days is published, and the merchant is not told before.",
        ),
        why=(
            "公开之后难以挽回，商家应先知悉事实、理由和申诉途径（令116 第十九条）。",
            (
                "What is published can hardly be taken back: facts, reasons and the way to appeal come first "
                "(Order 116 art. 19)."
            ),
        ),
        fix=("请写 notice_days，至少1天。", "Set notice_days to 1 or more."),
    ),
    "measure.not_public": warning(
        problem=(
            "暂停或终止服务的约束没有公示（public）。",
            "A restriction suspends a service, and is not published (public).",
        ),
        why=(
            "对违法违规行为采取的警示、暂停或终止服务等措施须及时公示（电子商务法 第三十六条）。",
            "Warnings, suspensions and terminations for violations are published promptly (E-Commerce Law art. 36).",
        ),
        fix=(
            "请写 public: true，并写 notice_days。",
            "Set public: true, with notice_days.",
        ),
    ),
    "measure.unused": warning(
        problem=("没有规则给出措施“{name}”。", "No rule gives the measure '{name}'."),
        why=_UNUSED,
        fix=("请在规则中使用，或删除。", "Give it in a rule, or remove it."),
    ),
    "tier.unused": warning(
        problem=("没有规则给出档位“{name}”。", "No rule gives the tier '{name}'."),
        why=_UNUSED,
        fix=("请在规则中使用，或删除。", "Give it in a rule, or remove it."),
    ),
    "fact.unused": warning(
        problem=("没有条件使用平台事实“{name}”。", "No condition uses the fact '{name}'."),
        why=(
            "不需要的信息不应收集和提供（个人信息保护法 第六条）。",
            "What is not needed is not collected or passed on (PIPL art. 6).",
        ),
        fix=("请在条件中使用，或删除。", "Use it in a condition, or remove it."),
    ),
    "setting.unused": warning(
        problem=("没有措施改变设置“{name}”。", "No measure changes the setting '{name}'."),
        why=_UNUSED,
        fix=("请在措施中使用，或删除。", "Change it by a measure, or remove it."),
    ),
    "action.unused": note(
        problem=("没有措施拒绝操作“{name}”。", "No measure refuses the action '{name}'."),
        why=(
            "声明它仍有意义：状况未知时，由其 unknown 决定怎样处理。",
            "It may still be meant: its 'unknown' says what happens while the standing is unknown.",
        ),
        fix=("如果平台不查询这个操作，请删除。", "Remove it if the platform never asks about it."),
    ),
    "text.no_chinese": warning(
        problem=("中文文字中没有一个汉字。", "The Chinese text holds no Chinese character."),
        why=_LANGUAGES,
        fix=("请写中文。", "Write it in Chinese."),
    ),
    "text.no_english": warning(
        problem=("英文文字中没有一个拉丁字母。", "The English text holds no Latin letter."),
        why=_LANGUAGES,
        fix=("请写英文。", "Write it in English."),
    ),
    "text.identity_number": error(
        problem=("文字中有居民身份号码。", "The text holds a resident identity number."),
        why=(
            "政策会公开并长期保存；身份号码只能在必要的最小范围内处理（个人信息保护法 第六条）。",
            "A policy is published and kept; such a number is processed within the least scope only (PIPL art. 6).",
        ),
        fix=("请删除该号码。", "Remove the number."),
    ),
    "address.sample": note(
        problem=("网址仍是样例中的 {host}。", "The address is still the sample's, {host}."),
        why=(
            "商家点开后须能看到平台公开的规则和申诉渠道。",
            "Merchants open it to read the platform's own rules, or to appeal.",
        ),
        fix=("发布前请换成平台自己的网址。", "Put the platform's own address before it is published."),
    ),
}
