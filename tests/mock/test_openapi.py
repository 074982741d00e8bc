"""The mock's own description: valid, complete, and kept by its answers."""

import base64
import hashlib
import hmac
import io
import itertools
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mock_credit_china import Settings, create_app
from mock_credit_china.source import EXTENSION, Source
from tests.mock.client import START, Client

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
DEFAULTS = Settings()
APP = create_app(Settings(subjects=20, start_at=START, frozen=True))
SOURCE: Source = APP.extensions[EXTENSION]
SOURCE.close()  # nobody waits in this test


def signing(app: Wsgi) -> Wsgi:
    """Sign whatever comes by, on its way into the application, and clear what was scripted before."""
    nonces = itertools.count(10**16)

    def signed(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/open-api"):
            SOURCE.scenario.clear()
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ["RAW_URI"].partition("?")[0]
        timestamp = str(int(SOURCE.clock.now().timestamp() * 1000))
        nonce = str(next(nonces))
        query = "&".join(sorted(pair for pair in environ["QUERY_STRING"].split("&") if pair))
        message = [environ["REQUEST_METHOD"], path, query, hashlib.sha256(body).hexdigest(), timestamp, nonce]
        digest = hmac.new(DEFAULTS.secret.encode(), "\n".join(message).encode(), hashlib.sha256).digest()
        environ |= {
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_X_APP_KEY": DEFAULTS.app_key,
            "HTTP_X_TIMESTAMP": timestamp,
            "HTTP_X_NONCE": nonce,
            "HTTP_X_SIGNATURE": base64.b64encode(digest).decode(),
        }
        return app(environ, start)

    return signed


schema = schemathesis.openapi.from_wsgi("/open-api/v1/openapi.json", signing(APP))


@schema.parametrize()
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_keep_to_the_description(case: schemathesis.Case) -> None:
    """No lawful request is a server error, and every answer has a described status, type and shape."""
    on_site = case.path.startswith("/private-api/")  # where business errors come with HTTP 500
    case.call_and_validate(
        checks=[
            *([] if on_site else [not_a_server_error]),
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ]
    )


def test_description_is_valid_and_served(client: Client) -> None:
    """The document passes the OpenAPI 3.1 validator and needs no signature."""
    document = client.session.get(f"{client.server.url}/open-api/v1/openapi.json").json()
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_description_has_every_route() -> None:
    """Each route of the application is described with its methods, and no other."""
    with APP.test_client() as client:
        described = client.get("/open-api/v1/openapi.json").get_json()["paths"]
    served = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in APP.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"}
    }
    assert served == {(path, method) for path, item in described.items() for method in item}


@pytest.mark.parametrize("name", ["Latency", "Error", "Drift", "Reset", "GzipBomb", "PastEnd", "SeqGap"])
def test_description_has_the_faults(name: str) -> None:
    """The faults are described from their own classes."""
    with APP.test_client() as client:
        schemas = client.get("/open-api/v1/openapi.json").get_json()["components"]["schemas"]
    assert schemas[name]["additionalProperties"] is False
    assert "kind" in schemas[name]["properties"]
