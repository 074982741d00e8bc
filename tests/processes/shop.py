"""A small Flask app for gunicorn: says which of its workers answers, and what that one knows of a merchant."""

import os
import threading

from flask import Flask

from chengxin import CreditClient

client = CreditClient.from_env(
    {name: value for name, value in os.environ.items() if name.startswith("CHENGXIN_")}
)
app = Flask(__name__)
# With --preload this runs in the master: its threads and connections are not those of the workers.
_known_to_the_master = client.check(os.environ["USED_ON_IMPORT"]) if "USED_ON_IMPORT" in os.environ else None


@app.get("/credit/<code>")
def credit(code):
    """Return who answers, and what it knows; a moment is waited so that every worker gets its share."""
    threading.Event().wait(0.02)
    status = client.check(code)
    return {"pid": os.getpid(), "standing": status.standing.value, "master": os.getppid()}
