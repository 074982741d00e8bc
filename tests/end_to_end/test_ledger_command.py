"""The commands on the ledger."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.signing import KeySigner, generate_key, public_jwks
from chengxin.store import LedgerRows, SqlStore
from tests.sdk.ledger.material import AT, CODE, a_draft


@pytest.fixture
def run(monkeypatch, database_url):
    """Run a command on a ledger of seven entries, one of them erased."""
    monkeypatch.setenv("COLUMNS", "220")
    monkeypatch.setenv("CHENGXIN_DATABASE_URL", database_url)
    with SqlStore(database_url) as store, store.transaction() as connection:
        rows = LedgerRows(connection)
        rows.append(*(a_draft(number) for number in range(1, 6)), a_draft(6, subject="other", actor="王芳"))
        rows.erase_due(AT + timedelta(days=1))
    return lambda *words, **named: CliRunner().invoke(app, ["ledger", *words], **named)


@pytest.fixture
def keys(tmp_path):
    """Return the files of a private key and of its public half."""
    pem = generate_key()
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "keys.json").write_text(json.dumps(public_jwks(KeySigner.from_pem(pem, kid="2026-06"))))
    return str(tmp_path / "key.pem"), str(tmp_path / "keys.json")


@pytest.fixture
def tamper(database_url):
    """Change an entry, as who owns the database can."""

    def tamper():
        with SqlStore(database_url) as store, store.transaction() as connection:
            if store.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("DROP TRIGGER chengxin_ledger_entry_no_other_update")
            else:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql("UPDATE chengxin_ledger_entry SET content = '{}' WHERE seq = 4")

    return tamper


def test_a_whole_ledger_ends_with_nothing(run, keys):
    """For people, and for a pipe; signatures are looked at where keys are given."""
    private, public = keys
    signed = run("checkpoint", "--key", private, "--kid", "2026-06")
    assert (signed.exit_code, json.loads(signed.stdout)["seq"]) == (0, 7)
    result = run("verify", "--jwks", public)
    assert (result.exit_code, "whole: 8 entries" in result.stdout) == (0, True)
    assert "1 agree, 1 signed by a trusted key" in result.stdout
    assert "give --jwks" in run("verify").stdout
    report = json.loads(run("verify", "--jwks", public, "--format", "json").stdout)
    assert (report["whole"], report["erased"], report["signatures"], report["damages"]) == (True, 1, 1, [])


def test_a_damaged_ledger_ends_with_one_and_names_the_place(run, tamper):
    """So that a script stops, and a person knows where to look."""
    tamper()
    result = run("verify")
    assert result.exit_code == 1
    assert "entry 4, one of the columns content, salt" in result.stdout
    report = json.loads(run("verify", "--format", "json").stdout)
    assert (report["whole"], report["damages"][0]["seq"]) == (False, 4)
    assert report["damages"][0]["columns"] == ["content", "salt"]


def test_an_export_is_verified_offline(run, keys, tmp_path, monkeypatch):
    """As a file and through a pipe, whole and with one letter changed."""
    private, public = keys
    run("checkpoint", "--key", private, "--kid", "2026-06")
    file = tmp_path / "ledger.jsonl"
    assert run("export", "--to", str(file)).exit_code == 0
    printed = run("export").stdout
    assert printed == file.read_text(encoding="utf-8")
    monkeypatch.delenv("CHENGXIN_DATABASE_URL")
    assert run("verify", "--file", str(file), "--jwks", public).exit_code == 0
    assert run("verify", "--file", "-", "--jwks", public, input=printed).exit_code == 0
    file.write_text(printed.replace("第 3 号", "第 8 号"), encoding="utf-8")
    result = run("verify", "--file", str(file), "--jwks", public)
    assert (result.exit_code, "entry 3, one of the columns content, salt" in result.stdout) == (1, True)
    file.write_bytes(printed.encode().replace("第".encode(), b"\xff"))
    assert run("verify", "--file", str(file)).exit_code == 1
    file.write_text("{}")
    result = run("verify", "--file", str(file))
    assert (result.exit_code, "no export" in result.stderr) == (1, True)


def test_entries_are_shown_by_subject_and_by_number(run):
    """Of one everything, of a subject a line each."""
    result = run("show", CODE)
    assert (result.exit_code, len(result.stdout.splitlines())) == (0, 5)
    assert result.stdout.count("content erased") == 1
    assert "王芳" in run("show", "other").stdout
    result = run("show", "3")
    assert (result.exit_code, "第 3 号处罚决定" in result.stdout) == (0, True)
    assert json.loads(run("show", "1", "--format", "json").stdout)["erased"] is True
    shown = [json.loads(line)["seq"] for line in run("show", CODE, "--format", "json").stdout.splitlines()]
    assert shown == [1, 2, 3, 4, 5]


def test_what_is_not_there_is_told(run):
    """A number, a subject, a file, a key."""
    assert (run("show", "99").exit_code, "its last is 7" in run("show", "99").stderr) == (2, True)
    assert "no entry about" in run("show", "nobody").stderr
    for words in (
        ["verify", "--file", "/nowhere"],
        ["verify", "--jwks", "/nowhere"],
        ["checkpoint", "--key", "/nowhere"],
        ["export", "--to", "/nowhere/x"],
    ):
        assert run(*words).exit_code == 2


def test_nothing_is_signed_in_an_empty_ledger(monkeypatch, database_url, keys):
    """There is nothing to say where it stands."""
    result = CliRunner().invoke(app, ["ledger", "checkpoint", "--key", keys[0], "--database", database_url])
    assert (result.exit_code, "no entries" in result.stderr) == (2, True)
    assert CliRunner().invoke(app, ["ledger", "verify", "--database", database_url]).exit_code == 0
