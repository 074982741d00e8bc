"""Recording fact vectors: counted once a day, bounded, told where lost; and no way back to a subject (I1)."""

import multiprocessing
import sqlite3
import stat
import threading
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chengxin import CreditClient, PlatformFacts, load_policy
from chengxin.errors import ConfigurationError, VectorLogUnavailable
from chengxin.policy import FactVector, Scope
from chengxin.records import Role, Subject, SubjectKind, end_of_china_day, start_of_china_day
from chengxin.services import FileVectorLog, VectorLogOptions, VectorRecorder
from chengxin.testing import FrozenClock, ScriptedSource, a_listing, a_penalty
from chengxin.testing.fork import in_forked_child
from tests.sdk.services.vectors import code_of, evaluate, holds, status_of

DAY = date(2026, 11, 21)
MONTH = DAY.replace(day=1)
NAME = "marketplace"


@pytest.fixture(scope="module")
def policy():
    """The shipped policy for marketplaces."""
    return load_policy(NAME)


@pytest.fixture
def clock():
    """Noon of the day, in China."""
    return FrozenClock(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))


@pytest.fixture
def directory(tmp_path):
    """Where vectors are recorded."""
    return tmp_path / "vectors"


@pytest.fixture
def log(directory):
    """The log."""
    return FileVectorLog(directory)


@pytest.fixture
def recorder(log, clock):
    """A recorder that writes when told, and at its end."""
    with VectorRecorder(log, clock=clock, flush_seconds=60) as made:
        yield made


def counts(log, month=MONTH, name=NAME):
    """Return how many subjects were counted on each day of a month."""
    found = {}
    for row in log.rows(name, month):
        for day, number in row.days:
            found[day] = found.get(day, 0) + number
    return found


def links(log, *codes, at, role=Role.MERCHANT):
    """Return the links of subjects."""
    return log.links(NAME, [(code.code, role) for code in codes], at=at)


def test_each_subject_counts_once_a_day(log, recorder, policy, clock):
    """However often it is evaluated, on whatever facts; equal vectors are one row."""
    for number in range(5):
        for days in (10, 400):
            facts = policy.platform_facts({"registered_days": days})
            evaluate(
                recorder, policy, status_of(code_of(number), at=clock.now()), at=clock.now(), facts=facts
            )
    recorder.flush()
    assert counts(log) == {DAY: 5}
    (row,) = log.rows(NAME, MONTH)
    assert (row.digest, row.days) == (policy.ref.digest, ((DAY, 5),))
    vector = FactVector.load(row.vector)
    assert (vector.role, vector.subject_kind, vector.records) == (Role.MERCHANT, SubjectKind.ENTERPRISE, ())
    assert log.scopes() == {policy.ref.digest: Scope.of(policy.document)}
    clock.advance(to=start_of_china_day(DAY + timedelta(days=1)))
    evaluate(recorder, policy, status_of(code_of(0), at=clock.now()), at=clock.now())
    recorder.flush()
    assert counts(log) == {DAY: 5, DAY + timedelta(days=1): 1}


def test_a_subject_counts_in_each_of_its_roles(log, recorder, policy, clock):
    """Each is a treatment of its own."""
    for role in Role:
        evaluate(recorder, policy, status_of(code_of(0), at=clock.now()), at=clock.now(), role=role)
    recorder.flush()
    assert counts(log) == {DAY: 4}


def test_another_recorder_does_not_count_it_again(log, recorder, policy, clock):
    """They know of one another through the log alone."""
    status = status_of(code_of(0), at=clock.now())
    with VectorRecorder(log, clock=clock) as other:
        evaluate(other, policy, status, at=clock.now())
    evaluate(recorder, policy, status, at=clock.now())
    recorder.flush()
    assert counts(log) == {DAY: 1}


def test_i8_a_natural_person_is_not_recorded(log, recorder, policy, clock):
    """There is no code to tell one from another, and nothing is kept of either."""
    status = status_of(code_of(0), at=clock.now())
    person = Subject(kind=SubjectKind.PERSON, code=None)
    evaluate(recorder, policy, replace(status, subject=person), at=clock.now())
    evaluate(recorder, policy, status, at=clock.now())
    recorder.flush()
    assert counts(log) == {DAY: 1}


