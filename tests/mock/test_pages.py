"""The pages of the control plane: what they show, what their buttons do, who may press them."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
import requests

from mock_credit_china import Settings, create_app
from mock_credit_china.cast import CAST
from mock_credit_china.record import Catalogue, ChangeKind, Severity, State
from mock_credit_china.wording import ROLES_ZH, TERMS, TEXTS
from tests.mock.client import LAST_DAY, NOTHING, ONE_PENALTY, START, UNREGISTERED, Client

VOID = {"meta", "link", "input", "br"}


class Balance(HTMLParser):
    """Notes elements that are not closed, and labels without a field."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.labelled: set[str] = set()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "label":
            self.labelled.add(given["for"] or "")
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag in {"select", "input"} and given.get("type") != "hidden" and given.get("id") is None:
            self.wrong.append(f"{tag} without an id")

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


def page(client: Client, path: str = "/", **query: Any) -> requests.Response:
    """Open a page."""
    return client.session.get(f"{client.server.url}/mock{path}", params=query, timeout=30)


def press(client: Client, action: str, code: str = "", **more: Any) -> requests.Response:
    """Press a button as the page would."""
    shown = page(client, "/subject", code=code) if code else page(client)
    found = re.search(r'name="token" value="([^"]+)"', shown.text)
    assert found
    form = {"token": found[1], "action": action, "code": code, "lang": "en", **more}
    return client.session.post(f"{client.server.url}/mock/act", data=form, timeout=30)


