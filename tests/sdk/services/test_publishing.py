"""Publish policies: who, when and why on each step, and what is in force by it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given

from chengxin.canonical import canonical_bytes
from chengxin.errors import (
    InvalidPolicy,
    LifecycleRefused,
    PolicyStoreConflict,
    PolicyStoreDamaged,
    UnknownPolicyVersion,
)
from chengxin.policy import PolicyDocument, compile_policy, parse_policy
from chengxin.policy.analysis.importance import touches_important
from chengxin.policy.lifecycle import Move, Stage, Step
from chengxin.services import PolicyVersions, Publishing
from chengxin.services.policy_versions import canonical_document
from chengxin.store import DirectoryPolicyStore
from chengxin.testing import FrozenClock
from tests.sdk.policy.material import policies, rule, small_policy, status_of

START = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
AUTHOR, OTHER = {"by": "李明", "why": "修订"}, {"by": "王芳", "why": "已核对"}
TEXT = """# 说明：为什么这样写
format: 1
name: mild
version: "{version}"
title: {{zh: 甲, en: A}}
owner: 信用治理组
effective_from: {first}
{until}
settings: {{slots: {{title: {{zh: 名额, en: Slots}}, default: 1, combine: min}}}}
tiers: [{{id: standard, title: {{zh: 常规, en: Standard}}, default: true}}]
catalogue:
  more-slots:
    title: {{zh: 更多名额, en: More slots}}
    direction: RELIEVE
    category: VISIBILITY
    setting: {{name: slots, value: 2}}
