"""How much of the money could be cancelled without changing any party's net position.

Maximum circulation: C = max Σ f_uv subject to 0 ≤ f ≤ w and inflow = outflow of f at every party,
where w_uv is all that u is to pay v.
Certificate: C = min over integer levels h of Σ w_uv · max(0, 1 - (h_v - h_u)), the dual program
(weighted agony: N. Tatti, "Tiers for peers", arXiv:1903.02999).
The levels given are the least ones that are not negative.
They are those of the residual web, so every optimal flow has the same.

Three roads lead to the same dollars, and each answer is proved by its levels before it is given:

- up to `SMALL` arcs, or with sums beyond 64 bits: shortest paths and blocking flows on Python integers,
  which starts at once because nothing is imported;
- above that: the same phases, with distances and maximum flows by scipy;
- with OR-tools installed and `LARGE` arcs on loops: its cost-scaling method (A. V. Goldberg,
  J. Algorithms 22 (1997) 1).

The phases are the primal-dual method of L. R. Ford and D. R. Fulkerson (R. K. Ahuja, T. L. Magnanti,
J. B. Orlin, "Network Flows", section 9.8): the money that cannot circulate, r = w - f, has the net
positions of the web and the least sum, so it goes from those who pay too much to those who receive too
much by shortest paths.
A phase sends all that such paths carry; distances are taken from the payers and to the payees by turns,
so that neither one distant payer after another nor one distant payee after another takes a phase each.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import heappop, heappush
from importlib.util import find_spec
from math import gcd
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from aiweb.errors import BadOption, NoConvergence

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from scipy.sparse import csr_array

    Ints: TypeAlias = npt.NDArray[np.int64]
    Flags: TypeAlias = npt.NDArray[np.bool_]

Pair: TypeAlias = tuple[str, str]
SMALL: Final = 5_000
LARGE: Final = 20_000
MAX_LOOPS: Final = 200_000
FEW_LOOPS: Final = 60
_SAFE: Final = 2**62
_BITS: Final = 30
_WHAT: Final = "the maximum circulation"
_LOOPS: Final = "the packing of short loops"


@dataclass(frozen=True, slots=True)
class Optimum:
    """A maximum circulation on arrays: its dollars, a flow for each arc, a level for each party."""

    amount: int
    flow: Ints
    levels: Ints


def maximum(flows: Mapping[Pair, int]) -> tuple[int, dict[Pair, int], dict[str, int]]:
    """Solve for the maximum circulation: its dollars, one flow that attains it, and its levels.

    The dollars and the levels are unique, the flow is not.

    Raises:
        NoConvergence: the levels do not prove the maximum, which would be a defect.
    """
    positive = sorted((pair, w) for pair, w in flows.items() if w > 0 and pair[0] != pair[1])
    names = sorted({party for pair, _ in positive for party in pair})
    number = {party: at for at, party in enumerate(names)}
    tails = [number[payer] for (payer, _), _ in positive]
    heads = [number[payee] for (_, payee), _ in positive]
    amounts = [w for _, w in positive]
    flow: Sequence[int]
    levels: Sequence[int]
    if len(positive) <= SMALL or sum(amounts) >= _SAFE:
        flow = _by_paths(len(names), tails, heads, amounts)
        amount, levels = _prove_plain(len(names), tails, heads, amounts, flow)
    else:
        import numpy as np

        found = solve(len(names), np.array(tails), np.array(heads), np.array(amounts))
        amount, flow, levels = found.amount, found.flow.tolist(), found.levels.tolist()
    circulating = {pair: moved for (pair, _), moved in zip(positive, flow, strict=True) if moved}
    return amount, circulating, dict(zip(names, levels, strict=True))


def solve(count: int, tails: Ints, heads: Ints, amounts: Ints, *, backend: str | None = None) -> Optimum:
    """Solve for the maximum circulation of parties 0 … `count` - 1, and prove it.

    Arc i goes from `tails[i]` to `heads[i]` and carries at most `amounts[i]`; `summed` makes arcs of legs.
    `backend` is `plain`, `arrays` or `ortools`; without one, the quickest of those at hand.

    Raises:
        BadOption: two arcs share tail and head, an arc returns to its tail, or an amount is negative.
        NoConvergence: the levels do not prove the maximum, which would be a defect.
    """
    import numpy as np

    tails, heads, amounts = (np.asarray(each, dtype=np.int64) for each in (tails, heads, amounts))
    keys = np.sort(tails * count + heads)
    if (keys[1:] == keys[:-1]).any() or (tails == heads).any() or (amounts < 0).any():
        raise BadOption("arcs", len(amounts), "add up parallel legs, with `summed`; no party pays itself")
    on_loops = _on_loops(count, tails, heads, amounts)
    parties, ends = np.unique(np.concatenate([tails[on_loops], heads[on_loops]]), return_inverse=True)
    ends = ends.astype(np.int64)
    part = (len(parties), ends[: len(on_loops)], ends[len(on_loops) :], amounts[on_loops])
    flow = np.zeros(len(amounts), dtype=np.int64)
    flow[on_loops] = _BACKENDS[_road(part[3], backend)](*part)
    return prove(count, tails, heads, amounts, flow)


def _road(amounts: Ints, wanted: str | None) -> str:
    """Choose a backend for arcs on loops; where 64 bits do not hold their sum there is but one."""
    if _total(amounts) >= _SAFE:
        return "plain"
    return wanted or ("ortools" if len(amounts) >= LARGE and find_spec("ortools") else "arrays")


def summed(count: int, payers: Ints, payees: Ints, amounts: Ints) -> tuple[Ints, Ints, Ints]:
    """Add up legs of the same payer and payee: tails, heads and amounts of arcs, sorted.

    What a party pays itself, and amounts of zero, are left out.
    """
    import numpy as np

    keep = (amounts > 0) & (payers != payees)
    keys, at = np.unique(payers[keep] * count + payees[keep], return_inverse=True)
    sums = np.zeros(len(keys), dtype=np.int64)
    np.add.at(sums, at, amounts[keep])
    return keys // count, keys % count, sums


def net_debt(count: int, payers: Ints, payees: Ints, amounts: Ints) -> int:
    """Σ max(0, out_i - in_i): the least money with which all net positions can be settled."""
    net = _net(count, payers, payees, amounts)
    return _total(net[net > 0])


def prove(count: int, tails: Ints, heads: Ints, amounts: Ints, flow: Ints) -> Optimum:
    """Find the levels of a flow, and prove by them that it is a maximum circulation.

    Raises:
        NoConvergence: it is none; the residue is the dual sum less the primal one.
    """
    import numpy as np

    levels = _levels(count, tails, heads, flow < amounts, flow > 0)
    amount = _total(flow)
    steps = np.maximum(0, 1 - (levels[heads] - levels[tails]))
    if int(steps.max(initial=0)) * _total(amounts) < _SAFE:
        proved = int(np.dot(steps, amounts))
    else:
        proved = sum(w * step for w, step in zip(amounts.tolist(), steps.tolist(), strict=True) if step)
    within = bool(((flow >= 0) & (flow <= amounts)).all())
    if proved != amount or not within or _net(count, tails, heads, flow).any():
        raise NoConvergence(_WHAT, float(proved - amount))
    return Optimum(amount, flow, levels)


def _on_loops(count: int, tails: Ints, heads: Ints, amounts: Ints) -> Ints:
    """Give the arcs inside a strongly connected component: no other money can go round."""
    import numpy as np
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    some = np.flatnonzero(amounts)
    web = csr_array((np.ones(len(some), dtype=np.int8), (tails[some], heads[some])), shape=(count, count))
    _, label = connected_components(web, directed=True, connection="strong")
    inside: Ints = some[label[tails[some]] == label[heads[some]]]
    return inside


def _net(count: int, payers: Ints, payees: Ints, amounts: Ints) -> Ints:
    """Paid less received of each party; as Python integers where 64 bits might not hold them."""
    import numpy as np

    whole = np.int64 if _total(amounts) < _SAFE else object
    net: Ints = np.zeros(count, dtype=whole)
    np.add.at(net, payers, amounts.astype(whole))
    np.subtract.at(net, payees, amounts.astype(whole))
    return net


def _total(amounts: Ints) -> int:
    """Add up without overflow."""
    import numpy as np

    if np.abs(amounts.astype(float)).sum() < _SAFE:
        return int(amounts.sum())
    return sum(amounts.tolist())


class _Star:
    """Arcs grouped by the party they start from, so that those of many parties are had at once."""

    def __init__(self, count: int, starts: Ints, ends: Ints) -> None:
        import numpy as np

        self.order = np.argsort(starts, kind="stable")
        self._first = np.searchsorted(starts[self.order], np.arange(count + 1))
        self._ends = ends[self.order]

    def of(self, parties: Ints) -> tuple[Ints, Ints, Ints]:
        """Give the arcs out of some parties: which, each one's start, each one's end."""
        import numpy as np

        first, numbers = self._first[parties], self._first[parties + 1] - self._first[parties]
        before = np.cumsum(numbers) - numbers
        at = np.repeat(first - before, numbers) + np.arange(numbers.sum())
        return self.order[at], np.repeat(parties, numbers), self._ends[at]


def _levels(count: int, tails: Ints, heads: Ints, room: Flags, used: Flags) -> Ints:
    """Give the least levels ≥ 0 with h_v ≥ h_u + 1 where an arc has room, h_u ≥ h_v - 1 where it is in use.

    Longest paths along the arcs with room come first: at an optimum these arcs make no loop.
    Then whatever was raised raises its neighbours, until nothing moves.
    A flow that is no optimum never settles, and is given up after as many rounds as there are parties.
    """
    import numpy as np

    level = np.zeros(count, dtype=np.int64)
    ahead = _Star(count, tails[room], heads[room])
    waiting = np.bincount(heads[room], minlength=count)
    ready = np.flatnonzero(waiting == 0)
    while len(ready):
        _, starts, ends = ahead.of(ready)
        np.maximum.at(level, ends, level[starts] + 1)
        np.subtract.at(waiting, ends, 1)
        ready = np.unique(ends[waiting[ends] == 0])
    if waiting.any():
        return level
    around = _Star(
        count, np.concatenate([tails[room], heads[used]]), np.concatenate([heads[room], tails[used]])
    )
    step = np.repeat(np.array([1, -1]), [np.count_nonzero(room), np.count_nonzero(used)])
    raised = np.arange(count)
    for _ in range(count + 1):
        arcs, starts, ends = around.of(raised)
        reach = level[starts] + step[arcs]
        more = reach > level[ends]
        if not more.any():
            break
        np.maximum.at(level, ends[more], reach[more])
        raised = np.unique(ends[more])
    return level


def _by_ortools(count: int, tails: Ints, heads: Ints, amounts: Ints) -> Ints:
    """Solve by cost scaling, at a cost of -1 a dollar on every arc."""
    import numpy as np
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    solver = SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, amounts, np.full(len(amounts), -1))
    solver.set_nodes_supplies(np.arange(count), np.zeros(count, dtype=np.int64))
    if solver.solve() != solver.OPTIMAL:
        raise NoConvergence(_WHAT, float("nan"))
    return np.asarray(solver.flows(arcs), dtype=np.int64)


def _by_phases(count: int, tails: Ints, heads: Ints, amounts: Ints) -> Ints:
    """Solve by shortest paths and maximum flows of scipy, on arrays.

    Every two parties that an arc joins have a slot for each direction in one sparse matrix.
    Where the way back along an arc in use and the way forth along another meet in a slot, the way back
    is cheaper by 2; so its cost is the one that counts, and the two never lie on shortest paths both.
    """
    import numpy as np
    from scipy.sparse.csgraph import dijkstra

    left = _net(count, tails, heads, amounts)
    gives, takes = np.flatnonzero(left > 0), np.flatnonzero(left < 0)
    web = _Slots(
        count,
        np.concatenate([tails, np.full(len(gives), count), takes]),
        np.concatenate([heads, gives, np.full(len(takes), count + 1)]),
    )
    kinds = [len(tails), len(tails) + len(gives)]
    forth, give, take = np.split(web.forth, kinds)
    back, _, taken = np.split(web.back, kinds)
    ahead = True
    rest = np.zeros(len(tails), dtype=np.int64)
    level = np.zeros(count, dtype=np.int64)
    while left.any():
        room, used = rest < amounts, rest > 0
        cost = np.full(web.size, np.inf)
        longer = 1.0 + level[tails] - level[heads]
        cost[(forth if ahead else back)[room]] = longer[room]
        cost[(back if ahead else forth)[used]] = -longer[used]
        cost[give[left[gives] > 0] if ahead else taken[left[takes] < 0]] = 0
        distance = dijkstra(web.matrix(cost), indices=[count if ahead else count + 1])[0, :count]
        distance = np.minimum(distance, distance[np.isfinite(distance)].max())
        level += (distance if ahead else -distance).astype(np.int64)
        ahead = not ahead
        tight = level[heads] - level[tails] == 1
        capacity = np.zeros(web.size, dtype=np.int64)
        capacity[forth[tight]] = (amounts - rest)[tight]
        capacity[back[tight]] = rest[tight]
        capacity[give] = left[gives]
        capacity[take] = -left[takes]
        pushed = web.most(capacity, int(left[gives].sum()))
        rest[tight] += pushed[forth[tight]]
        left[gives] -= pushed[give]
        left[takes] += pushed[take]
    return amounts - rest


class _Slots:
    """A sparse matrix of `count` parties, a source and a sink, with the same entries in every phase."""

    def __init__(self, count: int, tails: Ints, heads: Ints) -> None:
        import numpy as np

        self._count = count + 2
        forth, back = tails * self._count + heads, heads * self._count + tails
        slots = np.unique(np.concatenate([forth, back]))
        self.size = len(slots)
        self.forth, self.back = np.searchsorted(slots, forth), np.searchsorted(slots, back)
        rows, columns = np.divmod(slots, self._count)
        self._columns = columns.astype(np.int32)
        self._first = np.searchsorted(rows, np.arange(self._count + 1)).astype(np.int32)

    def matrix(self, data: npt.NDArray[Any]) -> csr_array[Any, tuple[int, int]]:
        """Put one number in every slot."""
        from scipy.sparse import csr_array

        return csr_array((data, self._columns, self._first), shape=(self._count, self._count))

    def most(self, capacity: Ints, total: int) -> Ints:
        """Give a maximum flow from source to sink, at most `total`; what flows back is negative.

        scipy counts in 32 bits, so the leading bits go first.
        What a coarse round leaves behind is less than a unit of it for every slot, so the next may be
        finer by as many bits as still hold that.
        """
        import numpy as np
        from scipy.sparse.csgraph import maximum_flow

        moved = np.zeros(self.size, dtype=np.int64)
        shift = max(0, total.bit_length() - _BITS)
        while True:
            fits = np.minimum((capacity - moved) >> shift, 2**_BITS - 1).astype(np.int32)
            found = maximum_flow(self.matrix(fits), self._count - 2, self._count - 1)
            moved += found.flow.data.astype(np.int64) << shift
            if not shift:
                return moved
            shift = max(0, shift + self.size.bit_length() - _BITS)


def _by_plain(count: int, tails: Ints, heads: Ints, amounts: Ints) -> Ints:
    """Solve on Python integers, where 64 bits do not hold the sums."""
    import numpy as np

    return np.array(_by_paths(count, tails.tolist(), heads.tolist(), amounts.tolist()), dtype=np.int64)


_BACKENDS: Final = {"plain": _by_plain, "arrays": _by_phases, "ortools": _by_ortools}


def _by_paths(count: int, tails: Sequence[int], heads: Sequence[int], amounts: Sequence[int]) -> list[int]:
    """Solve by shortest paths and blocking flows on Python integers of any size.

    Arc i is number 2i forth and 2i + 1 back; what has room left forth at the end circulates.
    """
    ends, room = [0] * (2 * len(amounts)), [0] * (2 * len(amounts))
    out: list[list[int]] = [[] for _ in range(count)]
    left = [0] * count
    for arc, (payer, payee, amount) in enumerate(zip(tails, heads, amounts, strict=True)):
        ends[2 * arc], ends[2 * arc + 1], room[2 * arc] = payee, payer, amount
        out[payer].append(2 * arc)
        out[payee].append(2 * arc + 1)
        left[payer] += amount
        left[payee] -= amount
    level = [0] * count
    back = 0
    while any(left):
        _relabel(out, ends, room, left, level, back)
        back ^= 1
        while ranks := _ranks(out, ends, room, left, level):
            _block(out, ends, room, left, level, ranks)
    return room[::2]


def _longer(arc: int, start: int, end: int, level: list[int]) -> int:
    """Say by how much an arc is longer than its levels are apart; nothing on a shortest path."""
    return (-1 if arc & 1 else 1) + level[start] - level[end]


def _relabel(
    out: list[list[int]], ends: list[int], room: list[int], left: list[int], level: list[int], back: int
) -> None:
    """Raise the levels by the distances from all who pay too much (E. W. Dijkstra).

    With `back`, lower them by the distances to all who receive too much.
    """
    todo = [(0, party) for party, amount in enumerate(left) if (amount < 0 if back else amount > 0)]
    distance: dict[int, int] = {}
    while todo:
        far, party = heappop(todo)
        if party in distance:
            continue
        distance[party] = far
        for arc in out[party]:
            end = ends[arc]
            if end not in distance and room[arc ^ back]:
                longer = _longer(arc ^ back, *((end, party) if back else (party, end)), level)
                heappush(todo, (far + longer, end))
    most = max(distance.values())
    for party in range(len(level)):
        moved = distance.get(party, most)
        level[party] += -moved if back else moved


def _ranks(
    out: list[list[int]], ends: list[int], room: list[int], left: list[int], level: list[int]
) -> list[int]:
    """Count the arcs to each party on shortest paths; nothing if no one is reached who receives too much."""
    rank = [0 if amount > 0 else -1 for amount in left]
    todo = deque(party for party, amount in enumerate(left) if amount > 0)
    found = False
    while todo:
        party = todo.popleft()
        found = found or left[party] < 0
        for arc in out[party]:
            end = ends[arc]
            if rank[end] < 0 and room[arc] and not _longer(arc, party, end, level):
                rank[end] = rank[party] + 1
                todo.append(end)
    return rank if found else []


def _block(
    out: list[list[int]], ends: list[int], room: list[int], left: list[int], level: list[int], rank: list[int]
) -> None:
    """Send along paths of rising rank until none is left (E. A. Dinic)."""
    tried = [0] * len(left)
    for source, amount in enumerate(left):
        path: list[int] = []
        party = source
        while amount > 0 and left[source] > 0:
            if left[party] < 0:
                sent = min(left[source], -left[party], *(room[arc] for arc in path))
                for arc in path:
                    room[arc] -= sent
                    room[arc ^ 1] += sent
                left[source] -= sent
                left[party] += sent
                path, party = [], source
            elif tried[party] == len(out[party]):
                if not path:
                    break
                party = ends[path.pop() ^ 1]
                tried[party] += 1
            else:
                arc = out[party][tried[party]]
                end = ends[arc]
                if room[arc] and rank[end] == rank[party] + 1 and not _longer(arc, party, end, level):
                    path.append(arc)
                    party = end
                else:
                    tried[party] += 1


def _prove_plain(
    count: int, tails: Sequence[int], heads: Sequence[int], amounts: Sequence[int], flow: Sequence[int]
) -> tuple[int, list[int]]:
    """Do what `prove` does on Python integers: the dollars and the levels.

    Raises:
        NoConvergence: the flow is no maximum circulation.
    """
    arcs = list(zip(tails, heads, amounts, flow, strict=True))
    steps = [(payer, payee, 1) for payer, payee, amount, moved in arcs if moved < amount]
    steps += [(payee, payer, -1) for payer, payee, _, moved in arcs if moved > 0]
    level, net = [0] * count, [0] * count
    for _ in range(count + 1):
        before = level.copy()
        for start, end, step in steps:
            level[end] = max(level[end], level[start] + step)
        if level == before:
            break
    for payer, payee, _, moved in arcs:
        net[payer] -= moved
        net[payee] += moved
    proved = sum(amount * max(0, 1 - (level[payee] - level[payer])) for payer, payee, amount, _ in arcs)
    within = all(0 <= moved <= amount for _, _, amount, moved in arcs)
    if proved != sum(flow) or not within or any(net):
        raise NoConvergence(_WHAT, float(proved - sum(flow)))
    return proved, level


def reciprocated(flows: Mapping[Pair, int]) -> int:
    """C_2: money that pairs of parties pay each other, counted in both directions."""
    return sum(2 * min(w, flows[v, u]) for (u, v), w in flows.items() if u < v and (v, u) in flows)


def rung(flows: Mapping[Pair, int], length: int) -> int | None:
    """C_L: what loops of at most `length` parties can cancel, rounded to whole dollars.

    Up to `FEW_LOOPS` loops it is solved on fractions and proved; above that by HiGHS in double precision.
    None where there are more than `MAX_LOOPS` of them to list.

    Raises:
        NoConvergence: the linear program was not solved, which would be a defect.
    """
    if length == 2:
        return reciprocated(flows)
    loops = []
    for loop in short_loops(flows, length):
        loops.append(list(zip(loop, (*loop[1:], loop[0]), strict=True)))
        if len(loops) > MAX_LOOPS:
            return None
    return _packed(flows, loops)


def short_loops(flows: Mapping[Pair, int], length: int) -> Iterator[tuple[str, ...]]:
    """Give every loop of at most `length` parties once, from its smallest party on."""
    after: dict[str, list[str]] = defaultdict(list)
    before: dict[str, list[str]] = defaultdict(list)
    for u, v in sorted(pair for pair, w in flows.items() if w > 0 and pair[0] != pair[1]):
        after[u].append(v)
        before[v].append(u)
    for start in sorted(after):
        home = _ways_home(before, start, length - 1)
        todo: list[tuple[str, ...]] = [(start,)]
        while todo:
            path = todo.pop()
            for node in reversed(after.get(path[-1], ())):
                if node == start and len(path) > 1:
                    yield path
                elif node > start and len(path) + home.get(node, length) <= length and node not in path:
                    todo.append((*path, node))


def _ways_home(before: Mapping[str, list[str]], start: str, steps: int) -> dict[str, int]:
    """Count the hops to `start` from parties that sort after it, up to `steps`."""
    home = {start: 0}
    edge = [start]
    for step in range(1, steps + 1):
        edge = [node for head in edge for node in before.get(head, ()) if node > start]
        edge = sorted(set(edge) - home.keys())
        home.update(dict.fromkeys(edge, step))
    return home


def _packed(flows: Mapping[Pair, int], loops: list[list[Pair]]) -> int:
    """Pack loops under the amounts of their hops so that the money times the hops is greatest.

    Maximise Σ |c| x_c subject to Σ_{c through a hop} x_c ≤ w, x ≥ 0.
    """
    hops = {hop: row for row, hop in enumerate(sorted({hop for loop in loops for hop in loop}))}
    unit = gcd(*(flows[hop] for hop in hops))
    bounds = [flows[hop] // unit for hop in hops]
    rows = [[hops[hop] for hop in loop] for loop in loops]
    best = _by_pivots(bounds, rows) if len(loops) <= FEW_LOOPS else _by_highs(bounds, rows)
    return round(best * unit)


def _by_pivots(bounds: list[int], loops: list[list[int]]) -> Fraction:
    """Solve the packing exactly: the simplex method on fractions, by R. G. Bland's rule, with its proof.

    Labels below `len(loops)` are loops, those from there on are hops; `table` is A. W. Tucker's tableau.
    """
    few = len(loops)
    table = [
        [Fraction(row in loop) for loop in loops] + [Fraction(bound)] for row, bound in enumerate(bounds)
    ]
    table.append([Fraction(-len(loop)) for loop in loops] + [Fraction(0)])
    down, across = [few + row for row in range(len(bounds))], list(range(few))
    while entering := [(label, column) for column, label in enumerate(across) if table[-1][column] < 0]:
        column = min(entering)[1]
        row = min(
            (table[row][-1] / table[row][column], label, row)
            for row, label in enumerate(down)
            if table[row][column] > 0
        )[2]
        _pivot(table, row, column)
        down[row], across[column] = across[column], down[row]
    labelled = dict(zip(down, (line[-1] for line in table), strict=False))
    priced = dict(zip(across, table[-1], strict=False))
    nothing = Fraction(0)
    packed = [labelled.get(label, nothing) for label in range(few)]
    prices = [priced.get(few + row, nothing) for row in range(len(bounds))]
    return _best(bounds, loops, packed, prices)


def _best(
    bounds: list[int], loops: list[list[int]], packed: list[Fraction], prices: list[Fraction]
) -> Fraction:
    """Add up a packing, and prove by the prices of hops that none is better.

    A price of no hop is negative and those on a loop come to its length or more, so Σ price · w is a bound.

    Raises:
        NoConvergence: the prices do not prove it.
    """
    room = [Fraction(bound) for bound in bounds]
    for loop, amount in zip(loops, packed, strict=True):
        for row in loop:
            room[row] -= amount
    best = sum((len(loop) * amount for loop, amount in zip(loops, packed, strict=True)), Fraction(0))
    bound = sum((price * w for price, w in zip(prices, bounds, strict=True)), Fraction(0))
    short = [sum(prices[row] for row in loop) - len(loop) for loop in loops]
    if bound != best or min((*room, *packed, *prices, *short), default=0) < 0:
        raise NoConvergence(_LOOPS, float(bound - best))
    return best


def _pivot(table: list[list[Fraction]], row: int, column: int) -> None:
    """Exchange a row and a column."""
    chosen = table[row]
    by = 1 / chosen[column]
    for at, line in enumerate(table):
        if at != row and line[column]:
            factor = line[column] * by
            table[at] = [each - factor * other for each, other in zip(line, chosen, strict=True)]
            table[at][column] = -factor
    table[row] = [each * by for each in chosen]
    table[row][column] = by


def _by_highs(bounds: list[int], loops: list[list[int]]) -> float:
    """Solve the packing by HiGHS, through scipy."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    rows = [row for loop in loops for row in loop]
    columns = [column for column, loop in enumerate(loops) for _ in loop]
    solved = linprog(  # type: ignore[call-overload]  # its stubs know no sparse arrays
        c=-np.array([len(loop) for loop in loops], dtype=float),
        A_ub=csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(bounds), len(loops))),
        b_ub=np.array(bounds, dtype=float),
        method="highs",
    )
    if not solved.success:
        raise NoConvergence(_LOOPS, float("nan"))
    return -float(solved.fun)
