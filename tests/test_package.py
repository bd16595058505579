"""The package as a whole: its layers, who may import what, and how little a glance at it loads."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from typing import TYPE_CHECKING

import pytest

from eh_connect import __version__
from tests.support.documents import ROOT, table

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = ROOT / "eh_connect"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
PARTS_OF_THE_WORLD = ("__main__", "cli", "sandbox", "network", "person", "local.backends", "local.files")
HEAVY = {"httpx", "keyring", "questionary", "rich", "werkzeug", "truststore"}


@cache
def _modules() -> dict[str, Path]:
    """Each module's file by its name below ``eh_connect``; a package's own file counts as the package."""
    found = {path.relative_to(PACKAGE).with_suffix("").parts: path for path in PACKAGE.rglob("*.py")}
    return {".".join(p for p in parts if p != "__init__"): path for parts, path in found.items()}


@cache
def _imports(module: str) -> frozenset[str]:
    """Every module that a module imports, anywhere in its file, for types too; absolute names."""
    found = set()
    for node in ast.walk(ast.parse(_modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            source = node.module or ""
            names = {f"{source}.{alias.name}" for alias in node.names}
            submodules = {name for name in names if name.removeprefix("eh_connect.") in _modules()}
            found |= submodules or {source}
    return frozenset(found)


def _own(module: str) -> set[str]:
    """The modules of this package that a module imports, by their names below it."""
    ours = {name for name in _imports(module) if name.startswith("eh_connect.")}
    return {name.removeprefix("eh_connect.") for name in ours}


def _third_party(module: str) -> set[str]:
    roots = {name.partition(".")[0] for name in _imports(module)}
    return roots - sys.stdlib_module_names - {"eh_connect"}


def _is_in(module: str, place: str) -> bool:
    return module == place or module.startswith(f"{place}.")


def _listed(cell: str) -> list[str]:
    return [name.strip(" `") for name in cell.split(",")]


LAYERS = [_listed(row[1]) for row in table(ARCHITECTURE, "layer", "modules", "what is there")]
HOMES = {row[0].strip("`"): _listed(row[1]) for row in table(ARCHITECTURE, "package", "only in")}
MODULES = sorted(_modules().keys() - {""})


def _layer(module: str) -> int:
    found = [number for number, names in enumerate(LAYERS) if any(_is_in(module, name) for name in names)]
    assert len(found) == 1, f"docs/architecture.md has {module} in {len(found)} layers"
    return found[0]


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_the_documented_layers(module: str) -> None:
    upward = {other for other in _own(module) if _layer(other) < _layer(module)}
    assert upward == set()


@pytest.mark.parametrize("module", MODULES)
def test_a_third_party_package_is_imported_only_in_its_documented_home(module: str) -> None:
    homes = {package: HOMES.get(package, []) for package in _third_party(module)}
    assert [package for package, of in homes.items() if not any(_is_in(module, home) for home in of)] == []
    if _is_in(module, "flows"):
        assert not homes, "a flow imports none"
        world = {other for other in _own(module) for part in PARTS_OF_THE_WORLD if _is_in(other, part)}
        assert world == set(), "nor a part of the world"


def test_every_third_party_import_is_a_declared_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["sandbox"]]
    names = {re.split(r"[^\w.-]", text)[0].lower().replace("-", "_") for text in declared}
    imported = {package for module in MODULES for package in _third_party(module)}
    assert imported <= names


def test_no_file_is_a_drawer_for_odds_and_ends() -> None:
    drawers = {"utils", "util", "helpers", "helper", "misc", "common"}
    assert drawers.isdisjoint(part for module in MODULES for part in module.split("."))


@pytest.mark.parametrize("module", MODULES)
def test_a_file_stays_within_300_lines(module: str) -> None:
    assert len(_modules()[module].read_text(encoding="utf-8").splitlines()) <= 300


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], [], ["setup", "-h"]], ids=" ".join)
def test_a_glance_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from eh_connect.__main__ import main; "
        f"code = main({arguments!r}); print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    run = _run("-c", script)
    assert run.returncode == 0
    loaded = run.stderr.split()
    assert HEAVY.isdisjoint(loaded)
    assert ("typer" in loaded) is (arguments not in (["--version"], ["--help"]))
    assert ("eh_connect.inputs" in loaded) is ("setup" in arguments)


def test_the_version_is_printed() -> None:
    run = _run("-m", "eh_connect", "--version")
    assert (run.returncode, run.stdout, run.stderr) == (0, f"eh-connect {__version__}\n", "")


def test_the_changelog_speaks_of_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
def test_the_continuous_integration_script_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
