"""Bugs to plant: what caches are known to get wrong, one at a time, for walks to find.

``python -m tests.sdk.truth.mutations`` plants each and prints after how many steps it is found.
"""

import itertools
import logging
import sys
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

import chengxin.cache.freshness
import chengxin.cache.local
import chengxin.cache.memory
import chengxin.cache.turns
import chengxin.clock
import chengxin.records.disclosure
import chengxin.services.asking
import chengxin.services.skew
from chengxin.cache import Entry, LocalTier, MemoryTier
from chengxin.clock import SystemClock
from chengxin.errors import InvalidRecord
from chengxin.records import CreditAnswer, DisclosurePeriod, LastKnown, Standing, Subject, show
from chengxin.services import Evaluations, Follower, Lookup, following
from chengxin.services.asking import Asking, Found
from chengxin.services.flight import Flights
from chengxin.services.listening import Listening
from tests.sdk.truth.oracle import Untrue
from tests.sdk.truth.store import STORES
from tests.sdk.truth.walk import Report, walk

SEEDS = tuple(range(3, 13))
MOST_STEPS = 6000


def fixed_life():
    """Keep answers as long as the settings say, whatever the source allows."""
    return _put(
        chengxin.services.asking,
        "fresh_until",
        lambda fetched_at, *, max_age_seconds, longest_seconds: (
            fetched_at + timedelta(seconds=longest_seconds)
        ),
    )


def stale_on_error():
    """Serve what was known last where the source fails."""
    real = Lookup._unknown

    def unknown(self, code, failure, **named):
        last = self._asking.last_known(code)
        if last is None:
            return real(self, code, failure, **named)
        now = self._now()
        end = now + timedelta(seconds=60)
        return show(last.answer, at=now, fetched_at=last.fetched_at, fresh_until=end)

    return _put(Lookup, "_unknown", unknown)


@contextmanager
def day_too_long():
    """Show a record for a day more than it is disclosed."""

    def is_open(self, at):
        day = chengxin.records.disclosure.china_day(at)
        return self.start_on <= day and (self.end_on is None or day <= self.end_on + timedelta(days=1))

    def end_of(day):
        return chengxin.records.disclosure.start_of_china_day(day) + timedelta(days=2)

    with (
        _put(DisclosurePeriod, "is_open", is_open),
        _put(chengxin.records.disclosure, "end_of_china_day", end_of),
    ):
        yield


def midnight_of_utc():
    """Take days for days of UTC."""
    return _put(chengxin.records.disclosure, "CHINA", UTC)


def error_is_empty():
    """Take a failure for an empty listing."""
    real = Asking._question

    def question(self, code, *given, **named):
        found = real(self, code, *given, **named)
        if found is None or isinstance(found, Found):
            return found
        now = self._clock.now()
        answer = CreditAnswer(
            subject=Subject.of(code), registered=True, records=(), as_of=now, source="truth", snapshot_id="?"
        )
        end = now + timedelta(seconds=60)
        entry = Entry(answer=answer, fetched_at=now, fresh_until=end, followed_until=end)
        return Found(entry=entry, is_confirmed=True)

    return _put(Asking, "_question", question)


def memory_keeps_what_is_invalidated():
    """Leave in memory what was invalidated."""
    return _put(MemoryTier, "remove", lambda self, key: None)


def tickets_do_not_count():
    """Keep an answer though its subject was invalidated while the source was asked."""
    real = LocalTier.write
    return _put(
        LocalTier,
        "write",
        lambda self, code, entry, *, ticket: real(self, code, entry, ticket=self.open(code)),
    )


def loss_is_not_noticed():
    """Go on as before where contact is lost."""
    return _put(Listening, "on_lost", lambda self: None)


def memory_outlives_a_loss():
    """Leave in memory, where contact is found again, what was there."""
    return _put(Lookup, "_flush", lambda self: None)


def gaps_do_not_matter():
    """Go on where changes of the feed are lost."""
    return _put(
        following,
        "fresh_changes",
        lambda changes, *, after: [change for change in changes if after is None or change.seq > after],
    )


def tombstones_do_not_count():
    """Use what the tier holds of a subject whose invalidation waits."""
    return _put(Listening, "bury", lambda self, codes: self._clock.now())


