"""The package as users meet it: its face, its import, its rooms."""

import doctest
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import chengxin

ROOT = Path(__file__).resolve().parents[2]


def test_every_public_name_is_there_and_is_the_one_it_says():
    """``__all__`` and the lazy homes agree."""
    assert sorted(chengxin.__all__) == sorted([*chengxin._HOME_OF, "__version__"])
    for name, home in chengxin._HOME_OF.items():
        assert getattr(chengxin, name) is getattr(importlib.import_module(home), name)
    assert dir(chengxin) == chengxin.__all__
    with pytest.raises(AttributeError, match="no attribute"):
        chengxin.blunder  # noqa: B018  # the access is the test


def test_importing_starts_nothing_opens_nothing_and_loads_little():
    """No thread, no socket, no environment, no HTTP library before the first use."""
    code = (
        "import sys, threading, os, socket\n"
        "class Deaf(dict):\n"
        "    def __getitem__(self, key): raise AssertionError(key)\n"
        "def refuse(*a, **k): raise AssertionError('socket')\n"
        "socket.socket = refuse\n"
        "import chengxin\n"
        "assert threading.active_count() == 1\n"
        "assert not {'requests', 'pydantic', 'typer', 'yaml'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    "name",
    [
        module.name
        for module in pkgutil.walk_packages(chengxin.__path__, "chengxin.")
        if "__main__" not in module.name
    ],
)
def test_examples_in_docstrings_hold(name):
    """What a docstring shows is what happens."""
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_a_planted_forbidden_import_fails_the_architecture_gate(tmp_path):
    """A fact that reads the clock, a rule that talks HTTP, a mock that borrows code: each is refused."""
    plants = {
        "sdk/chengxin/records/planted.py": "import time\n",
        "sdk/chengxin/policy/planted.py": "import requests\n",
        "sdk/chengxin/services/planted.py": "import huey\n",
        "sdk/chengxin/errors/root.py": "\nfrom chengxin import client\n",
        "sdk/chengxin/unroomed.py": "",
        "mock_credit_china/planted.py": "import chengxin.identifiers\n",
        "plugin_flask/flask_chengxin/config.py": "\nimport flask_chengxin.extension\n",
    }
    for target in ("sdk", "plugin_flask", "mock_credit_china"):
        _copy_sources(ROOT / target, tmp_path / target)
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    assert _lint_imports(tmp_path).returncode == 0
    for path, line in plants.items():
        file = tmp_path / path
        before = file.read_text() if file.exists() else None
        file.write_text((before or "") + line)
        result = _lint_imports(tmp_path)
        assert result.returncode != 0, path
        file.unlink() if before is None else file.write_text(before)


def _copy_sources(source, target):
    for file in source.rglob("*.py"):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())


def _lint_imports(folder):
    code = (
        "import sys; sys.path[:0] = ['sdk', 'plugin_flask', '.']\n"
        "from importlinter.cli import lint_imports_command as run\n"
        "run(['--no-cache'])\n"
    )
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=100, check=False
    )
