"""The control plane, ``/mock``: for tests and demos on this machine, without a signature."""

import ipaddress
from datetime import timedelta
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from pydantic import TypeAdapter, ValidationError

from mock_credit_china.cast import CAST, UNREGISTERED_CODE
from mock_credit_china.clock import EARLIEST, LATEST
from mock_credit_china.conduct import NoSuchThingError, NotNowError, conduct, enter_subject
from mock_credit_china.envelope import encode
from mock_credit_china.feed import change_row
from mock_credit_china.instruction import (
    RECORD_INSTRUCTION,
    ClockBody,
    ScenarioBody,
    SnapshotBody,
    SubjectBody,
)
from mock_credit_china.listing import listing_at, row_of, subject_of
from mock_credit_china.person import PERSONS, UNKNOWN_PERSON
from mock_credit_china.publish import PublishBody, publish
from mock_credit_china.snapshot import AbandonedError
from mock_credit_china.source import current_source
from mock_credit_china.strict import parse_json

control = Blueprint("control", __name__, url_prefix="/mock")
BodyT = TypeVar("BodyT")


@control.before_request
def stay_local() -> Response | None:
    """Turn away whoever is not on this machine."""
    if ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - compared, not bound
        return None
    return _answer({"error": "the control plane answers on the loopback alone"}, http=403)


@control.errorhandler(ValidationError)
def say_what_is_wrong(error: ValidationError) -> Response:
    """List every problem of an instruction, with where it is and what is allowed there."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    problems = [{"at": ".".join(map(str, each["loc"])) or "body", "problem": each["msg"]} for each in found]
    return _answer({"error": "the instruction is not valid", "problems": problems}, http=400)


@control.errorhandler(ValueError)
def say_why_not(error: ValueError) -> Response:
    """Say what is wrong with an instruction beyond its form."""
    return _answer({"error": str(error)}, http=400)


@control.errorhandler(NoSuchThingError)
def say_what_there_is(error: NoSuchThingError) -> Response:
    """Say that there is no such subject or record."""
    return _answer({"error": str(error)}, http=404)


@control.errorhandler(NotNowError)
def say_what_would_do(error: NotNowError) -> Response:
    """Say that the state does not allow it."""
    return _answer({"error": str(error)}, http=409)


@control.errorhandler(AbandonedError)
def say_it_is_closing(_error: AbandonedError) -> Response:
    """Say that the source is being closed."""
    return _answer({"error": "the source is being closed"}, http=503)


@control.post("/scenario")
def script() -> Response:
    """Script faults."""
    body = _instruction(TypeAdapter(ScenarioBody))
    scenario = current_source().scenario
    if body.replace:
        scenario.clear()
    scenario.add(list(body.rules))
    return _answer({"rules": scenario.describe()}, http=201)


@control.get("/scenario")
def show_scenario() -> Response:
    """Show the rules, and how often each has bitten."""
    return _answer({"rules": current_source().scenario.describe()})


@control.delete("/scenario")
def clear_scenario() -> Response:
    """Drop all rules."""
    current_source().scenario.clear()
    return _answer({"rules": []})


@control.post("/records")
def change_record() -> Response:
    """Impose, correct, dispute, undispute, shield, restore, repair or withdraw a record now."""
    source = current_source()
    change = conduct(source, _instruction(RECORD_INSTRUCTION))
    file = source.register.find(change.code)
    record = file.record(change.rec_id or "") if file else None
    return _answer(
        {
            "change": change_row(change),
            "record": row_of(record) if record else None,
            "snapshotId": listing_at(file, source.clock.now()).snapshot_id,
        },
        http=201,
    )


@control.post("/subjects")
def change_subject() -> Response:
    """Add a subject, or change one."""
    source = current_source()
    body = _instruction(TypeAdapter(SubjectBody))
    changes = enter_subject(source, body)
    file = source.register.find(body.code)
    return _answer(
        {
            "subject": subject_of(file) if file else None,
            "recIds": [change.rec_id for change in changes if change.rec_id],
            "changes": [change_row(change) for change in changes],
            "snapshotId": listing_at(file, source.clock.now()).snapshot_id,
        },
        http=201,
    )


@control.post("/publish")
def publish_many() -> Response:
    """Make one change on each of many generated subjects at once."""
    changes = publish(current_source(), _instruction(TypeAdapter(PublishBody)))
    return _answer(
        {
            "count": len(changes),
            "firstSeq": changes[0].seq,
            "lastSeq": changes[-1].seq,
            "codes": [change.code for change in changes],
            "recIds": [change.rec_id for change in changes],
        },
        http=201,
    )


@control.post("/snapshot")
def take_snapshot() -> Response:
    """Take a snapshot of this instant, or let the current one stay whatever changes."""
    shelf = current_source().shelf
    body = _instruction(TypeAdapter(SnapshotBody))
    if body.pin is not None:
        shelf.pin(pinned=body.pin)
    snapshot = shelf.current() if body.pin else shelf.take()
    return _answer({**snapshot.manifest(), "pinned": shelf.pinned}, http=201)


@control.get("/person-queries")
def show_person_queries() -> Response:
    """List the queries about natural persons, without number or name."""
    return _answer({"queries": current_source().persons.rows()})


@control.get("/platform-reports")
def show_platform_reports() -> Response:
    """List what platforms have reported."""
    return _answer({"reports": current_source().reports.rows()})


@control.get("/clock")
def show_clock() -> Response:
    """Show the mock's time."""
    clock = current_source().clock
    return _answer({"now": clock.now().isoformat(timespec="milliseconds"), "frozen": clock.frozen})


@control.post("/clock")
def move_clock() -> Response:
    """Set or advance the clock, let it stand or run."""
    body = _instruction(TypeAdapter(ClockBody))
    clock = current_source().clock
    if body.frozen is not None:
        clock.freeze(frozen=body.frozen)
    if body.now is not None:
        clock.set(body.now)
    if body.advance_seconds is not None:
        step = timedelta(seconds=body.advance_seconds)
        if not EARLIEST - clock.now() <= step < LATEST - clock.now():
            raise ValueError("the mock clock reaches from 2000-01-01 to 2099-12-31")
        clock.advance(step)
    return show_clock()


@control.get("/requests")
def show_requests() -> Response:
    """List what was asked of the open interface."""
    return _answer({"requests": current_source().journal.rows()})


@control.delete("/requests")
def clear_requests() -> Response:
    """Forget what was asked."""
    current_source().journal.clear()
    return _answer({"requests": []})


@control.get("/cast")
def show_cast() -> Response:
    """List the subjects with fixed codes."""
    rows = [
        {"role": part.role, "code": part.code, "name": part.name, "description": part.description}
        for part in CAST
    ]
    persons = [
        {"role": part.role, "name": part.name, "idNumber": part.id_number, "description": part.description}
        for part in PERSONS
    ]
    name, number = UNKNOWN_PERSON
    return _answer(
        {
            "cast": rows,
            "unregistered": UNREGISTERED_CODE,
            "persons": persons,
            "unknownPerson": {"name": name, "idNumber": number},
        }
    )


@control.post("/reset")
def reset() -> Response:
    """Restore the seeded state."""
    current_source().reset()
    return show_clock()


def _instruction(shape: TypeAdapter[BodyT]) -> BodyT:
    try:
        given = parse_json(request.get_data())
    except ValueError as error:
        raise ValueError(f"the body is not JSON in UTF-8: {error}") from error
    return shape.validate_python(given)


def _answer(body: dict[str, Any], *, http: int = 200) -> Response:
    return Response(encode(body) + b"\n", status=http, content_type="application/json; charset=utf-8")
