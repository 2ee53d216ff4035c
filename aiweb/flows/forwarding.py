"""Money that goes round if every party passes it on in proportion, and a weight for every loop.

Balanced flow forwarding (M. Homs-Dones, R. S. MacKay, B. Sansom, Y. Zhou, arXiv:2506.12546, 2025).
In each strongly connected group let P_ij = w_ij / Σ_j w_ij and π its stationary law, π P = π.
Then c_ij = a π_i P_ij, with the largest a that keeps c ≤ w, is a circulation; the w of at least one party
is used up by it. Subtract, and repeat in what is left until it has no loop.
The sum of all rounds is again a circulation, and unique: it depends on no order.

Loop weights (Qian Min-Ping, Qian Min, Z. Wahrscheinlichkeitstheorie 59 (1982) 203-210; S. Kalpazidou,
Cycle Representations of Markov Processes). For a circulation c with P_ij = c_ij / c_i and c_i = Σ_j c_ij,
a loop g through a party r weighs

    λ_g = c_r · Π_{ij on g} P_ij · det(I - P without the parties of g) / det(I - P without r)

and the weights of the loops through an arc add up to its c.
That is the rate at which a walk by P closes g, so the weights are unique too.

T = Σ λ_g counts a dollar once a turn, however many parties the turn passes.
T / (T + NID) is the throughput circularity: of all money, taken apart into turns round loops and ways from
those who pay more than they receive to those who receive more, the part in turns.
A go-between put on a deal changes neither T nor NID, if NID is that of all money: an outside party that pays
counts as one that pays more than it receives. With the NID of the deals between parties alone, a go-between
on a deal with an outside party would change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from math import prod
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aiweb.errors import NoConvergence
from aiweb.flows.tracing import components
from aiweb.flows.web import Flows, Pair

if TYPE_CHECKING:
    import numpy as np

    Matrix: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

MAX_LOOPS: Final = 2_000
"""Above so many loops no weights are worked out."""
MAX_PARTIES: Final = 200
"""Nor in a strongly connected group of more than so many parties."""
_USED_UP: Final = 1e-12
_AGREES: Final = 1e-6


@dataclass(frozen=True)
class Forwarding:
    """What goes round if every party passes money on in proportion.

    `balanced` is c in dollars, `loops` every loop from its first party on with its weight in dollars.
    Where the web is too large for either, both are empty and `too_large` says why.
    """

    balanced: Mapping[Pair, float]
    loops: tuple[tuple[tuple[str, ...], float], ...]
    net_debt: int
    too_large: str = ""

    @property
    def turns(self) -> float | None:
        """T, the dollars of all turns, each counted once a turn; nothing where the web is too large."""
        return None if self.too_large else sum(weight for _, weight in self.loops)

    @property
    def circularity(self) -> float | None:
        """T / (T + NID), from 0 to 1; nothing where nothing is paid or the web is too large."""
        turns = self.turns
        if turns is None or not turns + self.net_debt:
            return None
        return turns / (turns + self.net_debt)


def forwarding(flows: Flows) -> Forwarding:
    """Forward the money of a web in proportion and weigh every loop.

    Raises:
        NoConvergence: the weights do not add up to the circulation, which would be a defect.
    """
    owed = net_debt(flows)
    balanced: dict[Pair, float] = {}
    weighed: list[tuple[tuple[str, ...], float]] = []
    left = MAX_LOOPS
    for group in components(flows.inside):
        arcs = _within(group, {pair: float(w) for pair, w in flows.inside.items()})
        if len(group) > MAX_PARTIES:
            return Forwarding({}, (), owed, f"more than {MAX_PARTIES} parties in one group")
        found = _loops(arcs, left + 1)
        left -= len(found)
        if left < 0:
            return Forwarding({}, (), owed, f"more than {MAX_LOOPS} loops")
        circulating = _balanced(arcs)
        balanced |= circulating
        weighed += _weighed(group, circulating, found)
    _check(balanced, weighed)
    return Forwarding(
        MappingProxyType(dict(sorted(balanced.items()))),
        tuple(sorted(weighed, key=lambda row: (-round(row[1]), row[0]))),
        owed,
    )


def net_debt(flows: Flows) -> int:
    """Give Σ of what each pays more than it receives; an outside party only pays, or only receives."""
    paid, received = flows.paid, flows.received
    inside = sum(max(0, paid.get(party, 0) - received.get(party, 0)) for party in flows.parties)
    return inside + sum(flows.inward.values()) + flows.across


def _within(group: Sequence[str], arcs: Mapping[Pair, float]) -> dict[Pair, float]:
    members = set(group)
    return {(u, v): w for (u, v), w in sorted(arcs.items()) if u in members and v in members}


def _loops(arcs: Mapping[Pair, float], most: int) -> list[tuple[str, ...]]:
    """List up to `most` loops, each from its first party on."""
    import networkx as nx

    web: nx.DiGraph[str] = nx.DiGraph(list(arcs))
    return sorted(_turned(loop) for loop in islice(nx.simple_cycles(web), most))


def _turned(loop: Sequence[str]) -> tuple[str, ...]:
    first = min(range(len(loop)), key=lambda i: loop[i])
    return (*loop[first:], *loop[:first])


def _balanced(arcs: Mapping[Pair, float]) -> dict[Pair, float]:
    """Forward in rounds until no loop is left; every round uses up what some party pays."""
    found = dict.fromkeys(arcs, 0.0)
    todo = [dict(arcs)]
    while todo:
        rest = todo.pop()
        for group in components(rest):
            part = _within(group, rest)
            once = _once(group, part)
            for pair, moved in once.items():
                found[pair] += moved
            todo.append(
                {pair: w - once[pair] for pair, w in part.items() if w - once[pair] > _USED_UP * arcs[pair]}
            )
    return found


def _once(group: Sequence[str], arcs: Mapping[Pair, float]) -> dict[Pair, float]:
    """Give a π_i P_ij with the largest a: it uses up what the party with the least out_i / π_i pays."""
    pays = dict.fromkeys(group, 0.0)
    for (u, _), w in arcs.items():
        pays[u] += w
    law = dict(zip(group, _stationary(_moves(group, arcs, pays)), strict=True))
    most = min(pays[party] / law[party] for party in group)
    part = {party: min(1.0, most * law[party] / pays[party]) for party in group}
    return {(u, v): w if part[u] > 1 - _USED_UP else part[u] * w for (u, v), w in arcs.items()}


def _moves(group: Sequence[str], arcs: Mapping[Pair, float], pays: Mapping[str, float]) -> Matrix:
    import numpy as np

    index = {party: i for i, party in enumerate(group)}
    matrix = np.zeros((len(group), len(group)))
    for (u, v), w in arcs.items():
        matrix[index[u], index[v]] = w / pays[u]
    return matrix


def _stationary(moves: Matrix) -> list[float]:
    """Solve π P = π without a subtraction.

    W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107-1116.
    """
    import numpy as np

    rest = moves.copy()
    size = len(rest)
    for last in range(size - 1, 0, -1):
        rest[:last, last] /= rest[last, :last].sum()
        rest[:last, :last] += np.outer(rest[:last, last], rest[last, :last])
    law = np.ones(size)
    for i in range(1, size):
        law[i] = law[:i] @ rest[:i, i]
    return [float(value) for value in law / law.sum()]


def _weighed(
    group: Sequence[str], balanced: Mapping[Pair, float], loops: Sequence[tuple[str, ...]]
) -> list[tuple[tuple[str, ...], float]]:
    import numpy as np

    passes = dict.fromkeys(group, 0.0)
    for (u, _), amount in balanced.items():
        passes[u] += amount
    index = {party: i for i, party in enumerate(group)}
    moves = _moves(group, balanced, passes)
    leaves = np.eye(len(group)) - moves

    def without(parties: Sequence[str]) -> float:
        kept = [i for party, i in index.items() if party not in parties]
        return float(np.linalg.det(leaves[np.ix_(kept, kept)])) if kept else 1.0

    alone = {party: without((party,)) for party in sorted({loop[0] for loop in loops})}
    found = []
    for loop in loops:
        turn = prod(float(moves[index[u], index[v]]) for u, v in _hops(loop))
        found.append((loop, passes[loop[0]] * turn * without(loop) / alone[loop[0]]))
    return found


def _hops(loop: Sequence[str]) -> list[Pair]:
    return list(zip(loop, (*loop[1:], loop[0]), strict=True))


def _check(balanced: Mapping[Pair, float], loops: Sequence[tuple[tuple[str, ...], float]]) -> None:
    """Hold the weights against the circulation that they must add up to."""
    sums = dict.fromkeys(balanced, 0.0)
    for loop, weight in loops:
        for hop in _hops(loop):
            sums[hop] += weight
    largest = max(balanced.values(), default=0.0)
    residue = max((abs(sums[hop] - amount) for hop, amount in balanced.items()), default=0.0)
    if residue > _AGREES * largest:
        raise NoConvergence("the weighing of loops", residue)
