"""What every store of policy versions must do, as tests to inherit: of our stores, and of a user's own.

::

    from chengxin.testing.policy_store_contract import PolicyStoreContract

    class TestMyStore(PolicyStoreContract):
        @pytest.fixture
        def make_store(self, tmp_path):
            return lambda: MyStore(tmp_path)

Stores that ``make_store`` returns keep the same things: each stands for a process. Where a store can be closed, the
fixture closes it. The contract needs pytest.
"""

# ruff: noqa: S101 -- a contract asserts

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest

from chengxin.canonical import canonical_bytes, digest
from chengxin.errors import InvalidRecord, PolicyStoreConflict, UnknownPolicyVersion
from chengxin.policy.lifecycle import Move, Step
from chengxin.store import PolicyStore
from chengxin.testing.at_once import run_at_once
from chengxin.testing.fork import in_forked_child

MakeStore = Callable[[], PolicyStore]

AT: Final = datetime(2026, 6, 1, 4, 0, 0, 250, tzinfo=UTC)
NOTHING: Final = f"sha256:{'0' * 64}"
WRITERS: Final = 6
EACH: Final = 8


def a_document(number: int = 1) -> bytes:
    """Return a document in its canonical form."""
    return canonical_bytes({"name": "marketplace", "number": number, "title": "商家信用管理政策"})


def a_step(of: str, number: int = 0, *, name: str = "marketplace", by: str = "李明") -> Step:
    """Return a draft of a version."""
    return Step(
        name=name,
        digest=of,
        move=Move.DRAFT,
        by=by,
        at=AT + timedelta(seconds=number),
        why=f"第 {number} 稿",
        version="2026.1",
        effective_from=date(2026, 7, 1),
    )


def one_of_each(of: str) -> list[Step]:
    """Return a step of every move, with every part that it may have."""
    draft = replace(a_step(of), effective_until=date(2027, 6, 30), source=NOTHING)
    plain = {
        move: Step(name=draft.name, digest=of, move=move, by="王芳", at=AT, why="理由") for move in _PLAIN
    }
    return [
        draft,
        replace(plain[Move.LINT], move=Move.SUBMIT, is_important=True),
        replace(plain[Move.LINT], move=Move.SUBMIT, is_important=False),
        replace(
            plain[Move.LINT], move=Move.SCHEDULE, effective_at=AT, urgent_reason='"\\ 错', replaces=NOTHING
        ),
        replace(plain[Move.LINT], move=Move.ROLL_BACK, replaces=NOTHING),
        *plain.values(),
    ]


_PLAIN: Final = (Move.LINT, Move.APPROVE, Move.REJECT, Move.ANNOUNCE, Move.WITHDRAW, Move.RETIRE)


