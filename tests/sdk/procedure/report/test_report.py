"""Reports: what was shown, for as long as it is disclosed, and never a standing that is not known."""

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidReceipt, InvalidRecord, UnknownReason
from chengxin.procedure.receipt import content_of
from chengxin.procedure.report import as_html, as_json, as_text, document_of, report_of, report_schema
from chengxin.procedure.report.schema import schema_text
from chengxin.records import Freshness, LastKnown, Standing, unknown
from tests.sdk.policy.material import AT, CODE, MICROSECOND, penalty, status_of
from tests.sdk.procedure.receipt.material import (
    MARKS,
    NUMBER,
    PERSON,
    PSEUDONYM,
    SALT,
    known,
    receipt_for,
    statuses,
    unasked,
)
from tests.sdk.procedure.report.golden import FOLDER, checked, disclosed, golden_cases, reported

VALIDATOR = Draft202012Validator(report_schema())
LANGUAGES = ("zh", "en")


def report_with_receipt(status):
    """Return the report of a status with its receipt, and the receipt."""
    receipt = receipt_for(status)
    return report_of(status, at=AT, receipt=receipt, salt=SALT), receipt


def told(report, at):
    """Return everything that is made of a report at an instant."""
    pages = [as_html(report, language, at=at) for language in LANGUAGES]
    texts = [as_text(report, language, at=at) for language in LANGUAGES]
    return "\n".join([*pages, *texts, as_json(report, at=at)])


@pytest.mark.parametrize("name", sorted(golden_cases()))
def test_reports_are_told_as_they_were_read_aloud(name):
    """Run the module golden to write them anew, and read them."""
    assert (FOLDER / name).read_text("utf-8") == golden_cases()[name]


@given(statuses, st.integers(0, 1000))
def test_i1_nothing_of_a_record_whose_disclosure_is_over_is_told(status, days):
    """Not its words, number or id, not that it was there, and no standing that may have rested on it."""
    marked = tuple(
        replace(record, record_id=f"id-{index}-", catalogue=f"目录{index}号")
        for index, record in enumerate(status.records)
    )
    status = replace(status, records=marked)
    report, at = report_of(status, at=AT), AT + timedelta(days=days)
    said, shown = told(report, at), report.shown_at(at)
    gone = [record for record in marked if not record.is_shown(at)]
    for record in gone:
        assert record.record_id not in said
        assert record.catalogue not in said
    document = document_of(report, at=at)
    assert len(document["content"]["records"]) == len(marked) - len(gone)
    assert document["is_whole"] is shown.is_whole is (not gone)
    assert (document["content"]["standing"] is None) is bool(gone)
    if gone:
        assert document["words"]["standing"] is document["content"]["reason"] is None
        without = replace(report, records=shown.records, standing=None, reason=None)
        assert said == told(without, at)  # whatever it was that ended
    assert shown.shown_at(at) == shown


@given(known())
def test_i1_a_report_may_be_kept_until_the_first_of_its_records_ends(status):
    """It is whole until then, and not from then on."""
    report, _ = report_with_receipt(status)
    ends = [record.period.ends_at for record in status.records if record.period.ends_at is not None]
    assert report.content_ends_at == min(ends, default=None)
    if ends:
        assert report.shown_at(min(ends) - MICROSECOND) == report
        over = report.shown_at(min(ends))
        assert not over.is_whole
        assert over.salt is None


@given(statuses)
def test_i2_unknown_stays_unknown(status):
    """Its reason is told, and neither of the other standings; and it is no present knowledge."""
    report = report_of(status, at=AT)
    words = document_of(report, at=AT)["words"]["standing"]
    is_unknown = status.reason is not None
    assert ("暂不能确定" in words["zh"]) is ("cannot be told" in words["en"]) is is_unknown
    for language, phrases in (
        ("zh", ("未见公示的失信信息", "公示中的失信信息有", "可以作为当前情况使用")),
        ("en", ("No adverse record shown", "shown at the source", "may be used as present knowledge")),
    ):
        said = as_text(report, language, at=AT)
        assert any(phrase in said for phrase in phrases) is not is_unknown
    said = as_text(report, "zh", at=status.valid_until if status.reason is None else AT)
    assert "可以作为当前情况使用；" not in said


