"""Backtest: what a policy would have given, of nobody in particular; and who may be named all the same (I1, I5)."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin import PlatformFacts
from chengxin.errors import ConfigurationError, VectorLogUnavailable
from chengxin.policy import ActiveConstraint, Verdict, Yardstick, compare
from chengxin.policy.upshot import Upshot
from chengxin.records import Role, Subject, china_day, end_of_china_day, show
from chengxin.services import FileVectorLog, Member, VectorRecorder, backtest, name_subjects
from chengxin.testing import FrozenClock, a_penalty
from tests.sdk.policy.material import (
    AT,
    FACTS,
    PENALISED,
    ROLES,
    TODAY,
    answers,
    policies,
    rule,
    small_policy,
)
from tests.sdk.services.vectors import code_of, evaluate, holds, status_of

LENIENT = small_policy(rule(PENALISED, "deposit-raise", tier="watch"))
STRICT = small_policy(rule(PENALISED, "deposit-raise", "listing-stop", tier="restricted"), version="2")
NAME = LENIENT.ref.name
NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SUBJECTS = st.integers(0, 50).map(lambda number: Subject.of(code_of(number)))
DAYS = st.lists(st.integers(0, 70), min_size=1, max_size=6, unique=True).map(sorted)
EVALUATIONS = st.lists(st.tuples(answers(most=3), FACTS, ROLES, DAYS), min_size=1, max_size=4)


@pytest.fixture
def log(tmp_path):
    """A log."""
    return FileVectorLog(tmp_path / "vectors")


def record_days(log, policy, code, *records, days, start=NOON, facts=None):
    """Record a subject at noon of several days; each with what is shown of it then."""
    clock = FrozenClock(start)
    with VectorRecorder(log, clock=clock, flush_seconds=60) as recorder:
        for offset in days:
            clock.advance(to=start + timedelta(days=offset))
            status = status_of(code, *records, at=clock.now())
            evaluate(recorder, policy, status, at=clock.now(), facts=policy.platform_facts(facts or {}))
            recorder.flush()
    return clock


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Directories, one after the other."""
    top = tmp_path_factory.mktemp("logs")
    return (top / str(number) for number in count())


@settings(max_examples=40, deadline=None)
@given(policies(), policies(), EVALUATIONS)
def test_i5_a_backtest_counts_what_evaluation_gave(folders, recorded, baseline, evaluations):
    """Over months, each day by itself, with another policy beside it that vectors can tell all of."""
    log, clock = FileVectorLog(next(folders)), FrozenClock(AT)
    by = Yardstick.between(recorded.document, recorded.document)
    upshots, verdicts = Counter(), Counter()
    events = [
        (day, number, answer, facts, role)
        for day in range(71)
        for number, (answer, facts, role, days) in enumerate(evaluations)
        if day in days
    ]
    with VectorRecorder(log, clock=clock, flush_seconds=60) as recorder:
        for day, number, answer, facts, role in events:
            clock.advance(to=AT + timedelta(days=day))
            found = replace(answer, subject=Subject.of(code_of(number)))
            status = show(
                found, at=clock.now(), fetched_at=clock.now(), fresh_until=clock.now() + timedelta(hours=1)
            )
            treatment = evaluate(
                recorder, recorded, status, at=clock.now(), facts=PlatformFacts(facts), role=role
            )
            recorder.flush()
            upshots[Upshot.of(treatment)] += 1
            verdicts[compare(treatment, treatment, by=by).verdict] += 1
    result = backtest(
        recorded,
        log,
        since=TODAY,
        until=TODAY + timedelta(days=80),
        baseline=recorded,
    )
    assert result.total.tally._upshots == upshots
    assert result.total.flips.verdicts == verdicts
    assert (result.total.replayed, result.total.not_replayed) == (len(events), {})
    assert sum((m.tally._upshots for m in result.months), Counter()) == upshots
    assert result.total.days == len({day for day, *_ in events})
    other = backtest(baseline, log, since=TODAY, until=TODAY + timedelta(days=80))
    assert other.total.replayed + other.total.not_replayed.total() == len(events)