class PolicyStoreContract:
    """What holds of every store."""

    @pytest.fixture
    def make_store(self) -> MakeStore:
        """Return what makes stores that keep the same things; every subclass has its own."""
        raise NotImplementedError("Give the class a fixture make_store.")

    @pytest.fixture
    def store(self, make_store: MakeStore) -> PolicyStore:
        """Return a store in which nothing is kept."""
        return make_store()

    def test_a_document_comes_back_byte_for_byte(self, store: PolicyStore, make_store: MakeStore) -> None:
        """In this process and in another, under the digest of its content."""
        kept = store.put(a_document())
        assert kept == digest({"name": "marketplace", "number": 1, "title": "商家信用管理政策"})
        assert store.get(kept) == make_store().get(kept) == a_document()

    def test_what_is_kept_already_is_left_as_it_is(self, store: PolicyStore, make_store: MakeStore) -> None:
        """The same document has one digest, whoever puts it."""
        assert store.put(a_document()) == make_store().put(a_document())
        assert store.put(a_document(2)) != store.put(a_document())

    @pytest.mark.parametrize(
        "content", [b'{"b":1,"a":2}', b'{"a": 2}', b'{"a":2}\n', b"{", b"\xff", b'{"a":1e400}', b'{"a":NaN}']
    )
    def test_only_a_canonical_form_is_kept(self, content: bytes, store: PolicyStore) -> None:
        """Two spellings of one document would have two digests."""
        with pytest.raises(InvalidRecord):
            store.put(content)

    def test_the_text_of_an_author_comes_back(self, store: PolicyStore, make_store: MakeStore) -> None:
        """With its comments and line ends, under the digest of its bytes."""
        text = "# 说明\r\nformat: 1\n"
        kept = store.put_source(text)
        assert kept == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        assert store.put_source(text) == kept
        assert make_store().get_source(kept) == text

    @pytest.mark.parametrize("asked", [NOTHING, "", "sha256:", "sha256:../../etc", NOTHING.upper(), "0" * 64])
    def test_what_is_not_kept_is_not_found(self, asked: str, store: PolicyStore) -> None:
        """Whatever is asked for, and whatever a path could be made of it."""
        store.put(a_document())
        with pytest.raises(UnknownPolicyVersion):
            store.get(asked)
        with pytest.raises(UnknownPolicyVersion):
            store.get_source(asked)

    def test_a_policy_that_nobody_drafted_has_no_steps(self, store: PolicyStore) -> None:
        """Nothing is on record of it."""
        assert store.steps("marketplace") == ()
        assert store.names() == ()

    def test_steps_come_back_in_order_and_whole(self, store: PolicyStore, make_store: MakeStore) -> None:
        """Every part of every move, to the microsecond, in every process."""
        steps = one_of_each(store.put(a_document()))
        for number, step in enumerate(steps):
            assert (store if number % 2 else make_store()).append(step, expected=number) == number + 1
        assert store.steps("marketplace") == make_store().steps("marketplace") == tuple(steps)

    def test_policies_do_not_mix(self, store: PolicyStore) -> None:
        """Each has steps and a count of its own."""
        kept = store.put(a_document())
        for number in range(3):
            for name in ("marketplace", "livestream"):
                assert store.append(a_step(kept, number, name=name), expected=number) == number + 1
        assert store.names() == ("livestream", "marketplace")
        assert store.steps("livestream") == tuple(
            a_step(kept, number, name="livestream") for number in range(3)
        )

    @pytest.mark.parametrize("expected", [0, 1, 3, -1])
    def test_who_knows_another_history_records_nothing(self, expected: int, store: PolicyStore) -> None:
        """The conflict says how many steps there are, and all of them stay."""
        kept = store.put(a_document())
        for number in range(2):
            store.append(a_step(kept, number), expected=number)
        with pytest.raises(PolicyStoreConflict) as caught:
            store.append(a_step(kept, 9), expected=expected)
        assert (caught.value.name, caught.value.expected, caught.value.found) == ("marketplace", expected, 2)
        assert len(store.steps("marketplace")) == 2

    def test_a_step_is_about_a_document_that_is_kept(self, store: PolicyStore) -> None:
        """No history names a version that nobody can look at."""
        with pytest.raises(UnknownPolicyVersion):
            store.append(a_step(NOTHING), expected=0)
        assert store.steps("marketplace") == ()

    def test_of_two_who_write_at_once_one_is_told(self, make_store: MakeStore) -> None:
        """Both know the same history; one step is recorded, the other meets a conflict."""
        kept = make_store().put(a_document())
        told: list[int] = []

        def write(number: int) -> None:
            try:
                make_store().append(a_step(kept, number), expected=0)
            except PolicyStoreConflict as error:
                told.append(error.found)

        run_at_once([lambda n=n: write(n) for n in range(2)])  # type: ignore[misc]
        assert told == [1]
        assert len(make_store().steps("marketplace")) == 1

    def test_nothing_is_lost_among_many_writers(self, make_store: MakeStore) -> None:
        """Each step that was acknowledged is on record once, and no other."""
        kept = make_store().put(a_document())

        def write(writer: int) -> None:
            mine = make_store()
            for number in range(EACH):
                _insist(mine, a_step(kept, number, by=f"writer {writer}"))

        run_at_once([lambda n=n: write(n) for n in range(WRITERS)])  # type: ignore[misc]
        recorded = make_store().steps("marketplace")
        for writer in range(WRITERS):
            own = [step for step in recorded if step.by == f"writer {writer}"]
            assert own == [a_step(kept, number, by=f"writer {writer}") for number in range(EACH)]
        assert len(recorded) == WRITERS * EACH

    def test_a_forked_child_reads_and_writes(self, store: PolicyStore) -> None:
        """What it records its parent sees."""
        kept = store.put(a_document())
        store.append(a_step(kept), expected=0)
        assert in_forked_child(lambda: store.append(a_step(kept, 1), expected=1)) == 2
        assert store.steps("marketplace") == (a_step(kept), a_step(kept, 1))


def _insist(store: PolicyStore, step: Step) -> None:
    """Record a step, whatever others record in between."""
    while True:
        try:
            store.append(step, expected=len(store.steps(step.name)))
        except PolicyStoreConflict:
            continue
        return