@given(statuses)
def test_the_json_of_a_report_is_canonical_of_the_published_schema_and_proven_by_its_receipt(status):
    """Content and salt as they stand in it; without the salt nothing is proven."""
    report, receipt = report_with_receipt(status)
    text = as_json(report, at=AT)
    document = json.loads(text)
    VALIDATOR.validate(document)
    assert canonical_bytes(document).decode() == text
    salt = document["receipt"]["salt"]
    assert receipt.proves(document["content"], urlsafe_b64decode(salt + "=" * (-len(salt) % 4)))
    assert document["receipt"]["id"] == receipt.receipt_id
    bare = document_of(report_of(status, at=AT, pseudonym=receipt.pseudonym), at=AT)
    VALIDATOR.validate(bare)
    assert bare == document | {"receipt": None}


@given(known(), st.integers(1, 1000))
def test_the_json_of_a_report_fits_its_schema_at_every_instant(status, days):
    """Also when part of it is gone."""
    VALIDATOR.validate(document_of(report_of(status, at=AT), at=AT + timedelta(days=days)))


def test_the_published_schema_is_the_one_that_is_generated():
    """Write it anew from ``schema_text``."""
    path = resources.files("chengxin.procedure.report.schema") / "report.schema.json"
    assert path.read_text("utf-8") == schema_text()
    Draft202012Validator.check_schema(report_schema())


def test_the_schema_refuses_a_standing_of_what_is_not_whole():
    """And an unknown one without its reason."""
    document = document_of(report_of(status_of(penalty()), at=AT), at=AT)
    assert VALIDATOR.is_valid(document)
    assert not VALIDATOR.is_valid(document | {"is_whole": False})
    content = document["content"]
    for standing, reason in (("UNKNOWN", None), ("ADVERSE", "timeout"), ("GOOD", None)):
        changed = document | {"content": content | {"standing": standing, "reason": reason}}
        assert not VALIDATOR.is_valid(changed)


def test_records_stand_by_kind_the_adverse_ones_first():
    """Within a kind in the order of the answer."""
    report = reported(checked(*disclosed()))
    kinds = [(kind.value, [record.record_id for record in held]) for kind, held in report.grouped()]
    assert kinds == [("PENALTY", ["P1", "P2"]), ("ABNORMAL_LISTING", ["L1"]), ("COMMENDATION", ["C1"])]


def test_several_disputed_records_and_one_are_counted_in_words():
    """As they are said."""
    one = report_of(status_of(penalty("P1", disputed=True)), at=AT)
    two = report_of(status_of(*(penalty(f"P{n}", disputed=True) for n in range(2))), at=AT)
    assert "One adverse record is shown at the source as of" in as_text(one, "en", at=AT)
    assert "China time, and marked as disputed." in as_text(one, "en", at=AT)
    assert "two of them marked as disputed." in as_text(two, "en", at=AT)
    assert "失信信息有两条，其中两条异议中。" in as_text(two, "zh", at=AT)


def test_i2_what_was_known_last_is_no_part_of_a_report():
    """An old record must not stand in a file as if it were known."""
    earlier = AT - timedelta(hours=1)
    last = LastKnown(standing=Standing.ADVERSE, records=(penalty(),), as_of=earlier, fetched_at=earlier)
    stale = unknown(CODE, reason=UnknownReason.STALE, detail="", at=AT, source="s", last_known=last)
    assert stale.freshness is Freshness.STALE
    assert report_of(stale, at=AT) == report_of(replace(stale, last_known=None), at=AT)


