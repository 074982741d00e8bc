"""Reading policies: every fault is found, named, placed, and comes with what to do."""

import json
from decimal import Decimal

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chengxin.errors import InvalidPolicy
from chengxin.policy import Policy, parse_document, parse_policy
from chengxin.policy.condition import Part
from chengxin.policy.shape import shape
from chengxin.suggestion import suggest
from chengxin.syntax import Places
from tests.sdk.policy.material import BOTH, PENALISED, SMALL, marketplace, rule, shipped_text, small_document

GOOD = {"standing": "NO_ADVERSE_RECORD"}
PERSONS = {"subject_kind": "PERSON"}
FACT = {"fact": {"name": "registered_days", "at_least": 1}}
GRADED = {"evaluation": {"scheme": "纳税", "value": "D"}}
LICENSED = {"record": {"kind": "LICENCE"}}


def text_of(document):
    """Return a document as YAML."""
    return yaml.safe_dump(json.loads(json.dumps(document)), allow_unicode=True, sort_keys=False)


def findings_of(text):
    """Return the findings for a text that is refused."""
    with pytest.raises(InvalidPolicy) as caught:
        parse_policy(text, name="faulty")
    assert caught.value.name == "faulty"
    assert all(finding.code and finding.problem and finding.fix for finding in caught.value.findings)
    return list(caught.value.findings)


def places(text):
    """Return code and path of each finding."""
    return [(finding.code, finding.path) for finding in findings_of(text)]


def with_at(document, path, value):
    """Return a document with a value at a path; ``...`` removes it."""
    *parents, last = path
    place = document
    for step in parents:
        place = place[step]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return document


def measure_with(**changes):
    """Return a document whose one restriction has changes; ``...`` removes a field."""
    document = small_document(rule(PENALISED, "listing-stop"))
    for name, value in changes.items():
        with_at(document, ["catalogue", "listing-stop", name], value)
    return document


# ---- the text ----

TEXT_FAULTS = {
    "syntax": ("a: [1", [("yaml.syntax", "")]),
    "control character": ("a: \x01", [("yaml.syntax", "")]),
    "empty": ("", [("yaml.no_mapping", "")]),
    "list": ("- a", [("yaml.no_mapping", "")]),
    "scalar": ("policy", [("yaml.no_mapping", "")]),
    "too large": ("a" * 300_000, [("yaml.too_large", "")]),
    "too deep": ("a: " + "[" * 3000, [("yaml.too_deep", "")]),
    "several": ("a: 1\n---\nb: 2\n", [("yaml.several", "")]),
    "anchor": ("a: &x 1\nb: 2\n", [("yaml.anchor", "")]),
    "alias": ("a: &x [1]\nb: *x\n", [("yaml.anchor", ""), ("yaml.anchor", "")]),
    "tag": ("a: !!python/object/apply:os.system ['true']", [("yaml.tag", "")]),
    "half a character": ('a: "\\ud800"', [("yaml.character", "")]),
    "key": ("a: {1: x}", [("yaml.key", "a")]),
    "key of several parts": ("a: {[x, y]: x}", [("yaml.key", "a")]),
    "duplicate": ("a: 1\nb: {c: 1, c: 2}\n", [("yaml.duplicate_key", "b.c")]),
    "duplicates": (
        "a: 1\na: 2\nb: [{c: 1, c: 2}]\n",
        [("yaml.duplicate_key", "a"), ("yaml.duplicate_key", "b[0].c")],
    ),
    "duplicate in JSON": ('{"a": 1, "a": 2}', [("yaml.duplicate_key", "a")]),
}


@pytest.mark.parametrize("fault", TEXT_FAULTS)
def test_faults_of_the_text(fault):
    """What makes two readers see two documents is refused before anything is built."""
    text, expected = TEXT_FAULTS[fault]
    assert places(text) == expected


def test_scalars_are_what_they_look_like():
    """No octal, no sexagesimal, no yes and no, no dates: only what JSON has, and text."""
    document = small_document()
    text = text_of(document).replace("owner: trust", "owner: no").replace("version: '1'", "version: 2026.10")
    policy = parse_policy(text, name="small")
    assert (policy.document.owner, policy.document.version) == ("no", "2026.10")
    octal = text_of(document).replace("longest_days: 365", "longest_days: 010")
    assert {code for code, _ in places(octal)} == {"field.whole_number"}


