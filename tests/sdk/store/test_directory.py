"""The directory against the contract of the seam, and what it finds when somebody or something changed it."""

import hashlib
import json
import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from chengxin.errors import (
    ConfigurationError,
    PolicyStoreDamaged,
    PolicyStoreUnavailable,
)
from chengxin.store import DirectoryPolicyStore
from chengxin.store.directory import file
from chengxin.store.directory.line import Mark, decode_mark, encode_line, encode_mark
from chengxin.testing import FrozenClock
from chengxin.testing.fork import in_forked_child
from chengxin.testing.policy_store_contract import PolicyStoreContract, a_document, a_step
from chengxin.wire import encode_step


class TestDirectory(PolicyStoreContract):
    """The whole contract, on real files."""

    @pytest.fixture
    def make_store(self, tmp_path):
        """Stores of one directory."""
        return lambda: DirectoryPolicyStore(tmp_path / "policies" / "store")


@pytest.fixture
def kept(tmp_path):
    """A store in which a document, a source and five steps are kept."""
    store = DirectoryPolicyStore(tmp_path)
    digest = store.put(a_document())
    store.put_source("# 说明\n")
    for number in range(5):
        store.append(a_step(digest, number), expected=number)
    return store


@pytest.fixture
def journal(kept, tmp_path):
    """The journal of that store."""
    return tmp_path / "journal.jsonl"


def damage_of(path):
    """Return where a fresh store says that it is damaged."""
    with pytest.raises(PolicyStoreDamaged) as caught:
        DirectoryPolicyStore(path).steps("marketplace")
    return caught.value.place


def test_every_flipped_byte_of_the_journal_is_found_and_its_line_named(journal, tmp_path):
    """A bit of any byte, the ends of lines included."""
    content = journal.read_bytes()
    for position in range(len(content)):
        changed = bytearray(content)
        changed[position] ^= 1 << position % 8
        journal.write_bytes(changed)
        line = content[:position].count(b"\n") + 1
        assert damage_of(tmp_path) == f"journal.jsonl line {line}", position


def test_every_flipped_byte_of_a_document_and_a_source_is_found(kept, tmp_path):
    """The file is named, and nothing of it is handed out."""
    for folder, get in (("documents", kept.get), ("sources", kept.get_source)):
        (path,) = (tmp_path / folder).iterdir()
        digest = f"sha256:{path.stem}"
        content = path.read_bytes()
        for position in range(len(content)):
            changed = bytearray(content)
            changed[position] ^= 1
            path.write_bytes(changed)
            with pytest.raises(PolicyStoreDamaged) as caught:
                get(digest)
            assert caught.value.place == f"{folder}/{path.name}"
        path.write_bytes(content[:-1])
        with pytest.raises(PolicyStoreDamaged):
            get(digest)
        with pytest.raises(PolicyStoreDamaged):
            kept.put(a_document()) if folder == "documents" else kept.put_source("# 说明\n")


def test_a_journal_that_was_cut_is_found_wherever_it_was_cut(journal, tmp_path):
    """Whole lines at the end, half a line, everything: the mark knows how far it goes."""
    content = journal.read_bytes()
    for length in range(len(content) - 1):
        journal.write_bytes(content[:length])
        assert damage_of(tmp_path).startswith("journal.jsonl line "), length
    journal.unlink()
    assert damage_of(tmp_path) == "journal.jsonl line 1"


@pytest.mark.parametrize(
    "drawn", [[0, 1, 3, 4], [1, 2, 3, 4], [0, 1, 2, 2, 3, 4], [0, 2, 1, 3, 4], [4, 3, 2, 1, 0]]
)
def test_lines_taken_out_put_in_or_exchanged_are_found(drawn, journal, tmp_path):
    """Each line is whole, and does not follow the one before it."""
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[number] for number in drawn))
    wrong = next(place for place, number in enumerate(drawn) if place != number)
    assert damage_of(tmp_path) == f"journal.jsonl line {wrong + 1}"


