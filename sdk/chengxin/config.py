"""Settings: typed, checked all at once, read from the environment only when asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from chengxin.errors import ConfigurationError

PREFIX: Final = "CHENGXIN_"
_OF_THE_PLUGIN: Final = frozenset(
    {
        "policy",
        "budget_seconds",
        "url_prefix",
        "nobody",
        "badge_max_age_seconds",
        "repair_url",
        "language",
    }
)
"""Keys of the Flask app's configuration, which may stand in an environment that is shared with it."""
OF_COMMANDS: Final = frozenset({"jobs", "platform", "policy_store", "queue_url"})
"""What only commands read, which may stand in the same environment."""
OF_PLATFORMS: Final = frozenset(
    {
        "appeals_kept_days",
        "appeal_acknowledge_days",
        "appeal_decide_days",
        "appeal_file_days",
        "declaration_verify_days",
        "digest_key",
        "ledger_key",
        "ledger_kid",
        "notice_email",
        "notice_url",
        "notice_webhook_secret",
        "notice_webhook_url",
        "notifier",
        "objections_kept_days",
        "outbox_lease_seconds",
        "pledges_kept_days",
        "receipt_key",
        "receipt_kid",
        "shares",
        "smtp_host",
        "smtp_password",
        "smtp_port",
        "smtp_security",
        "smtp_sender",
        "smtp_user",
        "unverified_facts",
        "wave_number",
        "wave_share",
    }
)
"""What only a platform with due process reads (``chengxin.platform.PlatformSettings``); the same."""
_AT_SIGNS: Final = re.compile("[@\uff20\ufe6b]")
_FILE: Final = re.compile(r"(?i:snapshot):(?://(?:localhost)?)?/(?!/)")
_MANY: Final = 1_000_000_000


