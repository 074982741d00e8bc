"""One subject's listing: pages, validators, dates, what is and is not in it."""

from datetime import timedelta

import pytest

from tests.mock.client import LAST_DAY, NOTHING, ONE_PENALTY, OVER_FIFTY, THREE_PAGES, UNREGISTERED, Client


def test_listing_has_the_shape_of_the_contract(client: Client) -> None:
    """Every member of the contract's example is there, with its type."""
    data = client.listing()
    assert set(data) == {
        "snapshotId",
        "dataDate",
        "subject",
        "total",
        "totalSize",
        "page",
        "pageSize",
        "list",
    }
    assert data["subject"] == {
        "tyshxydm": ONE_PENALTY,
        "jgmc": "福建示例商贸有限公司",
        "entityType": "1",
        "status": "存续",
    }
    assert (data["total"], data["totalSize"], data["page"], data["pageSize"]) == (1, 1, 1, 10)
    (row,) = data["list"]
    assert (row["catalog"], row["state"]) == ("行政处罚", "公示中")
    assert row["severity"] == "一般"
    assert row["disclosedUntil"] == row["fields"]["CF_GSJZQ"] == "2027-06-10"
    assert row["fields"]["CF_XDR_SHXYM"] == ONE_PENALTY


def test_pages_make_up_the_whole(client: Client) -> None:
    """Three pages of ten carry 23 records, each once, under one snapshot id."""
    pages = [client.listing(THREE_PAGES, page=page) for page in (1, 2, 3)]
    assert [len(page["list"]) for page in pages] == [10, 10, 3]
    assert {(page["total"], page["totalSize"]) for page in pages} == {(23, 3)}
    assert len({page["snapshotId"] for page in pages}) == 1
    assert len({row["recId"] for page in pages for row in page["list"]}) == 23


def test_page_beyond_the_last_is_empty(client: Client) -> None:
    """A page after the last has no rows and the same totals."""
    data = client.listing(THREE_PAGES, page=4)
    assert (data["list"], data["total"], data["page"]) == ([], 23, 4)


def test_page_size_is_obeyed(client: Client) -> None:
    """A hundred rows a page hold everything of the longest member of the cast."""
    data = client.listing(OVER_FIFTY, pageSize=100)
    assert (len(data["list"]), data["total"], data["totalSize"]) == (64, 64, 1)


def test_severity_that_is_absent_leaves_no_member(client: Client) -> None:
    """A licence has no severity, not even a null."""
    rows = client.listing(THREE_PAGES, pageSize=100)["list"]
    licences = [row for row in rows if row["catalog"] == "行政许可"]
    assert licences
    assert not any("severity" in row for row in licences)


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"page": 0}, "page"),
        ({"page": "one"}, "page"),
        ({"page": "²"}, "page"),
        ({"pageSize": 101}, "pageSize"),
        ({"pageSize": ""}, "pageSize"),
        ({"pagesize": 10}, "pagesize"),
    ],
)
def test_bad_parameter_is_refused(client: Client, query: dict[str, object], named: str) -> None:
    """A parameter out of bounds or unknown gives 40002 with 400, and is named."""
    answer = client.credit(**query)
    assert (answer.status_code, answer.json()["status"]) == (400, 40002)
    assert named in answer.json()["message"]


@pytest.mark.parametrize(
    "code", ["91350100M000100Y44", "91350100M000100Y4", "95350100M000100Y43", "I1350100M000100Y43"]
)
def test_code_that_is_not_lawful_is_refused(client: Client, code: str) -> None:
    """A wrong check character, length, class or letter gives 40002."""
    answer = client.credit(code)
    assert (answer.status_code, answer.json()["status"]) == (400, 40002)


def test_unregistered_code_is_no_error(client: Client) -> None:
    """A lawful code nobody has gives status 1 and a null subject."""
    data = client.listing(UNREGISTERED)
    assert (data["subject"], data["total"], data["totalSize"], data["list"]) == (None, 0, 0, [])


def test_registered_subject_can_have_nothing(client: Client) -> None:
    """Registered without any record is not the same as not registered."""
    data = client.listing(NOTHING)
    assert data["subject"]["tyshxydm"] == NOTHING
    assert data["list"] == []


def test_headers_are_by_the_mock_clock(client: Client) -> None:
    """`Date`, `Last-Modified` and `Cache-Control` come with every page."""
    headers = client.credit().headers
    assert headers["Date"] == "Sun, 22 Nov 2026 02:00:00 GMT"
    assert headers["Last-Modified"] == "Sat, 21 Nov 2026 15:00:00 GMT"
    assert headers["Cache-Control"] == "max-age=3600"
    assert headers["Content-Type"].startswith("application/json")


def test_entity_tag_renews_without_a_body(client: Client) -> None:
    """The tag handed back gives 304, no body and a fresh `Cache-Control`."""
    tag = client.credit().headers["ETag"]
    assert tag.startswith('"')
    answer = client.credit(headers={"If-None-Match": f'"other", {tag}'})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["ETag"] == tag
    assert answer.headers["Cache-Control"] == "max-age=3600"
    assert "Date" in answer.headers


