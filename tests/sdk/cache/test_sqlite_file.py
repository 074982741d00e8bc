"""The cache file where something is in its way: each operation says so, and the next one that can goes on."""

import errno
import fcntl
import sqlite3
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.cache.sqlite import SqliteTier, schema
from chengxin.cache.sqlite.file import CacheFile
from chengxin.cache.sqlite.handle import FileId
from chengxin.cache.sqlite.holder import Door
from chengxin.errors import TierUnavailable
from chengxin.testing.tier_contract import CODE, GRACE, OTHER, an_entry, insist


@pytest.fixture
def tier(path, clock):
    """Return a tier on the file."""
    tier = SqliteTier(path, source="contract", tenant="platform", clock=clock, grace=GRACE)
    yield tier
    tier.close()


@pytest.fixture
def file(path):
    """Return the file as one process sees it."""
    file = CacheFile(path, source="contract", tenant="platform")
    yield file
    file.close()


def tamper(path, statement, *arguments):
    """Change the file from outside."""
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute(statement, arguments)
    other.close()


def keep(tier, clock, code=CODE):
    """Keep an entry and return it."""
    entry = an_entry(clock)
    assert insist(lambda: tier.write(code, entry, ticket=tier.open(code)))
    return entry


@given(st.integers(0, 5000), st.text(st.characters(codec="ascii"), max_size=18))
def test_i1_facts_lie_in_pages_that_are_never_copied(length, code):
    """Whatever the length of a body, nothing but white space of it stays in the table."""
    body = b"x" * length
    laid_out = schema.lay_out(body, code)
    assert laid_out.lstrip() == body
    head = schema._FIXED + len(code)
    row = head + len(laid_out)
    local = schema._LEAST_LOCAL + (row - schema._LEAST_LOCAL) % schema._OVERFLOW
    assert row > schema._PAGE - 35
    assert local == schema._LEAST_LOCAL + schema._SLACK
    assert not laid_out[: local - head].strip()


def test_a_table_that_is_gone_is_told_by_each_operation(tier, path, clock):
    """Whoever deletes tables of the file gets an error that the host survives, of our own kind."""
    keep(tier, clock)
    tamper(path, "DROP TABLE kept")
    for operation in (
        lambda: tier.read(CODE),
        lambda: list(tier.scan()),
        lambda: tier.write(CODE, an_entry(clock), ticket=tier.open(CODE)),
    ):
        with pytest.raises(TierUnavailable, match="no such table"):
            operation()


def test_a_file_without_its_tenants_says_what_to_do(tier, path):
    """No ticket is given where nothing can prove it."""
    tier.open(CODE)
    tamper(path, "DELETE FROM space")
    with pytest.raises(TierUnavailable, match="delete it"):
        tier.open(CODE)


def test_i2_a_body_that_somebody_overwrote_is_nothing(tier, path, clock):
    """It is neither read nor scanned; what else there is stays."""
    keep(tier, clock)
    entry = keep(tier, clock, OTHER)
    tamper(path, "UPDATE kept SET body = ? WHERE code = ?", b"{}", CODE)
    assert tier.read(CODE) is None
    assert list(tier.scan()) == [(OTHER, entry)]


def test_a_connection_that_was_closed_is_told(file):
    """A look at the file by a connection that is gone is an error of ours too."""
    file.handle().connection.close()
    with pytest.raises(TierUnavailable, match="did not take part"):
        file.read_version()


def test_a_change_that_is_broken_off_did_not_happen(tier, clock):
    """Whatever is raised amid a transaction, nothing of it stays, and the next one begins."""
    entry = keep(tier, clock)

    def break_off():
        with tier._file.change() as handle:
            handle.connection.execute("DELETE FROM kept")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert tier.read(CODE) == entry


def test_a_change_of_a_file_that_was_replaced_meanwhile_is_refused(tier, path, clock):
    """Nobody else saw what was written, so it does not count as written."""
    keep(tier, clock)
    with pytest.raises(TierUnavailable, match="was replaced"), tier._file.change():
        path.rename(path.with_name("elsewhere"))
    assert insist(lambda: tier.read(CODE)) is None


def test_a_log_that_is_not_there_is_empty(tier, path, clock):
    """Where everybody has closed the file, SQLite itself has deleted the log."""
    keep(tier, clock)
    assert not tier._file.is_log_empty
    tier.close()
    assert tier._file.is_log_empty


def test_a_sweep_of_an_empty_log_writes_nothing(tier, clock):
    """Where nothing has ended and the log is empty, the thread that listens leaves the file alone."""
    keep(tier, clock)
    assert tier._file.truncate()
    version = tier._file.read_version()
    tier._sweep()
    assert tier._file.is_log_empty
    assert tier._file.read_version() == version


