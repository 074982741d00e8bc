"""Settings and set-up: typed, all mistakes at once, nothing started."""

import threading
from pathlib import Path

import pytest
from flask import Blueprint, Flask
from typer.main import get_command

from chengxin.cli.app import app as commands
from chengxin.config import OF_COMMANDS, OF_PLATFORMS, PREFIX, Settings
from chengxin.errors import ConfigurationError, InvalidPolicy
from chengxin.services import load_policy
from chengxin.testing import scripted_client
from flask_chengxin import Chengxin
from flask_chengxin.proxies import State, current_state
from tests.plugin.shop import POLICY, Shop


def _set_up(**config: object) -> State:
    app = Flask("shop")
    app.config.update(config)
    Chengxin(app)
    return app.extensions["chengxin"]


def test_an_address_is_all_that_is_needed():
    """Everything but the source's address has a default."""
    state = _set_up(CHENGXIN_SOURCE_URL="http://127.0.0.1:9")

    assert state.policy.ref.name == "marketplace"
    assert (state.settings.budget_seconds, state.settings.url_prefix) == (0.05, "/chengxin")
    assert (state.settings.nobody, state.settings.language) == ("refuse", "zh")


def test_settings_of_the_client_reach_it():
    """Keys of the SDK's own settings are keys of the app too, and None counts as not given."""
    state = _set_up(
        CHENGXIN_SOURCE_URL="http://127.0.0.1:9",
        CHENGXIN_APP_KEY="key",
        CHENGXIN_SECRET="a secret",
        CHENGXIN_DEADLINE_SECONDS="1.5",
        CHENGXIN_CA_PATH=None,
    )

    assert state.settings.deadline_seconds == 1.5
    assert "a secret" not in repr(state.settings)


def test_all_mistakes_are_told_at_once_without_values():
    """Missing, mistyped and misspelt keys stand in one error, with what was meant."""
    with pytest.raises(ConfigurationError) as error:
        _set_up(
            CHENGXIN_POLCY="marketplace",
            CHENGXIN_SECRET=12345,
            CHENGXIN_BUDGET_SECONDS=-1,
            CHENGXIN_URL_PREFIX="chengxin/",
            CHENGXIN_NOBODY="ignore",
            CHENGXIN_LANGUAGE="fr",
            CHENGXIN_REPAIR_URL="javascript:alert(1)",
            CHENGXIN_POLICY=7,
        )

    message = str(error.value)
    for text in (
        "CHENGXIN_SOURCE_URL (or source_url) is needed",
        "CHENGXIN_POLCY is no setting. Did you mean CHENGXIN_POLICY?",
        "CHENGXIN_SECRET:",
        "CHENGXIN_BUDGET_SECONDS:",
        "CHENGXIN_URL_PREFIX:",
        "CHENGXIN_NOBODY:",
        "CHENGXIN_LANGUAGE:",
        "CHENGXIN_REPAIR_URL:",
        "CHENGXIN_POLICY:",
    ):
        assert text in message
    assert "12345" not in message


@pytest.mark.parametrize("name", sorted(OF_COMMANDS | OF_PLATFORMS))
def test_what_commands_and_the_worker_read_may_stand_beside_it(name):
    """One environment serves the app, its commands and its worker."""
    _set_up(**{"CHENGXIN_SOURCE_URL": "http://127.0.0.1:9", f"CHENGXIN_{name.upper()}": "x"})


def test_a_misspelt_key_of_commands_or_the_worker_is_told():
    """With the one that was meant, here as in the commands."""
    with pytest.raises(ConfigurationError, match=r"CHENGXIN_SMTP_HOTS is no setting\. .*CHENGXIN_SMTP_HOST"):
        _set_up(CHENGXIN_SOURCE_URL="http://127.0.0.1:9", CHENGXIN_SMTP_HOTS="m")
    with pytest.raises(ConfigurationError, match=r"CHENGXIN_JOB is no setting\. .*CHENGXIN_JOBS"):
        Settings.from_env({"CHENGXIN_SOURCE_URL": "http://127.0.0.1:9", "CHENGXIN_JOB": "a:b"})


