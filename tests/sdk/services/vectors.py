"""What the tests of recording and replaying are made of."""

from datetime import timedelta

from chengxin.identifiers import Uscc
from chengxin.identifiers.uscc import ALPHABET
from chengxin.policy import NO_FACTS
from chengxin.records import Role, show
from chengxin.testing import an_answer


def code_of(number):
    """Return a lawful code of an enterprise; nobody holds it."""
    stem = f"91000000{number:09d}"
    return next(Uscc(stem + letter) for letter in ALPHABET if Uscc.is_valid(stem + letter))


def status_of(code, *records, at, life=timedelta(hours=6)):
    """Return what an answer of these records shows of a subject."""
    return show(an_answer(*records, code=code), at=at, fetched_at=at, fresh_until=at + life)


def evaluate(recorder, policy, status, *, at, facts=NO_FACTS, role=Role.MERCHANT, constraints=()):
    """Evaluate a policy and let it be recorded."""
    treatment = policy.evaluate(status, facts=facts, role=role, at=at, constraints=constraints)
    recorder.evaluated(policy, status, facts, treatment, constraints=constraints)
    return treatment


def holds(directory, text):
    """Tell whether the bytes of a text stand in any file of a directory."""
    return any(text.encode() in path.read_bytes() for path in directory.rglob("*") if path.is_file())
