"""What the tests of this folder share."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _quiet():
    """Say nothing of thousands of faults that are meant."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
