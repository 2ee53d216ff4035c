"""Where money goes if every party spends what reaches it in proportion to what it pays.

Symbols: w_ij is what i is to pay j; T_i the throughput of i, the larger of what it receives and what it
pays; G_ij = w_ij / T_i; N = (I - G)^-1, so N_ij is how often a dollar at i comes to j, its start included.

- Return: s_i = 1 - 1 / N_ii, the part of i's throughput that comes to i again.
- Cycling index: Σ T_i s_i / Σ T_i (J. T. Finn, J. Theor. Biol. 56 (1976) 363-380).
- Total dependency: D_ji = (N_ji / N_jj) · T_j / T_i, the part of i's throughput that has passed j before;
  D_ii = s_i (J. Szyrmer, R. E. Ulanowicz, Ecol. Model. 35 (1987) 123-136).
- Revenue dependence: A_ij = w_ji / (all that i receives).
  A + A^2 + … + A^k follows it back through k payers, (I - A)^-1 - I through any number.

I - G is singular only where a group of parties pays all that reaches it to itself and nothing comes in.
Such a closed group is found with whole numbers; s = 1 and D = 1 in it, and the rest is solved without it.
No pseudo-inverse is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from aiweb.flows.web import Flows, Pair

if TYPE_CHECKING:
    from scipy.sparse.linalg import SuperLU

DENSE: Final = 300
"""Up to so many parties a system is solved with a dense matrix, above with a sparse one."""
_STEEP: Final = 1e9
"""Above so many returns of a dollar a matrix inverse is not trusted."""


@dataclass(frozen=True)
class Tracing:
    """The money of a web traced in proportion.

    `returns` is s_i for every party, from 0 to 1.
    `closed` holds the groups that money neither enters nor leaves: all of theirs returns.
    """

    flows: Flows
    returns: Mapping[str, float]
    closed: tuple[tuple[str, ...], ...]

    @cached_property
    def cycled(self) -> float:
        """Throughput that has been at the same party before, in dollars: Σ T_i s_i."""
        through = self.flows.throughput
        return sum(through[party] * share for party, share in self.returns.items())

    @cached_property
    def finn(self) -> float | None:
        """Finn's cycling index, from 0 to 1; nothing where nothing is paid."""
        turnover = sum(self.flows.throughput.values())
        return self.cycled / turnover if turnover else None

    def dependency(self, of: str, on: str) -> float:
        """Give the part of what passes `of` that has passed `on` before, from 0 to 1."""
        return self.dependencies(of).get(on, 0.0)

    def dependencies(self, of: str) -> Mapping[str, float]:
        """Give D for one party on each that its money has passed, itself included if money returns.

        The parts overlap, so they do not add up.
        """
        if of not in self._found:
            self._found[of] = MappingProxyType(self._dependencies(of))
        return self._found[of]

    def dependents(self, on: str) -> Mapping[str, float]:
        """Give D on one party of each other that its money comes to: the same numbers the other way round."""
        through = self.flows.throughput
        group = next((group for group in self.closed if on in group), None)
        if group is not None:
            return MappingProxyType({of: 1.0 for of in group if of != on})
        times = _solved({(v, u): part for (u, v), part in self._spent.items()}, on)
        if times is None:
            after = sorted(_before(((v, u) for u, v in self.flows.inside), on) - {on})
            found = {of: self.dependency(of, on) for of in after}
        else:
            found = {
                of: _share(number * (1 - self.returns[on]) * through[on] / through[of])
                for of, number in times.items()
                if of != on
            }
        return MappingProxyType(found)

    def passing(self, of: str, hops: int | None = None) -> Mapping[str, float]:
        """Give the part of `of`'s receipts that hangs on each payer, through up to `hops` payers, or any.

        If a payer spends 1% less, and each party on the way cuts what it pays by the part of its receipts
        that it loses, `of` receives that part of 1% less.
        Ways overlap, so the parts do not add up, and money that goes round is counted each time.
        Through any number of hops, a group that receives only from itself would lose without end:
        its members get the part of `of`'s receipts that comes from it at all, 1 for themselves.
        """
        if (of, hops) not in self._passed:
            row = self._without_end(of) if hops is None else _stepped(self._steps, of, hops)
            self._passed[of, hops] = MappingProxyType(row)
        return self._passed[of, hops]

    @cached_property
    def _found(self) -> dict[str, Mapping[str, float]]:
        """What `dependencies` has solved."""
        return {}

    @cached_property
    def _passed(self) -> dict[tuple[str, int | None], Mapping[str, float]]:
        """What `passing` has solved."""
        return {}

    def _dependencies(self, of: str) -> dict[str, float]:
        through = self.flows.throughput
        if not through.get(of):
            return {}
        group = next((group for group in self.closed if of in group), None)
        if group is not None:
            return dict.fromkeys(group, 1.0)
        times = _solved(self._spent, of)
        if times is None:
            found = {on: hit for on, (hit, _) in self._reduced(of, through).items() if on != of}
        else:
            found = {
                on: _share(number * (1 - self.returns[on]) * through[on] / through[of])
                for on, number in times.items()
                if on != of
            }
        if self.returns[of] > 0:
            found[of] = self.returns[of]
        return dict(sorted(found.items()))

    @cached_property
    def _spent(self) -> dict[Pair, float]:
        """What each party spends on each other of what passes it: G."""
        through = self.flows.throughput
        return {(u, v): w / through[u] for (u, v), w in self.flows.inside.items()}

    def _reduced(
        self, of: str, totals: Mapping[str, int], ends: Iterable[str] = ()
    ) -> dict[str, tuple[float, float]]:
        """Follow a dollar of a party back, to a payer in proportion at each step, without a subtraction.

        For each party: the chance that the dollar comes to it, and how often it is there if it starts there.
        With what is in `totals` beyond payments inside the web it ends, and at a party of `ends`.
        """
        last = set(ends)
        back = [(v, u) for u, v in self.flows.inside if v not in last]
        parties = sorted(_before([(u, v) for v, u in back], of))
        ways: dict[str, dict[str, float]] = {party: {} for party in parties}
        # Who has no total passes on its own money alone, and there the dollar ends.
        leak = {party: totals.get(party, 1) for party in parties}
        for v, u in back:
            if v in leak:
                ways[v][u] = float(self.flows.inside[u, v])
                leak[v] -= self.flows.inside[u, v]
        found = {}
        for on in parties:
            left, leaves = _without_others({of, on}, ways, leak)
            there = left[on]
            if on == of:
                hit, away = 1.0, leaves[of]
            else:
                to = left[of].get(on, 0.0)
                hit = _part(to, leaves[of])
                away = leaves[on] + there.get(of, 0.0) * _part(leaves[of], to)
            found[on] = (hit, (sum(there.values()) + leaves[on]) / away)
        return found

    @cached_property
    def _revenue(self) -> dict[Pair, float]:
        received = self.flows.received
        return {(v, u): w / received[v] for (u, v), w in sorted(self.flows.inside.items())}

    @cached_property
    def _steps(self) -> dict[str, list[tuple[str, float]]]:
        """The payers of each party with their part of its receipts."""
        ways: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for (u, v), part in sorted(self._revenue.items()):
            ways[u].append((v, part))
        return dict(ways)

    @cached_property
    def _sealed(self) -> tuple[tuple[str, ...], ...]:
        """Groups that receive only from themselves."""
        inside: dict[str, int] = defaultdict(int)
        groups = components(self.flows.inside)
        where = {party: number for number, group in enumerate(groups) for party in group}
        for (u, v), w in self.flows.inside.items():
            if u in where and where[u] == where.get(v):
                inside[v] += w
        received = self.flows.received
        return tuple(group for group in groups if all(inside[party] == received[party] for party in group))

    def _without_end(self, of: str) -> dict[str, float]:
        sealed = {party: group for group in self._sealed for party in group}
        if of in sealed:
            return dict.fromkeys(sealed[of], 1.0)
        # A step into a sealed group ends the way; the rest is solved without it.
        open_ways = {pair: part for pair, part in self._revenue.items() if pair[0] not in sealed}
        turned = {(v, u): part for (u, v), part in open_ways.items()}
        visits = _solved(turned, of)
        if visits is None:
            reduced = self._reduced(of, self.flows.received, sealed)
            visits = {party: hit * times for party, (hit, times) in reduced.items()}
        found = {party: times for party, times in visits.items() if party not in sealed and party != of}
        found[of] = visits[of] - 1
        for group in self._sealed:
            part = sum(visits.get(party, 0.0) for party in group)
            if part > 0:
                found |= dict.fromkeys(group, _share(part))
        return {party: part for party, part in sorted(found.items()) if part > 0}


