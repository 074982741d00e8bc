"""Whatever is said, and whenever it ends: it is there until its term and nowhere after, and the chain holds."""

import shutil
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chengxin.errors import AppealRefused
from chengxin.policy import Text
from chengxin.procedure.appeal import AppealTerms, ObjectionEnd
from chengxin.procedure.pledge import NamedFact
from chengxin.procedure.retention import Retention
from chengxin.records import ChangeKind, china_day, end_of_china_day
from chengxin.services.appeals import Attachment
from chengxin.services.upkeep import Upkeep
from chengxin.testing import FrozenClock, ScriptedSource
from tests.sdk.services.hearing.conftest import REVIEWER, House, granted, rejected, serious
from tests.sdk.services.hearing.kept import in_export, in_files, in_tables
from tests.sdk.services.treatments.conftest import CODES
from tests.sdk.services.treatments.test_machine import template

pytestmark = pytest.mark.timeout(600)  # a walk of many steps, each on a real database
SUBJECTS = CODES[:2]
TERMS = Retention(appeals_days=50, pledges_days=40, objections_days=30)
DAY = timedelta(days=1)
ENDS = st.sampled_from([ObjectionEnd.CONFIRMED, ObjectionEnd.WITHDRAWN])


@dataclass
class Said:
    """What was said in one procedure, and the instants that end it, as the test saw them happen.

    Attributes:
        days: its term.
        words: what is looked for.
        files: contents that it holds.
        ends: none while it is open; after the last of them nothing comes of it.
    """

    days: int
    words: set[bytes] = field(default_factory=set)
    files: set[bytes] = field(default_factory=set)
    ends: list[datetime] = field(default_factory=list)

    def is_over(self, at):
        """Tell whether its term is over."""
        return bool(self.ends) and max(self.ends) + self.days * DAY <= at


