"""Settings: typed, all errors at once, nothing given away."""

import pytest

from chengxin import CreditClient
from chengxin.config import Settings
from chengxin.errors import ConfigurationError


def test_settings_come_from_the_environment_and_flags_come_first():
    """Only variables with our prefix are read."""
    environ = {"CHENGXIN_SOURCE_URL": "http://a.invalid", "CHENGXIN_DEADLINE_SECONDS": "0.5", "PATH": "/bin"}
    settings = Settings.from_env(environ, source_url="http://b.invalid", app_key=None)
    assert (settings.source_url, settings.deadline_seconds, settings.app_key) == (
        "http://b.invalid",
        0.5,
        None,
    )


def test_all_that_is_wrong_is_said_at_once_and_no_value_is_shown():
    """Missing, mistyped and unknown settings stand in one error, with a likely name."""
    environ = {
        "CHENGXIN_SECRTE": "canary-secret",
        "CHENGXIN_DEADLINE_SECONDS": "canary",
        "CHENGXIN_XYZZYX": "1",
    }
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_env(environ)
    text = str(caught.value)
    assert "CHENGXIN_SOURCE_URL (or source_url) is needed" in text
    assert "CHENGXIN_SECRTE is no setting. Did you mean CHENGXIN_SECRET?" in text
    assert "CHENGXIN_DEADLINE_SECONDS: " in text
    assert "CHENGXIN_XYZZYX is no setting." in text
    assert "canary" not in text


def test_the_process_s_own_environment_is_read_only_when_asked(monkeypatch):
    """``from_env`` reads it; nothing else does."""
    monkeypatch.setenv("CHENGXIN_SOURCE_URL", "http://127.0.0.1:9")
    with CreditClient.from_env() as client:
        assert client.check("91350100M000100Y43").reason == "unreachable"


def test_secrets_are_not_printed():
    """A canary secret is in no representation of the settings."""
    settings = Settings(source_url="http://a.invalid", app_key="k", secret="canary-secret")
    assert "canary-secret" not in repr(settings)
    assert "canary-secret" not in str(settings.model_dump())


def test_key_and_secret_belong_together():
    """One without the other is a mistake."""
    with pytest.raises(ConfigurationError, match="belong together"):
        CreditClient("http://127.0.0.1:9", app_key="k")


def test_a_ca_file_is_passed_on(tmp_path):
    """A client is made with authorities of one's own; a missing file is refused at start."""
    with pytest.raises(ConfigurationError):
        CreditClient.from_settings(
            Settings(source_url="https://a.invalid", ca_path=str(tmp_path / "none.pem"))
        )
