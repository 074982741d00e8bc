"""Measures made public: in time, in both languages, and gone the instant they end (invariants I1, I4)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from chengxin.errors import SourceUnavailable, UnknownReason
from chengxin.procedure.statement import ONE_WORKING_DAY, PROMPTLY
from chengxin.records import ChangeKind, Role, Severity, SubjectKind
from chengxin.services.publicity import PublicityList, Shop
from chengxin.services.treatments import TreatmentOptions
from chengxin.store.sql.schema import STATEMENT
from chengxin.testing import a_penalty
from tests.sdk.services.treatments.conftest import CODE, CODES, DAY

BY = {"by": "王敏", "reason": "已核实"}
TICK = timedelta(microseconds=1)


def serious(record_id="P1", **fields):
    """Return a serious penalty."""
    return a_penalty(record_id, severity=Severity.SERIOUS, **fields)


def public_of(platform, **options):
    """Return the list of a platform."""
    known = options.pop("known", None)
    return PublicityList(
        platform.clock,
        platform.store,
        shops=lambda code: Shop(name=f"刘建国的店 {code[-4:]}", operator="刘建国"),
        options=TreatmentOptions(**options),
        known=known,
    )


def titles(public):
    """Return which measures are public, in Chinese."""
    return sorted(one.measure.zh for one in public.shown())


def one_of(platform, measure="listing-suspended", code=CODE):
    """Return the latest measure of a name."""
    return [one for one in platform.treatments.of(code) if one.measure.code == measure][-1]


@pytest.fixture
def in_force(platform):
    """A platform with a merchant under measures that have taken effect."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    platform.clock.advance(to=one_of(platform).measure.starts_at)
    platform.treatments.sweep()
    return platform


def test_a_measure_is_public_from_when_it_takes_effect(platform):
    """Not while it is only noticed; then at once, and so within the working day that it is due in."""
    public = public_of(platform)
    platform.disclose(serious())
    platform.treatments.reconcile(CODE)
    one = one_of(platform)
    title = one.measure.title.zh
    assert title not in titles(public)
    platform.clock.advance(to=one.measure.starts_at - TICK)
    assert title not in titles(public)
    platform.clock.advance(to=one.measure.starts_at)  # nobody sweeps
    assert title in titles(public)
    (shown,) = [p for p in public.shown() if p.measure.zh == title]
    due = public.due(shown)
    assert (shown.duty, due.on, due.is_exact) == (ONE_WORKING_DAY, date(2026, 11, 27), True)
    assert shown.published_at < due.at
    assert public.due(replace(shown, duty=PROMPTLY)) is None


def test_only_what_the_catalogue_has_published_is_public(in_force):
    """A reminder is between platform and merchant."""
    catalogue = in_force.policy.document.catalogue
    expected = {
        one.measure.title.zh
        for one in in_force.treatments.of(CODE)
        if catalogue[one.measure.code].public and one.applies(in_force.clock.now())
    }
    assert expected
    assert set(titles(public_of(in_force))) == expected
    assert one_of(in_force, "credit-reminder").measure.title.zh not in expected


def test_i1_it_is_gone_the_instant_it_ends_before_anybody_sweeps(in_force):
    """At its end there is nothing of it, in the list or on the page."""
    public = public_of(in_force)
    end = max(one.measure.ends_at for one in in_force.treatments.of(CODE))
    ending = {}
    for one in in_force.treatments.of(CODE):
        ending.setdefault(one.measure.ends_at, set()).add(one.measure.title.zh)
    for ends_at in sorted(ending):
        in_force.clock.advance(to=ends_at - TICK)
        before = set(titles(public))
        in_force.clock.advance(to=ends_at)
        assert set(titles(public)) == before - ending[ends_at]
    assert in_force.clock.now() == end
    assert public.page().rows == ()


def test_i4_a_repair_takes_it_away_at_once(in_force):
    """In the transaction that ends the measure."""
    public = public_of(in_force)
    assert public.shown()
    in_force.disclose(change=ChangeKind.REPAIRED, about=serious())
    assert not public.shown()
    assert public.page().note.en == "No measure is public at present."