def test_entity_tag_differs_by_page_and_content(client: Client) -> None:
    """Another page, another page size and another content have other tags."""
    tags = {
        client.credit(THREE_PAGES, page=1).headers["ETag"],
        client.credit(THREE_PAGES, page=2).headers["ETag"],
        client.credit(THREE_PAGES, page=1, pageSize=20).headers["ETag"],
    }
    before = client.credit().headers["ETag"]
    client.record("dispute")
    after = client.credit(headers={"If-None-Match": before})
    assert len(tags) == 3
    assert (after.status_code, after.headers["ETag"] == before) == (200, False)


def test_other_subjects_changes_leave_the_tag_alone(client: Client) -> None:
    """What happens to one subject does not make another's listing new."""
    before = client.credit(THREE_PAGES).headers["ETag"]
    client.record("dispute")
    assert client.credit(THREE_PAGES).headers["ETag"] == before


def test_last_day_is_shown_to_its_end(client: Client) -> None:
    """A record is listed until 23:59:59.999 China time of its last day and gone at midnight."""
    client.move_clock(now="2026-11-22T23:59:59.999+08:00")
    assert client.listing(LAST_DAY)["total"] == 1
    before = client.listing(LAST_DAY)["snapshotId"]
    client.move_clock(now="2026-11-22T16:00:00+00:00")
    after = client.listing(LAST_DAY)
    assert (after["total"], after["list"]) == (0, [])
    assert after["snapshotId"] != before
    assert after["dataDate"] == "2026-11-23T00:00:00+08:00"


def test_data_date_moves_with_the_nightly_load(client: Client) -> None:
    """At 23:00 China time the data date and the snapshot id move on."""
    before = client.listing()
    client.move_clock(now="2026-11-22T23:00:00+08:00")
    after = client.listing()
    assert (before["dataDate"], after["dataDate"]) == (
        "2026-11-21T23:00:00+08:00",
        "2026-11-22T23:00:00+08:00",
    )
    assert before["snapshotId"] != after["snapshotId"]


def test_request_ids_tell_requests_apart(client: Client) -> None:
    """Every answer has its own request id, which the request log knows."""
    ids = [client.credit().json()["requestId"] for _ in range(3)]
    logged = [row["requestId"] for row in client.control("GET", "/requests").json()["requests"]]
    assert ids == logged


def test_head_is_answered_without_a_body(client: Client) -> None:
    """HEAD has the headers of GET, and the connection goes on."""
    answer = client.ask("HEAD", f"/subjects/{ONE_PENALTY}/credit")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0
    assert client.credit().status_code == 200


def test_unknown_route_and_method_answer_in_json(client: Client) -> None:
    """404 and 405 come in the envelope too."""
    missing = client.ask("GET", "/nothing-here")
    wrong = client.ask("POST", f"/subjects/{ONE_PENALTY}/credit")
    assert (missing.status_code, missing.json()["status"]) == (404, 40002)
    assert (wrong.status_code, wrong.json()["status"]) == (405, 40002)
    assert "GET" in wrong.headers["Allow"]


def test_batch_answers_each_row_on_its_own(client: Client) -> None:
    """Rows come in order; a code that is not lawful fails alone."""
    answer = client.batch(THREE_PAGES, "nonsense", UNREGISTERED, ONE_PENALTY)
    rows = answer.json()["data"]["results"]
    assert [row["code"] for row in rows] == [THREE_PAGES, "nonsense", UNREGISTERED, ONE_PENALTY]
    assert [row["status"] for row in rows] == [1, 40002, 1, 1]
    assert rows[1]["credit"] is None
    assert rows[2]["credit"]["subject"] is None
    assert rows[3]["credit"]["list"] == client.listing()["list"]
    assert not any(row["truncated"] for row in rows)


def test_what_may_be_kept_says_for_how_long_and_what_may_not_says_so(client: Client) -> None:
    """The rows of a batch live as long as the listings that they are; changes are of the moment."""
    assert client.batch(ONE_PENALTY).headers["Cache-Control"] == "max-age=3600"
    assert client.ask("GET", "/changes").headers["Cache-Control"] == "no-store"


def test_batch_says_when_a_row_is_truncated(client: Client) -> None:
    """Over fifty records the row has the first fifty and says so."""
    (row,) = client.batch(OVER_FIFTY).json()["data"]["results"]
    assert row["truncated"] is True
    assert (len(row["credit"]["list"]), row["credit"]["total"]) == (50, 64)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b'{"codes":[]}',
        b'{"codes":"91350100M000100Y43"}',
        b'{"codes":[1]}',
        b'{"codes":["a"],"more":1}',
        b'{"codes":["\\ud800"]}',
        b"[" * 100_000,
        b'{"codes":[' + b'"a",' * 100 + b'"a"]}',
    ],
)
def test_batch_refuses_what_it_cannot_read(client: Client, body: bytes) -> None:
    """Anything but one to a hundred codes gives 40002."""
    answer = client.ask("POST", "/subjects/credit:batch", body=body)
    assert (answer.status_code, answer.json()["status"]) == (400, 40002)


def test_batch_of_a_hundred_is_served(client: Client) -> None:
    """A hundred codes are not too many."""
    assert len(client.batch(*[ONE_PENALTY] * 100).json()["data"]["results"]) == 100


def test_running_clock_runs(client: Client) -> None:
    """A clock that is let run moves on by itself, from where it stood."""
    clock = client.server.source.clock
    client.move_clock(frozen=False)
    first = clock.now()
    while clock.now() == first:
        pass
    assert timedelta(0) < clock.now() - first < timedelta(seconds=10)
