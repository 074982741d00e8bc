"""Look-ups: one question however many ask, a status whatever happens, nothing kept but complete answers."""

import gc
import logging
import os
import sys
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.cache.local import LocalTier
from chengxin.errors import (
    ConfigurationError,
    InvalidUscc,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.records import Anomaly, Freshness, Standing, end_of_china_day
from chengxin.services import Lookup, LookupOptions
from chengxin.services.flight import Flights
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty, an_answer
from chengxin.transport import Deadline, Lane

CODE = CODES[0].code
ERRORS = (SourceUnavailable, SourceRefused, UnusableAnswer)


def a_lookup(source, clock, options):
    """Return a look-up that shares its tier with nobody."""
    tier = LocalTier(clock, source=source.name, tenant="default", grace=timedelta(days=1))
    return Lookup(source, tier=tier, clock=clock, options=options)


@contextmanager
def lookup_closed(lookup):
    """Close a look-up at the end."""
    try:
        yield
    finally:
        lookup.close()


@pytest.fixture
def lookup(source, clock):
    """A look-up on it."""
    made = a_lookup(source, clock, LookupOptions())
    yield made
    made.close()


class SlowSource(ScriptedSource):
    """A source that answers when it is let go."""

    def __init__(self, clock):
        super().__init__(clock=clock)
        self.let_go = threading.Event()
        self.entered = threading.Event()
        self.on_answer = lambda: None

    def _fetch(self, code, lane):
        """Wait to be let go."""
        self.entered.set()
        assert self.let_go.wait(10)
        fetched = super()._fetch(code, lane)
        self.on_answer()
        return fetched


def test_a_second_check_asks_nobody(lookup, source):
    """A fresh answer serves from memory, however the code is written."""
    source.disclose(CODE, a_penalty())
    first = lookup.check(CODE)
    assert lookup.check(CODE) is first
    assert lookup.check("91350100-m000100y43") is first
    assert lookup.check(CODES[0]) is first
    assert len(source.asked) == 1


def test_an_invalid_code_is_the_caller_s_error_and_asks_nobody(lookup, source):
    """Before anything is asked anywhere, the code is checked."""
    with pytest.raises(InvalidUscc):
        lookup.check("9135O100M000100Y43")
    assert source.asked == []


@given(st.sampled_from(UnknownReason), st.sampled_from(ERRORS))
def test_i2_every_failure_of_the_source_is_an_unknown_with_its_reason_and_is_not_kept(reason, error):
    """No error reads as a standing, and the next check asks again."""
    clock = FrozenClock()
    source = ScriptedSource(clock=clock)
    source.disclose(CODE)
    lookup = a_lookup(source, clock, LookupOptions())
    source.fail(error("it failed", reason=reason))
    status = lookup.check(CODE)
    assert (status.standing, status.reason, status.records) == (Standing.UNKNOWN, reason, ())
    assert not status.is_valid(clock.now())
    (row,) = lookup.check_many([CODE])
    assert (row.status.standing, row.status.reason) == (Standing.UNKNOWN, reason)
    source.recover()
    clock.advance(seconds=2)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    lookup.close()


def test_i2_a_stale_answer_is_asked_for_again_and_unknown_when_that_fails(lookup, source, clock):
    """Past its life an answer is no longer known, good or adverse."""
    source.disclose(CODE, a_penalty())
    assert lookup.check(CODE).standing is Standing.ADVERSE
    clock.advance(seconds=3600)
    source.fail(SourceUnavailable.timeout("testing"))
    assert lookup.check(CODE).standing is Standing.UNKNOWN


def test_i1_a_cached_record_ends_with_nobody_asked(lookup, source, clock):
    """Crossing the end of a disclosure needs no request."""
    clock.advance(to=datetime(2026, 11, 30, 15, 30, tzinfo=UTC))
    source.disclose(CODE, a_penalty(end_on=date(2026, 11, 30)))
    assert lookup.check(CODE).standing is Standing.ADVERSE
    clock.advance(to=end_of_china_day(date(2026, 11, 30)) - timedelta(milliseconds=1))
    assert lookup.check(CODE).standing is Standing.ADVERSE
    clock.advance(seconds=0.001)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert len(source.asked) == 1


def test_settings_cap_the_life_the_source_allows(source, clock):
    """The shorter of both counts."""
    lookup = a_lookup(source, clock, LookupOptions(longest_life_seconds=10))
    source.disclose(CODE)
    assert lookup.check(CODE).valid_until == clock.now() + timedelta(seconds=10)
    lookup.close()


def test_an_answer_that_took_longer_than_its_life_is_unknown(clock):
    """What may not be kept long enough to arrive is not used."""

    class Sluggish(ScriptedSource):
        def _fetch(self, code, lane):
            fetched = super()._fetch(code, lane)
            clock.advance(seconds=5)
            return fetched

    source = Sluggish(clock=clock, max_age_seconds=2)
    source.disclose(CODE)
    lookup = a_lookup(source, clock, LookupOptions())
    assert lookup.check(CODE).reason is UnknownReason.STALE
    lookup.close()


def test_many_rows_keep_their_order_and_fail_alone(lookup, source):
    """Texts that are no codes, doubles and known subjects stand where they were given."""
    source.disclose(CODES[0], a_penalty())
    source.disclose(CODES[1])
    lookup.check(CODES[1])
    rows = lookup.check_many([CODE, "nonsense", CODES[1].code, CODE.lower(), CODES[2].code])
    assert [row.given for row in rows] == [CODE, "nonsense", CODES[1].code, CODE.lower(), CODES[2].code]
    assert [row.status.standing if row.status else row.error.fault for row in rows] == [
        Standing.ADVERSE,
        "character",
        Standing.NO_ADVERSE_RECORD,
        Standing.ADVERSE,
        Standing.UNKNOWN,
    ]
    assert rows[0].error is None
    assert rows[4].status.reason is UnknownReason.NOT_FOUND
    assert source.asked == [CODES[1], CODES[0], CODES[2]]


def test_many_rows_go_in_batches_of_the_source_s_size(clock):
    """More subjects than one batch holds are several questions."""

    class Small(ScriptedSource):
        batch_size = 2

        def fetch_credit_many(self, codes, **terms):
            batches.append(len(codes))
            return super().fetch_credit_many(codes, **terms)

    batches = []
    lookup = a_lookup(Small(clock=clock), clock, LookupOptions())
    lookup.check_many([code.code for code in CODES[:3]])
    assert batches == [2, 1]
    lookup.close()


def test_a_hundred_callers_of_a_cold_code_ask_once(clock):
    """Single flight: one question, one answer, shared by all."""
    source = SlowSource(clock)
    source.disclose(CODE, a_penalty())
    lookup = a_lookup(source, clock, LookupOptions())
    seen, started = [], threading.Barrier(101)

    def ask():
        started.wait()
        seen.append(lookup.check(CODE, wait_seconds=10))

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    started.wait()
    source.let_go.set()
    for thread in threads:
        thread.join()
    assert {status.standing for status in seen} == {Standing.ADVERSE}
    assert len(source.asked) == 1
    lookup.close()


def test_i9_a_caller_leaves_at_its_deadline_and_the_answer_serves_the_next(clock):
    """The question goes on behind; whoever asks next has the answer."""
    source = SlowSource(clock)
    source.disclose(CODE, a_penalty())
    lookup = a_lookup(source, clock, LookupOptions())
    status = lookup.check(CODE, wait_seconds=0.01)
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.TIMEOUT)
    source.let_go.set()
    assert lookup.check(CODE).standing is Standing.ADVERSE
    assert len(source.asked) == 1
    lookup.close()