def test_json_is_read_too():
    """A JSON document is the same policy as its YAML."""
    document = small_document()
    from_json = parse_policy(json.dumps(document), name="small")
    assert from_json.ref == parse_policy(text_of(document), name="small").ref
    assert isinstance(from_json, Policy)


@settings(deadline=None)
@given(
    st.text(max_size=60)
    | st.from_regex(r'a: "\\(U[0-9A-Fa-f]{8}|u[0-9a-f]{4}|x[0-9a-f]{2})"', fullmatch=True)
    | st.from_regex(r"%(YAML|TAG) [0-9.!:a]{1,40}\n--- a", fullmatch=True)
    | st.text("{}[]:,&*!|>-'\"\n ab1", max_size=60)
)
@example('a: "\\UFFFFFFFF"')
@example("%YAML 1." + "9" * 5000 + "\n--- a")
def test_any_text_is_either_a_policy_or_refused_with_findings(text):
    """Nothing else comes out of the loader."""
    assert findings_of(text)


# ---- the shape ----

WHEN = ["rules", 0, "when"]
SHAPE_FAULTS = {
    "unknown at top": (["teirs"], [], "field.unknown", "teirs"),
    "missing": (["owner"], ..., "field.missing", "owner"),
    "other format": (["format"], 2, "field.format", "format"),
    "empty owner": (["owner"], " ", "field.empty", "owner"),
    "no rules": (["rules"], [], "field.empty", "rules"),
    "no tiers": (["tiers"], [], "field.empty", "tiers"),
    "name": (["name"], "Small", "field.name", "name"),
    "day as a number": (["effective_from"], 20260201, "field.day", "effective_from"),
    "day as a week": (["effective_from"], "2026-W05-1", "field.day", "effective_from"),
    "no such day": (["effective_from"], "2026-02-30", "field.day", "effective_from"),
    "reversed": (["effective_until"], "2019-12-31", "period.reversed", "effective_until"),
    "plain address": (["appeal_url"], "http://x.example", "field.address", "appeal_url"),
    "one language": (["title"], {"zh": "文"}, "field.missing", "title.en"),
    "no mapping": (["actions"], ["listing.create"], "field.mapping", "actions"),
    "no part": (["title"], "text", "field.mapping", "title"),
    "fact type": (["facts", "city", "type"], "txt", "field.choice", "facts.city.type"),
    "key": (["facts", "Bad Name"], {"type": "text", "title": BOTH}, "field.name", "facts.Bad Name"),
    "mode": (
        ["actions", "listing.create", "unknown"],
        "refuse",
        "field.choice",
        "actions.listing.create.unknown",
    ),
    "setting": (["settings", "slots", "default"], "3 a", "field.setting_value", "settings.slots.default"),
    "setting too large": (
        ["settings", "slots", "default"],
        10**16,
        "field.setting_value",
        "settings.slots.default",
    ),
    "fraction": (["settings", "slots", "default"], 1.5, "field.setting_value", "settings.slots.default"),
    "quoted boolean": (["tiers", 0, "default"], "true", "field.boolean", "tiers[0].default"),
    "quoted number": (
        ["catalogue", "listing-stop", "longest_days"],
        "9",
        "field.whole_number",
        "catalogue.listing-stop.longest_days",
    ),
    "no list": (
        ["catalogue", "listing-stop", "legal_basis"],
        3,
        "field.list",
        "catalogue.listing-stop.legal_basis",
    ),
    "unknown in a list": (["tiers", 1, "defualt"], True, "field.unknown", "tiers[1].defualt"),
    "unknown in a map": (["facts", "city", "titel"], BOTH, "field.unknown", "facts.city.titel"),
    "unknown kind": (
        [*WHEN],
        {"record": {"kind": "PENALTI"}},
        "field.choice",
        "rules[0].when.record.kind[0]",
    ),
    "no kinds": ([*WHEN], {"record": {"kind": []}}, "field.empty", "rules[0].when.record.kind"),
    "unknown standing": ([*WHEN], {"standing": "UNKNOWN"}, "field.choice", "rules[0].when.standing"),
    "unknown in a condition": (
        [*WHEN],
        {"all": [{"recrod": {}}]},
        "field.unknown",
        "rules[0].when.all[0].recrod",
    ),
    "no condition": ([*WHEN], {}, "condition.one_field", "rules[0].when"),
    "two conditions": ([*WHEN], {"role": "MCN", **GOOD}, "condition.one_field", "rules[0].when"),
    "empty all": ([*WHEN], {"all": []}, "field.empty", "rules[0].when.all"),
    "impossible": (
        [*WHEN],
        {"at_least": {"n": 2, "of": [GOOD]}},
        "count.impossible",
        "rules[0].when.at_least",
    ),
    "count of none": (
        [*WHEN],
        {"at_least": {"n": 0, "of": [GOOD]}},
        "field.too_small",
        "rules[0].when.at_least.n",
    ),
    "no age": (
        [*WHEN],
        {"record": {"kind": "PENALTY", "age_days": {}}},
        "range.empty",
        "rules[0].when.record.age_days",
    ),
    "empty range": (
        [*WHEN],
        {"record": {"kind": "PENALTY", "age_days": {"at_least": 5, "less_than": 5}}},
        "range.empty",
        "rules[0].when.record.age_days",
    ),
    "no comparison": ([*WHEN], {"fact": {"name": "city"}}, "fact.comparison", "rules[0].when.fact"),
    "two comparisons": (
        [*WHEN],
        {"fact": {"name": "registered_days", "equals": 1, "at_least": 1}},
        "fact.comparison",
        "rules[0].when.fact",
    ),
    "list as a fact": (
        [*WHEN],
        {"fact": {"name": "city", "equals": [1]}},
        "field.scalar",
        "rules[0].when.fact.equals",
    ),
}


