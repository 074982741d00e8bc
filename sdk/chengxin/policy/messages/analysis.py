"""What findings say that rest on every case a policy tells apart."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error, warning

_PROPORTION: Final = (
    "措施的种类和程度应与事实、性质、情节和后果相当（令117 第十二条；令116 第二十九条）；失信更重，处理不应反而更宽。",
    (
        "Measures are in proportion to facts, nature, circumstances and harm (Order 117 art. 12, Order 116 art. 29): "
        "worse facts do not make a treatment milder."
    ),
)

ANALYSIS: Final[Messages] = {
    "rule.unreachable": warning(
        problem=("规则“{rule}”对任何主体都不成立。", "The rule '{rule}' fires for nobody."),
        why=(
            "不可能成立的规则使人误以为某种情形已有规定。",
            "A rule that never fires makes its readers believe that something is provided for.",
        ),
        fix=(
            "请更正互相排斥的条件，或删除该规则。",
            "Correct the conditions that rule each other out, or remove the rule.",
        ),
    ),
    "rule.idle": warning(
        problem=(
            "规则“{rule}”不改变任何结果：凡是它成立的情形，{others}已给出同样的处理。",
            "The rule '{rule}' changes nothing: wherever it fires, the same is given by {others}.",
        ),
        why=(
            "被其他规则覆盖的规则，改动它不会有任何效果，读者却以为有。",
            "Whoever changes a rule that others cover changes nothing, and believes the contrary.",
        ),
        fix=(
            "请删除该规则，或写明它应当另外给出的措施。",
            "Remove the rule, or give what it is meant to add.",
        ),
    ),
    "rule.same_condition": warning(
        problem=(
            "规则“{rule}”与“{other}”的条件含义相同。",
            "The rules '{rule}' and '{other}' fire for exactly the same subjects.",
        ),
        why=(
            "同一情形分写两处，日后容易只改一处。",
            "One case in two places is changed in one of them, sooner or later.",
        ),
        fix=("请合并为一条规则。", "Join them into one rule."),
    ),
    "policy.contradiction": warning(
        problem=(
            "就{what}而言，同一主体既得到激励又受到约束：{milder}与{stricter}同时适用。例如：{example}。",
            (
                "As to {what}, one subject is both relieved and restricted: {milder} and {stricter} apply at once. "
                "For example, {example}."
            ),
        ),
        why=(
            "商家无从知道应以哪一项为准，激励也因此落空。",
            "The merchant cannot tell which of the two counts, and the relief comes to nothing.",
        ),
        fix=(
            "请在给予激励的规则中排除该情形，或在限制的规则中以 waives 写明不再给出激励。",
            "Except the case from the rule that relieves, or let the one that restricts waive the relief.",
        ),
    ),
    "policy.gap": warning(
        problem=(
            "没有任何规则涉及以下失信信息：{records}。",
            "No rule speaks of these adverse records: {records}.",
        ),
        why=(
            "规则没有涉及的失信信息，处理与没有失信信息时相同，商家和审核人员都得不到说明。",
            "An adverse record that no rule speaks of is treated as none, and nobody is told why.",
        ),
        fix=(
            "请增加一条规则；不采取措施的，也可只给出等级和理由。",
            "Add a rule; where nothing is to be done, one that gives a tier and a reason.",
        ),
    ),
    "policy.gap_partial": warning(
        problem=(
            "某类失信信息只有一部分有规则涉及。没有规则涉及的，例如：{records}。",
            "Rules speak of some adverse records of a kind only. Of these no rule speaks: {records}.",
        ),
        why=(
            "条件中的天数或机关留下了空档，落入空档的商家，处理与没有失信信息的商家相同。",
            "Ages or authorities in the conditions leave a space, and who falls into it is treated as without record.",
        ),
        fix=(
            "请使天数范围前后相接，或另写一条规则。",
            "Let the ranges meet, or add a rule for the rest.",
        ),
    ),
    "policy.inversion_added": error(
        problem=(
            "失信信息增加，处理反而更宽。例如：{example}；如另公示{record}，则{change}（{rules}）。",
            (
                "One more adverse record makes the treatment milder. For example, {example}; "
                "if there is also {record}, then {change} ({rules})."
            ),
        ),
        why=_PROPORTION,
        fix=(
            "请使较重情形的规则至少给出较轻情形的全部措施，并且不以失信信息作为给予激励或免除措施的条件。",
            "Let the graver case give at least what the milder one gives, and let no adverse record relieve or waive.",
        ),
    ),
    "policy.inversion_graver": error(
        problem=(
            "失信程度更重，处理反而更宽。例如：{example}；如{instead_of}换作{record}，则{change}（{rules}）。",
            (
                "A graver record makes the treatment milder. For example, {example}; "
                "if there is {record} instead of {instead_of}, then {change} ({rules})."
            ),
        ),
        why=_PROPORTION,
        fix=(
            "请使较重程度的规则至少给出较轻程度的全部措施。",
            "Let the graver severity give at least what the milder one gives.",
        ),
    ),
    "analysis.too_large": warning(
        problem=(
            "政策区分的情形过多，以下问题未能查明：{questions}。",
            "The policy tells too many cases apart, so it was not found out whether there are {questions}.",
        ),
        why=(
            "分析穷尽所有情形，从不以抽样代替证明。",
            "The analysis looks at every case; a sample is never taken for a proof.",
        ),
        fix=(
            "请拆分政策，或减少互相独立的条件；安装附加组件 chengxin[z3] 后，多数问题可由求解器回答。",
            (
                "Split the policy, or use fewer conditions that are independent of each other; with chengxin[z3] "
                "installed a solver answers most of them."
            ),
        ),
    ),
}