def test_i1_forgetting_drops_an_answer_under_way(clock):
    """Who checks after a subject was forgotten gets an answer that was asked for after it, and nothing else."""
    source = SlowSource(clock)
    source.disclose(CODE, a_penalty())
    lookup = a_lookup(source, clock, LookupOptions())
    early = []
    waiter = threading.Thread(target=lambda: early.append(lookup.check(CODE, wait_seconds=10)))
    waiter.start()
    assert source.entered.wait(10)
    old_flight = lookup._flights._flights[CODE]
    lookup.forget(CODE)
    assert CODE not in lookup._flights._flights
    source.on_answer = lambda: source.disclose(CODE)
    source.let_go.set()
    waiter.join()
    assert old_flight.done()
    assert early[0].standing is Standing.NO_ADVERSE_RECORD
    assert lookup.check(CODE) is early[0]
    assert len(source.asked) == 2
    lookup.close()


def test_forgetting_one_subject_keeps_the_others(lookup, source):
    """Only the subject named is asked for again, however it is named."""
    for code in CODES[:2]:
        source.disclose(code)
    lookup.check_many(CODES[:2])
    lookup.forget(CODES[0])
    lookup.check_many(CODES[:2])
    lookup.forget(CODES[1].code.lower())
    lookup.check_many(CODES[:2])
    assert source.asked == [CODES[0], CODES[1], CODES[0], CODES[1]]


