"""The rules of a shipped policy in words, as the golden files hold them; run it to write them anew, and read them."""

from pathlib import Path

from chengxin.policy.rule_sentence import rule_sentence
from chengxin.services import load_policy, shipped_policies

GOLDEN = Path(__file__).parent / "golden"


def rendered(name):
    """Return all rules of a shipped policy in both languages."""
    document = load_policy(name).document
    parts = [
        f"{rule.id}\n{rule_sentence(rule, document, 'zh')}\n{rule_sentence(rule, document, 'en')}\n"
        for rule in document.rules
    ]
    return "\n".join(parts)


def golden_file(name):
    """Return where the sentences of a shipped policy are kept."""
    return GOLDEN / f"sentences-{name}.txt"


if __name__ == "__main__":
    for policy in shipped_policies():
        golden_file(policy).write_text(rendered(policy), encoding="utf-8")