@pytest.mark.parametrize("fault", SHAPE_FAULTS)
def test_faults_of_the_shape(fault):
    """One faulty document each, and exactly its finding."""
    path, value, code, where = SHAPE_FAULTS[fault]
    assert places(json.dumps(with_at(small_document(), path, value))) == [(code, where)]


@pytest.mark.parametrize(
    ("path", "wrong", "fix"),
    [
        (["teirs"], [], "Did you mean 'tiers'? Otherwise remove it."),
        (["facts", "city", "titel"], BOTH, "Did you mean 'title'? Otherwise remove it."),
        (
            ["facts", "title"],
            {"tipe": "text", "type": "text", "title": BOTH},
            "Did you mean 'type'? Otherwise",
        ),
        (["rules", 0, "when", "record", "severty"], "MINOR", "Did you mean 'severity'?"),
        (["catalogue", "listing-stop", "platform_rule", "claus"], "4", "Did you mean 'clause'?"),
        (["catalogue", "listing-stop", "direction"], "RESTRICTS", "Did you mean 'RESTRICT'?"),
        (["rules", 0, "when", "record", "kind"], "ZZZ", "Known here: ABNORMAL_LISTING, COMMENDATION"),
        (["settings", "slots", "combine"], "zzz", "Known here: max, min, strictest, sum."),
        (["version"], True, "quotes"),
        (["rules", 0, "measures"], "x", "Write a list:"),
    ],
)
def test_a_finding_says_what_was_probably_meant(path, wrong, fix):
    """Unknown fields and words come with their likely correction, at any depth."""
    (finding,) = findings_of(json.dumps(with_at(small_document(), path, wrong)))
    assert fix in finding.fix.en


def test_suggestions_say_what_is_known():
    """Near names first, else all of them."""
    assert suggest("x", []) == "Nothing is declared here."
    assert suggest("qq", ["b", "a"]) == "Known here: a, b."


def test_all_faults_of_the_shape_come_at_once():
    """An author corrects a document in one go."""
    document = small_document()
    document["owner"] = ""
    document["rules"].append({"id": "B", "when": {}, "reason": {"zh": "文"}})
    assert places(json.dumps(document)) == [
        ("field.empty", "owner"),
        ("field.name", "rules[1].id"),
        ("condition.one_field", "rules[1].when"),
        ("field.missing", "rules[1].reason.en"),
    ]


# ---- the meaning ----