def test_i9_a_closed_client_answers_unknown(source, clock):
    """A request that races with the end of a process is answered too."""
    lookup = a_lookup(source, clock, LookupOptions())
    lookup.close()
    assert lookup.check(CODE).reason is UnknownReason.UNREACHABLE


@pytest.mark.parametrize("error", [KeyError("110108199001011231"), RuntimeError("x"), MemoryError()])
def test_i9_whatever_a_source_raises_is_an_unknown(error, source, clock, lookup, caplog):
    """A source of somebody else's may fail in any way; its words are not repeated."""

    def fail(*_, **__):
        raise error

    source._fetch = fail
    assert lookup.check(CODE).reason is UnknownReason.SOURCE_FAULT
    assert lookup.check_many([CODE])[0].status.reason is UnknownReason.SOURCE_FAULT
    assert type(error).__name__ in caplog.text
    assert "110108199001011231" not in caplog.text


def test_i2_a_source_that_mixes_up_its_subjects_is_not_believed(source, lookup):
    """An answer is compared with the question once more before it is kept."""
    source._answers[CODES[0]] = an_answer(code=CODES[1])
    assert lookup.check(CODE).reason is UnknownReason.WRONG_SUBJECT
    assert lookup.check_many([CODE])[0].status.reason is UnknownReason.WRONG_SUBJECT


def test_rows_that_are_no_texts_fail_alone(lookup, source):
    """Numbers and nothing are no codes; codes already parsed are."""
    source.disclose(CODES[0])
    rows = lookup.check_many([CODES[0], None, 7])
    assert rows[0].status.standing is Standing.NO_ADVERSE_RECORD
    assert [row.error.fault for row in rows[1:]] == ["not_text", "not_text"]


def test_i8_rows_do_not_repeat_what_may_be_an_identity_number(lookup):
    """Neither the row's representation nor its error."""
    number = "110108199001011231"
    for text in (
        number,
        f"身份证:{number}",
        number + "0",
        number[:17],
        "110108199013011231",
        number[:6] + number[8:17],
    ):
        (row,) = lookup.check_many([text])
        assert row.error is not None
        assert number[6:14] not in repr(row) + str(row.error) + row.error.given


def test_i1_rows_of_a_long_batch_are_true_when_they_are_handed_out(clock):
    """A hit that ended while another subject was asked for is not handed out."""

    class Slow(ScriptedSource):
        def _fetch(self, code, lane):
            if code == CODES[1]:
                clock.advance(seconds=1.5)
            return super()._fetch(code, lane)

    end = end_of_china_day(date(2026, 11, 30))
    clock.advance(to=end - timedelta(seconds=1))
    source = Slow(clock=clock)
    source.disclose(CODES[0], a_penalty(end_on=date(2026, 11, 30)))
    source.disclose(CODES[1])
    lookup = a_lookup(source, clock, LookupOptions())
    assert lookup.check(CODES[0]).standing is Standing.ADVERSE
    first, second = lookup.check_many(CODES[:2])
    assert first.status.standing is Standing.NO_ADVERSE_RECORD
    assert all(row.status.is_valid(clock.now()) for row in (first, second))
    lookup.close()


def test_i2_a_hit_that_grew_stale_during_a_batch_is_unknown(clock):
    """What is no longer known at the end is not said to be."""

    class Slow(ScriptedSource):
        def _fetch(self, code, lane):
            clock.advance(seconds=1.5 if code == CODES[1] else 0)
            return super()._fetch(code, lane)

    source = Slow(clock=clock, max_age_seconds=1.8)
    for code in CODES[:2]:
        source.disclose(code)
    lookup = a_lookup(source, clock, LookupOptions(renew_ahead=False))
    lookup.check(CODES[0])
    clock.advance(seconds=1)
    first, second = lookup.check_many(CODES[:2])
    assert (first.status.reason, first.status.freshness) == (UnknownReason.STALE, Freshness.STALE)
    assert second.status.standing is Standing.NO_ADVERSE_RECORD
    lookup.close()


