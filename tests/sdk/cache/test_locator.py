"""Tiers by URL: the right one, opened by nobody yet; anything else is explained without a secret."""

from datetime import timedelta

import pytest

from chengxin.cache.locator import open_tier
from chengxin.errors import ConfigurationError
from chengxin.testing import FrozenClock


def locate(url):
    """Return the tier of a URL."""
    return open_tier(url, source="s", tenant="t", clock=FrozenClock(), grace=timedelta(hours=1))


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("memory://", "memory"),
        ("sqlite:///cache.db", "sqlite"),
        ("sqlite:////no/such/directory/cache.db", "sqlite"),
        ("redis://127.0.0.1:1/3", "redis"),
        ("rediss://:secret@127.0.0.1:1", "redis"),
        ("unix:///no/such/socket?db=2", "redis"),
    ],
)
def test_a_url_stands_for_a_tier_that_nothing_was_opened_for(url, name, tmp_path, monkeypatch):
    """Whoever is configured for a store that is away starts all the same."""
    monkeypatch.chdir(tmp_path)
    tier = locate(url)
    assert tier.name == name
    assert "secret" not in repr(tier)
    assert list(tmp_path.iterdir()) == []
    tier.close()


def test_three_strokes_are_a_relative_path_and_four_an_absolute_one(tmp_path, monkeypatch):
    """As SQLAlchemy reads them, with what is special in a path quoted."""
    monkeypatch.chdir(tmp_path)
    assert repr(str(tmp_path / "a b.db")) in repr(locate("sqlite:///a%20b.db"))
    assert repr("/srv/c.db") in repr(locate("sqlite:////srv/c.db"))


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("reddis://:secret@host", "Did you mean redis://"),
        ("sqlit:///x.db", "Did you mean sqlite://"),
        ("REDIS://host:secret", "Did you mean redis://"),
        ("http://secret.example", "It is one of"),
        ("", "begins with one of"),
        ("/var/secret.db", "begins with one of"),
        ("memory://secret", "this process alone"),
        ("sqlite://secret", "sqlite:////absolute"),
        ("sqlite://", "sqlite:////absolute"),
        ("sqlite:///", "sqlite:////absolute"),
        ("sqlite:///secret/", "sqlite:////absolute"),
        ("redis://host:secret/0", "redis://:password@host:6379/0"),
    ],
)
def test_a_wrong_url_is_explained_without_a_secret(url, hint):
    """What to write instead is told; what stood behind the scheme is not repeated."""
    with pytest.raises(ConfigurationError) as refused:
        locate(url)
    assert hint in str(refused.value)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
