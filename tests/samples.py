"""The smallest wrong files of `tests/errors/`, one a problem code, and what reading them says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from aiweb.registry.load import read_text
from aiweb.registry.source import MAX_BYTES

FOLDER: Final = Path(__file__).parent / "errors"
# Saved in another encoding, or grown, only when read: a repository keeps text, and little of it.
ENCODINGS: Final = {"byte-order-mark": "utf-8-sig", "not-utf8": "latin-1"}
GROWN: Final = "too-large"


def codes() -> tuple[str, ...]:
    """Return the codes that have a wrong file."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def wrong(code: str) -> bytes:
    """Return the bytes of the wrong file of a code."""
    data = (FOLDER / f"{code}.yaml").read_text(encoding="utf-8").encode(ENCODINGS.get(code, "utf-8"))
    return data * (MAX_BYTES // len(data) + 1) if code == GROWN else data


def said(code: str) -> str:
    """Read the wrong file of a code and print its problems."""
    _, problems = read_text(wrong(code), f"{code}.yaml")
    return "".join(f"{problem}\n" for problem in problems)