def test_a_bulk_larger_than_the_cache_is_answered_in_full(clock, source):
    """Rows that made room for others are still true."""
    for code in CODES:
        source.disclose(code)
    lookup = a_lookup(source, clock, LookupOptions(max_entries=1))
    assert {row.status.standing for row in lookup.check_many(CODES)} == {Standing.NO_ADVERSE_RECORD}
    lookup.close()


def test_a_source_that_says_no_to_a_batch_is_not_asked_for_the_rest(clock):
    """One refusal stands for all; a batch that cannot be read does not."""

    class Small(ScriptedSource):
        batch_size = 1

        def fetch_credit_many(self, codes, **terms):
            batches.append(codes)
            return super().fetch_credit_many(codes, **terms)

    for error, asked in ((SourceRefused, 1), (SourceUnavailable, 1), (UnusableAnswer, 3)):
        batches = []
        source = Small(clock=clock)
        source.fail(error("no", reason=UnknownReason.FORBIDDEN))
        lookup = a_lookup(source, clock, LookupOptions())
        rows = lookup.check_many(CODES[:3])
        assert {row.status.reason for row in rows} == {UnknownReason.FORBIDDEN}
        assert len(batches) == asked
        lookup.close()


def test_a_question_that_waited_too_long_for_a_thread_is_not_asked(clock):
    """Callers that have left leave no work behind for a source that comes back."""
    source = SlowSource(clock)
    lookup = a_lookup(source, clock, LookupOptions(threads=1))
    for code in CODES[:3]:
        lookup.check(code, wait_seconds=0)
    assert source.entered.wait(10)
    flights = list(lookup._flights._flights.values())
    clock.advance(seconds=3)
    source.let_go.set()
    assert {flight.result(timeout=10).reason for flight in flights[1:]} == {UnknownReason.TIMEOUT}
    assert len(source.asked) <= 1
    lookup.close()


def test_checks_of_many_join_questions_under_way(clock):
    """A batch waits for what is being asked already, and is waited for."""
    source = SlowSource(clock)
    source.disclose(CODE)
    lookup = a_lookup(source, clock, LookupOptions(deadline_seconds=10))
    seen = []
    threads = [
        threading.Thread(target=lambda: seen.append(lookup.check_many([CODE], lane=Lane.DECISION)[0].status))
        for _ in range(20)
    ]
    threads += [threading.Thread(target=lambda: seen.append(lookup.check(CODE))) for _ in range(20)]
    for thread in threads:
        thread.start()
    assert source.entered.wait(10)
    source.let_go.set()
    for thread in threads:
        thread.join()
    assert {status.standing for status in seen} == {Standing.NO_ADVERSE_RECORD}
    assert len(source.asked) == 1
    lookup.close()


def test_i8_logs_name_reasons_and_no_subject(lookup, source, caplog, clock):
    """Failures are loud where a person is needed, and hold neither code nor content."""
    with caplog.at_level(logging.DEBUG, logger="chengxin"):
        source.fail(SourceRefused("no", reason=UnknownReason.FORBIDDEN, request_id="Q7"))
        lookup.check(CODE)
        lookup.check(CODE)
        clock.advance(seconds=2)
        source.fail(SourceUnavailable.timeout("testing"))
        lookup.check(CODE)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "Q7" in caplog.text
    assert CODE not in caplog.text


def test_i1_anomalies_are_reported_to_the_operator_and_kept_nowhere(lookup, source, caplog, clock):
    """What the source sends against its own rules is logged, and of the record nothing stays."""
    anomaly = Anomaly(code="record_past_its_end", record_id="ENDED-1")
    source._answers[CODES[0]] = an_answer(anomalies=(anomaly,), as_of=clock.now())
    status = lookup.check(CODE)
    assert "record_past_its_end in record ENDED-1" in caplog.text
    gc.collect()
    source._answers.clear()
    del anomaly
    assert "ENDED-1" not in repr(status)
    assert not [o for o in gc.get_objects() if isinstance(o, Anomaly) and o.record_id == "ENDED-1"]


