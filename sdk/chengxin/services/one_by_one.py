"""Do something about many things, so that what fails about one keeps no other waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from chengxin.errors import ChengxinError, StoreUnavailable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of a run over many things.

    Attributes:
        done: of how many something was done.
        failed: of how many it failed; the log says why, and the next run tries again.
    """

    done: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(done=self.done + other.done, failed=self.failed + other.failed)


def one_by_one(things: Iterable[_T], do: Callable[[_T], bool], *, what: str, log: logging.Logger) -> Tally:
    """Do something about each thing, and return what came of it.

    Args:
        things: the things.
        do: does it, and tells whether there was anything to do.
        what: what it is, for the log, e.g. ``an appeal could not be acknowledged``.
        log: told what failed, and never of whom.

    Raises:
        StoreUnavailable: nothing can be done about the others either.
    """
    done = failed = 0
    for one in things:
        try:
            done += do(one)
        except StoreUnavailable:
            raise
        except Exception as fault:  # noqa: BLE001  # whatever it is, it is about this one
            failed += 1
            said = fault.code if isinstance(fault, ChengxinError) else type(fault).__qualname__
            log.warning("%s, and is tried again: %s", what, said)
    return Tally(done=done, failed=failed)
