"""Mass changes are held for a person to look at; what lifts is never held (invariant I4)."""

import pytest

from chengxin.errors import TreatmentRefused
from chengxin.policy import NO_FACTS, compile_policy
from chengxin.procedure.imposition import WaveLimits, WaveState
from chengxin.records import ChangeKind
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODES, DAY

LIMITS = WaveLimits(share=0.1, number=1_000, least=2)


def settled(platform, codes=CODES[:50]):
    """Return a platform with merchants that were all looked at, and of whom nothing is disclosed."""
    for code in codes:
        platform.source.disclose(code)
    platform.treatments.enrol(codes)
    platform.hear()
    assert platform.treatments.waves.adopt().wave is None
    return platform


@pytest.fixture
def platform(make_platform):
    """A platform of fifty merchants that asks a person beyond a tenth of them."""
    return settled(make_platform(waves=LIMITS))


def penalise(platform, *codes):
    """Have the source disclose a penalty of subjects, while nobody listens."""
    for code in codes:
        platform.source.disclose(code, a_penalty(f"P-{code}"))
        platform.client.forget(code)


def limited(platform, codes=CODES[:50]):
    """Return the subjects under a measure that is not held and not over."""
    return {code for code in codes if {"NOTICED", "IN_FORCE"} & set(platform.phases(code).values())}


def adopt_anew(platform):
    """Have all subjects be looked at under another version of the policy, as its publication does."""
    text = platform.policy.document.model_copy(update={"version": "next"})
    platform.policy = compile_policy(text)
    return platform.treatments.waves.adopt()


def test_a_publication_that_would_limit_too_many_is_held_as_a_whole_and_shows_whom(platform):
    """Nobody is limited before a person has looked; 12 % are more than a tenth."""
    penalise(platform, *CODES[:6])
    adopted = adopt_anew(platform)
    assert (adopted.looked_at, adopted.would_limit) == (50, 6)
    assert not limited(platform)
    (wave,) = platform.treatments.waves.waves()
    report = platform.treatments.waves.report(wave.wave_id)
    assert (report.subjects, report.share, wave.known) == (6, 0.12, 50)
    assert {one.code for one in report.sample} <= set(CODES[:6])
    assert report.measures["credit-reminder"] == 6
    assert platform.kinds().count("mass_change.held") == 1


def test_approving_lets_it_through_on_what_the_source_shows_then(platform):
    """Each measure of it is decided afresh: whose record was repaired meanwhile is not limited."""
    penalise(platform, *CODES[:6])
    wave = adopt_anew(platform).wave
    platform.source.disclose(CODES[0])
    decided = platform.treatments.waves.decide(wave.wave_id, is_approved=True, by="王敏", reason="已抽查")
    assert decided.state is WaveState.APPROVED
    assert limited(platform) == set(CODES[1:6])
    assert platform.treatments.waves.carry_out() == 0
    with pytest.raises(TreatmentRefused) as refused:
        platform.treatments.waves.decide(wave.wave_id, is_approved=False, by="李强", reason="再想想")
    assert refused.value.fault == "decided"


def test_a_wave_that_was_approved_holds_nobody_back_afterwards(platform):
    """One more merchant, who is no mass change, is limited at once."""
    penalise(platform, *CODES[:6])
    wave = adopt_anew(platform).wave
    platform.treatments.waves.decide(wave.wave_id, is_approved=True, by="王敏", reason="已抽查")
    penalise(platform, CODES[20])
    platform.treatments.reconcile(CODES[20])
    assert CODES[20] in limited(platform)


def test_refusing_imposes_nothing_and_it_is_not_proposed_again(platform):
    """Unless another record comes."""
    penalise(platform, *CODES[:6])
    wave = adopt_anew(platform).wave
    platform.treatments.waves.decide(wave.wave_id, is_approved=False, by="王敏", reason="规则有误")
    for code in CODES[:6]:
        platform.treatments.reconcile(code)
    assert not limited(platform)
    assert not platform.treatments.waves.waves()
    assert platform.kinds().count("mass_change.refused") == 1


def test_what_was_refused_is_not_imposed_by_a_look_before_the_refusal_is_carried_out(platform, monkeypatch):
    """Who decides may die just then, and subjects are looked at all the while."""
    penalise(platform, *CODES[:6])
    wave = adopt_anew(platform).wave
    waves = platform.treatments.waves
    with monkeypatch.context() as patch:
        patch.setattr(waves, "carry_out", lambda: 0)
        waves.decide(wave.wave_id, is_approved=False, by="王敏", reason="规则有误")
    for code in CODES[:3]:
        done = platform.treatments.reconcile(code)
        assert done.ended
        assert not {*done.noticed, *done.held}
    assert not limited(platform)
    assert not waves.waves()
    assert waves.carry_out() == 3
    for code in CODES[:6]:
        assert platform.treatments.reconcile(code).is_nothing


