"""Base URLs that are taken, and those that are refused with advice."""

from __future__ import annotations

import pytest

from chengxin.errors import ConfigurationError
from chengxin.transport.origin import Origin


@pytest.mark.parametrize(
    ("base_url", "written", "loopback"),
    [
        ("https://api.example", "https://api.example", False),
        ("https://API.Example:8443/", "https://api.example:8443", False),
        ("http://localhost:8080", "http://localhost:8080", True),
        ("http://127.0.0.1", "http://127.0.0.1", True),
        ("http://[::1]:8080/", "http://[::1]:8080", True),
        ("http://10.0.0.1", "http://10.0.0.1", False),
        ("https://xn--fiq228c.example", "https://xn--fiq228c.example", False),
        ("https://api.example.", "https://api.example.", False),
    ],
)
def test_a_plain_base_url_is_taken(base_url: str, written: str, loopback: bool) -> None:
    """Scheme, host and port come back in one spelling, and it is known whether it is this machine."""
    origin = Origin.parse(base_url)
    assert (str(origin), origin.is_loopback) == (written, loopback)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example",
        "ftp://api.example",
        "https://",
        "https://:443",
        "https://api.example:0",
        "https://api.example:99999",
        "https://api.example:x",
        "https://[::1",
        "https://api example",
        "https://api.example\n",
        "https://信用.example",
        "https://user:canary@api.example",
        "https://@api.example",
        "https://api.example/gateway",
        "https://api.example/?key=canary",
        "https://api.example/?",
        "https://api.example/#a",
        "https://-api.example",
        "https://api..example",
        "https://" + "a" * 64 + ".example",
        "https://api.example,other.example",
    ],
)
def test_any_other_base_url_is_refused_without_repeating_it(base_url: str) -> None:
    """The message says how to write it, and does not print what may be a password."""
    with pytest.raises(ConfigurationError, match="base URL") as caught:
        Origin.parse(base_url)
    assert "canary" not in str(caught.value)