def test_an_empty_file_is_made_use_of(tier, path, clock):
    """A file that somebody touched beforehand, for its rights, becomes the cache; nothing is put aside."""
    path.touch()
    keep(tier, clock)
    assert not path.with_name("cache.db.aside").exists()


def test_a_file_that_another_process_makes_is_waited_for(file):
    """Two never make it at once; who waits in vain says so in bounded time."""
    with Door(file.lock_path) as is_alone:
        assert is_alone
        with pytest.raises(TierUnavailable, match="by another process"):
            file.handle()
    assert file.handle().space == 1


def test_a_file_that_another_process_has_made_meanwhile_is_kept(tier, path, clock):
    """Who comes second finds it usable, and does not make it anew."""
    entry = keep(tier, clock)
    tier._file._make()
    tier._file._replace(FileId(0, 0))
    assert tier.read(CODE) == entry


@pytest.mark.parametrize("is_second", [False, True])
def test_a_file_that_is_locked_for_good_is_told(file, path, monkeypatch, is_second):
    """Somebody who keeps all others out is no reason to make the file anew, whoever looks at it."""
    file.handle()
    file.close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with monkeypatch.context() as patched:
        if is_second:
            patched.setattr(file, "_try", lambda: None)
        with pytest.raises(TierUnavailable, match=r"locked.*try again"):
            CacheFile.handle(file)
    other.close()
    assert file.handle().space == 1


def test_a_file_that_is_found_damaged_by_who_makes_it_is_put_aside(file, path, monkeypatch):
    """Damage that comes between two looks is noticed by the second one."""
    path.write_bytes(b"garbage " * 1000)
    looks = [file._try, lambda: None]

    def look():
        return looks.pop()() if len(looks) > 1 else looks[0]()

    monkeypatch.setattr(file, "_try", look)
    assert file.handle().space == 1
    assert path.with_name("cache.db.aside").read_bytes().startswith(b"garbage")


def test_a_file_that_cannot_be_made_is_told(file, path):
    """What is in the way of its log is in the way of all."""
    path.with_name("cache.db-wal").mkdir()
    with pytest.raises(TierUnavailable, match="cannot be made"):
        file.handle()


def damage(path):
    """Overwrite all of the file but its head, while it is open."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(1024)
        file.write(b"\xff" * (size - 1024))


def test_damage_that_is_met_on_the_way_is_one_failed_operation(tier, path, clock):
    """The file is put aside at once, and the next operation finds a new one."""
    tier.write_many((f"SUBJECT{number:011d}", an_entry(clock)) for number in range(300))
    assert tier._file.truncate()
    damage(path)
    with pytest.raises(TierUnavailable, match="made anew"):
        list(tier.scan())
    assert path.with_name("cache.db.aside").exists()
    keep(tier, clock)


def test_a_damaged_file_that_cannot_be_put_aside_says_what_to_do(tier, path, clock):
    """Where something is in the way of it, a human is asked."""
    tier.write_many((f"SUBJECT{number:011d}", an_entry(clock)) for number in range(300))
    assert tier._file.truncate()
    damage(path)
    path.with_name("cache.db.aside").mkdir()
    with pytest.raises(TierUnavailable, match="delete it"):
        list(tier.scan())


def test_locks_that_cannot_be_had_are_told(tier, path, clock):
    """Without the file of the locks nobody holds a lease, and entries go on."""
    keep(tier, clock)
    lock = path.with_name("cache.db-lock")
    lock.unlink()
    lock.mkdir()
    with pytest.raises(TierUnavailable, match="file of locks"):
        tier.board.take("lead", owner="me", life_seconds=60.0)
    assert tier.read(CODE) is not None


def test_a_file_system_without_locks_is_told(file, monkeypatch):
    """Where the kernel refuses a lock, the file is not made: two might make it at once."""

    def refuse(descriptor, operation):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(TierUnavailable, match="No locks available"):
        file.handle()


def test_off_linux_a_lease_ends_with_its_life_alone(tier, clock, monkeypatch):
    """Nobody can tell there that a process has ended, so everybody counts as alive."""
    monkeypatch.setattr(sys, "platform", "darwin")
    board = tier.board
    assert board.take("lead", owner="a", life_seconds=60.0)
    assert not board.take("lead", owner="b", life_seconds=60.0)
    assert board._holder.is_alive(board._holder.place + 1)
    clock.advance(seconds=61)
    assert board.take("lead", owner="b", life_seconds=60.0)
