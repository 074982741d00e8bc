"""A platform with due process as shoppers and merchants meet it, in gunicorn: the plugin's pages, and a guard."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from tests.processes.world import ROOT, eventually
from tests.servers import free_port

WORKERS = 2
ACTION = "listing.create"


def make_app():
    """Return a shop whose merchant is the one that the request names."""
    from flask import Flask, request  # noqa: PLC0415 -- the test that starts it needs neither

    from chengxin.platform import Platform  # noqa: PLC0415 -- see above
    from flask_chengxin import Chengxin, Merchant  # noqa: PLC0415 -- see above

    platform = Platform.from_env()
    chengxin = Chengxin(client=platform.client, treatments=platform.treatments)
    chengxin.merchant_loader(lambda: Merchant(code=request.args["code"]) if "code" in request.args else None)
    chengxin.is_listed(lambda _: True)
    app = Flask(__name__)
    app.config["CHENGXIN_BUDGET_SECONDS"] = 5
    chengxin.init_app(app)

    @app.get("/listing")
    @chengxin.guard(ACTION)
    def listing():
        return "done"

    @app.get("/contact")
    def contact():
        return platform.client.health().tier_state.value

    @app.after_request
    def sign(response):
        response.headers["X-Worker"] = str(os.getpid())
        return response

    return app


class Storefront:
    """A gunicorn with two workers that serve the shop.

    Args:
        given: variables of the platform.
    """

    def __init__(self, given):
        self._given = given
        self._process = None
        self._shoppers = ThreadPoolExecutor(4)
        self.port = free_port()

    def ask(self, path):
        """Return which worker answered, with which status, and what."""
        try:
            answer = urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.headers["X-Worker"], answer.status, answer.read().decode()

    def ask_all(self, path, told):
        """Return what ``told`` makes of the latest answer of each worker, as soon as each was asked."""
        seen = {}

        def is_complete():
            # Several at once: whoever is alone is nearly always answered by the same worker.
            for worker, status, body in self._shoppers.map(self.ask, [path] * 4):
                seen[worker] = told(status, body)
            return len(seen) == WORKERS

        eventually(is_complete, within=30)
        return set(seen.values())

    def badges(self, code):
        """Return what the badge of a subject says, of each worker."""
        return self.ask_all(f"/chengxin/badge/{code}.svg?lang=en", lambda _, body: state_of(body))

    def contacts(self):
        """Return whether each worker hears of invalidations."""
        return self.ask_all("/contact", lambda _, body: body)

    def guards(self, code):
        """Return whether each worker's guard is open to a merchant."""
        return self.ask_all(f"/listing?code={code}", lambda status, _: status == 200)

    def policies(self, code):
        """Return the digest of the policy that each worker evaluates a merchant by, and the measures that gives."""

        def told(_, body):
            treatment = json.loads(body)["treatment"]
            return treatment["policy"]["digest"], tuple(measure["code"] for measure in treatment["measures"])

        return self.ask_all(f"/chengxin/me?code={code}", told)

    def __enter__(self):
        command = [sys.executable, "-m", "gunicorn", "tests.processes.storefront:make_app()"]
        options = ["--bind", f"127.0.0.1:{self.port}", "--workers", str(WORKERS), "--log-level", "warning"]
        self._process = subprocess.Popen([*command, *options], cwd=ROOT, env=os.environ | self._given)
        eventually(self._is_up, within=60, every=0.1)
        return self

    def __exit__(self, *_):
        self._shoppers.shutdown()
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _is_up(self):
        try:
            return self.ask("/chengxin/badge/unknown.svg")[1] == 200
        except OSError:
            return False


def state_of(svg):
    """Return the state that a badge shows."""
    return svg.partition('data-state="')[2].partition('"')[0]
