"""Documents that build on others: what they amount to, where each part of it stands, and what is refused."""

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chengxin.errors import ConfigurationError, InvalidPolicy
from chengxin.policy import (
    Library,
    NamedText,
    Refusal,
    document_text,
    parse_document,
    policy_ref,
    read_document,
)
from chengxin.policy.reference import is_local
from chengxin.services import load_policy, read_policy, read_policy_text
from tests.examples import tried
from tests.sdk.policy.material import BOTH, PENALISED, rule, small_document

OWN = {
    "format": 1,
    "name": "mine",
    "version": "7",
    "title": BOTH,
    "owner": "we",
    "effective_from": "2026-05-01",
}
SECTIONS = ("facts", "actions", "settings", "catalogue")


def dump(data):
    """Return data as YAML."""
    return yaml.safe_dump(json.loads(json.dumps(data)), allow_unicode=True, sort_keys=False)


def write(folder, name, data):
    """Write a document into a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(data if isinstance(data, str) else dump(data), encoding="utf-8")
    return path


def extending(folder, base=None, **members):
    """Write a base and a document that extends it; return the path of the latter."""
    write(folder, "base.yaml", base or small_document(rule(PENALISED, "listing-stop", tier="watch")))
    return write(folder, "mine.yaml", OWN | {"extends": "./base.yaml"} | members)


def refused(path):
    """Return code and path of each finding for a document that is refused."""
    with pytest.raises(InvalidPolicy) as caught:
        read_policy(path)
    return [(finding.code, finding.path) for finding in caught.value.findings]


def test_a_document_is_its_own_and_its_base_is_the_rest(tmp_path):
    """Whose it is and when it applies is never taken from a base; all else is."""
    base = small_document(effective_until="2026-12-31", terms_since="2019-01-01")
    document = read_policy(extending(tmp_path, base)).document
    assert (document.name, document.version, document.owner) == ("mine", "7", "we")
    assert document.effective_until is None
    assert document.terms_since is None
    plain = parse_document(dump(base), name="base")
    for member in (*SECTIONS, "tiers", "rules", "appeal_url", "persons"):
        assert getattr(document, member) == getattr(plain, member)


def test_a_resolved_document_says_where_it_comes_from(tmp_path):
    """The base with its digest, what was replaced and removed, and what was included."""
    path = extending(
        tmp_path,
        overrides=["settings.slots", "tiers"],
        removes=["catalogue.slots-relief"],
        settings={"slots": {"title": BOTH, "default": 4, "combine": "min"}},
        tiers=[{"id": "standard", "title": BOTH, "default": True}, {"id": "watch", "title": BOTH}],
        include=["./more.yaml"],
    )
    write(tmp_path, "more.yaml", {"actions": {"page.edit": {"title": BOTH}}})
    document = read_policy(path).document
    origin = document.origin
    assert origin.extends.name == "small"
    assert origin.extends.digest == load_policy(tmp_path / "base.yaml").ref.digest
    assert origin.overrides == ("settings.slots", "tiers")
    assert origin.removes == ("catalogue.slots-relief",)
    assert [included.name for included in origin.includes] == ["more.yaml"]
    assert document.settings["slots"].default == 4
    assert "slots-relief" not in document.catalogue
    assert "page.edit" in document.actions
    assert [tier.id for tier in document.tiers] == ["standard", "watch"]


def test_a_rule_that_is_replaced_keeps_its_place_and_new_ones_follow(tmp_path):
    """The order of the base is the order of reasons that merchants know."""
    rules = [rule(PENALISED, tier="watch", rule_id=name) for name in ("one", "two", "three")]
    mine = [rule(PENALISED, tier="restricted", rule_id=name) for name in ("four", "two")]
    path = extending(
        tmp_path, small_document(*rules), rules=mine, overrides=["rules.two"], removes=["rules.one"]
    )
    document = read_policy(path).document
    assert [(r.id, r.tier) for r in document.rules] == [
        ("two", "restricted"),
        ("three", "watch"),
        ("four", "restricted"),
    ]


def test_a_resolved_document_is_read_back_as_it_is(tmp_path):
    """What is stored stands alone, and has the same digest."""
    document = read_policy(extending(tmp_path, removes=["facts.city"])).document
    stored = document_text(document)
    assert stored.startswith(f"# mine 7 {policy_ref(document).digest}\n")
    assert parse_document(stored, name="stored") == document
    from_json = parse_document(json.dumps(document.content), name="stored")
    assert policy_ref(from_json) == policy_ref(document)


def test_a_digest_changes_where_the_meaning_of_the_base_changes(tmp_path):
    """A comment in the base changes nothing; a term in it does, and so does a term in an included file."""
    path = extending(tmp_path, include=["./more.yaml"])
    write(tmp_path, "more.yaml", {"facts": {"age": {"type": "integer", "title": BOTH}}})
    before = load_policy(path).ref.digest
    base = (tmp_path / "base.yaml").read_text("utf-8")
    (tmp_path / "base.yaml").write_text("# A comment.\n" + base, encoding="utf-8")
    assert load_policy(path).ref.digest == before
    (tmp_path / "base.yaml").write_text(base.replace("longest_days: 365", "longest_days: 364", 1), "utf-8")
    changed = load_policy(path).ref.digest
    assert changed != before
    write(tmp_path, "more.yaml", {"facts": {"age": {"type": "text", "title": BOTH}}})
    assert load_policy(path).ref.digest not in {before, changed}


def test_a_shipped_policy_is_extended_by_its_name(tmp_path):
    """Few lines are enough for a policy of one's own."""
    path = write(tmp_path, "mine.yaml", OWN | {"extends": "marketplace", "removes": ["rules.encouraged"]})
    policy = load_policy(path)
    shipped = load_policy("marketplace")
    assert policy.document.origin.extends.digest == shipped.ref.digest
    assert {r.id for r in shipped.document.rules} - {r.id for r in policy.document.rules} == {"encouraged"}


