"""How much of the money could be cancelled without changing any party's net position.

Maximum circulation: C = max Σ f_uv subject to 0 ≤ f ≤ w and inflow = outflow of f at every party,
where w_uv is all that u is to pay v.
It is the conservative compression of M. D'Errico and T. Roukny, "Compressing over-the-counter
markets" (ESRB WP 44, 2017; arXiv:1705.07155), the multilateral set-off of T. Fleischman, P. Dini
and G. Littera (J. Risk Financial Manag. 13 (2020) 295) and the maximum-circularity solution of
Homs-Dones, MacKay, Sansom and Zhou (arXiv:2506.12546).

Certificate: C = min over integer levels h of Σ w_uv · max(0, 1 - (h_v - h_u)), the dual program
(weighted agony: N. Tatti, "Tiers for peers", arXiv:1903.02999).
Levels are computed from the residual web of the optimum, and the two sums are compared every time.

Net internal debt: NID = Σ_i max(0, out_i - in_i), the least money with which all positions settle.
Ladder: C_L is the same maximum with loops of at most L parties, C_2 ≤ C_3 ≤ … ≤ C.
C_2 = 2 · Σ min(w_uv, w_vu) over pairs; C_3 and C_4 are linear programs over the loops themselves.

A triangle of three tens circulates 30: a dollar counts once for every hop it passes.
A party that stands for many (`outside`) counts as one that only pays and another that only receives.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from types import MappingProxyType
from typing import Final, TypeAlias

from aiweb.errors import NoConvergence
from aiweb.graph import Convention, DealGraph, Hop, unknown_of
from aiweb.values import Money, total

Flows: TypeAlias = Mapping[tuple[str, str], int]
LADDER: Final = (2, 3, 4)
MAX_LOOPS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Rung:
    """Money that loops of at most `length` parties can cancel; no length means any.

    `circular` is None where the web has too many loops of that length to list.
    """

    length: int | None
    circular: Money | None


@dataclass(frozen=True, slots=True)
class Circulation:
    """Gross, circular and net dollars of a web, at the lower and at the upper bound of every amount.

    `share_low` and `share_high` are circular over gross at the lower and at the upper bounds;
    they are no range: the share need not lie between them.
    `unknown` names the legs whose amount is undisclosed.
    `circular` counts those between parties of the web: with any of them, or with an amount of
    "at least", it is a lower bound.
    `levels` is the certificate at the upper bounds.
    """

    convention: Convention
    digest: str
    gross: Money
    circular: Money
    net_debt: Money
    ladder: tuple[Rung, ...]
    unknown: tuple[str, ...]
    levels: Mapping[str, int]
    flows: Mapping[tuple[str, str], int]
    legs: tuple[str, ...]

    @property
    def share_low(self) -> Fraction | None:
        """Circular share with every amount at its lower bound."""
        return Fraction(self.circular.low, self.gross.low) if self.gross.low else None

    @property
    def share_high(self) -> Fraction | None:
        """Circular share with every amount at its upper bound."""
        return Fraction(self.circular.high, self.gross.high) if self.gross.high else None


def circulation(graph: DealGraph, *, ladder: bool = True) -> Circulation:
    """Measure how much of the money goes round, with a certificate.

    Raises:
        NoConvergence: the certificate does not prove the maximum, which would be a defect.
    """
    gross = total(leg.amount for leg in graph.legs)
    unknown = unknown_of(graph.legs)
    inside = tuple(leg for hop in _inside(graph) for leg in unknown_of(graph.leg[name] for name in hop.legs))
    low, high = _between(graph, upper=False), _between(graph, upper=True)
    beyond = any(hop.amount.unbounded for hop in _inside(graph))
    least = maximum(low)[0]
    most, flow, levels = maximum(high)
    rungs = []
    if ladder:
        for length in LADDER:
            bounds = [_rung(low, length), _rung(high, length)]
            rungs.append(Rung(length, _money(bounds, inside, beyond=beyond)))
    rungs.append(Rung(None, _money([least, most], inside, beyond=beyond)))
    return Circulation(
        convention=graph.convention,
        digest=graph.registry.digest,
        gross=gross,
        circular=Money(least, most, undisclosed=len(inside), unbounded=beyond),
        net_debt=_net_debt(graph),
        ladder=tuple(rungs),
        unknown=unknown,
        levels=MappingProxyType(levels),
        flows=MappingProxyType(flow),
        legs=tuple(leg.id for leg in graph.legs),
    )


def maximum(flows: Flows) -> tuple[int, dict[tuple[str, str], int], dict[str, int]]:
    """Solve for the maximum circulation: its dollars, one flow that attains it, and its levels.

    The dollars are unique, the flow is not.
    Only money inside a strongly connected component can go round, so each is solved by itself.
    """
    import networkx as nx

    positive = {pair: w for pair, w in flows.items() if w > 0 and pair[0] != pair[1]}
    web: nx.DiGraph[str] = nx.DiGraph()
    web.add_edges_from(sorted(positive))
    circulating: dict[tuple[str, str], int] = {}
    for members in sorted(nx.strongly_connected_components(web), key=min):
        if len(members) < 2:
            continue
        part: nx.DiGraph[str] = nx.DiGraph()
        part.add_nodes_from(sorted(members), demand=0)
        for u, v in sorted(web.subgraph(members).edges):
            part.add_edge(u, v, capacity=positive[u, v], weight=-1)
        _, solved = nx.network_simplex(part)
        circulating.update(
            {(u, v): amount for u, row in solved.items() for v, amount in row.items() if amount}
        )
    amount = sum(circulating.values())
    levels = _levels(positive, circulating)
    proved = sum(w * max(0, 1 - (levels[v] - levels[u])) for (u, v), w in positive.items())
    if proved != amount or not _is_circulation(circulating, positive):
        raise NoConvergence("the maximum circulation", float(proved - amount))
    return amount, circulating, levels


def _is_circulation(flow: Flows, bounds: Flows) -> bool:
    """Whether a flow keeps its bounds and leaves every party with nothing."""
    left: dict[str, int] = defaultdict(int)
    for (payer, payee), amount in flow.items():
        left[payer] -= amount
        left[payee] += amount
    within = all(0 <= amount <= bounds.get(hop, 0) for hop, amount in flow.items())
    return within and not any(left.values())


def reciprocated(flows: Flows) -> int:
    """C_2: money that pairs of parties pay each other, counted in both directions."""
    return sum(2 * min(w, flows[v, u]) for (u, v), w in flows.items() if u < v and (v, u) in flows)


def short_loops(flows: Flows, length: int) -> Iterator[tuple[str, ...]]:
    """Give every loop of at most `length` parties once, from its smallest party on."""
    after: dict[str, list[str]] = defaultdict(list)
    for u, v in sorted(pair for pair, w in flows.items() if w > 0 and pair[0] != pair[1]):
        after[u].append(v)
    for start in sorted(after):
        todo: list[tuple[str, ...]] = [(start,)]
        while todo:
            path = todo.pop()
            for node in reversed(after.get(path[-1], ())):
                if node == start and len(path) > 1:
                    yield path
                elif node > start and node not in path and len(path) < length:
                    todo.append((*path, node))


def _rung(flows: Flows, length: int) -> int | None:
    if length == 2:
        return reciprocated(flows)
    loops = []
    for loop in short_loops(flows, length):
        loops.append(loop)
        if len(loops) > MAX_LOOPS:
            return None
    return _packed(flows, loops) if loops else 0


def _packed(flows: Flows, loops: list[tuple[str, ...]]) -> int:
    """Pack loops under the amounts of their hops so that the money times the hops is greatest.

    Maximise Σ |c| x_c subject to Σ_{c through a hop} x_c ≤ w, x ≥ 0.
    Amounts are divided by their common factor first, so the solver sees small whole numbers.
    """
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    pairs = [list(zip(loop, (*loop[1:], loop[0]), strict=True)) for loop in loops]
    hops = {hop: row for row, hop in enumerate(sorted({hop for loop in pairs for hop in loop}))}
    unit = gcd(*(flows[hop] for hop in hops))
    rows = [hops[hop] for loop in pairs for hop in loop]
    columns = [column for column, loop in enumerate(pairs) for _ in loop]
    solved = linprog(  # type: ignore[call-overload]  # its stubs know no sparse arrays
        c=-np.array([len(loop) for loop in loops], dtype=float),
        A_ub=csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(hops), len(loops))),
        b_ub=np.array([flows[hop] // unit for hop in hops], dtype=float),
        method="highs",
    )
    if not solved.success:
        raise NoConvergence("the packing of short loops", float("nan"))
    return round(-float(solved.fun) * unit)


def _money(bounds: list[int | None], unknown: tuple[str, ...], *, beyond: bool) -> Money | None:
    low, high = bounds
    if low is None or high is None:
        return None
    return Money(min(low, high), high, undisclosed=len(unknown), unbounded=beyond)


def _inside(graph: DealGraph) -> Iterator[Hop]:
    """Give the hops between parties of the web, those to and from outside parties left out."""
    return (hop for hop in graph.hops if not graph.outside & {hop.payer, hop.payee})


def _between(graph: DealGraph, *, upper: bool) -> dict[tuple[str, str], int]:
    """Sum what each party is to pay each other, both sides together, outside parties left out."""
    flows: dict[tuple[str, str], int] = defaultdict(int)
    for hop in _inside(graph):
        flows[hop.payer, hop.payee] += hop.amount.high if upper else hop.amount.low
    return dict(flows)


def _net_debt(graph: DealGraph) -> Money:
    """Σ of what parties pay more than they receive, at the lower and at the upper bounds."""
    sums = [_net_debt_at(graph, upper=upper) for upper in (False, True)]
    return Money(min(sums), max(sums), undisclosed=len(unknown_of(graph.legs)))


def _net_debt_at(graph: DealGraph, *, upper: bool) -> int:
    net: dict[tuple[str, str], int] = defaultdict(int)
    for leg in graph.legs:
        amount = leg.amount.high if upper else leg.amount.low
        net[leg.payer, "pays" if leg.payer in graph.outside else ""] += amount
        net[leg.payee, "receives" if leg.payee in graph.outside else ""] -= amount
    return sum(max(0, amount) for amount in net.values())


def _levels(flows: Flows, circulating: Flows) -> dict[str, int]:
    """Shortest distances in the residual web, sign turned: the dual solution.

    A hop with room left costs -1 forward, a hop in use costs +1 backward.
    The optimum leaves no negative cycle, so Bellman-Ford settles within as many rounds as parties.
    """
    residual = [(u, v, -1) for (u, v), w in flows.items() if circulating.get((u, v), 0) < w]
    residual += [(v, u, 1) for (u, v), amount in circulating.items() if amount > 0]
    distance = {party: 0 for pair in flows for party in pair}
    for _ in range(len(distance) + 1):
        changed = False
        for u, v, cost in residual:
            if distance[u] + cost < distance[v]:
                distance[v] = distance[u] + cost
                changed = True
        if not changed:
            break
    return {party: -distance[party] for party in sorted(distance)}