def test_a_journal_that_was_written_anew_is_found(journal, tmp_path):
    """Lines that follow each other, of another story than the mark was set on."""
    document = DirectoryPolicyStore(tmp_path).put(a_document())
    mark, lines = Mark(), []
    for number in range(6):
        line, mark = encode_line(encode_step(a_step(document, number, by="somebody else")), mark)
        lines.append(line + b"\n")
    journal.write_bytes(b"".join(lines))
    assert damage_of(tmp_path) == "journal.jsonl line 5"


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b"[]", b'{"seq":5}', b'{"seq":true,"sha256":"0"}', b"\xff"]
)
def test_a_mark_that_is_missing_or_no_mark_is_found(content, journal, tmp_path):
    """Without it nobody can tell whether the journal was cut."""
    mark = tmp_path / "journal.mark.json"
    mark.unlink() if content is None else mark.write_bytes(content)
    assert damage_of(tmp_path) == "journal.mark.json"


def test_a_journal_that_is_gone_whole_is_found(journal, tmp_path):
    """With its mark: documents without any steps are nobody's store."""
    journal.unlink()
    (tmp_path / "journal.mark.json").unlink()
    assert damage_of(tmp_path) == "journal.jsonl"


@pytest.mark.parametrize("entry", [b"5", b"[]", b'{"prev":', b"\xff", b"[" * 100_000])
def test_an_entry_that_is_no_object_is_found(entry, journal, tmp_path):
    """Though its digest is right."""
    line = b'{"entry":%s,"sha256":"%s"}\n' % (entry, hashlib.sha256(entry).hexdigest().encode())
    journal.write_bytes(journal.read_bytes() + line)
    assert damage_of(tmp_path) == "journal.jsonl line 6"


@pytest.mark.parametrize("step", [7, {"name": "marketplace"}, {"name": "marketplace", "move": "burn"}])
def test_an_entry_that_holds_no_step_is_found(step, tmp_path):
    """Though its digest is right and the mark agrees."""
    DirectoryPolicyStore(tmp_path)
    line, mark = encode_line(step, Mark())
    (tmp_path / "journal.jsonl").write_bytes(line + b"\n")
    (tmp_path / "journal.mark.json").write_bytes(encode_mark(mark))
    assert damage_of(tmp_path) == "journal.jsonl line 1"


def test_a_writer_that_died_loses_nobody_a_step(kept, journal, tmp_path, caplog):
    """At whatever byte it died: readers pass over what is torn, the next writer puts it aside and goes on."""
    content, mark = journal.read_bytes(), (tmp_path / "journal.mark.json").read_bytes()
    (document,) = (f"sha256:{path.stem}" for path in (tmp_path / "documents").iterdir())
    line, _ = encode_line(encode_step(a_step(document, 5)), decode_mark(mark))
    for length in (*range(1, len(line), 29), len(line) - 1, len(line), len(line) + 1):
        journal.write_bytes(content + (line + b"\n")[:length])
        (tmp_path / "journal.mark.json").write_bytes(mark)
        store = DirectoryPolicyStore(tmp_path)
        is_whole = length >= len(line)
        found = 6 if is_whole else 5
        assert len(store.steps("marketplace")) == found
        with caplog.at_level(logging.WARNING):
            assert store.append(a_step(document, 6), expected=found) == found + 1
        assert ("put aside" in caplog.text) != is_whole
        caplog.clear()
        expected = [a_step(document, number) for number in (*range(found), 6)]
        assert list(DirectoryPolicyStore(tmp_path).steps("marketplace")) == expected
        if not is_whole:
            assert (tmp_path / "journal.before-6.torn").read_bytes() == line[:length]


def test_a_system_that_writes_little_at_once_writes_all(kept, journal, monkeypatch):
    """A short write is gone on with."""
    write = os.write
    monkeypatch.setattr(file.os, "write", lambda descriptor, content: write(descriptor, content[:7]))
    (document,) = (f"sha256:{path.stem}" for path in journal.with_name("documents").iterdir())
    assert kept.append(a_step(document, 5), expected=5) == 6
    assert len(kept.steps("marketplace")) == 6


def test_a_full_disk_is_told_and_leaves_the_journal_whole(kept, journal, monkeypatch):
    """What the system took of the line is taken back; the next step is recorded."""
    content = journal.read_bytes()
    (document,) = (f"sha256:{path.stem}" for path in journal.with_name("documents").iterdir())
    write, written = os.write, []

    def fill(descriptor, piece):
        if written:
            raise OSError(28, "No space left on device")
        written.append(write(descriptor, piece[:9]))
        return written[-1]

    with monkeypatch.context() as patch:
        patch.setattr(file.os, "write", fill)
        with pytest.raises(PolicyStoreUnavailable, match="No space left"):
            kept.append(a_step(document, 5), expected=5)
    assert journal.read_bytes() == content
    assert kept.append(a_step(document, 5), expected=5) == 6


