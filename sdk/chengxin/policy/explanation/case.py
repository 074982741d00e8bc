"""One case, as an explanation tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from chengxin.policy.document import PolicyDocument
from chengxin.policy.engine import Policy
from chengxin.policy.outlook import Outlook
from chengxin.policy.text import Language, Text
from chengxin.policy.trace import Trace
from chengxin.policy.treatment import Treatment
from chengxin.policy.wording import quoted, together
from chengxin.records import CreditStatus, Record, Role, SubjectKind


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known of one subject, what a policy makes of it, and the language to tell it in.

    Attributes:
        policy: the policy.
        status: what is known of the subject.
        trace: the evaluation, with what every rule did.
        outlook: what would change it.
        language: the language.
    """

    policy: Policy
    status: CreditStatus
    trace: Trace
    outlook: Outlook
    language: Language

    @property
    def document(self) -> PolicyDocument:
        """The policy as its owner wrote it."""
        return self.policy.document

    @property
    def treatment(self) -> Treatment:
        """The treatment."""
        return self.trace.treatment

    @property
    def is_person(self) -> bool:
        """Whether it is about a natural person, as an anchor is one (令117)."""
        return self.status.subject.kind is SubjectKind.PERSON or self.treatment.role is Role.ANCHOR

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number, counted from 1, under which each record is told."""
        return {record.record_id: number for number, record in enumerate(self.records, 1)}

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """The records that are told: the adverse ones, and those that anything rests on; the first to end first."""
        resting = {record_id for reason in self.treatment.reasons for record_id in reason.record_ids}
        told = [r for r in self.status.records if r.is_adverse or r.record_id in resting]
        return tuple(sorted(told, key=_order))

    def say(self, zh: str, en: str) -> str:
        """Return the one of two texts that is in the language."""
        return zh if self.language == "zh" else en

    def text(self, text: Text) -> str:
        """Return a text in the language."""
        return text.in_language(self.language)

    def titles(self, codes: Iterable[str]) -> str:
        """Return the titles of measures, in the order of the catalogue."""
        given = set(codes)
        held = [entry.title.text for code, entry in self.document.catalogue.items() if code in given]
        return together([quoted(self.text(title)) for title in held], self.language)

    def tier(self, tier_id: str | None) -> str:
        """Return the title of a tier; of none, that there is none."""
        title = next((tier.title.text for tier in self.document.tiers if tier.id == tier_id), None)
        return self.say("不评级", "no tier") if title is None else quoted(self.text(title))

    def named(self, record_ids: Iterable[str]) -> str:
        """Return which records, by the numbers under which they are told."""
        runs: list[list[int]] = []
        for number in sorted(self.numbers[record_id] for record_id in record_ids):
            if runs and number == runs[-1][-1] + 1:
                runs[-1].append(number)
            else:
                runs.append([number])
        spans = [span for run in runs for span in ([run] if len(run) > 2 else [[number] for number in run])]
        if self.language == "zh":
            return together(
                [f"记录{span[0]}" + (f"至{span[-1]}" if len(span) > 1 else "") for span in spans], "zh"
            )
        said = [f"{span[0]}" + (f" to {span[-1]}" if len(span) > 1 else "") for span in spans]
        return f"record{'s' if len(spans) > 1 or len(spans[0]) > 1 else ''} {together(said, 'en')}"


def _order(record: Record) -> tuple[bool, bool, str, str]:
    end_on = record.period.end_on
    return not record.is_adverse, end_on is None, str(end_on), record.record_id
