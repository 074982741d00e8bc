"""Real receivers on this machine: a mail server, a webhook's, and a certificate for both."""

import shutil
import ssl
import subprocess

import pytest

from chengxin.testing import FrozenClock


@pytest.fixture
def clock():
    """A clock that stands still."""
    return FrozenClock()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Make a self-signed certificate for localhost, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "cert.pem"
    key = path.with_name("key.pem")
    openssl = shutil.which("openssl")
    assert openssl, "These tests make a certificate with the openssl command; install it."
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(path)], check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return path


@pytest.fixture(scope="session")
def tls(certificate):
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