def trace(flows: Flows) -> Tracing:
    """Trace the money of a web in proportion, and say what comes back to whom."""
    through = flows.throughput
    returns = dict.fromkeys(flows.parties, 0.0)
    closed = []
    for group in components(flows.inside):
        members = set(group)
        arcs = {(u, v): w for (u, v), w in flows.inside.items() if u in members and v in members}
        kept: dict[str, int] = defaultdict(int)
        for (u, _), w in arcs.items():
            kept[u] += w
        if all(kept[party] == through[party] for party in group):
            closed.append(group)
            returns.update(dict.fromkeys(group, 1.0))
        else:
            returns.update(_returns(group, arcs, through))
    return Tracing(flows, MappingProxyType(returns), tuple(closed))


def components(arcs: Iterable[Pair]) -> tuple[tuple[str, ...], ...]:
    """Give the strongly connected groups of two or more parties, each sorted, by their first party.

    R. E. Tarjan, SIAM J. Comput. 1 (1972) 146-160, without recursion.
    """
    after: dict[str, list[str]] = defaultdict(list)
    for u, v in sorted(arcs):
        after[u].append(v)
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    groups = []
    for root in sorted(after):
        if root in number:
            continue
        number[root] = low[root] = len(number)
        stack.append(root)
        waiting.add(root)
        todo = [(root, iter(after[root]))]
        while todo:
            party, ways = todo[-1]
            following = next(ways, None)
            if following is None:
                todo.pop()
                if todo:
                    low[todo[-1][0]] = min(low[todo[-1][0]], low[party])
                if low[party] == number[party]:
                    group = [stack.pop()]
                    while group[-1] != party:
                        group.append(stack.pop())
                    waiting.difference_update(group)
                    if len(group) > 1:
                        groups.append(tuple(sorted(group)))
            elif following not in number:
                number[following] = low[following] = len(number)
                stack.append(following)
                waiting.add(following)
                todo.append((following, iter(after.get(following, ()))))
            elif following in waiting:
                low[party] = min(low[party], number[following])
    return tuple(sorted(groups))


