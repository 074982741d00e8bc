"""What findings say of a declared setting."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error

_RESOLVES: Final = (
    "多项措施同时作用于一个设置时，结果须唯一且可以说明。",
    "Where several measures change one setting, there is one result, and it can be explained.",
)
_BOUNDED: Final = (
    "叠加的负担须有上限，否则可能与事实不相称（令116 第二十九条）。",
    "What adds up has a bound, or it may grow out of proportion (Order 116 art. 29).",
)

SETTING: Final[Messages] = {
    "setting.combine_type": error(
        problem=(
            "“{combine}”不适用于默认值 {default} 这样的值。",
            "'{combine}' does not apply to values such as the default, {default}.",
        ),
        why=_RESOLVES,
        fix=(
            "文字请用 strictest 并列出 values；true 和 false 请用 max 或 min。",
            "Use strictest with values for words; max or min for true and false.",
        ),
    ),
    "setting.no_values": error(
        problem=("strictest 没有列出 values。", "With strictest, values are not listed."),
        why=_RESOLVES,
        fix=("请在 values 中由宽到严列出全部取值。", "List all values in values, the mildest first."),
    ),
    "setting.idle_values": error(
        problem=(
            "“{combine}”按大小比较，不看 values。",
            "'{combine}' compares by size, and looks at no values.",
        ),
        why=_RESOLVES,
        fix=("请改用 strictest，或删除 values。", "Use strictest, or remove values."),
    ),
    "setting.values_mixed": error(
        problem=(
            "values 中有的值与默认值 {default} 的类型不同。",
            "Some of the values are of another type than the default, {default}.",
        ),
        why=_RESOLVES,
        fix=("请使全部取值与默认值同类型。", "Give values of the type of the default alone."),
    ),
    "setting.values_repeated": error(
        problem=("values 中有的值列出了两次。", "A value is listed twice in values."),
        why=(
            "由宽到严的次序中，一个值只有一个位置。",
            "In the order from mild to strict, one value has one place.",
        ),
        fix=("请只保留一次。", "Keep it once."),
    ),
    "setting.default_unlisted": error(
        problem=("默认值 {default} 不在 values 中。", "The default, {default}, is none of the values."),
        why=(
            "不知默认值的位置，就无从判断一项措施是约束还是激励。",
            "Without its place nobody can tell whether a measure restricts or relieves.",
        ),
        fix=("请在 values 的适当位置列出默认值。", "List the default in values, at its place."),
    ),
    "setting.no_cap": error(
        problem=("sum 没有上限（cap）。", "With sum, there is no cap."),
        why=_BOUNDED,
        fix=("请写 cap，即最严的合计。", "Set cap to the strictest total."),
    ),
    "setting.idle_bound": error(
        problem=("“{combine}”不看 {bound}。", "'{combine}' looks at no {bound}."),
        why=(
            "写了却不起作用的界限，会被误以为起作用。",
            "A bound that does nothing is taken for one that does.",
        ),
        fix=("请改用 sum，或删除 {bound}。", "Use sum, or remove {bound}."),
    ),
    "setting.bounds": error(
        problem=("默认值 {default} 超出了界限。", "The default, {default}, lies beyond the bound."),
        why=("没有任何措施时，也应在界限之内。", "The bounds hold where no measure is given, too."),
        fix=("请使 floor ≤ 默认值 ≤ cap。", "Keep floor ≤ default ≤ cap."),
    ),
}