def test_months_are_those_of_china(log):
    """Each with its own counts; days outside the span are left out, and days without an evaluation too."""
    record_days(log, LENIENT, code_of(1), a_penalty(), days=[0, 1, 9, 10, 41])
    record_days(log, LENIENT, code_of(2), days=[9])
    result = backtest(STRICT, log, since=date(2026, 11, 22), until=date(2027, 1, 1), baseline=LENIENT)
    spans = [(m.since, m.until, m.days, m.replayed) for m in result.months]
    assert spans == [
        (date(2026, 11, 22), date(2026, 11, 30), 2, 3),
        (date(2026, 12, 1), date(2026, 12, 31), 1, 1),
        (date(2027, 1, 1), date(2027, 1, 1), 1, 1),
    ]
    assert result.total.tally.tiers == {"restricted": 4, "standard": 1}
    assert result.total.flips.verdicts == {Verdict.STRICTER: 4, Verdict.UNCHANGED: 1}
    assert result.total.flips.gained == {"listing-stop": 4}
    assert (result.recorded_under, result.lost) == (NAME, 0)
    dumped = json.loads(json.dumps(result.dump()))
    assert [month["replayed"] for month in dumped["months"]] == [3, 1, 1]


def test_i1_a_record_that_has_ended_counts_and_names_nobody(log, tmp_path):
    """Its days are in the counts; no file holds whose they were."""
    record = a_penalty("P-ENDED", end_on=date(2026, 11, 23))
    clock = record_days(log, LENIENT, code_of(1), record, days=[0, 1, 2])
    clock.advance(to=end_of_china_day(date(2026, 11, 23)))
    with VectorRecorder(log, clock=clock) as recorder:
        evaluate(recorder, LENIENT, status_of(code_of(1), record, at=clock.now()), at=clock.now())
    result = backtest(STRICT, log, since=date(2026, 11, 1), until=date(2026, 11, 30), baseline=LENIENT)
    assert result.total.tally.tiers == {"restricted": 3, "standard": 1}
    member = Member(status=status_of(code_of(1), record, at=clock.now()))
    names = name_subjects(result, log, [member], at=clock.now())
    assert (names.worst, names.examples, names.nameable) == ((), {}, 0)
    assert not holds(tmp_path, code_of(1).code)
    assert not holds(tmp_path, "P-ENDED")


def named(log, *members, at):
    """Return who is named of a backtest of the strict policy."""
    result = backtest(STRICT, log, since=date(2026, 11, 1), until=date(2026, 12, 31), baseline=LENIENT)
    return name_subjects(result, log, members, at=at, most=2)


def test_who_is_named(log):
    """Those of whom every record concerned is still shown as it was; the hardest hit first."""
    for number in range(4):
        clock = record_days(log, LENIENT, code_of(number), a_penalty(), days=[0])
    record_days(log, LENIENT, code_of(9), days=[0])
    at = clock.now() + timedelta(days=3)
    new = a_penalty("P2", start_on=date(2026, 11, 23))
    members = [Member(status=status_of(code_of(n), a_penalty(), new, at=at)) for n in (3, 2, 1)]
    members += [Member(status=status_of(code_of(n), at=at)) for n in (9, 77)]
    members += [Member(status=status_of(code_of(0), a_penalty(), at=at), role=Role.ANCHOR)]
    names = named(log, *members, at=at)
    assert [hit.code for hit in names.worst] == [code_of(1).code, code_of(2).code]
    assert [e.code for e in names.examples[Verdict.STRICTER]] == [code_of(3).code, code_of(2).code]
    assert (names.nameable, names.refused) == (3, 0)
    assert json.loads(json.dumps(names.dump()))["worst"][0]["refused"] == ["listing.create"]


@pytest.mark.parametrize(
    "records",
    [
        [],
        [a_penalty("P1", end_on=date(2027, 5, 5))],
        [a_penalty("P1"), a_penalty("P0", start_on=date(2026, 11, 20))],
    ],
    ids=["repaired", "corrected", "not shown then"],
)
def test_i1_who_is_not_as_it_was_is_not_named(log, records):
    """Its link is erased, and it stays unnamed although all is as it was again."""
    clock = record_days(log, LENIENT, code_of(1), a_penalty(), days=[0])
    names = named(log, Member(status=status_of(code_of(1), *records, at=clock.now())), at=clock.now())
    assert (names.worst, names.nameable, names.refused) == ((), 0, 1)
    names = named(log, Member(status=status_of(code_of(1), a_penalty(), at=clock.now())), at=clock.now())
    assert (names.nameable, names.refused) == (0, 0)