def test_i8_an_anchor_is_never_linked(log, recorder, policy, clock):
    """An anchor is a natural person, though the platform may know a code."""
    evaluate(recorder, policy, status_of(code_of(0), at=clock.now()), at=clock.now(), role=Role.ANCHOR)
    recorder.flush()
    assert links(log, code_of(0), at=clock.now(), role=Role.ANCHOR) == [None]


def test_i2_an_unknown_is_counted_and_not_linked(log, recorder, policy, clock):
    """It says nothing of the subject."""
    status = status_of(code_of(0), at=clock.now(), life=timedelta(seconds=1))
    at = clock.now() + timedelta(hours=1)
    treatment = policy.evaluate(status, facts=PlatformFacts(), role=Role.MERCHANT, at=at)
    recorder.evaluated(policy, status, PlatformFacts(), treatment)
    recorder.flush()
    assert counts(log) == {DAY: 1}
    assert links(log, code_of(0), at=clock.now()) == [None]


# ---- I1: no way back ----


def test_i1_no_code_name_id_or_word_is_ever_written(directory, log, recorder, policy, clock):
    """Not even while the subject may be named."""
    record = a_penalty("CF-SECRET-1")
    evaluate(recorder, policy, status_of(code_of(7), record, at=clock.now()), at=clock.now())
    recorder.flush()
    assert links(log, code_of(7), at=clock.now())[0] is not None
    for text in (code_of(7).code, "CF-SECRET-1", "福建示例", "示例市场监督管理局", "示市监处罚"):
        assert not holds(directory, text)


def test_i1_a_link_ends_with_the_first_record(directory, log, recorder, policy, clock):
    """At 24:00 of its last day, and its bytes with it; the count stays, of nobody."""
    short, long = a_penalty("P1", end_on=date(2026, 11, 30)), a_listing("L1")
    evaluate(recorder, policy, status_of(code_of(1), short, long, at=clock.now()), at=clock.now())
    recorder.flush()
    end = end_of_china_day(date(2026, 11, 30))
    (link,) = links(log, code_of(1), at=end - timedelta(microseconds=1))
    assert link is not None
    assert link.day == DAY
    assert links(log, code_of(1), at=end) == [None]
    tags = stored_tags(directory, "link")
    assert len(tags) == 1
    log.take([], at=end, lost={})
    assert not any(tag in (directory / "subjects.db").read_bytes() for tag in tags)
    assert counts(log) == {DAY: 1}


def test_i1_what_is_forgotten_is_led_to_by_nothing(directory, log, recorder, policy, clock):
    """Neither by its link nor by having been seen today; it is not counted again for it."""
    evaluate(recorder, policy, status_of(code_of(1), a_penalty(), at=clock.now()), at=clock.now())
    evaluate(recorder, policy, status_of(code_of(2), a_penalty(), at=clock.now()), at=clock.now())
    recorder.flush()
    tags = stored_tags(directory, "link")
    recorder.forget(code_of(1).code)
    recorder.flush()
    first, second = links(log, code_of(1), code_of(2), at=clock.now())
    assert first is None
    assert second is not None
    assert sum(tag in (directory / "subjects.db").read_bytes() for tag in tags) == 1
    with sqlite3.connect(directory / "subjects.db") as connection:
        assert sorted(connection.execute("SELECT vector IS NULL FROM seen")) == [(0,), (1,)]
    evaluate(recorder, policy, status_of(code_of(1), a_penalty(), at=clock.now()), at=clock.now())
    recorder.flush()
    assert counts(log) == {DAY: 2}
    assert links(log, code_of(1), at=clock.now()) == [None]


def test_i1_what_waits_when_it_is_forgotten_is_not_linked(log, recorder, policy, clock):
    """The count is written, and the way back is not."""
    evaluate(recorder, policy, status_of(code_of(1), a_penalty(), at=clock.now()), at=clock.now())
    recorder.forget(code_of(1).code)
    recorder.flush()
    assert counts(log) == {DAY: 1}
    assert links(log, code_of(1), at=clock.now()) == [None]


