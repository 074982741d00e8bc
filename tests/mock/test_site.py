"""The site profile: the same disclosures in the shapes of the public site's front end."""

import re
from datetime import date, datetime
from typing import Any

import pytest

from mock_credit_china.site_row import SECTIONS
from tests.mock.client import NOTHING, ONE_PENALTY, START, THREE_PAGES, UNREGISTERED, Client

SHIELDED = "91430100M000114Y29"
DISPUTED = "91610100M000113Y65"
OVER_FIFTY = "91510100M000105Y6J"


def section(client: Client, code: str, kind: str = "行政管理", **query: Any) -> dict[str, Any]:
    """Ask for a section and return the data of a successful answer."""
    answer = client.site("typeSourceSearch", tyshxydm=code, type=kind, **query)
    body = answer.json()
    assert body["status"] in {1, 200}, body
    return body["data"]


def whole_section(client: Client, code: str, kind: str = "行政管理") -> list[dict[str, Any]]:
    """Ask for all pages of a section."""
    first = section(client, code, kind)
    pages = [section(client, code, kind, page=page) for page in range(1, first["totalSize"] + 1)]
    return [row for page in pages for row in page["list"]]


def day_of(value: str | int) -> date:
    """Read a date in any of the site's three forms."""
    if isinstance(value, int):
        return datetime.fromtimestamp(value / 1000, START.tzinfo).date()
    return date.fromisoformat(value.replace("/", "-"))


def test_rows_have_the_site_shape(client: Client) -> None:
    """Each row has the five members; columns are lower case and described."""
    (row,) = section(client, ONE_PENALTY)["list"]
    assert set(row) == {"table_name", "entity", "columnList", "sencesMap", "dataSource"}
    assert row["table_name"].startswith("credit_xyzx_fr_xzcf")
    assert row["entity"]["cf_xdr_shxym"] == ONE_PENALTY
    assert row["columnList"] == list(row["entity"]) == list(row["sencesMap"])
    assert row["sencesMap"]["cf_wsh"] == "行政处罚决定书文号"
    assert all(re.fullmatch(r"[a-z_]+", name) for name in row["entity"])


def test_answer_has_no_tag_and_no_snapshot_id(client: Client) -> None:
    """There is nothing to renew by and nothing that holds pages together; no signature is needed."""
    answer = client.site("typeSourceSearch", tyshxydm=ONE_PENALTY, type="行政管理")
    assert "ETag" not in answer.headers
    assert set(answer.json()) == {"status", "message", "data"}
    assert set(answer.json()["data"]) == {"total", "totalSize", "page", "list"}


def test_ten_rows_are_a_page(client: Client) -> None:
    """Whatever page size is asked, ten rows come; pages make up the whole."""
    assert len(section(client, THREE_PAGES, pageSize=50)["list"]) == 10
    rows = whole_section(client, THREE_PAGES)
    assert len(rows) == section(client, THREE_PAGES)["total"] == 23
    assert section(client, THREE_PAGES, page=4)["list"] == []


def test_site_and_open_interface_disclose_the_same(client: Client) -> None:
    """Decision numbers of both agree, and every date is the same day in one of three forms."""
    listed = client.listing(THREE_PAGES, pageSize=100)["list"]
    by_number = {row["fields"][f"{_prefix(row)}_WSH"]: row["fields"] for row in listed}
    forms = set()
    for row in whole_section(client, THREE_PAGES):
        prefix = "cf" if "cf_wsh" in row["entity"] else "xk"
        fields = by_number.pop(row["entity"][f"{prefix}_wsh"])
        given = row["entity"][f"{prefix}_jdrq"]
        forms.add("ms" if isinstance(given, int) else given[4])
        assert day_of(given).isoformat() == fields[f"{prefix.upper()}_JDRQ"]
    assert by_number == {}
    assert forms == {"ms", "-", "/"}


def _prefix(row: dict[str, Any]) -> str:
    return "CF" if row["catalog"] == "行政处罚" else "XK"


def test_fields_without_a_code_are_named_by_their_label(client: Client) -> None:
    """A list's columns are opaque; the label of each says what it is."""
    (row,) = section(client, "91370100M000111Y35", "严重失信主体名单")["list"]
    by_label = {row["sencesMap"][column]: value for column, value in row["entity"].items()}
    assert all(re.fullmatch(r"zd_[0-9a-f]{6}|uuid_sys|is_history", column) for column in row["columnList"])
    assert {"案号", "执行法院", "立案时间"} <= set(by_label)


def test_columns_differ_from_row_to_row(client: Client) -> None:
    """Some columns are missing here, others come on top there; what identifies a decision is always there."""
    rows = whole_section(client, OVER_FIFTY)
    assert len({tuple(row["entity"]) for row in rows}) > 3
    assert all({"cf_wsh", "xk_wsh"} & set(row["entity"]) for row in rows)
    assert whole_section(client, OVER_FIFTY) == rows


