"""The tier of one host: what is erased is gone from the disk, and whatever becomes of file and processes is borne."""

import logging
import random
import re
import sqlite3
import threading
from datetime import date, timedelta

import pytest

from chengxin.cache.sqlite import SqliteTier, schema
from chengxin.clock import SystemClock
from chengxin.errors import ConfigurationError, TierUnavailable
from chengxin.records import PenaltyDetail, end_of_china_day
from chengxin.testing import a_penalty
from chengxin.testing.tier_contract import CODE, GRACE, OTHER, Hearer, an_entry, eventually, insist

LONG = GRACE + timedelta(days=400)


@pytest.fixture
def make(path, clock):
    """Return what makes tiers on the file, which are closed after the test."""
    made = []

    def tier(**named):
        options = {
            "source": "contract",
            "tenant": "platform",
            "clock": clock,
            "poll_seconds": 0.05,
            "grace": GRACE,
        }
        made.append(SqliteTier(path, **(options | named)))
        return made[-1]

    yield tier
    for one in made:
        one.close()


def bytes_of(path):
    """Return all bytes of the file and the files beside it."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()))


def a_marked_entry(clock, marker, *, end_on, size=1):
    """Return an entry whose record holds a marker, many times over."""
    detail = PenaltyDetail(facts=f"{marker}." * size)
    return an_entry(clock, a_penalty(start_on=date(2026, 5, 11), end_on=end_on, detail=detail))


def test_i1_nothing_of_an_ended_record_stays_on_disk(make, path, clock):
    """At the end of disclosure the next write, of whomever, removes it from the file and its log."""
    tier = make()
    clock.advance(to=end_of_china_day(date(2026, 11, 30)) - timedelta(seconds=60))
    ending = a_marked_entry(clock, "ENDS", end_on=date(2026, 11, 30), size=200)
    staying = a_marked_entry(clock, "STAYS", end_on=date(2027, 11, 30), size=200)
    assert tier.write(CODE, ending, ticket=tier.open(CODE))
    assert tier.write(OTHER, staying, ticket=tier.open(OTHER))
    assert b"ENDS" in bytes_of(path)
    clock.advance(seconds=60)
    assert tier.write_many([]) == 0
    assert tier.write_many([(OTHER, staying)]) == 1
    assert b"ENDS" not in bytes_of(path)
    assert b"STAYS" in bytes_of(path)


def test_i1_a_process_that_listens_erases_what_has_ended(make, path, clock):
    """Where nobody writes, the thread does it within seconds; so with an entry that was replaced."""
    tier, hearer = make(), Hearer()
    tier.listen(hearer)
    clock.advance(to=end_of_china_day(date(2026, 11, 30)) - timedelta(seconds=60))
    for code, marker in ((CODE, "ENDS"), (OTHER, "OLDER")):
        ending = a_marked_entry(clock, marker, end_on=date(2026, 11, 30), size=99)
        assert tier.write(code, ending, ticket=tier.open(code))
    assert tier.write(OTHER, an_entry(clock), ticket=tier.open(OTHER))
    assert eventually(lambda: b"OLDER" not in bytes_of(path))
    clock.advance(seconds=60)
    assert eventually(lambda: b"ENDS" not in bytes_of(path))


def test_i1_nothing_of_an_invalidated_or_cleared_subject_stays_on_disk(make, path, clock):
    """What was repaired is gone from the disk as well."""
    tier = make()
    for code in (CODE, OTHER):
        entry = a_marked_entry(clock, "REPAIRED", end_on=None, size=50)
        assert tier.write(code, entry, ticket=tier.open(code))
    tier.invalidate([CODE])
    assert b"REPAIRED" in bytes_of(path)
    tier.clear()
    assert b"REPAIRED" not in bytes_of(path)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_i1_no_page_keeps_a_copy_of_what_was_moved_and_erased(make, path, clock, seed):
    """However rows grow, shrink, move and go, the disk holds the facts of those alone that are kept."""
    tier, chance, live = make(grace=LONG), random.Random(seed), {}
    for batch in range(60):
        rows = []
        for number in range(25):
            code, marker = f"9135{chance.randint(0, 900):014d}", f"MARK{batch:03d}{number:02d}"
            rows.append((code, a_marked_entry(clock, marker, end_on=None, size=chance.randint(1, 300))))
            live[code] = marker
        tier.write_many(rows)
        gone = chance.sample(sorted(live), chance.randint(0, 20))
        tier.invalidate(gone)
        for code in gone:
            del live[code]
    assert tier._file.truncate()
    found = {match.decode() for match in re.findall(rb"MARK\d{5}", bytes_of(path))}
    assert found == set(live.values())


def test_the_file_is_its_users_alone(make, path, clock):
    """Nobody else on the host reads it; a directory that is made is closed to others too."""
    tier = SqliteTier(path.parent / "new" / "c.db", source="s", tenant="t", clock=clock)
    tier.open(CODE)
    assert tier.board.take("x", owner="me", life_seconds=9.0)
    assert {file.stat().st_mode & 0o077 for file in (path.parent / "new").iterdir()} == {0}
    assert (path.parent / "new").stat().st_mode & 0o077 == 0
    tier.close()


def test_nothing_is_opened_before_it_is_used(path, clock):
    """A tier that is only constructed touches nothing."""
    tier = SqliteTier(path / "x" / "c.db", source="s", tenant="t", clock=clock)
    tier.close()
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, 0.6, float("nan")])
def test_a_poll_that_is_too_rare_is_refused(path, clock, seconds):
    """A repair is gone everywhere within two seconds, so nobody looks less often than twice a second."""
    with pytest.raises(ConfigurationError, match="poll_seconds"):
        SqliteTier(path, source="s", tenant="t", clock=clock, poll_seconds=seconds)


def test_a_path_that_cannot_be_used_is_explained(path, clock):
    """The error names the path and says what to do."""
    path.write_text("a file, no directory")
    tier = SqliteTier(path / "c.db", source="s", tenant="t", clock=clock)
    with pytest.raises(TierUnavailable, match="may write to"):
        tier.read(CODE)
    with pytest.raises(TierUnavailable, match="may write to"):
        tier.board.take("x", owner="me", life_seconds=9.0)
    with pytest.raises(TierUnavailable):
        tier.invalidate([CODE])
    tier.close()


def test_somebody_elses_database_is_left_alone(make, path, clock):
    """A path given by mistake costs nobody their data."""
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE invoice (id INTEGER)")
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(TierUnavailable, match="somebody else's"):
        make().read(CODE)
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["version", "garbage", "short"])
def test_a_file_that_cannot_be_used_is_put_aside_and_made_anew(make, path, clock, caplog, damage):
    """Another version, or no database at all: it is said aloud, and the tier goes on empty."""
    tier = make()
    assert tier.write(CODE, an_entry(clock), ticket=tier.open(CODE))
    tier.close()
    if damage == "version":
        with sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
        connection.close()
    else:
        path.write_bytes(b"garbage " * 1000 if damage == "garbage" else path.read_bytes()[:1500])
    with caplog.at_level(logging.ERROR):
        anew = make()
        assert insist(lambda: anew.read(CODE)) is None
        assert insist(lambda: anew.write(CODE, an_entry(clock), ticket=anew.open(CODE)))
    assert "put aside" in caplog.text
    assert path.with_name("cache.db.aside").exists()


def test_a_file_that_is_damaged_while_in_use_is_made_anew(make, path, clock):
    """What is noticed on the way is one failed operation, then an empty tier."""
    tier = make()
    tier.write_many((f"SUBJECT{n:011d}", an_entry(clock)) for n in range(300))
    tier._file.truncate()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(2048)
        file.write(b"\xff" * (size - 2048))
    tier.close()

    def is_well():
        try:
            return tier.write(CODE, an_entry(clock), ticket=tier.open(CODE)) and tier.read(CODE) is not None
        except TierUnavailable:
            return False

    assert eventually(is_well)


def test_a_deleted_file_is_lost_contact_and_holds_nothing(make, path, clock):
    """Listeners hear that they missed something and that nothing holds; tickets of before are refused."""
    here, there, hearer = make(), make(), Hearer()
    here.listen(hearer)
    assert hearer.hears("restored")
    ticket = here.open(CODE)
    for file in path.parent.glob("cache.db*"):
        file.unlink()
    assert there.read(CODE) is None
    assert hearer.hears("restored", times=2)
    assert hearer.heard == ["restored", "lost", "cleared", "restored"]
    assert not here.write(CODE, an_entry(clock), ticket=ticket)
    there.invalidate([OTHER])
    here.pump()
    assert hearer.codes == {OTHER}


def test_a_file_that_cannot_be_read_is_lost_contact(make, path, clock):
    """After a second without a look listeners know; when it can be read again they do too."""
    tier, hearer = make(), Hearer()
    tier.listen(hearer)
    assert hearer.hears("restored")
    away = path.with_name("away")
    for name in ("cache.db", "cache.db-wal", "cache.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.mkdir()
    assert hearer.hears("lost")
    with pytest.raises(TierUnavailable):
        tier.pump()
    path.rename(away)
    assert hearer.hears("restored", times=2)
    tier.pump()


def test_who_was_away_for_too_long_hears_that_nothing_holds(make, clock, monkeypatch):
    """Invalidations that were forgotten meanwhile count as one of everything."""
    monkeypatch.setattr("chengxin.cache.sqlite.tier.MOST_TOLD", 10)
    here, there, hearer = make(poll_seconds=0.5), make(), Hearer()
    here.listen(hearer)
    assert hearer.hears("restored")
    here.pump()
    for _ in range(2):
        there.invalidate([f"SUBJECT{n:011d}" for n in range(30)])
    here.pump()
    assert hearer.heard.count("cleared") == 1


def test_tickets_from_before_what_was_forgotten_are_refused(make, clock):
    """An hour later nobody knows what came before, so it is not kept."""
    tier = make(grace=LONG)
    ticket = tier.open(CODE)
    tier.invalidate([OTHER])
    clock.advance(seconds=3601)
    assert tier.write(CODE, an_entry(clock), ticket=ticket)
    tier.invalidate([OTHER])
    assert not tier.write(CODE, an_entry(clock), ticket=ticket)


def test_a_locked_file_costs_a_bounded_time(make, path, clock):
    """Reads go on; a write gives up and says so."""
    tier = make()
    assert tier.write(CODE, an_entry(clock), ticket=tier.open(CODE))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    real = SystemClock()
    begun = real.monotonic()
    with pytest.raises(TierUnavailable, match="locked"):
        tier.write(CODE, an_entry(clock), ticket=tier.open(CODE))
    assert real.monotonic() - begun < 1.0
    assert tier.read(CODE) is not None
    other.execute("ROLLBACK")
    other.close()
    assert tier.write(CODE, an_entry(clock), ticket=tier.open(CODE))


def test_threads_have_connections_of_their_own_that_end_with_them(make, clock):
    """A thread that is gone leaves nothing open."""
    tier = make()
    tier.open(CODE)
    for _ in range(5):
        thread = threading.Thread(target=tier.read, args=(CODE,))
        thread.start()
        thread.join()
    assert len([handle for handle in tier._file._handles if handle.pid]) == 1
