"""Measure this package beside its peers: `python tests/bench`, with the options that `--help` names."""

from __future__ import annotations

import sys
from pathlib import Path


def measure() -> int:
    """Find this package and its tests from wherever this is run."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    from tests.bench.run import main

    return main()


if __name__ == "__main__":
    sys.exit(measure())
