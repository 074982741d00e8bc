"""What the tests of statements are made of: measures on records, and everything hostile that names can hold."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from chengxin.identifiers import Uscc
from chengxin.policy import (
    ActionEffect,
    Category,
    Direction,
    Ground,
    LegalBasis,
    Measure,
    PlatformRule,
    PolicyRef,
    SettingEffect,
    Text,
)
from chengxin.procedure.statement import Circumstances, state_reasons
from chengxin.records import (
    ADVERSE_KINDS,
    ListingDetail,
    PenaltyDetail,
    RecordKind,
    Role,
    Severity,
    Subject,
    SubjectKind,
)
from tests.sdk.policy.material import AT, CODE, record

TRADER = Uscc.parse("92350100M000100Y4C") if Uscc.is_valid("92350100M000100Y4C") else None
SUBJECTS = {
    SubjectKind.ENTERPRISE: Subject.of(CODE, name="福建示例商贸有限公司"),
    SubjectKind.PERSON: Subject(kind=SubjectKind.PERSON, code=None, name="刘小明"),
}
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert('x')>",
    "'; DROP TABLE statements; --",
    "javascript:alert(1)",
    "甲\u202e司公\u2066有限\x00公司\ud800",
    "&amp;&lt;b&gt;",
    "{name} %s ${x} `x`",
    "当事人110108199001011231",
)
"""Names that try to be something else; the last holds a synthetic identity number."""
MARKED = ("闽示监处罚〔2026〕896号", "示例市市场监督管理局", "虚假宣传甲乙丙", "列入事由丁戊己", "某示例名单")
"""Words of records that tests look for where they must not stand."""
URL = "https://rules.example.com/4"
APPEAL = "https://rules.example.com/appeals"

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(lambda s: f"甲{s}")
NAMES = st.sampled_from(HOSTILE) | WORDS
WORDED = st.sampled_from(HOSTILE[:4] + HOSTILE[5:7]) | WORDS
"""What a policy can hold: any text of Unicode, and no identity number, which lint refuses."""
TEXTS = st.builds(lambda zh, en: Text(zh=f"文{zh}", en=f"text {en}"), WORDED, WORDED)
URLS = st.sampled_from(
    [URL, "https://rules.example.com/" + "x" * 600, "javascript:alert(1)", 'https://a"b/', "规则"]
)
PARTS_OF_SECOND = st.integers(0, 10**6 - 1).map(lambda n: timedelta(microseconds=n))


@st.composite
def grounded_records(draw, most=3, least=1):
    """Records of adverse kinds that are disclosed at ``AT``, told in marked and in hostile words."""
    made = []
    for index in range(draw(st.integers(least, most))):
        kind = draw(st.sampled_from(sorted(ADVERSE_KINDS)))
        severity = draw(st.sampled_from([None, *Severity]))
        end = draw(st.none() | st.integers(0, 900))
        one = record(
            f"R{index}",
            kind,
            severity,
            start=draw(st.integers(-300, 0)),
            end=end,
            disputed=draw(st.booleans()),
        )
        made.append(replace(one, detail=draw(details(kind))))
    return tuple(made)


@st.composite
def details(draw, kind):
    """Details with words that can be looked for."""
    number, authority, conduct, reason, name = MARKED
    hostile = draw(st.none() | NAMES)
    if kind is RecordKind.PENALTY:
        return PenaltyDetail(
            decision_no=draw(st.sampled_from([None, number])),
            authority=draw(st.sampled_from([None, authority])) or hostile,
            violation_type=draw(st.sampled_from([None, conduct])) or hostile,
        )
    return ListingDetail(
        case_no=draw(st.sampled_from([None, number])),
        authority=draw(st.sampled_from([None, authority])) or hostile,
        reason=draw(st.sampled_from([None, reason])) or hostile,
        list_name=draw(st.sampled_from([None, name])),
    )


def ground_of(one):
    """Return a record as a ground."""
    return Ground(record_id=one.record_id, version=one.version, kind=one.kind, ends_at=one.period.ends_at)


EFFECTS = st.sampled_from(["listing.create", "livestream.start"]).map(
    lambda name: ActionEffect(action=name)
) | st.builds(
    SettingEffect,
    setting=st.sampled_from(["deposit_fen", "notice", "scrutiny"]),
    value=st.integers(-(2**40), 2**40) | st.booleans() | st.sampled_from(["key", "light"]),
)


@st.composite
def measures_on(draw, records, direction=None, kind=None, urls=URLS):
    """Measures that rest on records, and end no later than the last of them."""
    direction = direction or draw(st.sampled_from(Direction))
    relieves = direction is Direction.RELIEVE
    kind = kind or draw(st.sampled_from(sorted(SUBJECTS)))
    ends = [one.period.ends_at for one in records]
    latest = None if None in ends or not ends else max(ends)
    starts_at = AT + draw(PARTS_OF_SECOND)
    ends_at = starts_at + timedelta(days=draw(st.integers(1, 400)), microseconds=draw(st.integers(0, 10**6)))
    if latest is not None:
        ends_at = min(ends_at, latest)
    effect = draw(EFFECTS)
    if relieves and isinstance(effect, ActionEffect):
        effect = SettingEffect(setting="slots", value=draw(st.integers(-9, 9)))
    bases = st.builds(LegalBasis, law=TEXTS, article=st.sampled_from(["32", "38(2)", "附则"]))
    rules = st.builds(PlatformRule, title=TEXTS, clause=st.sampled_from(["4.1", "7"]), url=urls)
    return Measure(
        code=draw(st.sampled_from(["listing-stop", "deposit-raise"])),
        direction=direction,
        title=draw(TEXTS),
        category=draw(st.sampled_from(Category)),
        effect=effect,
        subject_kind=kind,
        rule_id="penalised",
        policy=PolicyRef(name="small", version="1", digest="sha256:00"),
        grounds=tuple(map(ground_of, records)),
        legal_basis=tuple(draw(st.lists(bases, min_size=0 if relieves else 1, max_size=3))),
        platform_rule=draw(st.none() | rules) if relieves else draw(rules),
        reason=draw(TEXTS),
        starts_at=starts_at,
        ends_at=ends_at,
        appeal_url=draw(st.none() | urls) if relieves else draw(urls),
        decided_by="张某" if kind is SubjectKind.PERSON else draw(st.sampled_from([None, "张某"])),
    )


@st.composite
def circumstances(draw, kind=SubjectKind.ENTERPRISE):
    """What a statement says beside its measure."""
    subject = SUBJECTS[kind]
    if kind is SubjectKind.ENTERPRISE:
        subject = replace(subject, name=draw(st.none() | st.just(subject.name) | NAMES))
    return Circumstances(
        subject=subject,
        source=draw(st.sampled_from(["信用中国", "credit-china"])),
        as_of=AT - timedelta(hours=draw(st.integers(0, 40))),
        role=Role.ANCHOR if kind is SubjectKind.PERSON and draw(st.booleans()) else Role.MERCHANT,
        is_detected_automatically=draw(st.booleans()),
        file_working_days=draw(st.none() | st.integers(1, 60)),
        decide_working_days=draw(st.none() | st.integers(1, 60)),
        shortest_months=draw(st.sampled_from([None, lambda *_: 3])),
        digest_key=draw(st.sampled_from([None, b"secret"])),
    )


@st.composite
def cases(draw, direction=None, kind=None, most=3, urls=URLS):
    """A measure, the records it rests on, and the circumstances of its statement."""
    records = draw(grounded_records(most))
    measure = draw(measures_on(records, direction, kind, urls))
    return measure, records, draw(circumstances(measure.subject_kind))


def stated(case, at=AT):
    """Return the statement of a case."""
    measure, records, about = case
    return state_reasons(
        measure, records, about=about, at=at, imposition_id="imposition:1", statement_id="S-1"
    )


STATEMENTS = cases().map(stated)