TIER = {"id": "extra", "title": BOTH}
MEANING_FAULTS = {
    "no default": (with_at(small_document(), ["tiers", 1, "default"], False), "tier.default", "tiers"),
    "two defaults": (with_at(small_document(), ["tiers", 0, "default"], True), "tier.default", "tiers"),
    "tier twice": (small_document(tiers=[*SMALL["tiers"], TIER, TIER]), "tier.duplicate", "tiers"),
    "unknown tier": (small_document(rule(GOOD, tier="standrad")), "rule.unknown_tier", "rules[0].tier"),
    "unknown measure": (
        small_document(rule(GOOD, "deposit-relif")),
        "rule.unknown_measure",
        "rules[0].measures[0]",
    ),
    "measure twice": (
        small_document(rule(GOOD, "slots-relief", "slots-relief")),
        "rule.duplicate_measure",
        "rules[0].measures",
    ),
    "empty rule": (small_document(rule(GOOD)), "rule.empty", "rules[0]"),
    "unknown fact": (
        small_document(rule({"none": [{"fact": {"name": "town", "equals": "x"}}]}, tier="watch")),
        "condition.unknown_fact",
        "rules[0].when.none[0].fact.name",
    ),
    "fact by size": (
        small_document(
            rule({"at_least": {"n": 1, "of": [{"fact": {"name": "city", "at_least": 1}}]}}, tier="watch")
        ),
        "condition.fact_type",
        "rules[0].when.at_least.of[0].fact",
    ),
    "fact of another type": (
        small_document(rule({"fact": {"name": "is_flagship", "equals": 1}}, tier="watch")),
        "condition.fact_type",
        "rules[0].when.fact.equals",
    ),
    "unclassed kind": (
        small_document(rule({"record": {"kind": ["OTHER", "PENALTY"]}}, tier="watch")),
        "condition.unclassed_kind",
        "rules[0].when.record.kind",
    ),
    "neither action nor setting": (measure_with(action=...), "measure.effect", "catalogue.listing-stop"),
    "action and setting": (
        measure_with(setting={"name": "slots", "value": 1}),
        "measure.effect",
        "catalogue.listing-stop",
    ),
    "relief that refuses": (
        with_at(
            with_at(small_document(), ["catalogue", "slots-relief", "action"], "listing.create"),
            ["catalogue", "slots-relief", "setting"],
            None,
        ),
        "measure.relief_refuses",
        "catalogue.slots-relief.action",
    ),
    "unknown action": (
        measure_with(action="listing.creat"),
        "measure.unknown_action",
        "catalogue.listing-stop.action",
    ),
    "unknown setting": (
        with_at(small_document(), ["catalogue", "slots-cut", "setting", "name"], "slot"),
        "measure.unknown_setting",
        "catalogue.slots-cut.setting.name",
    ),
    "setting of another type": (
        with_at(small_document(), ["catalogue", "slots-cut", "setting", "value"], True),
        "measure.setting_type",
        "catalogue.slots-cut.setting.value",
    ),
    "no legal basis": (
        measure_with(legal_basis=[]),
        "measure.no_legal_basis",
        "catalogue.listing-stop.legal_basis",
    ),
    "no platform rule": (
        measure_with(platform_rule=...),
        "measure.no_platform_rule",
        "catalogue.listing-stop.platform_rule",
    ),
    "no longest days": (
        measure_with(longest_days=...),
        "measure.no_longest_days",
        "catalogue.listing-stop.longest_days",
    ),
    "too long": (measure_with(longest_days=1096), "measure.too_long", "catalogue.listing-stop.longest_days"),
    "too long a relief": (
        with_at(small_document(), ["catalogue", "slots-relief", "longest_days"], 2000),
        "measure.too_long",
        "catalogue.slots-relief.longest_days",
    ),
    "no ground": (small_document(rule(LICENSED, "listing-stop")), "rule.no_ground", "rules[0].measures[0]"),
    "person tier": (small_document(rule(PERSONS, tier="watch")), "rule.person_tier", "rules[0].tier"),
    "automatic for persons": (
        small_document(rule({"all": [PERSONS, PENALISED]}, "listing-stop")),
        "rule.person_automatic",
        "rules[0].measures[0]",
    ),
    "longest of all, and a day": (
        measure_with(longest_days=1096),
        "measure.too_long",
        "catalogue.listing-stop.longest_days",
    ),
    "relief to the stricter side": (
        with_at(small_document(), ["catalogue", "deposit-relief", "setting", "value"], 10**12),
        "measure.relief_restricts",
        "catalogue.deposit-relief.setting.value",
    ),
    "relief that changes nothing": (
        with_at(small_document(), ["catalogue", "slots-relief", "setting", "value"], 3),
        "measure.relief_restricts",
        "catalogue.slots-relief.setting.value",
    ),
    "restriction to the milder side": (
        with_at(small_document(), ["catalogue", "slots-cut", "setting", "value"], 4),
        "measure.restriction_relieves",
        "catalogue.slots-cut.setting.value",
    ),
    "restriction that changes nothing": (
        measure_with(action=..., setting={"name": "notice", "value": False}),
        "measure.restriction_relieves",
        "catalogue.listing-stop.setting.value",
    ),
    "good standing as a ground": (
        small_document(rule({"all": [GRADED, GOOD]}, "listing-stop")),
        "rule.good_standing",
        "rules[0].measures[0]",
    ),
    "no adverse standing as a ground": (
        small_document(rule({"all": [GRADED, {"none": [{"standing": "ADVERSE"}]}]}, "listing-stop")),
        "rule.good_standing",
        "rules[0].measures[0]",
    ),
    "automatic for anchors": (
        small_document(rule({"all": [{"role": "ANCHOR"}, PENALISED]}, "deposit-relief", "listing-stop")),
        "rule.person_automatic",
        "rules[0].measures[1]",
    ),
}


