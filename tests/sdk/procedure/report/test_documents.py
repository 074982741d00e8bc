"""The page about receipts and reports: what it shows is what is told, and its example runs."""

import re

from tests.sdk.procedure.report.golden import BLOCK, DOCUMENT, documented


def test_the_page_shows_what_is_told_now():
    """Run the module golden to write it anew, and read it."""
    text = DOCUMENT.read_text("utf-8")
    assert len(BLOCK.findall(text)) == 1
    assert documented(text) == text


def test_the_examples_of_the_page_run(capsys):
    """As they stand there, one after the other."""
    example = "\n".join(re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL))
    exec(compile(example, "docs/receipts.md", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out.startswith("Report of public credit records")