def late_answers_bring_back_what_is_gone():
    """Use an answer that shows what the feed told to be gone."""
    return _put(Asking, "_unless_overtaken", lambda self, code, entry, ticket: ticket)


def tier_is_trusted_after_a_loss():
    """Use what the tier held before contact was lost, with no beat in between."""
    real = Listening.trusts

    def trusts(self, code, entry):
        self._distrusted_before = None
        return real(self, code, entry)

    return _put(Listening, "trusts", trusts)


def ended_is_last_known():
    """Display records that are over beside an unknown standing."""
    return _put(
        chengxin.cache.freshness,
        "show_last_known",
        lambda answer, *, at, fetched_at, margin: LastKnown(
            standing=Standing.ADVERSE
            if any(r.is_adverse for r in answer.records)
            else Standing.NO_ADVERSE_RECORD,
            records=answer.records,
            as_of=answer.as_of,
            fetched_at=fetched_at,
        ),
    )


def grace_has_no_end():
    """Display what was known last however long ago."""
    real = Entry.show_last_known
    return _put(
        Entry,
        "show_last_known",
        lambda self, at, *, grace, margin: real(self, at, grace=timedelta(days=99), margin=margin),
    )


def clock_steps_back():
    """Take the wall clock for the time."""
    return _put(SystemClock, "epoch", _wall_clock)


def ends_do_not_erase():
    """Keep an entry in the tier though a record of it has ended."""
    return _put(Entry, "erase_at", lambda self, grace: self.followed_until + grace)


def nothing_is_swept():
    """Leave what has ended until it is asked for."""
    return _put(chengxin.cache.turns.Turns, "over", lambda self, at: iter(()))


def bulk_does_not_look_again():
    """Hand out in a bulk what its first batches found, whatever happened during the last."""
    real = Lookup._again
    return _put(
        Lookup,
        "_again",
        lambda self, code, status, *, is_changed: status or real(self, code, status, is_changed=is_changed),
    )


def effect_may_fail():
    """Move on in the feed though not everybody could be told."""
    return _put(Follower, "_forget", lambda self, codes: [self._invalidate([code]) for code in codes])


def every_step_is_a_beat():
    """Take the feed for current though there is more of it."""
    real = Follower._fetch
    return _put(
        Follower, "_fetch", lambda self, *given, **named: replace(real(self, *given, **named), more=False)
    )


def feed_is_always_current():
    """Rely on a feed of which nothing is heard any more."""
    real = Entry.ends_at
    return _put(
        Entry,
        "ends_at",
        lambda self, feed: real(
            self, replace(feed, current_until=feed.current_until and self.followed_until)
        ),
    )


def unconfirmed_is_kept():
    """Keep in memory as long as any other what may be out of date unheard."""
    real = MemoryTier._view
    return _put(
        MemoryTier,
        "_view",
        lambda self, entry, at, *, bound, due_at: real(self, entry, at, bound=float("inf"), due_at=due_at),
    )


def dropped_flights_land():
    """Keep what a question brings though its subject was invalidated meanwhile, where no ticket could be had."""
    return _put(Flights, "is_current", lambda self, key, flight: True)


def margin_is_ignored():
    """Show records up to their end by this machine's clock, however far the source's is ahead."""
    return _put(chengxin.services.skew, "margin_of", lambda ahead_seconds: timedelta(0))


def beginnings_are_missed():
    """Hold a status beyond the beginning of a record."""

    def next_change_at(self, at):
        return self.ends_at if self.ends_at is not None and self.starts_at <= at < self.ends_at else None

    return _put(DisclosurePeriod, "next_change_at", next_change_at)


def treatments_outlive_their_status():
    """Remember treatments though something else is known by now."""
    return _put(Evaluations, "_forget", lambda self, code: None)


def stretches_leave_memory_alone():
    """Leave in memory what the tier did not hold when it was compared with a snapshot."""
    real = Listening.on_marked

    def on_marked(self, mark):
        flush, self.flush = self.flush, lambda: None
        try:
            real(self, mark)
        finally:
            self.flush = flush

    return _put(Listening, "on_marked", on_marked)


