"""A stand-alone fake of the public credit source, for tests and demos.

It speaks the open interface of the source from a seeded, reproducible population of invented subjects, and
lets a test script whatever a source can do wrong. It shares no code with the packages it serves.
"""

from mock_credit_china.app import create_app
from mock_credit_china.server import MockServer
from mock_credit_china.settings import Settings

__all__ = ["MockServer", "Settings", "create_app"]