def test_what_one_policy_holds_is_counted_anew_under_the_next(platform):
    """A wave that waits lets nobody slip through where the policy is published once more."""
    penalise(platform, *CODES[:6])
    first = adopt_anew(platform).wave
    platform.policy = compile_policy(platform.policy.document.model_copy(update={"version": "after"}))
    adopted = platform.treatments.waves.adopt()
    assert adopted.would_limit == 6
    assert adopted.wave.wave_id != first.wave_id
    assert not limited(platform)
    assert platform.treatments.waves.report(adopted.wave.wave_id).subjects == 6


def test_i4_a_mass_repair_is_not_held(platform):
    """While a wave waits, others are lifted at once, however many."""
    for code in CODES[20:30]:
        penalise(platform, code)
        platform.treatments.reconcile(code)
        platform.clock.advance(seconds=2 * 86_400)
    assert limited(platform) == set(CODES[20:30])
    penalise(platform, *CODES[:6])
    assert adopt_anew(platform).wave is not None
    for code in CODES[20:30]:
        platform.source.disclose(code, change=ChangeKind.REPAIRED, about=a_penalty(f"P-{code}"))
    platform.hear()
    assert not limited(platform)
    assert {p for code in CODES[20:30] for p in platform.phases(code).values()} == {"ENDED"}


def test_a_wave_of_single_looks_is_held_from_the_first_too_many(platform):
    """Bad data at the source limits no more than the share before a person looks."""
    penalise(platform, *CODES[:12])
    for code in CODES[:12]:
        platform.treatments.reconcile(code)
    assert len(limited(platform)) == 5
    (wave,) = platform.treatments.waves.waves()
    assert platform.treatments.waves.report(wave.wave_id).subjects == 7


def test_what_was_limited_longer_ago_than_the_window_does_not_count(platform):
    """A slow trickle is no mass change."""
    for code in CODES[:12]:
        penalise(platform, code)
        platform.treatments.reconcile(code)
        platform.clock.advance(seconds=DAY.total_seconds() / 3)
    assert len(limited(platform)) == 12


def test_a_held_wave_is_not_asked_about_at_the_source_again_and_again(platform):
    """Looking at what waits costs nothing."""
    penalise(platform, *CODES[:6])
    adopt_anew(platform)
    asked = len(platform.source.asked)
    before = platform.kinds()
    for code in CODES[:6]:
        assert platform.treatments.reconcile(code).held
    assert len(platform.source.asked) == asked
    assert platform.kinds() == before


@pytest.mark.parametrize(("by", "reason", "fault"), [(" ", "因", "no_name"), ("王敏", " ", "no_reason")])
def test_who_decides_on_a_wave_is_named_and_says_why(platform, by, reason, fault):
    """And decides on one that there is."""
    with pytest.raises(TreatmentRefused) as refused:
        platform.treatments.waves.decide("w", is_approved=True, by=by, reason=reason)
    assert refused.value.fault == fault
    for ask in (
        lambda: platform.treatments.waves.decide("w", is_approved=True, by="王敏", reason="因"),
        lambda: platform.treatments.waves.report("w"),
    ):
        with pytest.raises(TreatmentRefused) as refused:
            ask()
        assert refused.value.fault == "unknown"


def test_i4_one_subject_that_cannot_be_looked_at_holds_nobody_back(make_platform):
    """The host's facts may raise anything about one; under another policy all others are looked at, and eased."""
    unknown = set()

    def facts(code):
        if code in unknown:
            raise ValueError(code)
        return NO_FACTS

    platform = make_platform(facts=facts)
    for code in CODES[:3]:
        platform.disclose(a_penalty(f"P-{code}"), code=code)
        platform.treatments.reconcile(code)
    for code in CODES[:3]:
        platform.source.disclose(code)
        platform.client.forget(code)
    unknown.add(min(CODES[:3]))
    assert adopt_anew(platform).looked_at == 3
    assert limited(platform) == unknown
    unknown.clear()
    platform.clock.advance(seconds=60)
    platform.treatments.sweep()
    assert not limited(platform)


def test_what_one_policy_holds_counts_under_the_next_when_it_is_imposed(platform):
    """Nobody decided on it, so it is no reason for more to be limited without asking."""
    penalise(platform, *CODES[:6])
    assert adopt_anew(platform).wave is not None
    platform.policy = compile_policy(platform.policy.document.model_copy(update={"version": "after"}))
    for code in CODES[:6]:
        platform.treatments.reconcile(code)
    assert len(limited(platform)) == 5
    (wave,) = [one for one in platform.treatments.waves.waves() if one.state is WaveState.HELD]
    assert platform.treatments.waves.report(wave.wave_id).subjects == 1


def test_what_was_let_through_under_one_policy_counts_under_the_next(platform, monkeypatch):
    """The approval was of another policy: who is limited by this one is limited without it."""
    penalise(platform, *CODES[:6])
    wave = adopt_anew(platform).wave
    waves = platform.treatments.waves
    with monkeypatch.context() as patch:
        patch.setattr(waves, "carry_out", lambda: 0)
        waves.decide(wave.wave_id, is_approved=True, by="王敏", reason="已抽查")
    platform.policy = compile_policy(platform.policy.document.model_copy(update={"version": "after"}))
    for code in CODES[:6]:
        platform.treatments.reconcile(code)
    assert len(limited(platform)) == 5