@pytest.mark.parametrize(
    "options",
    [
        {"deadline_seconds": 0},
        {"deadline_seconds": 61},
        {"deadline_seconds": float("nan")},
        {"deadline_seconds": float("inf")},
        {"longest_life_seconds": -1},
        {"max_entries": 0},
        {"threads": 0},
    ],
)
def test_options_without_sense_are_refused(options, source, clock):
    """A look-up that exists can work."""
    with pytest.raises(ConfigurationError):
        a_lookup(source, clock, LookupOptions(**options))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_asks_by_itself(lookup, source):
    """No thread, no flight and no lock of the parent is waited for."""
    source.disclose(CODES[0])
    source.disclose(CODES[1], a_penalty())
    lookup.check(CODES[0])
    read, write = os.pipe()
    with lookup.lock, lookup.memory._lock, lookup._flights._lock:
        lookup._flights._flights[CODES[1].code] = Future()
        child = os.fork()
        if child == 0:
            os.write(write, lookup.check(CODES[1], wait_seconds=10).standing.encode())
            os._exit(0)
        del lookup._flights._flights[CODES[1].code]
    os.waitpid(child, 0)
    assert os.read(read, 32) == b"ADVERSE"
    os.close(read)
    os.close(write)


def test_flights_on_no_threads_are_refused():
    """Somebody has to ask."""
    with pytest.raises(ConfigurationError, match="at least one"):
        Flights(threads=0)


def test_a_scripted_source_tells_failures_of_its_health_too(source, clock):
    """What fails, fails for every question until it recovers."""
    source.fail(SourceUnavailable.timeout("testing"))
    with pytest.raises(SourceUnavailable):
        source.fetch_health(deadline=Deadline.after(1, clock))
    source.recover()
    assert source.fetch_health(deadline=Deadline.after(1, clock)).lag_seconds == 0


def test_an_answer_that_arrived_meanwhile_is_taken_and_not_asked_for_again(lookup, source, clock):
    """Who looked before the answer came and starts after it finds it in memory."""
    source.disclose(CODE)
    first = lookup.check(CODE)
    flight, is_new = lookup._flights.open(CODE)
    lookup._fly(CODE, flight, CODES[0], deadline=Deadline.after(1, clock), lane=Lane.PAGE)
    assert is_new
    assert flight.result() is first
    assert len(source.asked) == 1


def test_flights_start_over_in_another_process():
    """A pid that is not its own makes new threads and no old flights; closing leaves the parent's alone."""
    flights = Flights()
    old, _ = flights.open("k")
    flights._pid = -1
    flights.close()
    new, is_new = flights.open("k")
    assert is_new
    flights.drop("k", old)
    assert flights.is_current("k", new)
    flights.close()


@pytest.mark.parametrize("max_age", [float("nan"), "soon"])
def test_i9_an_answer_that_cannot_be_kept_is_an_unknown_and_the_next_question_is_asked(
    max_age, source, lookup, clock
):
    """Whatever a source of somebody else's hands over, no question stays open for ever."""
    source.disclose(CODE)
    source._max_age_seconds = max_age
    assert lookup.check(CODE, wait_seconds=10).reason is UnknownReason.SOURCE_FAULT
    assert lookup.check_many([CODE])[0].status.reason is UnknownReason.SOURCE_FAULT
    source._max_age_seconds = 60.0
    clock.advance(seconds=2)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD


def test_i9_a_bulk_that_is_interrupted_leaves_no_question_open(source, lookup, monkeypatch):
    """After Ctrl-C in the midst of a batch its subjects can be asked for again, and whoever waited is told."""
    source.disclose(CODE)

    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(source, "fetch_credit_many", interrupt)
    with pytest.raises(KeyboardInterrupt):
        lookup.check_many([CODE])
    assert lookup._flights._flights == {}
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD


@pytest.fixture
def narrow(source, clock):
    """A look-up with room for one ready status, in front of a tier with room for many."""
    made = a_lookup(source, clock, LookupOptions(max_entries=1))
    yield made
    made.close()


def test_what_is_not_ready_is_unpacked_without_asking(narrow, source, clock):
    """A status that made room for others is made ready again from the tier of this process, by whoever asks."""
    source.disclose(CODE, a_penalty())
    asked = [narrow.check(code).subject.code for code in (CODES[0], CODES[1], CODES[0])]
    assert asked == [CODES[0], CODES[1], CODES[0]]
    assert source.asked == [CODES[0], CODES[1]]
    clock.advance(seconds=3600)
    assert narrow.check(CODE).fetched_at == clock.now()


def test_i1_what_was_forgotten_is_not_unpacked(narrow, source):
    """A repaired record does not come back out of a packed entry."""
    source.disclose(CODE, a_penalty())
    narrow.check(CODE)
    narrow.check(CODES[1])
    source.disclose(CODE)
    narrow.forget(CODE)
    assert narrow.check(CODE).records == ()