def test_i1_forgetting_all_forgets_all(log, recorder, policy, clock):
    """As after a loss of contact."""
    for number in range(3):
        evaluate(recorder, policy, status_of(code_of(number), at=clock.now()), at=clock.now())
    recorder.flush()
    recorder.forget(None)
    recorder.flush()
    assert links(log, *map(code_of, range(3)), at=clock.now()) == [None] * 3


def test_i1_another_vector_takes_the_link_away(log, recorder, policy, clock):
    """What held before leads nowhere, though the day's count stays as it was."""
    evaluate(recorder, policy, status_of(code_of(1), a_penalty(), at=clock.now()), at=clock.now())
    recorder.flush()
    with VectorRecorder(log, clock=clock) as other:
        evaluate(other, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    assert counts(log) == {DAY: 1}
    assert links(log, code_of(1), at=clock.now()) == [None]


def test_i1_the_key_of_a_day_is_destroyed_after_it(directory, log, recorder, policy, clock):
    """With all tags of the day; ten minutes are left for what was handed over before midnight."""
    evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    recorder.flush()
    with sqlite3.connect(directory / "subjects.db") as connection:
        ((key, tag),) = connection.execute(
            "SELECT key, tag FROM secret, seen WHERE purpose = 'day'"
        ).fetchall()
    midnight = end_of_china_day(DAY)
    log.take([], at=midnight + timedelta(minutes=9), lost={})
    assert key in (directory / "subjects.db").read_bytes()
    log.take([], at=midnight + timedelta(minutes=10), lost={})
    content = (directory / "subjects.db").read_bytes()
    assert key not in content
    assert tag not in content


def test_i1_nothing_leads_to_the_vectors_of_yesterday(directory, log, recorder, policy, clock):
    """Though the key of the day is kept for what was handed over late: a record may have ended at midnight."""
    record = a_penalty("P1", end_on=DAY)
    evaluate(recorder, policy, status_of(code_of(1), record, at=clock.now()), at=clock.now())
    recorder.flush()
    log.take([], at=end_of_china_day(DAY), lost={})
    assert vectors_seen(directory) == [(None,)]


@pytest.mark.parametrize("name_days", [0, 31])
def test_i8_what_may_name_nobody_is_led_to_by_nothing(directory, policy, clock, name_days):
    """Neither from an anchor, nor from anybody where nobody shall be named."""
    role = Role.ANCHOR if name_days else Role.MERCHANT
    log = FileVectorLog(directory, options=VectorLogOptions(name_days=name_days))
    with VectorRecorder(log, clock=clock) as recorder:
        evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now(), role=role)
        recorder.flush()
        assert vectors_seen(directory) == [(None,)]
    assert counts(log) == {DAY: 1}


def vectors_seen(directory):
    """Return the vectors that the subjects of the day are led to."""
    with closing(sqlite3.connect(directory / "subjects.db")) as connection:
        return connection.execute("SELECT vector FROM seen").fetchall()


def test_late_evaluations_are_counted_as_lost(log, recorder, policy, clock):
    """Nobody can tell any more whether their subject was counted."""
    evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    clock.advance(to=end_of_china_day(DAY) + timedelta(minutes=11))
    recorder.flush()
    assert counts(log) == {}
    assert log.lost(DAY, DAY) == 1


def test_links_end_with_their_key(log, recorder, policy, clock):
    """After a month nobody is named by what was evaluated before."""
    evaluate(recorder, policy, status_of(code_of(1), a_penalty(), at=clock.now()), at=clock.now())
    recorder.flush()
    clock.advance(seconds=30 * 86_400)
    log.take([], at=clock.now(), lost={})
    assert links(log, code_of(1), at=clock.now()) != [None]
    clock.advance(seconds=86_400)
    log.take([], at=clock.now(), lost={})
    assert links(log, code_of(1), at=clock.now()) == [None]