def test_success_is_written_in_two_ways(client: Client) -> None:
    """1 and 200 both occur, the same for the same question."""
    codes = [part["code"] for part in client.control("GET", "/cast").json()["cast"]]
    runs = [
        [client.site("typeSourceSearch", tyshxydm=code, type="行政管理").json()["status"] for code in codes]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert set(runs[0]) == {1, 200}


def test_shielded_is_not_shown_and_disputed_is_marked(client: Client) -> None:
    """The site shows what is on public display; a dispute is in the remark."""
    assert section(client, SHIELDED)["total"] == 0
    (row,) = section(client, DISPUTED)["list"]
    assert (row["entity"]["cf_bz"], row["entity"]["cf_sxyzcd"]) == ("异议处理中", "一般")


def test_every_section_is_served(client: Client) -> None:
    """Each catalogue of the cast is in the section it belongs to, and each section knows its type."""
    found = dict.fromkeys(SECTIONS, 0)
    for part in client.control("GET", "/cast").json()["cast"]:
        for kind in SECTIONS:
            found[kind] += section(client, part["code"], kind)["total"]
    assert all(found.values())


def test_subject_has_a_head(client: Client) -> None:
    """The head names the subject; for a code nobody has it is null."""
    data = client.site("getTyshxydmDetailsContent", tyshxydm=ONE_PENALTY).json()["data"]
    assert data["headEntity"] == {"jgmc": "福建示例商贸有限公司", "tyshxydm": ONE_PENALTY, "status": "存续"}
    assert set(data["data"]) == {"entity", "columnList", "sencesMap"}
    nobody = client.site("getTyshxydmDetailsContent", keyword=UNREGISTERED).json()["data"]
    assert nobody == {"headEntity": None, "data": None}
    assert section(client, NOTHING)["total"] == 0


def test_search_finds_by_code_and_by_name(client: Client) -> None:
    """A code finds its subject, part of a name those that have it, an entity type narrows."""
    by_code = client.site("catalogSearchHome", keyword=ONE_PENALTY).json()["data"]
    assert by_code["total"] == 1
    assert set(by_code["list"][0]) == {
        "accurate_entity_name_query",
        "accurate_entity_code",
        "entityType",
        "uuid",
    }
    by_name = client.site("catalogSearchHome", keyword="示例").json()["data"]
    assert (by_name["total"], len(by_name["list"]), by_name["totalSize"]) == (19, 10, 2)
    traders = client.site("catalogSearchHome", keyword="示例", entityType="2").json()["data"]
    assert [row["entityType"] for row in traders["list"]] == ["2"]
    assert client.site("catalogSearchHome", keyword="").json()["data"]["total"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"tyshxydm": ONE_PENALTY, "type": "其他"},
        {"tyshxydm": "1", "type": "行政管理"},
        {"tyshxydm": ONE_PENALTY, "type": "行政管理", "page": 0},
    ],
)
def test_bad_question_is_refused_with_500(client: Client, query: dict[str, Any]) -> None:
    """Business errors come as JSON with HTTP 500."""
    answer = client.site("typeSourceSearch", **query)
    assert (answer.status_code, answer.json()["status"], answer.json()["data"]) == (500, 40002, None)


def test_challenge_and_firewall_are_scripted(client: Client) -> None:
    """40001 with HTTP 500 and an HTML page come by the route `site`, by code and by page."""
    client.script(
        {"kind": "error", "status": 40001, "http": 500}, match={"route": "site", "code": ONE_PENALTY}
    )
    client.script({"kind": "challenge_page", "http": 412}, match={"route": "site", "page": 2})
    query = {"tyshxydm": ONE_PENALTY, "type": "行政管理"}
    challenged = client.site("typeSourceSearch", **query)
    assert (challenged.status_code, challenged.json()) == (
        500,
        {"status": 40001, "message": "请刷新后重试", "data": None},
    )
    page = client.site("typeSourceSearch", tyshxydm=THREE_PAGES, type="行政管理", page=2)
    assert (page.status_code, page.headers["Content-Type"]) == (412, "text/html; charset=utf-8")
    assert section(client, THREE_PAGES)["total"] == 23
    assert client.credit().status_code == 200


def test_total_and_rows_can_disagree(client: Client) -> None:
    """A total that moves, a row lost or repeated, a record past its end."""
    client.script({"kind": "total_moves"}, match={"page": 2}, count=1)
    assert [section(client, THREE_PAGES, page=page)["total"] for page in (1, 2, 2)] == [23, 24, 23]
    client.script({"kind": "lost_rows"}, count=1)
    assert len(section(client, THREE_PAGES)["list"]) == 9
    client.script({"kind": "repeated_rows", "extra": True}, count=1)
    rows = section(client, THREE_PAGES)["list"]
    assert rows[0] == rows[-1]
    client.script({"kind": "past_end"}, count=1)
    (row,) = section(client, ONE_PENALTY)["list"]
    assert day_of(row["entity"]["cf_gsjzq"]) == date(2026, 11, 21)
