"""The commands for the file, on real HTTP: reports, and receipts that are verified without asking anybody."""

import json

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.procedure.receipt import RECEIPT_TYPE
from chengxin.procedure.report import report_schema
from chengxin.signing import KeySigner, generate_key, public_jwks


@pytest.fixture
def run(source, monkeypatch, tmp_path):
    """Run a command against the mock source, in a folder of its own."""
    monkeypatch.setenv("CHENGXIN_SOURCE_URL", source.url)
    monkeypatch.setenv("CHENGXIN_APP_KEY", "mock-app-key")
    monkeypatch.setenv("CHENGXIN_SECRET", "mock-app-secret")
    monkeypatch.chdir(tmp_path)
    return lambda *words, **options: CliRunner().invoke(app, list(words), **options)


@pytest.fixture
def keys(tmp_path):
    """Return the files of a private key and of its public half."""
    pem = generate_key()
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "keys.json").write_text(json.dumps(public_jwks(KeySigner.from_pem(pem, kid="k1"))))
    return ("--key", "key.pem", "--kid", "k1"), ("--jwks", "keys.json")


@pytest.mark.parametrize(
    ("role", "code", "standing"), [("nothing", 0, "NO_ADVERSE_RECORD"), ("general-penalty", 1, "ADVERSE")]
)
def test_a_receipt_is_issued_and_verified(run, source, keys, role, code, standing):
    """With the exit code of the check, and then with 0, for it is genuine."""
    private, public = keys
    words = ("--purpose", "入驻审核", "--operator", "wang")
    issued = run("receipt", "issue", source.cast[role], *private, *words)
    assert (issued.exit_code, issued.stdout.count("\n"), issued.stdout.count(".")) == (code, 1, 2)
    verified = run("receipt", "verify", issued.stdout.strip(), *public)
    assert (verified.exit_code, verified.stderr) == (0, "")
    assert f"standing    {standing}" in verified.stdout
    assert "入驻审核" in verified.stdout
    claims = json.loads(
        run("receipt", "verify", "-", *public, "--format", "json", input=issued.stdout).stdout
    )
    assert (claims["standing"], claims["operator"], claims["reason"]) == (standing, "wang", None)


def test_a_question_that_could_not_be_answered_has_a_receipt(run, source, keys, tmp_path):
    """It says why, exits as the check does, and is as genuine as any."""
    private, public = keys
    source.script({"kind": "error", "status": 50301})
    issued = run("receipt", "issue", source.cast["nothing"], *private)
    assert issued.exit_code == 5
    (tmp_path / "receipt.jwt").write_text(issued.stdout)
    verified = run("receipt", "verify", "receipt.jwt", *public)
    assert verified.exit_code == 0
    assert "because     maintenance" in verified.stdout
    assert "to be used" not in verified.stdout
    said = run("report", source.cast["nothing"])
    assert (said.exit_code, "信用状况暂不能确定：信息源正在维护。" in said.stdout) == (5, True)


def test_what_is_not_genuine_is_told(run, source, keys, tmp_path):
    """Exit code 1, and the reason beside what is printed."""
    private, public = keys
    token = run("receipt", "issue", source.cast["nothing"], *private).stdout.strip()
    header, payload, signature = token.split(".")
    changed = f"{header}.{payload[:-4]}AAAA.{signature}"
    refused = run("receipt", "verify", changed, *public)
    assert (refused.exit_code, refused.stdout, "signature_refused" in refused.stderr) == (1, "", True)
    other = KeySigner.from_pem((tmp_path / "key.pem").read_bytes(), kid="k1").sign(b"{}", RECEIPT_TYPE)
    refused = run("receipt", "verify", other, *public)
    assert (refused.exit_code, "invalid_receipt" in refused.stderr) == (1, True)


def test_a_report_and_its_receipt_prove_each_other(run, source, keys, tmp_path):
    """And a report that was changed is not what the receipt vouches for."""
    private, public = keys
    code = source.cast["general-penalty"]
    made = run("report", code, "--format", "json", "--receipt", "r.jwt", *private)
    assert made.exit_code == 1
    report = json.loads(made.stdout)
    assert set(report) == set(report_schema()["required"])
    (tmp_path / "r.json").write_text(made.stdout, encoding="utf-8")
    assert run("receipt", "verify", "r.jwt", *public, "--report", "r.json").exit_code == 0
    report["content"]["records"][0]["detail"]["fine_fen"] = 1
    (tmp_path / "r.json").write_text(json.dumps(report), encoding="utf-8")
    refused = run("receipt", "verify", "r.jwt", *public, "--report", "r.json")
    assert (refused.exit_code, "not what this receipt vouches for" in refused.stderr) == (1, True)
    again = run("report", code, "--receipt", "r.jwt", *private)
    assert (again.exit_code, "cannot be made" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "公共信用信息报告"), ("en", "Report of public credit")]
)
def test_a_report_is_a_page_that_needs_nothing_else(run, source, language, said):
    """In either language, with a style of its own."""
    page = run("report", source.cast["nothing"], "--format", "html", "--language", language)
    assert page.exit_code == 0
    assert page.stdout.startswith("<!doctype html>")
    assert f"<h1>{said}" in page.stdout
    assert "<style nonce=" in page.stdout
    text = run("report", source.cast["nothing"], "--language", language)
    assert text.stdout.startswith(said)


def test_what_is_given_wrongly_is_a_fault_of_usage(run, source, keys, tmp_path):
    """A key without a file for the receipt, no key, no report, no receipt, no code."""
    private, public = keys
    code = source.cast["nothing"]
    (tmp_path / "half.json").write_text('{"content": {}, "receipt": null}')
    (tmp_path / "r.jwt").write_text("x")
    for words in (
        ("report", code, *private),
        ("report", code, "--receipt", "r2.jwt"),
        ("report", "91350100M000100Y44"),
        ("receipt", "issue", code, "--key", "keys.json"),
        ("receipt", "issue", code, "--key", "nowhere.pem"),
        ("receipt", "verify", "nowhere.jwt", *public),
        ("receipt", "verify", "r.jwt", *public, "--report", "half.json"),
        ("receipt", "verify", "r.jwt", "--jwks", "half.json"),
    ):
        assert run(*words).exit_code == 2, words
