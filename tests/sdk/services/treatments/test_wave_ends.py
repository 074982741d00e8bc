"""What becomes of a wave: carried out subject by subject, approved once, and closed when nothing is held in it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from chengxin.errors import SourceUnavailable, TreatmentRefused, UnknownReason
from chengxin.policy import NO_FACTS, compile_policy
from chengxin.procedure.imposition import Hold, WaveState
from chengxin.records import Change, ChangeKind, Severity
from chengxin.store.sql.schema import IMPOSITION
from chengxin.store.sql.treatments import TreatmentRows
from chengxin.store.sql.waves import WaveRows
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE, CODES, DAY
from tests.sdk.services.treatments.test_reviews import human
from tests.sdk.services.treatments.test_waves import LIMITS, adopt_anew, limited, penalise, settled

DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)
BY = {"by": "王敏", "reason": "已抽查"}


@pytest.fixture
def platform(make_platform):
    """A platform of fifty merchants that asks a person beyond a tenth of them."""
    return settled(make_platform(waves=LIMITS))


def held_wave(platform, codes=CODES[:6]):
    """Return a wave in which all measures of some subjects are held."""
    penalise(platform, *codes)
    return adopt_anew(platform).wave


def approve_in_vain(platform, wave):
    """Have a wave be let through while the source is down."""
    platform.source.fail(DOWN)
    platform.clock.advance(seconds=7_200)  # what was known is no answer any longer
    return platform.treatments.waves.decide(wave.wave_id, is_approved=True, **BY)


def test_a_source_that_is_down_is_asked_once_for_each_subject_and_not_again_before_it_is_due(platform):
    """However much of a subject is held, and however often the worker comes by."""
    wave = held_wave(platform)
    report = platform.treatments.waves.report(wave.wave_id)
    assert sum(report.measures.values()) > report.subjects == 6
    before = len(platform.source.asked)
    approve_in_vain(platform, wave)
    assert (
        0 < len(platform.source.asked) - before <= 2 * 6
    )  # what is known may be renewed before it is decided on
    before = len(platform.source.asked)
    for _ in range(12):
        assert platform.treatments.waves.carry_out() == 0
        platform.clock.advance(seconds=4.9)
    assert len(platform.source.asked) == before
    assert not limited(platform)
    platform.source.recover()
    platform.clock.advance(seconds=3)
    assert platform.treatments.waves.carry_out() == 6
    assert limited(platform) == set(CODES[:6])


def test_a_subject_at_which_it_fails_is_put_off_and_holds_up_nobody(make_platform):
    """The host's facts raise for one: it is asked again when it is due, and the others are limited."""
    unknown = set()

    def facts(code):
        if code in unknown:
            raise ValueError(code)
        return NO_FACTS

    made = settled(make_platform(waves=LIMITS, facts=facts), CODES[:20])
    wave = held_wave(made)
    unknown.add(CODES[3])
    made.treatments.waves.decide(wave.wave_id, is_approved=True, **BY)
    assert limited(made, CODES[:20]) == set(CODES[:6]) - unknown
    assert made.treatments.waves.carry_out() == 0
    unknown.clear()
    made.clock.advance(seconds=61)
    assert made.treatments.waves.carry_out() == 1
    assert limited(made, CODES[:20]) == set(CODES[:6])


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_wave_of_which_everything_was_carried_out_is_closed_and_not_read_again(platform, is_approved):
    """It says since when, and the ledger says so, in the transaction of the last of it."""
    wave = held_wave(platform)
    decided = platform.treatments.waves.decide(wave.wave_id, is_approved=is_approved, **BY)
    assert decided.closed_at == platform.clock.now()
    assert decided.state is (WaveState.APPROVED if is_approved else WaveState.REJECTED)
    closed = [e for e in platform.entries() if e.kind == "mass_change.closed"]
    assert [(e.stub["wave_id"], e.stub["state"], e.actor) for e in closed] == [
        (wave.wave_id, decided.state.value, None)
    ]
    assert platform.treatments.waves.waves(None) == [decided]
    with platform.store.reading() as connection:
        assert WaveRows(connection).unclosed() == []


def test_a_wave_that_is_not_carried_out_stays_open(platform):
    """While the source is down it is neither forgotten nor closed."""
    wave = held_wave(platform)
    assert approve_in_vain(platform, wave).closed_at is None
    platform.treatments.waves.carry_out()
    (open_one,) = platform.treatments.waves.waves(WaveState.APPROVED)
    assert open_one.closed_at is None


