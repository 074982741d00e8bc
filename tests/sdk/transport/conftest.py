"""Servers and transports that are closed when their test is over."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chengxin.transport import Deadline, HttpOptions
from tests.sdk.transport.scripted import Net


@pytest.fixture
def net() -> Iterator[Net]:
    """Scripted servers and transports, stopped and closed afterwards."""
    net = Net()
    yield net
    net.stop()


@pytest.fixture
def soon(net: Net) -> Callable[[float], Deadline]:
    """Set deadlines on the machine's clock."""
    return net.soon


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
    subprocess.run(command, check=True, capture_output=True)
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