def _returns(group: Sequence[str], arcs: Mapping[Pair, int], through: Mapping[str, int]) -> dict[str, float]:
    """Solve s in one strongly connected group: no dollar that leaves it comes back."""
    index = {party: i for i, party in enumerate(group)}
    visits = _diagonal(
        len(group), [(index[u], index[v], w / through[u]) for (u, v), w in sorted(arcs.items())]
    )
    if visits is not None and max(visits) < _STEEP:
        return {party: _share(1 - 1 / times) for party, times in zip(group, visits, strict=True)}
    return {party: _returned(party, group, arcs, through) for party in group}


def _diagonal(size: int, entries: Sequence[tuple[int, int, float]]) -> list[float] | None:
    """Give the diagonal of (I - G)^-1; nothing where floating point cannot tell I - G from singular."""
    import numpy as np

    if size <= DENSE:
        matrix = np.eye(size)
        for row, column, value in entries:
            matrix[row, column] -= value
        try:
            return [float(value) for value in np.linalg.inv(matrix).diagonal()]
        except np.linalg.LinAlgError:
            return None
    factors = _factored(size, entries)
    found = []
    for i in range(size):
        unit = np.zeros(size)
        unit[i] = 1.0
        found.append(float(factors.solve(unit)[i]))
    return found


def _factored(size: int, entries: Sequence[tuple[int, int, float]]) -> SuperLU:
    """Factor a sparse I - G."""
    import numpy as np
    from scipy.sparse import csc_array
    from scipy.sparse.linalg import splu

    rows = [row for row, _, _ in entries] + list(range(size))
    columns = [column for _, column, _ in entries] + list(range(size))
    values = np.array([-value for _, _, value in entries] + [1.0] * size)
    return splu(csc_array((values, (rows, columns)), shape=(size, size)))