def test_a_chain_is_followed_to_its_end(tmp_path):
    """A base may extend another; more than three documents may not."""
    write(tmp_path, "first.yaml", small_document())
    for name, base in (("second", "first"), ("third", "second"), ("fourth", "third")):
        write(tmp_path, f"{name}.yaml", OWN | {"name": name, "extends": f"./{base}.yaml"})
    assert read_policy(tmp_path / "third.yaml").document.origin.extends.name == "second"
    assert refused(tmp_path / "fourth.yaml") == [("extends.too_deep", "extends")]


def test_a_circle_is_refused(tmp_path):
    """However many documents are in it."""
    write(tmp_path, "a.yaml", OWN | {"extends": "./b.yaml"})
    write(tmp_path, "b.yaml", OWN | {"extends": "./a.yaml"})
    assert refused(tmp_path / "a.yaml") == [("extends.cycle", "extends")]


def test_findings_of_a_resolved_document_stand_where_they_were_written(tmp_path):
    """A rule of the base has its line in the base, one's own its line in one's own file."""
    base = small_document(rule(PENALISED, tier="wacth", rule_id="inherited"))
    path = extending(tmp_path, base, rules=[rule(PENALISED, tier="wacht", rule_id="added")])
    with pytest.raises(InvalidPolicy) as caught:
        load_policy(path)
    inherited, added = caught.value.findings
    lines = {file: (tmp_path / file).read_text("utf-8").splitlines() for file in ("base.yaml", "mine.yaml")}
    assert (inherited.file, inherited.path) == ("base.yaml", "rules[0].tier")
    assert "wacth" in lines["base.yaml"][inherited.line - 1]
    assert (added.file, added.path) == (str(path), "rules[1].tier")
    assert "wacht" in lines["mine.yaml"][added.line - 1]


def test_all_faults_of_the_lists_come_at_once(tmp_path):
    """An author corrects them in one go."""
    path = extending(
        tmp_path,
        settings={"slots": {"title": BOTH, "default": 4, "combine": "min"}},
        overrides=["facts.city", "nothing", "rules.", "facts.city"],
        removes=["facts.town", "tiers"],
    )
    assert refused(path) == [
        ("extends.unlisted_override", "settings.slots"),
        ("extends.idle_override", "overrides[0]"),
        ("extends.unknown_entry", "overrides[1]"),
        ("extends.unknown_entry", "overrides[2]"),
        ("extends.idle_override", "overrides[3]"),
        ("extends.unknown_removal", "removes[0]"),
        ("extends.unknown_entry", "removes[1]"),
        ("extends.listed_twice", "overrides"),
    ]


