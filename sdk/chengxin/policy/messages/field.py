"""What findings say of the shape: members that are missing, unknown or mistyped."""

from __future__ import annotations

from typing import Final

from chengxin.message import Message, Messages, error

_SHAPE: Final = (
    "类型含糊的值在不同环境下含义不同，因此不作猜测。",
    "A value of an unclear type means different things to different readers, so nothing is guessed.",
)
_NAMED: Final = (
    "名称会出现在接口、台账和申诉中，须稳定且易于书写。",
    "Names stand in interfaces, in the ledger and in appeals: they are stable and plain.",
)
_READ: Final = (
    "商家会读到这些文字，应能看清每一个字。",
    "Merchants read these texts, and must see each character of them.",
)
_SATISFIABLE: Final = (
    "永远不成立的条件会使规则形同虚设。",
    "A condition that never holds makes its rule a dead letter.",
)


def _mistyped(zh: str, en: str, fix_zh: str, fix_en: str) -> Message:
    return error(problem=(f"此处应为{zh}。", f"This should be {en}."), why=_SHAPE, fix=(fix_zh, fix_en))


FIELD: Final[Messages] = {
    "field.unknown": error(
        problem=("此处没有名为“{field}”的字段。", "There is no field '{field}' here."),
        why=(
            "不认识的字段若被忽略，作者以为已经写明的要求就不会生效。",
            "Were it ignored, something its author asked for would silently not happen.",
        ),
        fix=("{hint}否则请删除。", "{hint} Otherwise remove it."),
    ),
    "field.missing": error(
        problem=("缺少字段“{field}”。", "The field '{field}' is missing."),
        why=(
            "它没有可以代替作者决定的默认值。",
            "It has no default that could stand for its author's decision.",
        ),
        fix=("请补上。", "Add it."),
    ),
    "field.choice": error(
        problem=("“{given}”不是此处可用的词。", "'{given}' is none of the words that stand here."),
        why=("只有约定的词才有约定的含义。", "Only agreed words have an agreed meaning."),
        fix=("{hint}", "{hint}"),
    ),
    "field.boolean": _mistyped(
        " true 或 false",
        "true or false",
        "请写 true 或 false，不加引号。",
        "Write true or false, without quotes.",
    ),
    "field.whole_number": _mistyped(
        "整数",
        "a whole number",
        "请写整数，不加引号，不带小数。",
        "Write a whole number, without quotes or a fraction.",
    ),
    "field.text": _mistyped(
        "文本",
        "a text",
        "请写文本；看起来像数字、true 或 false 的，请加引号。",
        "Write a text; put it in quotes where it looks like something else.",
    ),
    "field.list": _mistyped(
        "列表",
        "a list",
        "请写成列表，每行以“- ”开头，或用方括号。",
        "Write a list: lines that begin with '- ', or brackets.",
    ),
    "field.mapping": _mistyped(
        "键值对",
        "a mapping",
        "请写出此部分的各个字段。",
        "Write the fields of this part, as name: value.",
    ),
    "field.value": _mistyped(
        "另一种值",
        "another value",
        "请参照文档格式说明改写此处。",
        "Write here what the document format describes.",
    ),
    "field.scalar": _mistyped(
        "整数、true、false 或文本",
        "a whole number, true, false or a text",
        "请写一个单独的值；整数的绝对值不超过1000000000000000。",
        "Write one plain value; whole numbers are at most 1000000000000000 either way.",
    ),
    "field.setting_value": error(
        problem=("“{given}”不能用作设置的值。", "'{given}' cannot be a value of a setting."),
        why=(
            "设置的值会交给平台的程序使用，须稳定且易于书写；供商家阅读的名称另写。",
            "The platform's programs read it, so it is stable and plain; what merchants read is a title beside it.",
        ),
        fix=(
            (
                "请写整数（绝对值不超过1000000000000000）、true、false，或由小写字母、数字和短横线"
                "组成的词，如 every-item；名称写在 value_titles 中。"
            ),
            (
                "Write a whole number (at most 1000000000000000 either way), true, false, or a word of lower-case "
                "letters, digits and hyphens like every-item, with its title in value_titles."
            ),
        ),
    ),
    "field.format": error(
        problem=("不识别文档格式“{given}”。", "The document format '{given}' is not known."),
        why=("格式版本决定其余各部分怎样读。", "The version of the format says how all else is read."),
        fix=("请写“format: 1”。", "Write format: 1."),
    ),
    "field.empty": error(
        problem=("此处没有内容。", "There is nothing here."),
        why=("空着的内容不说明任何事。", "What is empty says nothing."),
        fix=("请写出内容；列表至少写一项。", "Write something; of a list, at least one item."),
    ),
    "field.too_long": error(
        problem=("文本超过{most}个字符。", "The text is longer than {most} characters."),
        why=(
            "商家会读到这些文字，名称也要放进有限的栏位。",
            "Merchants read these texts, and names have to fit where they are shown.",
        ),
        fix=("请缩短。", "Shorten it."),
    ),
    "field.too_many": error(
        problem=("此处最多{most}项。", "There are more than {most} items here."),
        why=("任何文档的读取都有上限。", "Reading is bounded whatever a document holds."),
        fix=("请合并或删减。", "Join some of them, or leave some out."),
    ),
    "field.too_small": error(
        problem=("数值低于下限{least}。", "The number is below the least, {least}."),
        why=(
            "超出范围的数值没有实际含义，或无法精确计算。",
            "Beyond its range a number means nothing here, or is not exact.",
        ),
        fix=("请写{least}或更大的数。", "Write {least} or more."),
    ),
    "field.too_big": error(
        problem=("数值高于上限{most}。", "The number is above the most, {most}."),
        why=(
            "超出范围的数值没有实际含义，或无法精确计算。",
            "Beyond its range a number means nothing here, or is not exact.",
        ),
        fix=("请写{most}或更小的数。", "Write {most} or less."),
    ),
    "field.name": error(
        problem=("“{given}”不能用作名称。", "'{given}' cannot be a name here."),
        why=_NAMED,
        fix=(
            (
                "名称用小写字母、数字：措施、规则和档位用短横线连接，如 deposit-raised；"
                "操作、设置和平台事实用点和下划线，如 listing.create。"
            ),
            (
                "Names are lower case: measures, rules and tiers like deposit-raised; actions, settings and facts like "
                "listing.create."
            ),
        ),
    ),
    "field.day": error(
        problem=("此处应为日期。", "This should be a day."),
        why=(
            "公示期、施行日都按中国日历日计算，写法须唯一。",
            "Disclosure and effect are counted in China days, so a day has one spelling.",
        ),
        fix=("请写成 YYYY-MM-DD，例如 2026-02-01。", "Write it as YYYY-MM-DD, e.g. 2026-02-01."),
    ),
    "field.day_range": error(
        problem=("日期不在1949-10-01至9998-12-31之间。", "The day is not from 1949-10-01 to 9998-12-31."),
        why=(
            "更早没有公示，更晚无法计算终止日。",
            "Nothing was disclosed earlier, and ends cannot be counted later.",
        ),
        fix=(
            "请写这一范围内的日期；没有终止日的，不写 effective_until。",
            "Write a day in that range; leave effective_until out where there is no end.",
        ),
    ),
    "field.address": error(
        problem=(
            "此处应为以 https:// 开头的网址。",
            "This should be a web address that begins with https://.",
        ),
        why=(
            "商家会点开它；看到的地址就应是打开的地址。",
            "Merchants open it: what they see is what has to be opened.",
        ),
        fix=(
            "请写 https://、主机名和路径，不含用户名、空格、引号和反斜杠。",
            "Write https://, the host and the path, without user name, spaces, quotes or backslashes.",
        ),
    ),
    "text.blank": error(
        problem=("这段文字看不到任何内容。", "Nothing can be seen in this text."),
        why=_READ,
        fix=("请写出看得见的文字。", "Write a text that can be seen."),
    ),
    "text.character": error(
        problem=("文字中含有控制字符或格式字符。", "The text holds a control or format character."),
        why=_READ,
        fix=(
            "请删除；文字写在一行内，或用 >- 折行书写。",
            "Remove it; write the text on one line, or fold the lines with >-.",
        ),
    ),
    "condition.one_field": error(
        problem=(
            "一个条件只能有一个字段，此处有{count}个。",
            "A condition has exactly one field, and this has {count}.",
        ),
        why=(
            "并列的字段是“同时”还是“任一”，读的人说法不一。",
            "Side by side, they could mean both or either: readers disagree.",
        ),
        fix=("请只写一个；多个条件请放进 all 或 any。", "Give one; put several into all or any."),
    ),
    "count.impossible": error(
        problem=(
            "列出的条件少于须成立的个数，因此永远不成立。",
            "Fewer conditions are listed than have to hold, so it never holds.",
        ),
        why=_SATISFIABLE,
        fix=("请减小 n，或多列条件。", "Lower n, or list more conditions."),
    ),
    "fact.comparison": error(
        problem=(
            "平台事实或用 equals 比较，或用 at_least、less_than 比较，二者取一。",
            "A fact is compared by equals, or by at_least and less_than, one of the two.",
        ),
        why=(
            "没有比较或有两种比较，条件的含义就不确定。",
            "With no comparison or two, the condition has no clear meaning.",
        ),
        fix=("请写 equals，或写 at_least、less_than。", "Give either equals, or at_least and less_than."),
    ),
    "range.empty": error(
        problem=("这个范围没有界限，或不含任何值。", "This range has no bound, or nothing lies in it."),
        why=_SATISFIABLE,
        fix=(
            "请写 at_least、less_than 或两者；两者都写时，at_least 应小于 less_than。",
            "Give at_least, less_than, or both with at_least below less_than.",
        ),
    ),
}