def test_a_store_that_is_not_there_is_not_made_by_reading(tmp_path):
    """A mistyped directory is named, and nothing is written."""
    with pytest.raises(ConfigurationError, match="There is no store of policies"):
        DirectoryPolicyStore(tmp_path / "nosuch", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_store_can_be_read_by_who_may_not_write(kept, tmp_path, monkeypatch):
    """Reading opens nothing for writing, and makes nothing."""
    system = os.open

    def open_for_reading(path, flags, *rest, **named):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise PermissionError(13, "Permission denied")
        return system(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", open_for_reading)
    reader = DirectoryPolicyStore(tmp_path, create=False)
    (first, *_) = reader.steps("marketplace")
    assert reader.get(first.digest) == a_document()
    with pytest.raises(PolicyStoreUnavailable, match="Permission denied"):
        reader.append(a_step(first.digest, 5), expected=5)


def test_a_forked_child_does_not_hold_the_lock_of_its_parent(kept):
    """It lets go of what it inherits, so that the lock does not outlive who took it."""
    with kept._gate.write():
        assert in_forked_child(lambda: len(kept._gate._held)) == 0
        assert len(kept._gate._held) == 1
    assert len(kept.steps("marketplace")) == 5


def test_what_stands_in_the_way_is_told(tmp_path):
    """A file where the directory should be; a lock that is gone."""
    (tmp_path / "file").write_text("")
    with pytest.raises(PolicyStoreUnavailable):
        DirectoryPolicyStore(tmp_path / "file" / "store")
    store = DirectoryPolicyStore(tmp_path / "store")
    (tmp_path / "store" / "journal.lock").unlink()
    with pytest.raises(PolicyStoreUnavailable, match=r"journal\.lock"):
        store.steps("marketplace")


def test_who_waits_too_long_for_others_is_told(kept, tmp_path):
    """A writer that hangs holds nobody for ever."""
    impatient = DirectoryPolicyStore(tmp_path, clock=FrozenClock(), patience_seconds=3.0)
    with kept._gate.write(), pytest.raises(PolicyStoreUnavailable, match="within 3 s"):
        impatient.steps("marketplace")
    with kept._gate.read():
        assert len(impatient.steps("marketplace")) == 5
        with pytest.raises(PolicyStoreUnavailable):
            impatient.put(a_document(2))


def test_the_journal_is_read_with_any_tool(journal):
    """A line is a JSON object: who, when, why stand in it as words."""
    entries = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    assert [entry["entry"]["seq"] for entry in entries] == [1, 2, 3, 4, 5]
    assert entries[0]["entry"]["step"] == {
        "at": "2026-06-01T04:00:00.000250Z",
        "by": "李明",
        "digest": f"sha256:{next(journal.with_name('documents').iterdir()).stem}",
        "effective_from": "2026-07-01",
        "move": "draft",
        "name": "marketplace",
        "version": "2026.1",
        "why": "第 0 稿",
    }
    assert entries[1]["entry"]["prev"] == entries[0]["sha256"]


PRELUDE = """
import os, sys
from datetime import UTC, date, datetime, timedelta
from chengxin.errors import PolicyStoreConflict
from chengxin.policy.lifecycle import Move, Step
from chengxin.store import DirectoryPolicyStore
DOCUMENT = '{"name":"marketplace","number":1,"title":"商家信用管理政策"}'.encode()
def a_step(of, number, by):
    at = datetime(2026, 6, 1, 4, 0, 0, 250, tzinfo=UTC) + timedelta(seconds=number)
    return Step(name="marketplace", digest=of, move=Move.DRAFT, by=by, at=at, why=f"第 {number} 稿", version="2026.1",
                effective_from=date(2026, 7, 1))
store, me = DirectoryPolicyStore(sys.argv[1], patience_seconds=60.0), sys.argv[2]
"""
"""It does without the contract, which loads pytest: too slow for a process that is to be killed soon."""


def start(script, path, name):
    """Start a process that works on the directory."""
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + textwrap.dedent(script), str(path), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.timeout(600)
def test_i7_eight_processes_write_and_nothing_is_lost_or_doubled(tmp_path):
    """They make the directory together, and every step of each is on record once, in its order."""
    script = """
    document = store.put(DOCUMENT)
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    while done < 8:
        try:
            store.append(a_step(document, done, by=me), expected=len(store.steps("marketplace")))
            done += 1
        except PolicyStoreConflict:
            pass
    """
    writers = [start(script, tmp_path / "store", f"writer {number}") for number in range(8)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        with writer:
            assert writer.wait() == 0
    store = DirectoryPolicyStore(tmp_path / "store", create=False)
    recorded = store.steps("marketplace")
    assert len(recorded) == 64
    for number in range(8):
        name = f"writer {number}"
        own = [step for step in recorded if step.by == name]
        assert own == [a_step(recorded[0].digest, done, by=name) for done in range(8)]


@pytest.mark.timeout(600)
def test_i7_a_killed_writer_loses_no_step_that_it_was_told_of(tmp_path):
    """Killed at an instant that nobody chose, again and again: what it acknowledged is there, and the chain holds."""
    script = """
    number = len(store.steps("marketplace"))
    document = store.put(DOCUMENT)
    while True:
        store.append(a_step(document, number, by=me), expected=number)
        number += 1
        print(number, flush=True)
    """
    store = DirectoryPolicyStore(tmp_path / "store")
    acknowledged = 0
    for turn in range(8):
        with start(script, tmp_path / "store", "writer") as writer:
            for _ in range(1 + turn * 3):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            rest = writer.stdout.read().split("\n")[:-1]
            acknowledged = int(rest[-1]) if rest else acknowledged
        recorded = store.steps("marketplace")
        assert acknowledged <= len(recorded) <= acknowledged + 1
        assert [step.why for step in recorded] == [f"第 {number} 稿" for number in range(len(recorded))]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["os.write", "os.fsync", "os.ftruncate", "os.close", "pathlib.Path.replace"])
def test_i7_a_writer_killed_at_any_call_leaves_what_it_was_told_of(name, tmp_path):
    """Killed before and after each call that it makes of the system, one after the other."""
    script = """
    import pathlib, signal
    document = store.put(DOCUMENT)
    before = len(store.steps("marketplace"))
    owner, _, call = sys.argv[3].rpartition(".")
    owner = {"os": os, "pathlib.Path": pathlib.Path}[owner]
    real, left = getattr(owner, call), [int(sys.argv[4])]
    def killing(*words, **named):
        left[0] -= 1
        if left[0] == 0 and sys.argv[5] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        done = real(*words, **named)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    setattr(owner, call, killing)
    store.append(a_step(document, before, by=me), expected=before)
    print("acknowledged", flush=True)
    """
    store = DirectoryPolicyStore(tmp_path / "store")
    program = PRELUDE + textwrap.dedent(script)
    for moment in ("before", "after"):
        for turn in range(1, 20):
            before = len(store.steps("marketplace"))
            done = subprocess.run(
                [sys.executable, "-c", program, str(tmp_path / "store"), "writer", name, str(turn), moment],
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            after = store.steps("marketplace")
            assert len(after) in ({before + 1} if "acknowledged" in done.stdout else {before, before + 1})
            assert [step.why for step in after] == [f"第 {number} 稿" for number in range(len(after))]
            if done.returncode == 0:
                break
        else:
            pytest.fail("the writer makes more calls than were tried")


def test_nothing_can_be_deleted():
    """There is no way to take anything out of a store (令116 art. 15)."""
    public = {name for name in dir(DirectoryPolicyStore) if not name.startswith("_")}
    assert public == {"put", "get", "put_source", "get_source", "append", "steps", "names"}


def test_what_a_killed_writer_left_of_a_document_is_in_nobodys_way(tmp_path):
    """It is overwritten by the next who puts the same document."""
    store = DirectoryPolicyStore(tmp_path)
    digest = store.put(a_document())
    path: Path = tmp_path / "documents" / f"{digest.removeprefix('sha256:')}.json"
    path.unlink()
    path.with_name(f".{path.name}.part").write_bytes(b'{"half')
    assert DirectoryPolicyStore(tmp_path).put(a_document()) == digest
    assert [found.name for found in path.parent.iterdir()] == [path.name]
