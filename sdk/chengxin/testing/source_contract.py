"""What every credit source must do, as tests to inherit: of our sources, and of a user's own.

::

    from chengxin.testing.source_contract import CreditSourceContract

    class TestMySource(CreditSourceContract):
        @pytest.fixture
        def source(self, clock):
            source = MySource(..., clock=clock)
            yield source
            source.close()

        @pytest.fixture
        def listed(self):
            return Uscc("…")       # a subject of which the source discloses something

        @pytest.fixture
        def absent(self):
            return Uscc("…")       # a subject that the source does not know

A source that asks somebody else inherits ``RemoteSourceContract`` and says how that somebody fails and stalls.
Override ``clock`` where the source is not on the machine's clock, and ``patience_seconds`` where it is slow to start.
This module needs pytest; nothing else of ``chengxin.testing`` does but the other contracts.
"""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

import pytest

from chengxin.clock import Clock, SystemClock
from chengxin.errors import SourceError, UnknownReason
from chengxin.identifiers import Uscc, mask_identity_numbers
from chengxin.records import DisclosureStatus, Standing, china_day, show
from chengxin.sources import CreditSource, Fetched, Unchanged
from chengxin.testing.fork import in_forked_child
from chengxin.transport import Deadline, Lane

VISIBLE: Final = {DisclosureStatus.SHOWN, DisclosureStatus.DISPUTED}
ALLOWANCE_SECONDS: Final = 1.0
"""How much later than its deadline a question may end on a busy machine."""
DAY: Final = timedelta(days=1)

Fail = Callable[[], object]


def fetched(outcome: Fetched | Unchanged | SourceError) -> Fetched:
    """Return an outcome that has to be an answer."""
    assert isinstance(outcome, Fetched), outcome
    return outcome


def is_aware_utc(at: datetime) -> bool:
    """Tell whether an instant is aware, and in UTC."""
    return at.utcoffset() == timedelta(0)


