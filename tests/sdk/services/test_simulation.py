"""Simulation: what a policy would do to the platform's own merchants; and where those come from."""

import json
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin import CreditClient, PlatformFacts
from chengxin.cache import Entry, open_tier
from chengxin.errors import ConfigurationError, InvalidRecord, SourceUnavailable, TierUnavailable
from chengxin.identifiers import Uscc
from chengxin.policy import Direction, Verdict, Yardstick, compare
from chengxin.policy.upshot import Upshot
from chengxin.records import RecordKind, Role, Standing, Subject, show
from chengxin.services import (
    Member,
    members_of_file,
    members_of_snapshot,
    members_of_tier,
    simulate,
    statuses_of_snapshot,
    statuses_of_tier,
)
from chengxin.services.simulation import NONE, REST
from chengxin.sources import open_source
from chengxin.testing import FrozenClock, ScriptedSource, a_listing, a_penalty, an_answer
from tests.sdk.policy.material import (
    AT,
    FACTS,
    PERSON,
    ROLES,
    answers,
    marketplace,
    penalty,
    policies,
    record,
    rule,
    small_policy,
    status_of,
)
from tests.sdk.services.vectors import code_of
from tests.sdk.sources import files

SUBJECTS = st.one_of(st.integers(0, 5).map(lambda n: Subject.of(code_of(n))), st.just(PERSON))
MEMBERS = st.builds(
    lambda answer, role, facts, category, hours: Member(
        status=show(answer, at=AT, fetched_at=AT, fresh_until=AT + timedelta(hours=hours)),
        role=role,
        facts=PlatformFacts(facts),
        category=category,
    ),
    SUBJECTS.flatmap(lambda subject: answers(most=3, subject=subject)),
    ROLES,
    FACTS,
    st.sampled_from([None, "food", "toys"]),
    st.integers(0, 3),
)


def company(number, *records, **fields):
    """Return a member with these records."""
    return Member(status=status_of(*records, subject=Subject.of(code_of(number))), **fields)


@settings(max_examples=100, deadline=None)
@given(policies(), policies(), st.lists(MEMBERS, max_size=12))
def test_i5_a_simulation_counts_what_evaluation_gives(policy, baseline, members):
    """Each member once in the total and once in every grouping, bare or not, again or not."""
    found = simulate(policy, iter(members + members[::2]), at=AT, baseline=baseline)
    by = Yardstick.between(baseline.document, policy.document)
    upshots, verdicts, tiers = Counter(), Counter(), Counter()
    for member in members + members[::2]:
        after, before = (
            p.evaluate(member.status, facts=member.facts, role=member.role, at=AT) for p in (policy, baseline)
        )
        upshots[Upshot.of(after)] += 1
        shift = compare(before, after, by=by)
        verdicts[shift.verdict] += 1
        tiers[shift.tiers] += shift.tiers[0] != shift.tiers[1]
    total = found.total
    assert total._upshots == upshots
    assert found.flips.verdicts == verdicts
    assert found.flips.tiers == +tiers
    assert total.subjects == len(members) + len(members[::2]) == found.flips.compared
    assert total.unknown + total.persons + total.tiers.total() == total.subjects
    for groups in (found.by_role, found.by_category, found.by_size):
        assert sum((tally._upshots for tally in groups.values()), Counter()) == upshots
    for values in total.settings.values():
        assert values.total() == total.known


@settings(max_examples=60, deadline=None)
@given(policies(), st.lists(MEMBERS, max_size=12), st.integers(0, 4), st.randoms(use_true_random=False))
def test_the_worst_hit_are_named_whatever_the_order(policy, members, most, rng):
    """No natural person is, and nobody who is not restricted."""
    turned = list(members)
    rng.shuffle(turned)
    first, second = (simulate(policy, order, at=AT, worst=most) for order in (members, turned))
    assert [hit.weight for hit in first.worst] == [hit.weight for hit in second.worst]
    assert [hit.weight for hit in first.worst] == sorted((h.weight for h in first.worst), reverse=True)
    assert len(first.worst) <= most
    for hit in first.worst:
        assert hit.measures
        assert hit.role is not Role.ANCHOR
        assert hit.code.startswith("91000000")