def repeats_take_effect_again():
    """Let changes that come again take effect again: costs questions, and is not wrong."""

    def fresh_changes(changes, *, after):
        changes = list(changes)
        new = [change for change in changes if after is None or change.seq > after]
        has_gap = after is not None and new and new[0].seq != after + 1
        has_gap = has_gap or any(b.seq != a.seq + 1 for a, b in itertools.pairwise(new))
        return None if has_gap else changes

    return _put(following, "fresh_changes", fresh_changes)


def all_come_due_at_once():
    """Renew entries without jitter, from the moment they are fetched: costs questions, and is not wrong."""
    return _put(Entry, "renew_at", lambda self, following, jitter: self.fetched_at)


def nothing_comes_due():
    """Renew nothing ahead of its end: costs time, and is not wrong."""
    return _put(Entry, "renew_at", lambda self, following, jitter: datetime(2999, 1, 1, tzinfo=UTC))


HARMFUL = {
    fixed_life: {},
    stale_on_error: {},
    day_too_long: {},
    midnight_of_utc: {},
    error_is_empty: {},
    memory_keeps_what_is_invalidated: {},
    tickets_do_not_count: {"meanwhile": 4},
    loss_is_not_noticed: {"hush": 6, "lose": 6, "forget": 3},
    memory_outlives_a_loss: {"lose": 5, "forget": 3},
    gaps_do_not_matter: {"lose_changes": 10, "amend": 3, "tick": 0.5, "tick_to": 0.5, "allow": 0.3},
    late_answers_bring_back_what_is_gone: {"lag": 8, "amend": 4, "follow": 3, "tick": 0.4},
    tombstones_do_not_count: {"flicker": 15, "forget": 6, "check": 2},
    tier_is_trusted_after_a_loss: {
        "roll_back": 15,
        "save": 10,
        "forget": 0.2,
        "tick": 0.5,
        "tick_to": 0.3,
        "amend": 3,
    },
    ended_is_last_known: {},
    grace_has_no_end: {},
    clock_steps_back: {"step_wall": 4},
    ends_do_not_erase: {"audit": 5, "publish": 3},
    nothing_is_swept: {"audit": 5},
    bulk_does_not_look_again: {"check_many": 8, "meanwhile": 8},
    effect_may_fail: {
        "flicker": 20,
        "amend": 8,
        "follow": 4,
        "check": 2,
        "tick": 0.3,
        "tick_to": 0.2,
        "leave": 0.1,
        "restart": 0.1,
    },
    every_step_is_a_beat: {},
    feed_is_always_current: {},
    unconfirmed_is_kept: {"lose": 6, "forget": 5, "tick": 0.7, "tick_to": 0.3},
    dropped_flights_land: {"meanwhile": 6, "flicker": 12, "forget": 3},
    margin_is_ignored: {"skew": 8},
    beginnings_are_missed: {"publish": 3},
    treatments_outlive_their_status: {},
    stretches_leave_memory_alone: {"flush": 30, "lose_changes": 10, "amend": 2, "tick": 0.4, "tick_to": 0.3},
}
"""Each lets something be shown, or held, that may not be; beside it, what to do more often so that it is found soon."""

HARMLESS = (repeats_take_effect_again, all_come_due_at_once, nothing_comes_due)
"""Each does no harm: whoever takes it for a fault, errs."""


def find(mutation, focus) -> tuple[int, str | None]:
    """Walk with a bug planted; return the steps taken and what was found, None where nothing was."""
    steps = 0
    for seed in SEEDS:
        report = Report()
        try:
            with mutation():
                walk(STORES["memory"], steps=MOST_STEPS, seed=seed, report=report, focus=focus)
        except (
            Untrue,
            InvalidRecord,
        ) as fault:  # by the oracle, or by a fact that refuses to contradict itself
            return steps + report.steps, str(fault).partition(":")[0]
        steps += report.steps
    return steps, None


def _put(where, name: str, mutant):
    return mock.patch.object(where, name, mutant)


def _wall_clock(self):
    return _read_wall()  # noqa: F821 -- of the module whose code it stands in for


def main() -> None:
    """Plant each bug and say when it is found."""
    logging.disable()
    for mutation, focus in {**HARMFUL, **dict.fromkeys(HARMLESS)}.items():
        steps, fault = find(mutation, focus)
        sys.stdout.write(f"{mutation.__name__:36} {steps:6} {(fault or 'not found')[:60]}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
