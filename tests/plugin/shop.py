"""A small shop with one merchant, a scripted source and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from blinker import NamedSignal
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from chengxin.client import CreditClient
from chengxin.identifiers import Uscc
from chengxin.procedure.imposition import WaveLimits
from chengxin.records import Record
from chengxin.services import load_policy
from chengxin.services.treatments import InForce, PolicyAt, TreatmentOptions, Treatments
from chengxin.store.sql import SqlStore
from chengxin.testing import CODES, FrozenClock, ScriptedSource, scripted_client
from flask_chengxin import Chengxin, Merchant

CODE = CODES[0]
POLICY = load_policy("marketplace")
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Shop:
    """A shop whose merchant is ``merchant``; routes guard the actions of the shipped policy."""

    def __init__(
        self,
        *,
        config: Mapping[str, Any] | None = None,
        client: CreditClient | None = None,
        store: SqlStore | None = None,
        clock: FrozenClock | None = None,
        policy_at: PolicyAt = lambda _: POLICY,
        **options: Any,  # of the treatments
    ) -> None:
        self.clock = clock or FrozenClock()
        self.source = ScriptedSource(clock=self.clock)
        self.credit = client or scripted_client(self.source, clock=self.clock)
        self.merchant: Merchant | None = Merchant(code=CODE.code)
        self.loaded = 0
        self.treatments = None if store is None else treatments_of(self.credit, store, policy_at, **options)
        self.chengxin = Chengxin(client=self.credit, treatments=self.treatments)
        self.chengxin.merchant_loader(self.load)
        self.app = Flask("shop")
        self.app.config.update(
            {"TESTING": True, "CHENGXIN_POLICY": POLICY, "CHENGXIN_BUDGET_SECONDS": 5, **(config or {})}
        )
        self.chengxin.init_app(self.app)
        for action in ("listing.create", "livestream.start", "promotion.join"):
            view = self.chengxin.guard(action)(lambda: "done")
            self.app.add_url_rule(f"/{action}", action, view, methods=["GET", "POST"])

    def load(self) -> Merchant | None:
        """Return the merchant who is logged in."""
        self.loaded += 1
        return self.merchant

    def disclose(self, *records: Record, code: Uscc = CODE) -> None:
        """Have the source disclose just these records, and the client know nothing yet."""
        self.source.disclose(code, *records)
        self.credit.forget(code)

    @property
    def browser(self) -> FlaskClient:
        """A client of the shop."""
        return self.app.test_client()

    @contextmanager
    def request(self, path: str = "/", **options: Any) -> Iterator[Flask]:  # as Flask takes them
        """Have a request under way."""
        with self.app.test_request_context(path, **options):
            yield self.app

    def render(self, template: str, **values: Any) -> str:  # whatever the template wants
        """Return a template rendered in a request of its own."""
        with self.request(headers=values.pop("headers", None)):
            return render_template_string(template, **values)


def treatments_of(client: CreditClient, store: SqlStore, policy_at: PolicyAt, **options: Any) -> Treatments:
    """Return measures with due process, read anew at every look."""
    return Treatments(
        client,
        store,
        policy_at,
        options=TreatmentOptions(waves=WaveLimits(share=1.0), **options),
        in_force=InForce(client, store, kept_seconds=0.0, budget_seconds=5.0),
    )


@contextmanager
def heard(signal: NamedSignal) -> Iterator[list[dict[str, Any]]]:
    """Collect what a signal carries, with the name of the app that sent it as ``app``."""
    seen: list[dict[str, Any]] = []

    def receiver(sender: Flask, **values: Any) -> None:  # whatever the signal carries
        seen.append({"app": sender.name, **values})

    with signal.connected_to(receiver):
        yield seen
