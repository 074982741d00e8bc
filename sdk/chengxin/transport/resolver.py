"""Names to addresses within a deadline.

The system's resolver takes no time-out and can block for half a minute. It is therefore asked in a thread
that is waited for as long as the deadline lasts. All who ask for one name at one time share one such thread,
so a dead resolver costs one waiting thread per host and not one per call.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import threading
from typing import Any, NamedTuple

from chengxin.transport.deadline import Deadline


class Address(NamedTuple):
    """Where to connect to.

    Attributes:
        family: address family, e.g. ``socket.AF_INET6``.
        target: what ``socket.connect`` takes for that family.
    """

    family: int
    target: tuple[Any, ...]

    @property
    def is_public(self) -> bool:
        """Tell whether it is of the public network: not of this machine, a private one or a reserved range.

        >>> Address(socket.AF_INET, ("127.0.0.1", 80)).is_public, Address(socket.AF_INET, ("8.8.8.8", 80)).is_public
        (False, True)
        """
        found = ipaddress.ip_address(str(self.target[0]).partition("%")[0])
        # An IPv4 address in IPv6 clothes leads where the IPv4 address leads.
        mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
        return bool(mapped.is_global and not mapped.is_multicast)


class _Lookup:
    __slots__ = ("addresses", "answered", "failure")

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.addresses: tuple[Address, ...] = ()
        self.failure: OSError | None = None


# Used by atomic dict operations alone: a lock here could be held by another thread at a fork. The pid in the
# key keeps a child from waiting for a thread that only its parent has.
_under_way: dict[tuple[int, str, int], _Lookup] = {}


def resolve(host: str, port: int, *, deadline: Deadline) -> tuple[Address, ...]:
    """Return the addresses of a host, in the order in which the system prefers them.

    Args:
        host: name or IP literal; a literal needs neither thread nor resolver.
        port: port that the addresses get.
        deadline: how long to wait for the resolver.

    Raises:
        TimeoutError: the deadline is over.
        OSError: the name has no address, or the resolver failed.
    """
    try:
        return _ask(host, port, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return _look_up(host, port, deadline)


def _look_up(host: str, port: int, deadline: Deadline) -> tuple[Address, ...]:
    key = (os.getpid(), host, port)
    mine = _Lookup()
    lookup = _under_way.setdefault(key, mine)
    if lookup is mine:
        _start(key, lookup)
    if not lookup.answered.wait(deadline.remaining()):
        raise TimeoutError("the resolver did not answer in time")
    if lookup.failure is not None:
        # A fresh one: an exception that several threads raise would collect all their tracebacks.
        raise type(lookup.failure)(*lookup.failure.args)
    return lookup.addresses


def _start(key: tuple[int, str, int], lookup: _Lookup) -> None:
    thread = threading.Thread(target=_run, args=(key, lookup), name="chengxin-resolver", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        lookup.failure = OSError("no thread could be started to resolve the name")
        _finish(key, lookup)


def _run(key: tuple[int, str, int], lookup: _Lookup) -> None:
    _, host, port = key
    try:
        lookup.addresses = _ask(host, port, flags=0)
    except OSError as error:
        lookup.failure = error
    except UnicodeError:
        lookup.failure = OSError("the name of the host cannot be looked up")
    finally:
        _finish(key, lookup)


def _finish(key: tuple[int, str, int], lookup: _Lookup) -> None:
    _under_way.pop(key, None)
    lookup.answered.set()


def _ask(host: str, port: int, *, flags: int) -> tuple[Address, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return tuple(Address(family=family, target=target) for family, _, _, _, target in found)
