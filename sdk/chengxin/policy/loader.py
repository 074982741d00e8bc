"""From the text of a policy to a policy that evaluates, or to everything that is wrong with it.

Findings come in three steps, each complete in itself: the text (``yaml.…``), the shape (``field.…`` and what a
part asks of itself), the meaning (``chengxin.policy.check``). A later step needs the earlier one to hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chengxin.errors import Finding, InvalidPolicy
from chengxin.policy.check import check_document
from chengxin.policy.condition import Part
from chengxin.policy.document import PolicyDocument
from chengxin.policy.engine import Policy, compile_checked
from chengxin.records import RuleTable
from chengxin.suggestion import Suggester
from chengxin.syntax import read_data

_FIXES: Final = {
    "address": "Write https://, the host and the path, without user name, spaces, quotes or backslashes.",
    "bool_type": "Write true or false, without quotes.",
    "condition.one_field": "Give one; put several into all or any.",
    "count.impossible": "Lower n, or list more conditions.",
    "day_range": "Write a day from 1949-10-01 to 9998-12-31; leave effective_until out where there is no end.",
    "day": "Write it as YYYY-MM-DD, e.g. 2026-02-01.",
    "dict_type": "Write a mapping of names to values.",
    "enum": "Write one of the words named.",
    "fact.comparison": "Give either equals, or at_least and less_than.",
    "int_type": "Write a whole number, without quotes.",
    "literal_error": "Write one of the values named.",
    "model_type": "Write a mapping with the fields of this part.",
    "range.empty": "Give at_least, less_than, or both with at_least below less_than.",
    "string_pattern_mismatch": "Names are lower case: measures, rules and tiers like-this, actions, settings "
    "and facts like.this_one.",
    "string_too_short": "Write a text.",
    "string_type": "Write a text; put it in quotes where it looks like something else.",
    "text.blank": "Write a text that can be seen.",
    "text.character": "Remove it; write the text on one line, or fold the lines with >-.",
    "too_short": "List at least one.",
    "tuple_type": "Write a list.",
}
_ANY_FIX: Final = "Correct the value as described."


def parse_policy(text: str, *, name: str, rule_table: RuleTable | None = None) -> Policy:
    """Read a policy from YAML or JSON.

    Args:
        text: the document.
        name: what to call it in errors, e.g. the name of its file.
        rule_table: the law that it is checked against; the shipped table where None.

    Raises:
        InvalidPolicy: with everything that is wrong, each with code, path and what to do.
    """
    document = parse_document(text, name=name)
    findings = check_document(document, rule_table=rule_table)
    if findings:
        raise InvalidPolicy(name, findings)
    return compile_checked(document)


def parse_document(text: str, *, name: str) -> PolicyDocument:
    """Read a policy document whose shape is right; whether it makes sense is not looked at.

    Raises:
        InvalidPolicy: the text or the shape is wrong; with all findings.
    """
    data, findings = read_data(text)
    if findings:
        raise InvalidPolicy(name, findings)
    try:
        return PolicyDocument.model_validate(data)
    except ValidationError as error:
        details = error.errors(include_url=False)
        suggest = Suggester()
        raise InvalidPolicy(name, [f for detail in details for f in _findings(detail, suggest)]) from None


def _findings(detail: ErrorDetails, suggest: Suggester) -> Iterator[Finding]:
    kind, location, given = detail["type"], detail["loc"], detail["input"]
    path = _path(location)
    if kind == "extra_forbidden":
        field = str(location[-1])
        yield Finding("field.unknown", path, f"There is no field {field!r} here.", _known(location, suggest))
    elif kind == "missing":
        problem = f"The field {location[-1]!r} is missing."
        yield Finding("field.missing", path, problem, "Add it.")
    elif kind != "too_short" or not given:  # a list whose every item was refused is not also too short
        code = kind if "." in kind else "field.value"
        fix = _FIXES.get(kind, _ANY_FIX)
        expected = detail.get("ctx", {}).get("expected")
        if expected and isinstance(given, str):
            fix = suggest(given, str(expected).replace(" or ", ", ").replace("'", "").split(", "))
        yield Finding(code, path, f"{detail['msg']}.", fix)


def _path(location: tuple[int | str, ...]) -> str:
    parts = [f"[{p}]" if isinstance(p, int) else f".{p}" for p in location if p != "[key]"]
    return "".join(parts).removeprefix(".")


def _known(location: tuple[int | str, ...], suggest: Suggester) -> str:
    """Return what to write instead of the unknown field at the end of a location."""
    part: type[Part] = PolicyDocument
    is_name = False
    for step in location[:-1]:
        if isinstance(step, int) or is_name:
            is_name = False
            continue
        annotation = part.model_fields[step].annotation
        is_name = get_origin(annotation) is dict
        part = _part_in(annotation) or part
    return f"{suggest(str(location[-1]), part.model_fields)} Otherwise remove it."


def _part_in(annotation: Any) -> type[Part] | None:  # noqa: ANN401  # any annotation
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation
    return next((part for inner in get_args(annotation) if (part := _part_in(inner))), None)
