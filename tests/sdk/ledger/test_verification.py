"""Verification: a whole chain is whole, and every damage is found and located."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.errors import LedgerDamaged
from chengxin.ledger import (
    COLUMNS,
    GENESIS,
    ChainHead,
    DamageKind,
    EntryKind,
    LedgerDraft,
    sign_checkpoint,
    verify_chain,
)
from chengxin.ledger.numbers import EntryNumbers
from chengxin.signing import KeySigner, Verifier, generate_key
from tests.sdk.ledger.material import AT, SIGNER, Book, a_book, a_draft

BOOK = a_book()
LAST = len(BOOK.entries)
CERTAIN = {"seq", "content_digest", "prev_hash", "hash", "content", "salt"}


def found(report):
    """Return kinds and numbers of what was found."""
    return [(damage.kind, damage.seq, damage.until) for damage in report.damages]


def with_column(seq, column, value):
    """Return the book's entries with another value in one column."""
    entries = list(BOOK.entries)
    entries[seq - 1] = replace(entries[seq - 1], **{column: value})
    return entries


def test_a_whole_chain_is_whole():
    """Everything in it is counted."""
    report = BOOK.verify()
    assert report.is_whole
    report.raise_for_damage()
    assert report.last == BOOK.head == ChainHead(seq=12, hash=BOOK.entries[-1].hash)
    assert (report.entries, report.contents, report.erased) == (12, 6, 2)
    assert (report.checkpoints, report.signatures, report.damages) == (2, 2, ())


def test_an_empty_ledger_is_whole():
    """With an empty head, and with none."""
    assert verify_chain([], ChainHead(), []).is_whole
    assert verify_chain([]).last == ChainHead()


def flips(text):
    """Return a text with any one byte changed to any other, where it is a text still."""
    data = text.encode()

    def flip(place, change):
        changed = bytearray(data)
        changed[place % len(data)] ^= change
        try:
            return changed.decode()
        except UnicodeDecodeError:
            return bytes(changed)

    return st.builds(flip, st.integers(0, len(data) - 1), st.integers(1, 255))


@st.composite
def flipped(draw):
    """Draw an entry, a column of it that holds something, and what it holds with one byte flipped."""
    seq = draw(st.integers(1, LAST))
    entry = BOOK.entries[seq - 1]
    column = draw(st.sampled_from([name for name in COLUMNS if getattr(entry, name)]))
    value = getattr(entry, column)
    if column == "seq":
        return seq, column, value ^ 1 << draw(st.integers(0, 40))
    return seq, column, draw(flips(value))


@settings(max_examples=400)
@given(flipped())
def test_i6_a_flipped_byte_in_any_column_is_found_and_located(change):
    """In the entry that it is in, and among few columns; alone where another place tells what it held."""
    seq, column, value = change
    report = BOOK.verify(entries=with_column(seq, column, value))
    assert not report.is_whole
    first = next(damage for damage in report.damages if damage.seq == seq)
    assert first.kind in {DamageKind.CHANGED, DamageKind.UNREADABLE}
    assert column in first.columns
    is_told = column in CERTAIN and not (column == "content_digest" and BOOK.entries[seq - 1].content is None)
    if is_told and column not in {"content", "salt"}:
        assert first.columns == (column,)
    if column in {"content", "salt"}:
        assert set(first.columns) <= {"content", "salt"}
    others = {damage.seq for damage in report.damages} - {seq}
    assert others <= ({1, 2, 4, 5, 9} if column in {"stub", "kind"} else set())


@settings(max_examples=200)
@given(
    st.integers(1, LAST),
    st.sampled_from(COLUMNS),
    st.none() | st.just(b"\x00") | st.just(1.5) | st.just("\ud800"),
)
def test_i6_whatever_stands_in_a_column_is_found(seq, column, value):
    """Also what no column of its kind can hold."""
    if getattr(BOOK.entries[seq - 1], column) is value:
        return
    report = BOOK.verify(entries=with_column(seq, column, value))
    assert not report.is_whole
    assert any(column in damage.columns and damage.seq == seq for damage in report.damages)


@pytest.mark.parametrize("seq", range(1, LAST))
def test_i6_a_missing_entry_is_named(seq):
    """Wherever it was."""
    entries = [entry for entry in BOOK.entries if entry.seq != seq]
    assert (DamageKind.MISSING, seq, seq) in found(BOOK.verify(entries=entries))


@given(st.integers(1, LAST - 1), st.integers(2, 5))
def test_i6_missing_entries_are_named_together(first, count):
    """From the first to the last of them."""
    last = min(first + count - 1, LAST - 1)
    entries = [entry for entry in BOOK.entries if not first <= entry.seq <= last]
    assert (DamageKind.MISSING, first, last) in found(BOOK.verify(entries=entries))


