"""Facts about the project as a whole: one version, clean files, and a wheel that works alone."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

# Whole files that are bytes, not text.
BINARY = {".png", ".ico", ".woff2"}
# Homes and work folders of machines; in an address such a path follows a letter, so it does not match.
MACHINE_PATH = re.compile(r"(?:(?<![\w.~>/-])|(?<=file://))/(?:root|home|Users|work|private)/[\w.-]+")
UNFINISHED = re.compile(r"\b(?:T[O]DO|F[I]XME)\b(?!.*#\d)")


@pytest.fixture(scope="module")
def settings(root: Path) -> dict[str, Any]:
    """Return `pyproject.toml` as a dictionary."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def project_files(root: Path) -> tuple[Path, ...]:
    """Return every text file that is, or would be, committed."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=root)
    paths = sorted({root / name for name in listed.split("\0") if name})
    return tuple(path for path in paths if path.is_file() and path.suffix not in BINARY)


@pytest.fixture(scope="module")
def modules(root: Path) -> tuple[Path, ...]:
    """Return every module of the package."""
    return tuple(sorted((root / "aiweb").rglob("*.py")))


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, out of sight of the network."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(root))
    (built,) = out.glob("*.whl")
    return built


def run(*command: str, cwd: Path | None = None) -> str:
    """Run a command that must succeed, and return what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_installed_version_is_the_one_in_pyproject(settings: dict[str, Any]) -> None:
    """A difference means that the environment is stale: run tests/run."""
    assert version("aiweb") == settings["project"]["version"]


def test_no_module_repeats_the_version(settings: dict[str, Any], modules: tuple[Path, ...]) -> None:
    """pyproject.toml says it; code asks importlib.metadata."""
    number = settings["project"]["version"]
    repeats = re.compile(rf"(?<![\d.]){re.escape(number)}(?![\d.])")

    assert [path for path in modules if repeats.search(path.read_text(encoding="utf-8"))] == []


def test_the_changelog_opens_with_the_version(root: Path, settings: dict[str, Any]) -> None:
    """## [0.1.0] - Unreleased."""
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^]]+)\]", changelog, re.MULTILINE)

    assert settings["project"]["version"] == next(name for name in headings if name != "Unreleased")


def test_the_citation_gives_the_version(root: Path, settings: dict[str, Any]) -> None:
    """version: 0.1.0."""
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")

    assert f"\nversion: {settings['project']['version']}\n" in citation


def test_every_module_says_what_it_is(modules: tuple[Path, ...]) -> None:
    """The first statement of a module is its docstring."""
    silent = [path for path in modules if not ast.get_docstring(ast.parse(path.read_bytes()))]

    assert silent == []


def test_every_module_has_its_layer(root: Path, settings: dict[str, Any], modules: tuple[Path, ...]) -> None:
    """`__init__` is the package itself; all else stands in one layer."""
    (contract,) = (each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    layers = [name.strip("() ") for line in contract["layers"] for name in re.split(r"[|:]", line)]
    found = {path.relative_to(root / "aiweb").parts[0].removesuffix(".py") for path in modules}

    assert len(layers) == len(set(layers))
    assert found - {"__init__"} <= set(layers)


def test_no_file_names_a_place_on_a_machine(root: Path, project_files: tuple[Path, ...]) -> None:
    """A path under someone's home works for one person."""
    named = {
        f"{path.relative_to(root)}: {found[0]}"
        for path in project_files
        for found in MACHINE_PATH.finditer(path.read_text(encoding="utf-8"))
    }

    assert named == set()


def test_nothing_is_left_for_later_without_an_issue(root: Path, project_files: tuple[Path, ...]) -> None:
    """A note to oneself either has an issue number in its line or is done."""
    notes = {
        f"{path.relative_to(root)}: {line.strip()}"
        for path in project_files
        for line in path.read_text(encoding="utf-8").splitlines()
        if UNFINISHED.search(line)
    }

    assert notes == set()


def test_files_end_as_text_files_do(root: Path, project_files: tuple[Path, ...]) -> None:
    """A newline at the end, and no carriage return, so that git changes no byte."""
    odd = [
        str(path.relative_to(root))
        for path in project_files
        if b"\r" in path.read_bytes() or path.read_bytes()[-1:] not in {b"", b"\n"}
    ]

    assert odd == []


@pytest.mark.slow
def test_the_wheel_carries_the_registry_the_page_and_the_licences(root: Path, wheel: Path) -> None:
    """Every file under aiweb/, deals.yaml beside them, and both licences."""
    package = {
        path.relative_to(root).as_posix()
        for path in (root / "aiweb").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with ZipFile(wheel) as held:
        names = set(held.namelist())
        registry = held.read("aiweb/deals.yaml")
    licences = {Path(name).name for name in names if ".dist-info/licenses/" in name}

    assert names >= package
    assert "aiweb/py.typed" in names
    assert any(name.startswith("aiweb/views/explorer/") and name.endswith(".js") for name in names)
    assert {name for name in names if not name.startswith("aiweb")} == set()
    assert registry == (root / "deals.yaml").read_bytes()
    assert licences == {"LICENSE", "LICENSE-DATA"}


@pytest.mark.slow
def test_the_wheel_works_from_an_empty_folder(wheel: Path, tmp_path: Path) -> None:
    """A new environment sees the libraries of this one, and aiweb only from the wheel."""
    home, empty = tmp_path / "environment", tmp_path / "empty folder"
    empty.mkdir()
    venv.create(home, symlinks=os.name != "nt", with_pip=False)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = str(scripts / "python")
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
    # A path file is not followed twice, so the editable aiweb of this environment stays out.
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "libraries.pth").write_text("\n".join(sorted(libraries)), encoding="utf-8")
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", "--no-deps", "--no-index", "--ignore-installed", str(wheel))

    where = run(python, "-c", "import aiweb; print(aiweb.__file__)", cwd=empty)

    assert Path(where.strip()).is_relative_to(site)
    assert run(str(scripts / "aiweb"), "--version", cwd=empty).strip().endswith(version("aiweb"))
    assert run(str(scripts / "aiweb"), cwd=empty)
    run(str(scripts / "aiweb"), "check", cwd=empty)
    assert list(empty.iterdir()) == []