def test_a_population_in_numbers():
    """What a trust team reads."""
    members = [
        company(1, category="food", size="small"),
        company(2, record("C", RecordKind.COMMENDATION), facts=PlatformFacts({"registered_days": 400})),
        company(3, penalty(severity=None), category="food", size="large"),
        company(4, record("L", RecordKind.SERIOUS_LISTING), role=Role.MCN),
        company(5, record("O", RecordKind.OTHER)),
        company(6, record("L", RecordKind.SERIOUS_LISTING), role=Role.ANCHOR),
    ]
    found = simulate(marketplace(), members, at=AT, worst=1)
    total = found.total
    assert (total.subjects, total.known, total.unknown, total.persons) == (6, 5, 1, 1)
    assert total.tiers["restricted"] == 1
    assert total.restricted == 2
    assert total.share_restricted == 0.4
    assert total.reviewed >= 1
    assert total.measures[Direction.RESTRICT, "credit-reminder"] == 2
    assert found.by_role["MCN"].restricted == 1
    assert found.by_category["food"].subjects == 2
    assert {label: tally.subjects for label, tally in found.by_size.items()} == {
        NONE: 4,
        "small": 1,
        "large": 1,
    }
    assert [hit.code for hit in found.worst] == [code_of(4).code]
    assert "listing.create" in found.worst[0].refused
    assert found.facts_missing == {"registered_days": 5}
    assert found.flips is None
    assert json.loads(json.dumps(found.dump()))["total"]["subjects"] == 6


def test_nobody_is_no_share():
    """A population of nobody has no one restricted."""
    found = simulate(marketplace(), [], at=AT)
    assert (found.total.subjects, found.total.share_restricted, found.worst) == (0, 0.0, ())


def test_examples_of_flips_are_named_by_verdict():
    """As many of each as asked for; no natural persons."""
    lenient = small_policy(rule({"record": {"kind": "PENALTY"}}, "deposit-raise"))
    strict = small_policy(rule({"record": {"kind": "PENALTY"}}, "deposit-raise", "listing-stop"))
    members = [company(n, penalty()) for n in range(4)] + [company(5)]
    found = simulate(strict, members, at=AT, baseline=lenient, worst=2)
    assert [e.code for e in found.examples[Verdict.STRICTER]] == [code_of(0).code, code_of(1).code]
    assert found.flips.changed == 4
    assert found.flips.gained == {"listing-stop": 4}
    person = Member(status=status_of(penalty(), subject=PERSON))
    found = simulate(strict, [person], at=AT, baseline=lenient)
    assert (found.flips.verdicts, found.examples[Verdict.STRICTER]) == ({Verdict.STRICTER: 1}, ())
    assert found.dump()["examples"] == {"STRICTER": []}


def test_facts_are_checked_and_told():
    """One of the wrong type is refused: conditions on it would silently not hold."""
    named = company(1, facts=PlatformFacts({"registered_days": 3, "colour": "red"}))
    found = simulate(marketplace(), [named], at=AT)
    assert (found.facts_missing, found.facts_undeclared) == ({"registered_days": 0}, {"colour": 1})
    with pytest.raises(InvalidRecord, match="'registered_days' is given as str"):
        simulate(marketplace(), [company(1, facts=PlatformFacts({"registered_days": "3"}))], at=AT)


def test_labels_are_bounded():
    """What comes after two hundred of them is counted together."""
    members = [company(n, category=f"c{n}") for n in range(203)]
    found = simulate(marketplace(), members, at=AT)
    assert len(found.by_category) == 201
    assert found.by_category[REST].subjects == 3


def test_fewer_than_none_are_not_named():
    """It is told."""
    with pytest.raises(ConfigurationError, match="0 or more"):
        simulate(marketplace(), [], at=AT, worst=-1)


# ---- where members come from ----


@pytest.fixture
def clock():
    """Time that stands still."""
    return FrozenClock()