@pytest.mark.parametrize("seq", range(1, LAST + 1))
def test_i6_a_doubled_entry_is_named(seq):
    """Right behind itself, and at the end."""
    entry = BOOK.entries[seq - 1]
    for place in {seq, LAST}:
        entries = [*BOOK.entries[:place], entry, *BOOK.entries[place:]]
        assert found(BOOK.verify(entries=entries)) == [(DamageKind.OUT_OF_ORDER, seq, seq)]


@pytest.mark.parametrize("seq", range(1, LAST))
def test_i6_swapped_entries_are_named(seq):
    """As one that is missing where it should be, and stands where it should not."""
    entries = list(BOOK.entries)
    entries[seq - 1], entries[seq] = entries[seq], entries[seq - 1]
    places = found(BOOK.verify(entries=entries))
    assert (DamageKind.MISSING, seq, seq) in places
    assert (DamageKind.OUT_OF_ORDER, seq, seq) in places


@pytest.mark.parametrize("count", [1, 2, 11, 12])
def test_i6_a_cut_off_end_is_named(count):
    """By the head; by a checkpoint behind it, where the head was set back too; and by both."""
    entries = BOOK.entries[: LAST - count]
    last = ChainHead(seq=entries[-1].seq, hash=entries[-1].hash) if entries else ChainHead()
    cut = (DamageKind.TRUNCATED, last.seq + 1, LAST)
    assert cut in found(BOOK.verify(entries=entries))
    report = BOOK.verify(entries=entries, head=last)
    if last.seq < 9:
        assert (DamageKind.TRUNCATED, last.seq + 1, 9) in found(report)


@pytest.mark.parametrize(
    ("head", "damage"),
    [
        (ChainHead(seq=11, hash=BOOK.entries[10].hash), (DamageKind.HEAD, 12, 12)),
        (ChainHead(), (DamageKind.HEAD, 1, 12)),
        (ChainHead(seq=12, hash=GENESIS), (DamageKind.HEAD, 12, 12)),
        (ChainHead(seq=13, hash=GENESIS), (DamageKind.TRUNCATED, 13, 13)),
    ],
)
def test_i6_a_changed_head_is_named(head, damage):
    """And no entry is blamed for it."""
    assert found(BOOK.verify(head=head)) == [damage]


def rewritten(seq, **changes):
    """Return a book in which an entry was written anew, with everything behind it."""
    book = Book(checkpoints=list(BOOK.checkpoints))
    for entry in BOOK.entries:
        decoded = entry.decode()
        draft = LedgerDraft(
            at=decoded.at,
            kind=decoded.kind,
            stub=decoded.stub,
            subject=decoded.subject,
            actor=decoded.actor,
            content=decoded.content,
            erase_at=decoded.erase_at if decoded.content else None,
        )
        book.append(replace(draft, **changes) if entry.seq == seq else draft)
    return book


def test_i6_a_chain_written_anew_is_told_by_its_checkpoints():
    """It agrees with itself and with its head, and not with what was signed."""
    book = rewritten(3, stub={"measure": "another"})
    # Erased contents cannot be written anew either: their digests are lost with them.
    assert (DamageKind.CHECKPOINT_MISMATCH, 5, 5) in found(book.verify())


def test_i6_an_entry_written_anew_is_not_chained():
    """One that has a right hash of its own; the two that do not fit are named."""
    entries = list(BOOK.entries)
    entries[2] = rewritten(3, stub={"measure": "another"}).entries[2]
    entries[2] = replace(entries[2], prev_hash=entries[1].hash)
    from chengxin.ledger.chain import hash_of  # noqa: PLC0415 -- what only somebody who forges needs

    entries[2] = replace(entries[2], hash=hash_of(entries[2]))
    assert found(BOOK.verify(entries=entries)) == [(DamageKind.NOT_CHAINED, 3, 4)]


def test_i6_content_that_is_gone_without_a_word_is_named():
    """The entry is told, and that its content and salt are not there."""
    entries = [
        replace(entry, content=None, salt=None) if entry.seq in {1, 9} else entry for entry in BOOK.entries
    ]
    report = BOOK.verify(entries=entries)
    assert found(report) == [(DamageKind.CONTENT_MISSING, 1, 1), (DamageKind.CONTENT_MISSING, 9, 9)]
    assert "content" in report.damages[0].columns


def test_i6_content_that_is_there_though_erased_is_named():
    """Somebody put a copy back; its digest is right."""
    book = a_book()
    kept = book.entries[8]
    book.erase(9)
    book.entries[8] = kept
    assert found(book.verify()) == [(DamageKind.CONTENT_KEPT, 9, 9)]


