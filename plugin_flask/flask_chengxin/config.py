"""Configuration keys ``CHENGXIN_…`` of a Flask app: typed, and checked all at once when the app starts."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import ConfigDict, Field, PlainValidator, StringConstraints

from chengxin.config import PREFIX, Settings
from chengxin.policy import Language, Policy


def _policy_source(value: Any) -> str | Policy:  # noqa: ANN401  # whatever the host configured
    if isinstance(value, Policy) or (isinstance(value, str) and value):
        return value
    if isinstance(value, PathLike):
        return str(fspath(value))
    raise ValueError("give the name of a shipped policy, the path of a document, or a Policy")


PolicySource: TypeAlias = Annotated[str | Policy, PlainValidator(_policy_source)]
Prefix: TypeAlias = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^(/[A-Za-z0-9._~-]*[A-Za-z0-9_~-])+$")
]
WebAddress: TypeAlias = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^https?://[^\s/]+\S*$")
]


class PluginSettings(Settings):
    """What the plugin needs to know; each field is a key ``CHENGXIN_…`` of ``app.config``.

    The fields of ``chengxin.config.Settings`` say how the client reaches the source; these are added:

    Attributes:
        policy: name of a shipped policy, path of a document, or a ``Policy``.
        budget_seconds: longest time that one request waits for the source beyond the cache. A question that
            takes longer goes on behind, and its answer serves the next request.
        url_prefix: where the plugin's own pages are.
        nobody: what a guard does where nobody is logged in: ``refuse`` with 401, or ``allow``.
        badge_max_age_seconds: longest time a browser keeps a badge that tells of no adverse record. One that
            tells of any is asked for afresh every time, so that a repair shows at once.
        repair_url: where a merchant applies for credit repair (信用修复).
        language: language of readers who ask for neither Chinese nor English.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    policy: PolicySource = "marketplace"
    budget_seconds: float = Field(default=0.05, ge=0, le=10)
    url_prefix: Prefix = "/chengxin"
    nobody: Literal["refuse", "allow"] = "refuse"
    badge_max_age_seconds: int = Field(default=60, ge=0, le=900)
    repair_url: WebAddress = "https://www.creditchina.gov.cn/"
    language: Language = "zh"


class ClientGivenSettings(PluginSettings):
    """The same where the host passes a client of its own: the source needs no address then."""

    source_url: str = ""


def read_settings(config: Mapping[str, Any], *, is_client_given: bool) -> PluginSettings:
    """Read the keys ``CHENGXIN_…`` of an app's configuration; None counts as not given.

    What the commands and the worker of the same host read is passed over: an app that takes its configuration from the
    environment has both.

    Raises:
        ConfigurationError: with all that is wrong at once, unknown keys included, never showing a value.
    """
    model = ClientGivenSettings if is_client_given else PluginSettings
    given = {
        key.removeprefix(PREFIX).lower(): value
        for key, value in config.items()
        if key.startswith(PREFIX) and value is not None
    }
    return model.parse({name: value for name, value in given.items() if not model.is_for_others(name)})
