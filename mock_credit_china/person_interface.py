"""The route of natural persons: answered on a valid authorisation alone, and logged without the number."""

from datetime import datetime

from flask import Blueprint, request
from pydantic import AwareDatetime, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from mock_credit_china.clock import china_day
from mock_credit_china.envelope import BAD_PARAMETER, NO_AUTHORISATION, SUCCESS, Refusal, Reply, refuse
from mock_credit_china.listing import listing_at, page_of
from mock_credit_china.person import PersonQuery, is_identity_number
from mock_credit_china.pipeline import Passage, allow_parameters, serve
from mock_credit_china.scenario import Route
from mock_credit_china.strict import StrictModel, parse_json

person_interface = Blueprint("person_interface", __name__, url_prefix="/open-api/v1")
_MOST_RECORDS = 1000


class Authorisation(StrictModel):
    """The person's consent: which, for what, until when."""

    model_config = ConfigDict(alias_generator=to_camel)

    consent_id: str = Field(pattern=r"\S", max_length=200)
    purpose: str = Field(pattern=r"\S", max_length=200)
    expires_at: AwareDatetime


_AUTHORISATION = TypeAdapter(Authorisation)


@person_interface.post("/persons/credit")
@serve(Route.PERSONS)
def person_credit(passage: Passage) -> Reply:
    """List what is disclosed of one natural person."""
    allow_parameters()
    source, now = passage.source, passage.source.clock.now()
    name, id_number, given = _body()
    authorisation = _authorised(given, now)
    token = source.persons.token(request.headers.get("X-App-Key", ""), id_number)

    def note(status: int, subject_token: str | None) -> None:
        query = PersonQuery(
            at=now,
            consent_id=authorisation.consent_id,
            purpose=authorisation.purpose,
            subject_token=subject_token,
            status=status,
        )
        source.persons.note(query)

    if not is_identity_number(id_number, china_day(now)):
        note(BAD_PARAMETER, None)
        raise refuse(BAD_PARAMETER, "idNumber 不合法")
    note(SUCCESS, token)
    file = source.persons.find(name, id_number, source.register.opened_on)
    page = page_of(listing_at(file, now), page=1, page_size=_MOST_RECORDS)
    known = {name: page[name] for name in ("snapshotId", "dataDate", "list")}
    return Reply(data={"subjectToken": token if file else None, **known})


def _body() -> tuple[str, str, object]:
    """Read the body; no message repeats anything of it."""
    try:
        body = parse_json(request.get_data())
    except ValueError as error:
        raise refuse(BAD_PARAMETER, "请求体不是 UTF-8 的 JSON") from error
    if not isinstance(body, dict) or not set(body) <= {"name", "idNumber", "authorization"}:
        raise refuse(BAD_PARAMETER, '请求体应为 {"name", "idNumber", "authorization"}')
    name, id_number = body.get("name"), body.get("idNumber")
    if not isinstance(name, str) or not name.strip() or len(name) > 100 or not isinstance(id_number, str):
        raise refuse(BAD_PARAMETER, "name 与 idNumber 应为非空文本")
    return name.strip(), id_number, body.get("authorization")


def _authorised(given: object, now: datetime) -> Authorisation:
    """Let an authorisation pass that says what it must and is not over.

    Raises:
        Refusal: 40302.
    """
    try:
        authorisation = _AUTHORISATION.validate_python(given, strict=False)
    except ValidationError as error:
        raise _unauthorised("authorization 应写明 consentId、purpose 与带时区的 expiresAt") from error
    if authorisation.expires_at <= now:
        raise _unauthorised("授权已过期")
    return authorisation


def _unauthorised(detail: str) -> Refusal:
    return refuse(NO_AUTHORISATION, detail)
