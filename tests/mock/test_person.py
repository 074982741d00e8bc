"""Natural persons: asked about on a valid authorisation alone, logged without name and number."""

from typing import Any

import pytest

from mock_credit_china.person import PERSONS, PUBLISHED_FOR_PERSONS, UNKNOWN_PERSON, is_identity_number
from tests.mock.client import START, Client

CONSENT = {"consentId": "C-1", "purpose": "主播准入核验", "expiresAt": "2026-11-22T10:00:01+08:00"}
DEFAULTER = next(part for part in PERSONS if part.role == "person-defaulter")


def ask(client: Client, name: str, id_number: str, authorization: Any = CONSENT) -> dict[str, Any]:
    """Ask about one person."""
    body = {"name": name, "idNumber": id_number, "authorization": authorization}
    return client.post("/persons/credit", body).json()


def independent_check(text: str) -> bool:
    """Check an identity number by GB 11643, from the standard's text."""
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17]


@pytest.mark.parametrize("part", PERSONS, ids=lambda part: part.role)
def test_person_is_found_with_what_is_published(client: Client, part: Any) -> None:
    """Each person has the catalogues described, none beyond what is published for persons, and a token."""
    data = ask(client, part.name, part.id_number)["data"]
    assert set(data) == {"subjectToken", "snapshotId", "dataDate", "list"}
    assert {row["catalog"] for row in data["list"]} == set(part.catalogues)
    assert set(part.catalogues) <= set(PUBLISHED_FOR_PERSONS)
    assert part.id_number not in str(data)
    assert part.name not in str(data)
    assert all("CF_XDR_SHXYM" not in row["fields"] for row in data["list"])


def test_numbers_are_lawful_and_nobodys() -> None:
    """Numbers have their check digit and a division that is none."""
    for number in [*(part.id_number for part in PERSONS), UNKNOWN_PERSON[1]]:
        assert independent_check(number)
        assert number.startswith("999999")
        assert is_identity_number(number, START.date())
    assert not is_identity_number("999999199013010010", START.date())


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        {},
        {**CONSENT, "consentId": "  "},
        {**CONSENT, "purpose": ""},
        {**CONSENT, "expiresAt": "2026-11-22T10:00:00+08:00"},
        {**CONSENT, "expiresAt": "2026-12-22T10:00:00"},
        {**CONSENT, "expiresAt": None},
        "yes",
    ],
)
def test_nothing_is_told_without_a_valid_authorisation(client: Client, authorization: Any) -> None:
    """Missing, blank, expired by the mock clock or without an offset: 40302."""
    answer = ask(client, DEFAULTER.name, DEFAULTER.id_number, authorization)
    assert (answer["status"], answer["data"]) == (40302, None)
    assert client.control("GET", "/person-queries").json() == {"queries": []}


@pytest.mark.parametrize(("name", "number"), [UNKNOWN_PERSON, (DEFAULTER.name, PERSONS[0].id_number)])
def test_name_and_number_must_belong_together(client: Client, name: str, number: str) -> None:
    """Nobody of this name and number: success, no token, nothing on record."""
    answer = ask(client, name, number)
    assert answer["status"] == 1
    assert (answer["data"]["subjectToken"], answer["data"]["list"]) == (None, [])


@pytest.mark.parametrize(
    "number", ["", "999999199001010015", "99999919900101001", "abc", "99999919901301001X"]
)
def test_number_that_is_none_is_refused_unrepeated(client: Client, number: str) -> None:
    """A number without form, day or check digit gives 40002, and no message repeats it."""
    answer = ask(client, "示例甲", number)
    assert answer["status"] == 40002
    assert not number or number not in str(answer)


@pytest.mark.parametrize("body", [[], {}, {"name": "示例甲"}, {"name": 1, "idNumber": "1"}, {"extra": 1}])
def test_body_must_be_a_question(client: Client, body: Any) -> None:
    """Another shape is refused."""
    assert client.post("/persons/credit", body).json()["status"] == 40002


def test_log_has_the_authorisation_and_no_person(client: Client) -> None:
    """The query log says when, on what consent, for what and by which token; no log has name or number."""
    token = ask(client, DEFAULTER.name, DEFAULTER.id_number)["data"]["subjectToken"]
    log = client.control("GET", "/person-queries")
    assert log.json()["queries"] == [
        {
            "at": "2026-11-22T10:00:00+08:00",
            "consentId": "C-1",
            "purpose": "主播准入核验",
            "subjectToken": token,
            "status": 1,
        }
    ]
    for text in (log.text, client.control("GET", "/requests").text):
        assert DEFAULTER.id_number not in text
        assert DEFAULTER.name not in text


def test_token_is_the_same_again(client: Client) -> None:
    """A person keeps their token; another has another."""
    first, again, other = (
        ask(client, part.name, part.id_number)["data"]["subjectToken"]
        for part in (DEFAULTER, DEFAULTER, PERSONS[0])
    )
    assert first == again != other


def test_record_of_a_person_ends_by_itself(client: Client) -> None:
    """After its last day a person's record is gone."""
    client.move_clock(advance_seconds=86400 * 301)
    consent = {**CONSENT, "expiresAt": "2099-01-01T00:00:00+08:00"}
    assert ask(client, DEFAULTER.name, DEFAULTER.id_number, consent)["data"]["list"] == []


def test_faults_bite_on_persons(client: Client) -> None:
    """The route is `persons`; faults of listings and of answers find it."""
    client.script({"kind": "past_end"}, match={"route": "persons"}, count=1)
    client.script({"kind": "error", "status": 50001}, match={"route": "persons"}, skip=1)
    spoilt = ask(client, DEFAULTER.name, DEFAULTER.id_number)
    assert spoilt["data"]["list"][0]["disclosedUntil"] == "2026-11-21"
    assert ask(client, DEFAULTER.name, DEFAULTER.id_number)["status"] == 50001
