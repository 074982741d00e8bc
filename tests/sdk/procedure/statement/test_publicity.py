"""Publicity: what must be public is, until the measure ends, and people are not pilloried."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import InvalidRecord, InvalidStatement
from chengxin.identifiers import Uscc, check_character
from chengxin.policy import Direction
from chengxin.procedure.statement import EndCause, StatementEnding, mask_name, mask_within, withdraw
from chengxin.procedure.statement.publicity import ONE_WORKING_DAY, PROMPTLY, publicity_of, publicity_page
from chengxin.records import DisclosureStatus, Role, Subject, SubjectKind
from tests.sdk.policy.material import AT
from tests.sdk.procedure.statement.material import SUBJECTS, cases, stated
from tests.sdk.procedure.statement.plain import plain_case

OPERATOR = "刘小明"
STEM = "92350100M000100Y4"
TRADER = Subject.of(Uscc.parse(STEM + check_character(STEM)), name="鼓楼区刘小明小吃店")
ENDING = StatementEnding(cause=EndCause.REPAIRED, ended_at=AT)


def published(statement, *, at=AT, is_due=True, **more):
    """Return a statement as it is made public."""
    more = {"shop_name": "示例旗舰店"} | more
    return publicity_of(statement, is_due=is_due, published_at=at, **more)


@given(cases(), st.booleans(), st.booleans(), st.integers(-10, 1000))
def test_i1_what_is_public_is_gone_when_the_measure_or_its_ground_ends(case, is_due, persons, days):
    """At no instant beyond; and only restrictions that the catalogue has published, and people only where turned on."""
    measure, records, _ = case
    statement = stated(case)
    one = published(statement, is_due=is_due, are_persons_public=persons, operator_name=OPERATOR)
    must = is_due and measure.direction is Direction.RESTRICT and (persons or not statement.is_about_person)
    assert (one is not None) is must
    if one is None:
        return
    at = AT + timedelta(days=days)
    is_public = one.is_public(at)
    assert is_public is (bool(publicity_page([one], at=at).rows))
    if is_public:
        assert at < measure.ends_at
        assert all(record.is_shown(at) for record in records)
    assert OPERATOR not in repr(one)
    assert published(withdraw(statement, ENDING, AT)) is None


def test_a_company_is_named_with_what_the_source_discloses():
    """In both languages."""
    one = published(stated(plain_case()))
    assert (one.shop_name, one.subject_name, one.code) == (
        "示例旗舰店",
        "福建示例商贸有限公司",
        "91350100M000100Y43",
    )
    assert one.conduct.zh == "有失信程度一般的行政处罚信息（“虚假宣传”）正在“信用中国”公示。"
    assert (
        one.conduct.en == "“信用中国” discloses an administrative penalty of general severity (“虚假宣传”)."
    )
    assert one.measure.zh == "暂停发布新商品30日"
    assert one.rule.zh == "《平台商家信用管理规则》第4.15条"
    assert one.decided_on.isoformat() == "2026-06-15"
    later = published(stated(plain_case()), decided_at=AT - timedelta(days=1))
    assert later.decided_on.isoformat() == "2026-06-14"


def test_a_dispute_is_told():
    """Wherever the record is."""
    measure, records, about = plain_case()
    disputed = replace(records[0], status=DisclosureStatus.DISPUTED)
    one = published(stated((measure, (disputed,), about)))
    assert "异议中" in one.conduct.zh
    assert "disputed" in one.conduct.en


def of_trader(**more):
    """Return what is public of a sole trader."""
    measure, records, about = plain_case()
    measure = replace(measure, subject_kind=SubjectKind.SOLE_TRADER)
    statement = stated((measure, records, replace(about, subject=TRADER)))
    return published(statement, **more)


def test_the_operator_of_a_sole_trader_is_masked():
    """In the name of the shop and of the business; without the operator's name the business is not named."""
    one = of_trader(shop_name="刘小明的店", operator_name=OPERATOR)
    assert (one.shop_name, one.subject_name, one.code) == ("刘某某的店", "鼓楼区刘某某小吃店", None)
    assert of_trader().subject_name is None
    assert "虚假宣传" not in one.conduct.zh
    page = publicity_page([of_trader()], at=AT)
    assert (page.rows[0][1].zh, page.rows[0][1].en) == ("个体工商户", "sole trader")
    with pytest.raises(InvalidStatement, match="sole trader"):
        replace(one, code=str(TRADER.code))