@given(known())
def test_i8_a_natural_person_is_not_named(status):
    """A pseudonym stands for them, if anything does."""
    if status.subject.code is not None:
        status = replace(status, subject=PERSON)
    said = told(report_of(status, at=AT, pseudonym=PSEUDONYM), AT)
    assert PSEUDONYM in said
    assert "刘小明" not in said
    assert NUMBER not in said
    assert "a natural person" in as_text(report_of(status, at=AT), "en", at=AT)
    for pseudonym in (NUMBER, "", "刘小明"):
        with pytest.raises(InvalidReceipt, match="pseudonym"):
            report_of(status, at=AT, pseudonym=pseudonym)


def test_a_receipt_of_another_check_is_refused():
    """Of another standing, subject, content or salt."""
    status = status_of(penalty())
    receipt = receipt_for(status)
    for other in (status_of(), status_of(penalty("P2")), status_of(penalty(), subject=PERSON)):
        with pytest.raises(InvalidReceipt, match="another check"):
            report_of(other, at=AT, receipt=receipt, salt=SALT)
    with pytest.raises(InvalidReceipt, match="another salt"):
        report_of(status, at=AT, receipt=receipt, salt=b"another salt of it")
    without = report_of(status, at=AT, receipt=receipt)
    assert (without.receipt_id, without.salt) == ("R-1", None)
    with pytest.raises(InvalidReceipt, match="salt"):
        report_of(status, at=AT, salt=SALT)


@pytest.mark.parametrize("at", [AT - MICROSECOND, AT + timedelta(hours=6), AT + timedelta(days=400)])
def test_a_status_that_is_not_of_the_instant_has_no_report(at):
    """It is asked again."""
    with pytest.raises(InvalidReceipt, match="Check again"):
        report_of(status_of(penalty()), at=at)


@given(unasked)
def test_a_question_that_was_not_answered_has_a_report(status):
    """It says so, as of the question."""
    assert "本平台于2026年6月15日12时30分（北京时间）查询。" in as_text(report_of(status, at=AT), "zh", at=AT)


REPORT = report_of(status_of(penalty()), at=AT)


@pytest.mark.parametrize(
    "changes",
    [
        {"standing": Standing.NO_ADVERSE_RECORD},
        {"standing": Standing.UNKNOWN},
        {"reason": UnknownReason.TIMEOUT},
        {"records": ()},
        {"pseudonym": PSEUDONYM},
        {"subject": PERSON},
        {"generated_at": datetime(2026, 6, 15)},
        {"as_of": datetime(2026, 6, 15)},
        {"salt": SALT},
    ],
    ids=str,
)
def test_a_report_that_contradicts_itself_cannot_be(changes):
    """An instance that exists is right."""
    with pytest.raises(InvalidReceipt):
        replace(REPORT, **changes)


@pytest.mark.parametrize("nonce", ["", "short", 'abcdefgh"><script>'])
def test_what_is_no_nonce_makes_no_page(nonce):
    """It would break out of its attribute."""
    with pytest.raises(InvalidReceipt, match="nonce"):
        as_html(REPORT, "zh", at=AT, nonce=nonce)


def test_a_version_that_readers_of_json_disagree_on_is_refused():
    """Beyond 2^53; text and page are as good as any."""
    report = report_of(status_of(replace(penalty(), version=2**60)), at=AT)
    with pytest.raises(InvalidReceipt, match="written as JSON"):
        as_json(report, at=AT)
    assert as_text(report, "zh", at=AT) == as_text(REPORT, "zh", at=AT)


def test_an_instant_without_a_time_zone_is_refused():
    """It could be any of them."""
    for make in (as_json, lambda report, at: as_text(report, "zh", at=at)):
        with pytest.raises(InvalidRecord, match="aware"):
            make(REPORT, at=datetime(2026, 6, 15))


def test_a_source_that_writes_a_mark_is_escaped():
    """Whatever a record says, the page holds text; marks are found as the source wrote them in JSON alone."""
    name = "<script>alert(1)</script>"
    status = status_of(penalty(authority=name))
    page = as_html(report_of(status, at=AT), "zh", at=AT)
    assert name not in page
    assert "&lt;script&gt;" in page
    assert content_of(status)["records"][0]["detail"]["authority"] == name
    assert len(MARKS) == len(set(MARKS))