def test_nobody_is_linked_where_nobody_shall_be_named(directory, policy, clock):
    """``name_days`` 0."""
    log = FileVectorLog(directory, options=VectorLogOptions(name_days=0))
    with VectorRecorder(log, clock=clock) as recorder:
        evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    assert counts(log) == {DAY: 1}
    assert links(log, code_of(1), at=clock.now()) == [None]
    log.unlink(NAME, [(code_of(1).code, Role.MERCHANT)])


def test_vectors_are_erased_after_their_time(log, recorder, policy, clock):
    """Month by month, and what was lost with them."""
    evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    recorder.flush()
    log.take([], at=clock.now(), lost={DAY: 3})
    log.take([], at=clock.now() + timedelta(days=400), lost={})
    assert counts(log) == {DAY: 1}
    assert log.lost(DAY, DAY) == 3
    log.take([], at=clock.now() + timedelta(days=411), lost={})
    assert counts(log) == {}
    assert log.lost(DAY, DAY) == 0


# ---- bounds and faults ----


def test_what_does_not_fit_is_dropped_and_told(directory, log, policy, clock, caplog):
    """By the recorder, by the log, and by the log file."""
    with VectorRecorder(log, clock=clock, most_waiting=2, flush_seconds=60) as recorder:
        for number in range(5):
            evaluate(recorder, policy, status_of(code_of(number), at=clock.now()), at=clock.now())
        assert recorder.dropped == 3
    assert counts(log) == {DAY: 2}
    assert log.lost(DAY, DAY) == 3
    assert "3 evaluations were not recorded" in caplog.text


def test_a_month_holds_so_many_vectors_and_no_more(directory, policy, clock):
    """Vectors that are there go on being counted."""
    log = FileVectorLog(directory, options=VectorLogOptions(most_vectors=1))
    with VectorRecorder(log, clock=clock) as recorder:
        for number, records in enumerate([(), (a_penalty(),), ()]):
            status = status_of(code_of(number), *records, at=clock.now())
            evaluate(recorder, policy, status, at=clock.now())
    assert counts(log) == {DAY: 2}
    assert log.lost(DAY, DAY) == 1
    assert links(log, code_of(1), at=clock.now()) == [None]


def test_i9_a_log_that_fails_is_waited_for(directory, policy, clock, caplog):
    """The host is not told; what waits is bounded, and written when it can be."""
    directory.write_text("in the way")
    log = FileVectorLog(directory)
    recorder = VectorRecorder(log, clock=clock, most_waiting=2, flush_seconds=60)
    for number in range(2):
        evaluate(recorder, policy, status_of(code_of(number), at=clock.now()), at=clock.now())
    with pytest.raises(VectorLogUnavailable, match="Look at the directory"):
        recorder.flush()
    recorder.forget(code_of(0).code)
    evaluate(recorder, policy, status_of(code_of(2), at=clock.now()), at=clock.now())
    assert recorder.dropped == 1
    recorder.close()
    assert "Evaluations wait to be recorded" in caplog.text
    directory.unlink()
    recorder.flush()
    assert counts(log) == {DAY: 2}
    assert log.lost(DAY, DAY) == 1


def test_what_waits_is_bounded_though_the_log_fails(directory, policy, clock):
    """The oldest are dropped where newer ones came meanwhile."""

    class Failing(FileVectorLog):
        """Fails once, while another evaluation comes."""

        has_failed = False

        def take(self, events, *, at, lost):
            if self.has_failed:
                return super().take(events, at=at, lost=lost)
            self.has_failed = True
            evaluate(recorder, policy, status_of(code_of(9), at=clock.now()), at=clock.now())
            raise VectorLogUnavailable("The disk is full. Make room.")

    log = Failing(directory)
    recorder = VectorRecorder(log, clock=clock, most_waiting=1, flush_seconds=60)
    evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    with pytest.raises(VectorLogUnavailable):
        recorder.flush()
    recorder.close()
    assert links(log, code_of(1), code_of(9), at=clock.now())[0] is None
    assert (counts(log), log.lost(DAY, DAY), recorder.dropped) == ({DAY: 1}, 1, 1)