@pytest.mark.parametrize(
    ("days", "is_lifted", "nameable", "refused"), [(0, False, 1, 0), (0, True, 0, 1), (5, False, 0, 0)]
)
def test_i10_a_constraint_that_is_lifted_or_over_names_nobody(log, days, is_lifted, nameable, refused):
    """Where what was evaluated looked at it; it dies with its lift or its own end."""
    clock = FrozenClock(NOON)
    under = (constraint_of(NOON + timedelta(days=3)),)
    with VectorRecorder(log, clock=clock) as recorder:
        status = status_of(code_of(1), a_penalty(), at=NOON)
        evaluate(recorder, LENIENT, status, at=NOON, constraints=under)
    at = NOON + timedelta(days=days)
    status = status_of(code_of(1), a_penalty(), at=at)
    names = named(log, Member(status=status, constraints=() if is_lifted else under), at=at)
    assert (names.nameable, names.refused) == (nameable, refused)


def constraint_of(until):
    """A joint constraint of another platform."""
    return ActiveConstraint(
        platform="甲平台",
        category="虚假宣传",
        effective_from=NOON - timedelta(days=9),
        effective_until=until,
    )


def test_i2_of_whom_nothing_is_known_is_not_named(log):
    """A status past its life says nothing of what is disclosed."""
    clock = record_days(log, LENIENT, code_of(1), a_penalty(), days=[0])
    old = status_of(code_of(1), a_penalty(), at=clock.now(), life=timedelta(hours=1))
    at = clock.now() + timedelta(hours=1)
    assert named(log, Member(status=old), at=at).nameable == 0


def test_a_name_stands_for_the_day_it_was_counted_on(log):
    """A vector may give several treatments in a month; the one of that day is told."""
    aged = small_policy(
        rule({"record": {"kind": "PENALTY", "age_days": {"at_least": 20}}}, "listing-stop"), version="3"
    )
    start = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
    record = a_penalty("P", start_on=date(2026, 11, 1))
    record_days(log, LENIENT, code_of(1), record, days=[2], start=start)
    clock = record_days(log, LENIENT, code_of(2), record, days=[25], start=start)
    result = backtest(aged, log, since=date(2026, 11, 1), until=date(2026, 11, 30))
    assert result.total.tally.restricted == 1
    assert len(result.flagged) == 1
    members = [Member(status=status_of(code_of(n), record, at=clock.now())) for n in (1, 2)]
    names = name_subjects(result, log, members, at=clock.now())
    assert [hit.code for hit in names.worst] == [code_of(2).code]
    assert names.nameable == 2


def test_what_cannot_be_replayed_is_counted_by_reason(log):
    """With the policy, and with the baseline."""
    asks = rule({"fact": {"name": "registered_days", "at_least": 365}}, "deposit-relief")
    asking = small_policy(asks, version="4")
    for number, days in enumerate((10, None)):
        facts = {} if days is None else {"registered_days": days}
        record_days(log, LENIENT, code_of(number), days=[0], facts=facts)
    span = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
    result = backtest(asking, log, **span)
    assert (result.total.replayed, result.total.not_replayed) == (1, {"fact_class:registered_days": 1})
    result = backtest(LENIENT, log, baseline=asking, **span)
    assert (result.total.replayed, result.total.not_compared) == (2, {"fact_class:registered_days": 1})
    assert result.total.flips.compared == 1


def test_versions_of_a_policy_are_replayed_together(log):
    """Those of another name are not; what was lost is told."""
    other = small_policy(name="other")
    record_days(log, LENIENT, code_of(1), days=[0])
    record_days(log, STRICT, code_of(2), days=[0])
    record_days(log, other, code_of(3), days=[0])
    log.take([], at=NOON, lost={china_day(NOON): 5})
    span = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
    assert backtest(STRICT, log, **span).total.replayed == 2
    result = backtest(STRICT, log, recorded_under="other", **span)
    assert (result.total.replayed, result.lost) == (1, 5)


def test_processes_give_the_same(log):
    """As one does."""
    record_days(log, LENIENT, code_of(1), a_penalty(), days=[0, 10, 41])
    span = {"since": date(2026, 11, 1), "until": date(2027, 1, 31), "baseline": LENIENT}
    one, two = (backtest(STRICT, log, workers=workers, **span) for workers in (1, 2))
    assert one.dump() == two.dump()
    assert one.flagged == two.flagged


@pytest.mark.parametrize("changes", [{"until": date(2026, 10, 31)}, {"workers": 0}, {"workers": 65}])
def test_a_backtest_has_bounds(log, changes):
    """They are told."""
    span = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)} | changes
    with pytest.raises(ConfigurationError, match="A backtest goes from a day"):
        backtest(STRICT, log, **span)


def test_a_log_that_is_not_there_is_told(log):
    """Rather than read as empty."""
    with pytest.raises(VectorLogUnavailable):
        backtest(STRICT, log, since=date(2026, 11, 1), until=date(2026, 11, 30))