class CreditSourceContract:
    """What holds of every source."""

    @pytest.fixture
    def clock(self) -> Clock:
        """Return the clock of the source, and of all deadlines."""
        return SystemClock()

    @pytest.fixture
    def source(self) -> CreditSource:
        """Return the source that is tested; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture source.")

    @pytest.fixture
    def listed(self) -> Uscc:
        """Return a subject of which the source discloses something; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture listed.")

    @pytest.fixture
    def absent(self) -> Uscc:
        """Return a subject that the source does not know; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture absent.")

    @pytest.fixture
    def patience_seconds(self) -> float:
        """Return how long a question may take that is to be answered."""
        return 20.0

    @pytest.fixture
    def soon(self, clock: Clock, patience_seconds: float) -> Callable[[], Deadline]:
        """Return what makes deadlines that leave time enough."""
        return lambda: Deadline.after(patience_seconds, clock)

    def test_it_says_what_it_is(self, source: CreditSource) -> None:
        """A name that stays, is printable and no blank, and room in a batch."""
        assert source.name.strip() == source.name != ""
        assert source.name.isprintable()
        assert source.name == source.name
        assert source.batch_size >= 1

    def test_i2_an_answer_is_whole_and_about_the_subject_asked_for(
        self, source: CreditSource, listed: Uscc, clock: Clock, soon: Callable[[], Deadline]
    ) -> None:
        """Registered, with records, by the name of the source, as of an aware instant that is not to come."""
        answer = fetched(source.fetch_credit(listed, deadline=soon())).answer
        assert answer.subject.code == listed
        assert answer.registered
        assert answer.records
        assert answer.source == source.name
        assert is_aware_utc(answer.as_of)
        assert answer.as_of <= clock.now() + DAY

    def test_an_answers_life_begins_before_it_was_asked_for(
        self, source: CreditSource, listed: Uscc, clock: Clock, soon: Callable[[], Deadline]
    ) -> None:
        """And is a finite number of seconds, which may be none."""
        before = clock.now()
        got = fetched(source.fetch_credit(listed, deadline=soon()))
        assert is_aware_utc(got.asked_at)
        assert before <= got.asked_at <= clock.now()
        assert isfinite(got.max_age_seconds)
        assert got.max_age_seconds >= 0
        assert got.ahead_seconds is None or isfinite(got.ahead_seconds)

    def test_i1_no_record_is_in_an_answer_that_may_not_be_shown(
        self, source: CreditSource, listed: Uscc, soon: Callable[[], Deadline]
    ) -> None:
        """Not repaired, withdrawn or shielded, and not past its end; each record once."""
        got = fetched(source.fetch_credit(listed, deadline=soon()))
        today = china_day(got.asked_at)
        for record in got.answer.records:
            assert record.status in VISIBLE
            assert record.period.end_on is None or record.period.end_on >= today
        ids = [record.record_id for record in got.answer.records]
        assert len(set(ids)) == len(ids)

    def test_i2_of_a_subject_it_does_not_know_nothing_is_known(
        self, source: CreditSource, absent: Uscc, soon: Callable[[], Deadline]
    ) -> None:
        """Not to be registered is not to be without adverse records."""
        got = fetched(source.fetch_credit(absent, deadline=soon()))
        end = got.asked_at + timedelta(seconds=60)
        status = show(got.answer, at=got.asked_at, fetched_at=got.asked_at, fresh_until=end)
        assert (status.standing, status.reason) == (Standing.UNKNOWN, UnknownReason.NOT_FOUND)
        assert got.answer.subject.code == absent

    def test_i8_no_identity_number_is_in_an_answer(
        self, source: CreditSource, listed: Uscc, soon: Callable[[], Deadline]
    ) -> None:
        """Whatever text it stands in."""
        text = repr(fetched(source.fetch_credit(listed, deadline=soon())))
        assert mask_identity_numbers(text) == text

    def test_an_answer_and_an_error_survive_pickle(
        self, source: CreditSource, listed: Uscc, clock: Clock, soon: Callable[[], Deadline]
    ) -> None:
        """Processes hand them on."""
        got = fetched(source.fetch_credit(listed, deadline=soon()))
        assert pickle.loads(pickle.dumps(got)) == got  # noqa: S301  # our own bytes
        with pytest.raises(SourceError) as caught:
            source.fetch_credit(listed, deadline=Deadline.after(0, clock))
        again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301
        assert (type(again), again.reason) == (type(caught.value), caught.value.reason)

    @pytest.mark.parametrize("lane", list(Lane))
    def test_every_lane_is_answered(
        self, source: CreditSource, listed: Uscc, soon: Callable[[], Deadline], lane: Lane
    ) -> None:
        """What a question is for says who comes first, not who is told what."""
        assert fetched(source.fetch_credit(listed, deadline=soon(), lane=lane)).answer.subject.code == listed

    def test_only_what_is_known_can_be_unchanged(
        self, source: CreditSource, listed: Uscc, soon: Callable[[], Deadline]
    ) -> None:
        """Where nothing is known, or something else, there is an answer; a known one may be renewed."""
        first = fetched(source.fetch_credit(listed, deadline=soon()))
        fetched(source.fetch_credit(listed, deadline=soon(), known='"of another answer"'))
        if first.etag is None:
            return
        again = source.fetch_credit(listed, deadline=soon(), known=first.etag)
        if isinstance(again, Unchanged):
            assert again.etag == first.etag
            assert again.asked_at >= first.asked_at
            assert isfinite(again.max_age_seconds)

    def test_the_rows_of_a_batch_are_those_asked_for_in_their_order(
        self, source: CreditSource, listed: Uscc, absent: Uscc, soon: Callable[[], Deadline]
    ) -> None:
        """One row for each, about its subject, and no worse than asked for alone."""
        asked = [absent, listed][: source.batch_size]
        rows = source.fetch_credit_many(asked, deadline=soon())
        assert len(rows) == len(asked)
        assert [fetched(row).answer.subject.code for row in rows] == asked
        assert [fetched(row).answer.registered for row in rows] == [False, True][: len(asked)]

    def test_a_deadline_that_is_over_is_a_time_out(
        self, source: CreditSource, listed: Uscc, clock: Clock
    ) -> None:
        """Nothing is asked for whom nobody waits; of a batch, the whole or every row."""
        over = Deadline.after(0, clock)
        with pytest.raises(SourceError) as caught:
            source.fetch_credit(listed, deadline=over)
        assert caught.value.reason is UnknownReason.TIMEOUT
        with pytest.raises(SourceError):
            source.fetch_health(deadline=over)
        try:
            rows = source.fetch_credit_many([listed], deadline=over)
        except SourceError:
            return
        assert [type(row) for row in rows if isinstance(row, Fetched)] == []

    def test_health_is_told_or_refused(
        self, source: CreditSource, clock: Clock, soon: Callable[[], Deadline]
    ) -> None:
        """By the source's name, of an aware instant; never made up, and nothing but a source's error."""
        try:
            health = source.fetch_health(deadline=soon())
        except SourceError:
            return
        assert health.source == source.name
        assert is_aware_utc(health.data_date)
        assert health.data_date <= clock.now() + DAY
        assert isfinite(health.lag_seconds)
        assert health.lag_seconds >= 0

    def test_a_feed_begins_at_now_and_goes_on_from_its_cursor(
        self, source: CreditSource, soon: Callable[[], Deadline]
    ) -> None:
        """Where there is one: without a cursor nothing of the past is told."""
        if source.feed is None:
            return
        first = source.feed.fetch_changes(None, limit=10, wait_seconds=0, deadline=soon())
        assert first.cursor
        assert is_aware_utc(first.at)
        again = source.feed.fetch_changes(first.cursor, limit=10, wait_seconds=0, deadline=soon())
        seqs = [change.seq for change in again.changes]
        assert seqs == sorted(seqs)
        assert again.at >= first.at

    def test_it_is_closed_as_often_as_one_likes_and_used_again(
        self, source: CreditSource, listed: Uscc, soon: Callable[[], Deadline]
    ) -> None:
        """Closing gives back what is held; the next question takes it anew."""
        source.close()
        source.close()
        first = fetched(source.fetch_credit(listed, deadline=soon())).answer
        source.close()
        assert fetched(source.fetch_credit(listed, deadline=soon())).answer.subject == first.subject

    def test_many_threads_ask_at_once(
        self, source: CreditSource, listed: Uscc, absent: Uscc, soon: Callable[[], Deadline]
    ) -> None:
        """Each is answered about the subject it asked for."""
        asked = [listed, absent] * 8
        with ThreadPoolExecutor(8) as pool:
            rows = list(pool.map(lambda code: source.fetch_credit(code, deadline=soon()), asked))
        assert [fetched(row).answer.subject.code for row in rows] == asked

    @pytest.mark.parametrize("used", [True, False], ids=["used", "unused"])
    def test_it_works_after_a_fork(
        self, source: CreditSource, listed: Uscc, soon: Callable[[], Deadline], used: bool
    ) -> None:
        """In the child and in the parent, whether it was used before or not."""
        if used:
            source.fetch_credit(listed, deadline=soon())
        told = in_forked_child(lambda: source.fetch_credit(listed, deadline=soon()))
        assert fetched(told).answer.subject.code == listed
        assert fetched(source.fetch_credit(listed, deadline=soon())).answer.subject.code == listed


class RemoteSourceContract(CreditSourceContract):
    """What holds beyond that of a source that asks somebody else."""

    @pytest.fixture
    def fail(self) -> Fail:
        """Return what makes the far side fail at every question from then on; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture fail.")

    @pytest.fixture
    def stall(self) -> Fail:
        """Return what makes the far side answer too late from then on; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture stall.")

    def test_i2_a_far_side_that_fails_is_an_error_and_no_answer(
        self, source: CreditSource, listed: Uscc, fail: Fail, soon: Callable[[], Deadline]
    ) -> None:
        """With a reason and a sentence, of a batch as a whole or in every row."""
        fail()
        with pytest.raises(SourceError) as caught:
            source.fetch_credit(listed, deadline=soon())
        assert caught.value.reason in set(UnknownReason)
        assert str(caught.value)
        try:
            rows = source.fetch_credit_many([listed], deadline=soon())
        except SourceError:
            return
        assert all(isinstance(row, SourceError) for row in rows)

    def test_deadlines_are_kept(self, source: CreditSource, listed: Uscc, stall: Fail, clock: Clock) -> None:
        """Within a second, whatever the far side does: all requests and all waits are covered."""
        stall()
        watch = SystemClock()
        start = watch.monotonic()
        with pytest.raises(SourceError):
            source.fetch_credit(listed, deadline=Deadline.after(0.3, clock))
        assert watch.monotonic() - start < 0.3 + ALLOWANCE_SECONDS
