"""Use a client in every way that fails, in a process of its own, and write down all that it lets be seen.

``python -m tests.processes.canary SOURCE_URL REDIS_URL SQLITE_URL`` with the secret in ``CANARY_SECRET`` and a person's
identity number in ``CANARY_IDENTITY``; what is seen comes out on standard output.
"""

import contextlib
import io
import json
import logging
import os
import pickle
import sys
import traceback
import urllib.request
from collections import deque

from flask import Flask
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from typer.testing import CliRunner

from chengxin import CreditClient, LookupOptions
from chengxin.cli.app import app as command
from chengxin.config import Settings
from chengxin.errors import ChengxinError, InvalidUscc
from chengxin.services import FollowOptions
from chengxin.transport import BreakerOptions, GateOptions, RetryPolicy
from flask_chengxin import Chengxin
from tests.processes.world import GENERAL, NOTHING, PREFERRED

SECRET = os.environ["CANARY_SECRET"]
IDENTITY = os.environ["CANARY_IDENTITY"]
FAULTS = [
    *(
        {"kind": "error", "status": status}
        for status in (40001, 40002, 40101, 40102, 40103, 40301, 42901, 42902)
    ),
    *({"kind": "error", "status": status} for status in (50001, 50301)),
    {"kind": "challenge_page", "http": 412},
    {"kind": "redirect", "location": "http://127.0.0.1:9/elsewhere"},
    {"kind": "drift", "field": "list.*.recId", "how": "missing"},
    {"kind": "garbled", "how": "json"},
    {"kind": "garbled", "how": "encoding"},
    {"kind": "content_type", "value": "text/plain"},
    {"kind": "cut_short", "declare_length": False},
    {"kind": "reset", "when": "during"},
    {"kind": "other_subject"},
    {"kind": "past_end"},
    {"kind": "unknown_catalogue"},
    {"kind": "latency", "seconds": 5},
]
_ONE_TRY = GateOptions(
    retry=RetryPolicy(attempts=1), breaker=BreakerOptions(failures=1000, stopped_seconds=1e-9)
)
seen = []


def note(*things):
    """Write down what a thing that is handed out lets be seen."""
    for thing in things:
        seen.extend((str(thing), repr(thing)))
        if isinstance(thing, BaseException):
            seen.extend(traceback.format_exception(thing))
            seen.append(repr(vars(thing)))
        with contextlib.suppress(TypeError, AttributeError, pickle.PicklingError):
            seen.append(pickle.dumps(thing).decode("latin-1"))


def walk(thing, known):
    """Write down the reprs of everything of ours that a thing of ours holds, however deep."""
    if id(thing) in known:
        return
    known[id(thing)] = thing
    if isinstance(thing, dict):
        held = list(thing.values())
    elif isinstance(thing, list | tuple | set | frozenset | deque):
        held = list(thing)
    elif type(thing).__module__.partition(".")[0] in {"chengxin", "flask_chengxin", "redis"}:
        # No pickles of these: credentials are pickled with what they are, and are handed to nobody.
        seen.extend((str(thing), repr(thing)))
        names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        held = [getattr(thing, name, None) for name in names]
        held += list(getattr(thing, "__dict__", {}).values())
    else:
        return
    for one in held:
        walk(one, known)


def tried(operation):
    """Write down what an operation returns or raises."""
    try:
        outcome = operation()
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is seen
        note(error)
        return None
    note(outcome)
    return outcome


def script(url, fault):
    """Make a fault bite and no other; None takes all back."""
    body = None if fault is None else json.dumps({"rules": [{"fault": fault}], "replace": True}).encode()
    request = urllib.request.Request(  # noqa: S310 -- loopback
        url + "/mock/scenario", data=body, method="DELETE" if fault is None else "POST"
    )
    with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 -- loopback
        response.read()


