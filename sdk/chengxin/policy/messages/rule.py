"""What findings say of a rule and of its conditions."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error

_PERSONS: Final = (
    "自然人不评级，也不受自动的不利处理，只由专人研究决定（个人信息保护法 第二十四条）。",
    "A natural person gets no grade and no automatic restriction: a named human decides (PIPL art. 24).",
)
_KNOWN: Final = (
    "引用落空的规则不会产生作者期望的结果。",
    "A rule that refers to nothing does not do what its author means.",
)

RULE: Final[Messages] = {
    "rule.duplicate_id": error(
        problem=("不止一条规则名为“{rule}”。", "More than one rule is called '{rule}'."),
        why=(
            "理由说明和台账以规则名指明依据，名称须唯一。",
            "Statements of reasons and the ledger name the rule, so one name is one rule.",
        ),
        fix=("请给每条规则不同的 id。", "Give each rule its own id."),
    ),
    "rule.too_many_conditions": error(
        problem=(
            "规则有{count}个条件，上限为{most}个。",
            "The rule has {count} conditions; the most is {most}.",
        ),
        why=(
            "一次评价要看的内容须有上限；条件太多的规则也没有人读得懂。",
            "What one evaluation looks at is bounded, and nobody can read such a rule.",
        ),
        fix=(
            "请拆分规则，或在一个条件中列出多个种类、取值或机关。",
            "Split the rule, or list several kinds, values or authorities in one condition.",
        ),
    ),
    "rule.empty": error(
        problem=("规则既不给出档位，也不给出措施。", "The rule gives neither a tier nor a measure."),
        why=("这样的规则不产生任何效果。", "Such a rule has no effect."),
        fix=("请写 tier 或 measures，或删除该规则。", "Give tier or measures, or remove the rule."),
    ),
    "rule.unknown_tier": error(
        problem=("没有档位“{tier}”。", "There is no tier '{tier}'."), why=_KNOWN, fix=("{hint}", "{hint}")
    ),
    "rule.duplicate_measure": error(
        problem=("措施“{measure}”写了两次。", "The measure '{measure}' is given twice."),
        why=(
            "同一措施只给出一次，写两次说明其中一个是笔误。",
            "A measure is given once; written twice, one is a slip.",
        ),
        fix=("请只保留一次。", "Keep it once."),
    ),
    "rule.unknown_measure": error(
        problem=("措施目录中没有“{measure}”。", "The catalogue holds no measure '{measure}'."),
        why=_KNOWN,
        fix=("{hint}", "{hint}"),
    ),
    "condition.unclassed_kind": error(
        problem=(
            "OTHER 是本版本不能归类的信息。",
            "Records of kind OTHER are those that this version cannot class.",
        ),
        why=(
            "不能归类的信息既不算失信，也不算守信。",
            "An unclassed record is neither adverse nor harmless.",
        ),
        fix=("请写已知的种类。", "Name a kind that is known."),
    ),
    "condition.unknown_fact": error(
        problem=("没有声明平台事实“{fact}”。", "No fact '{fact}' is declared."),
        why=(
            "只能使用公开声明的平台事实；非信用信息不得纳入评价（关于健全社会信用体系的意见，2025，（四））。",
            "Only declared facts are used: what is not about credit stays out (2025 Opinions, item 4).",
        ),
        fix=("{hint}", "{hint}"),
    ),
    "condition.fact_type": error(
        problem=(
            "平台事实“{fact}”的类型是 {type}，这个比较永远不成立。",
            "The fact '{fact}' is of type {type}, so this comparison never holds.",
        ),
        why=(
            "永远不成立的条件会使规则形同虚设。",
            "A condition that never holds makes its rule a dead letter.",
        ),
        fix=(
            "请用 equals 写 {type} 类型的值；要比较大小，请把它声明为 integer。",
            "Use equals with a value of type {type}, or declare the fact as an integer to compare by size.",
        ),
    ),
    "rule.person_tier": error(
        problem=("规则给自然人评定档位。", "The rule grades natural persons."),
        why=_PERSONS,
        fix=(
            "请去掉 tier；可以给出激励，或给出由专人决定的措施。",
            "Remove the tier; give relief, or measures that a human decides.",
        ),
    ),
    "rule.person_automatic": error(
        problem=(
            "约束“{measure}”会自动适用于自然人。",
            "The restriction '{measure}' would be automatic for natural persons.",
        ),
        why=_PERSONS,
        fix=(
            "请在该措施写 human_decides: true，由专人决定。",
            "Set human_decides: true on the measure, so that a named human decides.",
        ),
    ),
    "rule.no_ground": error(
        problem=(
            "没有任何失信信息或评价等级时，也会给出约束“{measure}”。",
            "The restriction '{measure}' can be given without any adverse record or grade to rest on.",
        ),
        why=(
            "约束措施须有正在公示的信息作为事实依据，并随之终止（令116 第十九条）。",
            "A restriction rests on facts that are told (Order 116 art. 19), and ends with them.",
        ),
        fix=(
            "请在条件中要求一项：放进 all 与其他条件并列，或放进 any 的每一支。",
            "Require one in the condition: beside all others in all, or in each branch of any.",
        ),
    ),
    "rule.good_standing": error(
        problem=(
            "约束“{measure}”可能因失信信息不再公示而给出。",
            "The restriction '{measure}' can be given because no adverse record is disclosed any more.",
        ),
        why=(
            "公示终止后应解除措施，而不是加以限制（关于健全社会信用体系的意见，2025，（十三））。",
            "Once disclosure ends, measures are lifted (2025 Opinions, item 13); the end of a record relieves.",
        ),
        fix=(
            "请直接要求信息本身，不要以良好状况为条件。",
            "Ask for the records themselves, and not for a good standing.",
        ),
    ),
    "rule.no_law": error(
        problem=(
            "规则为法律所要求，但没有写明条文。",
            "The law requires the rule, it says, and no article is cited.",
        ),
        why=(
            "法定规则优先于其他规则，须有据可查。",
            "What the law requires prevails over all else, so it can be looked up.",
        ),
        fix=(
            "请在 legal_basis 中写明条文，或将 precedence 改为 DISCRETIONARY。",
            "Cite the article in legal_basis, or make its precedence DISCRETIONARY.",
        ),
    ),
    "rule.no_expiry": error(
        problem=("信任团队的专项决定没有终止日。", "A decision of the trust team has no end."),
        why=(
            "专项决定优先于公开的规则，只能有期限地作出。",
            "It prevails over the published rules, so it is taken for a time.",
        ),
        fix=("请写 until，即最后适用日。", "Set until to the last day on which it applies."),
    ),
    "rule.nobody": error(
        problem=(
            "信任团队的专项决定没有写明决定人。",
            "A decision of the trust team names nobody who took it.",
        ),
        why=(
            "决定须有人负责，申诉和审计时才能核对。",
            "Somebody answers for it, in appeals and afterwards.",
        ),
        fix=(
            "请写 decided_by，即决定人的姓名或职务。",
            "Set decided_by to the name or office of who decided.",
        ),
    ),
    "rule.over": error(
        problem=("规则在政策施行前已经终止。", "The rule is over before the policy takes effect."),
        why=("这样的规则从不适用。", "Such a rule never applies."),
        fix=(
            "请将 until 设为 effective_from 当日或之后，或删除该规则。",
            "Set until to the day of effective_from or a later one, or remove the rule.",
        ),
    ),
    "rule.unknown_waived": error(
        problem=(
            "要免除的措施“{measure}”不在措施目录中。",
            "The measure '{measure}' is waived, and the catalogue holds none.",
        ),
        why=_KNOWN,
        fix=("{hint}", "{hint}"),
    ),
    "rule.gives_and_waives": error(
        problem=(
            "规则既给出又免除措施“{measure}”。",
            "The rule gives the measure '{measure}', and waives it.",
        ),
        why=(
            "同一规则自相矛盾，措施不会给出。",
            "The rule contradicts itself, and the measure would not be given.",
        ),
        fix=("请只保留一处。", "Keep one of the two."),
    ),
}