def test_sections_of_another_shape_are_told_as_such(tmp_path):
    """They are not merged, and not passed over."""
    assert refused(extending(tmp_path, catalogue=["x"])) == [("field.mapping", "catalogue")]
    assert refused(extending(tmp_path, rules={"x": 1})) == [("field.list", "rules")]
    assert ("field.mapping", "rules[1]") in refused(extending(tmp_path, rules=["x"]))


def test_rules_without_a_name_of_their_own_are_kept_and_told(tmp_path):
    """None is lost by being merged."""
    twice = [rule(PENALISED, tier="watch", rule_id="new") for _ in range(2)]
    with pytest.raises(InvalidPolicy) as caught:
        load_policy(extending(tmp_path, rules=twice))
    assert [finding.code for finding in caught.value.findings] == ["rule.duplicate_id"] * 2


def test_included_files_are_found_in_the_directory_of_what_includes_them(tmp_path):
    """A base in a folder includes what lies beside it there."""
    write(tmp_path, "bases/more.yaml", {"facts": {"age": {"type": "integer", "title": BOTH}}})
    write(tmp_path, "bases/base.yaml", small_document() | {"include": ["./more.yaml"]})
    path = write(tmp_path, "mine.yaml", OWN | {"extends": "./bases/base.yaml"})
    assert "age" in read_policy(path).document.facts


def test_included_rules_come_before_those_of_the_document(tmp_path):
    """What is shared stands first."""
    write(tmp_path, "more.yaml", {"rules": [rule(PENALISED, tier="watch", rule_id="shared")]})
    document = small_document(rule(PENALISED, tier="watch", rule_id="own")) | {"include": ["./more.yaml"]}
    read = read_policy(write(tmp_path, "mine.yaml", document)).document
    assert [r.id for r in read.rules] == ["shared", "own"]
    assert read.origin.extends is None


@pytest.mark.parametrize(
    "reference",
    [
        "more.yaml",
        "/etc/policy.yaml",
        "../more.yaml",
        "./../more.yaml",
        "./a/../../more.yaml",
        "https://x.example/more.yaml",
        "file:///more.yaml",
        "./c:/more.yaml",
        ".\\more.yaml",
        "./more.txt",
        "./.yaml/",
        "./a//more.yaml",
        "././more.yaml",
    ],
)
def test_only_files_within_the_directory_are_referred_to(tmp_path, reference):
    """No address, no absolute path, no way out; nothing is opened to find out."""
    path = write(tmp_path, "mine.yaml", small_document() | {"include": [reference]})
    assert refused(path) == [("reference.not_local", "include[0]")]


def test_a_link_does_not_lead_out_of_the_directory(tmp_path):
    """What is read is what was reviewed beside the document."""
    outside = write(tmp_path, "outside.yaml", {"facts": {}})
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "more.yaml").symlink_to(outside)
    path = write(tmp_path, "in/mine.yaml", small_document() | {"include": ["./more.yaml"]})
    assert refused(path) == [("reference.outside", "include[0]")]


def test_a_link_within_the_directory_is_followed(tmp_path):
    """It leads to a file that lies there."""
    write(tmp_path, "more.yaml", {"facts": {"age": {"type": "integer", "title": BOTH}}})
    (tmp_path / "link.yaml").symlink_to(tmp_path / "more.yaml")
    path = write(tmp_path, "mine.yaml", small_document() | {"include": ["./link.yaml"]})
    assert "age" in read_policy(path).document.facts


def test_a_directory_is_no_file(tmp_path):
    """It is told as not found."""
    (tmp_path / "more.yaml").mkdir()
    path = write(tmp_path, "mine.yaml", small_document() | {"include": ["./more.yaml"]})
    assert refused(path) == [("reference.not_found", "include[0]")]


def test_a_faulty_include_is_told_with_its_own_lines(tmp_path):
    """Text and shape of each file are looked at as those of the document are."""
    path = write(tmp_path, "mine.yaml", small_document() | {"include": ["./more.yaml"]})
    for text, code, line in (("a: [", "yaml.syntax", 1), ("facts:\n  age: {}\n", "field.missing", 2)):
        write(tmp_path, "more.yaml", text)
        with pytest.raises(InvalidPolicy) as caught:
            read_policy(path)
        finding = caught.value.findings[0]
        assert (finding.code, finding.file, finding.line) == (code, "more.yaml", line)


