"""Entries: what a draft may hold, how it is written, how it is chained."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.canonical import canonical_bytes
from chengxin.errors import InvalidRecord, LedgerDamaged, LedgerError
from chengxin.identifiers import mask_identity_numbers
from chengxin.ledger import (
    GENESIS,
    ChainHead,
    EntryKind,
    LedgerDraft,
    StoredEntry,
    decode_export,
    encode_export,
    instant_text,
    prepare,
    read_instant,
    seal,
)
from tests.sdk.ledger.material import AT, CODE, a_book, a_draft

SALT = b"0123456789abcdef"
PERSON = "110108199001011231"

names = st.text(st.characters(exclude_categories=["C", "Zl", "Zp", "Zs"]), min_size=1, max_size=20).filter(
    lambda text: text == text.strip()
)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
objects = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), values, max_size=4)
instants = st.datetimes(timezones=st.just(UTC))
drafts = st.builds(
    LedgerDraft,
    at=instants,
    kind=st.sampled_from(EntryKind),
    stub=objects,
    subject=st.none() | names,
    actor=st.none() | names,
    content=st.none() | objects,
)


@given(drafts)
def test_i6_what_is_hashed_is_the_canonical_form_of_everything_but_the_content(draft):
    """Put together from stored texts it is the same as RFC 8785 of the whole; salt and content have their digest."""
    prev = ChainHead(seq=6, hash=GENESIS)
    entry = seal(draft, prev=prev, salt=SALT)
    whole = {
        "seq": 7,
        "at": instant_text(draft.at),
        "kind": draft.kind.value,
        "subject": draft.subject,
        "actor": draft.actor,
        "stub": draft.stub,
        "content_digest": entry.content_digest,
        "erase_at": None,
        "prev_hash": GENESIS,
    }
    assert entry.hash == "sha256:" + hashlib.sha256(canonical_bytes(whole)).hexdigest()
    if draft.content is None:
        assert entry.content_digest is entry.salt is None
    else:
        salted = SALT + canonical_bytes(draft.content)
        assert entry.content_digest == "sha256:" + hashlib.sha256(salted).hexdigest()


@given(drafts)
def test_an_entry_comes_back_from_its_columns(draft):
    """Every column has one written form."""
    prepared = prepare(draft, salt=SALT)
    stored = prepared.after(ChainHead())
    assert stored.decode().stored() == stored == prepared.entry(stored).stored()
    assert StoredEntry.of(stored.columns()) == stored
    assert stored.unreadable() == ()


@given(instants)
def test_an_instant_has_one_text(at):
    """To the microsecond, and of every year."""
    assert read_instant(instant_text(at)) == at


@given(instants)
def test_i8_no_instant_reads_as_the_number_of_a_person(at):
    """So that a stub need not be searched for one in its times."""
    assert mask_identity_numbers(instant_text(at)) == instant_text(at)


def test_the_same_content_has_another_digest_under_another_salt():
    """One of three severities cannot be guessed back from what stays."""
    digests = {seal(a_draft(), prev=ChainHead(), salt=bytes([n]) * 16).content_digest for n in range(3)}
    assert len(digests) == 3


def test_an_entry_tells_whether_its_content_is_erased():
    """One that never had any is not erased."""
    entries = [stored.decode() for stored in a_book().entries]
    assert [entry.seq for entry in entries if entry.is_erased] == [2, 4]


def test_contents_are_not_shown_by_repr():
    """A traceback in a log holds no facts."""
    entry = seal(a_draft(), prev=ChainHead(), salt=SALT)
    assert "决定" not in repr(a_draft()) + repr(entry) + repr(entry.stored()) + repr(
        prepare(a_draft(), salt=SALT)
    )


ILL_FORMED = {
    "naive": {"at": datetime(2026, 6, 1)},
    "another zone": {"at": AT.astimezone(timezone(timedelta(hours=8)))},
    "erase_at naive": {"erase_at": datetime(2026, 6, 1)},
    "nothing to erase": {"content": None},
    "kind no kind": {"kind": "measure.imposed"},
    "subject empty": {"subject": ""},
    "subject blank": {"subject": " "},
    "subject with space": {"subject": f" {CODE}"},
    "subject too long": {"subject": "x" * 101},
    "subject no text": {"subject": 7},
    "subject of two lines": {"subject": "a\nb"},
    "subject of half a character": {"subject": "\ud800"},
    "a person's number as subject": {"subject": PERSON},
    "a person's number as actor": {"actor": f"王芳 {PERSON}"},
    "actor with a format character": {"actor": "王\u200b芳"},
    "stub no object": {"stub": []},
    "stub NaN": {"stub": {"a": float("nan")}},
    "stub too large a number": {"stub": {"a": 2**53}},
    "stub key no text": {"stub": {1: 1}},
    "stub no JSON": {"stub": {"a": AT}},
    "stub too large": {"stub": {"a": "x" * 16_384}},
    "stub with a person's number": {"stub": {"a": [{"b": PERSON}]}},
    "stub with a person's number as key": {"stub": {PERSON: 1}},
    "content no object": {"content": "facts"},
    "content with a person's number": {"content": {"facts": f"当事人（{PERSON}）"}},
    "content too large": {"content": {"a": "x" * 1_048_576}},
}


@pytest.mark.parametrize("changes", ILL_FORMED.values(), ids=ILL_FORMED)
def test_what_is_not_of_its_form_is_not_appended(changes):
    """Nor is an identity number kept anywhere in an entry (invariant I8)."""
    with pytest.raises(InvalidRecord) as caught:
        prepare(a_draft(**changes), salt=SALT)
    assert PERSON not in str(caught.value)


def test_digests_and_uuids_are_not_taken_for_numbers_of_persons():
    """However many digits stand side by side in them."""
    stub = {"digest": f"sha256:{PERSON}{'0' * 46}", "id": "11010819-9001-0112-3100-000000000000"}
    assert prepare(a_draft(stub=stub), salt=SALT).stored.stub


@pytest.mark.parametrize("salt", [None, b"", b"x" * 15])
def test_a_content_needs_its_salt(salt):
    """Of full length."""
    with pytest.raises(InvalidRecord, match="salt"):
        prepare(a_draft(), salt=salt)


def test_an_entry_holds_content_and_salt_together():
    """And only under a digest."""
    entry = seal(a_draft(), prev=ChainHead(), salt=SALT)
    for changes in ({"salt": None}, {"content": None}, {"content_digest": None}, {"salt": b"x"}):
        with pytest.raises(InvalidRecord):
            replace(entry, **changes)


def test_a_kind_of_a_later_version_is_read():
    """And stays a text, while one without the form of a kind is damage."""
    stored = replace(a_book().entries[0], kind="badge.issued")
    assert stored.decode().kind == "badge.issued"
    with pytest.raises(LedgerDamaged) as caught:
        replace(stored, kind="Badge issued").decode()
    assert (caught.value.seq, caught.value.columns) == (1, ("kind",))


def test_what_cannot_be_read_is_named():
    """With its number, where it has one."""
    stored = a_book().entries[0]
    with pytest.raises(LedgerDamaged) as caught:
        replace(stored, stub='{"b":1,"a":1}', seq="x").decode()
    assert (caught.value.seq, caught.value.columns) == (None, ("seq", "stub"))


def test_an_entry_goes_where_a_database_chained_it_and_nowhere_else():
    """What the database came to is what we come to, or the transaction is undone."""
    prepared = prepare(a_draft(), salt=SALT)
    stored = prepared.after(ChainHead(seq=6, hash=GENESIS))
    form = f'{prepared.before}{GENESIS}","seq":7{prepared.behind}'
    assert stored.hash == "sha256:" + hashlib.sha256(form.encode()).hexdigest()
    assert prepared.placed(seq=7, prev_hash=GENESIS, hash=stored.hash) == stored
    with pytest.raises(LedgerError):
        prepared.placed(seq=8, prev_hash=GENESIS, hash=stored.hash)


def test_what_cannot_be_written_is_exported_as_it_is():
    """So that an export of a damaged ledger is damaged in the same places."""
    stored = replace(a_book().entries[0], stub=b"\xff", actor=2**60, content='{"a":')
    _, line = encode_export(ChainHead(), [], [stored])
    (read,) = decode_export([next(encode_export(ChainHead(), [], [])), line]).entries
    assert read.unreadable() == stored.unreadable() == ("actor", "stub", "content")