def test_what_was_approved_is_not_held_again_by_a_wave_that_opens_meanwhile(platform):
    """The source was down when it was let through; then others make another wave. Once, and for what was approved."""
    wave = held_wave(platform)
    approve_in_vain(platform, wave)
    platform.source.recover()
    penalise(platform, *CODES[20:30])
    for code in CODES[20:30]:
        platform.treatments.reconcile(code)
    (second,) = platform.treatments.waves.waves()
    platform.clock.advance(seconds=61)
    platform.treatments.waves.carry_out()
    assert set(CODES[:6]) <= limited(platform)
    assert platform.treatments.waves.report(second.wave_id).subjects == 5
    # It was used up: lifted and proposed again, it is counted as anybody's.
    platform.source.disclose(CODES[0], change=ChangeKind.REPAIRED, about=a_penalty(f"P-{CODES[0]}"))
    platform.hear()
    assert CODES[0] not in limited(platform)
    penalise(platform, CODES[0])
    platform.source.disclose(CODES[0], a_penalty("P-anew"))
    platform.client.forget(CODES[0])
    platform.treatments.reconcile(CODES[0])
    assert CODES[0] not in limited(platform)


def test_an_approval_under_one_policy_lets_nothing_through_under_the_next(platform):
    """What the next one proposes is counted anew."""
    wave = held_wave(platform)
    approve_in_vain(platform, wave)
    platform.source.recover()
    platform.clock.advance(seconds=61)
    platform.policy = replace_version(platform, "after")
    platform.treatments.waves.adopt()
    assert not limited(platform)
    (second,) = platform.treatments.waves.waves()
    assert platform.treatments.waves.report(second.wave_id).subjects == 6
    (first,) = platform.treatments.waves.waves(WaveState.APPROVED)
    assert first.closed_at is not None


def replace_version(platform, version):
    """Return the policy as another version."""
    return compile_policy(platform.policy.document.model_copy(update={"version": version}))


def test_i4_a_wave_whose_measures_were_all_repaired_closes_by_itself(platform):
    """Nobody has to decide about nothing; and nobody can."""
    wave = held_wave(platform)
    for code in CODES[:6]:
        platform.source.disclose(code, change=ChangeKind.REPAIRED, about=a_penalty(f"P-{code}"))
    platform.hear()
    assert platform.treatments.waves.waves() == []
    (lapsed,) = platform.treatments.waves.waves(WaveState.LAPSED)
    assert (lapsed.wave_id, lapsed.closed_at, lapsed.by) == (wave.wave_id, platform.clock.now(), None)
    entries = platform.entries()
    assert [e.kind.value for e in entries][-1] == "mass_change.closed"
    assert entries[-1].at == entries[-2].at
    with pytest.raises(TreatmentRefused) as refused:
        platform.treatments.waves.decide(wave.wave_id, is_approved=True, **BY)
    assert refused.value.fault == "over"


def test_i4_a_wave_whose_measures_expire_closes_with_the_sweep(platform):
    """Time alone is enough."""
    for code in CODES[:6]:
        platform.source.disclose(code, a_penalty(f"P-{code}", end_on=date(2026, 12, 1)))
        platform.client.forget(code)
    adopt_anew(platform)
    assert platform.treatments.waves.waves()
    platform.clock.advance(seconds=30 * 86_400)
    platform.treatments.sweep(is_looking=False)
    assert platform.treatments.waves.waves() == []
    assert platform.kinds().count("mass_change.closed") == 1


def test_a_wave_counts_whom_it_was_opened_for_until_all_of_them_were_looked_at(platform, monkeypatch):
    """Whoever looks at everybody dies after the first: what is held of that one lapses, and the wave still waits."""
    penalise(platform, *CODES[:6])
    reconciler = platform.treatments.waves._reconciler
    look, seen = reconciler.reconcile_or_put_off, []

    def die(code, role):
        if seen:
            raise KeyboardInterrupt
        if code == min(CODES[:6]):
            seen.append(code)
        return look(code, role)

    with monkeypatch.context() as patch:
        patch.setattr(reconciler, "reconcile_or_put_off", die)
        with pytest.raises(KeyboardInterrupt):
            adopt_anew(platform)
    (first,) = seen
    platform.source.disclose(first)
    at, told = platform.clock.now(), f"P-{first}"
    platform.treatments.on_change(
        Change(seq=9_999, at=at, code=first, record_id=told, version=1, kind=ChangeKind.REPAIRED)
    )
    assert set(platform.phases(first).values()) == {"ENDED"}
    platform.treatments.waves.carry_out()
    assert platform.treatments.waves.waves()
    assert platform.treatments.waves.adopt().would_limit == 5
    assert not limited(platform)
    (wave,) = platform.treatments.waves.waves()
    assert platform.treatments.waves.report(wave.wave_id).subjects == 5


