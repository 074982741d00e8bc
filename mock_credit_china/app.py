"""The application: the open interface and the control plane over one source."""

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from mock_credit_china.control import control
from mock_credit_china.envelope import BAD_PARAMETER, encode
from mock_credit_china.open_interface import open_interface
from mock_credit_china.pages import pages
from mock_credit_china.person_interface import person_interface
from mock_credit_china.report_interface import report_interface
from mock_credit_china.settings import Settings
from mock_credit_china.site_profile import site_profile
from mock_credit_china.snapshot_interface import snapshot_interface
from mock_credit_china.source import EXTENSION, Source


def create_app(settings: Settings | None = None) -> Flask:
    """Make an application with a source of its own, at ``app.extensions["mock_credit_china"]``."""
    app = Flask("mock_credit_china", static_folder=None)
    app.jinja_env.undefined = StrictUndefined
    app.extensions[EXTENSION] = Source(settings or Settings())
    app.register_blueprint(open_interface)
    app.register_blueprint(snapshot_interface)
    app.register_blueprint(person_interface)
    app.register_blueprint(report_interface)
    app.register_blueprint(site_profile)
    app.register_blueprint(control)
    app.register_blueprint(pages)
    app.register_error_handler(HTTPException, _say_in_json)
    return app


def _say_in_json(error: HTTPException) -> Response:
    """Answer in JSON where nothing is found or a method is not allowed."""
    if request.path.startswith("/open-api/"):
        body = {"status": BAD_PARAMETER, "message": error.description, "requestId": None, "data": None}
    else:
        body = {"error": error.description}
    answer = Response(encode(body), status=error.code, content_type="application/json; charset=utf-8")
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer
