"""What changes tell of records, and which answers are older than that."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chengxin.cache import is_overtaken, name_of, names_of, told_gone, without_overtaken
from chengxin.cache.local import MOST_GONE, LocalTier
from chengxin.records import Change, ChangeKind
from chengxin.records.change import TAKES_AWAY
from chengxin.testing import CODES, FrozenClock, a_penalty, an_answer

CODE = CODES[0].code


def a_change(kind, *, record_id="R", version=1, code=CODE):
    """Return a change of a record."""
    at = FrozenClock().now()
    return Change(seq=1, at=at, code=code, record_id=record_id, version=version, kind=kind)


@given(st.lists(st.tuples(st.sampled_from(ChangeKind), st.integers(0, 9)), max_size=9))
def test_i1_the_last_change_of_a_record_that_is_known_counts(changes):
    """What takes it away, and up to which version; or that it is disclosed again."""
    told = told_gone([a_change(kind, version=version) for kind, version in changes])
    known = [(kind, version) for kind, version in changes if kind is not ChangeKind.OTHER]
    if known:
        kind, version = known[-1]
        assert told == {name_of(CODE, "R"): version if kind in TAKES_AWAY else None}
    else:
        assert told == {}


def test_a_change_of_nobody_and_one_of_a_subject_tell_of_no_record():
    """The subject is asked for again, and nothing is known to be gone."""
    assert told_gone([a_change(ChangeKind.REPAIRED, code=None)]) == {}
    assert told_gone([a_change(ChangeKind.SUBJECT_CHANGED, record_id=None)]) == {}


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_i1_an_answer_is_overtaken_where_it_shows_what_is_gone_in_no_later_version(shown, gone, is_other):
    """Whatever else it shows."""
    records = [a_penalty("OTHER"), replace(a_penalty("R"), version=shown)]
    known = {name_of(CODES[1].code if is_other else CODE, "R"): gone}
    assert is_overtaken(CODE, records, known) == (shown <= gone and not is_other)


@given(st.text(max_size=40), st.text(max_size=40))
def test_i1_a_name_tells_no_record(record_id, other):
    """Names are of one length and one alphabet, and differ where records do."""
    name = name_of(CODE, record_id)
    assert len(name) == 24
    assert set(name) <= set("0123456789abcdef")
    assert (name == name_of(CODE, other)) == (record_id == other)


def test_answers_are_looked_up_some_hundred_at_once():
    """Those that show what is gone are left out, wherever they stand."""
    answers = [an_answer(a_penalty(f"R-{n}"), code=CODES[n % len(CODES)]) for n in range(250)]
    answers.append(an_answer(code=CODES[0]))
    out = {3, 99, 100, 249}
    gone = {names_of(answers[n].subject.code.code, answers[n].records)[0]: 1 for n in out}
    asked = []

    def read_gone(names):
        asked.append(len(names))
        return {name: gone[name] for name in names if name in gone}

    left = list(without_overtaken(iter(answers), read_gone))
    assert left == [answer for n, answer in enumerate(answers) if n not in out]
    assert asked == [100, 100, 50]


def test_of_no_more_records_than_it_has_room_for_the_tier_of_one_process_knows_that_they_are_gone():
    """Those told longest ago go first."""
    tier = LocalTier(FrozenClock())
    names = [str(number) for number in range(MOST_GONE + 2)]
    tier.put_gone(dict.fromkeys(names, 1), life_seconds=60.0)
    assert tier.read_gone(names) == dict.fromkeys(names[2:], 1)


def test_what_was_told_long_enough_ago_takes_no_room():
    """It is swept when the next is told."""
    clock = FrozenClock()
    tier = LocalTier(clock)
    tier.put_gone({"one": 1}, life_seconds=60.0)
    clock.advance(seconds=timedelta(minutes=3).total_seconds())
    tier.put_gone({"two": 1}, life_seconds=60.0)
    assert len(tier._gone) == 1