def test_i9_a_log_of_the_platform_s_own_that_fails_loses_nothing(log, policy, clock, caplog):
    """Whatever it raises: the thread goes on, what waits is put back, and closing raises nothing."""
    tried = threading.Event()

    class Failing:
        """Fails once in a way that nobody agreed on."""

        def take(self, events, *, at, lost):
            if not tried.is_set():
                tried.set()
                raise RuntimeError("out of order")
            log.take(events, at=at, lost=lost)

    recorder = VectorRecorder(Failing(), clock=clock, flush_seconds=0.01)
    evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    assert tried.wait(10)
    recorder.close()
    assert "the log failed with RuntimeError" in caplog.text
    assert counts(log) == {DAY: 1}


def test_counts_that_are_none_are_told(directory, log, recorder, policy, clock):
    """As of any other damage to the file."""
    evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
    recorder.flush()
    with closing(sqlite3.connect(directory / "vectors.db")) as connection, connection:
        connection.execute("UPDATE vector SET days = x'01'")
    with pytest.raises(VectorLogUnavailable, match="ValueError"):
        list(log.rows(NAME, MONTH))
    evaluate(recorder, policy, status_of(code_of(2), at=clock.now()), at=clock.now())
    with pytest.raises(VectorLogUnavailable, match="ValueError"):
        recorder.flush()


def test_too_many_to_forget_are_all_forgotten(log, policy, clock):
    """Rather than none, or without bound."""
    with VectorRecorder(log, clock=clock, most_waiting=3, flush_seconds=60) as recorder:
        for number in range(3):
            evaluate(recorder, policy, status_of(code_of(number), at=clock.now()), at=clock.now())
        recorder.flush()
        for number in range(100, 104):
            recorder.forget(code_of(number).code)
        assert len(recorder._waiting) == 1
    assert links(log, *map(code_of, range(3)), at=clock.now()) == [None] * 3


def test_a_thread_writes_by_itself(log, policy, clock):
    """Soon after an evaluation, with nobody telling it to."""
    written = multiprocessing.Event()

    class Telling(FileVectorLog):
        """Tells when it has taken something."""

        def take(self, events, *, at, lost):
            super().take(events, at=at, lost=lost)
            written.set()

    with VectorRecorder(Telling(log._directory), clock=clock, flush_seconds=0.01) as recorder:
        evaluate(recorder, policy, status_of(code_of(0), at=clock.now()), at=clock.now())
        assert written.wait(10)
    assert counts(log) == {DAY: 1}


@pytest.mark.parametrize("arguments", [{"most_waiting": 0}, {"flush_seconds": 0}, {"flush_seconds": 61}])
def test_a_recorder_has_bounds(log, clock, arguments):
    """They are told."""
    with pytest.raises(ConfigurationError, match="A recorder lets"):
        VectorRecorder(log, clock=clock, **arguments)


@pytest.mark.parametrize("arguments", [{"keep_days": 0}, {"name_days": 367}, {"most_vectors": 0}])
def test_a_log_has_bounds(arguments):
    """They are told by name."""
    with pytest.raises(ConfigurationError, match=f"^{next(iter(arguments))} is"):
        VectorLogOptions(**arguments)


def test_a_log_that_is_not_there_or_none_is_refused(tmp_path, directory):
    """Reading makes nothing, and somebody else's file is left alone."""
    with pytest.raises(VectorLogUnavailable):
        FileVectorLog(tmp_path / "nowhere").scopes()
    assert not (tmp_path / "nowhere").exists()
    directory.mkdir()
    with sqlite3.connect(directory / "vectors.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(VectorLogUnavailable, match="another version"):
        FileVectorLog(directory).take([], at=datetime(2026, 1, 1, tzinfo=UTC), lost={})


def test_the_files_are_their_owners_alone(directory, log, clock):
    """Whatever the umask."""
    log.take([], at=clock.now(), lost={})
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (directory, *directory.iterdir())]
    assert modes == [0o700, 0o600, 0o600]


# ---- processes ----


def record_some(directory, numbers, barrier):
    """Record subjects in a process of its own."""
    clock = FrozenClock(datetime(2026, 11, 21, 4, 0, tzinfo=UTC))
    policy = load_policy(NAME)
    with VectorRecorder(FileVectorLog(directory), clock=clock, flush_seconds=0.01) as recorder:
        barrier.wait(60)
        for number in numbers:
            evaluate(recorder, policy, status_of(code_of(number), at=clock.now()), at=clock.now())


