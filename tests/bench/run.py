"""Measure this package beside its peers: `python tests/bench`.

Every contender has a process to itself, on the same made-up webs, one after the other in one run.
Times are medians; compare only what one run gave.
Tables in Markdown go to the output, and with `--write` into docs/performance.md: those of a job stand
between two marks, and a job that was not run keeps its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from math import isclose
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np

from aiweb.flows.circulation import summed
from tests.bench.peers import JOBS
from tests.bench.picture import Line, picture
from tests.bench.webs import scale_free

ROOT: Final = Path(__file__).parents[2]
SIZES: Final = (1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000)
ROAD: Final = 100_000  # legs up to which a registry is written as text and read
PAGE: Final = ROOT / "docs" / "performance.md"
PICTURES: Final = {job: ROOT / "docs" / f"performance-{job}.svg" for job in JOBS}
END: Final = "<!-- end of what was measured -->"
TITLES: Final = {
    "loops": "Ten largest loops of at most six hops",
    "circulation": "Maximum circulation",
    "road": "From the text of a registry to its circulation",
}
PACKAGES: Final = ("numpy", "scipy", "networkx", "ortools", "rustworkx", "igraph")


@dataclass(frozen=True, slots=True)
class Result:
    """What one contender made of one web: seconds and bytes, or why it has none."""

    job: str
    peer: str
    legs: int
    arcs: int
    seconds: float | None
    peak: int
    found: tuple[int, ...]
    failure: str = ""
    steps: tuple[tuple[str, float], ...] = ()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and say by the exit code whether all that finished agree."""
    options = _options().parse_args(arguments)
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        for legs in options.sizes:
            results += _measure(legs, Path(folder), options)
    reports = {job: "\n".join(_report(job, results)) for job in TITLES if job in options.jobs}
    for job, report in reports.items():
        sys.stdout.write(f"### {TITLES[job]}\n\n{report}\n")
    wrong = disagreements(results)
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    if options.write:
        _write(reports, results)
    return 1 if wrong else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="legs")
    parser.add_argument("--jobs", nargs="+", default=[*JOBS, "road"], choices=[*JOBS, "road"])
    parser.add_argument("--peers", nargs="+", help="only these, and aiweb")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5, help="runs of which the median counts")
    parser.add_argument("--limit", type=float, default=90, help="seconds for a process")
    parser.add_argument("--graph-tool", default=sys.executable, help="a Python that has graph-tool")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md and its pictures")
    return parser


def _measure(legs: int, folder: Path, options: argparse.Namespace) -> Iterator[Result]:
    """Draw one web and send every contender through it; one that ran out of time is not sent further."""
    drawn = scale_free(legs, seed=options.seed)
    tails, heads, amounts = summed(drawn.count, drawn.payers, drawn.payees, drawn.amounts)
    file = folder / f"{legs}.npz"
    np.savez(file, count=drawn.count, tails=tails, heads=heads, amounts=amounts)
    for job in options.jobs:
        peers = list(JOBS.get(job, ["aiweb"])) if job in JOBS or legs <= ROAD else []
        for peer in peers:
            if options.peers and peer not in {*options.peers, "aiweb"}:
                continue
            given_up = f"{job} {peer}"
            if given_up in _GIVEN_UP:
                continue
            sys.stderr.write(f"{legs} {job} {peer}\n")
            result = _run(job, peer, legs, len(amounts), file, options)
            if result.failure:
                _GIVEN_UP.add(given_up)
            yield result


_GIVEN_UP: Final[set[str]] = set()


def _run(job: str, peer: str, legs: int, arcs: int, file: Path, options: argparse.Namespace) -> Result:
    python = options.graph_tool if peer == "graph-tool" else sys.executable
    command = [python, "-m", "tests.bench.peers", job, peer, str(file), str(options.repeats)]
    empty = Result(job, peer, legs, arcs, None, 0, ())
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=options.limit,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except subprocess.TimeoutExpired:
        return _failed(empty, f"> {options.limit:.0f} s")
    if done.returncode:
        missing = "ModuleNotFoundError" in done.stderr
        return _failed(empty, "not installed" if missing else _last(done.stderr))
    said: dict[str, Any] = json.loads(done.stdout)
    seconds = said["seconds"]
    steps: tuple[tuple[str, float], ...] = ()
    if isinstance(seconds, dict):
        steps = tuple((step, median(each)) for step, each in seconds.items())
        seconds = [sum(each) for each in zip(*seconds.values(), strict=True)]
    return Result(job, peer, legs, arcs, median(seconds), said["peak"], tuple(said["found"]), steps=steps)