@pytest.mark.parametrize("fault", MEANING_FAULTS)
def test_faults_of_the_meaning(fault):
    """One faulty document each, and exactly its finding."""
    document, code, where = MEANING_FAULTS[fault]
    assert places(text_of(document)) == [(code, where)]


def test_three_years_are_the_longest_duration():
    """1,095 days may be written, and no day more."""
    assert parse_policy(text_of(measure_with(longest_days=1095)), name="small")


def test_i3_without_an_appeal_route_every_restriction_is_refused():
    """Each is named."""
    found = findings_of(text_of(small_document(appeal_url=None)))
    assert {finding.code for finding in found} == {"measure.no_appeal_route"}
    assert [f.path for f in found if "listing-stop" in f.path] == ["catalogue.listing-stop.direction"]
    assert len(found) == 5


def test_rules_with_one_name_are_each_named():
    """Both places are said."""
    twice = small_document(rule(GOOD, tier="watch"), rule(PENALISED, tier="watch"))
    assert places(text_of(twice)) == [
        ("rule.duplicate_id", "rules[0].id"),
        ("rule.duplicate_id", "rules[1].id"),
    ]


def test_i3_a_condition_needs_a_record_in_every_way_it_can_hold():
    """All needs one child with a record, any every child, at_least enough of them, none has none."""
    fact = {"fact": {"name": "registered_days", "at_least": 1}}
    graded = {"evaluation": {"scheme": "纳税", "value": "D"}}
    grounded = [
        PENALISED,
        graded,
        {"standing": "ADVERSE"},
        {"all": [fact, PENALISED, graded]},
        {"any": [PENALISED, graded]},
        {"at_least": {"n": 2, "of": [fact, PENALISED, graded]}},
        {"all": [LICENSED, PENALISED]},
    ]
    loose = [
        LICENSED,
        {"record": {"kind": ["COMMENDATION", "COMMITMENT"]}},
        {"record": {"kind": ["PENALTY", "LICENCE"]}},
        {"any": [PENALISED, LICENSED]},
        fact,
        {"role": "MCN"},
        {"all": [fact, fact]},
        {"any": [fact, PENALISED]},
        {"none": [PENALISED]},
        {"none": [{"none": [PENALISED]}]},
        {"at_least": {"n": 1, "of": [fact, PENALISED]}},
        {"at_least": {"n": 2, "of": [fact, fact, PENALISED]}},
    ]
    for when in grounded:
        assert parse_policy(text_of(small_document(rule(when, "listing-stop"))), name="small")
    for when in loose:
        found = [code for code, _ in places(text_of(small_document(rule(when, "listing-stop"))))]
        assert found == ["rule.no_ground"]


