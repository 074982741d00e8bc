"""The corpus of faulty policies, and what is expected of each; run as a program it writes what is found now."""

import re
from datetime import date
from functools import cache
from pathlib import Path

from chengxin.errors import InvalidPolicy
from chengxin.services import lint_policy

CORPUS = Path(__file__).with_name("corpus")
FAULTY = sorted(CORPUS.glob("[0-9]*.yaml"))
LAWFUL = sorted(CORPUS.glob("lawful-*.yaml"))


@cache
def findings_of(path):
    """Return what lint says of a document of the corpus, under the flags in its head."""
    head = "".join(re.findall(r"^# lint: (.*)$", path.read_text("utf-8"), re.MULTILINE))
    announced = re.search(r"--announced-on (\S+)", head)
    try:
        return lint_policy(
            path,
            announced_on=date.fromisoformat(announced[1]) if announced else None,
            is_important="--important" in head,
        )
    except InvalidPolicy as refused:
        return refused.findings


def rendered(findings):
    """Return findings as text, as reviewers read them; of files, the last name."""
    blocks = [
        f"{finding.code} {finding.severity}\n"
        f"  {Path(finding.file).name}:{finding.line} {finding.path}".rstrip()
        + "".join(
            f"\n  {language}  {getattr(finding, part).in_language(language)}"
            for language in ("zh", "en")
            for part in ("problem", "why", "fix")
        )
        for finding in findings
    ]
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    for document in FAULTY:
        document.with_suffix(".txt").write_text(rendered(findings_of(document)), "utf-8")