def rec_id(client: Client, code: str = ONE_PENALTY) -> str:
    """Return the id of the only record."""
    (row,) = client.listing(code)["list"]
    return str(row["recId"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_home_shows_what_goes_on(client: Client, lang: str) -> None:
    """Clock, health, rules, requests, changes and cast are there, in either language."""
    client.script({"kind": "latency", "seconds": 0}, match={"route": "credit"})
    client.credit()
    client.record("dispute")
    answer = page(client, lang=lang)
    text = unescape(answer.text)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in text
    for what in ("2026-11-22T10:00:00+08:00", "kind: latency", f"/subjects/{ONE_PENALTY}/credit", "1001"):
        assert what in text
    for part in CAST:
        assert part.code in text
        assert (ROLES_ZH[part.role] if lang == "zh" else part.description) in text
    assert ("异议" if lang == "zh" else "disputed") in text


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", ["/", "/subject"])
def test_pages_are_sound(client: Client, lang: str, path: str) -> None:
    """Elements are closed, fields labelled, ids unique; nothing is loaded and no script runs."""
    answer = page(client, path, lang=lang, code=ONE_PENALTY)
    reader = Balance()
    reader.feed(answer.text)
    assert (reader.open, reader.wrong) == ([], [])
    assert len(set(reader.ids)) == len(reader.ids)
    assert reader.labelled <= set(reader.ids)
    assert not re.search(r"<script|https?://|style=", answer.text)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


def test_language_is_the_browsers_unless_given(client: Client) -> None:
    """Without ``lang`` the browser's choice decides, Chinese where it has none."""
    url = f"{client.server.url}/mock/"
    for accepted, lang in (("en-GB,en;q=0.9", "en"), ("zh-CN", "zh-CN"), ("fr", "zh-CN")):
        answer = client.session.get(url, headers={"Accept-Language": accepted}, timeout=30)
        assert f'<html lang="{lang}">' in answer.text


@pytest.mark.parametrize(
    ("q", "there"),
    [
        (ONE_PENALTY, True),
        (ONE_PENALTY.lower(), True),
        ("福建示例", True),
        ("没有的名称", False),
        (UNREGISTERED, False),
    ],
)
def test_search_finds_by_code_and_name(client: Client, q: str, there: bool) -> None:
    """A code in whatever case and part of a name lead to the subject."""
    text = page(client, q=q, lang="en").text
    assert ("Nothing found" not in text) is there
    assert (f">{'福建示例商贸有限公司'}</a> <code>" in text) is there


@pytest.mark.parametrize(
    ("before", "action", "change", "state"),
    [
        ([], "dispute", "异议", "异议中"),
        (["dispute"], "undispute", "异议解除", "公示中"),
        ([], "shield", "屏蔽", "暂时屏蔽"),
        (["shield"], "restore", "恢复", "公示中"),
        ([], "repair", "修复", None),
        ([], "withdraw", "撤销", None),
    ],
)
def test_buttons_change_records(
    client: Client, before: list[str], action: str, change: str, state: str | None
) -> None:
    """Each button does what it says, once, and leads back to the subject's page."""
    record = rec_id(client)
    for step in before:
        client.record(step)
    cursor = client.changes()["cursor"]
    shown = page(client, "/subject", code=ONE_PENALTY).text
    assert f'name="action" value="{action}"' in shown
    answer = press(client, action, ONE_PENALTY, rec_id=record)
    assert [each.status_code for each in answer.history] == [303]
    assert "Done, as change" in answer.text
    assert [row["change"] for row in client.changes(cursor=cursor)["changes"]] == [change]
    assert [row["state"] for row in client.listing()["list"]] == ([state] if state else [])


def test_severity_is_corrected_and_a_record_imposed(client: Client) -> None:
    """A severity can be chosen; a record imposed takes catalogue, severity and end."""
    press(client, "correct", ONE_PENALTY, rec_id=rec_id(client), severity="轻微")
    assert client.listing()["list"][0]["severity"] == "轻微"
    press(client, "impose", NOTHING, catalog="失信被执行人", severity="", until="2027-01-31")
    (row,) = client.listing(NOTHING)["list"]
    assert (row["catalog"], row["disclosedUntil"], "severity" in row) == ("失信被执行人", "2027-01-31", False)
    press(client, "impose", NOTHING, catalog="行政处罚", severity="一般", until="")
    assert client.listing(NOTHING)["total"] == 2


def test_ended_record_has_no_buttons(client: Client) -> None:
    """What is repaired or over is shown as such, without anything to press."""
    client.record("repair")
    client.move_clock(now="2026-11-23T00:00:00+08:00")
    for code, word in ((ONE_PENALTY, "已修复"), (LAST_DAY, "已到期")):
        text = page(client, "/subject", code=code, lang="zh").text
        assert word in text
        assert 'value="repair"' not in text


def test_buttons_move_the_clock_and_drop_rules(client: Client) -> None:
    """Hour, day and month, run and stop, and the end of all rules."""
    for action in ("hour", "day", "month"):
        assert press(client, action).status_code == 200
    assert client.control("GET", "/clock").json()["now"] == "2026-12-23T11:00:00.000+08:00"
    press(client, "run")
    assert client.control("GET", "/clock").json()["frozen"] is False
    press(client, "freeze")
    client.script({"kind": "error", "status": 50001})
    press(client, "clear")
    assert client.control("GET", "/scenario").json() == {"rules": []}


@pytest.mark.parametrize(
    ("code", "form", "http"),
    [
        (ONE_PENALTY, {"action": "restore"}, 409),
        (ONE_PENALTY, {"action": "repair", "rec_id": "NONE"}, 404),
        (ONE_PENALTY, {"action": "impose", "catalog": "", "until": "soon"}, 400),
        (ONE_PENALTY, {"action": "impose", "catalog": "行政处罚", "until": "2026-11-01"}, 400),
        (ONE_PENALTY, {"action": "day"}, 400),
        ("", {"action": "nonsense"}, 400),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(
    client: Client, code: str, form: dict[str, str], http: int
) -> None:
    """A problem is shown where it arose, with its status, and nothing has changed."""
    cursor = client.changes()["cursor"]
    if code:
        form = {"rec_id": rec_id(client), **form}
    answer = press(client, **{"code": code, **form})
    assert answer.status_code == http
    assert 'role="alert"' in answer.text
    assert client.changes(cursor=cursor)["changes"] == []


@pytest.mark.parametrize(
    ("token", "headers"), [("", {}), ("other", {}), ("é", {}), (None, {"Sec-Fetch-Site": "cross-site"})]
)
def test_forged_form_does_nothing(client: Client, token: str | None, headers: dict[str, str]) -> None:
    """Without the page's token, or from another site, nothing is done."""
    given = client.server.source.page_token if token is None else token
    form = {"token": given, "action": "repair", "code": ONE_PENALTY}
    answer = client.session.post(f"{client.server.url}/mock/act", data=form, headers=headers, timeout=30)
    assert answer.status_code == 403
    assert client.listing()["total"] == 1


def test_subject_that_is_not_there(client: Client) -> None:
    """A code nobody has is answered with the home page and 404."""
    answer = page(client, "/subject", code=UNREGISTERED, lang="en")
    assert answer.status_code == 404
    assert "There is no such subject" in answer.text


def test_text_is_escaped(client: Client) -> None:
    """What was typed or imposed is shown, not run."""
    client.control("POST", "/subjects", {"code": NOTHING, "name": "示例<script>alert(1)</script>"})
    for answer in (page(client, "/subject", code=NOTHING), page(client, q="<script>")):
        assert "<script" not in answer.text


def test_pages_are_for_this_machine() -> None:
    """Who comes from elsewhere is turned away."""
    with create_app(Settings(subjects=0, start_at=START)).test_client() as client:
        elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
        assert client.get("/mock/", environ_base=elsewhere).status_code == 403
        assert client.post("/mock/act", environ_base=elsewhere).status_code == 403


def test_both_languages_have_every_word() -> None:
    """The texts have the same keys; each term and each role has its translation."""
    assert set(TEXTS["zh"]) == set(TEXTS["en"])
    assert {*Catalogue, *Severity, *State, *ChangeKind} <= set(TERMS)
    assert set(ROLES_ZH) == {part.role for part in CAST}
