"""Subjects as shipped policies meet them: strategies for what they have, and which of two treatments is stricter."""

from hypothesis import strategies as st

from chengxin.policy import ActiveConstraint, Outcome
from chengxin.records import ADVERSE_KINDS, RecordKind, Severity, start_of_china_day
from tests.sdk.policy.material import AT, day, record, records


def strictness(policy, treatment, at=AT):
    """Return what can be compared: tier rank, refused actions, settings by strictness, what is put before a human."""
    ranks = {tier.id: rank for rank, tier in enumerate(policy.document.tiers)}
    refused = {a for a in policy.unknown_modes if treatment.decide(a, at).outcome is Outcome.REFUSED}
    directed = {name: policy.scales[name].strictness(value) for name, value in treatment.settings.items()}
    asked = {review.measure_code for review in treatment.reviews}
    return ranks.get(treatment.tier, -1), refused, directed, asked


def assert_no_stricter(after, before):
    """Hold two results of ``strictness`` against each other, in each thing by itself."""
    assert after[0] <= before[0]
    assert after[1] <= before[1]
    assert all(after[2][name] <= before[2][name] for name in after[2])
    assert after[3] <= before[3]


TOP_GRADE = ("全国公共信用综合评价", "优", None, None)
GOOD_KINDS = (RecordKind.COMMENDATION, RecordKind.COMMITMENT, RecordKind.LICENCE)
JOINED = st.sampled_from([{"registered_days": 400}, {"registered_days": 179}, {}])
ROOM_FACTS = st.fixed_dictionaries(
    {},
    optional={"followers": st.sampled_from([999_999, 1_000_000]), "sells_health_goods": st.booleans()},
)


def shipped_facts(name):
    """Platform facts that a shipped policy declares, as a strategy."""
    if name != "livestream":
        return JOINED
    return st.tuples(JOINED, ROOM_FACTS).map(lambda both: both[0] | both[1])


def constraint(platform="甲平台", category="虚假宣传", *, since=-10, until=50, is_verified=False):
    """Return a constraint; days are offsets from today."""
    return ActiveConstraint(
        platform=platform,
        category=category,
        effective_from=start_of_china_day(day(since)),
        effective_until=start_of_china_day(day(until)),
        is_verified=is_verified,
    )


TWO_VERIFIED = tuple(constraint(platform, is_verified=True) for platform in ("甲平台", "乙平台"))
CONSTRAINT_SETS = st.just(TWO_VERIFIED) | st.lists(
    st.builds(constraint, st.sampled_from(["甲平台", "乙平台", "丙平台"]), is_verified=st.booleans()),
    max_size=4,
).map(tuple)


@st.composite
def grave_records(draw, record_id):
    """Adverse records that are in no dispute, mostly penalties, at ages on both sides of what shipped rules ask for."""
    kind = draw(st.sampled_from([RecordKind.PENALTY] * 3 + sorted(ADVERSE_KINDS - {RecordKind.PENALTY})))
    severity = draw(st.sampled_from([Severity.GENERAL, Severity.SERIOUS]))
    start = draw(st.sampled_from([0, -1, -5, -20, -40, -100, -200, -360, -370]))
    end = draw(st.sampled_from([0, 10, 300]))
    return record(
        record_id, kind, severity if kind is RecordKind.PENALTY else None, start=start, end=end, on=start
    )


GOOD_RECORDS = st.sampled_from(
    [
        [record("C", RecordKind.COMMENDATION)],
        [record("C", RecordKind.COMMENDATION), record("M", RecordKind.COMMITMENT)],
        [record("E", RecordKind.EVALUATION, grade=TOP_GRADE), record("L", RecordKind.LICENCE)],
    ]
)
ANY_RECORDS = st.integers(1, 5).flatmap(
    lambda count: st.tuples(
        *(
            st.one_of(records(f"R{i}", (*sorted(ADVERSE_KINDS), *GOOD_KINDS)), grave_records(f"G{i}"))
            for i in range(count)
        )
    ).map(list)
)
FEW_GRAVE_RECORDS = st.tuples(grave_records("G0"), grave_records("G1")).map(list)


def held_records():
    """Records as a subject may have them: only good ones, a few grave ones, or many of all kinds."""
    mixed = st.tuples(GOOD_RECORDS, grave_records("G") | records("R", tuple(sorted(ADVERSE_KINDS))))
    return st.one_of(
        GOOD_RECORDS, FEW_GRAVE_RECORDS, mixed.map(lambda pair: [*pair[0], pair[1]]), ANY_RECORDS
    )
