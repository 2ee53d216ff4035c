"""Where the registry is that comes with the package, and how its path is written."""

from __future__ import annotations

from pathlib import Path

from aiweb.errors import FileError


def shipped() -> Path:
    """Say where the registry is that ships with the package.

    Raises:
        FileError: the installation lacks it.
    """
    here = Path(__file__).resolve().parents[1]
    for path in (here / "deals.yaml", here.parent / "deals.yaml"):
        if path.is_file():
            return path
    raise FileError("deals.yaml", "this installation has no registry; name one with --registry")


def near(path: str | Path) -> Path:
    """Write a path relative to the current folder where it lies below it, so that messages are short."""
    try:
        return Path(path).relative_to(Path.cwd())
    except ValueError:
        return Path(path)
