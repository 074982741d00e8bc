"""Many changes at once."""

import itertools
from typing import Any

import pytest

from mock_credit_china import MockServer
from tests.mock.client import Client


def publish(client: Client, **body: Any) -> dict[str, Any]:
    """Publish and return what was done."""
    answer = client.control("POST", "/publish", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def changes_after(client: Client, cursor: Any) -> list[dict[str, Any]]:
    """Read the change log to its end."""
    rows: list[dict[str, Any]] = []
    for _ in itertools.count():
        data = client.changes(cursor=cursor, limit=500)
        rows += data["changes"]
        cursor = data["cursor"]
        if not data["more"]:
            return rows
    raise AssertionError


@pytest.mark.parametrize(
    ("action", "change", "state"),
    [
        ("impose", "新增", "公示中"),
        ("correct", "更新", None),
        ("dispute", "异议", "异议中"),
        ("shield", "屏蔽", "暂时屏蔽"),
        ("repair", "修复", None),
        ("withdraw", "撤销", None),
    ],
)
def test_each_of_so_many_has_one_change(client: Client, action: str, change: str, state: str | None) -> None:
    """As many subjects as asked, each once, one change in the log for each, and the register agrees."""
    cursor = client.changes()["cursor"]
    told = publish(client, count=8, action=action, seed=3)
    rows = changes_after(client, cursor)
    assert (told["count"], len(set(told["codes"]))) == (8, 8)
    assert [row["tyshxydm"] for row in rows] == told["codes"]
    assert {row["change"] for row in rows} == {change}
    assert (told["firstSeq"], told["lastSeq"]) == (rows[0]["seq"], rows[-1]["seq"])
    for code, rec_id in zip(told["codes"], told["recIds"], strict=True):
        listed = {row["recId"]: row for row in client.listing(code, pageSize=100)["list"]}
        if action in {"repair", "withdraw"}:
            assert rec_id not in listed
        elif state:
            assert listed[rec_id]["state"] == state


def test_same_seed_chooses_the_same(client: Client) -> None:
    """The choice is drawn from the seed alone."""
    first = publish(client, count=10, seed=7)["codes"]
    client.control("POST", "/reset")
    assert publish(client, count=10, seed=7)["codes"] == first
    assert publish(client, count=10, seed=8)["codes"] != first


def test_imposed_at_once_can_be_repaired_at_once(client: Client) -> None:
    """What was imposed in bulk is among what can be repaired in bulk."""
    imposed = set(publish(client, count=200, action="impose")["codes"])
    repaired = set(publish(client, count=200, action="repair")["codes"])
    assert len(imposed & repaired) > 100


def test_all_or_nothing(client: Client) -> None:
    """Where there are not enough subjects, nothing is changed, and how many there are is said."""
    cursor = client.changes()["cursor"]
    answer = client.control("POST", "/publish", {"count": 299, "action": "repair"})
    assert answer.status_code == 409
    assert "only " in answer.json()["error"]
    assert changes_after(client, cursor) == []


def test_follows_on_from_a_pinned_snapshot(client: Client, server: MockServer) -> None:
    """A reader that took a pinned snapshot catches up by the log alone."""
    seq = client.control("POST", "/snapshot", {"pin": True}).json()["seq"]
    server.source.register._log._retained = 1000
    told = publish(client, count=100)
    assert client.manifest()["seq"] == seq
    assert [row["tyshxydm"] for row in changes_after(client, seq)] == told["codes"]
    server.source.reset()