def use(url, cache):
    """Use a client in every way."""
    options = LookupOptions(deadline_seconds=0.5, error_life_seconds=0.05, longest_life_seconds=60)
    with CreditClient(
        url, app_key="mock-app-key", secret=SECRET, cache=cache, options=options, gate=_ONE_TRY
    ) as client:
        for code in (NOTHING, GENERAL):
            status = tried(lambda code=code: client.check(code))
            assert status is not None
            note(*status.records)
        for text in (
            IDENTITY,
            IDENTITY.lower(),
            f" {IDENTITY} ",
            IDENTITY[:17],
            f"{IDENTITY}9",
            f"姓名 {IDENTITY}",
        ):
            tried(lambda text=text: client.check(text))
            tried(lambda text=text: client.forget(text))
        # A row holds the text as it was passed, for whoever passed it; it is not shown.
        rows = client.check_many([IDENTITY, NOTHING, PREFERRED])
        seen.extend((str(rows), repr(rows)))
        note(*(row.outcome for row in rows))
        assert isinstance(rows[0].outcome, InvalidUscc)
        for fault in FAULTS:
            script(url, fault)
            client.forget(NOTHING)
            status = tried(lambda: client.check(NOTHING))
            tried(status.raise_for_unknown)
            tried(client.source_health)
            tried(lambda: client.check_many([NOTHING, PREFERRED]))
        script(url, None)
        follower = client.follower(options=FollowOptions(wait_seconds=0))
        tried(follower.step)
        tried(follower.import_snapshot)
        tried(follower.release)
        note(client.health())
        walk(client, {})
    tried(lambda: client.check(NOTHING))


def misuse(url, redis_url):
    """Give settings that are wrong, with what is secret in them."""
    wrong = [
        {"cache": redis_url.replace("redis://", "reddis://")},
        {"cache": redis_url.rpartition(":")[0] + ":port/0"},
        {"cache": redis_url.replace(SECRET, SECRET + "-wrong")},
        {"cache": redis_url.rpartition(":")[0] + ":9/0"},
        {"cache": redis_url, "source": f"http://user:{SECRET}@127.0.0.1:9"},
        {"cache": redis_url, "source": f"http://127.0.0.1:9/?secret={SECRET}"},
        {"secret": SECRET, "app_key": None},
    ]
    for given in wrong:
        arguments = {"source": url, "app_key": "mock-app-key", "secret": SECRET, **given}
        client = tried(lambda arguments=arguments: CreditClient(**arguments))
        if client is not None:
            with client:
                tried(lambda client=client: client.check(NOTHING))
                tried(lambda client=client: client.forget(NOTHING))
                walk(client, {})
    environment = {
        "CHENGXIN_SOURCE_URL": url,
        "CHENGXIN_APP_KEY": "k",
        "CHENGXIN_SECRET": SECRET,
        "CHENGXIN_CACHE_URL": redis_url,
    }
    seen.extend((str(Settings.from_env(environment)), repr(Settings.from_env(environment))))
    for name in ("CHENGXIN_SECRETS", "CHENGXIN_TENANT", "CHENGXIN_THREADS"):
        tried(lambda name=name: Settings.from_env({**environment, name: f"{SECRET}!"}))
    with contextlib.suppress(ChengxinError):
        app = Flask("shop")
        app.config.update(environment, SECRET_KEY="of the host", CHENGXIN_POLICY="marketplace")
        Chengxin(app)
        walk(app.extensions["chengxin"], {})
    for words in (
        ["check", IDENTITY],
        ["validate", IDENTITY],
        ["check", NOTHING, "--format", "json"],
        ["status"],
    ):
        done = CliRunner().invoke(
            command, ["--source-url", url, "--cache-url", redis_url, *words], env=environment
        )
        note(done.output)
        if done.exception is not None:
            note(done.exception)


def main():
    """Use and misuse clients of both kinds of tier, and write down what was seen."""
    url, redis_url, sqlite_url = sys.argv[1:]
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    handler.addFilter(lambda record: seen.append(repr(vars(record))) or True)
    logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)
    reader = InMemoryMetricReader()
    metrics.set_meter_provider(MeterProvider([reader]))
    for cache in (redis_url, sqlite_url, "memory://"):
        use(url, cache)
    misuse(url, redis_url)
    note(reader.get_metrics_data().to_json())
    seen.append(log.getvalue())
    sys.stdout.write("\n".join(seen))


if __name__ == "__main__":
    main()