rules: [{{id: r, when: {{standing: NO_ADVERSE_RECORD}}, measures: [more-slots], reason: {{zh: 因, en: Why}}}}]
"""
GOLDEN = Path(__file__).parent / "golden" / "policy-v1.json"
GOLDEN_DIGEST = "sha256:1d5004149edbab989898b492ed8fb02912045a43fabfc7ca8515238db7cd8ce9"


def a_text(version="2026.1", first=date(2026, 6, 8), until=None):
    """Return a policy as its author writes it."""
    line = "" if until is None else f"effective_until: {until}"
    return TEXT.format(version=version, first=first, until=line)


@pytest.fixture
def clock():
    """The clock of everybody."""
    return FrozenClock(START)


@pytest.fixture
def store(tmp_path):
    """A directory."""
    return DirectoryPolicyStore(tmp_path)


@pytest.fixture
def publishing(store, clock):
    """The service."""
    return Publishing(store, clock=clock)


@pytest.fixture
def put_in_force(publishing):
    """Put a version in force at once."""

    def put(version, **parts):
        text = a_text(version, **({"first": date(2026, 6, 1)} | parts))
        digest = publishing.publish(text, **AUTHOR)[-1].digest
        publishing.approve(digest, **OTHER)
        return publishing.publish(text, **AUTHOR, urgent_reason="不能等")[-1].digest

    return put


def refused(fault, call, *words, **named):
    """Check that a call is refused for a reason."""
    with pytest.raises(LifecycleRefused) as caught:
        call(*words, **named)
    assert caught.value.fault == fault


def test_a_version_goes_its_whole_way_step_by_step(publishing, clock):
    """Each step is on record with who, when and why, and it takes effect by time alone."""
    digest = publishing.draft(a_text(), **AUTHOR).digest
    publishing.lint(digest, **AUTHOR)
    publishing.submit(digest, **AUTHOR)
    clock.advance(seconds=60)
    publishing.approve(digest, **OTHER)
    publishing.announce(digest, **AUTHOR)
    publishing.schedule(digest, **AUTHOR)
    steps = publishing.history("mild").steps
    assert [step.move for step in steps] == ["draft", "lint", "submit", "approve", "announce", "schedule"]
    assert [(step.by, step.why) for step in steps[2:4]] == [("李明", "修订"), ("王芳", "已核对")]
    assert steps[3].at - steps[2].at == timedelta(minutes=1)
    midnight = datetime(2026, 6, 7, 16, 0, tzinfo=UTC)
    refused("nothing_in_force", publishing.policy_in_force, "mild", midnight - timedelta(microseconds=1))
    policy = publishing.policy_in_force("mild", midnight)
    assert (policy.ref.digest, policy.starts_at) == (digest, midnight)
    assert publishing.policy_in_force("mild", midnight) is policy


def test_publish_takes_an_author_as_far_as_they_may(publishing, clock):
    """To a second person, and after the approval to the first day; what is done is not done again."""
    first = publishing.publish(a_text(), **AUTHOR)
    assert [step.move for step in first] == ["draft", "lint", "submit"]
    refused("wrong_stage", publishing.publish, a_text(), **AUTHOR)
    refused("author_approves", publishing.approve, first[0].digest, by=" 李 明", why="我自己看过")
    publishing.approve(first[0].digest, **OTHER)
    second = publishing.publish(a_text(), **AUTHOR)
    assert [step.move for step in second] == ["announce", "schedule"]
    refused("wrong_stage", publishing.publish, a_text(), **AUTHOR)
    assert len(publishing.history("mild").steps) == 6


@pytest.mark.parametrize("done", range(5))
def test_publish_goes_on_from_where_it_was_left(done, publishing):
    """Whoever died in between: the same command finishes it."""
    digest = publishing.draft(a_text(), **AUTHOR).digest
    rest = [
        lambda: publishing.lint(digest, **AUTHOR),
        lambda: publishing.submit(digest, **AUTHOR),
        lambda: publishing.approve(digest, **OTHER),
        lambda: publishing.announce(digest, **AUTHOR),
    ]
    for move in rest[:done]:
        move()
    if done < 2:
        publishing.publish(a_text(), **AUTHOR)
        publishing.approve(digest, **OTHER)
    elif done == 2:
        publishing.approve(digest, **OTHER)
    publishing.publish(a_text(), **AUTHOR)
    moves = [step.move for step in publishing.history("mild").steps]
    assert moves == ["draft", "lint", "submit", "approve", "announce", "schedule"]


def test_a_publication_that_skips_announcement_is_urgent_with_a_reason_on_record(publishing):
    """Else it is refused, and nothing of it is on record."""
    text = a_text(first=date(2026, 6, 7))
    digest = publishing.publish(text, **AUTHOR)[-1].digest
    publishing.approve(digest, **OTHER)
    refused("announced_too_late", publishing.publish, text, **AUTHOR)
    refused("not_announced", publishing.schedule, digest, **AUTHOR)
    refused("no_reason", publishing.publish, text, **AUTHOR, urgent_reason=" ")
    assert len(publishing.history("mild").steps) == 4
    (step,) = publishing.publish(text, **AUTHOR, urgent_reason="现行规则误伤商家")
    assert publishing.history("mild").steps[-1].urgent_reason == "现行规则误伤商家"
    assert step.effective_at == datetime(2026, 6, 6, 16, 0, tzinfo=UTC)


RESTRICTING = """
appeal_url: https://rules.example.com/appeals
actions: {{promotion.join: {{title: {{zh: 参加促销, en: Join promotions}}}}}}
catalogue:
  more-slots:
    title: {{zh: 更多名额, en: More slots}}
    direction: RELIEVE
    category: VISIBILITY
    setting: {{name: slots, value: 2}}
  stop:
    title: {{zh: 暂停参加促销, en: No promotions}}
    direction: RESTRICT
    category: VISIBILITY
    action: promotion.join
    longest_days: 90
    legal_basis: [{{law: {{zh: 电子商务法, en: E-Commerce Law}}, article: "32"}}]
    platform_rule: {{title: {{zh: 规则, en: Rules}}, clause: "4", url: "https://rules.example.com/4"}}
rules:
  - {{id: r, when: {{standing: NO_ADVERSE_RECORD}}, measures: [more-slots], reason: {{zh: 因, en: Why}}}}
  - id: stopped
    when: {{record: {{kind: PENALTY, severity: [GENERAL, SERIOUS], disputed: false}}}}
    measures: [stop]
    reason: {{zh: 因, en: Why}}
