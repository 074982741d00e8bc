"""A server that forks its workers leaves each of them able to go by the policy and the measures in force (I5, I9)."""

import pytest

from chengxin import load_policy
from chengxin.services.policy_in_force import PolicyInForce
from chengxin.services.treatments import InForce
from chengxin.store.sql import SqlStore
from chengxin.testing import CODES, ScriptedSource, scripted_client
from chengxin.testing.fork import in_forked_child

NAME = "marketplace"


class Known:
    """A history in which one version is in force for good."""

    steps = ("published",)

    def active_at(self, at):
        """Return its digest."""
        return "the-one"


class Versions:
    """Reads a policy that is in force; while it does, something may happen."""

    def __init__(self):
        self.policy_read = load_policy(NAME)
        self.meanwhile = None

    def history(self, name):
        """Return a history in which the policy is in force."""
        then, self.meanwhile = self.meanwhile, None
        if then is not None:
            then()
        return Known()

    def policy(self, digest):
        """Return the policy."""
        return self.policy_read


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_i5_a_child_that_was_forked_while_its_parent_read_the_policy_reads_it_itself(clock):
    """It would go by the policy of that moment for good."""
    versions, got = Versions(), []
    policy = PolicyInForce(versions, NAME, clock=clock)
    versions.meanwhile = lambda: got.append(in_forked_child(lambda: policy(clock.now()).ref.name))
    policy(clock.now())
    assert got == [versions.policy_read.ref.name]


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_i9_a_child_that_was_forked_while_its_parent_kept_measures_answers(clock, tmp_path):
    """Its first guarded request would wait for good."""
    client = scripted_client(ScriptedSource(clock=clock), clock=clock)
    with client, SqlStore(f"sqlite:///{tmp_path / 'new.db'}") as store:
        in_force = InForce(client, store, kept_seconds=0.0)
        with in_force._lock:
            assert in_forked_child(lambda: in_force.of(CODES[0].code)) == ()
