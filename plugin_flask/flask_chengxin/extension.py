"""The extension: set up once, for any number of apps."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from flask import Flask

from chengxin.client import CreditClient
from chengxin.errors import ConfigurationError
from chengxin.policy import Decision, Policy
from chengxin.services import load_policy
from flask_chengxin.cli import commands
from flask_chengxin.config import read_settings
from flask_chengxin.guards import Guard, decide
from flask_chengxin.proxies import (
    EXTENSION,
    Hooks,
    LanguageSelector,
    ListedPredicate,
    Merchant,
    MerchantLoader,
    State,
    current_credit,
)
from flask_chengxin.proxies.bases import OwnBases, TreatmentBases
from flask_chengxin.views import blueprint, trust_badge

if TYPE_CHECKING:
    from chengxin.services.treatments import Treatments

Loader = TypeVar("Loader", bound=MerchantLoader)
Listed = TypeVar("Listed", bound=ListedPredicate)
Selector = TypeVar("Selector", bound=LanguageSelector)


class Chengxin:
    """Credit status, guards and badges for Flask apps.

    ::

        chengxin = Chengxin()

        @chengxin.merchant_loader
        def load_merchant() -> Merchant | None:
            return Merchant(code=g.shop.uscc) if g.shop else None

        @app.post("/listings")
        @chengxin.guard("listing.create")
        def create_listing(): ...

        chengxin.init_app(app)

    It holds what the host registers and no app: settings, client and policy of an app are in
    ``app.extensions["chengxin"]``. Setting up opens no connection and starts no thread.

    Args:
        app: an app to set up at once.
        client: a client to use in place of one made from the settings; its owner closes it.
        treatments: brings measures into force; guards go by what is in force then, and by nothing merely proposed, and
            all that is evaluated is on the policy in force, the facts and the constraints that they decide on.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        client: CreditClient | None = None,
        treatments: Treatments | None = None,
    ) -> None:
        self._client = client
        self._treatments = treatments
        self._hooks = Hooks()
        if app is not None:
            self.init_app(app)

    def init_app(
        self, app: Flask, *, client: CreditClient | None = None, treatments: Treatments | None = None
    ) -> None:
        """Set up an app: its settings, client, policy, pages, template globals and commands.

        Args:
            app: the app; its keys ``CHENGXIN_…`` are read now.
            client: a client for this app alone; else the one of the constructor, else one from the settings.
            treatments: measures with due process for this app alone; else those of the constructor. Without any a guard
                acts on a fresh evaluation, at once and without notice.

        Raises:
            ConfigurationError: the settings are not usable, with all that is wrong; or a guarded action is not
                declared by the policy; or the app is set up already.
            InvalidPolicy: the policy was refused, with all findings.
        """
        if EXTENSION in app.extensions:
            raise ConfigurationError(
                f"Chengxin is set up for the app {app.name!r} already. Call init_app once."
            )
        given = self._client if client is None else client
        due_process = self._treatments if treatments is None else treatments
        settings = read_settings(app.config, is_client_given=given is not None)
        policy = settings.policy if isinstance(settings.policy, Policy) else load_policy(settings.policy)
        _require_pages(app)
        used = CreditClient.from_settings(settings) if given is None else given
        self._hooks.bind(policy)
        app.register_blueprint(blueprint, url_prefix=settings.url_prefix)
        app.extensions[EXTENSION] = State(
            client=used,
            clock=used.clock,
            policy=policy,
            settings=settings,
            hooks=self._hooks,
            bases=OwnBases(policy) if due_process is None else TreatmentBases(due_process.bases),
            remembered=used.remembered,
            in_force=None if due_process is None else due_process.in_force,
        )
        app.cli.add_command(commands)
        app.jinja_env.globals.update(trust_badge=trust_badge, current_credit=current_credit)

    def merchant_loader(self, loader: Loader) -> Loader:
        """Register what returns the merchant of the current request, or None where nobody is logged in."""
        self._hooks.load_merchant = loader
        return loader

    def is_listed(self, predicate: Listed) -> Listed:
        """Register what tells whether the platform shows a code to the public.

        Badges and status pages are served for the codes it says yes to, and for the logged-in merchant's own.
        Without it only for the latter, so that nobody uses the platform to query the source.
        """
        self._hooks.is_listed = predicate
        return predicate

    def language_selector(self, selector: Selector) -> Selector:
        """Register what returns the language that the reader chose on the host's pages: ``zh``, ``en`` or None."""
        self._hooks.select_language = selector
        return selector

    def guard(self, action: str) -> Guard:
        """Return the guard of an action: a decorator of views, or a context manager.

        Raises:
            ConfigurationError: a policy in use declares no such action.
        """
        self._hooks.declare(action)
        return Guard(action)

    def decide(self, action: str, *, merchant: Merchant | None = None) -> Decision:
        """Return what becomes of an action now; see ``flask_chengxin.guards.decide``."""
        return decide(action, merchant=merchant)


def _require_pages(app: Flask) -> None:
    """Raise where the app would not show our pages as they are: escaped, and written in Jinja's usual marks."""
    if blueprint.name in app.blueprints:
        raise ConfigurationError(
            f"The app {app.name!r} has a blueprint {blueprint.name!r} already. Give yours another name."
        )
    changed = [
        name for name in app.jinja_options if name.endswith(("_start_string", "_end_string", "_prefix"))
    ]
    if changed:
        raise ConfigurationError(
            f"The app {app.name!r} changes Jinja's marks ({', '.join(sorted(changed))}), in which the pages of "
            "chengxin are written. Keep the usual ones, and wrap what your front end needs in {% raw %}."
        )
    if not (app.select_jinja_autoescape("page.html") and app.select_jinja_autoescape("badge.svg")):
        raise ConfigurationError(
            f"The app {app.name!r} switches off autoescape for .html or .svg, and texts of others would be shown "
            "unescaped. Leave it on for these."
        )