def _failed(result: Result, why: str) -> Result:
    return Result(result.job, result.peer, result.legs, result.arcs, None, 0, (), why)


def _last(stderr: str) -> str:
    return "out of memory" if "MemoryError" in stderr or not stderr.strip() else stderr.split("\n")[-2][:60]


def disagreements(results: Sequence[Result]) -> list[str]:
    """Say where a contender that finished found something else than this package."""
    ours = {(result.job, result.legs): result.found for result in results if result.peer == "aiweb"}
    return [
        f"{result.legs} {result.job}: {result.peer} found {result.found}, not {ours[result.job, result.legs]}"
        for result in results
        if not result.failure and not _alike(result, ours[result.job, result.legs])
    ]


def _alike(result: Result, ours: tuple[int, ...]) -> bool:
    """Compare whole numbers exactly, those of a solver in floating point to nine digits."""
    if result.peer == "HiGHS":
        return all(isclose(one, other, rel_tol=1e-9) for one, other in zip(result.found, ours, strict=True))
    return result.found == ours


# ---- What is written ------------------------------------------------------------------------------


def _report(job: str, results: Sequence[Result]) -> Iterator[str]:
    """Write two tables: a row a size, a column a contender; time and ratio, then memory."""
    chosen = [result for result in results if result.job == job]
    if job == "road":
        yield from _road(chosen)
    elif chosen:
        yield from _table(chosen, _cell)
        yield "\nPeak memory of the process, in MB:\n"
        yield from _table(chosen, lambda result, _: f"{result.peak / 1e6:,.0f}" if result.peak else "–")
    yield ""
    yield _machine()


def _table(results: Sequence[Result], write: Callable[[Result, Result], str]) -> Iterator[str]:
    by = {(result.peer, result.legs): result for result in results}
    peers = list(dict.fromkeys(result.peer for result in results))
    yield "| hops | " + " | ".join(peers) + " |"
    yield "|---|" + "---|" * len(peers)
    for legs, arcs in sorted({(result.legs, result.arcs) for result in results}):
        ours = by["aiweb", legs]
        cells = [write(by[peer, legs], ours) if (peer, legs) in by else "–" for peer in peers]
        yield f"| {arcs:,} | {' | '.join(cells)} |"


def _cell(result: Result, ours: Result) -> str:
    if result.seconds is None:
        return result.failure
    ratio = f" (× {_digits(result.seconds / ours.seconds)})" if ours.seconds and result is not ours else ""
    return f"{_time(result.seconds)}{ratio}"


def _road(results: Sequence[Result]) -> Iterator[str]:
    yield "| legs | read and check | draw the graph | circulation, with proof | memory |"
    yield "|---|---|---|---|---|"
    for result in results:
        steps = [_time(seconds) for _, seconds in result.steps] or [result.failure] * 3
        yield f"| {result.arcs:,} | {' | '.join(steps)} | {result.peak / 1e6:,.0f} MB |"


def _time(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{_digits(seconds * 1000)} ms"


def _digits(number: float) -> str:
    """Write two digits, or all before the point.

    >>> [_digits(number) for number in (0.123, 1.26, 12.6, 1234.5)]
    ['0.12', '1.3', '13', '1,234']
    """
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"


def _machine() -> str:
    named = [f"{name} {_version(name)}" for name in PACKAGES if _version(name)]
    machine = f"{os.cpu_count()} cores of {platform.machine().replace('_', '-')} {platform.system()}"
    return f"Python {platform.python_version()}, {', '.join(named)}; {machine}.\n"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _write(reports: Mapping[str, str], results: Sequence[Result]) -> None:
    """Put each report between its marks, and draw its picture."""
    page = PAGE.read_text(encoding="utf-8")
    for job, report in reports.items():
        mark = f"<!-- measured: {job} -->"
        before, _, rest = page.partition(mark)
        _, _, after = rest.partition(END)
        page = f"{before}{mark}\n\n{report}\n{END}{after}"
        if job in PICTURES:
            PICTURES[job].write_text(_picture(job, results), encoding="utf-8", newline="\n")
    PAGE.write_text(page, encoding="utf-8", newline="\n")


def _picture(job: str, results: Sequence[Result]) -> str:
    lines: dict[str, Line] = {}
    for result in results:
        if result.job == job and result.seconds is not None:
            line = lines.setdefault(result.peer, Line(result.peer, [], []))
            line.seconds.append((result.arcs, result.seconds))
            line.memory.append((result.arcs, result.peak))
    return picture(TITLES[job], list(lines.values()))


if __name__ == "__main__":
    sys.exit(main())
