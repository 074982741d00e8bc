"""The route by which platforms report to the source."""

import re
from typing import Any

from flask import Blueprint, request
from pydantic import TypeAdapter, ValidationError

from mock_credit_china.envelope import BAD_PARAMETER, KEY_REUSED, Reply, refuse
from mock_credit_china.pipeline import Passage, allow_parameters, serve
from mock_credit_china.report import KeyReusedError, PlatformReport
from mock_credit_china.scenario import Route
from mock_credit_china.strict import parse_json

report_interface = Blueprint("report_interface", __name__, url_prefix="/open-api/v1")
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_REPORT = TypeAdapter(PlatformReport)


@report_interface.post("/platform-reports")
@serve(Route.REPORTS)
def platform_report(passage: Passage) -> Reply:
    """Take a report once; the same again gets the first answer again."""
    allow_parameters()
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise refuse(BAD_PARAMETER, "Idempotency-Key 应为 1–128 个可见 ASCII 字符")
    report, now = _report(), passage.source.clock.now()
    try:
        received, again = passage.source.reports.take(request.headers["X-App-Key"], key, report, now)
    except KeyReusedError as error:
        raise refuse(KEY_REUSED) from error
    return Reply(data=received.answer, headers={"Idempotent-Replayed": "true"} if again else {})


def _report() -> dict[str, Any]:
    try:
        body = parse_json(request.get_data())
        _REPORT.validate_python(body)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        problems = "；".join(f"{'.'.join(map(str, each['loc'])) or 'body'}: {each['msg']}" for each in found)
        raise refuse(BAD_PARAMETER, problems) from error
    except ValueError as error:
        raise refuse(BAD_PARAMETER, "请求体不是 UTF-8 的 JSON") from error
    if not isinstance(body, dict):
        raise refuse(BAD_PARAMETER, "请求体应为对象")
    return body