def test_i8_a_rule_is_aimed_at_persons_where_it_can_hold_for_no_one_else():
    """Through all, any, at_least and none; a rule for everyone is not aimed at persons."""
    anchors, traders = {"role": ["ANCHOR"]}, {"subject_kind": ["PERSON", "SOLE_TRADER"]}
    others = {"none": [{"subject_kind": ["ENTERPRISE", "ORGANISATION"]}, {"subject_kind": "SOLE_TRADER"}]}
    aimed = [
        PERSONS,
        {"all": [traders, anchors]},
        {"any": [PERSONS, anchors]},
        {"at_least": {"n": 2, "of": [PERSONS, anchors, FACT]}},
        others,
        {"none": [{"role": ["MERCHANT", "ROOM_OPERATOR", "MCN"]}]},
        {"none": [{"none": [PERSONS]}]},
        {"none": [{"none": [anchors, PERSONS]}]},
        {"all": [{"role": ["ANCHOR", "MCN"]}, {"role": ["ANCHOR", "MERCHANT"]}]},
        {"all": [{"role": ["ANCHOR", "MCN"]}, {"none": [{"role": "MCN"}]}]},
        {"any": [{"all": [FACT, PERSONS]}, {"all": [{"role": "MCN"}, {"role": "MERCHANT"}]}]},
        {"at_least": {"n": 2, "of": [PERSONS, anchors, {"none": [FACT]}]}},
    ]
    free = [
        {"all": [{"role": "MCN"}, {"role": "MERCHANT"}]},
        {"none": [{"none": [FACT]}]},
        {"none": [{"all": [{"role": "MERCHANT"}, FACT]}]},
        traders,
        {"any": [PERSONS, traders]},
        {"at_least": {"n": 1, "of": [PERSONS, FACT]}},
        {"none": [PERSONS]},
        {"none": [{"subject_kind": "ENTERPRISE"}, FACT]},
    ]
    for when in aimed:
        assert [c for c, _ in places(text_of(small_document(rule(when, tier="watch"))))] == [
            "rule.person_tier"
        ]
        automatic = small_document(rule({"all": [when, PENALISED]}, "listing-stop"))
        assert [c for c, _ in places(text_of(automatic))] == ["rule.person_automatic"]
        decided = small_document(rule({"all": [when, PENALISED]}, "stream-decision"))
        assert parse_policy(text_of(decided), name="small")
    for when in free:
        assert parse_policy(text_of(small_document(rule(when, tier="watch"))), name="small")


def test_all_faults_of_the_meaning_come_at_once_and_in_order():
    """Tiers, catalogue, rules; with problem and fix in one message."""
    document = measure_with(action="x", legal_basis=[])
    document["tiers"][1]["default"] = False
    document["rules"][0]["tier"] = "y"
    with pytest.raises(InvalidPolicy) as caught:
        parse_policy(text_of(document), name="faulty")
    assert [finding.code for finding in caught.value.findings] == [
        "tier.default",
        "measure.unknown_action",
        "measure.no_legal_basis",
        "rule.unknown_tier",
    ]
    assert "rules[0].tier: There is no tier 'y'. Known here:" in str(caught.value)


def test_comments_do_not_change_the_digest():
    """They are for people; the meaning is the same."""
    stripped = text_of(parse_document(shipped_text(), name="marketplace").model_dump(mode="json"))
    assert "#" in shipped_text()
    assert parse_policy(stripped, name="marketplace").ref == marketplace().ref
    commented = shipped_text().replace("rules:\n", "# another comment\nrules:\n", 1)
    assert parse_policy(commented, name="marketplace").ref == marketplace().ref


def test_every_finding_has_its_line():
    """That of the part, or of what it is missing in."""
    text = text_of(small_document(rule(PENALISED, tier="wacth")))
    (finding,) = findings_of(text)
    assert (finding.file, finding.path) == ("faulty", "rules[0].tier")
    assert "wacth" in text.splitlines()[finding.line - 1]


def test_a_kind_of_error_without_words_of_its_own_is_told_all_the_same():
    """In both languages, and never in pydantic's words."""

    class Odd(Part):
        """A part that asks for what no part of a policy does."""

        value: Decimal

    with pytest.raises(InvalidPolicy) as caught:
        shape(Odd, {"value": "x"}, name="odd", places=Places({}))
    (finding,) = caught.value.findings
    assert (finding.code, finding.path, finding.line) == ("field.value", "value", None)
    assert finding.problem == ("此处应为另一种值。", "This should be another value.")


def test_i8_an_identity_number_is_not_repeated():
    """What an author wrote is told without it."""
    document = with_at(small_document(), ["catalogue", "listing-stop", "direction"], "110108199001011231")
    (finding,) = findings_of(text_of(document))
    assert "19900101" not in finding.in_language("zh") + finding.in_language("en")