def entry_of(code, *records, at, seconds=3600):
    """Return an entry that was fetched at an instant."""
    life = at + timedelta(seconds=seconds)
    return Entry(answer=an_answer(*records, code=code), fetched_at=at, fresh_until=life, followed_until=life)


def test_i2_members_of_a_tier_whose_answers_are_over_are_unknown(clock, tmp_path):
    """They are members all the same."""
    tier = open_tier(
        f"sqlite:///{tmp_path / 'cache.db'}", source="s", tenant="t", clock=clock, grace=timedelta(days=1)
    )
    for number, seconds in ((1, 3600), (2, 10)):
        entry = entry_of(code_of(number), a_penalty(), at=clock.now(), seconds=seconds)
        assert tier.write(code_of(number).code, entry, ticket=tier.open(code_of(number).code))
    at = clock.now() + timedelta(seconds=60)
    members = {str(m.status.subject.code): m.status for m in members_of_tier(tier, at=at, role=Role.MCN)}
    assert {code: status.standing for code, status in members.items()} == {
        code_of(1).code: Standing.ADVERSE,
        code_of(2).code: Standing.UNKNOWN,
    }
    find = statuses_of_tier(tier, at=at)
    standings = [status.standing for status in find([code_of(2), code_of(1), code_of(3)])]
    assert standings == [Standing.UNKNOWN, Standing.ADVERSE, Standing.UNKNOWN]
    assert simulate(marketplace(), members_of_tier(tier, at=at), at=at).total.unknown == 1
    tier.close()


def test_a_client_gives_its_population(clock, tmp_path):
    """As it stands in the cache that it shares."""
    source = ScriptedSource(clock=clock)
    source.disclose(code_of(1).code, a_listing())
    source.disclose(code_of(2).code)
    with CreditClient(source, clock=clock, cache=f"sqlite:///{tmp_path / 'cache.db'}") as client:
        client.check_many([code_of(1), code_of(2)])
        found = simulate(marketplace(), client.population(at=clock.now()), at=clock.now())
        assert found.total.subjects == 2
        assert found.total.tiers["restricted"] == 1
        (status,) = client.statuses(at=clock.now())([code_of(1)])
        assert status.standing is Standing.ADVERSE


def test_i1_who_is_forgotten_is_unknown_though_the_cache_could_not_be_told(clock, tmp_path, monkeypatch):
    """What it still keeps of them says nothing."""
    source = ScriptedSource(clock=clock)
    source.disclose(code_of(1).code, a_listing())
    tier = open_tier(
        f"sqlite:///{tmp_path / 'cache.db'}", source="s", tenant="t", clock=clock, grace=timedelta(days=1)
    )
    with CreditClient(source, clock=clock, cache=tier) as client:
        client.check(code_of(1))

        def away(*_words, **_named):
            raise TierUnavailable("away", tier="test")

        monkeypatch.setattr(tier, "invalidate", away)
        client.forget(code_of(1))
        clock.advance(seconds=1)
        standings = [member.status.standing for member in client.population(at=clock.now())]
        standings += [status.standing for status in client.statuses(at=clock.now())([code_of(1)])]
    assert standings == [Standing.UNKNOWN, Standing.UNKNOWN]


@pytest.fixture
def snapshot(tmp_path, clock):
    """A snapshot of two subjects."""
    path = tmp_path / "x.ndjson.gz"
    path.write_bytes(files.ndjson([files.a_line(1), files.a_line(2)]))
    date = (clock.now() - timedelta(hours=4)).isoformat().replace("+", "%2B")
    return open_source(f"snapshot://{path}?data_date={date}", clock=clock)


def test_members_of_a_snapshot(snapshot, clock):
    """One for each subject with a record, in the order of codes."""
    members = list(members_of_snapshot(snapshot, at=clock.now()))
    assert [str(m.status.subject.code) for m in members] == [files.code_of(1), files.code_of(2)]
    assert {m.status.standing for m in members} == {Standing.ADVERSE}
    late = clock.now() + timedelta(hours=40)
    assert {m.status.standing for m in members_of_snapshot(snapshot, at=late)} == {Standing.UNKNOWN}
    clock.advance(seconds=40 * 3600)
    with pytest.raises(SourceUnavailable, match="older than 36 hours"):
        list(members_of_snapshot(snapshot, at=clock.now()))


