"""Pseudonyms and digests under a key: the same under the same one, and nothing without it."""

import re

from hypothesis import given
from hypothesis import strategies as st

from chengxin.ledger import EntryKind, LedgerDraft
from chengxin.policy.lifecycle import is_same_person
from chengxin.procedure.pseudonym import KEY_BYTES, keyed_digest, pseudonym_of
from tests.sdk.procedure.pledge.material import MADE

KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from(
    ["李明", " 李　明", "Li Ming", "ＬＩ ming"]
)


@given(one=NAMES, other=NAMES, key=KEYS)
def test_i8_the_same_person_has_the_same_pseudonym_and_nobody_else(one, other, key):
    """As names are compared everywhere here."""
    same = pseudonym_of(one, key=key) == pseudonym_of(other, key=key)
    assert same == is_same_person(one, other)


@given(name=NAMES, key=KEYS, other=KEYS)
def test_i8_a_pseudonym_says_nothing_without_its_key(name, key, other):
    """It has one form whatever the name, is another one under another key, and stands in the ledger as it is."""
    found = pseudonym_of(name, key=key)
    assert re.fullmatch(r"person:[0-9a-f]{32}", found)
    assert (found == pseudonym_of(name, key=other)) == (key == other)
    assert LedgerDraft(at=MADE, kind=EntryKind.APPEAL_FILED, actor=found, stub={}).actor == found


@given(key=KEYS, other=KEYS)
def test_a_digest_shows_any_change_to_who_has_the_key(key, other):
    """Of a JSON value, in whatever order its parts were put."""
    said = {"statement": "罚款已经缴清。", "by": "陈店主"}
    assert keyed_digest(said, key=key) == keyed_digest(dict(reversed(said.items())), key=key)
    assert keyed_digest(said, key=key) != keyed_digest(said | {"by": "陈店"}, key=key)
    assert (keyed_digest(said, key=key) == keyed_digest(said, key=other)) == (key == other)
