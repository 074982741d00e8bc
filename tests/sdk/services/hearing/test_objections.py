"""Objections to what the source says: pointed to the source, marked here, and ended by what the source shows."""

from dataclasses import replace

import pytest

from chengxin.errors import AppealRefused, SourceUnavailable, UnknownReason
from chengxin.procedure.appeal import ObjectionEnd, is_marked_disputed
from chengxin.records import ChangeKind
from tests.sdk.services.hearing.conftest import MERCHANT, OTHER, serious
from tests.sdk.services.treatments.conftest import CODE

DOWN = SourceUnavailable("down", reason=UnknownReason.UNREACHABLE)


def refused(fault):
    """Return what expects a refusal for a reason."""
    return pytest.raises(AppealRefused, check=lambda error: error.fault == fault)


def object_to(house, record_id="P1", **parts):
    """Object to a record of the merchant."""
    given = {"by": MERCHANT, "statement": "处罚对象不是我方。"} | parts
    return house.appeals.objections.raise_one(CODE, record_id, **given)


def test_an_objection_is_pointed_to_the_source_and_marks_the_record(house):
    """It changes neither the record nor what rules make of it."""
    house.limited()
    raised = object_to(house)
    assert "信用中国" in raised.pointer.zh
    assert house.appeals.objections.disputed(CODE) == {"P1"}
    assert is_marked_disputed(serious(), house.appeals.objections.of(CODE))
    assert house.treatments.reconcile(CODE).is_nothing
    assert not house.is_open()
    assert house.kinds()[-1] == "objection.raised"
    assert house.events()[-1].payload["kind"] == "objection.raised"
    with refused("already_open"):
        object_to(house)


def test_what_the_source_does_not_show_is_not_objected_to(house):
    """It is neither used nor shown here."""
    house.limited()
    with refused("nothing_to_object"):
        object_to(house, "P2")
    with refused("no_name"):
        object_to(house, by="")
    with refused("no_reason"):
        object_to(house, statement=" ")
    assert house.appeals.objections.of(CODE) == []


def test_i2_an_objection_while_the_source_is_down_is_not_told_that_nothing_is_disclosed(house):
    """Unknown is not clean: it is raised again when the source answers."""
    house.limited()
    house.source.fail(DOWN)
    house.client.forget(CODE)
    with refused("source_unknown"):
        object_to(house)
    house.source.recover()
    house.clock.advance(seconds=60)
    assert object_to(house).objection.is_open


@pytest.mark.parametrize(("version", "end"), [(2, ObjectionEnd.CORRECTED), (None, ObjectionEnd.REMOVED)])
def test_the_mark_ends_with_the_answer_of_the_source(house, version, end):
    """Corrected, or gone; once."""
    house.limited()
    object_to(house)
    assert house.appeals.objections.open_subjects() == [CODE]
    assert house.appeals.objections.settle(CODE) == ()
    if version is None:
        house.disclose(change=ChangeKind.WITHDRAWN, about=serious())
    else:
        house.disclose(replace(serious(), version=version))
    (ended,) = house.appeals.objections.settle(CODE)
    assert ended.end is end
    assert house.appeals.objections.settle(CODE) == ()
    assert house.appeals.objections.disputed(CODE) == frozenset()
    assert house.appeals.objections.open_subjects() == []
    assert house.kinds().count("objection.ended") == 1


def test_i2_a_source_that_cannot_be_asked_ends_no_mark(house):
    """What is not known is neither corrected nor gone."""
    house.limited()
    object_to(house)
    house.clock.advance(seconds=10 * 86_400)
    house.source.fail(DOWN)
    assert house.appeals.objections.settle(CODE) == ()
    assert house.appeals.objections.disputed(CODE) == {"P1"}


def test_an_objection_is_taken_back_or_answered_by_a_named_person(house):
    """Once."""
    house.limited()
    raised = object_to(house).objection
    with refused("no_name"):
        house.appeals.objections.end(raised.objection_id, ObjectionEnd.CONFIRMED, by=" ")
    ended = house.appeals.objections.end(raised.objection_id, ObjectionEnd.CONFIRMED, by=OTHER)
    assert ended.end is ObjectionEnd.CONFIRMED
    with refused("closed"):
        house.appeals.objections.end(raised.objection_id, ObjectionEnd.WITHDRAWN, by=MERCHANT)
    with refused("unknown_objection"):
        house.appeals.objections.end("nothing", ObjectionEnd.WITHDRAWN, by=MERCHANT)
    again = object_to(house).objection
    assert [one.objection_id for one in house.appeals.objections.of(CODE)] == [
        raised.objection_id,
        again.objection_id,
    ]
