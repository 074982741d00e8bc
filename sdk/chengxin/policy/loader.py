"""From the text of a policy to a policy that evaluates, or to everything that is wrong with it.

Findings come in steps, each complete in itself: the text (``yaml.…``), what it builds on (``extends.…``,
``include.…``, ``reference.…``), the shape (``field.…`` and what a part asks of itself), the meaning
(``chengxin.policy.check``). A later step needs the earlier one to hold. Each finding has its line.
"""

from __future__ import annotations

from typing import NamedTuple

from chengxin.errors import InvalidPolicy
from chengxin.policy.building import Building
from chengxin.policy.check import check_document
from chengxin.policy.document import PolicyDocument
from chengxin.policy.engine import Policy, compile_checked
from chengxin.policy.reference import NO_LIBRARY, Library, NamedText
from chengxin.policy.resolution import Source, resolve
from chengxin.policy.shape import shape
from chengxin.records import RuleTable
from chengxin.syntax import Places, read_sheet


class Reading(NamedTuple):
    """A policy document that was read.

    Attributes:
        document: the document, flat: what it extends and includes is part of it.
        places: where each part of it stands in what was written.
    """

    document: PolicyDocument
    places: Places


def read_document(text: NamedText, library: Library = NO_LIBRARY) -> Reading:
    """Read a policy document whose shape is right, with its places; whether it makes sense is not looked at.

    Args:
        text: the document.
        library: what it may refer to; by default nothing, and it has to stand alone.

    Raises:
        InvalidPolicy: the text, a reference or the shape is wrong; with all findings.
    """
    sheet, findings = read_sheet(text.text, name=text.name)
    if sheet is None:
        raise InvalidPolicy(text.name, findings)
    flat = resolve(sheet, Source(text.name, text.key, library))
    document = shape(
        PolicyDocument, flat.data, name=text.name, places=flat.places, beside=Building.model_fields
    )
    return Reading(document, flat.places)


def compile_reading(reading: Reading, *, name: str, rule_table: RuleTable | None = None) -> Policy:
    """Return a document that was read as a policy that evaluates.

    Args:
        reading: the document.
        name: what to call it in errors.
        rule_table: the law that it is checked against; the shipped table where None.

    Raises:
        InvalidPolicy: the document does not make sense; with all findings, each with its line.
    """
    findings = check_document(reading.document, rule_table=rule_table)
    if findings:
        raise InvalidPolicy(name, reading.places.locate(findings))
    return compile_checked(reading.document)


def parse_policy(text: str, *, name: str, rule_table: RuleTable | None = None) -> Policy:
    """Read a policy that stands alone from YAML or JSON.

    Args:
        text: the document.
        name: what to call it in errors, e.g. the name of its file.
        rule_table: the law that it is checked against; the shipped table where None.

    Raises:
        InvalidPolicy: with everything that is wrong, each with code, line, path and what to do.
    """
    return compile_reading(read_document(NamedText("", name, text)), name=name, rule_table=rule_table)


def parse_document(text: str, *, name: str) -> PolicyDocument:
    """Read a policy document that stands alone and whose shape is right; whether it makes sense is not looked at.

    Raises:
        InvalidPolicy: the text or the shape is wrong; with all findings.
    """
    return read_document(NamedText("", name, text)).document