"""


def a_stricter_text(version, first=date(2026, 6, 8), terms_since="2026-06-01"):
    """Return a policy that refuses an action which the mild one does not."""
    head = a_text(version, first=first)
    since = f"terms_since: {terms_since}\n" if terms_since else ""
    return since + head[: head.index("catalogue:")] + RESTRICTING.format()


def test_important_interests_are_announced_for_longer(publishing):
    """Whoever declares it."""
    digest = publishing.draft(a_text("1"), **AUTHOR).digest
    publishing.lint(digest, **AUTHOR)
    publishing.submit(digest, **AUTHOR, is_important=True)
    publishing.approve(digest, **OTHER)
    refused("announced_too_late", publishing.announce, digest, **AUTHOR)
    text = a_text("3", first=date(2026, 6, 16))
    digest = publishing.publish(text, **AUTHOR, is_important=True)[-1].digest
    publishing.approve(digest, **OTHER)
    assert len(publishing.publish(text, **AUTHOR)) == 2


def test_important_interests_are_found_whatever_is_declared(publishing, put_in_force):
    """A first policy that refuses an action, and a version that refuses one more than the version in force."""
    for is_first in (True, False):
        if not is_first:
            put_in_force("mild")
        text = a_stricter_text(f"strict-{is_first}")
        digest = publishing.publish(text, **AUTHOR)[-1].digest
        publishing.approve(digest, **OTHER)
        refused("announced_too_late", publishing.announce, digest, **AUTHOR)


def test_a_refusal_that_a_person_decides_on_touches_important_interests_too():
    """As one does that applies by itself."""
    decided = small_policy(rule({"record": {"kind": "PENALTY"}}, "stream-decision"))
    assert touches_important(small_policy(), decided)
    assert not touches_important(decided, small_policy())


def test_important_interests_are_looked_at_again_when_it_is_announced(publishing, put_in_force):
    """A version that is no stricter than the one in force may be stricter than the one that it comes to replace."""
    put_in_force("mild")
    strict = a_stricter_text("strict", first=date(2026, 6, 1))
    publishing.approve(publishing.publish(strict, **AUTHOR)[-1].digest, **OTHER)
    publishing.publish(strict, **AUTHOR, urgent_reason="不能等")
    digest = publishing.publish(a_stricter_text("later"), **AUTHOR)[-1].digest
    assert publishing.show(digest).steps[-1].is_important is False
    publishing.approve(digest, **OTHER)
    publishing.rollback("mild", **OTHER)
    refused("announced_too_late", publishing.announce, digest, **AUTHOR)


def test_important_interests_are_held_against_what_is_scheduled_before(publishing, put_in_force, clock):
    """What is in force on the day before is what a version replaces."""
    strict = a_stricter_text("strict", first=date(2026, 6, 1))
    publishing.approve(publishing.publish(strict, **AUTHOR)[-1].digest, **OTHER)
    publishing.publish(strict, **AUTHOR, urgent_reason="不能等")
    mild = a_text("mild", first=date(2026, 6, 8))
    publishing.approve(publishing.publish(mild, **AUTHOR)[-1].digest, **OTHER)
    publishing.publish(mild, **AUTHOR)
    step = publishing.publish(a_stricter_text("later", first=date(2026, 6, 12)), **AUTHOR)[-1]
    assert step.is_important is True


def test_i4_a_version_with_which_terms_would_begin_anew_is_refused(publishing):
    """A restriction that was in force keeps the day from which its longest duration counts."""
    first = publishing.publish(a_stricter_text("1", first=date(2026, 6, 1)), **AUTHOR)[-1].digest
    publishing.approve(first, **OTHER)
    publishing.publish(a_stricter_text("1", first=date(2026, 6, 1)), **AUTHOR, urgent_reason="首次施行")
    later = a_stricter_text("2", first=date(2026, 6, 20), terms_since=None)
    refused("terms_restart", publishing.publish, later, **AUTHOR)
    kept = a_stricter_text("2.1", first=date(2026, 6, 20))
    assert publishing.publish(kept, **AUTHOR)[-1].move is Move.SUBMIT


def test_a_rollback_restores_the_previous_digest_in_one_call(publishing, put_in_force, clock):
    """At once, with who and why; and again, one step further back."""
    digests = []
    for version in ("1", "2", "3"):
        digests.append(put_in_force(version))
        clock.advance(seconds=3600)
    step = publishing.rollback("mild", by="赵敏", why="误伤")
    assert (step.digest, step.replaces, step.by, step.why) == (digests[1], digests[2], "赵敏", "误伤")
    assert publishing.policy_in_force("mild", clock.now()).ref.digest == digests[1]
    refused("no_reason", publishing.rollback, "mild", by="赵敏", why=" ")
    assert publishing.rollback("mild", **OTHER).digest == digests[0]
    refused("nothing_to_roll_back", publishing.rollback, "mild", **OTHER)
    restored = publishing.policy_in_force("mild", clock.now())
    treatment = restored.evaluate(
        status_of(at=clock.now()), facts=restored.platform_facts({}), role="MERCHANT", at=clock.now()
    )
    assert treatment.policy.digest == digests[0]
    assert len(treatment.measures) == 1
    assert publishing.show(digests[2]).stage is Stage.RETIRED


def test_two_who_roll_back_one_version_go_back_one_step(publishing, put_in_force):
    """Who has a version in mind is refused where it is gone already."""
    first, second, third = (put_in_force(version) for version in ("1", "2", "3"))
    assert publishing.rollback("mild", **AUTHOR, replacing=third[7:20]).digest == second
    refused("not_active", publishing.rollback, "mild", **OTHER, replacing=third)
    assert publishing.policy_in_force("mild", START).ref.digest == second
    assert first != second


def test_a_version_whose_last_day_is_over_is_not_restored(publishing, put_in_force, clock):
    """It would treat nobody; the present one stays."""
    put_in_force("1", until=date(2026, 6, 2))
    clock.advance(seconds=2 * 86_400)
    present = put_in_force("2", first=date(2026, 6, 3))
    refused("over", publishing.rollback, "mild", **AUTHOR)
    assert publishing.policy_in_force("mild", clock.now()).ref.digest == present


def test_a_version_is_retired_withdrawn_or_rejected(publishing, put_in_force, clock):
    """In force, before it, and before approval."""
    digest = put_in_force("1")
    publishing.retire(digest, **AUTHOR)
    refused("nothing_in_force", publishing.policy_in_force, "mild", clock.now())
    other = publishing.publish(a_text("2"), **AUTHOR)[-1].digest
    publishing.reject(other, **OTHER)
    assert publishing.show(other).stage is Stage.REJECTED
    assert [step.move for step in publishing.publish(a_text("2"), **AUTHOR)] == ["draft", "lint", "submit"]
    publishing.withdraw(other, **AUTHOR)
    assert publishing.show(other).stage is Stage.WITHDRAWN
    assert [step.move for step in publishing.show(other).steps][3:] == [
        "reject",
        "draft",
        "lint",
        "submit",
        "withdraw",
    ]


def test_every_version_is_shown_by_its_digest_with_its_author_s_text(publishing, clock):
    """By the beginning of it too, comments included; years later."""
    digest = publishing.publish(a_text(), **AUTHOR)[-1].digest
    clock.advance(seconds=4 * 366 * 86_400)
    for asked in (digest, digest[7:], digest[7:15], digest[7:15].upper()):
        shown = publishing.show(asked)
        assert (shown.digest, shown.source, shown.stage) == (digest, a_text(), Stage.SUBMITTED)
        assert shown.document.name == "mild"
    for asked in ("", "sha256:", digest[7:14], "0" * 12, "../" * 5):
        with pytest.raises(UnknownPolicyVersion):
            publishing.show(asked)


def test_a_beginning_that_several_share_is_not_guessed_at(publishing, store):
    """The versions that it could be are named."""
    digest = publishing.draft(a_text(), **AUTHOR).digest
    twin = f"{digest[:-1]}{'0' if digest[-1] != '0' else '1'}"
    step = publishing.history("mild").steps[0]
    parts = {name: getattr(step, name) for name in ("by", "at", "why", "effective_from")}
    twin_step = Step(name="other", digest=twin, move=Move.DRAFT, version="9", **parts)
    get = store.get
    store.get = lambda asked: b"" if asked == twin else get(asked)
    store.append(twin_step, expected=0)
    refused("ambiguous", publishing.show, digest[7:20])
    assert publishing.show(digest).digest == digest


def test_a_version_without_its_author_s_text_is_shown(publishing, store):
    """Where whoever recorded it kept none."""
    document = parse_policy(a_text(), name="mild").document
    step = Step(
        name="mild",
        digest=store.put(canonical_document(document)),
        move=Move.DRAFT,
        at=START,
        version="2026.1",
        effective_from=document.effective_from,
        **AUTHOR,
    )
    store.append(step, expected=0)
    assert publishing.show(step.digest).source is None


def test_errors_are_all_told_and_nothing_is_recorded(publishing):
    """A wrong shape is no draft; a wrong meaning is a draft that is not linted, and is not published."""
    with pytest.raises(InvalidPolicy):
        publishing.draft("format: 2", **AUTHOR)
    wrong = a_text().replace("measures: [more-slots]", "measures: [nosuch]")
    with pytest.raises(InvalidPolicy, match="nosuch"):
        publishing.publish(wrong, **AUTHOR, filename="wrong.yaml")
    assert publishing.names() == ()
    digest = publishing.draft(wrong, **AUTHOR).digest
    with pytest.raises(InvalidPolicy, match="nosuch"):
        publishing.lint(digest, **AUTHOR)
    assert publishing.show(digest).stage is Stage.DRAFT


def test_who_decides_on_an_old_history_records_nothing(publishing, store, clock):
    """Somebody else took a step between reading and writing."""
    digest = publishing.publish(a_text(), **AUTHOR)[-1].digest
    steps = store.steps

    def overtaken(name):
        known = steps(name)
        store.steps = steps
        publishing.reject(digest, **OTHER)
        return known

    store.steps = overtaken
    with pytest.raises(PolicyStoreConflict):
        publishing.draft(a_text("2"), **AUTHOR)
    assert publishing.show(digest).stage is Stage.REJECTED


def test_a_journal_that_tells_what_may_not_be_is_no_history(publishing, store):
    """Though every line of it is whole."""
    digest = publishing.publish(a_text(), **AUTHOR)[-1].digest
    step = Step(name="mild", digest=digest, move=Move.APPROVE, at=START, **AUTHOR)
    store.append(step, expected=3)
    with pytest.raises(PolicyStoreDamaged, match="李明"):
        PolicyVersions(store).history("mild")


@pytest.mark.parametrize("change", [{"mood": 1}, {"owner": None}, {"format": 2}])
def test_what_this_version_does_not_read_as_it_was_written_is_not_used(change, publishing, store, clock):
    """Its digest would not be the one that was approved."""
    content = parse_policy(a_text(), name="mild").document.model_dump(mode="json")
    digest = store.put(canonical_bytes(content | change))
    with pytest.raises(PolicyStoreDamaged, match="version that wrote it"):
        publishing.document(digest)
    shorter = {name: value for name, value in content.items() if name != "persons"}
    with pytest.raises(PolicyStoreDamaged, match="another document"):
        publishing.document(store.put(canonical_bytes(shorter)))


@given(policies())
def test_a_document_comes_back_from_its_canonical_form_with_the_same_digest(policy):
    """What is stored is what was approved, to the byte."""
    content = canonical_document(policy.document)
    again = PolicyDocument.model_validate_json(content)
    assert again == policy.document
    assert canonical_document(again) == content
    assert compile_policy(again).ref == policy.ref


def test_a_document_that_an_earlier_version_stored_keeps_its_digest():
    """A member that is added to documents changes no digest of those that do without it."""
    content = GOLDEN.read_bytes().rstrip(b"\n")
    document = PolicyDocument.model_validate_json(content)
    assert canonical_document(document) == content
    assert parse_policy(json.dumps(json.loads(content)), name="golden").ref.digest == GOLDEN_DIGEST
