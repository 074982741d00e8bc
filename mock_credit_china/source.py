"""One mock source: its clock, register, scenario, gate and log, and nothing of the web."""

import secrets
import threading

from flask import current_app

from mock_credit_china.clock import MockClock
from mock_credit_china.journal import Journal
from mock_credit_china.person import PersonRegister
from mock_credit_china.register import Register
from mock_credit_china.report import Reports
from mock_credit_china.scenario import Scenario
from mock_credit_china.settings import Settings
from mock_credit_china.shelf import Shelf
from mock_credit_china.signature import Gate

EXTENSION = "mock_credit_china"


class Source:
    """Everything one application serves from."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = MockClock(start_at=settings.start_at, frozen=settings.frozen)
        self.register = Register(settings, self.clock)
        self.closing = threading.Event()
        self.shelf = Shelf(settings, self.register, self.closing)
        self.persons = PersonRegister(secret=settings.secret)
        self.reports = Reports()
        self.scenario = Scenario(seed=settings.seed)
        self.gate = Gate(settings)
        self.journal = Journal()
        self.page_token = secrets.token_urlsafe(16)

    def pause(self, seconds: float) -> None:
        """Wait in real time, or until the source is closed."""
        if seconds > 0:
            self.closing.wait(seconds)

    def reset(self) -> None:
        """Restore the seeded state: clock, records, change log, scenario, nonces and request log."""
        self.clock.reset()
        self.register.reset()
        self.shelf.clear()
        self.persons.reset()
        self.reports.reset()
        self.scenario.clear()
        self.gate.forget()
        self.journal.reset()

    def close(self) -> None:
        """Send home whoever waits; later requests no longer wait."""
        self.closing.set()
        self.register.close()


def current_source() -> Source:
    """Return the source of the application that is serving."""
    source = current_app.extensions[EXTENSION]
    if not isinstance(source, Source):
        raise TypeError(f"app.extensions[{EXTENSION!r}] is no Source")
    return source