def test_a_wave_that_holds_nobody_after_all_is_closed_when_everybody_was_looked_at(platform):
    """What was known of them was old: the source shows nothing of the kind by then."""
    penalise(platform, *CODES[:6])
    for code in CODES[:6]:
        platform.client.check(code)
        platform.source.disclose(code)  # nobody has heard of it
    adopted = adopt_anew(platform)
    assert adopted.would_limit == 6
    assert platform.treatments.waves.waves() == []
    assert adopted.wave.state is WaveState.LAPSED


def test_a_damaged_row_of_a_wave_holds_up_none_of_the_others(platform):
    """Nothing of it can be read; whoever else is in the wave is dropped, and the wave stays to be looked into."""
    wave = held_wave(platform)
    with platform.store.transaction() as connection:
        is_one = (IMPOSITION.c.code == CODES[2], IMPOSITION.c.hold == Hold.MASS_CHANGE.value)
        connection.execute(update(IMPOSITION).where(*is_one).values(body={"of": "a later version"}))
    decided = platform.treatments.waves.decide(wave.wave_id, is_approved=False, **BY)
    assert decided.closed_at is None
    for code in {*CODES[:6]} - {CODES[2]}:
        assert set(platform.phases(code).values()) == {"ENDED"}
    assert platform.treatments.waves.carry_out() == 0


def test_what_a_named_human_decided_does_not_count_towards_a_mass_change(platform):
    """A person looked at each: the next merchants, whom nobody decided on, are not held for it."""
    automatic = platform.policy
    penalise(platform, *CODES[:5])
    platform.policy = human(automatic)
    for code in CODES[:5]:
        platform.treatments.reconcile(code)
    for one in platform.treatments.reviews.open():
        platform.treatments.reviews.decide(one.review_id, is_imposed=True, **BY)
    assert limited(platform) == set(CODES[:5])
    platform.policy = automatic
    penalise(platform, *CODES[10:15])
    for code in CODES[10:15]:
        platform.treatments.reconcile(code)
    assert set(CODES[10:15]) <= limited(platform)
    penalise(platform, CODES[16])
    platform.treatments.reconcile(CODES[16])
    assert CODES[16] not in limited(platform)


def test_an_override_of_what_is_over_by_time_is_refused_and_its_end_is_of_time(platform):
    """It was not lifted by anybody: what ended it is on record, and nothing is exempted."""
    serious = a_penalty("P1", severity=Severity.SERIOUS, end_on=date(2026, 12, 1))
    platform.source.disclose(CODE, serious)
    platform.hear()
    platform.treatments.reconcile(CODE)
    one = next(o for o in platform.treatments.of(CODE) if o.measure.code == "listing-suspended")
    platform.clock.advance(to=one.measure.ends_at + timedelta(minutes=1))
    for decide in (platform.treatments.override, platform.treatments.snooze):
        with pytest.raises(TreatmentRefused) as refused:
            decide(one.imposition_id, until=platform.clock.now() + DAY, **BY)
        assert (refused.value.fault, refused.value.imposition_id) == ("over", one.imposition_id)
    (over,) = [o for o in platform.treatments.of(CODE) if o.imposition_id == one.imposition_id]
    assert (over.end.ending, over.end.at, over.end.by) == ("GROUND_ENDED", one.measure.ends_at, None)
    (entry,) = [e for e in platform.entries() if e.kind == "measure.ended"]
    assert (entry.actor, entry.stub["ending"]) == (None, "GROUND_ENDED")
    assert "override.set" not in platform.kinds()


def test_who_leaves_a_wave_and_who_decides_on_it_wait_for_one_another_in_one_order(platform, monkeypatch):
    """Waves are locked before it is put on record when the subject is looked at next: nobody waits in a circle."""
    held_wave(platform)
    order = []
    lock, checked = WaveRows.lock, TreatmentRows.checked

    def note_lock(rows):
        order.append("waves")
        lock(rows)

    def note_checked(rows, *args, **values):
        order.append("subject")
        checked(rows, *args, **values)

    monkeypatch.setattr(WaveRows, "lock", note_lock)
    monkeypatch.setattr(TreatmentRows, "checked", note_checked)
    platform.source.disclose(CODE)
    platform.client.forget(CODE)
    assert platform.treatments.reconcile(CODE).ended
    assert order[: order.index("subject")] != []