def _returned(
    party: str, group: Sequence[str], arcs: Mapping[Pair, int], through: Mapping[str, int]
) -> float:
    """Solve s of one party by taking the others out one by one, without a subtraction.

    W. K. Grassmann, M. I. Taksar, D. P. Heyman, Oper. Res. 33 (1985) 1107-1116.
    """
    ways: dict[str, dict[str, float]] = {u: {} for u in group}
    leak = {u: through[u] for u in group}
    for (u, v), w in sorted(arcs.items()):
        ways[u][v] = float(w)
        leak[u] -= w
    left, leaves = _without_others({party}, ways, leak)
    return _part(left[party].get(party, 0.0), leaves[party])


def _part(one: float, other: float) -> float:
    """Give what one number is of it and another; nothing of nothing."""
    return one / (one + other) if one else 0.0


def _without_others(
    kept: AbstractSet[str], whole: Mapping[str, Mapping[str, float]], leak: Mapping[str, int]
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Take all parties but some out, each way over one that has gone put on those before it.

    What is left are the ways between the others, and what leaves at each.
    """
    ways = {u: dict(row) for u, row in whole.items()}
    leaves = {u: float(amount) for u, amount in leak.items()}
    for gone in sorted(ways):
        if gone in kept:
            continue
        onward = ways.pop(gone)
        onward.pop(gone, None)
        total = leaves[gone] + sum(onward.values())
        for u, row in sorted(ways.items()):
            part = row.pop(gone, 0.0) / total
            leaves[u] += part * leaves[gone]
            for v, way in onward.items():
                row[v] = row.get(v, 0.0) + part * way
    return ways, leaves


def _solved(shares: Mapping[Pair, float], of: str) -> dict[str, float] | None:
    """Solve (I - M) x = e_of over the parties from which `of` can be reached, given M by its entries.

    Nothing where a dollar goes on for so many steps that floating point cannot tell I - M from singular.
    """
    import numpy as np

    before = sorted(_before(shares, of))
    index = {party: i for i, party in enumerate(before)}
    entries = [
        (index[u], index[v], part) for (u, v), part in sorted(shares.items()) if u in index and v in index
    ]
    target = np.zeros(len(before))
    target[index[of]] = 1.0
    if len(before) <= DENSE:
        matrix = np.eye(len(before))
        for row, column, value in entries:
            matrix[row, column] -= value
        try:
            solved, steps = np.linalg.solve(matrix, target), np.linalg.solve(matrix, np.ones(len(before)))
        except np.linalg.LinAlgError:
            return None
    else:
        try:
            factors = _factored(len(before), entries)
        except RuntimeError:
            # So scipy says that a factor is singular.
            return None
        solved, steps = factors.solve(target), factors.solve(np.ones(len(before)))
    # The steps from each party: no entry of the inverse is negative, so their sums are its norm.
    if not (np.isfinite(solved).all() and (steps > 0).all() and (steps < _STEEP).all()):
        return None
    return {party: float(value) for party, value in zip(before, solved, strict=True)}


def _before(arcs: Iterable[Pair], of: str) -> set[str]:
    """Find the parties from which a way along the arcs leads to `of`, itself included."""
    into: dict[str, list[str]] = defaultdict(list)
    for u, v in arcs:
        into[v].append(u)
    found, todo = {of}, [of]
    while todo:
        for party in into.get(todo.pop(), ()):
            if party not in found:
                found.add(party)
                todo.append(party)
    return found


def _stepped(ways: Mapping[str, Sequence[tuple[str, float]]], of: str, hops: int) -> dict[str, float]:
    """Row `of` of A + A^2 + … + A^hops."""
    found: dict[str, float] = defaultdict(float)
    at = {of: 1.0}
    for _ in range(hops):
        following: dict[str, float] = defaultdict(float)
        for party, part in at.items():
            for payer, share in ways.get(party, ()):
                following[payer] += part * share
        for payer, part in following.items():
            found[payer] += part
        at = following
    return dict(sorted(found.items()))


def _share(value: float) -> float:
    """Keep a share from leaving 0 to 1 by rounding."""
    return min(1.0, max(0.0, value))
