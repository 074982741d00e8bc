"""What the policy tests are made of: records, statuses, documents, and Hypothesis strategies for them."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources

from hypothesis import strategies as st

from chengxin.identifiers import Uscc
from chengxin.policy import PolicyDocument, compile_policy, parse_policy
from chengxin.policy.condition import Condition, asks_for_good_standing, is_grounded, is_only_persons
from chengxin.records import (
    CommendationDetail,
    CommitmentDetail,
    CreditAnswer,
    DisclosurePeriod,
    DisclosureStatus,
    EvaluationDetail,
    LicenceDetail,
    ListingDetail,
    OtherDetail,
    PenaltyDetail,
    Record,
    RecordKind,
    Role,
    Severity,
    Subject,
    SubjectKind,
    show,
)

CODE = Uscc.parse("91350100M000100Y43")
COMPANY = Subject.of(CODE)
PERSON = Subject(kind=SubjectKind.PERSON, code=None)
AT = datetime(2026, 6, 15, 4, 30, tzinfo=UTC)
TODAY = date(2026, 6, 15)
AUTHORITIES = ("甲市监管局", "乙市监管局")
LISTINGS = (RecordKind.SERIOUS_LISTING, RecordKind.ABNORMAL_LISTING, RecordKind.JUDGMENT_DEFAULT)
DETAILS = {RecordKind.COMMENDATION: CommendationDetail, RecordKind.COMMITMENT: CommitmentDetail}
BOTH = {"zh": "文", "en": "text"}
MICROSECOND = timedelta(microseconds=1)
PENALISED = {"record": {"kind": "PENALTY"}}


def day(offset):
    """Return the day so many days from today."""
    return TODAY + timedelta(days=offset)


def detail_of(kind, on=None, authority=None, grade=None):
    """Return the detail of a record that was decided, listed or issued on a day."""
    if kind is RecordKind.PENALTY:
        return PenaltyDetail(decided_on=on, authority=authority)
    if kind is RecordKind.LICENCE:
        return LicenceDetail(decided_on=on, authority=authority)
    if kind in LISTINGS:
        return ListingDetail(listed_on=on, authority=authority)
    if kind is RecordKind.EVALUATION:
        scheme, value, issued_on, valid_until_on = grade or ("纳税", "A", None, None)
        return EvaluationDetail(
            scheme=scheme, value=value, issued_on=issued_on, valid_until_on=valid_until_on
        )
    return DETAILS.get(kind, OtherDetail)(authority=authority)


def record(  # plain fields
    record_id, kind, severity=None, *, start=-30, end=100, on=None, disputed=False, text=None, **detail
):
    """Return a record; days are offsets from today, and ``end=None`` leaves the period open."""
    return Record(
        record_id=record_id,
        version=1,
        kind=kind,
        catalogue=kind.value,
        severity=severity,
        severity_text=text,
        status=DisclosureStatus.DISPUTED if disputed else DisclosureStatus.SHOWN,
        period=DisclosurePeriod(start_on=day(start), end_on=None if end is None else day(end)),
        detail=detail_of(kind, None if on is None else day(on), **detail),
    )


def penalty(record_id="P1", severity=Severity.GENERAL, **fields):
    """Return an administrative penalty."""
    return record(record_id, RecordKind.PENALTY, severity, **fields)


def answer_of(*records, subject=COMPANY, registered=True):
    """Return a complete answer that holds these records."""
    return CreditAnswer(
        subject=subject, registered=registered, records=records, as_of=AT, source="test", snapshot_id="S"
    )


def status_of(*records, subject=COMPANY, at=AT, life=timedelta(hours=6), registered=True):
    """Return the status that an answer of these records shows."""
    answer = answer_of(*records, subject=subject, registered=registered)
    return show(answer, at=at, fetched_at=at, fresh_until=at + life)


def run(policy, status, *, at=AT, role=Role.MERCHANT, constraints=(), **facts):
    """Evaluate a policy."""
    return policy.evaluate(
        status, facts=policy.platform_facts(facts), role=role, at=at, constraints=constraints
    )


SHIPPED = ("livestream", "marketplace", "observe")


@cache
def shipped_text(name="marketplace"):
    """Return the text of a shipped policy."""
    return (resources.files("chengxin.policy") / "shipped" / f"{name}.yaml").read_text("utf-8")


@cache
def shipped(name):
    """Return a shipped policy."""
    return parse_policy(shipped_text(name), name=name)


def marketplace():
    """Return the shipped policy for marketplaces."""
    return shipped("marketplace")


LEGAL = {
    "legal_basis": [{"law": BOTH, "article": "32"}],
    "platform_rule": {"title": BOTH, "clause": "4", "url": "https://rules.example.com/4"},
    "longest_days": 365,
}
SMALL = {
    "format": 1,
    "name": "small",
    "version": "1",
    "title": BOTH,
    "owner": "trust",
    "effective_from": "2020-01-01",
    "appeal_url": "https://rules.example.com/appeals",
    "facts": {
        "registered_days": {"type": "integer", "title": BOTH},
        "is_flagship": {"type": "boolean", "title": BOTH},
        "city": {"type": "text", "title": BOTH},
    },
    "actions": {
        "listing.create": {"title": BOTH, "unknown": "hold"},
        "livestream.start": {"title": BOTH, "unknown": "review"},
        "funds.withdraw": {"title": BOTH, "unknown": "neutral"},
    },
    "settings": {
        "deposit_fen": {"title": BOTH, "default": 1000, "combine": "max"},
        "slots": {"title": BOTH, "default": 3, "combine": "min"},
        "notice": {"title": BOTH, "default": False, "combine": "max"},
    },
    "tiers": [
        {"id": "preferred", "title": BOTH},
        {"id": "standard", "title": BOTH, "default": True},
        {"id": "watch", "title": BOTH},
        {"id": "restricted", "title": BOTH},
    ],
    "catalogue": {
        "deposit-relief": {
            "title": BOTH,
            "direction": "RELIEVE",
            "setting": {"name": "deposit_fen", "value": 500},
            "category": "MONETARY",
        },
        "slots-relief": {
            "title": BOTH,
            "direction": "RELIEVE",
            "setting": {"name": "slots", "value": 9},
            "category": "VISIBILITY",
            "longest_days": 1,
        },
        "listing-stop": {
            "title": BOTH,
            "direction": "RESTRICT",
            "action": "listing.create",
            "category": "PROVISION",
            **LEGAL,
        },
        "deposit-raise": {
            "title": BOTH,
            "direction": "RESTRICT",
            "setting": {"name": "deposit_fen", "value": 3000},
            "category": "MONETARY",
            **LEGAL,
            "longest_days": 90,
        },
        "deposit-raise-more": {
            "title": BOTH,
            "direction": "RESTRICT",
            "setting": {"name": "deposit_fen", "value": 9000},
            "category": "MONETARY",
            **LEGAL,
            "longest_days": 730,
        },
        "slots-cut": {
            "title": BOTH,
            "direction": "RESTRICT",
            "setting": {"name": "slots", "value": 1},
            "category": "VISIBILITY",
            **LEGAL,
            "longest_days": 60,
        },
        "stream-decision": {
            "title": BOTH,
            "direction": "RESTRICT",
            "action": "livestream.start",
            "category": "PROVISION",
            **LEGAL,
            "human_decides": True,
        },
    },
    "rules": [{"id": "penalised", "when": {"record": {"kind": "PENALTY"}}, "tier": "watch", "reason": BOTH}],
}
RELIEFS = ("deposit-relief", "slots-relief")
RESTRICTIONS = ("listing-stop", "deposit-raise", "deposit-raise-more", "slots-cut", "stream-decision")


def rule(when, *measures, rule_id="r", tier=None):
    """Return a rule as data."""
    return {"id": rule_id, "when": when, "measures": list(measures), "tier": tier, "reason": BOTH}


def substantiated(data):
    """Return a rule with what its precedence demands: an article, or a person and an end."""
    needs = {
        "REQUIRED_BY_LAW": {"legal_basis": LEGAL["legal_basis"]},
        "TRUST_TEAM": {"decided_by": "张某", "until": "9000-01-01"},
    }
    given = {name: value for name, value in data.items() if value is not None}
    return data | needs.get(data.get("precedence"), {}) | given


def small_document(*rules, **changes):
    """Return a small document as data, with these rules."""
    document = SMALL | changes | ({"rules": list(rules)} if rules else {})
    return json.loads(json.dumps(document))


def small_policy(*rules, **changes):
    """Return a small policy with these rules, each with what its precedence demands."""
    document = small_document(*map(substantiated, rules), **changes)
    return compile_policy(PolicyDocument.model_validate(document))


# ---- strategies ----

OFFSETS = st.integers(-400, 0)
GRADES = st.tuples(
    st.sampled_from(["纳税", "海关"]),
    st.sampled_from(["A", "B", "D"]),
    st.none() | st.integers(-300, 60).map(day),
    st.none() | st.integers(-60, 300).map(day),
)


@st.composite
def records(draw, record_id="R", kinds=tuple(RecordKind)):
    """Records of every kind, of which most are disclosed today."""
    kind = draw(st.sampled_from(kinds))
    start = draw(OFFSETS)
    severity = draw(st.sampled_from([None, *Severity]))
    return record(
        record_id,
        kind,
        severity,
        start=start,
        end=draw(st.none() | st.integers(max(start, -5), 500)),
        on=draw(st.none() | st.integers(-500, 0)),
        disputed=draw(st.booleans()),
        text=draw(st.sampled_from([None, "较重"])) if severity is None else None,
        authority=draw(st.sampled_from([None, *AUTHORITIES])),
        **({"grade": draw(GRADES)} if kind is RecordKind.EVALUATION else {}),
    )


@st.composite
def answers(draw, most=5, kinds=tuple(RecordKind), subject=COMPANY):
    """Complete answers of a registered subject."""
    count = draw(st.integers(0, most))
    return answer_of(*(draw(records(f"R{i}", kinds)) for i in range(count)), subject=subject)


def shown(answer, at=AT, life=timedelta(days=4000)):
    """Return what an answer shows, for so long that only records end it."""
    return show(answer, at=at, fetched_at=at, fresh_until=at + life)


@st.composite
def ranges(draw):
    """Age ranges with one bound or two."""
    low, length = draw(st.integers(0, 500)), draw(st.integers(1, 400))
    return draw(
        st.sampled_from(
            [{"at_least": low}, {"less_than": low + length}, {"at_least": low, "less_than": low + length}]
        )
    )


KINDS = st.lists(st.sampled_from([k.value for k in RecordKind if k is not RecordKind.OTHER]), min_size=1)
GROUND_KINDS = st.lists(
    st.sampled_from(["PENALTY", "PENALTY", "SERIOUS_LISTING", "ABNORMAL_LISTING", "EVALUATION"]), min_size=1
)
NARROWINGS = {
    "severity": st.lists(st.sampled_from(["MINOR", "GENERAL", "SERIOUS", "absent"]), min_size=1),
    "authority": st.lists(st.sampled_from(AUTHORITIES), min_size=1),
    "disputed": st.booleans(),
    "age_days": ranges(),
    "count": st.integers(1, 3).map(lambda n: {"at_least": n}),
}


def _on_records(kinds):
    narrowed = st.fixed_dictionaries({"kind": kinds}, optional=NARROWINGS)
    return narrowed.map(lambda c: {"record": c})


RECORD_CONDITIONS = _on_records(KINDS)
ADVERSE_CONDITIONS = _on_records(GROUND_KINDS)
EVALUATION_CONDITIONS = st.fixed_dictionaries(
    {"scheme": st.sampled_from(["纳税", "海关"]), "value": st.lists(st.sampled_from("ABD"), min_size=1)}
).map(lambda c: {"evaluation": c})
FACT_CONDITIONS = st.sampled_from(
    [
        {"fact": {"name": "registered_days", "at_least": 100}},
        {"fact": {"name": "registered_days", "less_than": 300}},
        {"fact": {"name": "registered_days", "equals": 7}},
        {"fact": {"name": "is_flagship", "equals": True}},
        {"fact": {"name": "city", "equals": "福州"}},
    ]
)
OTHER_CONDITIONS = st.sampled_from(
    [
        {"standing": "ADVERSE"},
        {"standing": "NO_ADVERSE_RECORD"},
        {"role": ["MERCHANT", "MCN"]},
        {"role": "ROOM_OPERATOR"},
        {"subject_kind": ["ENTERPRISE", "SOLE_TRADER"]},
    ]
)


def _compound(children):
    several = st.lists(children, min_size=1, max_size=3)
    counted = several.flatmap(
        lambda of: st.integers(1, len(of)).map(lambda n: {"at_least": {"n": n, "of": of}})
    )
    return (
        several.map(lambda c: {"all": c})
        | several.map(lambda c: {"any": c})
        | several.map(lambda c: {"none": c})
        | counted
    )


CONDITIONS = st.recursive(
    RECORD_CONDITIONS | RECORD_CONDITIONS | EVALUATION_CONDITIONS | FACT_CONDITIONS | OTHER_CONDITIONS,
    _compound,
    max_leaves=6,
)
GROUNDED = st.tuples(ADVERSE_CONDITIONS, CONDITIONS).map(lambda both: {"all": list(both)})


@st.composite
def rules_on(draw, conditions, rule_id):
    """Rules that give restrictions only where their condition needs a record."""
    when = draw(conditions)
    condition = Condition.model_validate(when)
    may_restrict = is_grounded(condition) and not asks_for_good_standing(condition)
    may_restrict = may_restrict and not is_only_persons(condition)
    codes = RELIEFS + RESTRICTIONS if may_restrict else RELIEFS
    measures = draw(st.lists(st.sampled_from(codes), min_size=1, max_size=4, unique=True))
    tiers = [None] if is_only_persons(condition) else [None, "preferred", "standard", "watch", "restricted"]
    tier = draw(st.sampled_from(tiers))
    return rule(when, *measures, rule_id=rule_id, tier=tier)


@st.composite
def policies(draw, conditions=CONDITIONS, most=5):
    """Policies that make sense."""
    count = draw(st.integers(1, most))
    rules = [draw(rules_on(conditions, f"rule-{i}")) for i in range(count)]
    return small_policy(*rules, persons={"relief": draw(st.booleans())})


FACTS = st.fixed_dictionaries(
    {},
    optional={
        "registered_days": st.sampled_from([7, 100, 299, 300]),
        "is_flagship": st.booleans(),
        "city": st.sampled_from(["福州", "厦门"]),
    },
)
ROLES = st.sampled_from(Role)
