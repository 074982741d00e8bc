"""The text that an author begins a policy with, and the text of a policy that stands alone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import yaml

from chengxin.policy.document import PolicyDocument
from chengxin.policy.identity import policy_ref

ANNOUNCED_DAYS: Final = 15
"""A draft takes effect so many days from its first day: enough for every announcement (令116 art. 12)."""

_DRAFT: Final = """\
# yaml-language-server: $schema=policy.schema.json
#
# {name}: 在内置政策 {base} 的基础上编写 · built on the shipped policy {base}
#
#  chengxin policy schema > policy.schema.json   编辑器补全和悬停说明 · completion and hover text in the editor
#  chengxin policy lint {file} --lang zh         逐条检查 · look it over
#  chengxin policy show {file}                   展开后的全文和摘要 · all that it amounts to, with its digest

format: 1
name: {name}
version: "1"
title:
  zh: 商家信用差别化管理政策
  en: Differentiated treatment of merchants by public credit
owner: 平台信用治理组 · Platform trust team
# 施行日：至少提前7日公示，涉及重要利益的15日（令116 第十二条）。
# First day on which it applies: announced 7 days ahead, 15 where important interests are touched (Order 116 art. 12).
effective_from: {effective_from}

# 以此为基础；下文没有替换或删除的内容都适用。
# The base; everything in it applies that is neither replaced nor removed below.
extends: {base}

# 替换基础政策的内容，须逐项列在这里，审批人由此看出改动了什么。
# Every entry of the base that is replaced below has to be listed, so that who approves sees what is changed.
overrides:
  - appeal_url
appeal_url: https://rules.{name}.example/appeals # 请换成平台自己的申诉渠道 · put your own here

# 不适用的内容 · What does not apply here:
# removes:
#   - rules.committed

# 同一目录中的文件可以提供措施和规则 · Files beside this one may supply measures and rules:
# include:
#   - ./catalogue.yaml
"""


def draft_text(*, name: str, base: str, file: str, today: date) -> str:
    """Return a commented document that extends a shipped policy, to start from.

    Args:
        name: name of the policy to be.
        base: name of the shipped policy.
        file: name of the file it will stand in, for the commands in its comments.
        today: today's China day.
    """
    effective_from = today + timedelta(days=ANNOUNCED_DAYS)
    return _DRAFT.format(name=name, base=base, file=file, effective_from=effective_from)


def document_text(document: PolicyDocument) -> str:
    """Return a document as YAML, with its name, version and digest in a comment; read again, it is the same."""
    ref = policy_ref(document)
    content = yaml.safe_dump(document.content, allow_unicode=True, sort_keys=False, width=110)
    return f"# {ref.name} {ref.version} {ref.digest}\n{content}"
