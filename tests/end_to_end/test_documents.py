"""What the documents show is what happens: their code runs, their links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chengxin.cli.app import app
from chengxin.policy import lint, parse_policy
from chengxin.policy.messages.advice import ADVICE
from chengxin.policy.messages.analysis import ANALYSIS
from chengxin.services import load_policy

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")
DOCUMENTS = [
    path.relative_to(ROOT)
    for pattern in ("*.md", "docs/*.md", "mock_credit_china/*.md")
    for path in sorted(ROOT.glob(pattern))
]


def blocks(document, language):
    """Return the code blocks of a document in one language."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("document", READMES)
def test_the_program_of_the_readme_works(document, source, capsys):
    """Copied as it stands, with the address of a running mock source."""
    first, *_ = blocks(document, "python")
    exec(compile(first.replace("http://127.0.0.1:8089", source.url), document, "exec"), {})  # noqa: S102
    printed = capsys.readouterr().out
    assert printed.startswith("ADVERSE ['行政处罚']")
    assert "watch" in printed


@pytest.mark.parametrize("document", READMES)
def test_the_flask_app_of_the_readme_works(document, source):
    """The merchant with a general penalty may list goods; nobody is asked to log in twice."""
    _, second, *_ = blocks(document, "python")
    names = {"__name__": "readme"}
    exec(compile(second.replace("http://127.0.0.1:8089", source.url), document, "exec"), names)  # noqa: S102
    flask_app = names["app"]
    flask_app.secret_key = "for this test"
    client = flask_app.test_client()
    assert client.post("/listings").status_code == 401
    with client.session_transaction() as session:
        session["code"] = source.cast["nothing"]
    assert client.post("/listings").json == {"created": True}
    names["chengxin"].client(flask_app).close() if hasattr(names["chengxin"], "client") else None


@pytest.mark.parametrize("document", READMES)
def test_the_commands_of_the_readme_work(document, source, monkeypatch):
    """Each one ends with the code that its help promises."""
    monkeypatch.setenv("CHENGXIN_SOURCE_URL", source.url)
    monkeypatch.setenv("CHENGXIN_APP_KEY", "mock-app-key")
    monkeypatch.setenv("CHENGXIN_SECRET", "mock-app-secret")
    (console,) = blocks(document, "console")
    codes = []
    for line in console.splitlines():
        _, name, *words = shlex.split(line)
        assert name == "chengxin"
        codes.append(CliRunner().invoke(app, words).exit_code)
    assert codes == [0, 1, 1, 0, 0, 1, 0, 1]


def test_the_policy_of_the_docs_is_accepted():
    """The example document loads, and there is nothing to say of it."""
    document, _ = blocks("docs/policy.md", "yaml")
    policy = parse_policy(document, name="docs")
    assert policy.ref.name == "my-platform"
    assert lint(policy.document) == ()


INCLUDED = """\
catalogue:
  fee-eased:
    title: { zh: 减收服务费, en: Service fee eased }
    direction: RELIEVE
    setting: { name: service_fee_basis_points, value: 300 }
    category: MONETARY
"""


def test_the_extended_policy_of_the_docs_and_its_commands_work(tmp_path, monkeypatch):
    """Beside the file that it includes; each command ends without errors of its own."""
    _, document = blocks("docs/policy.md", "yaml")
    monkeypatch.chdir(tmp_path)
    Path("my-market.yaml").write_text(document, encoding="utf-8")
    Path("measures.yaml").write_text(INCLUDED, encoding="utf-8")
    policy = load_policy("my-market.yaml")
    assert policy.document.origin.extends.name == "marketplace"
    assert "constrained-elsewhere" not in {rule.id for rule in policy.document.rules}
    authoring, comparing = blocks("docs/policy.md", "console")
    for console, codes in ((authoring, {0}), (comparing, {0, 1})):
        for line in console.splitlines():
            _, *words = shlex.split(line)
            ended = CliRunner().invoke(app, words)
            assert ended.exit_code in codes, line
            assert ended.stdout, line


def test_the_program_of_the_policy_docs_works(capsys):
    """The shipped policy is clean, so nothing is printed; what it adds to observing is."""
    linting, comparing = blocks("docs/policy.md", "python")
    exec(compile(linting, "docs/policy.md", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out == ""
    exec(compile(comparing, "docs/policy.md", "exec"), {})  # noqa: S102
    assert "credit-reminder" in capsys.readouterr().out


def test_the_policy_docs_name_every_code_that_lint_alone_gives():
    """The table is complete."""
    text = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    assert {
        code for code in [*ADVICE, *ANALYSIS, "setting.no_value_title"] if f"`{code}`" not in text
    } == set()


def test_the_program_of_the_publishing_document_works(tmp_path, monkeypatch):
    """Two people, one version, in force by time alone."""
    monkeypatch.chdir(tmp_path)
    (program,) = blocks("docs/publishing.md", "python")
    exec(compile(program, "docs/publishing.md", "exec"), {})  # noqa: S102


def test_the_program_of_the_store_document_works(tmp_path, monkeypatch):
    """Tables, a transaction, a look, in a file of its own."""
    monkeypatch.chdir(tmp_path)
    (program,) = blocks("docs/store.md", "python")
    exec(compile(program, "docs/store.md", "exec"), {})  # noqa: S102


def test_the_programs_of_the_document_on_appeals_work(tmp_path, monkeypatch):
    """One after the other, as they stand; each asserts what it shows."""
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in blocks("docs/appeals.md", "python"):
        exec(compile(block, "docs/appeals.md", "exec"), names)  # noqa: S102
    assert names["docket"].decided


def test_the_program_of_the_document_on_reviews_works(tmp_path, monkeypatch):
    """Asked, decided for and against; it asserts what it shows."""
    monkeypatch.chdir(tmp_path)
    (program,) = blocks("docs/reviews.md", "python")
    exec(compile(program, "docs/reviews.md", "exec"), {})  # noqa: S102


def test_the_program_of_the_ledger_document_works(tmp_path, monkeypatch):
    """An entry, its content erased, and a chain that is whole."""
    monkeypatch.chdir(tmp_path)
    (program,) = blocks("docs/ledger.md", "python")
    exec(compile(program, "docs/ledger.md", "exec"), {})  # noqa: S102


def test_the_programs_of_the_worker_document_work(tmp_path, monkeypatch):
    """A notice is put, handed out, and a webhook is verified."""
    monkeypatch.chdir(tmp_path)
    for program in blocks("docs/worker.md", "python"):
        exec(compile(program, "docs/worker.md", "exec"), {})  # noqa: S102


def test_the_programs_of_the_document_on_treatments_work(tmp_path, monkeypatch):
    """A platform of one's own, and one measure from the record to the repair."""
    monkeypatch.chdir(tmp_path)
    for block in blocks("docs/treatments.md", "python"):
        exec(compile(block, "docs/treatments.md", "exec"), {})  # noqa: S102


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_between_documents_lead_somewhere(document):
    """Every relative link names a file of the project."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target:
            assert (ROOT / document).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_documents_hold_no_path_of_a_machine_and_no_address_of_an_index(document):
    """What is written here is true everywhere."""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert not re.search(r"(^|[\s\"'(=])/(home|work|tmp|root)/[a-z.]|index-url", text)


def test_the_program_on_trying_a_policy_works():
    """Its pieces, one after the other, as they stand; each asserts what it shows."""
    names = {}
    for block in blocks("docs/trying.md", "python"):
        exec(compile(block, "docs/trying.md", "exec"), names)  # noqa: S102
    assert names["result"].lost == 0