def test_every_variable_of_a_command_is_known_to_the_settings():
    """Else a host that sets one for a command could not start its app."""
    given = {
        option.envvar.removeprefix(PREFIX).lower()
        for command in _commands_of(get_command(commands))
        for option in command.params
        if isinstance(option.envvar, str)
    }
    assert "jobs" in given
    assert given - Settings.model_fields.keys() <= OF_COMMANDS


def _commands_of(command):
    """Yield a command and all beneath it."""
    yield command
    for one in getattr(command, "commands", {}).values():
        yield from _commands_of(one)


def test_a_policy_is_a_name_a_path_or_a_policy(tmp_path: Path):
    """Documents are read when the app is set up, so that a wrong one shows there."""
    shipped = load_policy("marketplace")
    document = tmp_path / "own.yaml"
    document.write_text("format: 1\n")

    assert _set_up(CHENGXIN_SOURCE_URL="http://127.0.0.1:9", CHENGXIN_POLICY=shipped).policy is shipped
    for path in (document, str(document)):
        with pytest.raises(InvalidPolicy):
            _set_up(CHENGXIN_SOURCE_URL="http://127.0.0.1:9", CHENGXIN_POLICY=path)
    with pytest.raises(ConfigurationError, match="no shipped policy 'market'"):
        _set_up(CHENGXIN_SOURCE_URL="http://127.0.0.1:9", CHENGXIN_POLICY="market")


def test_a_client_needs_no_address():
    """A client that is passed knows its source; one for an app alone comes before the shared one."""
    shared, own = scripted_client(), scripted_client()
    chengxin = Chengxin(client=shared)
    first, second = Flask("first"), Flask("second")
    for app in (first, second):
        app.config["CHENGXIN_POLICY"] = POLICY

    chengxin.init_app(first)
    chengxin.init_app(second, client=own)

    assert first.extensions["chengxin"].client is shared
    assert second.extensions["chengxin"].client is own


def test_setting_up_starts_nothing():
    """No thread runs and nothing is asked before the first request."""
    threads = threading.active_count()
    shop = Shop()

    assert threading.active_count() == threads
    assert shop.source.asked == []
    assert shop.loaded == 0


def test_an_app_is_set_up_once(shop):
    """A second set-up would leave two states, so it is refused."""
    with pytest.raises(ConfigurationError, match="already"):
        shop.chengxin.init_app(shop.app)


def test_an_app_that_was_not_set_up_says_so():
    """A guard in an app without the extension is a mistake with a remedy."""
    with Flask("bare").app_context(), pytest.raises(ConfigurationError, match="Call init_app"):
        current_state()


def test_the_host_keeps_what_is_its_own(shop, open_shop):
    """Handlers, hooks and headers of the host stay as they are; pages are where the host wants them."""
    assert not shop.app.error_handler_spec[None]
    assert not any(
        (shop.app.before_request_funcs, shop.app.after_request_funcs, shop.app.teardown_request_funcs)
    )
    assert set(shop.app.blueprints) == {"chengxin"}

    moved = open_shop(config={"CHENGXIN_URL_PREFIX": "/trust/credit"})
    rules = {rule.rule for rule in moved.app.url_map.iter_rules() if rule.endpoint.startswith("chengxin.")}
    assert rules == {
        "/trust/credit/me",
        "/trust/credit/badge/<code>.svg",
        "/trust/credit/status/<code>",
        "/trust/credit/static/<path:filename>",
    }
    with moved.browser.get("/trust/credit/static/chengxin.css") as style:
        assert style.mimetype == "text/css"


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda app: app.register_blueprint(Blueprint("chengxin", "host")), "another name"),
        (lambda app: setattr(app, "jinja_options", {"variable_start_string": "[["}), "variable_start_string"),
        (lambda app: setattr(app, "select_jinja_autoescape", lambda _: False), "autoescape"),
    ],
)
def test_an_app_that_cannot_show_our_pages_is_refused_and_left_as_it_was(spoil, words):
    """What stands in the way is named, and may be set right and tried again."""
    app = Flask("spoilt")
    spoil(app)
    chengxin = Chengxin()
    with pytest.raises(ConfigurationError, match=words):
        chengxin.init_app(app, client=scripted_client())
    assert "chengxin" not in app.extensions
    chengxin.guard("an.action.that.no.policy.declares")
