"""Look-ups: one question however many ask, a status whatever happens, nothing kept but complete answers."""

import logging
import os
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import (
    ConfigurationError,
    InvalidUscc,
    SourceRefused,
    SourceUnavailable,
    UnknownReason,
    UnusableAnswer,
)
from chengxin.records import Anomaly, Standing, end_of_china_day
from chengxin.services import Lookup, LookupOptions
from chengxin.services.flight import Flights
from chengxin.testing import CODES, FrozenClock, ScriptedSource, a_penalty, an_answer
from chengxin.transport import Deadline

CODE = CODES[0].code
ERRORS = (SourceUnavailable, SourceRefused, UnusableAnswer)


@pytest.fixture
def clock():
    """Time that stands still."""
    return FrozenClock()


@pytest.fixture
def source(clock):
    """A scripted source."""
    return ScriptedSource(clock=clock)


@pytest.fixture
def lookup(source, clock):
    """A look-up on it."""
    made = Lookup(source, clock=clock, options=LookupOptions())
    yield made
    made.close()


class SlowSource(ScriptedSource):
    """A source that answers when it is let go."""

    def __init__(self, clock):
        super().__init__(clock=clock)
        self.let_go = threading.Event()
        self.entered = threading.Event()

    def fetch_credit(self, code, *, deadline):
        """Wait to be let go."""
        self.entered.set()
        assert self.let_go.wait(10)
        return super().fetch_credit(code, deadline=deadline)


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
    lookup = Lookup(source, clock=clock, options=LookupOptions())
    source.fail(error("it failed", reason=reason))
    status = lookup.check(CODE)
    assert (status.standing, status.reason, status.records) == (Standing.UNKNOWN, reason, ())
    assert not status.is_valid(clock.now())
    (row,) = lookup.check_many([CODE])
    assert (row.status.standing, row.status.reason) == (Standing.UNKNOWN, reason)
    source.recover()
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
    lookup = Lookup(source, clock=clock, options=LookupOptions(longest_life_seconds=10))
    source.disclose(CODE)
    assert lookup.check(CODE).valid_until == clock.now() + timedelta(seconds=10)
    lookup.close()


def test_an_answer_that_took_longer_than_its_life_is_unknown(clock):
    """What may not be kept long enough to arrive is not used."""

    class Sluggish(ScriptedSource):
        def fetch_credit(self, code, *, deadline):
            fetched = super().fetch_credit(code, deadline=deadline)
            clock.advance(seconds=5)
            return fetched

    source = Sluggish(clock=clock, max_age_seconds=2)
    source.disclose(CODE)
    lookup = Lookup(source, clock=clock, options=LookupOptions())
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

        def fetch_credit_many(self, codes, *, deadline):
            batches.append(len(codes))
            return super().fetch_credit_many(codes, deadline=deadline)

    batches = []
    lookup = Lookup(Small(clock=clock), clock=clock, options=LookupOptions())
    lookup.check_many([code.code for code in CODES[:3]])
    assert batches == [2, 1]
    lookup.close()


def test_a_hundred_callers_of_a_cold_code_ask_once(clock):
    """Single flight: one question, one answer, shared by all."""
    source = SlowSource(clock)
    source.disclose(CODE, a_penalty())
    lookup = Lookup(source, clock=clock, options=LookupOptions())
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
    lookup = Lookup(source, clock=clock, options=LookupOptions())
    status = lookup.check(CODE, wait_seconds=0.01)
    assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.TIMEOUT)
    source.let_go.set()
    assert lookup.check(CODE).standing is Standing.ADVERSE
    assert len(source.asked) == 1
    lookup.close()


def test_forgetting_asks_again_and_drops_an_answer_under_way(clock):
    """An answer that was asked for before a subject was forgotten is not kept after."""
    source = SlowSource(clock)
    source.disclose(CODE, a_penalty())
    lookup = Lookup(source, clock=clock, options=LookupOptions())
    lookup.check(CODE, wait_seconds=0.01)
    assert source.entered.wait(10)
    lookup.forget(CODE)
    source.let_go.set()
    lookup.check(CODE)
    source.disclose(CODE)
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    lookup.forget(CODES[0])
    assert lookup.check(CODE).standing is Standing.NO_ADVERSE_RECORD
    assert len(source.asked) == 3
    lookup.close()


def test_i8_logs_name_reasons_and_no_subject(lookup, source, caplog):
    """Failures are loud where a person is needed, and hold neither code nor content."""
    with caplog.at_level(logging.DEBUG, logger="chengxin"):
        source.fail(SourceRefused("no", reason=UnknownReason.FORBIDDEN, request_id="Q7"))
        lookup.check(CODE)
        source.fail(SourceUnavailable.timeout("testing"))
        lookup.check(CODE)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "Q7" in caplog.text
    assert CODE not in caplog.text


def test_anomalies_of_the_source_are_reported(lookup, source, caplog, clock):
    """What the source sends against its own rules is logged by its code."""
    source._answers[CODES[0]] = an_answer(
        anomalies=(Anomaly(code="record_past_its_end", record_id="R1", problem="…"),), as_of=clock.now()
    )
    with caplog.at_level(logging.WARNING, logger="chengxin"):
        status = lookup.check(CODE)
    assert "record_past_its_end" in caplog.text
    assert status.anomalies


@pytest.mark.parametrize(
    "options", [{"deadline_seconds": 0}, {"longest_life_seconds": -1}, {"max_entries": 0}, {"threads": 0}]
)
def test_options_without_sense_are_refused(options, source, clock):
    """A look-up that exists can work."""
    with pytest.raises(ConfigurationError):
        Lookup(source, clock=clock, options=LookupOptions(**options))


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_flights_of_its_own():
    """No thread and no flight of the parent is waited for."""
    flights = Flights()
    assert flights.join("k", os.getpid).result() == os.getpid()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, str(flights.join("k", os.getpid).result(timeout=10)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(read, 32)) == child
    os.close(read)
    os.close(write)
    flights.close()


def test_a_failure_is_shared_once_and_then_forgotten():
    """The next flight of the key starts anew."""
    flights = Flights()

    def fail():
        raise LookupError("once")

    with pytest.raises(LookupError):
        flights.join("k", fail).result()
    assert flights.join("k", lambda: 1).result() == 1
    flights.close()


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


def test_an_answer_that_arrived_meanwhile_is_taken_and_not_asked_for_again(lookup, source):
    """Who looked before the answer came and starts after it finds it in memory."""
    source.disclose(CODE)
    first = lookup.check(CODE)
    assert lookup._fetch(CODES[0]) is first
    assert len(source.asked) == 1


def test_flights_start_over_in_another_process():
    """A pid that is not its own makes new threads and no old flights."""
    flights = Flights()
    flights.close()
    flights._pid = -1
    assert flights.join("k", os.getpid).result() == os.getpid()
    flights.close()
