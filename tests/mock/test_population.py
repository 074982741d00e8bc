"""The generated subjects: lawful, invented, realistic, the same for the same seed."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from stdnum.cn import uscc

from mock_credit_china import Settings, create_app
from mock_credit_china.cast import CAST, UNREGISTERED_CODE, open_cast
from mock_credit_china.listing import listing_at, page_of
from mock_credit_china.population import Population
from mock_credit_china.record import SubjectFile
from mock_credit_china.source import EXTENSION
from tests.mock.client import START, THREE_PAGES

TODAY = date(2026, 11, 22)
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CLASSES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
CATALOGUES = {
    "行政许可",
    "行政处罚",
    "严重失信主体名单",
    "经营异常名录",
    "失信被执行人",
    "守信激励",
    "信用承诺",
    "信用评价",
    "拖欠农民工工资失信联合惩戒名单",
    "税收违法",
}
PERSONAL = re.compile(r"FRDB|FR_|ZJLX|ZJHM|SFZH|法人姓名|法定代表人|经营者|身份证|手机|电话")


@pytest.fixture(scope="module")
def files() -> list[SubjectFile]:
    """All subjects of the default population, and the cast."""
    return [*Population(seed=1, size=10_000, today=TODAY), *open_cast(TODAY).values()]


def rows_of(files: list[SubjectFile]) -> list[dict[str, Any]]:
    """Return every row listed on the first day."""
    pages = [page_of(listing_at(file, START), page=1, page_size=1000) for file in files]
    return [row for page in pages for row in page["list"]]


def is_lawful(code: str) -> bool:
    """Check a code by GB 32100 and its organisation part by GB 11714, from the standards' text."""
    if len(code) != 18 or any(char not in LETTERS for char in code):
        return False
    if code[1] not in CLASSES.get(code[0], "") or not code[2:8].isdigit():
        return False
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    total = sum(LETTERS.index(char) * weight for char, weight in zip(code, weights, strict=False))
    if LETTERS[(31 - total % 31) % 31] != code[17]:
        return False
    values = [int(char) if char.isdigit() else ord(char) - ord("A") + 10 for char in code[8:16]]
    inner = 11 - sum(a * b for a, b in zip(values, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    return code[16] == ("X" if inner == 10 else "0" if inner == 11 else str(inner))


def test_check_of_the_test_knows_real_forms() -> None:
    """The check written here holds for codes of the standard's literature and fails on a slip."""
    assert is_lawful("91110000600037341L")
    assert is_lawful("91330106673959654P")
    assert not is_lawful("91110000600037342L")


def test_every_code_is_lawful_and_unique(files: list[SubjectFile]) -> None:
    """Each code passes an independent check; no two subjects share one."""
    codes = [file.subject.code for file in files]
    assert [code for code in codes if not is_lawful(code)] == []
    assert len(set(codes)) == len(codes)
    assert [code for code in codes if code[0].isdigit() and not uscc.is_valid(code)] == []
    assert is_lawful(UNREGISTERED_CODE)
    assert UNREGISTERED_CODE not in codes


def test_every_authority_and_class_occurs(files: list[SubjectFile]) -> None:
    """All registering authorities with all their classes are there, enterprises most."""
    kinds = Counter(file.subject.code[:2] for file in files)
    assert set(kinds) == {authority + each for authority, classes in CLASSES.items() for each in classes}
    assert kinds.most_common(1)[0][0] == "91"


def test_codes_of_authorities_in_fields_are_lawful(files: list[SubjectFile]) -> None:
    """The codes of deciding bodies are lawful too, and no subject's."""
    names = ("CF_CFJGDM", "CF_SJLYDM", "XK_XKJGDM", "XK_LYDWDM")
    found = {row["fields"][name] for row in rows_of(files) for name in names if name in row["fields"]}
    assert found
    assert [code for code in found if not is_lawful(code)] == []


def test_every_catalogue_and_severity_occurs(files: list[SubjectFile]) -> None:
    """All catalogues of the contract are there; penalties have every severity, or none."""
    rows = rows_of(files)
    assert {row["catalog"] for row in rows} == CATALOGUES
    assert {row.get("severity") for row in rows if row["catalog"] == "行政处罚"} == {
        "轻微",
        "一般",
        "严重",
        None,
    }
    assert {row["state"] for row in rows} == {"公示中", "异议中", "暂时屏蔽"}


def test_most_have_nothing_adverse(files: list[SubjectFile]) -> None:
    """Most subjects have nothing adverse, some nothing at all, a few very much."""
    neutral = {"行政许可", "守信激励", "信用承诺", "信用评价"}
    adverse = [file for file in files if any(record.catalogue not in neutral for record in file.records)]
    sizes = [len(file.records) for file in files]
    assert 0.05 < len(adverse) / len(files) < 0.25
    assert sizes.count(0) > 500
    assert sum(size > 20 for size in sizes) >= 20
    assert sum(size > 50 for size in sizes) >= 5


def test_penalties_keep_to_the_longest_of_their_class(files: list[SubjectFile]) -> None:
    """Since 2026-04-01 a penalty is shown for 3, 12 or 36 months at most; before, for 36."""
    longest = {"轻微": 93, "一般": 366, "严重": 3 * 366}
    decided_on_both_sides = set()
    for row in rows_of(files):
        if row["catalog"] != "行政处罚":
            continue
        decided = date.fromisoformat(row["fields"]["CF_JDRQ"])
        until = date.fromisoformat(row["disclosedUntil"])
        three_classes = decided >= date(2026, 4, 1)
        decided_on_both_sides.add(three_classes)
        most = longest[row["severity"]] if three_classes else 3 * 366
        assert until - decided <= timedelta(days=most)
        assert decided < date.fromisoformat(row["publishedOn"]) <= TODAY <= until
        assert row["fields"]["CF_GSJZQ"] == row["disclosedUntil"]
    assert decided_on_both_sides == {True, False}


def test_lasting_catalogues_have_no_end(files: list[SubjectFile]) -> None:
    """What is shown until removed has a null end; penalties and lists with a term have one."""
    lasting = {"行政许可", "经营异常名录", "守信激励", "信用承诺", "信用评价"}
    for row in rows_of(files):
        assert (row["disclosedUntil"] is None) is (row["catalog"] in lasting)


def test_money_is_in_ten_thousand_yuan(files: list[SubjectFile]) -> None:
    """Amounts are decimal strings of at most six places that agree with the text."""
    rows = [row["fields"] for row in rows_of(files) if "CF_NR_FK" in row["fields"]]
    assert rows
    for fields in rows:
        amount = Decimal(fields["CF_NR_FK"])
        assert re.fullmatch(r"\d+(\.\d{1,6})?", fields["CF_NR_FK"])
        assert f"罚款人民币{int(amount * 10_000)}元" in fields["CF_NR"]


def test_evaluations_have_scheme_and_value(files: list[SubjectFile]) -> None:
    """An evaluation is a value within a scheme, with its dates."""
    rows = [row["fields"] for row in rows_of(files) if row["catalog"] == "信用评价"]
    assert rows
    assert all(set(fields) == {"scheme", "value", "issuedOn", "validUntil"} for fields in rows)


def test_nobody_is_named(files: list[SubjectFile]) -> None:
    """Every name says it is a sample; no field is about a person."""
    assert [file.subject.name for file in files if "示例" not in file.subject.name] == []
    names = {name for row in rows_of(files) for name in row["fields"]}
    assert [name for name in names if PERSONAL.search(name)] == []


def test_cast_is_the_same_under_every_seed() -> None:
    """Codes, names and records of the cast depend on the first day alone."""
    assert open_cast(TODAY) == open_cast(TODAY)
    assert len({part.role for part in CAST}) == len({part.code for part in CAST}) == len(CAST)
    assert set(open_cast(date(2025, 1, 1))) == set(open_cast(TODAY))


@pytest.mark.parametrize(
    "today", [date(2025, 2, 28), date(2026, 4, 1), date(2026, 4, 9), date(2029, 1, 1), date(2031, 7, 1)]
)
def test_population_is_on_show_whenever_it_starts(today: date) -> None:
    """Whatever the first day, all records are shown on it and no class is exceeded."""
    files = [*Population(seed=3, size=400, today=today), *open_cast(today).values()]
    for record in (record for file in files for record in file.records):
        assert record.published_on <= today
        assert record.disclosed_until is None or record.disclosed_until >= today


def test_file_is_found_by_its_code() -> None:
    """A code leads back to its file, and a code of another seed does not."""
    population = Population(seed=5, size=500, today=TODAY)
    other = Population(seed=6, size=500, today=TODAY)
    for index in range(500):
        file = population.file(index)
        assert population.find(file.subject.code) == file
    assert [other.code(index) for index in range(500) if population.find(other.code(index))] == []
    assert len(population) == 500


def test_same_seed_and_clock_give_the_same_bytes() -> None:
    """Two mocks answer byte for byte alike; another seed does not."""

    def answers(seed: int) -> list[bytes]:
        app = create_app(Settings(seed=seed, subjects=50, start_at=START, frozen=True))
        source = app.extensions[EXTENSION]
        population = source.register._population
        files = [source.register.find(population.code(index)) for index in range(50)]
        pages = [page_of(listing_at(file, START), page=1, page_size=50) for file in files]
        return [json.dumps(page, ensure_ascii=False).encode() for page in pages]

    assert answers(11) == answers(11)
    assert answers(11) != answers(12)


def test_cast_member_outlives_the_population() -> None:
    """A mock without generated subjects still has its cast."""
    source = create_app(Settings(subjects=0, start_at=START)).extensions[EXTENSION]
    assert len(source.register.find(THREE_PAGES).records) == 23