@pytest.mark.parametrize("seqs", [[2], [5], [13], [14], [0], [-1], ["x"], [None]])
def test_i6_an_erasure_names_contents_that_went_with_it(seqs):
    """Not what was erased before, never had any, is itself, comes later, or is no entry."""
    book = a_book()
    book.append(LedgerDraft(at=AT, kind=EntryKind.CONTENT_ERASED, stub={"seqs": seqs}))
    assert book.verify().damage_count == 1


@pytest.mark.parametrize("stub", [{}, {"seqs": 1}, {"seqs": None}])
def test_i6_an_erasure_that_names_nothing_is_told(stub):
    """As unreadable."""
    book = a_book()
    book.append(LedgerDraft(at=AT, kind=EntryKind.CONTENT_ERASED, stub=stub))
    assert found(book.verify()) == [(DamageKind.UNREADABLE, 13, 13)]


@given(st.lists(st.sampled_from(["append", "erase", "sign"]), max_size=30), st.data())
def test_i6_erasing_on_schedule_keeps_the_chain_whole(steps, data):
    """Whatever is appended, erased and signed in whatever order."""
    book, kept = Book(), []
    for number, step in enumerate(steps):
        if step == "append":
            book.append(a_draft(number))
            kept.append(len(book.entries))
        elif step == "erase" and kept:
            due = data.draw(st.lists(st.sampled_from(kept), min_size=1, unique=True))
            kept = [seq for seq in kept if seq not in due]
            book.erase(*due)
        elif step == "sign" and book.entries:
            book.sign()
    report = book.verify()
    assert report.is_whole
    assert report.contents == len(kept)


def test_i6_a_checkpoint_of_an_untrusted_key_is_refused():
    """And the chain is not called whole on its word."""
    stranger = KeySigner.from_pem(generate_key(), kid="2026-06")
    forged = sign_checkpoint(BOOK.head, at=AT, signer=stranger)
    report = BOOK.verify(checkpoints=[*BOOK.checkpoints, forged])
    assert found(report) == [(DamageKind.CHECKPOINT_SIGNATURE, 12, 12)]
    assert (report.checkpoints, report.signatures) == (2, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": "other"},
        {"at": AT.replace(year=2027)},
        {"jws": sign_checkpoint(BOOK.head, at=AT, signer=SIGNER).jws},
    ],
)
def test_i6_a_checkpoint_says_what_its_signature_says(changes):
    """A column that was changed beside the signature is told."""
    changed = [replace(BOOK.checkpoints[0], **changes), BOOK.checkpoints[1]]
    report = BOOK.verify(checkpoints=changed)
    assert (DamageKind.CHECKPOINT_MISMATCH, 5, 5) in found(report)


def test_i6_a_checkpoint_that_was_taken_away_is_missed():
    """An entry names it; without looking at checkpoints nobody can say."""
    assert found(BOOK.verify(checkpoints=BOOK.checkpoints[1:])) == [(DamageKind.CHECKPOINT_MISSING, 5, 5)]
    assert BOOK.verify(checkpoints=None).is_whole


def test_signatures_are_not_counted_where_no_key_is_given():
    """The report does not say more than was looked at."""
    report = BOOK.verify(verifier=None)
    assert (report.is_whole, report.checkpoints, report.signatures) == (True, 2, 0)


def test_an_old_key_is_trusted_beside_the_new_one():
    """A renewed key leaves old checkpoints as good as they were."""
    book = a_book()
    new = KeySigner.from_pem(generate_key(), kid="2026-07")
    book.checkpoints.append(sign_checkpoint(book.head, at=AT, signer=new))
    assert book.verify(verifier=Verifier.of(new, SIGNER)).signatures == 3


def test_damage_is_raised_with_its_place():
    """The first place, and how many more there are."""
    entries = with_column(3, "stub", "{}")
    entries[6] = replace(entries[6], hash=GENESIS)
    with pytest.raises(
        LedgerDamaged, match=r"entry 3, one of the columns .*stub.* There is more damage in 1"
    ) as caught:
        BOOK.verify(entries=entries).raise_for_damage()
    assert caught.value.seq == 3
    assert "stub" in caught.value.columns


def test_much_damage_is_counted():
    """A hundred places are told one by one."""
    book = Book()
    for number in range(150):
        book.append(a_draft(number))
    report = book.verify(entries=[replace(entry, actor="x") for entry in book.entries])
    assert (len(report.damages), report.damage_count) == (100, 150)


def test_a_million_entries_take_little_memory():
    """What is kept of erased contents is one bit each."""
    numbers = EntryNumbers()
    for number in range(1, 20_001):
        numbers.add(number)
    assert all(numbers.take(number) for number in range(1, 20_001) if number % 3)
    assert list(numbers) == list(range(3, 20_001, 3))
    assert not numbers.take(1)
    assert not numbers.take(10**12)
