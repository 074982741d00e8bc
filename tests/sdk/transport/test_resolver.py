"""Names to addresses: within the deadline, one question at a time for each name."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chengxin.transport import Deadline
from chengxin.transport.resolver import Address, resolve

Soon = Callable[[float], Deadline]
HERE = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))


@pytest.mark.parametrize("literal", ["127.0.0.1", "::1"])
def test_a_literal_needs_no_thread(soon: Soon, monkeypatch: pytest.MonkeyPatch, literal: str) -> None:
    """IP literals are read at once."""
    monkeypatch.setattr(threading.Thread, "start", None)
    assert resolve(literal, 80, deadline=soon(5))[0].target[:2] == (literal, 80)


def test_a_name_is_looked_up(soon: Soon) -> None:
    """The system's resolver knows this machine."""
    assert ("127.0.0.1", 80) in [address.target for address in resolve("localhost", 80, deadline=soon(5))]


def test_all_who_ask_at_once_share_one_question(soon: Soon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten threads, one lookup, ten answers."""
    questions: list[str] = []
    everyone = threading.Barrier(10)
    asked, go_on = threading.Event(), threading.Event()

    def slow(host: str, *_: object, flags: int = 0, **__: object) -> list[object]:
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "not a number")
        questions.append(host)
        asked.set()
        go_on.wait(10)
        return [HERE]

    def ask(_: int) -> tuple[Address, ...]:
        everyone.wait(10)
        return resolve("source.example", 80, deadline=soon(10))

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with ThreadPoolExecutor(10) as pool:
        answers = [pool.submit(ask, number) for number in range(10)]
        asked.wait(10)
        # All ten have left the barrier; those still on their way find the question under way.
        go_on.wait(0.1)
        go_on.set()
        found = [answer.result() for answer in answers]
    assert found == [(Address(family=socket.AF_INET, target=("127.0.0.1", 80)),)] * 10
    assert questions == ["source.example"]


def test_the_next_question_is_asked_anew(soon: Soon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered: a name that moved is found, a failure does not stick."""
    outcomes: list[object] = [socket.gaierror(socket.EAI_AGAIN, "try again"), [HERE]]

    def changing(*_: object, flags: int = 0, **__: object) -> object:
        outcome = socket.gaierror(socket.EAI_NONAME, "not a number") if flags else outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    with pytest.raises(socket.gaierror, match="try again"):
        resolve("source.example", 80, deadline=soon(5))
    assert resolve("source.example", 80, deadline=soon(5))


def test_a_name_that_cannot_be_spelt_has_no_address(soon: Soon) -> None:
    """A label over 63 characters is refused by the resolver's own encoding."""
    with pytest.raises(OSError, match="cannot be looked up"):
        resolve("a" * 70 + ".example", 80, deadline=soon(5))


def test_a_machine_out_of_threads_is_a_failure_like_any_other(
    soon: Soon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller hears of it at once, and the next one may succeed."""

    def full(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", full)
        with pytest.raises(OSError, match="no thread"):
            resolve("localhost", 80, deadline=soon(5))
    assert resolve("localhost", 80, deadline=soon(5))
