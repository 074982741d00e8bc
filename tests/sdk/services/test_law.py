"""An operator's own rows of law: read over the shipped ones, and used wherever a source leaves an end out."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chengxin import CreditClient, Settings
from chengxin.errors import ConfigurationError, InvalidPolicy, InvalidRuleTable
from chengxin.identifiers import Uscc
from chengxin.records import DisclosureTerm, RecordKind, Severity, Standing, shipped_rule_table
from chengxin.services import load_policy, load_rule_table
from chengxin.sources import open_source
from chengxin.testing import FrozenClock, ScriptedSource
from chengxin.transport import Deadline
from tests.sdk.sources.files import a_line, code_of, ndjson

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DECIDED_ON = date(2026, 5, 6)
CODE = code_of(1)


def overlay(months):
    """Return the text of a document that changes the longest disclosure of general penalties."""
    return f"""
        format: 1
        instruments:
          counsel: {{zh: 法务意见, en: Counsel's opinion}}
        disclosure_terms:
          - id: o36-general
            instrument: counsel
            kind: PENALTY
            severity: GENERAL
            longest_months: {months}
            counted_from: DECISION
            effective_from: 2026-04-01
            verified: false
            note: An invented change of the law.
    """


@pytest.fixture
def own(tmp_path):
    """Write documents of an operator; called with months it returns the path."""

    def write(months):
        path = tmp_path / f"law-{months}.yaml"
        path.write_text(overlay(months), encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def snapshot(tmp_path):
    """A snapshot on this machine: one general penalty whose end is left out, and one whose end is given."""
    open_ended = a_line(1, 0, disclosedUntil=None, severity="一般", publishedOn="2026-05-12")
    open_ended["fields"] = {**open_ended["fields"], "CF_JDRQ": str(DECIDED_ON)}
    del open_ended["fields"]["CF_GSJZQ"]
    path = tmp_path / "all.ndjson.gz"
    path.write_bytes(ndjson([open_ended, a_line(1, 1)]))
    return f"snapshot://{path}?data_date=2026-11-20T23:00:00%2B08:00"


def ends(client):
    """Return the last day of each record, and whether it was inferred."""
    with client:
        status = client.check(CODE)
    return [(record.period.end_on, record.period.inferred) for record in status.records]


GIVEN = (date(2027, 11, 30), False)


def test_rows_of_an_operator_stand_over_the_shipped_ones(own):
    """One is changed, the others are as they were."""
    table = load_rule_table(own(9))

    assert table.longest_months(RecordKind.PENALTY, Severity.GENERAL, DECIDED_ON) == 9
    assert table.row("o36-general").source.en == "Counsel's opinion"
    assert [row for row in table.rows if row.rule_id != "o36-general"] == [
        row for row in shipped_rule_table().rows if row.rule_id != "o36-general"
    ]


def test_a_document_that_cannot_be_read_is_named(tmp_path):
    """Not there, no text, or not a file."""
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "none.yaml", tmp_path / "binary.yaml", tmp_path):
        with pytest.raises(ConfigurationError, match="rule table"):
            load_rule_table(path)


def test_all_that_is_wrong_with_a_document_is_said_with_its_place(tmp_path):
    """Under the name of the file."""
    path = tmp_path / "law.yaml"
    path.write_text("format: 1\ndeadlines:\n  - id: x\n    dais: 3\n", encoding="utf-8")
    with pytest.raises(InvalidRuleTable) as caught:
        load_rule_table(path)
    assert caught.value.name == str(path)
    assert "deadlines[0].dais: There is no field 'dais' here. Did you mean 'days'?" in str(caught.value)


@pytest.mark.parametrize(
    ("months", "end_on"), [(None, date(2027, 5, 6)), (9, date(2027, 2, 6)), (24, date(2028, 5, 6))]
)
def test_i1_an_end_that_is_left_out_comes_from_the_operator_s_table(own, snapshot, months, end_on):
    """Shorter or longer, as counsel says; an end that the source gives stays as it is."""
    environ = {"CHENGXIN_SOURCE_URL": snapshot}
    if months is not None:
        environ["CHENGXIN_RULE_TABLE"] = own(months)

    found = ends(CreditClient.from_env(environ, clock=FrozenClock(NOW)))

    assert found == [(end_on, True), GIVEN]


def test_i1_a_record_past_the_operator_s_maximum_is_not_shown(own, snapshot):
    """Six months after the decision, it is over."""
    clock = FrozenClock(NOW)

    client = CreditClient(snapshot, rule_table=load_rule_table(own(6)), clock=clock)

    assert ends(client) == [GIVEN]


def test_i1_what_was_kept_under_another_table_is_not_used(own, snapshot, tmp_path):
    """A shared cache that outlives a change of the law shows no end of before."""
    cache = f"sqlite:///{tmp_path}/cache.db"

    def found(table):
        return ends(CreditClient(snapshot, cache=cache, rule_table=table, clock=FrozenClock(NOW)))

    assert found(None)[0] == (date(2027, 5, 6), True)
    assert found(load_rule_table(own(9)))[0] == (date(2027, 2, 6), True)
    assert found(None)[0] == (date(2027, 5, 6), True)


def test_i1_a_population_shows_nothing_that_was_kept_under_another_table(own, snapshot, tmp_path):
    """Who was kept under another table is unknown until the source is asked again."""
    cache, clock = f"sqlite:///{tmp_path}/cache.db", FrozenClock(NOW)

    def standings(table):
        with CreditClient(snapshot, cache=cache, rule_table=table, clock=clock) as client:
            members = [member.status for member in client.population(at=NOW)]
            found = client.statuses(at=NOW)([Uscc(CODE)])
        return {status.standing for status in [*members, *found]}

    ends(CreditClient(snapshot, cache=cache, clock=clock))

    assert standings(None) == {Standing.ADVERSE}
    assert standings(load_rule_table(own(9))) == {Standing.UNKNOWN}


def test_what_was_kept_under_the_same_table_is_used(own, snapshot, tmp_path):
    """Nobody is asked again for a table that says the same."""
    cache = f"sqlite:///{tmp_path}/cache.db"
    first = ends(
        CreditClient(snapshot, cache=cache, rule_table=load_rule_table(own(9)), clock=FrozenClock(NOW))
    )
    (tmp_path / "all.ndjson.gz").unlink()

    again = ends(
        CreditClient(snapshot, cache=cache, rule_table=load_rule_table(own(9)), clock=FrozenClock(NOW))
    )

    assert again == first == [(date(2027, 2, 6), True), GIVEN]


def test_a_source_bounds_by_the_table_that_it_is_given(own, snapshot):
    """Whoever opens a source without a client gives it the table."""
    clock = FrozenClock(NOW)
    source = open_source(snapshot, clock=clock, rule_table=load_rule_table(own(9)))

    answer = source.fetch_credit(Uscc(CODE), deadline=Deadline.after(20, clock)).answer
    source.close()

    assert answer.records[0].period.end_on == date(2027, 2, 6)


def test_a_source_of_ones_own_takes_its_table_itself(clock):
    """A table beside it would have no effect, and is refused."""
    with pytest.raises(ConfigurationError, match="rule_table"):
        CreditClient(ScriptedSource(clock=clock), rule_table=shipped_rule_table(), clock=clock)


def test_a_wrong_rule_table_is_refused_when_the_client_is_made(tmp_path):
    """Nothing starts on a table that is not there."""
    settings = Settings(source_url="http://a.invalid", rule_table=str(tmp_path / "none.yaml"))
    with pytest.raises(ConfigurationError, match="rule table"):
        CreditClient.from_settings(settings)


def test_a_policy_is_checked_against_the_law_that_it_is_given():
    """No measure lasts longer than the longest disclosure of the day on which the policy takes effect."""
    table = shipped_rule_table().with_rows(
        [
            replace(row, shortest_months=None, longest_months=12)
            for row in shipped_rule_table().rows_of(DisclosureTerm)
        ]
    )

    assert load_policy("marketplace").ref.name == "marketplace"
    with pytest.raises(InvalidPolicy) as caught:
        load_policy("marketplace", rule_table=table)
    assert {finding.code for finding in caught.value.findings} == {"measure.too_long"}
    assert all("365" in finding.fix.en for finding in caught.value.findings)