def test_a_snapshot_that_goes_is_told(snapshot, clock, tmp_path):
    """Before anything is yielded."""
    (tmp_path / "x.ndjson.gz").unlink()
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        list(members_of_snapshot(snapshot, at=clock.now()))


def test_members_of_a_file_with_a_snapshot(snapshot, clock, tmp_path):
    """Facts and labels are the platform's; who is not in the snapshot is unknown."""
    path = tmp_path / "merchants.jsonl"
    lines = [
        {
            "code": files.code_of(2).lower(),
            "role": "MCN",
            "facts": {"registered_days": 9, "city": "福州", "vip": True},
        },
        {"code": files.code_of(3), "category": "food", "size": "small"},
    ]
    path.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    find = statuses_of_snapshot(snapshot, at=clock.now(), clock=clock)
    one, two = members_of_file(path, find, role=Role.ROOM_OPERATOR)
    assert (one.role, one.facts, one.category, one.size) == (
        Role.MCN,
        PlatformFacts({"registered_days": 9, "city": "福州", "vip": True}),
        None,
        None,
    )
    assert (one.status.standing, two.status.standing) == (Standing.ADVERSE, Standing.UNKNOWN)
    assert (two.role, two.category, two.size) == (Role.ROOM_OPERATOR, "food", "small")
    found = simulate(marketplace(), [one, two], at=clock.now())
    assert found.total.unknown == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[]", "object"),
        ("{", "JSON"),
        ("{}", "code: Field required"),
        ('{"code": "1"}', "code: "),
        ('{"code": "91350100M000100Y43", "facts": {"x": 1.5}}', "facts.x"),
        ('{"code": "91350100M000100Y43", "role": "KING"}', "role"),
        ('{"code": "91350100M000100Y43", "colour": "red"}', "colour: Extra inputs"),
        ('{"code": "91350100M000100Y43", "size": ""}', "size"),
        ("x" * 70_000, "JSON"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, line, problem):
    """With its number and what to write, and without what stands in it."""
    path = tmp_path / "merchants.jsonl"
    path.write_text('{"code": "91350100M000100Y43"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"Line 2 .*{problem}.* Write one JSON object a line"):
        list(members_of_file(path, lambda codes: [status_of() for _ in codes]))


def test_a_file_that_is_not_there_is_told(tmp_path):
    """By its path."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.jsonl' cannot be read"):
        list(members_of_file(tmp_path / "nowhere.jsonl", lambda codes: []))


def test_i5_members_without_records_are_alike_only_where_all_else_is():
    """Role, kind of subject, facts, standing and validity tell them apart."""
    policy = small_policy(
        rule({"role": "MCN"}, tier="preferred", rule_id="role"),
        rule({"subject_kind": "SOLE_TRADER"}, tier="watch", rule_id="kind"),
        rule({"fact": {"name": "registered_days", "at_least": 9}}, tier="restricted", rule_id="fact"),
    )
    late = show(an_answer(), at=AT - timedelta(hours=2), fetched_at=AT, fresh_until=AT - timedelta(hours=1))
    trader = Subject.of(Uscc("92000000000000000G"))
    members = [
        company(1),
        company(1, role=Role.MCN),
        Member(status=status_of(subject=trader)),
        company(1, facts=PlatformFacts({"registered_days": 9})),
        company(1, facts=PlatformFacts({"registered_days": 8})),
        Member(status=late),
        company(1, record("O", RecordKind.OTHER)),
        Member(status=status_of(subject=PERSON)),
    ]
    total = simulate(policy, members + members, at=AT).total
    assert total.tiers == {"standard": 4, "preferred": 2, "watch": 2, "restricted": 2}
    assert (total.unknown, total.persons) == (4, 2)
