"""What findings say of a measure in the catalogue."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error

_DECLARED: Final = (
    "没有声明的名称，平台无从知道要执行什么。",
    "The platform cannot carry out what nobody declared.",
)
_OWN_SIDE: Final = (
    "激励不得使商家负担加重，约束也不得形同虚设；方向写错会使事实与处理相反。",
    "A relief never asks for more than the usual, nor a restriction for less: facts and treatment would be at odds.",
)

MEASURE: Final[Messages] = {
    "measure.effect": error(
        problem=(
            "一项措施或拒绝一个操作，或改变一个设置，二者取一。",
            "A measure refuses one action or changes one setting.",
        ),
        why=("商家须能看懂一项措施究竟做什么。", "A merchant has to see what one measure does."),
        fix=("请写 action 或 setting，二者取一。", "Give either action or setting."),
    ),
    "measure.relief_refuses": error(
        problem=("激励措施不能拒绝操作。", "A relieving measure cannot refuse an action."),
        why=(
            "拒绝操作是对商家的限制，须具备约束措施的全部要件（令116 第十九条）。",
            "To refuse is to limit, which needs all that a restriction needs (Order 116 art. 19).",
        ),
        fix=(
            "请改为改变设置，或改为要件齐全的 RESTRICT 措施。",
            "Change a setting instead, or make it a RESTRICT measure with all that it needs.",
        ),
    ),
    "measure.unknown_action": error(
        problem=("没有声明操作“{action}”。", "No action '{action}' is declared."),
        why=_DECLARED,
        fix=("{hint}", "{hint}"),
    ),
    "measure.unknown_setting": error(
        problem=("没有声明设置“{setting}”。", "No setting '{setting}' is declared."),
        why=_DECLARED,
        fix=("{hint}", "{hint}"),
    ),
    "measure.setting_type": error(
        problem=(
            "此值与设置“{setting}”默认值的类型不同。",
            "The value is of another type than the default of '{setting}'.",
        ),
        why=("不同类型的值无法比较宽严。", "Values of two types cannot be ranked from mild to strict."),
        fix=("请写与默认值（{default}）同类型的值。", "Give a value like the default, {default}."),
    ),
    "measure.setting_value": error(
        problem=("设置“{setting}”不能取值 {value}。", "The setting '{setting}' cannot be {value}."),
        why=_DECLARED,
        fix=("{hint}", "{hint}"),
    ),
    "measure.no_room": error(
        problem=(
            "设置“{setting}”的默认值已到界限（{bound}），此措施不会改变它。",
            "The default of '{setting}' is at its bound ({bound}) already, so this changes nothing.",
        ),
        why=_OWN_SIDE,
        fix=("请放宽 {bound}，或删除该措施。", "Move {bound}, or remove the measure."),
    ),
    "measure.relief_restricts": error(
        problem=(
            "激励给设置“{setting}”的值是{value}，并不比默认值（{default}）宽松。",
            "The relief gives '{setting}' the value {value}, which is no milder than its default, {default}.",
        ),
        why=_OWN_SIDE,
        fix=(
            "请写更宽松的值（{stricter}）。",
            "Give a milder value ({stricter}).",
        ),
    ),
    "measure.restriction_relieves": error(
        problem=(
            "约束给设置“{setting}”的值是{value}，并不比默认值（{default}）严格。",
            "The restriction gives '{setting}' the value {value}, which is no stricter than its default, {default}.",
        ),
        why=_OWN_SIDE,
        fix=(
            "请写更严格的值（{stricter}），或改为 RELIEVE 措施。",
            "Give a stricter value ({stricter}), or make it a RELIEVE measure.",
        ),
    ),
    "measure.no_legal_basis": error(
        problem=("约束措施没有法律或政策依据。", "A restriction rests on no law or policy."),
        why=(
            "对商家有不利影响的处理须告知依据（令116 第十九条）。",
            "Whoever is restricted is told the basis (Order 116 art. 19).",
        ),
        fix=(
            "请在 legal_basis 中至少写一条平台可以援引的条文。",
            "Cite in legal_basis at least one article that a platform may rely on for it.",
        ),
    ),
    "measure.no_platform_rule": error(
        problem=(
            "约束措施没有写明平台规则的条款。",
            "A restriction is not in the platform's published rules.",
        ),
        why=(
            "平台只能依公开的服务协议和交易规则行事（电子商务法 第三十二条）。",
            "A platform acts by rules that it has made public (E-Commerce Law art. 32).",
        ),
        fix=(
            "请在 platform_rule 中写明公开规则的名称、条款和网址。",
            "Name title, clause and url of the published rule in platform_rule.",
        ),
    ),
    "measure.no_longest_days": error(
        problem=("约束措施没有最长期限。", "A restriction has no widest duration."),
        why=(
            "措施须自行终止；直播电商的处置还须告知确切期限（令117 第十四条）。",
            "A measure ends by itself; in livestreaming its exact term is told too (Order 117 art. 14).",
        ),
        fix=(
            "请写 longest_days；所依据的信息不再公示时，措施提前终止。",
            "Set longest_days; the measure ends earlier where its grounds do.",
        ),
    ),
    "measure.no_appeal_route": error(
        problem=("商家对此约束措施没有申诉途径。", "A restriction leaves the merchant no way to appeal."),
        why=(
            "须提供便捷的申诉渠道（令116 第十九条）。",
            "A convenient way to appeal has to be there (Order 116 art. 19).",
        ),
        fix=("请在文档顶层写明 appeal_url。", "Set appeal_url at the top of the document."),
    ),
    "measure.too_long": error(
        problem=(
            "最长期限为{days}天，长于任何信息的公示期。",
            "It may last {days} days, longer than any record is disclosed.",
        ),
        why=(
            "依现行规则，公示期最长{months}个月；措施不得长于其依据。",
            "By law nothing is disclosed for longer than {months} months, and no measure outlasts its ground.",
        ),
        fix=("请将 longest_days 设为{most}或更少。", "Set longest_days to {most} or less."),
    ),
}