def test_a_text_refers_to_nothing_beside_it():
    """It has no directory; shipped policies need a reader that knows them."""
    document = dump(OWN | {"extends": "./base.yaml"})
    for text, code in (
        (document, "reference.of_text"),
        (dump(OWN | {"extends": "small"}), "extends.unknown_policy"),
    ):
        with pytest.raises(InvalidPolicy) as caught:
            parse_document(text, name="mine")
        assert [finding.code for finding in caught.value.findings] == [code]


def test_a_text_extends_a_shipped_policy_and_nothing_else():
    """The shipped ones are the same everywhere."""
    text = dump(OWN | {"extends": "marketplace"})
    assert read_policy_text(text, name="mine").document.origin.extends.name == "marketplace"
    with pytest.raises(InvalidPolicy) as caught:
        read_policy_text(dump(OWN | {"extends": "./base.yaml"}), name="mine")
    assert [finding.code for finding in caught.value.findings] == ["reference.of_text"]


def test_a_shipped_policy_includes_nothing():
    """It stands alone, wherever it is installed."""
    library = Library(
        {"base": dump(small_document() | {"include": ["./more.yaml"]})}, lambda *_: Refusal.OF_TEXT
    )
    with pytest.raises(InvalidPolicy) as caught:
        read_document(NamedText("", "mine", dump(OWN | {"extends": "base"})), library)
    assert [(f.code, f.file) for f in caught.value.findings] == [("reference.of_text", "base")]


def test_a_policy_that_is_not_there_is_told_at_once(tmp_path):
    """As a wrong setting is."""
    with pytest.raises(ConfigurationError):
        read_policy(tmp_path / "none.yaml")


def test_a_large_document_is_resolved_as_fast_as_it_is_read():
    """What is replaced, removed and misspelt does not multiply with what is there."""
    facts = "".join(f"  f{n}: {{type: text, title: {{zh: 文, en: t}}}}\n" for n in range(1_500))
    rest = {k: v for k, v in small_document(rule(PENALISED, tier="watch")).items() if k != "facts"}
    base = dump(rest) + "facts:\n" + facts
    removes = [f"facts.g{n}" for n in range(500)]
    mine = dump(OWN | {"extends": "base", "removes": removes}) + "facts:\n" + facts
    started = time.perf_counter()
    with pytest.raises(InvalidPolicy) as caught:
        read_document(NamedText("", "mine", mine), Library({"base": base}))
    assert len(caught.value.findings) == 2_000
    assert time.perf_counter() - started < 20


@given(st.text(max_size=30) | st.from_regex(r"\./[a-z./]{1,20}\.yaml", fullmatch=True))
def test_a_local_reference_stays_within_its_directory(reference):
    """Whatever is accepted leads down, never up or elsewhere."""
    if is_local(reference):
        steps = reference.split("/")
        assert steps[0] == "."
        assert not {"", ".", ".."} & set(steps[1:])


ENTRIES = st.sets(
    st.sampled_from(
        [
            f"{section}.{name}"
            for section, name in [
                ("facts", "city"),
                ("facts", "is_flagship"),
                ("settings", "notice"),
                ("actions", "funds.withdraw"),
                ("catalogue", "slots-relief"),
                ("catalogue", "stream-decision"),
            ]
        ]
    )
)


@tried(0.3)
@given(replaced=ENTRIES, removed=ENTRIES, listed=ENTRIES)
def test_what_is_replaced_is_what_is_listed(replaced, removed, listed):
    """A document is accepted exactly where it lists what it replaces; then nothing else differs from its base."""
    base = small_document(rule(PENALISED, "listing-stop", tier="watch"))
    mine = OWN | {"extends": "base", "overrides": sorted(listed), "removes": sorted(removed)}
    for entry in replaced:
        section, _, name = entry.partition(".")
        changed = base[section][name] | {"title": {"zh": "另", "en": "other"}}
        mine = mine | {section: mine.get(section, {}) | {name: changed}}
    library = Library({"base": dump(base)})
    try:
        document = read_document(NamedText("", "mine", dump(mine)), library).document
    except InvalidPolicy:
        assert replaced != listed or replaced & removed
        return
    assert replaced == listed
    assert not replaced & removed
    flat, plain = document.content, parse_document(dump(base), name="base").content
    for section in SECTIONS:
        before, after = plain[section], flat.get(section, {})
        gone = {name for name in before if f"{section}.{name}" in removed}
        other = {name for name in after if after[name] != before[name]}
        assert set(after) == set(before) - gone
        assert {f"{section}.{name}" for name in other} == {e for e in replaced if e.startswith(section)}