def test_processes_count_a_subject_once_among_them(directory, log):
    """Three of them write at once into a log that none had made."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    processes = [
        context.Process(target=record_some, args=(directory, range(start, start + 60), barrier))
        for start in (0, 20, 40)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(100)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert counts(log) == {DAY: 100}
    assert log.lost(DAY, DAY) == 0


def test_a_forked_child_leaves_to_its_parent_what_waits(log, recorder, policy, clock):
    """And records what it evaluates itself."""
    evaluate(recorder, policy, status_of(code_of(0), at=clock.now()), at=clock.now())

    def child():
        waiting = len(recorder._waiting)
        evaluate(recorder, policy, status_of(code_of(1), at=clock.now()), at=clock.now())
        recorder.close()
        return waiting

    assert in_forked_child(child) == 0
    assert counts(log) == {DAY: 1}
    recorder.flush()
    assert counts(log) == {DAY: 2}


# ---- beside a client ----


def test_a_client_records_evaluations_and_no_hits(directory, log, policy, clock):
    """What is remembered is not told; what is forgotten everywhere is led to by nothing."""
    source = ScriptedSource(clock=clock)
    source.disclose(code_of(1).code, a_penalty())
    recorder = VectorRecorder(log, clock=clock, flush_seconds=60)
    with CreditClient(source, clock=clock, observers=[recorder]) as client:
        status = client.check(code_of(1))
        first = client.evaluate(status, policy)
        assert client.evaluate(status, policy) is first
        assert client.remembered(code_of(1).code, policy) is first
        recorder.flush()
        assert (counts(log), len(recorder._waiting)) == ({DAY: 1}, 0)
        (link,) = links(log, code_of(1), at=clock.now())
        assert link is not None
        client.forget(code_of(1))
        recorder.flush()
        assert links(log, code_of(1), at=clock.now()) == [None]
        client.evaluate(client.check(code_of(1)), policy)
    assert counts(log) == {DAY: 1}


def test_an_answer_that_says_the_same_again_forgets_nothing(log, policy, clock):
    """One that says another thing does, before anybody evaluates it."""
    source = ScriptedSource(clock=clock)
    source.disclose(code_of(1).code, a_penalty())
    recorder = VectorRecorder(log, clock=clock, flush_seconds=60)
    with CreditClient(source, clock=clock, observers=[recorder]) as client:
        client.evaluate(client.check(code_of(1)), policy)
        client._lookup.on_change(code_of(1).code)  # as where an answer is renewed ahead of its end
        recorder.flush()
        assert links(log, code_of(1), at=clock.now()) != [None]
        clock.advance(seconds=3601)
        client.check(code_of(1))
        recorder.flush()
        assert links(log, code_of(1), at=clock.now()) == [None]


def test_i9_an_observer_that_fails_is_not_the_hosts_trouble(policy, clock, caplog):
    """The treatment is given, and what is known changes."""

    class Broken:
        """Fails at everything but its end."""

        def evaluated(self, *_, **__):
            raise RuntimeError(code_of(1).code)

        def forget(self, _):
            raise RuntimeError(code_of(1).code)

        def close(self):
            """End."""

    source = ScriptedSource(clock=clock)
    source.disclose(code_of(1).code)
    with CreditClient(source, clock=clock, observers=[Broken()]) as client:
        assert client.evaluate(client.check(code_of(1)), policy).tier == "standard"
        client.forget(code_of(1))
    assert "an observer of evaluations failed: RuntimeError" in caplog.text
    assert "an observer of evaluations failed to forget: RuntimeError" in caplog.text
    assert code_of(1).code not in caplog.text


def stored_tags(directory, table):
    """Return the tags of a table."""
    connection = sqlite3.connect(directory / "subjects.db")
    try:
        return [tag for (tag,) in connection.execute(f"SELECT tag FROM {table}")]  # noqa: S608  # a name of ours
    finally:
        connection.close()
