"""Single steps and names: each refusal by its word, with what to do."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import LifecycleRefused
from chengxin.policy.lifecycle import (
    Fault,
    Finds,
    History,
    Move,
    Stage,
    Step,
    decide,
    first_day_after_announcement,
    is_digest,
    is_same_person,
    replay,
    restorable,
)

AT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 6, 1)
ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "abc")
DAY = timedelta(days=1)


def step(move, digest=ONE, *, by="李明", at=AT, **details):
    """Return a step."""
    return Step(name="p", digest=digest, move=move, by=by, at=at, why="因", **details)


def take(history, move, digest=ONE, *, found=None, **parts):
    """Return the history with one more step."""
    return history.with_step(decide(history, step(move, digest, **parts), found or Finds()))


def drafted(history=None, digest=ONE, *, version="2026.1", first=TODAY + 7 * DAY, until=None, **parts):
    """Return a history with a draft."""
    history = history or History(name="p")
    return take(
        history, Move.DRAFT, digest, version=version, effective_from=first, effective_until=until, **parts
    )


def approved(history=None, digest=ONE, *, is_important=False, at=AT, **parts):
    """Return a history with an approved version."""
    history = drafted(history, digest, at=at, **parts)
    history = take(history, Move.LINT, digest, at=at)
    history = take(history, Move.SUBMIT, digest, at=at, is_important=is_important)
    return take(history, Move.APPROVE, digest, by="王芳", at=at)


def active(history=None, digest=ONE, *, at=AT, version="2026.1", **parts):
    """Return a history with a version in force, urgent."""
    first = (at + timedelta(hours=8)).date()
    history = approved(history, digest, at=at, version=version, first=first, **parts)
    return take(history, Move.SCHEDULE, digest, at=at, urgent_reason="急")


def refused(fault, history, *words, **parts):
    """Check that a step is refused for a reason, and that the sentence says something."""
    with pytest.raises(LifecycleRefused) as caught:
        take(history, *words, **parts)
    assert caught.value.fault == fault
    assert len(str(caught.value)) > 30
    return str(caught.value)


@pytest.mark.parametrize(
    "other",
    [
        *("李明", " 李明", "李 明", "李\u3000明", "李\u200b明", "\u202e李明", "李明\ufe0f", "李\u034f明"),
        *(
            "李\u3164明",
            "\u115f李明",
            "李\u180b明",
            "李\u2800明",
            "李明\U000e0100",
            "李\ue000明",
            "李\u2065明",
        ),
    ],
)
def test_one_person_is_told_under_many_spellings(other):
    """Spaces, width, and what cannot be seen make nobody another person."""
    assert is_same_person("李明", other)


@pytest.mark.parametrize(("one", "other"), [("Ann Lee", "ＡＮＮ　ＬＥＥ"), ("Straße", "STRASSE"), ("Å", "Å")])
def test_case_and_form_make_nobody_another_person(one, other):
    """Whatever the keyboard gave."""
    assert is_same_person(one, other)


def test_two_people_are_two():
    """Letters that differ are read as they are."""
    assert not is_same_person("李明", "李敏")


@pytest.mark.parametrize("by", ["李明", "李 明", "ｌi", "LI"])
def test_an_author_does_not_approve_their_own_version(by):
    """Who drafted it and who submitted it are both its authors."""
    history = take(drafted(), Move.LINT)
    history = take(history, Move.SUBMIT, by="Li", is_important=False)
    assert "李明" in refused(Fault.AUTHOR_APPROVES, history, Move.APPROVE, by="李明")
    refused(Fault.AUTHOR_APPROVES, history, Move.APPROVE, by=by)
    assert take(history, Move.APPROVE, by="王芳").stage_at(ONE, AT) is Stage.APPROVED


def test_who_wrote_an_earlier_text_of_the_version_has_a_part_in_it():
    """To have somebody else correct a word makes nobody a second pair of eyes."""
    history = drafted(drafted(by="李明"), TWO, by="赵敏", first=TODAY + 8 * DAY)
    history = take(history, Move.LINT, TWO)
    history = take(history, Move.SUBMIT, TWO, by="赵敏", is_important=False)
    refused(Fault.AUTHOR_APPROVES, history, Move.APPROVE, TWO, by="李明")
    assert take(history, Move.APPROVE, TWO, by="王芳").versions[TWO].authors == ("李明", "赵敏")


def test_what_has_errors_is_neither_linted_nor_submitted():
    """Errors that are found later count too."""
    refused(Fault.LINT_ERRORS, drafted(), Move.LINT, found=Finds(errors=1))
    refused(Fault.NOT_LINTED, drafted(), Move.SUBMIT, is_important=False)
    history = take(drafted(), Move.LINT)
    refused(Fault.LINT_ERRORS, history, Move.SUBMIT, found=Finds(errors=2), is_important=False)


@pytest.mark.parametrize(("declared", "found"), [(True, False), (False, True), (True, True), (False, False)])
def test_what_touches_important_interests_is_important_whatever_is_declared(declared, found):
    """A declaration lengthens the announcement, and cannot shorten it."""
    history = take(drafted(first=TODAY + 8 * DAY), Move.LINT)
    history = take(history, Move.SUBMIT, is_important=declared, found=Finds(touches_important=found))
    history = take(history, Move.APPROVE, by="王芳")
    if declared or found:
        assert "15 days" in refused(Fault.ANNOUNCED_TOO_LATE, history, Move.ANNOUNCE)
    else:
        assert take(history, Move.ANNOUNCE).stage_at(ONE, AT) is Stage.ANNOUNCED


def test_what_is_found_when_it_is_announced_counts_too():
    """What a version replaces may have changed since it was submitted."""
    history = approved(first=TODAY + 14 * DAY)
    refused(Fault.ANNOUNCED_TOO_LATE, history, Move.ANNOUNCE, found=Finds(touches_important=True))
    assert take(history, Move.ANNOUNCE).stage_at(ONE, AT) is Stage.ANNOUNCED


@pytest.mark.parametrize("is_important", [False, True])
@pytest.mark.parametrize("hour", [0, 15, 16, 23])
@pytest.mark.parametrize("missing", [0, 1])
def test_an_announcement_is_counted_in_china_days(is_important, hour, missing):
    """From the China day on which it is made, at whatever hour."""
    at = AT.replace(hour=hour)
    days = 15 if is_important else 7
    today = TODAY if hour < 16 else TODAY + DAY
    history = approved(first=today + (days - missing) * DAY, is_important=is_important, at=at)
    if missing:
        said = refused(Fault.ANNOUNCED_TOO_LATE, history, Move.ANNOUNCE, at=at)
        assert str(first_day_after_announcement(today, is_important=is_important)) in said
    else:
        assert take(history, Move.ANNOUNCE, at=at).stage_at(ONE, at) is Stage.ANNOUNCED


def test_a_publication_that_skips_announcement_is_urgent_with_a_reason_on_record():
    """Without the mark it is refused; without a reason there is no mark."""
    history = approved(first=TODAY)
    refused(Fault.NOT_ANNOUNCED, history, Move.SCHEDULE)
    for blank in ("", " ", "\u200b", "　"):
        with pytest.raises(LifecycleRefused) as caught:
            take(history, Move.SCHEDULE, urgent_reason=blank)
        assert caught.value.fault == Fault.NO_REASON
    history = take(history, Move.SCHEDULE, urgent_reason="现行规则误伤")
    assert (history.steps[-1].urgent_reason, history.active_at(AT)) == ("现行规则误伤", ONE)


def test_urgency_skips_nothing_but_the_announcement():
    """Approval is not skipped, and what was announced in time is not urgent."""
    history = take(take(drafted(), Move.LINT), Move.SUBMIT, is_important=False)
    refused(Fault.NOT_APPROVED, history, Move.SCHEDULE, urgent_reason="急")
    announced = take(approved(), Move.ANNOUNCE)
    refused(Fault.NOTHING_TO_SKIP, announced, Move.SCHEDULE, urgent_reason="急")


def test_a_version_takes_effect_by_time_alone_at_china_midnight():
    """Nothing runs in between, and until then the former one holds (令116 art. 13)."""
    history = active()
    history = approved(history, TWO, version="2026.2", first=TODAY + 10 * DAY, at=AT + DAY)
    history = take(history, Move.ANNOUNCE, TWO, at=AT + DAY)
    history = take(history, Move.SCHEDULE, TWO, at=AT + DAY)
    midnight = datetime(2026, 6, 10, 16, 0, tzinfo=UTC)
    before = midnight - timedelta(microseconds=1)
    assert history.steps[-1].effective_at == midnight
    assert history.steps[-1].replaces == ONE
    assert [history.active_at(at) for at in (AT - DAY, AT, before, midnight)] == [None, ONE, ONE, TWO]
    assert [history.stage_at(TWO, at) for at in (AT, before, midnight)] == [
        None,
        Stage.SCHEDULED,
        Stage.ACTIVE,
    ]
    assert [history.stage_at(ONE, at) for at in (before, midnight)] == [Stage.ACTIVE, Stage.RETIRED]
    elsewhere = midnight.astimezone(timezone(timedelta(hours=-5)))
    assert history.active_at(elsewhere) == TWO


def three_in_turn():
    """Return a history in which three versions came into force, a day apart."""
    history = active()
    for number, digest in ((2, TWO), (3, THREE)):
        history = active(history, digest, at=AT + (number - 1) * DAY, version=f"2026.{number}")
    return history


def test_a_rollback_restores_the_version_before_at_once_and_again_the_one_before_that():
    """Along the chain of what was in force, to its beginning; the course of the past stays."""
    history, at = three_in_turn(), AT + 3 * DAY
    assert restorable(history, at) == TWO
    refused(Fault.NOT_PREVIOUS, history, Move.ROLL_BACK, ONE, at=at)
    history = take(history, Move.ROLL_BACK, TWO, at=at)
    assert (history.active_at(at), history.steps[-1].replaces) == (TWO, THREE)
    assert history.stage_at(THREE, at) is Stage.RETIRED
    history = take(history, Move.ROLL_BACK, ONE, at=at + DAY)
    assert (history.active_at(at + DAY), history.active_at(at), history.active_at(AT)) == (ONE, TWO, ONE)
    refused(Fault.NOTHING_TO_ROLL_BACK, history, Move.ROLL_BACK, TWO, at=at + DAY)
    with pytest.raises(LifecycleRefused, match="No version"):
        restorable(history, at + DAY)


def test_after_a_rollback_the_chain_goes_on_from_what_was_restored():
    """What was rolled back is not gone back to."""
    history, at = three_in_turn(), AT + 3 * DAY
    history = take(history, Move.ROLL_BACK, TWO, at=at)
    fourth = f"sha256:{'d' * 64}"
    history = active(history, fourth, at=at + DAY, version="2026.4")
    assert restorable(history, at + DAY) == TWO


def test_what_was_retired_is_restored_by_a_rollback():
    """To undo a retirement is one step back, too."""
    history, at = three_in_turn(), AT + 3 * DAY
    refused(Fault.NOT_ACTIVE, history, Move.RETIRE, ONE, at=at)
    history = take(history, Move.RETIRE, THREE, at=at)
    assert (history.active_at(at), history.stage_at(THREE, at)) == (None, Stage.RETIRED)
    assert "none is" in refused(Fault.NOT_ACTIVE, history, Move.RETIRE, THREE, at=at)
    history = take(history, Move.ROLL_BACK, THREE, at=at)
    assert (history.active_at(at), history.steps[-1].replaces) == (THREE, None)


def test_a_version_ends_with_its_own_last_day_and_is_not_restored_after_it():
    """It would evaluate to nothing."""
    history = active(until=TODAY + DAY)
    end = datetime(2026, 6, 2, 16, 0, tzinfo=UTC)
    assert history.active_at(end - timedelta(microseconds=1)) == ONE
    assert (history.active_at(end), history.stage_at(ONE, end)) == (None, Stage.RETIRED)
    history = active(history, TWO, at=end, version="2026.2")
    assert "2026-06-02" in refused(Fault.OVER, history, Move.ROLL_BACK, ONE, at=end)


def test_a_version_whose_last_day_is_over_is_not_published():
    """Neither announced nor scheduled."""
    history = approved(first=TODAY, until=TODAY + DAY)
    refused(Fault.OVER, history, Move.SCHEDULE, at=AT + 2 * DAY, urgent_reason="急")
    refused(Fault.OVER, history, Move.ANNOUNCE, at=AT + 2 * DAY)


def test_no_two_versions_are_scheduled_for_one_instant():
    """Nobody could say which counts; the one is withdrawn, or the other waits."""
    history = take(take(approved(), Move.ANNOUNCE), Move.SCHEDULE)
    history = approved(history, TWO, version="2026.2", first=TODAY + 7 * DAY)
    history = take(history, Move.ANNOUNCE, TWO)
    refused(Fault.INSTANT_TAKEN, history, Move.SCHEDULE, TWO)
    history = take(history, Move.WITHDRAW, ONE)
    history = take(history, Move.SCHEDULE, TWO)
    assert history.active_at(AT + 8 * DAY) == TWO


def test_a_public_name_of_a_version_stands_for_one_text():
    """A merchant who reads 2026.1 reads what others read."""
    history = take(approved(), Move.ANNOUNCE)
    assert "2026.1" in refused(
        Fault.VERSION_REUSED, history, Move.DRAFT, TWO, version="2026.1", effective_from=TODAY
    )


@pytest.mark.parametrize("move", [Move.REJECT, Move.WITHDRAW])
def test_what_was_taken_back_may_be_drafted_again(move):
    """With its authors; and goes the whole way again."""
    history = take(take(drafted(), Move.LINT), Move.SUBMIT, is_important=True)
    history = take(history, move, by="王芳")
    refused(Fault.WRONG_STAGE, history, Move.APPROVE, by="王芳")
    history = drafted(history, by="赵敏")
    assert history.stage_at(ONE, AT) is Stage.DRAFT
    assert history.versions[ONE].authors == ("李明", "赵敏")
    assert not history.versions[ONE].is_important


def test_what_is_on_its_way_or_was_in_force_is_not_drafted_again():
    """What was in force needs a name and a period of its own."""
    for history in (approved(), active(), take(active(), Move.RETIRE)):
        refused(Fault.WRONG_STAGE, history, Move.DRAFT, version="2026.1", effective_from=TODAY)


@pytest.mark.parametrize(
    ("move", "fault"),
    [
        (Move.APPROVE, Fault.NOT_LINTED),
        (Move.ANNOUNCE, Fault.NOT_LINTED),
        (Move.REJECT, Fault.NOT_LINTED),
        (Move.RETIRE, Fault.NOT_ACTIVE),
    ],
)
def test_a_draft_cannot_leap(move, fault):
    """The next step is named."""
    refused(fault, drafted(), move, by="王芳")


def test_a_linted_version_is_submitted_and_a_submitted_one_approved_first():
    """The words for what is missing."""
    linted = take(drafted(), Move.LINT)
    refused(Fault.NOT_SUBMITTED, linted, Move.APPROVE, by="王芳")
    refused(Fault.NOT_APPROVED, take(linted, Move.SUBMIT, is_important=False), Move.ANNOUNCE)
    refused(Fault.WRONG_STAGE, active(), Move.WITHDRAW)


def test_a_step_about_nobody_s_version_or_another_policy_is_refused():
    """Nothing is guessed."""
    refused(Fault.UNKNOWN_VERSION, drafted(), Move.LINT, TWO)
    with pytest.raises(LifecycleRefused, match="'q'"):
        decide(History(name="q"), step(Move.LINT))


def test_a_step_does_not_lie_before_the_last_one():
    """A clock that is behind is named."""
    refused(Fault.CLOCK_BEHIND, drafted(), Move.LINT, at=AT - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"by": ""}, Fault.NO_NAME),
        ({"by": "\u200b"}, Fault.NO_NAME),
        ({"by": " 李明"}, Fault.NO_NAME),
        ({"by": "李\u202e明"}, Fault.NO_NAME),
        ({"by": "李" * 101}, Fault.NO_NAME),
        ({"why": ""}, Fault.NO_REASON),
        ({"why": "两\n行"}, Fault.NO_REASON),
        ({"why": "字" * 2001}, Fault.NO_REASON),
        ({"why": "\udc80x"}, Fault.NO_REASON),
        ({"digest": "sha256:1"}, Fault.ILL_FORMED),
        ({"at": AT.replace(tzinfo=None)}, Fault.ILL_FORMED),
        ({"at": AT.astimezone(timezone(timedelta(hours=8)))}, Fault.ILL_FORMED),
        ({"move": "lint"}, Fault.ILL_FORMED),
        ({"name": " "}, Fault.ILL_FORMED),
        ({"is_important": True}, Fault.ILL_FORMED),
        ({"move": Move.SUBMIT}, Fault.ILL_FORMED),
        ({"move": Move.DRAFT, "version": "1"}, Fault.ILL_FORMED),
        ({"move": Move.SCHEDULE, "effective_at": AT.replace(tzinfo=None)}, Fault.ILL_FORMED),
        ({"move": Move.ROLL_BACK, "replaces": "x"}, Fault.ILL_FORMED),
    ],
)
def test_a_step_that_exists_is_right(parts, fault):
    """Who, when and why are there and can be read; no part belongs to another move."""
    right = {"name": "p", "digest": ONE, "move": Move.LINT, "by": "李明", "at": AT, "why": "因"}
    with pytest.raises(LifecycleRefused) as caught:
        Step(**(right | parts))
    assert caught.value.fault == fault


def test_steps_that_could_not_have_been_taken_make_no_history():
    """A journal in which an author approves, or that says other than was decided, is refused."""
    history = active()
    assert replay("p", history.steps).active_at(AT) == ONE
    forged = [s if s.move is not Move.APPROVE else step(Move.APPROVE, by="李明") for s in history.steps]
    with pytest.raises(LifecycleRefused, match="李明"):
        replay("p", forged)
    unapproved = [s for s in history.steps if s.move is not Move.APPROVE]
    with pytest.raises(LifecycleRefused, match="approve"):
        replay("p", unapproved)
    early = step(Move.SCHEDULE, urgent_reason="急", effective_at=AT - DAY)
    with pytest.raises(LifecycleRefused, match="Step 5"):
        replay("p", [*history.steps[:-1], early])


@given(st.text(max_size=80))
def test_only_a_digest_has_the_form_of_one(text):
    """Nothing that could lead out of a directory."""
    assert not is_digest(text) or (text.startswith("sha256:") and text[7:].isalnum())