class Settings(BaseModel):
    """What a client needs to know; each field is an environment variable ``CHENGXIN_…``.

    Attributes:
        source_url: base address of the source's open interface, e.g. ``https://credit.example.com``.
        app_key: key that the source's operator issued.
        secret: secret that belongs to it.
        cache_url: what processes share: ``memory://`` for nothing, ``sqlite:///path`` for the processes of one host,
            ``redis://…`` for several hosts.
        database_url: where is kept what is kept for good: ``sqlite:///path`` for the processes of one host,
            ``postgresql://…`` for several hosts.
        tenant: whose entries they are, where several platforms share a cache.
        deadline_seconds: longest time the source is given for one subject or one batch.
        longest_life_seconds: longest time an answer is kept, whatever the source allows.
        followed_life_seconds: the same while a change feed is followed and current.
        negative_life_seconds: longest time for which it is kept that the source does not know a subject.
        error_life_seconds: how long it is remembered that the source gave no answer.
        grace_seconds: how long after its life an answer may be displayed as what was known last.
        unconfirmed_life_seconds: how long an answer stays in memory while invalidations may be missed.
        feed_bound_seconds: how long after it was last heard of the change feed counts as current.
        renew_ahead: whether answers that are asked for are renewed from the middle of their life on.
        max_entries: most answers kept in memory.
        threads: most questions to the source under way at once.
        calls_per_second: most calls to the source in a second, of all processes; unlimited where not set.
        calls_per_day: most calls in a China day, of all processes; unlimited where not set.
        interactive_reserve: calls of a day that are kept for questions that somebody waits for.
        processes: how many processes there are at most: each takes its part of the quota where they share no cache.
        ca_path: file of certificate authorities to trust in place of the system's.
        rule_table: file of rows of law over the shipped ones, see ``load_rule_table``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    source_url: str
    app_key: str | None = None
    secret: SecretStr | None = None
    cache_url: SecretStr = SecretStr("memory://")
    database_url: SecretStr = SecretStr("sqlite:///chengxin.db")
    tenant: str = Field(default="default", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    deadline_seconds: float = Field(default=2.0, ge=0.001, le=60)
    longest_life_seconds: float = Field(default=3600.0, ge=0.001, le=86_400)
    followed_life_seconds: float = Field(default=86_400.0, ge=0.001, le=2_592_000)
    negative_life_seconds: float = Field(default=300.0, ge=0.001, le=86_400)
    error_life_seconds: float = Field(default=2.0, ge=0, le=60)
    grace_seconds: float = Field(default=86_400.0, ge=0, le=2_592_000)
    unconfirmed_life_seconds: float = Field(default=5.0, ge=0.001, le=60)
    feed_bound_seconds: float = Field(default=60.0, ge=1, le=3600)
    renew_ahead: bool = True
    max_entries: int = Field(default=100_000, ge=1)
    threads: int = Field(default=8, ge=1, le=64)
    calls_per_second: float | None = Field(default=None, gt=0, le=1_000_000, allow_inf_nan=False)
    calls_per_day: int | None = Field(default=None, ge=1, le=_MANY)
    interactive_reserve: int = Field(default=0, ge=0, le=_MANY)
    processes: int = Field(default=1, ge=1, le=1_000_000)
    ca_path: str | None = None
    rule_table: str | None = None

    @field_validator("source_url")
    @classmethod
    def _holds_no_user(cls, url: str) -> str:
        # A file may be named as it likes; in any other address an at sign follows a user, in whatever form.
        if _AT_SIGNS.search(url) and not _FILE.match(url):
            raise ValueError(
                f"leave out user name and password; credentials belong in {PREFIX}APP_KEY and {PREFIX}SECRET"
            )
        return url

    @field_validator("interactive_reserve")
    @classmethod
    def _is_within_the_day(cls, reserve: int, info: ValidationInfo) -> int:
        per_day = info.data.get("calls_per_day")
        if per_day is not None and reserve > per_day:
            raise ValueError(f"it is kept out of {PREFIX}CALLS_PER_DAY and is no larger than that")
        return reserve

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, **given: object) -> Self:
        """Read the settings from environment variables; what is given by name comes first.

        Args:
            environ: variables to read; the process's own where None.
            **given: settings by name; None counts as not given.

        Raises:
            ConfigurationError: with all that is wrong, unknown variables included. Keys of the Flask app's
                configuration are not for the SDK and are passed over.
        """
        variables = os.environ if environ is None else environ
        values: dict[str, object] = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in variables.items()
            if name.startswith(PREFIX) and not cls.is_for_others(name.removeprefix(PREFIX).lower())
        }
        values |= {name: value for name, value in given.items() if value is not None}
        return cls.parse(values)

    @classmethod
    def parse(cls, values: Mapping[str, object]) -> Self:
        """Check settings by name.

        Raises:
            ConfigurationError: with all that is wrong at once, never showing a value.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as invalid:
            problems = invalid.errors(include_input=False, include_url=False, include_context=False)
            lines = [
                cls._explain(str(problem["loc"][0]), problem["type"], problem["msg"]) for problem in problems
            ]
            raise ConfigurationError("The settings are not usable:\n  " + "\n  ".join(lines)) from None

    @classmethod
    def _explain(cls, name: str, kind: str, message: str) -> str:
        variable = PREFIX + name.upper()
        if kind == "missing":
            return f"{variable} (or {name}) is needed: {cls._purpose(name)}"
        if kind == "extra_forbidden":
            if cls._is_of_the_plugin(name):
                return f"{variable} belongs to the Flask app's configuration; the SDK has no such setting."
            known = (*cls.model_fields, *sorted(OF_COMMANDS | OF_PLATFORMS))
            close = get_close_matches(name, known, n=1)
            return f"{variable} is no setting." + (
                f" Did you mean {PREFIX}{close[0].upper()}?" if close else ""
            )
        return f"{variable}: {message.removeprefix('Value error, ')}."

    @classmethod
    def is_for_others(cls, name: str) -> bool:
        """Tell whether a setting is none of these, and belongs to what may share their environment."""
        is_known = name in cls.model_fields
        return not is_known and (name in OF_COMMANDS | OF_PLATFORMS or cls._is_of_the_plugin(name))

    @classmethod
    def _is_of_the_plugin(cls, name: str) -> bool:
        return name in _OF_THE_PLUGIN and name not in cls.model_fields

    @staticmethod
    def _purpose(name: str) -> str:
        return {"source_url": "the base address of the source, e.g. http://127.0.0.1:8089 for the mock."}[
            name
        ]
