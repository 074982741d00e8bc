"""``python -m tests.mutation``: change one thing at a time in three modules and see that a test fails.

mutmut mutates the bodies of plain functions (see ``[tool.mutmut]``). This goes where it does not: its own operators
on constants, defaults and decorated functions, and a few coarser operators everywhere.
"""

import importlib.abc
import importlib.util
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import libcst as cst
import pytest
from hypothesis import Phase, settings
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parents[2]
TESTS_OF = {
    "chengxin.records.disclosure": "tests/sdk/records/test_disclosure.py",
    "chengxin.cache.freshness": "tests/sdk/cache/test_freshness.py",
    "chengxin.transport.retry": "tests/sdk/transport/test_retry.py",
}
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "-p", "pytest_timeout", "--timeout=20"]
OPTIONS += ["-p", "_hypothesis_pytestplugin", "--hypothesis-seed=0", "--hypothesis-profile=mutation"]
OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
OPPOSITE = {
    cst.LessThan: cst.GreaterThanEqual,
    cst.LessThanEqual: cst.GreaterThan,
    cst.GreaterThan: cst.LessThanEqual,
    cst.GreaterThanEqual: cst.LessThan,
}


class Mutant(NamedTuple):
    """One change: in which module, on which line, from what to what, and the whole source with it."""

    module: str
    line: int
    change: str
    source: str


def _opposite(node: cst.ComparisonTarget) -> Iterator[cst.CSTNode]:
    if type(node.operator) in OPPOSITE:
        yield node.with_changes(operator=OPPOSITE[type(node.operator)]())


def _other_bound(node: cst.Name) -> Iterator[cst.CSTNode]:
    if node.value in {"min", "max"}:
        yield cst.Name("max" if node.value == "min" else "min")


def _without_one(node: cst.Set | cst.Tuple | cst.List) -> Iterator[cst.CSTNode]:
    for i in range(len(node.elements)):
        yield node.with_changes(elements=[*node.elements[:i], *node.elements[i + 1 :]])


def _nothing(node: cst.Return) -> Iterator[cst.CSTNode]:
    if node.value is not None and not node.value.deep_equals(cst.Name("None")):
        yield node.with_changes(value=cst.Name("None"))


COARSER = [
    (cst.If | cst.IfExp, lambda node: [node.with_changes(test=cst.Name(it)) for it in ("True", "False")]),
    (cst.BooleanOperation | cst.BinaryOperation, lambda node: [node.left, node.right]),
    (cst.UnaryOperation, lambda node: [node.expression]),
    (cst.ComparisonTarget, _opposite),
    (cst.Integer | cst.Float, lambda node: [cst.parse_expression(f"({node.evaluated_value - 1!r})")]),
    (cst.Name, _other_bound),
    (cst.Set | cst.Tuple | cst.List, _without_one),
    (cst.Return, _nothing),
    (cst.Expr | cst.Raise, lambda _: [cst.Pass()]),
]


class Mutations(cst.CSTVisitor):
    """Collects the mutants of one module."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, module: str, tree: cst.Module) -> None:
        super().__init__()
        self.mutants: list[Mutant] = []
        self._module = module
        self._tree = tree
        self._plain_functions = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Mutate a node, and go on into it; annotations, imports and docstrings are left alone."""
        if isinstance(node, cst.Annotation | cst.Import | cst.ImportFrom | cst.Decorator) or _is_text(node):
            return False
        operators = COARSER if self._plain_functions else [*COARSER, *mutation_operators]
        for kind, operator in operators:
            if isinstance(node, kind):
                self._mutate(node, operator(node))
        self._plain_functions += _is_plain(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Come out of a function that mutmut mutates itself."""
        self._plain_functions -= _is_plain(original_node)

    def _mutate(self, node: cst.CSTNode, others: Iterable[cst.CSTNode]) -> None:
        for other in others:
            source = self._tree.deep_replace(node, other).code
            line = self.get_metadata(PositionProvider, node).start.line
            change = f"{self._tree.code_for_node(node).strip()} -> {self._tree.code_for_node(other).strip()}"
            self.mutants.append(Mutant(self._module, line, change, source))


def _is_text(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString)


def _is_plain(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.FunctionDef) and not node.decorators


class _Loader(importlib.abc.InspectLoader, importlib.abc.MetaPathFinder):
    """Gives one module another source."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, fullname, path=None, target=None):
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._mutant.module else None

    def get_source(self, fullname):
        return self._mutant.source


def survives(mutant: Mutant) -> bool:
    """Run the tests of the module against the mutant, in a process of its own."""
    sys.meta_path.insert(0, _Loader(mutant))
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        return pytest.main([*OPTIONS, f"--rootdir={ROOT}", str(ROOT / TESTS_OF[mutant.module])]) == 0


def mutants_of(module: str) -> list[Mutant]:
    """Return all mutants of a module, and first the module as it is."""
    source = (ROOT / "sdk" / module.replace(".", "/")).with_suffix(".py").read_text()
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = Mutations(module, wrapper.module)
    wrapper.visit(visitor)
    return [Mutant(module, 0, "nothing", source), *visitor.mutants]


def main() -> None:
    """Print the survivors of each module, and how many were killed."""
    os.chdir(ROOT)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # most of the time of a mutant would go into plugins
    # a mutant that is found is not looked at further
    settings.register_profile(
        "mutation", deadline=None, database=None, phases=[Phase.explicit, Phase.generate]
    )
    mutants = [mutant for module in TESTS_OF for mutant in mutants_of(module)]
    with multiprocessing.get_context("fork").Pool(maxtasksperchild=1) as pool:
        survived = 0
        for mutant, lives in zip(mutants, pool.imap(survives, mutants, 1), strict=True):
            if not (mutant.line or lives):
                sys.exit(f"The tests of {mutant.module} fail on what is not changed.")
            if mutant.line and lives:
                survived += 1
                print(f"survived: {mutant.module}:{mutant.line}: {mutant.change}", flush=True)
    total = len(mutants) - len(TESTS_OF)
    print(f"{total} mutants, {total - survived} killed, {survived} survived")


if __name__ == "__main__":
    main()