def test_i1_what_is_forgotten_while_it_is_unpacked_is_not_kept(narrow, source, monkeypatch):
    """An invalidation between reading and keeping counts: the source is asked."""
    source.disclose(CODE, a_penalty())
    narrow.check(CODE)
    narrow.check(CODES[1])
    read = narrow._asking.kept

    def forget_meanwhile(code):
        found = read(code)
        source.disclose(CODE)
        narrow.forget(CODE)
        return found

    monkeypatch.setattr(narrow._asking, "kept", forget_meanwhile)
    assert narrow.check(CODE).records == ()
    monkeypatch.undo()
    assert narrow.check(CODE).records == ()


def test_an_entry_that_is_made_ready_past_its_middle_is_renewed(narrow, source, clock):
    """Entries come due whether they are held ready or packed."""
    source.disclose(CODE)
    narrow.check(CODE)
    narrow.check(CODES[1])
    clock.advance(seconds=3000)
    narrow.check(CODE)
    narrow.check(CODE)
    narrow.close()
    assert source.lanes[-1] is Lane.REFRESH


def test_a_hit_makes_nothing_and_takes_no_lock(lookup, source):
    """A hundred thousand hits leave not one block behind, while every lock is held by somebody else."""
    lookup.check(CODE)
    with lookup.lock, lookup.memory._lock, lookup._flights._lock:
        before = sys.getallocatedblocks()
        for _ in range(100_000):
            lookup.check(CODE)
        assert sys.getallocatedblocks() - before < 50


def test_asking_afresh_asks_whatever_is_kept(lookup, source, clock):
    """What is kept answers look-ups and no decision; the fresh answer takes its place."""
    source.disclose(CODE, a_penalty())
    kept = lookup.check(CODE)
    clock.advance(seconds=1)
    source.disclose(CODE)
    fresh = lookup.check_afresh(CODE)
    assert (kept.standing, fresh.standing) == (Standing.ADVERSE, Standing.NO_ADVERSE_RECORD)
    assert lookup.check(CODE) is fresh
    assert len(source.asked) == 2


def test_i2_a_source_that_cannot_be_asked_afresh_is_unknown_and_what_is_kept_stays(lookup, source, clock):
    """Nothing is concluded from what is kept, and nobody who looks up loses it."""
    source.disclose(CODE, a_penalty())
    kept = lookup.check(CODE)
    clock.advance(seconds=1)
    source.fail(SourceUnavailable("down", reason=UnknownReason.UNREACHABLE))
    assert lookup.check_afresh(CODE).reason is UnknownReason.UNREACHABLE
    assert lookup.check(CODE) is kept


class LateSource(SlowSource):
    """A source whose answers are of the time when it was asked, and arrive when they are let go."""

    def _fetch(self, code, lane):
        """Take the answer, and wait to be let go."""
        fetched = ScriptedSource._fetch(self, code, lane)
        self.entered.set()
        assert self.let_go.wait(10)
        return fetched


def test_asking_afresh_does_not_take_an_answer_that_was_asked_for_before(clock):
    """Who joins a question under way gets its answer only where it was put after the decision was to be made."""
    late = LateSource(clock=clock)
    late.disclose(CODE, a_penalty())
    lookup, found = a_lookup(late, clock, LookupOptions()), []
    with lookup_closed(lookup):
        first = threading.Thread(target=lookup.check_afresh, args=(CODE,))
        first.start()
        assert late.entered.wait(10)
        clock.advance(seconds=1)
        late.disclose(CODE)
        second = threading.Thread(target=lambda: found.append(lookup.check_afresh(CODE)))
        second.start()
        late.let_go.set()
        for thread in (first, second):
            thread.join(10)
    assert found[0].standing is Standing.NO_ADVERSE_RECORD
    assert found[0].fetched_at == clock.now()


def test_i1_an_invalidation_while_it_is_asked_afresh_has_it_asked_again(source, clock):
    """An answer that may be out of date is no fresh one."""
    slow = SlowSource(clock)
    slow.let_go.set()
    slow.disclose(CODE, a_penalty())
    lookup = a_lookup(slow, clock, LookupOptions())

    def withdraw():
        slow.on_answer = lambda: None
        slow.disclose(CODE)
        lookup.forget(CODE)

    slow.on_answer = withdraw
    with lookup_closed(lookup):
        assert lookup.check_afresh(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert len(slow.asked) == 2
