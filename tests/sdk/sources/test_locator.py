"""Which source a URL names: found, refused with a word on what was meant, and nothing opened meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from chengxin.errors import ConfigurationError
from chengxin.sources import OpenApiSource
from chengxin.sources.locator import open_source
from chengxin.sources.offline import OfflineSource
from chengxin.sources.site import SiteSource
from chengxin.testing import CODES, FrozenClock
from chengxin.transport import Credentials, Deadline, HttpOptions
from tests.sdk.sources.test_site import FakeSite

CLOCK = FrozenClock()
CREDENTIALS = Credentials(app_key="platform-1", secret=SecretStr("correct horse"))


@pytest.mark.parametrize(
    ("url", "kind", "name"),
    [
        ("https://credit.example.com", OpenApiSource, "credit.example.com"),
        ("https://credit.example.com:8443/", OpenApiSource, "credit.example.com"),
        ("http://127.0.0.1:8600", OpenApiSource, "127.0.0.1"),
        ("HTTPS://credit.example.com", OpenApiSource, "credit.example.com"),
        ("site+https://gateway.example.com", SiteSource, "gateway.example.com"),
        ("site+https://gateway.example.com:8443/mirror/a", SiteSource, "gateway.example.com"),
        ("site+http://localhost:8600/", SiteSource, "localhost"),
        ("snapshot:///srv/credit/manifest.json", OfflineSource, "snapshot:/srv/credit/manifest.json"),
        ("snapshot:///srv/a%20b/manifest.json?longest_age_hours=48", OfflineSource, "snapshot:/srv/a b/manifest.json"),
        (
            "snapshot:///srv/x.parquet?data_date=2026-11-20T23:00:00+08:00",
            OfflineSource, "snapshot:/srv/x.parquet",
        ),
    ],
)  # fmt: skip
def test_a_url_names_a_source(url, kind, name):
    """By its scheme."""
    source = open_source(url, clock=CLOCK)
    assert (type(source), source.name) == (kind, name)
    source.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "starts with one of"),
        ("credit.example.com", "starts with one of"),
        ("htps://credit.example.com", "Did you mean https://"),
        ("sites+https://gateway.example.com", "Did you mean site\\+https://"),
        ("snapshots:///x.json", "Did you mean snapshot://"),
        ("postgresql://x", "starts with one of"),
        ("https://credit.example.com/open-api", "more than host and port"),
        ("https://", "no usable host"),
        ("site+https://u:secret@gateway.example.com", "user name or password"),
        ("site+https://gateway.example.com/a?b=1", "and no more"),
        ("site+https://gateway.example.com/a/../b", "percent-encoded"),
        ("site+https://gateway.example.com/中", "percent-encoded"),
        ("site+http://gateway.example.com", "this machine only"),
        ("snapshot://srv/manifest.json", "three slashes"),
        ("snapshot:manifest.json", "three slashes"),
        ("snapshot://[", "three slashes"),
        ("snapshot:////srv/manifest.json", "three slashes"),
        ("snapshot:///srv/%00manifest.json", "three slashes"),
        ("snapshot:///srv/x.csv", "its manifest"),
        ("snapshot:///srv/x.ndjson.gz", "data_date"),
        ("snapshot:///srv/x.ndjson.gz?data_date=yesterday", "time with offset"),
        ("snapshot:///srv/manifest.json?longest_age=36", "Did you mean longest_age_hours"),
        ("snapshot:///srv/manifest.json?longest_age_hours=long", "whole number"),
        ("snapshot:///srv/manifest.json?longest_age_hours=0", "above 0"),
    ],
)
def test_what_names_no_source_is_refused_with_a_word_on_it(url, words):
    """And without repeating the URL, which may hold a password."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        open_source(url, clock=CLOCK)
    assert "secret" not in str(caught.value)


def test_credentials_do_not_go_over_the_network_unencrypted_nor_to_a_file():
    """The rules of the transport hold for both profiles."""
    for url in (
        "http://credit.example.com",
        "site+http://gateway.example.com",
        "snapshot:///x/manifest.json",
    ):
        with pytest.raises(ConfigurationError):
            open_source(url, clock=CLOCK, credentials=CREDENTIALS)
    assert "correct horse" not in repr(
        open_source("https://a.example.com", clock=CLOCK, credentials=CREDENTIALS)
    )


def test_a_transport_of_ones_own_is_made_to_the_base_url():
    """The prefix stays with the source."""
    asked = []
    site = FakeSite(CLOCK)

    def connect(base_url):
        asked.append(base_url)
        return site

    source = open_source("site+https://gateway.example.com/mirror", clock=CLOCK, connect=connect)
    source.fetch_credit(CODES[0], deadline=Deadline.after(5, CLOCK))
    assert asked == ["https://gateway.example.com"]
    assert site.requests[0].path == "/mirror/private-api/catalogSearchHome"


def test_options_of_the_connection_are_the_transports():
    """A CA file that is not there is refused at once."""
    with pytest.raises(ConfigurationError, match="CA file"):
        open_source("https://a.example.com", clock=CLOCK, http=HttpOptions(ca_path="/nowhere.pem"))


def test_a_snapshots_age_is_told_in_its_url(tmp_path):
    """In hours; the date of a single file with its offset."""
    (tmp_path / "x.ndjson.gz").write_bytes(b"")
    clock = FrozenClock(datetime(2026, 11, 20, 17, tzinfo=UTC))
    url = f"snapshot://{tmp_path}/x.ndjson.gz?data_date=2026-11-20T23:00:00+08:00&longest_age_hours=3"
    source = open_source(url, clock=clock)
    fetched = source.fetch_credit(CODES[0], deadline=Deadline.after(10, clock))
    assert fetched.max_age_seconds == timedelta(hours=1).total_seconds()
    source.close()


def test_the_date_of_a_single_file_is_kept_in_utc(tmp_path):
    """As every instant is; a date that no calendar has in UTC is refused."""
    path = tmp_path / "x.ndjson.gz"
    path.write_bytes(b"")
    source = open_source(f"snapshot://{path}?data_date=2026-11-20T23:00:00+08:00", clock=CLOCK)
    data_date = source.fetch_health(deadline=Deadline.after(5, CLOCK)).data_date
    assert (data_date.isoformat(), data_date.tzinfo) == ("2026-11-20T15:00:00+00:00", UTC)
    for text in ("0001-01-01T00:00:00+08:00", "2026-11-20T23:00:00"):
        with pytest.raises(ConfigurationError, match="with offset"):
            open_source(f"snapshot://{path}?data_date={text}", clock=CLOCK)


@given(st.text(max_size=40), st.sampled_from(["", "https://", "site+https://a/", "snapshot:///"]))
def test_any_text_is_a_source_or_a_configuration_error(text, start):
    """Nothing else is raised, whatever stands in a setting."""
    try:
        source = open_source(start + text, clock=CLOCK)
    except ConfigurationError:
        return
    source.close()