class RetentionMachine(RuleBasedStateMachine):
    """A platform that hears its merchants, and what each of them said."""

    @initialize()
    def begin(self):
        """Begin with two merchants under measures."""
        self.home = tempfile.TemporaryDirectory()
        path = Path(self.home.name) / "chengxin.db"
        shutil.copy(template(), path)
        self.clock = FrozenClock(datetime.fromisoformat("2026-09-15T02:00:00+00:00"))
        self.source = ScriptedSource(clock=self.clock)
        terms = AppealTerms(file_within_days=10)
        self.house = House(f"sqlite:///{path}", self.source, self.clock, appeals={"terms": terms})
        self.upkeep = Upkeep(self.house.store, clock=self.clock, retention=TERMS)
        self.numbers = count(100)
        self.open_appeals, self.open_objections = {}, {}
        self.appeals = defaultdict(lambda: Said(days=TERMS.appeals_days))
        self.others = {}
        self.gone = set()
        for code, end_on in zip(SUBJECTS, (date(2027, 5, 6), date(2026, 10, 31)), strict=True):
            self.house.disclose(serious(f"P{code}", end_on=end_on), code=code)
            self.house.treatments.reconcile(code)

    def teardown(self):
        """In the end all is over, and nothing is left; close what was opened."""
        if not hasattr(self, "house"):
            return
        try:
            self.finish()
        finally:
            self.house.close()
            self.home.cleanup()

    def finish(self):
        """Have everything end and be erased."""
        for appeal_id, key in self.open_appeals.items():
            self.house.appeals.withdraw(appeal_id, by=self.word(self.appeals[key], "撤回人"))
        self.open_appeals = {}
        for objection_id, said in self.open_objections.items():
            self.house.appeals.objections.end(
                objection_id, ObjectionEnd.WITHDRAWN, by=self.word(said, "结束人")
            )
            said.ends.append(self.clock.now())
        self.all_is_there_until_its_term_and_nothing_after()
        self.clock.advance(seconds=1_000 * 86_400)
        self.house.treatments.sweep(is_looking=False)
        self.erase()
        assert self.gone == {*self.appeals, *self.others}
        self.all_is_there_until_its_term_and_nothing_after()

    def word(self, said, what):
        """Return words that are in nothing else, and remember them."""
        text = f"{what}金丝雀{next(self.numbers)}号"
        said.words.add(text.encode())
        return text

    def attached(self, said, number):
        """Return a file, one of few, so that some are attached twice."""
        content = f"%PDF-1.7 canary-file-{number}.".encode()
        said.files.add(content)
        return [Attachment(name=f"{self.word(said, '文件')}.pdf", content=content)]

    @rule(code=st.sampled_from(SUBJECTS), data=st.data(), number=st.integers(1, 3))
    def appeal(self, code, data, number):
        """Somebody appeals against a measure, and says more."""
        told = [one.imposition_id for one in self.house.treatments.of(code) if one.noticed_at is not None]
        key, said = data.draw(st.sampled_from(told)), Said(days=0)
        try:
            filed = self.house.appeals.file(
                key,
                by=self.word(said, "申诉人"),
                statement=self.word(said, "申诉"),
                attachments=self.attached(said, number),
            )
        except AppealRefused as error:
            assert error.fault in {"already_open", "already_granted", "no_new_facts", "too_late", "erased"}
            assert (error.fault == "erased") == (key in self.gone)
            return
        self.house.appeals.add_evidence(
            filed.appeal_id, by=self.word(said, "代理人"), statement=self.word(said, "补充")
        )
        self.appeals[key].words |= said.words
        self.appeals[key].files |= said.files
        self.appeals[key].ends.append(filed.contested.contestable_until)
        self.open_appeals[filed.appeal_id] = key

    @rule(data=st.data(), result=st.sampled_from([granted, rejected, None]))
    def close_appeal(self, data, result):
        """An appeal is decided, with reasons, or taken back."""
        if not self.open_appeals:
            return
        appeal_id = data.draw(st.sampled_from(sorted(self.open_appeals)))
        said = self.appeals[self.open_appeals.pop(appeal_id)]
        if result is None:
            self.house.appeals.withdraw(appeal_id, by=self.word(said, "撤回人"))
        else:
            self.house.appeals.acknowledge(appeal_id)
            self.house.appeals.take(appeal_id, by=REVIEWER)
            why = Text(zh=self.word(said, "理由"), en=self.word(said, "reasons"))
            given = type(result())(outcome=result().outcome, reasons=why)
            self.house.appeals.decide(appeal_id, by=REVIEWER, result=given)
        said.ends.append(self.clock.now())

    @rule(code=st.sampled_from(SUBJECTS))
    def object_to(self, code):
        """Somebody objects to a record."""
        said = Said(days=TERMS.objections_days)
        try:
            raised = self.house.appeals.objections.raise_one(
                code, f"P{code}", by=self.word(said, "异议人"), statement=self.word(said, "异议")
            )
        except AppealRefused as error:
            assert error.fault in {"already_open", "nothing_to_object"}
            return
        self.others[raised.objection.objection_id] = said
        self.open_objections[raised.objection.objection_id] = said

    @rule(data=st.data(), how=ENDS)
    def end_objection(self, data, how):
        """It is taken back, or the answer is read."""
        if self.open_objections:
            key = data.draw(st.sampled_from(sorted(self.open_objections)))
            said = self.open_objections.pop(key)
            self.house.appeals.objections.end(key, how, by=self.word(said, "结束人"))
            if how is ObjectionEnd.CONFIRMED:
                said.words = {word for word in said.words if "结束人" not in word.decode()}  # named for good
            said.ends.append(self.clock.now())

    @rule(
        code=st.sampled_from(SUBJECTS),
        days=st.integers(0, 60),
        number=st.integers(1, 3),
        is_back=st.booleans(),
    )
    def declare(self, code, days, number, is_back):
        """Somebody declares a fact, and takes it back or not."""
        said, until = Said(days=TERMS.pledges_days), china_day(self.clock.now()) + days * DAY
        made = self.house.pledges.declare(
            code,
            by=self.word(said, "申报人"),
            fact=NamedFact(name="registered_days", value=400),
            pledge=Text(zh=self.word(said, "申报"), en="true"),
            valid_until_on=until,
            attachments=self.attached(said, number),
        )
        if is_back:
            self.house.pledges.take_back(made.declaration_id, by=self.word(said, "撤销人"))
        said.ends.append(self.clock.now() if is_back else end_of_china_day(until))
        self.others[made.declaration_id] = said

    @rule(
        code=st.sampled_from(SUBJECTS),
        days=st.integers(0, 60),
        number=st.integers(1, 3),
        how=st.sampled_from(["fulfil", "breach", "withdraw", None]),
    )
    def pledge(self, code, days, number, how):
        """Somebody pledges something, and it is found out or not."""
        said, today = Said(days=TERMS.pledges_days), china_day(self.clock.now())
        made = self.house.pledges.make(
            code,
            by=self.word(said, "承诺人"),
            terms=Text(zh=self.word(said, "承诺"), en="paid"),
            due_on=today + days * DAY,
            breach_days=70,
        )
        key, why = made.commitment_id, Text(zh=self.word(said, "认定"), en="found")
        said.ends.append(end_of_china_day(today + days * DAY))
        if how == "fulfil":
            self.house.pledges.fulfil(key, by=REVIEWER, reasons=why, attachments=self.attached(said, number))
        elif how == "breach":
            self.house.pledges.breach(key, by=REVIEWER, reasons=why)
            said.ends.append(end_of_china_day(today + 70 * DAY))
        elif how == "withdraw":
            self.house.pledges.withdraw(key, by=self.word(said, "撤销人"), reasons=why)
            said.ends = [self.clock.now()]
        else:
            said.words = {word for word in said.words if "认定" not in word.decode()}
        self.others[key] = said

    @rule(code=st.sampled_from(SUBJECTS))
    def repair(self, code):
        """The source takes a record away: measures end, objections are settled."""
        self.source.disclose(code, change=ChangeKind.REPAIRED, about=serious(f"P{code}"))
        self.house.hear()
        for one in self.house.appeals.objections.settle(code):
            self.open_objections.pop(one.objection_id).ends.append(self.clock.now())

    @rule(days=st.integers(1, 120), is_erased=st.booleans())
    def wait(self, days, is_erased):
        """Time passes; what has ended is put on record, and what is due is erased, by now or later."""
        self.clock.advance(seconds=days * 86_400)
        self.house.treatments.sweep(is_looking=False)
        if is_erased:
            self.erase()

    def erase(self):
        """Erase what is due, and have the database let go of it."""
        self.upkeep.erase()
        assert self.upkeep.clear()
        at = self.clock.now()
        self.gone |= {key for key, said in self.appeals.items() if self.is_over(key, said, at)}
        self.gone |= {key for key, said in self.others.items() if said.is_over(at)}

    def is_over(self, key, said, at):
        """Tell whether the term of the appeals against a measure is over."""
        if key in self.gone:
            return True
        (one,) = [i for code in SUBJECTS for i in self.house.treatments.of(code) if i.imposition_id == key]
        if key in self.open_appeals.values() or one.end is None:
            return False
        return max(one.end.at, *said.ends) + said.days * DAY <= at

    @invariant()
    def all_is_there_until_its_term_and_nothing_after(self):
        """Words and files, in tables, in what is exported, and in the files of the database."""
        if not hasattr(self, "house"):
            return
        tables, export = in_tables(self.house.store), in_export(self.house.store)
        everything = {**self.appeals, **self.others}
        held = {content for key, said in everything.items() if key not in self.gone for content in said.files}
        for key, said in everything.items():
            is_gone = key in self.gone
            assert {word in tables for word in said.words} <= {not is_gone}, (key, is_gone)
            assert {content in tables for content in said.files - held} <= {False}
            assert {content in tables for content in said.files & held} <= {True}
            assert not any(word in export for word in said.words)
        files = in_files(self.house.store)
        assert not any(word in files for key in self.gone for word in everything[key].words)
        for code in SUBJECTS:
            assert all(one.over_at <= one.erased_at for one in self.house.appeals.erased(code))
        self.house.entries()  # verified


TestRetention = RetentionMachine.TestCase
TestRetention.settings = settings(max_examples=settings.default.max_examples // 6, stateful_step_count=20)
