"""What every test may rely on: one profile for made-up inputs, and a browser or a plain refusal."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from aiweb.registry.load import load
from aiweb.views.explorer import page

# The same inputs every time: a run that passed passes again, on a slow machine too.
settings.register_profile("aiweb", deadline=None, derandomize=True, database=None)
settings.load_profile("aiweb")

BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update`, which rewrites the expected output that tests compare with."""
    parser.addoption("--update", action="store_true", help="rewrite expected output; review the diff")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the browser tests out where, and only where, that was asked for."""
    if os.environ.get("AIWEB_NO_BROWSER") == "1":
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="AIWEB_NO_BROWSER=1"))


@pytest.fixture(scope="session")
def update(pytestconfig: pytest.Config) -> bool:
    """Whether to rewrite expected output, not to compare with it."""
    return bool(pytestconfig.getoption("--update"))


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder that holds `pyproject.toml`."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shipped_page(root: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write the page of the project's own registry, once for all tests that read it, in whatever process."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return page(load(root / "deals.yaml"))
    shared = tmp_path_factory.getbasetemp().parent / f"shipped-{run}.html"
    if not shared.exists():
        own = shared.with_suffix(f".{os.getpid()}")
        own.write_text(page(load(root / "deals.yaml")), encoding="utf-8", newline="\n")
        own.replace(shared)
    return shared.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a browser; a test marked `browser` fails where there is none."""
    for name in (os.environ.get("AIWEB_CHROMIUM", ""), *BROWSERS):
        if found := shutil.which(name):
            return found
    pytest.fail("no chromium; run tests/run, or name a browser in AIWEB_CHROMIUM")
