"""Which source a URL names, opened."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, unquote

from chengxin.clock import Clock
from chengxin.errors import ConfigurationError
from chengxin.records import RuleTable
from chengxin.sources.offline import LONGEST_AGE, OfflineSource
from chengxin.sources.open_api import OpenApiSource
from chengxin.sources.site import SiteSource
from chengxin.sources.source import CreditSource
from chengxin.transport import (
    Credentials,
    Gate,
    HttpOptions,
    HttpTransport,
    Request,
    Transport,
)
from chengxin.transport.origin import Origin

Connect: TypeAlias = Callable[[str], Transport]
"""Makes a transport to a base URL ``http(s)://host[:port]``."""

SCHEMES: Final = ("https", "http", "site+https", "site+http", "snapshot")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_OPTIONS: Final = ("data_date", "longest_age_hours")


def open_source(
    url: str,
    *,
    clock: Clock,
    credentials: Credentials | None = None,
    http: HttpOptions | None = None,
    gate: Gate | None = None,
    connect: Connect | None = None,
    rule_table: RuleTable | None = None,
) -> CreditSource:
    """Return the source that a URL names. Nothing is connected, read or started before its first use.

    ======================================  ==============================================================
    ``https://host[:port]``                 the open interface; ``http://`` with credentials on this machine only
    ``site+https://host[:port][/prefix]``   the site profile of an authorised gateway or mirror;
                                            ``site+http://`` on this machine only
    ``snapshot:///path/to/manifest.json``   a snapshot on this machine
    ``snapshot:///path/x.ndjson.gz?…``      a single file of one (or ``.parquet``), with ``data_date=…``
    ======================================  ==============================================================

    A snapshot takes ``longest_age_hours`` in its query.

    Args:
        url: which source.
        clock: time.
        credentials: to sign requests with; a snapshot takes none.
        http: how to talk HTTP.
        gate: lets requests through; one for this process alone where None.
        connect: makes the transport in place of ``HttpTransport``, which is then not used.
        rule_table: bounds records whose end the source leaves out; the shipped one where None.

    Raises:
        ConfigurationError: the URL names no source, or the combination cannot be used. The message does not
            repeat the URL, which may hold a password.
    """
    scheme = _scheme_of(url)
    if scheme == "snapshot":
        if credentials is not None:
            raise ConfigurationError("A snapshot on this machine takes no app key and no secret.")
        return _open_snapshot(url, clock, rule_table)
    is_site = scheme.startswith("site+")
    base_url, prefix = _split_prefix(url) if is_site else (url, "")
    origin = Origin.parse(base_url)
    transport = (
        connect(base_url)
        if connect is not None
        else HttpTransport(base_url, credentials=credentials, clock=clock, options=http)
    )
    passage = Gate(f"{scheme}://{origin}", clock=clock) if gate is None else gate
    if is_site:
        return SiteSource(
            transport,
            gate=passage,
            clock=clock,
            name=origin.host,
            prefix=prefix,
            rule_table=rule_table,
        )
    return OpenApiSource(
        transport, gate=passage, clock=clock, name=origin.host, base_url=base_url, rule_table=rule_table
    )


def _scheme_of(url: str) -> str:
    match = _SCHEME.match(url)
    scheme = match.group(1).lower() if match else ""
    if scheme in SCHEMES:
        return scheme
    close = get_close_matches(scheme, SCHEMES, n=1)
    meant = f" Did you mean {close[0]}://?" if close else ""
    forms = ", ".join(f"{known}://" for known in SCHEMES)
    raise ConfigurationError(f"The URL of a source starts with one of {forms}.{meant}")


def _split_prefix(url: str) -> tuple[str, str]:
    """Return the base URL of a gateway, and the path before the site's own."""
    match = re.fullmatch(r"(?i:site\+)(https?://[^/?#]*)(/[^?#]*)?", url)
    if match is None:
        raise ConfigurationError("Write the site profile as site+https://host[:port][/prefix], and no more.")
    base_url, prefix = match.group(1), (match.group(2) or "").rstrip("/")
    origin = Origin.parse(base_url)
    if origin.scheme == "http" and not origin.is_loopback:
        raise ConfigurationError("site+http:// is for this machine only. Use site+https:// for the gateway.")
    try:
        Request(method="GET", path=f"{prefix}/private-api")
    except ValueError:
        raise ConfigurationError(
            "The path of the site profile's URL is not percent-encoded in the usual way."
        ) from None
    return base_url, prefix


def _open_snapshot(url: str, clock: Clock, rule_table: RuleTable | None) -> OfflineSource:
    match = re.fullmatch(r"(?i:snapshot):(?://(?:localhost)?)?(/[^?#]*)(?:\?([^#]*))?", url)
    path = unquote(match.group(1)) if match else "//"
    if match is None or path.startswith("//") or "\x00" in path:
        raise ConfigurationError(
            "Write a snapshot as snapshot:///path/to/manifest.json, with three slashes and an absolute path."
        )
    options = dict(parse_qsl(match.group(2) or "", keep_blank_values=True))
    for name in options:
        if name not in _OPTIONS:
            close = get_close_matches(name, _OPTIONS, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise ConfigurationError(f"A snapshot takes {' and '.join(_OPTIONS)} in its query.{meant}")
    return OfflineSource(
        Path(path),
        clock=clock,
        longest_age=_hours(options.get("longest_age_hours")),
        data_date=_instant(options.get("data_date")),
        rule_table=rule_table,
    )


def _hours(text: str | None) -> timedelta:
    if text is None:
        return LONGEST_AGE
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise ConfigurationError("longest_age_hours is a whole number of hours, such as 36.")
    return timedelta(hours=int(text))


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        # A query writes a plus sign as a blank.
        instant = datetime.fromisoformat(text.replace(" ", "+"))
        # One without an offset stays as it is, to be refused.
        return instant if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            "data_date is a time with offset, such as 2026-11-20T23:00:00+08:00."
        ) from None