def test_i1_what_any_check_has_learned_is_not_shown(in_force):
    """The feed told nothing, and nobody has looked at the subject: a check of the merchant saw that it is gone."""
    public = public_of(in_force, known=in_force.client.check)
    assert public.shown()
    in_force.source.disclose(CODE)
    in_force.client.check_afresh(CODE)
    assert not public.shown()
    in_force.source.fail(SourceUnavailable("down", reason=UnknownReason.UNREACHABLE))
    in_force.clock.advance(seconds=7_200)
    assert titles(public) == titles(public_of(in_force))  # an unknown takes nothing away


def test_what_is_suspended_is_not_public_meanwhile(in_force):
    """It is not in force; when it applies again it is listed again."""
    public = public_of(in_force)
    one = one_of(in_force)
    until = in_force.clock.now() + DAY
    in_force.treatments.snooze(one.imposition_id, until=until, **BY)
    assert one.measure.title.zh not in titles(public)
    in_force.clock.advance(to=until)
    assert one.measure.title.zh in titles(public)
    in_force.treatments.override(one.imposition_id, until=until + DAY, **BY)
    assert one.measure.title.zh not in titles(public)


def anchor(platform, **options):
    """Have an anchor be under a measure that a human decided and the catalogue has published."""
    platform.disclose(serious())
    platform.treatments.reconcile(CODE, role=Role.ANCHOR)
    for one in platform.treatments.reviews.open():
        if one.measure_code == "listing-suspended":
            platform.treatments.reviews.decide(one.review_id, is_imposed=True, **BY)
    platform.clock.advance(to=one_of(platform).measure.starts_at)


def test_i8_natural_persons_are_not_public_by_default(platform):
    """Whatever the catalogue says; nor where only the list is told to show them."""
    anchor(platform)
    assert not public_of(platform).shown()
    assert not public_of(platform, publishes_persons=True).shown()


def test_i8_where_counsel_turns_persons_on_they_are_masked(make_platform):
    """The family name, and no code; and gone again from the list when it is turned off."""
    platform = make_platform(publishes_persons=True)
    anchor(platform)
    (shown,) = public_of(platform, publishes_persons=True).shown()
    assert (shown.subject_name, shown.code) == ("刘某某", None)
    assert "刘建国" not in shown.shop_name
    assert not public_of(platform).shown()


def test_the_page_is_in_both_languages(in_force):
    """A company by its code, a sole trader without."""
    company = next(code for code in CODES if code.startswith("91"))
    in_force.disclose(serious("P2"), code=company)
    in_force.treatments.reconcile(company)
    in_force.clock.advance(seconds=10 * 86_400)
    page = public_of(in_force).page()
    assert len(page.rows) == len(public_of(in_force).shown())
    assert all(len(row) == len(page.columns) for row in page.rows)
    for text in (page.title, page.note, *page.columns, *(cell for row in page.rows for cell in row)):
        assert text.zh
        assert text.en
    businesses = " ".join(row[1].zh for row in page.rows)
    assert company in businesses
    assert CODE not in businesses


def test_a_long_list_is_read_to_its_end(in_force, monkeypatch):
    """Part by part; and up to a limit where one is given."""
    for code in CODES[1:4]:
        in_force.disclose(serious(f"P-{code}"), code=code)
        in_force.treatments.reconcile(code)
    in_force.clock.advance(seconds=10 * 86_400)
    whole = public_of(in_force).shown()
    assert {one.subject_kind for one in whole} <= set(SubjectKind)
    monkeypatch.setattr("chengxin.services.publicity._AT_ONCE", 2)
    assert public_of(in_force).shown() == whole
    assert public_of(in_force).shown(limit=3) == whole[:3]


def test_only_the_current_version_of_a_statement_is_marked_as_public(in_force):
    """What was said before is not, even where nobody asks whether it is the latest."""
    in_force.disclose(serious(end_on=date(2026, 12, 31)))
    in_force.treatments.reconcile(CODE)
    with in_force.store.reading() as connection:
        rows = connection.execute(select(STATEMENT.c.is_latest, STATEMENT.c.is_published)).all()
    assert (False, False) in rows
    assert (True, True) in rows
    assert (False, True) not in rows
