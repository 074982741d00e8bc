"""What findings say of the text itself: what makes two readers see two documents."""

from __future__ import annotations

from typing import Final

from chengxin.message import Messages, error

_ONE_READING: Final = (
    "文本须只有一种读法，程序和人读到的才是同一份内容。",
    "A text has one reading, so that programs and people read the same.",
)
_BOUNDED: Final = (
    "任何文档的读取都有上限，一份文本不应拖垮读取它的服务。",
    "Reading is bounded whatever a text holds: no document may stall the service that reads it.",
)

YAML: Final[Messages] = {
    "yaml.syntax": error(
        problem=("文本不是合法的YAML或JSON{detail}。", "The text is no YAML or JSON{detail}."),
        why=_ONE_READING,
        fix=(
            "请修正此处的书写，留意缩进、冒号、引号和括号。",
            "Correct it here: look at indents, colons, quotes, brackets.",
        ),
    ),
    "yaml.no_mapping": error(
        problem=("文本的最外层不是键值对。", "The text holds no mapping at its top."),
        why=("文档由若干有名称的部分组成。", "A document is made of named members."),
        fix=("请以“format: 1”开头，再写其余各项。", "Start with format: 1, then the other members."),
    ),
    "yaml.too_large": error(
        problem=(
            "文本有{count}个字符，上限为{most}个。",
            "The text has {count} characters; the most is {most}.",
        ),
        why=_BOUNDED,
        fix=("请拆分或精简。", "Split the document, or shorten it."),
    ),
    "yaml.too_deep": error(
        problem=("文档嵌套超过{most}层。", "The document is nested more than {most} levels deep."),
        why=_BOUNDED,
        fix=("请减少嵌套层次。", "Flatten it."),
    ),
    "yaml.several": error(
        problem=("一份文本中有{count}个文档。", "The text holds {count} documents."),
        why=_ONE_READING,
        fix=("每份文本只保留一份文档。", "Keep one document per text."),
    ),
    "yaml.anchor": error(
        problem=("使用了锚点或别名（& 或 *）。", "An anchor or an alias (& or *) is used."),
        why=(
            "读者须在原处看到全部内容，不必到别处查找。",
            "They hide what is said: who reads it has to find it elsewhere.",
        ),
        fix=("请在用到的地方完整写出。", "Write it out where it is used."),
    ),
    "yaml.tag": error(
        problem=("此处不识别标签“{tag}”。", "The tag {tag} is not read here."),
        why=_ONE_READING,
        fix=("请删除该标签。", "Remove the tag."),
    ),
    "yaml.character": error(
        problem=("文本含有半个代理对，不构成字符。", "It holds half of a surrogate pair, no character."),
        why=("这样的文本无法编码，也就无法计算摘要。", "Such a text cannot be encoded, so it has no digest."),
        fix=("请直接写出该字符。", "Write the character itself."),
    ),
    "yaml.key": error(
        problem=("键不是文本。", "The key is not a text."),
        why=("各部分以文本为名，JSON亦然。", "Members are named by texts, as in JSON."),
        fix=("请给键加上引号。", "Put the key in quotes."),
    ),
    "yaml.duplicate_key": error(
        problem=("键“{key}”出现了两次。", "The key {key} is given twice."),
        why=(
            "不同的程序会取不同的一个，内容因此有两种读法。",
            "Some readers take the first, some the last: two meanings of one text.",
        ),
        fix=("请只保留其中一个。", "Keep one of them."),
    ),
}
