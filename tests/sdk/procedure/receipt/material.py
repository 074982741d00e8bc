"""What the tests of receipts and reports are made of: checks of every outcome, told in marked and in hostile words."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from chengxin.errors import UnknownReason
from chengxin.procedure.receipt import Asked, receipt_of
from chengxin.records import (
    CommendationDetail,
    CreditAnswer,
    LicenceDetail,
    ListingDetail,
    PenaltyDetail,
    RecordKind,
    Severity,
    Subject,
    SubjectKind,
    show,
    unknown,
)
from chengxin.signing import KeySigner, Verifier, generate_key
from tests.sdk.policy.material import AT, CODE, record
from tests.sdk.procedure.statement.material import HOSTILE

SALT = b"sixteen bytes or"
SIGNER = KeySigner.from_pem(generate_key(), kid="k1")
VERIFIER = Verifier.of(SIGNER)
PSEUDONYM = "psn:4f1d2c3b"
PERSON = Subject(kind=SubjectKind.PERSON, code=None, name="刘小明")
COMPANY = Subject.of(CODE, name="福建示例商贸有限公司")
NUMBER = "110108199001011231"
"""A synthetic identity number."""
MARKS = (
    "文号甲〔2026〕896号",
    "机关乙局",
    "行为丙",
    "事实丁",
    "内容戊",
    "案号己",
    "事由庚",
    "名称辛",
    "部门壬",
)
"""Words of records, found again wherever they stand."""

words = st.sampled_from((*MARKS, *HOSTILE)) | st.text(max_size=8)
some = st.none() | words


@st.composite
def details(draw, kind, given):
    """Details in marked and hostile words; other kinds have those they are given."""
    if kind is RecordKind.PENALTY:
        return PenaltyDetail(
            decision_no=draw(some),
            authority=draw(some),
            violation_type=draw(some),
            facts=draw(some),
            content=draw(some),
            fine_fen=draw(st.none() | st.integers(0, 2**60)),
        )
    if kind is RecordKind.LICENCE:
        return LicenceDetail(decision_no=draw(some), content=draw(some), authority=draw(some))
    if isinstance(given, ListingDetail):
        return ListingDetail(case_no=draw(some), reason=draw(some), authority=draw(some))
    return CommendationDetail(title=draw(some)) if kind is RecordKind.COMMENDATION else given


@st.composite
def shown_records(draw, most=4):
    """Records of every kind that are disclosed at ``AT``."""
    made = []
    for index in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(RecordKind))
        one = record(
            f"R{index}",
            kind,
            draw(st.none() | st.sampled_from(Severity)),
            end=draw(st.none() | st.integers(0, 900)),
            disputed=draw(st.booleans()),
        )
        version, source = draw(st.integers(0, 9)), draw(some)
        detail = draw(details(kind, one.detail))
        made.append(replace(one, detail=detail, version=version, data_source=source))
    return tuple(made)


@st.composite
def known(draw, most=4):
    """Statuses that an answer of the source shows at ``AT``."""
    is_registered = draw(st.booleans()) or draw(st.booleans())
    answer = CreditAnswer(
        subject=draw(st.sampled_from([COMPANY, replace(COMPANY, name=None), PERSON])),
        registered=is_registered,
        records=draw(shown_records(most)) if is_registered else (),
        as_of=AT - timedelta(microseconds=draw(st.integers(0, 10**11))),
        source=draw(st.sampled_from(["信用中国", "credit-china"])),
        snapshot_id="S",
    )
    life = timedelta(microseconds=draw(st.integers(1, 10**11)))
    return show(answer, at=AT, fetched_at=AT, fresh_until=AT + life)


unasked = st.sampled_from(UnknownReason).map(
    lambda reason: unknown(CODE, reason=reason, detail="why", at=AT, source="信用中国")
)
statuses = known() | unasked


def asked_about(status, **fields):
    """Return who asked, with the pseudonym that a natural person needs."""
    is_person = status.subject.kind is SubjectKind.PERSON
    return Asked(pseudonym=PSEUDONYM if is_person else None, **fields)


def receipt_for(status, *, salt=SALT, **options):
    """Return the receipt of a status."""
    asked = options.pop("asked", None) or asked_about(status)
    return receipt_of(status, at=AT, receipt_id="R-1", salt=salt, asked=asked, **options)


@st.composite
def receipts(draw):
    """Receipts of checks of every outcome."""
    status = draw(statuses)
    asked = asked_about(status, purpose=draw(some), operator=draw(some))
    return receipt_for(status, asked=asked, digest_key=draw(st.sampled_from([None, b"key"])))
