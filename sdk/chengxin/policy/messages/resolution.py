"""What findings say of a document that builds on others: what it extends, replaces, removes and includes."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error

_LISTED: Final = (
    "审批人只看清单就应知道基础政策的哪些内容被改动。",
    "The lists tell the person who approves which parts of the base are changed, without comparing texts.",
)
_LOCAL: Final = (
    "政策的含义只取决于与它放在一起、一同审阅的文件。",
    "What a policy means depends on nothing but files that lie, and are reviewed, beside it.",
)
_WHOLE: Final = (
    "缺少被引用的内容，政策就不完整，不能据此作出任何决定。",
    "Without what it refers to the policy is incomplete, and nothing is decided on it.",
)

RESOLUTION: Final[Messages] = {
    "extends.unknown_policy": error(
        problem=("没有名为“{name}”的内置政策。", "There is no shipped policy '{name}'."),
        why=_WHOLE,
        fix=(
            "{hint}本地文件请写成 ./文件名.yaml。",
            "{hint} A local file is written as ./name.yaml.",
        ),
    ),
    "extends.cycle": error(
        problem=(
            "政策“{name}”直接或间接以自己为基础。",
            "The policy '{name}' extends itself, directly or by way of others.",
        ),
        why=("循环的引用没有起点，无法展开。", "A circle has no beginning to start from."),
        fix=("请去掉其中一个 extends。", "Remove one extends of the circle."),
    ),
    "extends.too_deep": error(
        problem=("extends 连续超过{most}层。", "More than {most} policies extend one another."),
        why=(
            "层次过多，就没有人能看出一条规则来自哪里。",
            "Over many steps nobody can tell any more where a rule comes from.",
        ),
        fix=("请直接以更早的一份政策为基础。", "Extend an earlier one of them directly."),
    ),
    "extends.no_base": error(
        problem=("写了“{field}”，但没有 extends。", "There is '{field}', and no extends."),
        why=(
            "没有基础政策，就没有可替换或删除的内容。",
            "Without a base there is nothing to replace or remove.",
        ),
        fix=("请写明 extends，或删除此字段。", "Name the base in extends, or remove the field."),
    ),
    "extends.with_origin": error(
        problem=("“origin”与“{field}”同时出现。", "Both 'origin' and '{field}' are given."),
        why=(
            "origin 是展开后的政策对来源的记录，展开后的政策不再引用其他文件。",
            "origin records where a resolved policy comes from, and a resolved policy refers to no other.",
        ),
        fix=("请删除 origin；展开时会自动写入。", "Remove origin: resolving writes it."),
    ),
    "extends.unknown_entry": error(
        problem=(
            "“{entry}”不是可以替换或删除的内容。",
            "'{entry}' names nothing that can be replaced or removed.",
        ),
        why=_LISTED,
        fix=(
            (
                "请写成 catalogue.措施、rules.规则、settings.设置、facts.事实、actions.操作；"
                "可替换的还有 tiers、appeal_url、persons。"
            ),
            (
                "Write catalogue.…, rules.…, settings.…, facts.… or actions.… with a name; tiers, appeal_url and "
                "persons can be replaced too."
            ),
        ),
    ),
    "extends.unlisted_override": error(
        problem=(
            "替换了基础政策的“{entry}”，但未列入 overrides。",
            "It replaces '{entry}' of its base, and does not list it.",
        ),
        why=_LISTED,
        fix=(
            "请在 overrides 中列出“{entry}”，或换一个名称。",
            "List '{entry}' in overrides, or choose another name.",
        ),
    ),
    "extends.idle_override": error(
        problem=(
            "“{entry}”列入了 overrides，但没有替换任何内容。",
            "'{entry}' is listed in overrides, and nothing is replaced.",
        ),
        why=_LISTED,
        fix=(
            "请从 overrides 中删去，或写出与基础政策不同的“{entry}”。",
            "Remove it from overrides, or give a '{entry}' that differs from the base's.",
        ),
    ),
    "extends.unknown_removal": error(
        problem=("要删除的“{entry}”不在基础政策中。", "'{entry}' is to be removed, and the base has none."),
        why=_LISTED,
        fix=("{hint}", "{hint}"),
    ),
    "extends.removed_and_given": error(
        problem=(
            "“{entry}”既要删除，又在本文档中写出。",
            "'{entry}' is removed, and given in this document as well.",
        ),
        why=_LISTED,
        fix=(
            "要替换的请列入 overrides，要删除的请勿写出。",
            "List it in overrides to replace it; else do not give it.",
        ),
    ),
    "extends.listed_twice": error(
        problem=("“{entry}”列出了两次。", "'{entry}' is listed twice."),
        why=_LISTED,
        fix=("请只列一次。", "List it once."),
    ),
    "include.member": error(
        problem=("被包含的文件中有“{field}”。", "An included file holds '{field}'."),
        why=(
            "被包含的文件只提供构件，政策由谁负责、何时施行由政策本身写明。",
            "Included files supply parts; who answers for a policy and when it applies is said by the policy itself.",
        ),
        fix=(
            "被包含的文件只写 facts、actions、settings、catalogue、rules。",
            "Keep facts, actions, settings, catalogue and rules in included files, and nothing else.",
        ),
    ),
    "include.clash": error(
        problem=("“{entry}”在{first}中也已写出。", "'{entry}' is given in {first} as well."),
        why=(
            "同一名称有两种含义，不知以哪一个为准。",
            "One name with two meanings leaves open which of them counts.",
        ),
        fix=("请只保留一处，或改名。", "Keep one of them, or rename it."),
    ),
    "reference.not_local": error(
        problem=("“{reference}”不是本目录内的文件。", "'{reference}' is no file in this directory."),
        why=_LOCAL,
        fix=(
            "请写成 ./文件名.yaml（或 .yml、.json），不用网址、绝对路径和“..”。",
            "Write ./name.yaml (or .yml, .json); no address, no absolute path, no '..'.",
        ),
    ),
    "reference.outside": error(
        problem=("“{reference}”经链接指向目录之外。", "'{reference}' leads out of its directory by a link."),
        why=_LOCAL,
        fix=("请把文件放进同一目录。", "Put the file itself into the directory."),
    ),
    "reference.not_found": error(
        problem=("找不到文件“{reference}”。", "There is no file '{reference}'."),
        why=_WHOLE,
        fix=("请检查文件名，或补上该文件。", "Correct the name, or add the file."),
    ),
    "reference.unreadable": error(
        problem=(
            "文件“{reference}”无法按UTF-8文本读取。",
            "The file '{reference}' cannot be read as UTF-8 text.",
        ),
        why=_WHOLE,
        fix=("请检查文件的编码和读取权限。", "Check its encoding and its permissions."),
    ),
    "reference.of_text": error(
        problem=(
            "此文档不是文件，不能引用“{reference}”。",
            "This document is no file, so it cannot refer to '{reference}'.",
        ),
        why=_LOCAL,
        fix=(
            "请把政策存为文件后读取，或写出全部内容。",
            "Read the policy from a file, or write everything out.",
        ),
    ),
}
