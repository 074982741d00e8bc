"""Settings: typed, all errors at once, nothing given away."""

import traceback

import pytest
from typer.testing import CliRunner

from chengxin import CreditClient
from chengxin.cli.app import app
from chengxin.client import _gate_name, _namespace
from chengxin.config import Settings
from chengxin.errors import ConfigurationError

URL = "http://a.invalid"


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


@pytest.mark.parametrize(
    "limits",
    [
        {"calls_per_day": "10", "interactive_reserve": "20"},
        {"calls_per_second": "inf"},
        {"calls_per_second": "nan"},
        {"calls_per_second": "1e300"},
        {"processes": "1" + "0" * 400},
        {"calls_per_day": "1" + "0" * 30},
    ],
)
def test_limits_that_cannot_be_kept_are_refused_by_name(limits):
    """They are settings that are wrong, not a bug to report."""
    environ = {"CHENGXIN_SOURCE_URL": URL} | {f"CHENGXIN_{name.upper()}": limits[name] for name in limits}
    with pytest.raises(ConfigurationError, match=f"CHENGXIN_{list(limits)[-1].upper()}: "):
        CreditClient.from_env(environ)
    result = CliRunner().invoke(app, ["check", "91350100M000100Y43"], env=environ)
    assert (result.exit_code, "report this" in result.output) == (2, False)


def test_a_reserve_is_within_its_day():
    """All of it may be kept; without a limit of the day there is nothing to compare with."""
    assert Settings(source_url=URL, calls_per_day=10, interactive_reserve=10).interactive_reserve == 10
    assert Settings(source_url=URL, interactive_reserve=10).interactive_reserve == 10


@pytest.mark.parametrize(
    "url",
    ["http://[x", "https://[::1", "http://u:hunter2@[x", "https://u:hunter2@a\u2100b", "site+https://[x"],
)
def test_a_url_that_cannot_be_read_is_refused_and_not_repeated(url):
    """By the client, by the settings and by the command; its password stands in no trace."""
    with pytest.raises(ConfigurationError) as caught:
        CreditClient(url)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in told.replace(url, "")
    assert caught.value.__context__ is None
    result = CliRunner().invoke(app, ["--source-url", url, "check", "91350100M000100Y43"], env={})
    assert (result.exit_code, "hunter2" in result.output) == (2, False)


@pytest.mark.parametrize(
    "url",
    [
        "https://u:hunter2@h",
        "https://hunter2@h:8443/",
        "site+https://u:hunter2@h/prefix",
        "https:u:hunter2@h",
        "u:hunter2@h",
        "https://u:hunter2/x@h",
        "https://u:hunter2\uff20h",
        "snapshot://u:hunter2@h/path.json",
    ],
)
def test_a_user_in_the_source_s_address_is_refused(url):
    """Credentials belong in their own settings, and are printed nowhere."""
    with pytest.raises(ConfigurationError, match=r"CHENGXIN_SOURCE_URL.*CHENGXIN_APP_KEY") as caught:
        Settings.from_env({"CHENGXIN_SOURCE_URL": url})
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ValueError, match="source_url") as wrong:
        Settings(source_url=url)
    assert "hunter2" not in repr(wrong.value)


def test_an_at_sign_in_the_path_of_a_snapshot_is_no_user():
    """Files are named as they are."""
    url = "snapshot:///var/lib/a@b/manifest.json"
    assert Settings(source_url=url).source_url == url


@pytest.mark.parametrize(
    "name",
    ["POLICY", "BUDGET_SECONDS", "URL_PREFIX", "NOBODY", "BADGE_MAX_AGE_SECONDS", "REPAIR_URL", "LANGUAGE"],
)
def test_keys_of_the_flask_app_are_left_to_it(name):
    """In an environment that is shared with it they are ignored; given by name they are explained."""
    assert Settings.from_env({"CHENGXIN_SOURCE_URL": URL, f"CHENGXIN_{name}": "1"}).source_url == URL
    with pytest.raises(ConfigurationError, match=f"CHENGXIN_{name} belongs to the Flask app's configuration"):
        Settings.parse({"source_url": URL, name.lower(): "1"})


def test_the_port_that_is_named_is_the_mock_s():
    """Who has no address is told one that works."""
    with pytest.raises(ConfigurationError, match="8089"):
        Settings.from_env({})


def test_the_app_key_does_not_name_the_gate(caplog):
    """Names on a shared board and lines of a log hold a digest of it at most; two keys have two names."""
    name = _gate_name("https://h.invalid/", "canary-key")
    assert name == _gate_name("https://h.invalid/", "canary-key")
    assert name.startswith(_namespace("https://h.invalid/") + "#")
    assert len(name.rpartition("#")[2]) == 8
    assert len({name, _gate_name("https://h.invalid/", "other"), _gate_name("https://h.invalid/", None)}) == 3
    assert "canary" not in name
    client = CreditClient("http://127.0.0.1:9", app_key="canary-key", secret="canary-secret")
    with caplog.at_level("DEBUG", logger="chengxin"), client:
        for code in ("91350100M000100Y43", "91110000802100433B") * 5:
            client.forget(code)
            client.check(code)
        names = str(client._tier.board._posted)
    assert "127.0.0.1:9#" in names
    assert "canary" not in names
    assert "canary" not in caplog.text
