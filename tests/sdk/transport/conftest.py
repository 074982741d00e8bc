"""Servers and transports that are closed when their test is over."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from chengxin.clock import SystemClock
from chengxin.transport import Credentials, Deadline, HttpOptions, HttpTransport
from tests.sdk.transport.scripted import Script, ScriptedServer

CREDENTIALS = Credentials(app_key="platform-1", secret=SecretStr("correct horse battery staple"))


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    """Start scripted servers; all are stopped afterwards."""
    servers: list[ScriptedServer] = []

    def start(script: Script, *, context: ssl.SSLContext | None = None) -> ScriptedServer:
        server = ScriptedServer(script, context=context)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def connect() -> Iterator[Callable[..., HttpTransport]]:
    """Make transports; all are closed afterwards."""
    transports: list[HttpTransport] = []

    def make(base_url: str, **given: Any) -> HttpTransport:
        settings: dict[str, Any] = {"credentials": CREDENTIALS, "clock": SystemClock(), **given}
        transport = HttpTransport(base_url, **settings)
        transports.append(transport)
        return transport

    yield make
    for transport in transports:
        transport.close()


@pytest.fixture
def soon() -> Callable[[float], Deadline]:
    """Set deadlines on the machine's clock."""
    clock = SystemClock()
    return lambda seconds: Deadline.after(seconds, clock)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a self-signed certificate for localhost and source.example, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "cert.pem"
    key = path.with_name("key.pem")
    names = "subjectAltName=DNS:localhost,DNS:source.example,IP:127.0.0.1"
    openssl = shutil.which("openssl")
    assert openssl, "These tests make a certificate with the openssl command; install it."
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += [
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
        "-addext",
        names,
        "-keyout",
        str(key),
        "-out",
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - fixed arguments
    path.write_text(path.read_text() + key.read_text())
    return path


@pytest.fixture(scope="session")
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> HttpOptions:
    """The client's options that trust the certificate."""
    return HttpOptions(ca_path=str(certificate))