def test_i8_a_person_is_public_only_where_turned_on_and_then_masked():
    """Also an anchor who has a code."""
    measure, records, about = plain_case(role=Role.ANCHOR)
    statement = stated((replace(measure, decided_by="张某"), records, about))
    assert published(statement) is None
    one = published(statement, are_persons_public=True, operator_name=OPERATOR, shop_name="刘小明直播间")
    assert (one.subject_name, one.code, one.shop_name) == ("刘某某", None, "刘某某直播间")
    person = replace(measure, subject_kind=SubjectKind.PERSON, decided_by="张某")
    about = replace(about, subject=SUBJECTS[SubjectKind.PERSON])
    nameless = published(stated((person, records, about)), are_persons_public=True)
    assert nameless.subject_name is None


def test_the_time_to_publish_is_data_and_says_how_sure_it_is():
    """One working day is recalled; promptly was read."""
    one = published(stated(plain_case()))
    assert one.duty is ONE_WORKING_DAY
    assert (ONE_WORKING_DAY.working_days, ONE_WORKING_DAY.verified) == (1, False)
    assert (PROMPTLY.working_days, PROMPTLY.verified) == (None, True)


def test_a_page_lists_what_is_public_the_latest_first():
    """And says so where nothing is."""
    first = published(stated(plain_case()))
    second = replace(first, statement_id="S-2", decided_on=first.decided_on + timedelta(days=1))
    gone = replace(first, statement_id="S-3", shown_until=AT + timedelta(microseconds=1))
    at = AT + timedelta(hours=1)
    page = publicity_page([first, gone, second], at=at)
    assert [row[5].zh for row in page.rows] == ["2026年6月16日", "2026年6月15日"]
    assert [row[5].en for row in page.rows] == ["16 June 2026", "15 June 2026"]
    assert all(len(row) == len(page.columns) for row in page.rows)
    assert page.rows[0][1].en == "福建示例商贸有限公司 (91350100M000100Y43)"
    assert page.rows[0][6].zh == "自2026年6月15日12时30分起，至2026年7月15日12时30分止"
    assert "2026年6月15日13时30分" in page.note.zh
    empty = publicity_page([gone], at=at)
    assert (empty.rows, empty.note.zh) == ((), "目前没有正在公示的措施。")


def test_nothing_is_published_beyond_its_end():
    """Nor without a name, nor by a clock without a zone."""
    measure, records, about = plain_case(days=3)
    statement = stated((measure, records, about))
    assert published(statement, at=measure.ends_at) is None
    assert published(statement, at=records[0].period.ends_at) is None
    one = published(statement)
    for changes in (
        {"shown_until": one.ends_at + timedelta(1)},
        {"shop_name": " "},
        {"published_at": one.ends_at},
    ):
        with pytest.raises(InvalidStatement):
            replace(one, **changes)
    with pytest.raises(InvalidRecord):
        one.is_public(datetime(2026, 6, 15))


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("刘小明", "刘某某"),
        ("刘明", "刘某"),
        ("欧阳锋", "欧阳某"),
        ("欧阳", "欧某"),
        ("司马相如", "司马某某"),
        ("刘", "刘某"),
        ("阿依古丽·买买提", "阿某某"),
        ("Ann", "A***"),
        ("  ", "某"),
        ("", "某"),
    ],
)
def test_a_name_is_masked_to_the_family_name(name, masked):
    """As the trade's own lists mask it."""
    assert mask_name(name) == masked


@given(st.text(max_size=20), st.text(max_size=6))
def test_masking_is_total(text, name):
    """Whatever is given."""
    assert isinstance(mask_within(text, name), str)
    assert isinstance(mask_name(name), str)


def test_a_ground_that_is_over_is_not_published_beside_one_that_lasts():
    """What is published anew speaks of the other alone."""
    measure, records, about = plain_case(grounds=2, days=200)
    statement = stated((measure, records, about))
    first, over = published(statement), records[0].period.ends_at
    assert first.shown_until == over
    assert first.conduct.zh.count("行政处罚信息") == 2
    second = published(statement, at=over)
    assert second.conduct.zh.count("行政处罚信息") == 1
    assert second.shown_until == measure.ends_at
