"""One contender, one web, one process: `python -m tests.bench.peers JOB PEER FILE REPEATS`.

Prints a line of JSON: what it found, the seconds of each run, the peak memory of the process in bytes.
Only numpy and the library in question are imported, and what turns the arrays into that library's own
type of graph is done before the clock starts.
A process may have 8 GB of addresses and no more.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from heapq import nlargest
from importlib import import_module
from itertools import islice, pairwise
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Run: TypeAlias = Callable[[], list[int]]

TOP: Final = 10
LENGTH: Final = 6
SLOW: Final = 10.0  # seconds above which a run is not repeated
MEMORY: Final = 8 * 2**30


class Web(NamedTuple):
    """Arcs, parallel legs added up."""

    parties: int
    tails: Ints
    heads: Ints
    amounts: Ints

    def triples(self) -> list[tuple[int, int, int]]:
        """Give plain numbers: tail, head and amount."""
        return list(zip(self.tails.tolist(), self.heads.tolist(), self.amounts.tolist(), strict=True))


def read(path: str) -> Web:
    """Read a web that the bench has written."""
    with np.load(path) as file:
        return Web(int(file["count"]), file["tails"], file["heads"], file["amounts"])


def widest(loops: Iterable[list[int]], amount: dict[tuple[int, int], int]) -> list[int]:
    """Give the widths of the ten widest of loops given as rings of parties."""
    widths = (min(amount[step] for step in zip(loop, (*loop[1:], loop[0]), strict=True)) for loop in loops)
    return nlargest(TOP, widths)


# ---- The ten largest loops of at most six hops ----------------------------------------------------


def loops_aiweb(web: Web) -> Run:
    """Take the lazy search of this package."""
    from aiweb.search import Arc, widest_loops

    arcs = [Arc(f"p{u:07}", f"p{v:07}", w, 1) for u, v, w in web.triples()]
    return lambda: [min(arcs[i].amount for i in loop) for loop in islice(widest_loops(arcs, LENGTH), TOP)]


def loops_networkx(web: Web) -> Run:
    """List all loops with networkx, and sort them."""
    nx = import_module("networkx")
    graph = nx.DiGraph((u, v) for u, v, _ in web.triples())
    amount = {(u, v): w for u, v, w in web.triples()}
    return lambda: widest(nx.simple_cycles(graph, length_bound=LENGTH), amount)


def loops_plain(web: Web) -> Run:
    """List all loops depth first in plain Python, only along parties from which the start is near enough."""
    after: list[list[int]] = [[] for _ in range(web.parties)]
    before: list[list[int]] = [[] for _ in range(web.parties)]
    for u, v, _ in web.triples():
        after[u].append(v)
        before[v].append(u)
    amount = {(u, v): w for u, v, w in web.triples()}
    return lambda: widest(_depth_first(after, before), amount)


def _depth_first(after: list[list[int]], before: list[list[int]]) -> Iterator[list[int]]:
    """Give every loop once, from its smallest party on."""
    for start in range(len(after)):
        home, edge = {start: 0}, [start]
        for step in range(1, LENGTH):
            edge = [u for u in {u for v in edge for u in before[v]} if u > start and u not in home]
            home.update(dict.fromkeys(edge, step))
        path, choices = [start], [iter(after[start])]
        while path:
            node = next(choices[-1], None)
            if node is None:
                path.pop()
                choices.pop()
            elif node == start:
                yield path
            elif node > start and len(path) + home.get(node, LENGTH) <= LENGTH and node not in path:
                path.append(node)
                choices.append(iter(after[node]))


def loops_rustworkx(web: Web) -> Run:
    """List all loops of any length with rustworkx, which knows no bound, and keep the short ones."""
    rx = import_module("rustworkx")
    graph = rx.PyDiGraph()
    graph.add_nodes_from(range(web.parties))
    graph.add_edges_from_no_data([(u, v) for u, v, _ in web.triples()])
    amount = {(u, v): w for u, v, w in web.triples()}
    return lambda: widest((list(loop) for loop in rx.simple_cycles(graph) if len(loop) <= LENGTH), amount)


def loops_igraph(web: Web) -> Run:
    """List all loops with igraph."""
    ig = import_module("igraph")
    graph = ig.Graph(web.parties, [(u, v) for u, v, _ in web.triples()], directed=True)
    amount = {(u, v): w for u, v, w in web.triples()}
    return lambda: widest(graph.simple_cycles(mode=ig.OUT, max=LENGTH), amount)


def loops_graph_tool(web: Web) -> Run:
    """List all loops of any length with graph-tool, which knows no bound, and keep the short ones."""
    tool = import_module("graph_tool.all")
    graph = tool.Graph(directed=True)
    graph.add_vertex(web.parties)
    graph.add_edge_list([(u, v) for u, v, _ in web.triples()])
    amount = {(u, v): w for u, v, w in web.triples()}
    return lambda: widest((loop.tolist() for loop in tool.all_circuits(graph) if len(loop) <= LENGTH), amount)


# ---- The maximum circulation ----------------------------------------------------------------------


def circulation_aiweb(web: Web, backend: str | None = None) -> Run:
    """Solve and prove as this package does, with OR-tools if it is there and pays."""
    from aiweb.flows.circulation import solve

    # What a backend imports is not timed for anyone.
    pair = np.array([0, 1])
    for name in (backend,) if backend else ("arrays", "ortools"):
        with suppress(ModuleNotFoundError):
            solve(2, pair, pair[::-1], pair + 1, backend=name)
    return lambda: [solve(*web, backend=backend).amount]


def circulation_arrays(web: Web) -> Run:
    """Solve and prove as this package does where OR-tools is not installed."""
    return circulation_aiweb(web, "arrays")


def circulation_ortools(web: Web) -> Run:
    """Hand the arcs to OR-tools as they are, and believe it."""
    flow = import_module("ortools.graph.python.min_cost_flow")

    def run() -> list[int]:
        solver = flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(
            web.tails, web.heads, web.amounts, np.full(len(web.amounts), -1)
        )
        solver.set_nodes_supplies(np.arange(web.parties), np.zeros(web.parties, dtype=np.int64))
        solver.solve()
        return [-int(solver.optimal_cost())]

    return run


def circulation_networkx(web: Web) -> Run:
    """Take the network simplex method of networkx."""
    nx = import_module("networkx")
    graph = nx.DiGraph()
    graph.add_edges_from((u, v, {"capacity": w, "weight": -1}) for u, v, w in web.triples())
    return lambda: [-nx.network_simplex(graph)[0]]


def circulation_highs(web: Web) -> Run:
    """Solve the linear program by HiGHS, in floating point."""
    linprog = import_module("scipy.optimize").linprog
    sparse = import_module("scipy.sparse")
    arcs = np.arange(len(web.amounts))
    signs = np.repeat([-1.0, 1.0], len(arcs))
    places = (np.concatenate([web.tails, web.heads]), np.concatenate([arcs, arcs]))
    balance = sparse.csr_array((signs, places), shape=(web.parties, len(arcs)))
    bounds = np.column_stack([np.zeros(len(arcs)), web.amounts.astype(float)])

    def run() -> list[int]:
        found = linprog(
            -np.ones(len(arcs)), A_eq=balance, b_eq=np.zeros(web.parties), bounds=bounds, method="highs"
        )
        return [round(-found.fun)]

    return run


# ---- From the text of a registry to its circulation -----------------------------------------------


def road(web: Web, repeats: int) -> dict[str, Any]:
    """Measure each step of the public road: reading, drawing the graph, the circulation with its proof."""
    from aiweb import graph as graphs
    from aiweb.analysis.circulation import circulation
    from aiweb.registry.load import read_text

    text = registry(web).encode()
    seconds: dict[str, list[float]] = {"read": [], "graph": [], "circulation": []}
    found = 0
    while len(seconds["read"]) < repeats and (not seconds["read"] or seconds["read"][-1] < SLOW):
        times = [time.perf_counter()]
        read_registry, problems = read_text(text, "bench.yaml")
        times.append(time.perf_counter())
        if read_registry is None:
            raise ValueError(problems[0])
        graph = graphs.DealGraph(read_registry, graphs.convention(read_registry))
        times.append(time.perf_counter())
        found = circulation(graph, ladder=False).circular.high
        times.append(time.perf_counter())
        for step, (start, end) in zip(seconds, pairwise(times), strict=True):
            seconds[step].append(end - start)
    return {"found": [found], "seconds": seconds, "peak": peak()}


def registry(web: Web) -> str:
    """Write a web as a registry: a deal of one leg an arc, signed on one day."""
    used = sorted({*web.tails.tolist(), *web.heads.tolist()})
    parties = (f"  p{u}: {{name: p{u}, zh: p{u}, kind: lab, outside: false}}" for u in used)
    deals = (
        f"  d{number}:\n    title: p{u} to p{v}\n    legs:\n"
        f"      - {{from: p{u}, to: p{v}, instrument: purchase, amount: ${w}, source: s}}\n"
        "    events:\n      - {on: 2025-01-01, status: signed, source: s}"
        for number, (u, v, w) in enumerate(web.triples())
    )
    sources = "  s: {publisher: p, offline: o, grade: press, date: 2025-01-01}"
    head = ["format: 1", "as_of: 2026-12-31", "parties:", *parties, "sources:", sources, "deals:"]
    return "\n".join([*head, *deals, ""])


JOBS: Final[dict[str, dict[str, Callable[[Web], Run]]]] = {
    "loops": {
        "aiweb": loops_aiweb,
        "networkx": loops_networkx,
        "plain Python": loops_plain,
        "igraph": loops_igraph,
        "rustworkx": loops_rustworkx,
        "graph-tool": loops_graph_tool,
    },
    "circulation": {
        "aiweb": circulation_aiweb,
        "aiweb without OR-tools": circulation_arrays,
        "OR-tools": circulation_ortools,
        "networkx": circulation_networkx,
        "HiGHS": circulation_highs,
    },
}


def measure(run: Run, repeats: int) -> dict[str, Any]:
    """Run several times, a slow one once, and say what came out, when and with how much memory."""
    seconds: list[float] = []
    found: list[int] = []
    while len(seconds) < repeats and (not seconds or seconds[-1] < SLOW):
        start = time.perf_counter()
        found = run()
        seconds.append(time.perf_counter() - start)
    return {"found": found, "seconds": seconds, "peak": peak()}


def peak() -> int:
    """Give the most memory that this process has had, in bytes."""
    # The kernel counts in kibibytes, but for that of macOS.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(job: str, peer: str, path: str, repeats: str) -> None:
    """Measure one contender on one web."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    web = read(path)
    found = road(web, int(repeats)) if job == "road" else measure(JOBS[job][peer](web), int(repeats))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
